"""Tracks of a person who hardly moves, without any network."""

from __future__ import annotations

import numpy as np

from tests.synthetic import IMAGE_SIZE, STAND, body, camera_at, seen
from vision.types import BoolArray, FloatArray
from vision.watch import Track


def track(times_s: FloatArray, shift_px: FloatArray | None = None, unseen: BoolArray | None = None) -> Track:
    """A standing person, moved sideways by ``shift_px`` (T,), NaN where ``unseen`` (T,)."""
    look = seen(body(STAND), camera_at(0.0), STAND)
    count = len(times_s)
    pixels = np.repeat(look.landmarks_px[None], count, axis=0)
    world = np.repeat(look.world_m[None], count, axis=0)
    if shift_px is not None:
        pixels[:, :, 0] += shift_px[:, None]
    visibility = np.repeat(look.visibility[None], count, axis=0)
    if unseen is not None:
        pixels[unseen], world[unseen], visibility[unseen] = np.nan, np.nan, 0.0
    return Track(
        times_s=times_s,
        indices=np.arange(count, dtype=np.float64),
        landmarks_px=pixels,
        world_m=world,
        visibility=visibility,
        raw_px=pixels.copy(),
        people=np.ones(count),
        brightness=np.full(count, 120.0),
        size_wh=IMAGE_SIZE,
        notices=(),
    )


def seen_throughout(times_s: FloatArray, landmarks_px: FloatArray, size_wh: tuple[int, int]) -> Track:
    """One person whom the network sees in every frame, with landmarks (T, 33, 2) and empty world landmarks."""
    count = len(times_s)
    return Track(
        times_s=times_s,
        indices=np.arange(count, dtype=np.float64),
        landmarks_px=landmarks_px,
        world_m=np.zeros((count, 33, 3)),
        visibility=np.full((count, 33), 0.99),
        raw_px=landmarks_px,
        people=np.ones(count),
        brightness=np.full(count, 120.0),
        size_wh=size_wh,
        notices=(),
    )


def frames_of(times_s: FloatArray, start_s: float, end_s: float) -> tuple[int, ...]:
    """Numbers of the frames between two times, both included."""
    return tuple(int(i) for i in np.flatnonzero((times_s >= start_s - 1e-9) & (times_s <= end_s + 1e-9)))
