"""Frames that were passed over, filled in: where the subject was between two frames that were looked at.

A frame whose picture had not yet changed shows the posture of the look before it, so a movement begins where the
picture began to change. Between looks the path is a monotone cubic: it neither kinks nor swings beyond what was seen.
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
            every.append(replace(one, skipped=()))
    return tuple(every)


def _path(run: Sequence[Looked]) -> PchipInterpolator:
    """Pixels, world landmarks and visibility (K, 33 * 6) over time, through looks that all show the subject."""
    times: list[float] = []
    rows: list[FloatArray] = []
    for one in run:
        rested = [each.timestamp_s for each in one.skipped if each.unchanged]
        if rows and rested:
            times.append(rested[-1])
            rows.append(rows[-1])
        times.append(one.time_s)
        rows.append(_row(one.subject))
    return PchipInterpolator(times, np.array(rows), axis=0)


def _row(pose: PoseObservation | None) -> FloatArray:
    assert pose is not None
    parts = (pose.image_landmarks_px, pose.world_landmarks_m, np.nan_to_num(pose.visibility))
    return np.concatenate([part.ravel() for part in parts])


def _at(before: Looked | None, frame: Skipped, path: PchipInterpolator | None) -> Looked:
    """The frame after ``before``; without a path the subject is lost."""
    assert before is not None
    here = replace(before, time_s=frame.timestamp_s, index=frame.index, tries=before.tries[-1:], skipped=())
    if path is None or before.chosen is None:
        return replace(here, chosen=None)
    row = np.asarray(path(frame.timestamp_s), dtype=np.float64)
    pose = PoseObservation(row[:66].reshape(33, 2), row[66:165].reshape(33, 3), row[165:], frame.timestamp_s)
    people = tuple(pose if k == before.chosen else other for k, other in enumerate(before.tries[-1]))
    return replace(here, tries=(people,))
