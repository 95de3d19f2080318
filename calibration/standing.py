"""Which moments of a recording show a person standing upright, and at how many different places.

Works on arrays of landmarks over time; a walk counts too: the moments when the feet pass each other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.person import SEEN, StandingView, body_yaw_deg

FloatArray = NDArray[np.float64]

SHOULDERS, HIPS, KNEES, ANKLES, HEAD = [11, 12], [23, 24], [25, 26], [27, 28], [0, 7, 8]
STRAIGHT_KNEE_DEG = 150.0
STRAIGHT_HIP_DEG = 150.0
FEET_TOGETHER = 0.16  # of the body's height in the picture
LOW_HANDS = 0.02  # wrists at most this share of the body above the shoulders
STILL_PER_S = 0.12  # of the body's height
SPOT_APART = 0.10  # of the body's height, or of its logarithm
SAME_SPOT = 0.03
MOST_SPOTS = 6


def _angle_deg(first: FloatArray, middle: FloatArray, last: FloatArray) -> FloatArray:
    """Angle at ``middle`` (T,), 180 = straight."""
    a, b = first - middle, last - middle
    cross, dot = np.linalg.norm(np.cross(a, b), axis=-1), np.sum(a * b, axis=-1)
    return np.asarray(np.degrees(np.arctan2(cross, dot)), dtype=np.float64)


def upright(
    landmarks_px: FloatArray, world_m: FloatArray, visibility: FloatArray, size_wh: tuple[int, int]
) -> NDArray[np.bool_]:
    """Frames (T,) of landmarks (T, 33, 2), (T, 33, 3), (T, 33) with straight legs and trunk, all of it in sight."""
    needed = [*HEAD, *SHOULDERS, *HIPS, *KNEES, *ANKLES]
    pixels = landmarks_px[:, needed]
    inside = ((pixels >= 0) & (pixels <= np.array(size_wh))).all(axis=(1, 2))
    seen = (np.nan_to_num(visibility[:, needed]) >= SEEN).mean(axis=1) > 0.8
    body = height_px(landmarks_px)
    knees = _angle_deg(world_m[:, HIPS], world_m[:, KNEES], world_m[:, ANKLES]).min(axis=1)
    hips = _angle_deg(world_m[:, SHOULDERS], world_m[:, HIPS], world_m[:, KNEES]).min(axis=1)
    feet = np.abs(landmarks_px[:, 27, 0] - landmarks_px[:, 28, 0]) / body
    hands = (landmarks_px[:, SHOULDERS, 1] - landmarks_px[:, [15, 16], 1]).max(axis=1) / body
    with np.errstate(invalid="ignore"):
        straight = (knees > STRAIGHT_KNEE_DEG) & (hips > STRAIGHT_HIP_DEG)
        return np.asarray(inside & seen & straight & (feet < FEET_TOGETHER) & (hands < LOW_HANDS))


def height_px(landmarks_px: FloatArray) -> FloatArray:
    """Head to ankles (T,) in pixels."""
    ankles, head = landmarks_px[:, ANKLES].mean(axis=1), landmarks_px[:, HEAD].mean(axis=1)
    return np.asarray(np.maximum(np.linalg.norm(ankles - head, axis=1), 1.0), dtype=np.float64)


def speed_per_s(times_s: FloatArray, landmarks_px: FloatArray) -> FloatArray:
    """How fast the body moves (T,), in its own heights a second; infinite for a single frame."""
    if len(times_s) < 2:
        return np.full(len(times_s), np.inf)
    body = landmarks_px[:, [*SHOULDERS, *HIPS, *ANKLES]].mean(axis=1)
    steps = np.linalg.norm(np.diff(body, axis=0), axis=1) / np.maximum(np.diff(times_s), 1e-3)
    steps = np.where(np.isfinite(steps), steps, np.inf)
    around = np.maximum(np.concatenate([steps[:1], steps]), np.concatenate([steps, steps[-1:]]))
    return np.asarray(around / height_px(landmarks_px), dtype=np.float64)


def signature(landmarks_px: FloatArray) -> FloatArray:
    """Where a body stands in the picture (T, 3): feet in body heights, logarithm of its size."""
    body = height_px(landmarks_px)
    typical = float(np.nanmedian(body))
    feet = landmarks_px[:, ANKLES].mean(axis=1) / typical
    return np.concatenate([feet, np.log(body)[:, None]], axis=1)


def pick_standing(
    times_s: FloatArray,
    landmarks_px: FloatArray,
    world_m: FloatArray,
    visibility: FloatArray,
    size_wh: tuple[int, int],
    most: int = MOST_SPOTS,
) -> list[StandingView]:
    """The person at up to ``most`` different places, the stillest moments first; landmarks of one stay averaged."""
    good = np.flatnonzero(upright(landmarks_px, world_m, visibility, size_wh))
    if not len(good):
        return []
    places = signature(landmarks_px)
    speed = speed_per_s(times_s, landmarks_px)
    chosen: list[int] = [int(good[np.argmin(speed[good])])]
    while len(chosen) < most:
        away = np.linalg.norm(places[good, None] - places[chosen][None], axis=2).min(axis=1)
        # Far from the others, and better still than moving.
        worth = np.where(away > SPOT_APART, away / (1.0 + np.minimum(speed[good], 10.0)), -1.0)
        best = int(np.argmax(worth))
        if worth[best] <= 0:
            break
        chosen.append(int(good[best]))
    return [_averaged(i, good, times_s, places, landmarks_px, world_m, visibility) for i in chosen]


def _averaged(
    centre: int,
    good: NDArray[np.int64],
    times_s: FloatArray,
    places: FloatArray,
    landmarks_px: FloatArray,
    world_m: FloatArray,
    visibility: FloatArray,
) -> StandingView:
    near = np.linalg.norm(places[good] - places[centre], axis=1) < SAME_SPOT
    near &= np.abs(times_s[good] - times_s[centre]) < 1.0
    rows = good[near]
    return StandingView(
        np.median(landmarks_px[rows], axis=0),
        np.median(visibility[rows], axis=0),
        body_yaw_deg(np.median(world_m[rows], axis=0)),
    )


def still_span(
    times_s: FloatArray, landmarks_px: FloatArray, ok: NDArray[np.bool_], length_s: float
) -> tuple[int, int] | None:
    """First and last frame of the stillest span of upright standing of about ``length_s``; None when there is none."""
    speed = speed_per_s(times_s, landmarks_px)
    best: tuple[float, tuple[int, int]] | None = None
    for first in range(len(times_s)):
        last = int(np.searchsorted(times_s, times_s[first] + length_s - 1e-6))
        if last >= len(times_s):
            break
        span = slice(first, last + 1)
        mean = float(np.mean(speed[span]))
        if ok[span].all() and mean < STILL_PER_S and (best is None or mean < best[0]):
            best = (mean, (first, last))
    return None if best is None else best[1]
