"""The detectors, once for each file."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import pytest

from tests.veil.detectors import Detectors


@pytest.fixture(scope="module")
def detectors() -> Iterator[Detectors]:
    from mediapipe.python.solutions import face_detection

    names = ("haarcascade_frontalface_default", "haarcascade_frontalface_alt2", "haarcascade_profileface")
    cascades = [cv2.CascadeClassifier(f"{cv2.data.haarcascades}{name}.xml") for name in names]
    with (
        face_detection.FaceDetection(model_selection=0) as near,
        face_detection.FaceDetection(model_selection=1) as far,
    ):
        yield Detectors(cascades, near, far)
