"""What a calibration claims, drawn into the picture for the eye: a floor grid, a 1.7 m pole, a seat."""

from __future__ import annotations

from dataclasses import dataclass
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
# Colour (BGR) and thickness of each kind of line.
STYLES = {
    "grid": ((200, 200, 60), 1),
    "pole": ((60, 60, 230), 3),
    "pole_white": ((255, 255, 255), 3),
    "seat": ((60, 200, 60), 2),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line to draw: ``kind`` is grid, pole, pole_white or seat; ``points_px`` (N, 2), NaN where it is not seen."""

    kind: str
    points_px: FloatArray


def calibration_lines(camera: Camera, spots_m: FloatArray | None = None) -> list[Line]:
    """A grid of half metres round the spots (N, 2), a striped pole of 1.7 m at each, the seat.

    Without spots the pole stands where the ray at two thirds of the picture's height meets the floor. Empty where no
    floor is seen.
    """
    middle = _spots(camera, spots_m)
    if middle is None:
        return []
    found = []
    centre = np.round(middle.mean(axis=0) / GRID_STEP_M) * GRID_STEP_M
    for offset in np.arange(-GRID_REACH_M, GRID_REACH_M + 1e-6, GRID_STEP_M):
        for along in (0, 1):
            start, end = np.zeros(3), np.zeros(3)
            start[:2], end[:2] = centre, centre
            start[along] += offset
            end[along] += offset
            start[1 - along] -= GRID_REACH_M
            end[1 - along] += GRID_REACH_M
            found.append(_line("grid", camera, start, end))
    for spot in middle:
        x, y = float(spot[0]), float(spot[1])
        for height in np.arange(0.0, POLE_M - 1e-6, 0.1):
            low, high = np.array([x, y, height]), np.array([x, y, min(height + 0.1, POLE_M)])
            found.append(_line("pole" if round(height * 10) % 2 == 0 else "pole_white", camera, low, high, 1))
    return found + _seat_lines(camera)


def draw_calibration(image_bgr: ImageBgr, camera: Camera, spots_m: FloatArray | None = None) -> ImageBgr:
    """A copy of the picture with `calibration_lines` in it."""
    picture = image_bgr.copy()
    thick = max(1, round(picture.shape[1] / 900))
    for line in calibration_lines(camera, spots_m):
        colour, times = STYLES[line.kind]
        for one, other in pairwise(line.points_px):
            if np.isfinite([*one, *other]).all():
                cv2.line(picture, _whole(one), _whole(other), colour, times * thick, cv2.LINE_AA)
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


def _line(kind: str, camera: Camera, start: FloatArray, end: FloatArray, pieces: int = 24) -> Line:
    """A straight line in space in pieces, so that distortion bends it and what lies behind the camera drops out."""
    pixels = project(camera, start + np.linspace(0, 1, pieces + 1)[:, None] * (end - start))
    with np.errstate(invalid="ignore"):
        far = ~(np.abs(pixels).max(axis=1) < 4.0 * max(camera.image_size))
    pixels[far] = np.nan
    return Line(kind, pixels)


def _whole(point: FloatArray) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))


def _seat_lines(camera: Camera) -> list[Line]:
    seat = camera.seat
    if seat is None:
        return []
    left, right = np.asarray(seat.front_left), np.asarray(seat.front_right)
    across = left - right
    back = np.cross([0.0, 0.0, 1.0], across)
    # Left of the sitter is left when looking forward: backwards is across turned by a quarter, see `seat_from_corners`.
    back *= seat.depth_m / max(float(np.linalg.norm(back)), 1e-9)
    corners = [left, right, right + back, left + back, left]
    return [_line("seat", camera, one, other) for one, other in pairwise(corners)]
