"""Where labels go: inside the picture, apart from each other, near what they speak of.

Greedy: every label tries a ring of places round its anchor and takes the
cheapest free one. A label prefers the place it had on the frame before
(`LabelMemory`), so that labels of a video do not jump.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from vision.types import FloatArray

Box = tuple[float, float, float, float]  # left, top, right, bottom in px

_DIRECTIONS = 12
_RINGS = (0.0, 0.8, 1.9, 3.4, 5.5)  # distances from the anchor in label heights
_BODY_COST = 1.5
_MOVE_COST = 0.8


@dataclass(slots=True)
class LabelMemory:
    """The places of the labels on the frame before, by rule: candidate number, and the panel's side."""

    places: dict[str, int] = field(default_factory=dict)
    panel_right: bool | None = None


def overlap_px2(boxes: FloatArray, others: FloatArray) -> FloatArray:
    """Shared areas (N, M) of boxes (N, 4) and others (M, 4)."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    sides = np.clip(high - low, 0, None)
    return np.asarray(sides[..., 0] * sides[..., 1], dtype=np.float64)


_ANGLES = np.tile(2 * np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS, len(_RINGS))
_RING = np.repeat(_RINGS, _DIRECTIONS)


def place_label(
    anchor: tuple[float, float],
    size: tuple[float, float],
    frame_wh: tuple[int, int],
    taken: Sequence[Box],
    body: Sequence[Box],
    preferred: int | None = None,
) -> tuple[Box, int] | None:
    """The label's box and its candidate number; None when no free place is left.

    ``taken`` may not be touched; ``body`` is covered unwillingly. The box
    keeps inside the frame.
    """
    extent = np.array(size)
    room = np.array(frame_wh) - extent
    if (room < 0).any():
        return None
    away = ((0.7 + _RING) * extent[1])[:, None] + extent / 2
    wanted = np.array(anchor) + np.stack((np.cos(_ANGLES), np.sin(_ANGLES)), axis=1) * away - extent / 2
    corner = np.clip(wanted, 0, room)
    boxes = np.hstack((corner, corner + extent))
    cost = _RING + 0.5 * np.abs(corner - wanted).sum(axis=1) / extent[1]
    if body:
        cost += _BODY_COST * overlap_px2(boxes, np.array(body)).sum(axis=1) / extent.prod()
    if preferred is not None:
        cost[preferred] -= _MOVE_COST
    if taken:
        cost[overlap_px2(boxes, np.array(taken)).any(axis=1)] = np.inf
    best = int(np.argmin(cost))
    if not np.isfinite(cost[best]):
        return None
    left, top, right, bottom = boxes[best].tolist()
    return (left, top, right, bottom), best
