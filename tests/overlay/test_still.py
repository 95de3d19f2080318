"""A still shows its check's evidence, cut out of the frame at a size worth looking at."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.overlay import Finding, FrameOverlay, make_still
from vision.overlay.still import LONGEST_SIDE_PX, crop_box
from vision.palette import VERDICT_RGB
from vision.types import FloatArray, Verdict

MakeFinding = Callable[..., Finding]


def decoded(jpeg: bytes) -> np.ndarray:  # type: ignore[type-arg]
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (720, 1280), (3840, 2160), (320, 240)])
def test_still_is_a_small_jpeg_with_the_evidence_in_it(
    width: int, height: int, person: Callable[[int, int], FloatArray], finding: MakeFinding
) -> None:
    image = np.full((height, width, 3), 150, np.uint8)
    shown = finding((width * 0.5, height * 0.6))
    overlay = FrameOverlay(person(width, height), np.ones(33), (shown,))
    still = make_still(image, overlay, shown, 2.5, 1, "zh")
    picture = decoded(still.jpeg)
    assert (still.rule, still.time_s, still.segment) == ("rule.v_angle", 2.5, 1)
    assert max(picture.shape[:2]) <= LONGEST_SIDE_PX + 1
    assert len(still.jpeg) < 120_000
    red, green, blue = VERDICT_RGB[Verdict.FAIL]
    close = np.abs(picture.astype(int) - (blue, green, red)).max(axis=2) < 40
    assert close.sum() > 50


def test_still_without_evidence_shows_the_whole_person(
    person: Callable[[int, int], FloatArray], finding: MakeFinding
) -> None:
    image = np.full((720, 1280, 3), 150, np.uint8)
    still = make_still(image, FrameOverlay(person(1280, 720), np.ones(33)), finding(), 0.0, 0, "zh")
    height, width = decoded(still.jpeg).shape[:2]
    assert width / height == pytest.approx(4 / 3, rel=0.02)


def test_still_without_any_place_shows_the_whole_frame(finding: MakeFinding) -> None:
    image = np.full((720, 1280, 3), 150, np.uint8)
    still = make_still(image, FrameOverlay(None, None), finding(), 0.0, 0, "zh")
    height, width = decoded(still.jpeg).shape[:2]
    assert width / height == pytest.approx(16 / 9, rel=0.02)


@given(
    x=st.floats(-300, 2200), y=st.floats(-300, 1400), spread=st.floats(0, 900),
    size=st.sampled_from([(1920, 1080), (1080, 1920), (640, 480), (64, 48)]),
)  # fmt: skip
def test_cut_lies_inside_the_picture_and_holds_the_points(
    x: float, y: float, spread: float, size: tuple[int, int]
) -> None:
    width, height = size
    points = np.array([[x, y], [x + spread, y + spread / 2]])
    left, top, right, bottom = crop_box(np.zeros((height, width, 3), np.uint8), points)
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    for px, py in points:
        if 0 <= px < width and 0 <= py < height and spread * 1.45 <= min(width * 0.7, height * 0.7):
            assert left <= px <= right
            assert top <= py <= bottom
