"""Where faces are, for covering them: boxes only, nothing that tells one face from another.

The pose network finds people whose body shows; this finds faces whose body does not (MediaPipe's face detector for up
to five metres, from the wheel).
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np

from vision.estimators.vendor import import_mediapipe
from vision.types import FloatArray, ImageBgr

FULL_RANGE = 1  # MediaPipe's name for the model that sees up to five metres
RADIUS_OF_BOX = 0.95  # the box reaches from the brows to the chin; hair, ears and forehead lie outside


class FaceFinder:
    """Each picture is seen afresh."""

    def __init__(self, *, confidence: float = 0.4) -> None:
        import_mediapipe()
        from mediapipe.python.solutions import face_detection

        self._detector = face_detection.FaceDetection(model_selection=FULL_RANGE, min_detection_confidence=confidence)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the network."""
        self._detector.close()

    def find(self, image_bgr: ImageBgr) -> FloatArray:
        """Circles (K, 3) round the faces: centre x, y and radius, px."""
        height, width = image_bgr.shape[:2]
        result: Any = self._detector.process(cv2.cvtColor(image_bgr, cv2.COLOR_BGR2RGB))
        boxes = [one.location_data.relative_bounding_box for one in result.detections or ()]
        circles = [
            (
                (box.xmin + box.width / 2) * width,
                (box.ymin + box.height / 2) * height,
                RADIUS_OF_BOX * max(box.width * width, box.height * height),
            )
            for box in boxes
        ]
        return np.array(circles, np.float64).reshape(-1, 3)
