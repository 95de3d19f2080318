"""One person through a recording: the pose network over every frame, the subject kept, the path smoothed.

Alone in the picture, a person is followed by the single-person tracker, which
is cheap. A scout looks for others every other second; while there are several, or
the tracker has left the subject, everybody is found in every frame and
`SubjectTracker` keeps to the one. Memory: numbers only, no pictures.

`vision.pieces` watches a long recording piece by piece: `observe` finds the people
of a piece, `follow` keeps to one of them over all pieces.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypedDict

import numpy as np

from vision.between import filled
from vision.companion import Companion
from vision.estimators.pose import PoseEstimator
from vision.estimators.shelf import SHELF
from vision.filtering import gate_outliers, smooth_zero_phase
from vision.subject import SubjectMode, SubjectTracker
from vision.types import BoolArray, FloatArray, Frame, Notice, PoseObservation, Skipped
from vision.video import Sparing

FAST_SIZE_WH = (1280, 1280)  # the pose network looks at the person in 256 x 256 pixels
SCOUT_INTERVAL_S = 2.0
STALE_S = 0.5  # people are elsewhere by then
CROWD_PEOPLE = 4
STILL_CONFIDENCE = 0.4  # of a detection in a single picture
SAME_BODY_SHARE = 0.2  # of a body's height: two detections nearer than this are one person seen twice
SMOOTHING_HZ = 4.0  # postures and bows move below 2 Hz
STRETCH, OVERLAP_S = 6_000, 5.0  # frames smoothed together, and what they see of their neighbours
NEAR_IN_TIME_S = 0.5  # a landmark may stand in for itself over this time
DARK_LEVEL = 25.0  # mean of a picture (0..255) in which a person can no longer be made out


@dataclass(frozen=True)
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
    other_px: FloatArray | None = None  # (T, 33, 2) one other person, raw, NaN where unclear; None: nobody ever
    passed_over: BoolArray | None = None  # (T,) not looked at but filled in; None: every frame was looked at

    @cached_property
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


def _crowd() -> PoseEstimator:
    return PoseEstimator(people=CROWD_PEOPLE)


def _glance() -> PoseEstimator:
    return PoseEstimator(people=CROWD_PEOPLE, video=False)


class Finder:
    """Everybody in a frame, by the cheapest network that will do. Close it: networks go back to the shelf.

    A scout glances at single frames. A network that follows people and was not asked for a while looks for them where
    they were then: it has to begin anew.
    """

    def __init__(self, size_wh: tuple[int, int]) -> None:
        self._size_wh = size_wh
        self._solo = PoseEstimator(people=1)
        self._crowd: PoseEstimator | None = None
        self._scout: PoseEstimator | None = None
        self._lent = ExitStack()
        self._next_scout_s = -1.0
        self._crowd_until_s = -1.0
        self._solo_s = self._crowd_s = math.inf  # when each was last asked; inf: never

    def close(self) -> None:
        """Free the networks."""
        self._solo.close()
        if self._crowd is not None:
            self._crowd.forget()
        self._lent.close()
        self._crowd = self._scout = None

    def find(self, frame: Frame, lost: bool) -> tuple[PoseObservation, ...]:
        """People in the frame; ``lost``: the subject was not among those of the last frame."""
        time_s = frame.timestamp_s
        scouting = time_s >= self._next_scout_s
        crowded = lost or time_s <= self._crowd_until_s
        if not (scouting or crowded):
            return self._followed(frame)
        found = self._everybody(frame) if crowded else self._scouted(frame)
        if len(found) > 1:
            self._crowd_until_s = time_s + SCOUT_INTERVAL_S
        if scouting:
            self._next_scout_s = time_s + SCOUT_INTERVAL_S
        if crowded or len(found) != 1:
            return found
        followed = self._followed(frame)  # smoother than a scout's single look, and not to be interrupted by it
        return followed if followed and len(distinct((*found, *followed))) == 1 else found

    def _followed(self, frame: Frame) -> tuple[PoseObservation, ...]:
        """The one person whom the single-person tracker follows."""
        if frame.timestamp_s - self._solo_s > STALE_S and self._crowd_s > self._solo_s:
            self._solo.close()
            self._solo = PoseEstimator(people=1)
        self._solo_s = frame.timestamp_s
        return self._in_full(frame, self._solo.estimate(frame.image_bgr, frame.timestamp_s))

    def _scouted(self, frame: Frame) -> tuple[PoseObservation, ...]:
        """Everybody, at one glance."""
        if self._scout is None:
            self._scout = self._lent.enter_context(SHELF.lent("scout", _glance))
        return distinct(self._in_full(frame, self._scout.estimate(frame.image_bgr)))

    def _everybody(self, frame: Frame) -> tuple[PoseObservation, ...]:
        if self._crowd is None:
            self._crowd = self._lent.enter_context(SHELF.lent("crowd", _crowd))
        elif frame.timestamp_s - self._crowd_s > STALE_S and self._solo_s > self._crowd_s:
            self._crowd.forget()
        self._crowd_s = frame.timestamp_s
        return distinct(self._in_full(frame, self._crowd.estimate(frame.image_bgr, frame.timestamp_s)))

    def _in_full(self, frame: Frame, found: tuple[PoseObservation, ...]) -> tuple[PoseObservation, ...]:
        """What was found in a shrunken picture, in pixels of the recording."""
        if frame.size_wh == self._size_wh:
            return found
        scale = np.array(self._size_wh) / np.array(frame.size_wh)
        return tuple(replace(one, image_landmarks_px=one.image_landmarks_px * scale) for one in found)


@dataclass(frozen=True, slots=True)
class Looked:
    """One frame: everybody found at each try (a second one where the first did not show the subject)."""

    time_s: float
    index: int
    tries: tuple[tuple[PoseObservation, ...], ...]
    chosen: int | None  # which of the last try is the subject
    brightness: float
    skipped: tuple[Skipped, ...] = ()  # frames passed over since the one before
    passed_over: bool = False  # one of those, filled in

    @property
    def subject(self) -> PoseObservation | None:
        """The one who is measured."""
        return None if self.chosen is None else self.tries[-1][self.chosen]


class Pace(TypedDict):
    """What `vision.video.frames` is told of a run's pace."""

    sparing: Sparing | None
    max_size_wh: tuple[int, int] | None


def pace(fast: bool) -> Pace:
    """Every frame as it is; or fewer of them, large ones shrunk to what the pose network can use."""
    return Pace(sparing=Sparing(), max_size_wh=FAST_SIZE_WH) if fast else Pace(sparing=None, max_size_wh=None)


def watch(
    frames: Iterable[Frame], size_wh: tuple[int, int], person: str, progress: Callable[[float], None] | None = None
) -> Track:
    """Follow the subject through all frames; ``person`` is ``largest``, ``center`` or a number as text."""
    tracker = SubjectTracker(subject_mode(person), size_wh)
    looked = filled(list(observe(frames, tracker, progress)))
    return track_of([looked], size_wh, tracker.notices)


def observe(
    frames: Iterable[Frame], tracker: SubjectTracker, progress: Callable[[float], None] | None = None
) -> Iterator[Looked]:
    """Everybody in every frame, with the one whom ``tracker`` keeps to."""
    finder = Finder(tracker.size_wh)
    lost = False
    try:
        for frame in frames:
            tries = [finder.find(frame, lost)]
            chosen = tracker.update(frame.timestamp_s, tries[0])
            if chosen is None and not lost and len(tries[0]) == 1:
                tries.append(finder.find(frame, True))
                chosen = tracker.update(frame.timestamp_s, tries[1])
            lost = chosen is None
            yield Looked(frame.timestamp_s, frame.index, tuple(tries), chosen, brightness(frame), frame.skipped)
            if progress is not None:
                progress(frame.timestamp_s)
    finally:
        finder.close()


def follow(looked: Iterable[Looked], tracker: SubjectTracker) -> Iterator[Looked]:
    """The same frames with the one whom ``tracker`` keeps to, as `observe` would have told."""
    for one in looked:
        tried: list[tuple[PoseObservation, ...]] = []
        chosen: int | None = None
        while chosen is None and len(tried) < len(one.tries):
            tried.append(one.tries[len(tried)])
            chosen = tracker.update(one.time_s, tried[-1])
        yield replace(one, tries=tuple(tried), chosen=chosen)


def no_track(size_wh: tuple[int, int]) -> Track:
    """The track of nobody over no frames."""
    return track_of([], size_wh, ())


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
            after = np.searchsorted(times_s[kept], times_s[rows])
            sooner, later = kept[np.maximum(after - 1, 0)], kept[np.minimum(after, len(kept) - 1)]
            earlier = np.abs(times_s[sooner] - times_s[rows]) <= np.abs(times_s[later] - times_s[rows])
            nearest = np.where(earlier, sooner, later)
            near = np.abs(times_s[nearest] - times_s[rows]) <= NEAR_IN_TIME_S
            result[rows[near], column] = smooth.reshape(result.shape)[nearest[near], column]
    return result.reshape(smooth.shape)


def track_of(pieces: Iterable[Iterable[Looked]], size_wh: tuple[int, int], notices: tuple[Notice, ...]) -> Track:
    """The subject's path through a recording, whose frames come in pieces (one, or many that need not stay)."""
    times, indices, people, levels, passed_over, raw, world, visibility, other = _gathered(pieces)
    smooth, smooth_world = raw, world
    if len(times) > 2:
        smooth, smooth_world = _smoothed(times, raw, world)
    return Track(
        times_s=times,
        indices=indices,
        landmarks_px=smooth,
        world_m=smooth_world,
        visibility=visibility,
        raw_px=raw,
        people=people,
        brightness=levels,
        size_wh=size_wh,
        notices=notices,
        other_px=other if np.isfinite(other).any() else None,
        passed_over=passed_over > 0 if passed_over.any() else None,
    )


def _gathered(pieces: Iterable[Iterable[Looked]]) -> tuple[FloatArray, ...]:
    """The columns of `_numbers` over all pieces.

    Of several pieces landmarks are kept as float32, as the networks give them: in two hours that is 400 MB less.
    """
    companion = Companion()
    chunks: list[list[FloatArray]] = []
    for piece in pieces:
        chunks.append(list(_numbers(list(piece), companion)))
        if len(chunks) == 2:
            _narrow(chunks[0])
        if len(chunks) >= 2:
            _narrow(chunks[-1])
    if not chunks:
        return _numbers([], companion)
    columns = []
    for _ in range(len(chunks[0])):  # each chunk's column is let go as soon as it is joined
        columns.append(np.concatenate([chunk.pop(0) for chunk in chunks]))
    return tuple(columns)


def _narrow(chunk: list[FloatArray]) -> None:
    chunk[:] = [column.astype(np.float32) if column.ndim > 1 else column for column in chunk]


def _smoothed(times_s: FloatArray, raw: FloatArray, world: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Landmarks and world landmarks without outliers and jitter; a long recording in stretches that overlap.

    What smoothing holds in memory is forty times what it is given.
    """
    smooth, smooth_world = np.empty_like(raw), np.empty_like(world)
    for first in range(0, len(times_s), STRETCH):
        last = min(first + STRETCH, len(times_s))
        low, high = np.searchsorted(times_s, [times_s[first] - OVERLAP_S, times_s[last - 1] + OVERLAP_S])
        around, own = slice(low, high), slice(first - low, last - low)
        times, seen = times_s[around], raw[around]
        gated = gate_outliers(times, seen, whole_vectors=True)
        path = without_gaps(times, smooth_zero_phase(times, gated, SMOOTHING_HZ), seen)
        smooth[first:last] = path[own]
        smooth_world[first:last] = smooth_zero_phase(times, world[around], SMOOTHING_HZ)[own]
    return smooth, smooth_world


def _numbers(looked: Sequence[Looked], companion: Companion) -> tuple[FloatArray, ...]:
    """Times, indices, people, brightness, whether passed over (T,), landmarks (T, 33, 2), world landmarks (T, 33, 3),
    visibility (T, 33).

    Last the other person's landmarks (T, 33, 2).
    """
    count = len(looked)
    raw, world, visibility = np.full((count, 33, 2), np.nan), np.full((count, 33, 3), np.nan), np.zeros((count, 33))
    for i, one in enumerate(looked):
        if (subject := one.subject) is not None:
            raw[i], world[i] = subject.image_landmarks_px, subject.world_landmarks_m
            visibility[i] = np.nan_to_num(subject.visibility)
    rows = [(one.time_s, one.index, len(one.tries[-1]), one.brightness, one.passed_over) for one in looked]
    columns = np.array(rows, dtype=np.float64).reshape(count, 5).T
    other = np.array([companion.landmarks_px(one.tries[-1], one.chosen) for one in looked]).reshape(count, 33, 2)
    return *columns, raw, world, visibility, other
