"""Several windows of one picture as one class map over the whole picture."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grooming.classes import MAP_WH, Sight
from vision.grooming.seen import ClassMap, Kind, Zone

LONGEST_PX = 640
EDGE_PX = 10  # of a window's map, where its answers fade out: they lack what lies outside


def whole_map(size_wh: tuple[int, int], sights: Sequence[Sight]) -> ClassMap:
    """Sights over a picture of ``size_wh``, the later ones on top; background where nobody looked."""
    scale = min(max(sight.map_scale for sight in sights), LONGEST_PX / max(size_wh))
    width, height = (max(1, round(side * scale)) for side in size_wh)
    values = np.zeros((height, width, len(Kind) + len(Zone)), np.float32)
    values[..., Kind.BACKGROUND] = 1.0
    for i, sight in enumerate(sights):
        own, weight = _resampled(sight, (width, height), scale, fade=i > 0)
        values += weight[..., None] * (own - values)
    kinds = values[..., : len(Kind)]
    return ClassMap(kinds / kinds.sum(axis=2, keepdims=True), values[..., len(Kind) :].copy(), np.zeros(2), scale)


def own_map(sight: Sight) -> ClassMap:
    """One sight as a class map of its own window."""
    return ClassMap(sight.kinds.copy(), sight.zones.copy(), sight.window.origin_px, sight.map_scale)


def _resampled(
    sight: Sight, size_wh: tuple[int, int], scale: float, *, fade: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The sight's maps (H, W, C) and weight (H, W) 0..1 on the grid of the whole picture."""
    factor = scale / sight.map_scale
    shift = sight.window.origin_px * scale + 0.5 * factor - 0.5
    matrix = np.array([[factor, 0.0, shift[0]], [0.0, factor, shift[1]]])
    stacked = np.concatenate([sight.kinds, sight.zones], axis=2)
    layers = [
        cv2.warpAffine(np.ascontiguousarray(layer), matrix, size_wh, flags=cv2.INTER_LINEAR)
        for layer in stacked.transpose(2, 0, 1)
    ]
    sure = np.ones(MAP_WH[::-1], np.float32)
    if fade:
        rows, columns = (_ramp(side) for side in sure.shape)
        sure = np.asarray(np.minimum.outer(rows, columns), np.float32)
    weight = cv2.warpAffine(sure, matrix, size_wh, flags=cv2.INTER_LINEAR)
    inside = _inside(matrix, size_wh)[..., None]
    values = np.where(inside > 0, np.stack(layers, axis=2) / np.maximum(inside, 1e-3), 0)
    return np.asarray(values, np.float32), np.asarray(weight, np.float32)


def _inside(matrix: NDArray[np.float64], size_wh: tuple[int, int]) -> NDArray[np.float32]:
    """What interpolation with nothing outside leaves of a constant 1."""
    ones = np.ones(MAP_WH[::-1], np.float32)
    return np.asarray(cv2.warpAffine(ones, matrix, size_wh, flags=cv2.INTER_LINEAR), np.float32)


def _ramp(count: int) -> NDArray[np.float32]:
    steps = np.arange(count) + 0.5
    return np.asarray(np.clip(np.minimum(steps, count - steps) / EDGE_PX, 0, 1), np.float32)
