"""What was seen in a batch of frames, and the state that is fitted to it.

State of one frame: 21 points in the floor frame (63 numbers, metres), then
log stature factor, camera pitch (deg), roll (deg), log focal factor, camera
height (m).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np

from calibration.camera import Camera
from vision.reconstruct.figure import Reading
from vision.reconstruct.skeleton import COUNT, LANDMARKS_OF_POINT, Point
from vision.types import FloatArray

STATURE, PITCH, ROLL, FOCAL, HEIGHT = range(COUNT * 3, COUNT * 3 + 5)
SIZE = COUNT * 3 + 5


@dataclass(frozen=True, slots=True)
class FootPoints:
    """Left heel, left toe, right heel, right toe as the feet's own network sees them; NaN if unseen."""

    pixels: FloatArray  # (T, 4, 2) undistorted
    covariance_px2: FloatArray  # (T, 8, 8) of all coordinates: the errors of both feet go together


FOOT_POINTS = (Point.LEFT_HEEL, Point.LEFT_TOE, Point.RIGHT_HEEL, Point.RIGHT_TOE)


@dataclass(frozen=True, slots=True)
class Cameras:
    """The camera of every frame as arrays; frames of one recording share theirs."""

    focal_px: FloatArray  # (T, 2)
    principal_px: FloatArray  # (T, 2)
    rotation: FloatArray  # (T, 3, 3) camera <- floor
    centre_m: FloatArray  # (T, 3)
    sigma: FloatArray  # (T, 4) pitch deg, roll deg, focal share, height m


def cameras_of(cameras: Sequence[Camera]) -> Cameras:
    """One camera per frame."""
    return Cameras(
        focal_px=np.array([[c.matrix[0, 0], c.matrix[1, 1]] for c in cameras]),
        principal_px=np.array([c.matrix[:2, 2] for c in cameras]),
        rotation=np.array([c.rotation_cam_from_floor for c in cameras]),
        centre_m=np.array([c.centre_m for c in cameras]),
        sigma=np.array([[c.sigma.pitch_deg, c.sigma.roll_deg, c.sigma.focal_rel, c.sigma.height_m] for c in cameras]),
    )


@dataclass(frozen=True, slots=True)
class Observations:
    """Everything seen in T frames. Seat heights are NaN where nobody sits on a known seat."""

    cameras: Cameras
    landmarks_px: FloatArray  # (T, 33, 2) undistorted, NaN where unseen
    world_m: FloatArray  # (T, 33, 3)
    visibility: FloatArray  # (T, 33)
    stature_m: FloatArray  # (T,)
    stature_sigma_rel: FloatArray  # (T,)
    bone_share: FloatArray  # (T, B) expected lengths as shares of stature, see `bone_shares`
    bone_sigma: FloatArray  # (T, B)
    on_floor: FloatArray  # (T, 2) weight 0..1 that a foot stands flat, left and right
    seat_height_m: FloatArray  # (T,)
    feet: FootPoints | None = None
    figure: Reading | None = None

    @property
    def frames(self) -> int:
        """T."""
        return int(self.landmarks_px.shape[0])


def repeated(observations: Observations, times: int) -> Observations:
    """The same frames ``times`` times over, as one longer batch."""

    def tile(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return np.concatenate([value] * times)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{f.name: tile(getattr(value, f.name)) for f in fields(value)})
        return value

    result: Observations = tile(observations)
    return result


def exp_of(state: FloatArray, column: int) -> FloatArray:
    """exp of one column (T,) of states (T, N), the same to the bit wherever they lie in memory.

    NumPy computes exp of a strided column by one of two routines, whose last digits differ: which one hangs on whether
    the result's memory happens to lie within the column's stride. A column of its own is always done by the same.
    """
    return np.asarray(np.exp(state[:, column].copy()), dtype=np.float64)


def points_of(state: FloatArray) -> FloatArray:
    """The points (T, 21, 3) of states (T, N)."""
    return state[:, : COUNT * 3].reshape(-1, COUNT, 3)


def observed_points(observations: Observations) -> tuple[FloatArray, FloatArray]:
    """Pixels (T, 21, 2) and visibility (T, 21) of the points, from their landmarks."""
    pixels = np.stack([observations.landmarks_px[:, list(ids)].mean(axis=1) for ids in LANDMARKS_OF_POINT], axis=1)
    seen = np.stack([observations.visibility[:, list(ids)].min(axis=1) for ids in LANDMARKS_OF_POINT], axis=1)
    return pixels, seen
