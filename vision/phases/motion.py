"""How the landmarks move in the picture: the finest clock that a recording has.

A fitted body is known a few times a second and to some degrees; where a wrist
is in the picture is known in every frame to a few thousandths of the body's
height. So rests and movements are told apart here, and boundaries are fitted
here; what posture a rest is, the body says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from vision.landmarks import Landmark as L
from vision.phases.signals import Span, sample_noise, spans
from vision.types import BoolArray, FloatArray

GROUPS: tuple[tuple[L, ...], ...] = (
    (L.LEFT_EAR, L.RIGHT_EAR, L.LEFT_SHOULDER, L.RIGHT_SHOULDER),
    (L.LEFT_ELBOW, L.LEFT_WRIST),
    (L.RIGHT_ELBOW, L.RIGHT_WRIST),
    (L.LEFT_HIP, L.RIGHT_HIP),
    (L.LEFT_KNEE, L.LEFT_ANKLE),
    (L.RIGHT_KNEE, L.RIGHT_ANKLE),
)
"""Landmarks whose mean place is followed: their errors are alike, so their mean moves more evenly."""

HEIGHT_REACH_S = 4.0
"""The body's height in the picture is the largest within this time: who sits or bows is as tall as before."""

SLOWEST_PER_S, FASTEST_REST_PER_S, OVER_NOISE = 1.2, 3.0, 3.0
"""Percent of the height a second that counts as moving. A bow of 12 deg seen from in front reaches 3, swaying 1."""

SHORTEST_REST_S = 0.16
BLIP_S, BLIP_PACE = 0.25, 1.8
"""A moment shorter and slower than this over what counts as moving is the landmarks' noise."""

TURNING_SHARE = 0.4
"""A moment this much slower than what is before and after it is where a movement turns: a bow without a hold."""

LOST_S = 0.5
"""Longer without the person ends a stretch."""

NOISE_FLOOR_PER_CENT = 0.1


@dataclass(frozen=True)
class Motion:
    """Landmarks (T, 33, 2) in pixels, NaN where unseen, and the body's height in the picture (T,)."""

    times_s: FloatArray
    landmarks_px: FloatArray
    height_px: FloatArray

    @cached_property
    def seen(self) -> BoolArray:
        """(T,) the whole body is known."""
        return np.asarray(np.isfinite(self.landmarks_px).all(axis=(1, 2)))

    def shifted(self, first: tuple[float, float], second: tuple[float, float], marks: tuple[L, ...]) -> FloatArray:
        """How far marks (M, 2) lie elsewhere in the second time than in the first, percent of the height."""
        height = float(np.median(self.height_px[self.rows(*second)]))
        shift: FloatArray = (self.places(*second, marks) - self.places(*first, marks)) / height * 100.0
        return shift

    def places(self, start_s: float, end_s: float, marks: tuple[L, ...]) -> FloatArray:
        """Where marks (M, 2) lie between two times, pixels."""
        return np.asarray(np.median(self.landmarks_px[self.rows(start_s, end_s)][:, list(marks)], axis=0))

    def rows(self, start_s: float, end_s: float) -> NDArray[np.int64]:
        """Frames between two times in which the person is seen; at least the nearest one."""
        first, stop = np.searchsorted(self.times_s, [start_s - 1e-6, end_s + 1e-6])
        inside: NDArray[np.int64] = first + np.flatnonzero(self.seen[first:stop])
        if len(inside):
            return inside
        known = np.flatnonzero(self.seen)
        return known[[int(np.argmin(np.abs(self.times_s[known] - (start_s + end_s) / 2)))]]

    def channels(self, marks: tuple[L, ...], first_s: float, last_s: float) -> tuple[FloatArray, FloatArray]:
        """Times (n,) and places of marks (n, 2 M) over their noise, for fitting."""
        inside = (self.times_s >= first_s - 1e-9) & (self.times_s <= last_s + 1e-9)
        height = float(np.nanmedian(self.height_px[inside]))
        places = (self.landmarks_px[inside][:, list(marks)] / height * 100.0).reshape(-1, 2 * len(marks))
        noise = np.concatenate([self.noise_px[mark] for mark in marks]) / height * 100.0
        return self.times_s[inside], places / np.maximum(noise, NOISE_FLOOR_PER_CENT)

    @cached_property
    def noise_px(self) -> FloatArray:
        """(33, 2) noise of every landmark over the recording."""
        places = self.landmarks_px.reshape(len(self.times_s), -1)
        return np.array([sample_noise(self.times_s, column) for column in places.T]).reshape(-1, 2)


@dataclass(frozen=True, slots=True)
class Rest:
    """A time without movement; a turning point lasts no time."""

    start_s: float
    end_s: float

    @property
    def middle_s(self) -> float:
        """Half way."""
        return (self.start_s + self.end_s) / 2.0

    @property
    def length_s(self) -> float:
        """Seconds."""
        return self.end_s - self.start_s


def motion_of(times_s: FloatArray, landmarks_px: FloatArray) -> Motion:
    """From smoothed landmarks (T, 33, 2) of a recording."""
    span = np.ptp(np.where(np.isfinite(landmarks_px), landmarks_px, 0.0)[..., 1], axis=1)
    seen = np.isfinite(landmarks_px).all(axis=(1, 2))
    height = np.where(seen, span, 0.0)
    usual_s = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 1.0
    reach = max(1, round(HEIGHT_REACH_S / max(usual_s, 1e-3)))
    tallest = maximum_filter1d(height, 2 * reach + 1) if len(height) else height
    return Motion(times_s, landmarks_px, np.maximum(tallest, 1.0))


def stretches(motion: Motion) -> list[Span]:
    """Where the person is seen, short losses bridged."""
    out: list[Span] = []
    for span in spans(motion.seen):
        if out and motion.times_s[span.first] - motion.times_s[out[-1].last] < LOST_S:
            out[-1] = Span(out[-1].first, span.last)
        else:
            out.append(span)
    return out


def rests_in(motion: Motion, stretch: Span) -> list[Rest]:
    """Every rest of a stretch in order of time, turning points of movements among them."""
    rows = np.arange(stretch.first, stretch.last + 1)
    rows = rows[motion.seen[rows]]
    times = motion.times_s[rows]
    if len(rows) < 4:
        return [Rest(float(times[0]), float(times[-1]))] if len(rows) else []
    pace = activity(motion, rows)
    found = [
        Rest(float(times[s.first]), float(times[s.last]))
        for s in spans(_still(pace, times))
        if times[s.last] - times[s.first] >= SHORTEST_REST_S or s.first == 0 or s.last == len(rows) - 1
    ]
    found += [Rest(float(times[k]), float(times[k])) for k in _turning_points(pace, found, times)]
    return sorted(found, key=lambda r: r.start_s)


def _still(pace: FloatArray, times: FloatArray) -> BoolArray:
    """Slow frames, and fast ones that are too few and too little to be a movement."""
    still = pace < 1.0
    for span in spans(~still):
        brief = times[span.last] - times[span.first] < BLIP_S
        if brief and pace[span.first : span.last + 1].max() < BLIP_PACE:
            still[span.first : span.last + 1] = True
    return still


def activity(motion: Motion, rows: NDArray[np.int64]) -> FloatArray:
    """The fastest group's speed over the speed that counts as moving (T,)."""
    times, pixels = motion.times_s[rows], motion.landmarks_px[rows]
    pace = np.zeros(len(rows))
    for group in GROUPS:
        place = pixels[:, list(group)].mean(axis=1)
        velocity = np.gradient(place, times, axis=0)
        speed = np.hypot(velocity[:, 0], velocity[:, 1]) / motion.height_px[rows] * 100.0
        rest = float(np.clip(OVER_NOISE * np.percentile(speed, 20), SLOWEST_PER_S, FASTEST_REST_PER_S))
        pace = np.maximum(pace, speed / rest)
    return pace


def _turning_points(pace: FloatArray, rests: list[Rest], times: FloatArray) -> list[int]:
    """Slowest frames inside movements that are much faster before and after."""
    out: list[int] = []
    moving = np.ones(len(pace), dtype=np.bool_)
    for rest in rests:
        moving &= (times < rest.start_s) | (times > rest.end_s)
    for span in spans(moving):
        part = pace[span.first : span.last + 1]
        lows = np.flatnonzero((part[1:-1] <= part[:-2]) & (part[1:-1] < part[2:])) + 1
        for low in lows:
            before, after = float(part[: low + 1].max()), float(part[low:].max())
            if part[low] < TURNING_SHARE * min(before, after):
                _keep_lowest(out, span.first + int(low), pace)
    return out


def _keep_lowest(out: list[int], frame: int, pace: FloatArray) -> None:
    """Add a turning point; of two without a real movement between them the slower one stays."""
    if out:
        between = float(pace[out[-1] : frame + 1].max())
        if max(pace[out[-1]], pace[frame]) >= TURNING_SHARE * between:
            if pace[frame] < pace[out[-1]]:
                out[-1] = frame
            return
    out.append(frame)
