"""Which of two folded hands lies on top: our own small network on one crop of both hands.

The hand landmark network cannot tell (see `vision.estimators.hands`), and from
in front the outline of folded hands is nearly mirror-symmetric; what differs is
inside: whose knuckles are seen, whose are cut off by the other's edge. The
network (weights ``vision/data/hand_top.onnx``, trained by ``tools/hand_top`` on
rendered hands) scores the crop and its mirror image; the difference of the two
scores is the answer, so it cannot prefer a side by itself.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.estimators.crops import inside, pixels_per_metre, square_crop
from vision.estimators.hands import hand_centre_guess_px
from vision.types import FloatArray, ImageBgr, Side

CROP_M = 0.36
INPUT_PX = 64
MAX_GAP_M = 0.25  # between the hands as the pose landmarks place them; beyond, they are apart
MIN_SCALE_PX_PER_M = 90.0  # a hand of some 17 pixels
_SHIFTS_M = ((0.0, 0.0), (0.02, 0.0), (-0.02, 0.0), (0.0, 0.02), (0.0, -0.02))


def network_input(crop_bgr: ImageBgr) -> NDArray[np.float32]:
    """(3, 64, 64), mean 0 and spread 1 over the crop: exposure drops out, contrast between the colours stays."""
    values = crop_bgr.astype(np.float32).transpose(2, 0, 1)
    spread = max(float(values.std()), 4.0)
    return np.asarray((values - float(values.mean())) / spread, np.float32)


@cache
def _weights() -> bytes:
    return (Path(__file__).parents[1] / "data" / "hand_top.onnx").read_bytes()


class HandTopEstimator:
    """One per thread: OpenCV's network object keeps its buffers. A few milliseconds a call."""

    def __init__(self) -> None:
        self._net = cv2.dnn.readNetFromONNX(np.frombuffer(_weights(), np.uint8))

    def log_odds_right(self, image_bgr: ImageBgr, landmarks_px: FloatArray) -> float | None:
        """Uncalibrated log odds that the right hand is on top, for the pose landmarks (33, 2).

        None when the hands are apart, too small, or outside the picture.
        """
        scale = pixels_per_metre(landmarks_px)
        left, right = (hand_centre_guess_px(landmarks_px, side) for side in Side)
        if not scale >= MIN_SCALE_PX_PER_M or not (inside(image_bgr, left) and inside(image_bgr, right)):
            return None
        if np.hypot(*(left - right)) > MAX_GAP_M * scale:
            return None
        centre = (left + right) / 2
        inputs = []
        for shift in _SHIFTS_M:
            crop = square_crop(image_bgr, centre + np.array(shift) * scale, CROP_M * scale, INPUT_PX)
            values = network_input(crop.image_bgr)
            inputs += [values, values[:, :, ::-1]]
        self._net.setInput(np.ascontiguousarray(np.stack(inputs)))
        scores = np.asarray(self._net.forward(), np.float64).reshape(-1, 2)
        return float((scores[:, 0] - scores[:, 1]).mean())
