"""The torso's colours as coarse cells: how each differs from the cloth, its neighbours, skin and the middle.

Both halves of the body are averaged, so a tie, a scarf or the V of a coat shows
as contrast whatever its colours are; which colours they are does not enter.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grooming.decide import Torsos
from vision.grooming.seen import Portrait
from vision.grooming.torso import LEFT_CM, PATCH_PX_PER_CM, TOP_CM, Patch
from vision.landmarks import Landmark
from vision.types import BoolArray, FloatArray

ROWS_CM = np.arange(-16.0, 36.0, 2.0)  # upper edges, below the shoulder joints +
COLUMNS_CM = np.arange(0.0, 12.0, 1.5)  # inner edges, either side of the middle
CHANNELS = 4
CLOTH_CM = (8.0, 15.0, 4.0, 24.0)  # aside from, to, below from, to: what the cloth's colour is taken from
COLOUR_UNIT = 5.0  # CIELAB; differences beyond it count ever less
FEWEST_PX = 20


def colour_cells(portrait: Portrait, torso: Torsos) -> FloatArray:
    """The cells as one row, (CHANNELS * rows * columns,); 0 where beyond the picture."""
    patch = torso.patch
    lab = lab_of(np.asarray(cv2.GaussianBlur(patch.image_bgr, (0, 0), 0.4 * PATCH_PX_PER_CM), np.uint8))
    grid, seen = _grid(lab, patch.inside)
    middle = len(COLUMNS_CM)
    inner = grid[:, [middle - 1, middle]].mean(axis=1, keepdims=True)
    differences = (
        grid - cloth_colour(patch, lab),
        np.roll(grid, -1, axis=1) - np.roll(grid, 1, axis=1),
        (grid - _skin_colour(portrait)) * [0.5, 1.0, 1.0],
        grid - inner,
    )
    channels = []
    for difference in differences:
        size = np.log1p(np.linalg.norm(difference, axis=2) / COLOUR_UNIT) * seen
        channels.append((size[:, middle:] + size[:, middle - 1 :: -1]) / 2)
    return np.concatenate([channel.ravel() for channel in channels])


def lab_of(image_bgr: NDArray[np.uint8]) -> FloatArray:
    """CIELAB, L 0..100."""
    return np.asarray(cv2.cvtColor(image_bgr.astype(np.float32) / 255, cv2.COLOR_BGR2LAB), np.float64)


def cloth_colour(patch: Patch, lab: FloatArray) -> FloatArray:
    """The middle colour (3,) of the chest on both sides of the sternum."""
    near, far, top, bottom = CLOTH_CM
    rows = slice(_pixel(top, TOP_CM), _pixel(bottom, TOP_CM))
    columns = np.r_[_pixel(-far, LEFT_CM) : _pixel(-near, LEFT_CM), _pixel(near, LEFT_CM) : _pixel(far, LEFT_CM)]
    return _middle(lab[rows][:, columns], patch.inside[rows][:, columns])


def _grid(lab: FloatArray, inside: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Median colour (rows, 2 * columns, 3) of each cell, the person's right first, and whether it is in the picture."""
    wide, tall = COLUMNS_CM[1] - COLUMNS_CM[0], ROWS_CM[1] - ROWS_CM[0]
    edges = np.concatenate([-COLUMNS_CM[::-1] - wide, COLUMNS_CM])
    grid, seen = np.zeros((len(ROWS_CM), len(edges), 3)), np.zeros((len(ROWS_CM), len(edges)))
    for i, y in enumerate(ROWS_CM):
        rows = slice(_pixel(y, TOP_CM), _pixel(y + tall, TOP_CM))
        for j, x in enumerate(edges):
            columns = slice(_pixel(x, LEFT_CM), _pixel(x + wide, LEFT_CM))
            grid[i, j] = np.median(lab[rows, columns].reshape(-1, 3), axis=0)
            seen[i, j] = inside[rows, columns].mean() > 0.5
    return grid, seen


def _skin_colour(portrait: Portrait) -> FloatArray:
    """The middle colour (3,) of the face round the nose; black without a face."""
    marks = portrait.landmarks_px
    if marks is None:
        return np.zeros(3)
    nose = marks[Landmark.NOSE]
    wide = float(np.hypot(*(marks[Landmark.LEFT_EYE] - marks[Landmark.RIGHT_EYE])))
    x0, x1 = (max(round(float(nose[0]) + share * wide), 0) for share in (-0.8, 0.8))
    y0, y1 = (max(round(float(nose[1]) + share * wide), 0) for share in (-0.1, 0.3))
    face = portrait.image_bgr[y0:y1, x0:x1]
    return _middle(lab_of(face), np.ones(face.shape[:2], np.bool_)) if face.size else np.zeros(3)


def _middle(lab: FloatArray, use: BoolArray) -> FloatArray:
    return np.median(lab[use], axis=0) if use.sum() >= FEWEST_PX else np.zeros(3)


def _pixel(value_cm: float, start_cm: float) -> int:
    return int((value_cm - start_cm) * PATCH_PX_PER_CM)
