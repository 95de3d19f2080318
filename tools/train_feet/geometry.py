"""From the points in the picture to angles on the floor, with their uncertainty: for evaluation only.

The points are heel and second toe of the left foot, then of the right: (4, 2) in pixels, or flat (8,).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.estimators.feet import FOOT_LENGTH_SHARE, HEEL_ABOVE_TOE_M, TOE2_HEIGHT_M

Array = NDArray[np.float64]
NAMES = ("v_angle", "heel_dist", "toe_dist")


@dataclass(frozen=True)
class Camera:
    """``x_cam = R x_world + t``; pixels ``K x_cam``."""

    K: Array
    R: Array
    t: Array


@dataclass(frozen=True)
class Reading:
    """Values (deg, cm) and their one-sigma errors, in the order of `NAMES`; yaw (2,) of each foot in the world."""

    values: Array
    sigma: Array
    yaw_deg: Array


def on_floor(pixels: Array, heights_m: Array, camera: Camera) -> Array:
    """World x, y (N, 2) of points seen at ``pixels`` (N, 2) that lie ``heights_m`` (N,) above the floor."""
    homogeneous = np.column_stack([pixels, np.ones(len(pixels))])
    rays = (camera.R.T @ np.linalg.inv(camera.K) @ homogeneous.T).T
    centre = -camera.R.T @ camera.t
    reach = (heights_m - centre[2]) / rays[:, 2]
    return centre[:2] + reach[:, None] * rays[:, :2]


def wrap_deg(angle: Array) -> Array:
    """Into (-180, 180]."""
    return np.asarray((angle + 180) % 360 - 180)


def yaws_deg(floor: Array) -> Array:
    """World yaw (2,) of the axes heel -> toe2 of floor points (4, 2)."""
    axes = floor[[1, 3]] - floor[[0, 2]]
    return np.degrees(np.arctan2(axes[:, 1], axes[:, 0]))


def _values(state: Array, camera: Camera) -> Array:
    """V angle, heel and toe distance of a state: 8 pixels, height of the toes, heel above toe of each foot."""
    floor = _floor(state, camera)
    left, right = yaws_deg(floor)
    gaps = 100 * np.linalg.norm(floor[:2] - floor[2:], axis=1)
    return np.array([wrap_deg(left - right), gaps[0], gaps[1]])


def _floor(state: Array, camera: Camera) -> Array:
    toe = state[8]
    return on_floor(state[:8].reshape(4, 2), np.array([toe + state[9], toe, toe + state[10], toe]), camera)


def _lengths(state: Array, camera: Camera) -> Array:
    floor = _floor(state, camera)
    return np.linalg.norm(floor[[1, 3]] - floor[[0, 2]], axis=1)


def _jacobian(function: Callable[[Array], Array], state: Array) -> Array:
    steps = np.array([0.05] * 8 + [1e-4] * 3)
    columns = []
    for i, step in enumerate(steps):
        moved = state.copy()
        moved[i] += step
        change = function(moved) - function(state)
        columns.append(change / step)
    return np.stack(columns, 1)


def read(pixels: Array, pixel_cov: Array, camera: Camera, stature_m: float | None = None) -> Reading:
    """Values on the floor from pixels (4, 2) and their covariance (8, 8); with a stature also the foot's length."""
    state = np.concatenate([pixels.ravel(), [TOE2_HEIGHT_M[0], HEEL_ABOVE_TOE_M[0], HEEL_ABOVE_TOE_M[0]]])
    cov = np.zeros((11, 11))
    cov[:8, :8] = pixel_cov
    cov[8:, 8:] = np.diag([TOE2_HEIGHT_M[1], HEEL_ABOVE_TOE_M[1], HEEL_ABOVE_TOE_M[1]]) ** 2
    if stature_m is not None:
        state, cov = _with_length(state, cov, camera, stature_m)
    jacobian = _jacobian(lambda s: _values(s, camera), state)
    sigma = np.sqrt(np.diag(jacobian @ cov @ jacobian.T))
    return Reading(_values(state, camera), sigma, yaws_deg(_floor(state, camera)))


def _with_length(state: Array, cov: Array, camera: Camera, stature_m: float) -> tuple[Array, Array]:
    """Condition on the length heel -> toe2 that goes with a stature (iterated Kalman update)."""
    expected = np.full(2, FOOT_LENGTH_SHARE[0] * stature_m)
    noise = np.eye(2) * (FOOT_LENGTH_SHARE[1] * stature_m) ** 2
    now = state
    for _ in range(4):
        jacobian = _jacobian(lambda s: _lengths(s, camera), now)
        gain = cov @ jacobian.T @ np.linalg.inv(jacobian @ cov @ jacobian.T + noise)
        now = state + gain @ (expected - _lengths(now, camera) - jacobian @ (state - now))
    return now, (np.eye(len(state)) - gain @ jacobian) @ cov
