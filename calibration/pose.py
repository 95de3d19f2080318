"""A camera's pose as people speak of it: pitch, roll and height above the floor, and how widths of belief combine."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from calibration.camera import Camera, CameraSigma, level_rotation

FloatArray = NDArray[np.float64]


def pitch_roll_deg(rotation_cam_from_floor: FloatArray) -> tuple[float, float]:
    """Pitch (up +) and roll (clockwise +) of a rotation (3, 3), the inverse of `level_rotation`."""
    up = rotation_cam_from_floor[:, 2]
    pitch = math.atan2(up[2], math.hypot(up[0], up[1]))
    return math.degrees(pitch), math.degrees(math.atan2(-up[0], -up[1]))


def heading_rotation(rotation_cam_from_floor: FloatArray) -> FloatArray:
    """The turn about the vertical (3, 3) that `level_rotation` of the same pitch and roll lacks."""
    level = level_rotation(*pitch_roll_deg(rotation_cam_from_floor))
    return np.asarray(level.T @ rotation_cam_from_floor, dtype=np.float64)


def pinhole(size_wh: tuple[int, int], focal_px: float) -> FloatArray:
    """Square pixels, principal point in the middle (3, 3)."""
    width, height = size_wh
    return np.array([[focal_px, 0.0, width / 2], [0.0, focal_px, height / 2], [0.0, 0.0, 1.0]])


def field_of_view_deg(camera: Camera) -> float:
    """Along the longer side of the picture."""
    width, height = camera.image_size
    focal = camera.matrix[0, 0] if width >= height else camera.matrix[1, 1]
    return math.degrees(2 * math.atan(max(width, height) / 2 / focal))


def level_camera(
    size_wh: tuple[int, int],
    matrix: FloatArray,
    distortion: FloatArray,
    pitch_deg: float,
    roll_deg: float,
    height_m: float,
    sigma: CameraSigma,
    level: str,
    method: str,
) -> Camera:
    """A camera above the floor frame's origin that looks along +y, turned by pitch and roll."""
    rotation = level_rotation(pitch_deg, roll_deg)
    return Camera(
        image_size=size_wh,
        matrix=np.array(matrix, dtype=np.float64),
        distortion=np.array(distortion, dtype=np.float64),
        rotation_cam_from_floor=rotation,
        translation_m=-rotation @ np.array([0.0, 0.0, height_m]),
        sigma=sigma,
        level=level,
        method=method,
    )
