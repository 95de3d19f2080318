"""Square crops round a part of the body, and the way back to pixels of the full picture.

A body's scale in the picture is guessed from whichever of shoulder width,
trunk and upper arms is foreshortened least, with a typical adult's lengths.
It sizes crops; nothing is measured with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vision.landmarks import Landmark
from vision.types import FloatArray, ImageBgr

# Typical distances between the pose network's landmarks, metres (its shoulders and hips, not the joint centres).
_SHOULDERS_M, _TRUNK_M, _UPPER_ARM_M = 0.34, 0.50, 0.30


@dataclass(frozen=True, slots=True)
class Crop:
    """A square of the picture resampled to ``size`` pixels; ``scale`` is crop pixels per picture pixel."""

    image_bgr: ImageBgr
    origin_px: FloatArray  # (2,) the crop's upper left corner in the picture
    scale: float

    def to_picture_px(self, crop_px: FloatArray) -> FloatArray:
        """Points (..., 2) of the crop as pixels of the full picture."""
        return np.asarray(crop_px / self.scale + self.origin_px, np.float64)


def square_crop(image_bgr: ImageBgr, centre_px: FloatArray, side_px: float, size: int) -> Crop:
    """The square of ``side_px`` round ``centre_px``; beyond the picture its edge is repeated."""
    scale = size / side_px
    origin = np.asarray(centre_px, np.float64) - side_px / 2
    # warpAffine counts from the centre of the first pixel, we from its corner
    shift = -origin * scale + 0.5 * scale - 0.5
    matrix = np.array([[scale, 0.0, shift[0]], [0.0, scale, shift[1]]])
    way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    crop = cv2.warpAffine(image_bgr, matrix, (size, size), flags=way, borderMode=cv2.BORDER_REPLICATE)
    return Crop(np.asarray(crop, np.uint8), origin, scale)


def pixels_per_metre(landmarks_px: FloatArray) -> float:
    """Scale of the body in the picture from its 33 landmarks (33, 2); NaN when too few are known."""

    def distance(a: Landmark, b: Landmark) -> float:
        return float(np.hypot(*(landmarks_px[a] - landmarks_px[b])))

    shoulders = (landmarks_px[Landmark.LEFT_SHOULDER] + landmarks_px[Landmark.RIGHT_SHOULDER]) / 2
    hips = (landmarks_px[Landmark.LEFT_HIP] + landmarks_px[Landmark.RIGHT_HIP]) / 2
    scales = (
        distance(Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER) / _SHOULDERS_M,
        float(np.hypot(*(shoulders - hips))) / _TRUNK_M,
        distance(Landmark.LEFT_SHOULDER, Landmark.LEFT_ELBOW) / _UPPER_ARM_M,
        distance(Landmark.RIGHT_SHOULDER, Landmark.RIGHT_ELBOW) / _UPPER_ARM_M,
    )
    known = [scale for scale in scales if np.isfinite(scale)]
    return max(known) if known else float("nan")


def inside(image_bgr: ImageBgr, point_px: FloatArray) -> bool:
    """Whether the point (2,) lies in the picture; False for NaN."""
    height, width = image_bgr.shape[:2]
    return bool(np.isfinite(point_px).all() and 0 <= point_px[0] <= width and 0 <= point_px[1] <= height)
