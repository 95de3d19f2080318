"""The upper body as a flat frame in centimetres, laid over the picture by the two shoulders.

Origin half way between the shoulder joints, x along the shoulder line towards
the person's own left, y down. Valid near the plane of the shoulders; what lies in
front of it (the chest, by some ten centimetres) looks larger by its nearness.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grooming.seen import ClassMap
from vision.landmarks import Landmark
from vision.types import FloatArray, ImageBgr

# The pose network's shoulders lie beside and above the joint centres; means over the development portraits
# from in front (150 shoulders, standard deviation 0.9 cm each way), as (outwards, up).
JOINT_SHIFT_CM = (-0.6, 2.4)
LEFT_CM, TOP_CM, WIDTH_CM, HEIGHT_CM = -24.0, -18.0, 48.0, 68.0  # what a patch shows
PATCH_PX_PER_CM = 8.0


@dataclass(frozen=True, slots=True)
class Torso:
    """The frame of a torso in a picture; ``px_per_cm`` at the shoulders."""

    origin_px: FloatArray  # (2,)
    across: FloatArray  # (2,) unit, towards the person's left
    down: FloatArray  # (2,) unit
    px_per_cm: float
    half_width_cm: float  # from the origin to each shoulder joint

    def to_picture_px(self, points_cm: FloatArray) -> FloatArray:
        """Pixels (..., 2) of points (..., 2) of the frame."""
        points = np.asarray(points_cm, np.float64)
        axes = np.stack([self.across, self.down])
        return np.asarray(self.origin_px + self.px_per_cm * (points @ axes), np.float64)

    def to_cm(self, points_px: FloatArray) -> FloatArray:
        """Points (..., 2) of the frame at pixels (..., 2)."""
        axes = np.stack([self.across, self.down])
        return np.asarray((np.asarray(points_px, np.float64) - self.origin_px) @ axes.T / self.px_per_cm, np.float64)


def torso_of(landmarks_px: FloatArray, px_per_cm: float) -> Torso:
    """The frame from the 33 pose landmarks (33, 2) and the scale at the shoulders."""
    left, right = landmarks_px[Landmark.LEFT_SHOULDER], landmarks_px[Landmark.RIGHT_SHOULDER]
    span = float(np.hypot(*(left - right)))
    across = (left - right) / max(span, 1e-9)
    down = np.array([-across[1], across[0]])
    down = down if down[1] > 0 else -down
    outwards, up = JOINT_SHIFT_CM
    half_cm = span / px_per_cm / 2 - outwards
    return Torso(
        origin_px=(left + right) / 2 + down * up * px_per_cm,
        across=across,
        down=down,
        px_per_cm=px_per_cm,
        half_width_cm=half_cm,
    )


@dataclass(frozen=True, slots=True)
class Patch:
    """The torso resampled at `PATCH_PX_PER_CM`, the person's left at the right edge; ``inside``: in the picture."""

    image_bgr: ImageBgr
    classes: NDArray[np.uint8]  # (H, W) as the portrait's class map; background outside the picture
    inside: NDArray[np.bool_]  # (H, W)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return int(self.classes.shape[0]), int(self.classes.shape[1])


def patch_of(torso: Torso, image_bgr: ImageBgr, body: ClassMap) -> Patch:
    """Cut the torso out of the picture and its class map."""
    scale = torso.px_per_cm / PATCH_PX_PER_CM
    matrix = np.empty((2, 3))
    matrix[:, 0], matrix[:, 1] = torso.across * scale, torso.down * scale
    # warpAffine counts from the centre of the first pixel, we from its corner
    corner = torso.to_picture_px(np.array([LEFT_CM, TOP_CM]))
    matrix[:, 2] = corner + matrix[:, :2] @ [0.5, 0.5] - 0.5
    size = (round(WIDTH_CM * PATCH_PX_PER_CM), round(HEIGHT_CM * PATCH_PX_PER_CM))
    smooth = image_bgr if scale <= 1 else cv2.GaussianBlur(image_bgr, (0, 0), 0.4 * scale)
    inverse = cv2.WARP_INVERSE_MAP
    image = cv2.warpAffine(smooth, matrix, size, flags=cv2.INTER_LINEAR | inverse, borderMode=cv2.BORDER_REPLICATE)
    nearest = cv2.INTER_NEAREST | inverse
    inside = cv2.warpAffine(np.ones(image_bgr.shape[:2], np.uint8), matrix, size, flags=nearest)
    to_map = matrix * body.scale
    to_map[:, 2] = body.to_map_px(matrix[:, 2] + 0.5) - 0.5
    classes = cv2.warpAffine(body.classes, to_map, size, flags=nearest)
    return Patch(np.asarray(image, np.uint8), np.asarray(classes, np.uint8), np.asarray(inside > 0))


def patch_to_cm(points: FloatArray) -> FloatArray:
    """Frame points (..., 2) at patch pixels (..., 2)."""
    return np.asarray(np.asarray(points, np.float64) / PATCH_PX_PER_CM + [LEFT_CM, TOP_CM], np.float64)


def cm_to_patch(points_cm: FloatArray) -> FloatArray:
    """Patch pixels (..., 2) of frame points (..., 2)."""
    return np.asarray((np.asarray(points_cm, np.float64) - [LEFT_CM, TOP_CM]) * PATCH_PX_PER_CM, np.float64)


def zone(left_cm: float, top_cm: float, right_cm: float, bottom_cm: float) -> tuple[slice, slice]:
    """Rows and columns of a patch between four lines of the frame."""
    (x0, y0), (x1, y1) = np.rint(cm_to_patch(np.array([[left_cm, top_cm], [right_cm, bottom_cm]]))).astype(int)
    return slice(int(y0), int(y1)), slice(int(x0), int(x1))
