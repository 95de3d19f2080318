"""One person through a recording: the pose network over every frame, the subject kept, the path smoothed.

Alone in the picture, a person is followed by the single-person tracker, which
is cheap. A scout looks for others every other second; while there are several, or
the tracker has left the subject, everybody is found in every frame and
`SubjectTracker` keeps to the one. Memory: numbers only, no pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from vision.estimators.pose import PoseEstimator
from vision.filtering import gate_outliers, smooth_zero_phase
from vision.subject import SubjectMode, SubjectTracker
from vision.types import BoolArray, FloatArray, Frame, Notice, PoseObservation

SCOUT_INTERVAL_S = 2.0
CROWD_PEOPLE = 4
STILL_CONFIDENCE = 0.4  # of a detection in a single picture
SAME_BODY_SHARE = 0.2  # of a body's height: two detections nearer than this are one person seen twice
SMOOTHING_HZ = 4.0  # postures and bows move below 2 Hz
NEAR_IN_TIME_S = 0.5  # a landmark may stand in for itself over this time
DARK_LEVEL = 25.0  # mean of a picture (0..255) in which a person can no longer be made out


@dataclass(frozen=True, slots=True)
class Track:
    """The subject over T frames, NaN where unseen; raw and smoothed in time."""

    times_s: FloatArray  # (T,)
    indices: FloatArray  # (T,) number of the source frame
    landmarks_px: FloatArray  # (T, 33, 2) smoothed
    world_m: FloatArray  # (T, 33, 3) smoothed
    visibility: FloatArray  # (T, 33)
    raw_px: FloatArray  # (T, 33, 2)
    people: FloatArray  # (T,) how many were found
    brightness: FloatArray  # (T,) mean level 0..255
    size_wh: tuple[int, int]
    notices: tuple[Notice, ...]

    @property
    def seen(self) -> BoolArray:
        """(T,) bool: the subject is there."""
        return np.asarray(np.isfinite(self.landmarks_px).all(axis=(1, 2)))


def distinct(observations: Iterable[PoseObservation]) -> tuple[PoseObservation, ...]:
    """Drop second detections of the same body; the better seen one stays."""
    kept: list[PoseObservation] = []
    for candidate in sorted(observations, key=lambda o: -float(np.nansum(o.visibility))):
        height = max(float(np.ptp(candidate.image_landmarks_px[:, 1])), 1.0)
        apart = [
            float(np.median(np.linalg.norm(candidate.image_landmarks_px - other.image_landmarks_px, axis=1)))
            for other in kept
        ]
        if not apart or min(apart) > SAME_BODY_SHARE * height:
            kept.append(candidate)
    return tuple(kept)


class Finder:
    """Everybody in a frame, by the cheapest network that will do. Close it."""

    def __init__(self) -> None:
        self._solo = PoseEstimator(people=1)
        self._crowd: PoseEstimator | None = None
        self._next_scout_s = -1.0
        self._crowd_until_s = -1.0

    def close(self) -> None:
        """Free the networks."""
        self._solo.close()
        if self._crowd is not None:
            self._crowd.close()

    def find(self, frame: Frame, lost: bool) -> tuple[PoseObservation, ...]:
        """People in the frame; ``lost``: the subject was not among those of the last frame."""
        time_s = frame.timestamp_s
        if time_s >= self._next_scout_s or time_s <= self._crowd_until_s or lost:
            if self._crowd is None:
                self._crowd = PoseEstimator(people=CROWD_PEOPLE)
            found = distinct(self._crowd.estimate(frame.image_bgr, time_s))
            if len(found) > 1:
                self._crowd_until_s = time_s + SCOUT_INTERVAL_S
            if time_s >= self._next_scout_s:
                self._next_scout_s = time_s + SCOUT_INTERVAL_S
            return found
        return self._solo.estimate(frame.image_bgr, time_s)


def watch(
    frames: Iterable[Frame], size_wh: tuple[int, int], person: str, progress: Callable[[float], None] | None = None
) -> Track:
    """Follow the subject through all frames; ``person`` is ``largest``, ``center`` or a number as text."""
    tracker = SubjectTracker(subject_mode(person), size_wh)
    finder = Finder()
    rows: list[tuple[float, int, PoseObservation | None, int, float]] = []
    lost = False
    try:
        for frame in frames:
            found = finder.find(frame, lost)
            chosen = tracker.update(frame.timestamp_s, found)
            if chosen is None and not lost and len(found) == 1:
                found = finder.find(frame, True)
                chosen = tracker.update(frame.timestamp_s, found)
            lost = chosen is None
            subject = None if chosen is None else found[chosen]
            rows.append((frame.timestamp_s, frame.index, subject, len(found), brightness(frame)))
            if progress is not None:
                progress(frame.timestamp_s)
    finally:
        finder.close()
    return _track(rows, size_wh, tracker.notices)


def no_track(size_wh: tuple[int, int]) -> Track:
    """The track of nobody over no frames."""
    return _track([], size_wh, ())


def subject_mode(person: str) -> SubjectMode:
    """``largest``, ``center`` or the number; ValueError for another word."""
    if person.isdecimal():
        return int(person)
    if person not in ("largest", "center"):
        raise ValueError(f"person: expected largest, center or a number from 1, got {person!r}")
    return "center" if person == "center" else "largest"


def brightness(frame: Frame) -> float:
    """Mean level of a thinned picture."""
    return float(frame.image_bgr[::16, ::16].mean())


def without_gaps(times_s: FloatArray, smooth: FloatArray, raw: FloatArray) -> FloatArray:
    """``smooth`` (T, ...) with single values put back where the person was seen (``raw`` is there).

    A gated landmark is bridged by smoothing, but not at the ends of a recording
    nor at few frames a second; one lost landmark must not cost the whole frame.
    It takes the nearest kept value in time, or the raw one where that is too far away.
    """
    result = smooth.reshape(len(times_s), -1).copy()
    seen = raw.reshape(result.shape)
    lost = np.isnan(result) & np.isfinite(seen)
    for column in np.flatnonzero(lost.any(axis=0)):
        rows, kept = np.flatnonzero(lost[:, column]), np.flatnonzero(np.isfinite(result[:, column]))
        result[rows, column] = seen[rows, column]
        if len(kept):
            away = np.abs(times_s[rows][:, None] - times_s[kept])
            near = away.min(axis=1) <= NEAR_IN_TIME_S
            result[rows[near], column] = smooth.reshape(result.shape)[kept[away.argmin(axis=1)[near]], column]
    return result.reshape(smooth.shape)


def _track(
    rows: list[tuple[float, int, PoseObservation | None, int, float]],
    size_wh: tuple[int, int],
    notices: tuple[Notice, ...],
) -> Track:
    count = len(rows)
    raw, world, visibility = np.full((count, 33, 2), np.nan), np.full((count, 33, 3), np.nan), np.zeros((count, 33))
    for i, (_t, _n, subject, _people, _level) in enumerate(rows):
        if subject is not None:
            raw[i], world[i] = subject.image_landmarks_px, subject.world_landmarks_m
            visibility[i] = np.nan_to_num(subject.visibility)
    times = np.array([row[0] for row in rows], dtype=np.float64)
    smooth, smooth_world = raw, world
    if count > 2:
        gated = gate_outliers(times, raw, whole_vectors=True)
        smooth = without_gaps(times, smooth_zero_phase(times, gated, SMOOTHING_HZ), raw)
        smooth_world = smooth_zero_phase(times, world, SMOOTHING_HZ)
    return Track(
        times_s=times,
        indices=np.array([row[1] for row in rows], dtype=np.float64),
        landmarks_px=smooth,
        world_m=smooth_world,
        visibility=visibility,
        raw_px=raw,
        people=np.array([row[3] for row in rows], dtype=np.float64),
        brightness=np.array([row[4] for row in rows], dtype=np.float64),
        size_wh=size_wh,
        notices=notices,
    )
