"""What a calibration claims, drawn into the picture for the eye: a floor grid, a 1.7 m pole, a seat."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.camera import Camera, points_on_plane, project

FloatArray = NDArray[np.float64]
ImageBgr = NDArray[np.uint8]

GRID_STEP_M = 0.5
GRID_REACH_M = 3.0
POLE_M = 1.7
GRID_BGR, NEAR_BGR, POLE_BGR, SEAT_BGR = (200, 200, 60), (255, 255, 255), (60, 60, 230), (60, 200, 60)


def draw_calibration(image_bgr: ImageBgr, camera: Camera, spots_m: FloatArray | None = None) -> ImageBgr:
    """A copy of the picture with a grid of half metres and a pole of 1.7 m at each spot (N, 2).

    Without spots the pole stands where the ray at two thirds of the picture's height meets the floor.
    """
    picture = image_bgr.copy()
    thick = max(1, round(picture.shape[1] / 900))
    middle = _spots(camera, spots_m)
    if middle is None:
        return picture
    centre = np.round(middle.mean(axis=0) / GRID_STEP_M) * GRID_STEP_M
    lines = np.arange(-GRID_REACH_M, GRID_REACH_M + 1e-6, GRID_STEP_M)
    for offset in lines:
        for along in (0, 1):
            start, end = np.zeros(3), np.zeros(3)
            start[:2], end[:2] = centre, centre
            start[along] += offset
            end[along] += offset
            start[1 - along] -= GRID_REACH_M
            end[1 - along] += GRID_REACH_M
            _polyline(picture, camera, start, end, GRID_BGR, thick)
    for spot in middle:
        x, y = float(spot[0]), float(spot[1])
        for height in np.arange(0.0, POLE_M - 1e-6, 0.1):
            colour = POLE_BGR if round(height * 10) % 2 == 0 else NEAR_BGR
            low, high = np.array([x, y, height]), np.array([x, y, min(height + 0.1, POLE_M)])
            _polyline(picture, camera, low, high, colour, 3 * thick, 1)
    if camera.seat is not None:
        _draw_seat(picture, camera, thick)
    return picture


def _spots(camera: Camera, spots_m: FloatArray | None) -> FloatArray | None:
    if spots_m is not None and len(spots_m):
        return np.asarray(spots_m, dtype=np.float64)
    width, height = camera.image_size
    for share in (0.67, 0.8, 0.95):
        point = points_on_plane(camera, np.array([[width / 2, height * share]]), 0.0)[:, :2]
        if np.isfinite(point).all() and float(np.linalg.norm(point - camera.centre_m[:2])) < 15.0:
            return point
    return None


def _polyline(
    picture: ImageBgr,
    camera: Camera,
    start: FloatArray,
    end: FloatArray,
    colour: tuple[int, int, int],
    thick: int,
    pieces: int = 24,
) -> None:
    """A straight line in space in pieces, so that distortion bends it and what lies behind the camera drops out."""
    points = start + np.linspace(0, 1, pieces + 1)[:, None] * (end - start)
    pixels = project(camera, points)
    limit = 4.0 * max(camera.image_size)
    for one, other in pairwise(pixels):
        if np.isfinite([*one, *other]).all() and max(np.abs(one).max(), np.abs(other).max()) < limit:
            cv2.line(picture, _whole(one), _whole(other), colour, thick, cv2.LINE_AA)


def _whole(point: FloatArray) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))


def _draw_seat(picture: ImageBgr, camera: Camera, thick: int) -> None:
    seat = camera.seat
    assert seat is not None
    left, right = np.asarray(seat.front_left), np.asarray(seat.front_right)
    across = left - right
    back = np.cross([0.0, 0.0, 1.0], across)
    # Left of the sitter is left when looking forward: backwards is across turned by a quarter, see `seat_from_corners`.
    back *= seat.depth_m / max(float(np.linalg.norm(back)), 1e-9)
    corners = [left, right, right + back, left + back, left]
    for one, other in pairwise(corners):
        _polyline(picture, camera, one, other, SEAT_BGR, 2 * thick)
