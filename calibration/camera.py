"""The camera: what a pixel means on the floor and against gravity.

Conventions: floor frame in metres, z up, floor z = 0; camera frame with OpenCV
axes; ``x_cam = R x_floor + t``; pixel (0, 0) is the corner of the picture.
Pinhole with the Brown-Conrady distortion of OpenCV (k1, k2, p1, p2, k3).

This module knows cameras as values. It does not estimate them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.errors import CameraError

FloatArray = NDArray[np.float64]

ASSUMED_HEIGHT_M = 1.2
ASSUMED_FIELD_OF_VIEW_DEG = 65.0  # along the longer side of the picture
# Webcams and phones lie between about 50 and 80 deg along the longer side: half of that range as two sigma in focal.
# A laptop on a desk or a phone on a shelf: 0.8 .. 1.7 m high, tilted by up to about 15 deg, rolled by a few.
ASSUMED_SIGMA_FOCAL_REL = 0.18
ASSUMED_SIGMA_PITCH_DEG = 8.0
ASSUMED_SIGMA_ROLL_DEG = 2.5
ASSUMED_SIGMA_HEIGHT_M = 0.25


@dataclass(frozen=True, slots=True)
class CameraSigma:
    """One standard deviation of what the calibration knows."""

    focal_rel: float
    pitch_deg: float
    roll_deg: float
    height_m: float


# What each level is worth where the file does not say.
LEVEL_SIGMA = {
    "full": CameraSigma(0.01, 0.5, 0.5, 0.02),
    "floor": CameraSigma(0.03, 0.7, 0.7, 0.03),
    "person": CameraSigma(0.06, 2.0, 1.0, 0.06),
    "none": CameraSigma(
        ASSUMED_SIGMA_FOCAL_REL, ASSUMED_SIGMA_PITCH_DEG, ASSUMED_SIGMA_ROLL_DEG, ASSUMED_SIGMA_HEIGHT_M
    ),
}


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat of known place: its front corners (3,) in metres on the floor frame, as the sitter's left and right."""

    front_left: FloatArray
    front_right: FloatArray
    depth_m: float
    height_m: float


@dataclass(frozen=True, slots=True)
class Camera:
    """Intrinsics and pose with their standard deviations."""

    image_size: tuple[int, int]
    matrix: FloatArray  # (3, 3)
    distortion: FloatArray  # (5,)
    rotation_cam_from_floor: FloatArray  # (3, 3)
    translation_m: FloatArray  # (3,)
    sigma: CameraSigma
    level: str
    seat: Seat | None = None
    file_hash: str | None = None
    method: str = ""

    def __post_init__(self) -> None:
        for array in (self.matrix, self.distortion, self.rotation_cam_from_floor, self.translation_m):
            array.setflags(write=False)

    @property
    def up_camera(self) -> FloatArray:
        """Against gravity, in camera axes, unit (3,)."""
        return self.rotation_cam_from_floor[:, 2].copy()

    @property
    def centre_m(self) -> FloatArray:
        """The camera's place on the floor frame (3,)."""
        return -self.rotation_cam_from_floor.T @ self.translation_m

    @property
    def focal_px(self) -> float:
        """Geometric mean of fx and fy."""
        return float(np.sqrt(self.matrix[0, 0] * self.matrix[1, 1]))


def undistort_points(camera: Camera, points_px: FloatArray) -> FloatArray:
    """Pixels (..., 2) as an ideal pinhole with the same matrix would see them; NaN stays NaN."""
    points = np.asarray(points_px, dtype=np.float64)
    if not np.any(camera.distortion):
        return points.copy()
    flat = points.reshape(-1, 1, 2)
    out = cv2.undistortPoints(flat, camera.matrix, camera.distortion, P=camera.matrix)
    return np.asarray(out, dtype=np.float64).reshape(points.shape)


def project(camera: Camera, points_m: FloatArray) -> FloatArray:
    """Pixels (..., 2) of floor-frame points (..., 3), distortion included; NaN behind the camera."""
    points = np.asarray(points_m, dtype=np.float64)
    cam = points @ camera.rotation_cam_from_floor.T + camera.translation_m
    depth = np.where(cam[..., 2] > 1e-6, cam[..., 2], np.nan)
    x, y = cam[..., 0] / depth, cam[..., 1] / depth
    k1, k2, p1, p2, k3 = camera.distortion
    r2 = x * x + y * y
    radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
    xd = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x)
    yd = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y
    k = camera.matrix
    return np.stack([k[0, 0] * xd + k[0, 1] * yd + k[0, 2], k[1, 1] * yd + k[1, 2]], axis=-1)


def rays_of(camera: Camera, points_px: FloatArray) -> FloatArray:
    """Directions (..., 3) of the rays of pixels (..., 2) in the floor frame, at depth 1 of the camera's."""
    pixels = undistort_points(camera, points_px)
    homogeneous = np.concatenate([pixels, np.ones((*pixels.shape[:-1], 1))], axis=-1)
    return np.asarray(homogeneous @ np.linalg.inv(camera.matrix).T @ camera.rotation_cam_from_floor, dtype=np.float64)


def points_on_plane(camera: Camera, points_px: FloatArray, height_m: float | FloatArray) -> FloatArray:
    """Where the rays of pixels (..., 2) meet the level plane z = ``height_m``: (..., 3), NaN above the horizon."""
    rays = rays_of(camera, points_px)
    centre = camera.centre_m
    drop = np.asarray(height_m, dtype=np.float64) - centre[2]
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = drop / rays[..., 2]
    scale = np.where(np.isfinite(scale) & (scale > 0), scale, np.nan)
    return np.asarray(centre + rays * scale[..., None], dtype=np.float64)


def level_rotation(pitch_deg: float = 0.0, roll_deg: float = 0.0) -> FloatArray:
    """Rotation camera <- floor of a camera that looks along +y; pitch > 0 looks up, roll > 0 turns clockwise."""
    pitch, roll = np.radians([pitch_deg, roll_deg])
    forward = np.array([0.0, np.cos(pitch), np.sin(pitch)])
    right = np.array([1.0, 0.0, 0.0])
    down = np.cross(forward, right)
    x_axis = right * np.cos(roll) + down * np.sin(roll)
    y_axis = -right * np.sin(roll) + down * np.cos(roll)
    return np.stack([x_axis, y_axis, forward])


def assumed_camera(size_wh: tuple[int, int]) -> Camera:
    """A level camera at 1.2 m with 65 deg field of view, and the ignorance that goes with it."""
    width, height = size_wh
    focal = max(width, height) / 2 / np.tan(np.radians(ASSUMED_FIELD_OF_VIEW_DEG / 2))
    rotation = level_rotation()
    return Camera(
        image_size=(width, height),
        matrix=np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]]),
        distortion=np.zeros(5),
        rotation_cam_from_floor=rotation,
        translation_m=-rotation @ np.array([0.0, 0.0, ASSUMED_HEIGHT_M]),
        sigma=LEVEL_SIGMA["none"],
        level="none",
        method="assumed",
    )


def for_size(camera: Camera, size_wh: tuple[int, int]) -> Camera:
    """The same camera for pictures of another size of the same aspect ratio; CameraError for another ratio."""
    if tuple(size_wh) == tuple(camera.image_size):
        return camera
    (width, height), (own_width, own_height) = size_wh, camera.image_size
    scale_x, scale_y = width / own_width, height / own_height
    # One pixel of rounding is forgiven: 1280x720 -> 854x480.
    if abs(own_width * scale_y - width) > 1.5 and abs(own_height * scale_x - height) > 1.5:
        raise CameraError(
            f"the camera file is for {own_width}x{own_height} pictures, this one is {width}x{height}: "
            "another aspect ratio; calibrate again or use a recording of the same format",
            f"相机文件对应 {own_width}x{own_height} 画面，当前画面为 {width}x{height}，宽高比不同；"
            "请重新标定或使用相同画幅的录像",
        )
    matrix = camera.matrix.copy()
    matrix[0] *= scale_x
    matrix[1] *= scale_y
    return replace(camera, image_size=(width, height), matrix=matrix)


def known_or_assumed(camera: Camera | None, size_wh: tuple[int, int]) -> Camera:
    """The camera at the size of the pictures; where none is known, the assumed one."""
    return assumed_camera(size_wh) if camera is None else for_size(camera, size_wh)
