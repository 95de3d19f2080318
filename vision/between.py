"""Frames that were passed over, filled in: where the subject was between two frames that were looked at.

A frame whose picture had not yet changed shows the posture of the look before it, so a movement begins where the
picture began to change. Between looks the path is a monotone cubic: it neither kinks nor swings beyond what was seen.
While the picture rests, each look is averaged with its neighbours, as smoothing averages many frames of a recording
that is looked at in full: the jitter of a few looks must not count as a movement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import PchipInterpolator

from vision.types import FloatArray, PoseObservation, Skipped

if TYPE_CHECKING:
    from vision.watch import Looked

RESTING_S = 0.2  # looks farther apart than this found nothing moved since the one before


def filled(looked: Sequence[Looked]) -> tuple[Looked, ...]:
    """Every frame. The others stay where they were; the subject is lost where a neighbouring look lost them."""
    if not any(one.skipped for one in looked):
        return tuple(looked)
    every: list[Looked] = []
    for seen, group in groupby(looked, key=lambda one: one.subject is not None):
        run = list(group)
        path = _path(run) if seen and len(run) > 1 else None
        for k, one in enumerate(run):
            before = every[-1] if every else None
            for each in one.skipped if before is not None else ():
                every.append(_at(before, each, path if k else None))
            own = replace(one, skipped=())
            every.append(own if path is None or not _resting(run, k) else _moved(own, path))
    return tuple(every)


def _resting(run: Sequence[Looked], k: int) -> bool:
    """Whether nothing had moved since the look before, nor has until the next."""
    return 0 < k < len(run) - 1 and all(_still_since(run[j - 1], run[j]) for j in (k, k + 1))


def _still_since(before: Looked, one: Looked) -> bool:
    """Whether a look was taken because its time had come, not because something had moved."""
    came_to_move = any(each.unchanged for each in one.skipped)
    return bool(one.skipped) and not came_to_move and one.time_s - before.time_s > RESTING_S


def _path(run: Sequence[Looked]) -> PchipInterpolator:
    """Pixels, world landmarks and visibility (K, 33 * 6) over time, through looks that all show the subject."""
    times: list[float] = []
    rows: list[FloatArray] = []
    looks = [_row(one.subject) for one in run]
    for k, one in enumerate(run):
        rested = [each.timestamp_s for each in one.skipped if each.unchanged]
        if rows and rested:
            times.append(rested[-1])
            rows.append(rows[-1])
        times.append(one.time_s)
        rows.append((looks[k - 1] + 2.0 * looks[k] + looks[k + 1]) / 4.0 if _resting(run, k) else looks[k])
    return PchipInterpolator(times, np.array(rows), axis=0)


def _row(pose: PoseObservation | None) -> FloatArray:
    assert pose is not None
    parts = (pose.image_landmarks_px, pose.world_landmarks_m, np.nan_to_num(pose.visibility))
    return np.concatenate([part.ravel() for part in parts])


def _at(before: Looked | None, frame: Skipped, path: PchipInterpolator | None) -> Looked:
    """The frame after ``before``; without a path the subject is lost."""
    assert before is not None
    here = replace(
        before,
        time_s=frame.timestamp_s,
        index=frame.index,
        tries=before.tries[-1:],
        skipped=(),
        passed_over=True,
    )
    return replace(here, chosen=None) if path is None or before.chosen is None else _moved(here, path)


def _moved(one: Looked, path: PchipInterpolator) -> Looked:
    """The same with its subject where the path says."""
    row = np.asarray(path(one.time_s), dtype=np.float64)
    pose = PoseObservation(row[:66].reshape(33, 2), row[66:165].reshape(33, 3), row[165:], one.time_s)
    people = tuple(pose if k == one.chosen else other for k, other in enumerate(one.tries[-1]))
    return replace(one, tries=(*one.tries[:-1], people))
