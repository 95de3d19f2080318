"""The measurement series made ready for the search: gated, smoothed, with their noise, and cut into spans."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.filtering import gate_outliers, smooth_zero_phase
from vision.types import FloatArray, Series

BoolArray = NDArray[np.bool_]

DETECTION_CUTOFF_HZ = 1.2
"""Slow enough to leave a third of the noise at 25 frames a second, fast enough for a bow of one second in all."""

BRIDGED_S = 1.0
"""A dropout shorter than this keeps the state before it: no drill fits into it."""

NOISE_FLOOR = {"deg": 1.0, "cm": 1.0, "m": 0.005, "share": 0.01}
"""Neighbouring frames of a filtered series agree better than they are right; noise is never taken as less."""

SLOW_S = 0.25
"""Errors that last longer than this look like movements and cannot be told from them."""

_CENTIMETRES = ("hand_lateral", "hand_up", "hands_gap")
_METRES = ("pelvis_x", "pelvis_y", "pelvis_z")


@dataclass(frozen=True, slots=True)
class Span:
    """Indices ``first .. last`` (inclusive) of consecutive samples."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Signals:
    """Series by name; a name that was not measured is NaN throughout."""

    times_s: FloatArray  # (T,)
    raw: dict[str, FloatArray]  # outliers taken out
    smooth: dict[str, FloatArray]  # short dropouts filled
    noise: dict[str, float]  # standard deviation of one sample

    def get(self, name: str) -> FloatArray:
        """The smoothed series (T,)."""
        return self.smooth.get(name, np.full(len(self.times_s), np.nan))

    def scaled(self, names: list[str], first_s: float, last_s: float) -> tuple[FloatArray, FloatArray]:
        """Times (n,) in the window and the unsmoothed series (n, C) over their noise, empty ones left out."""
        inside = (self.times_s >= first_s - 1e-9) & (self.times_s <= last_s + 1e-9)
        columns = [self.raw[n][inside] / self.noise[n] for n in names if n in self.raw]
        columns = [c for c in columns if np.isfinite(c).sum() >= 4]
        times = self.times_s[inside]
        return times, np.stack(columns, axis=1) if columns else np.empty((len(times), 0))


def prepare(series: Series, names: tuple[str, ...]) -> Signals:
    """Gate, smooth and fill the named series."""
    times = np.asarray(series.times_s, dtype=np.float64)
    raw, smooth, noise = {}, {}, {}
    for name in names:
        values = series.values.get(name)
        if values is None or not np.isfinite(values).any():
            continue
        floor = _floor(name)
        raw[name] = gate_outliers(times, values, scale_floor=floor)
        noise[name] = max(sample_noise(times, raw[name]), floor)
        smooth[name] = fill(times, smooth_zero_phase(times, raw[name], DETECTION_CUTOFF_HZ))
    return Signals(times, raw, smooth, noise)


def _floor(name: str) -> float:
    if name in _METRES:
        return NOISE_FLOOR["m"]
    if name.startswith(_CENTIMETRES):
        return NOISE_FLOOR["cm"]
    return NOISE_FLOOR["share"] if name.startswith("leg_") else NOISE_FLOOR["deg"]


def sample_noise(times: FloatArray, values: FloatArray) -> float:
    """Robust standard deviation that independent samples would need to be as uncertain as these are.

    How far a sample lies from the middle of its neighbours shows the noise from
    frame to frame; the same for means of `SLOW_S` shows what is left of it
    after averaging, which is more when neighbouring errors are alike.
    """
    usual_s = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    count = max(1, round(SLOW_S / max(usual_s, 1e-3)))
    fast = _bend_spread(values, 1)
    if count == 1 or len(values) < 4 * count:
        return fast
    seen = np.isfinite(values)
    total = np.concatenate([[0.0], np.cumsum(np.where(seen, values, 0.0))])
    number = np.concatenate([[0.0], np.cumsum(seen)])
    filled = number[count:] - number[:-count]
    means = np.where(filled >= count / 2, (total[count:] - total[:-count]) / np.maximum(filled, 1), np.nan)
    return max(fast, _bend_spread(means, count) * math.sqrt(count))


def _bend_spread(values: FloatArray, step: int) -> float:
    """Standard deviation of independent values from second differences over ``step``; 0 when there are none."""
    bend = values[step:-step] - (values[: -2 * step] + values[2 * step :]) / 2.0
    bend = bend[np.isfinite(bend)]
    return float(1.4826 * np.median(np.abs(bend)) / math.sqrt(1.5)) if len(bend) else 0.0


def fill(times: FloatArray, values: FloatArray, longest_s: float = BRIDGED_S) -> FloatArray:
    """Straight lines through dropouts shorter than ``longest_s``."""
    seen = np.flatnonzero(np.isfinite(values))
    out = values.copy()
    if len(seen) == 0:
        return out
    for gap in np.flatnonzero(np.diff(seen) > 1):
        low, high = seen[gap], seen[gap + 1]
        if times[high] - times[low] <= longest_s:
            share = (times[low + 1 : high] - times[low]) / (times[high] - times[low])
            out[low + 1 : high] = values[low] + share * (values[high] - values[low])
    first, last = seen[0], seen[-1]
    if times[first] - times[0] <= longest_s / 2:
        out[:first] = values[first]
    if times[-1] - times[last] <= longest_s / 2:
        out[last + 1 :] = values[last]
    return out


def spans(mask: BoolArray) -> list[Span]:
    """Unbroken stretches of True."""
    edges = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [Span(int(a), int(b) - 1) for a, b in zip(starts, stops, strict=True)]


def hysteresis(values: FloatArray, enter: float, leave: float) -> list[Span]:
    """Stretches above ``leave`` that reach ``enter`` somewhere; NaN ends a stretch."""
    with np.errstate(invalid="ignore"):
        return [s for s in spans(values > leave) if np.max(values[s.first : s.last + 1]) > enter]


def merged(times: FloatArray, found: list[Span], gap_s: float) -> list[Span]:
    """Stretches less than ``gap_s`` apart become one."""
    out: list[Span] = []
    for span in found:
        if out and times[span.first] - times[out[-1].last] < gap_s:
            out[-1] = Span(out[-1].first, span.last)
        else:
            out.append(span)
    return out


def climb(values: FloatArray, low: float, high: float) -> FloatArray:
    """0 at ``low``, 1 at ``high`` (which may be the smaller one), straight between; NaN stays."""
    share: FloatArray = np.clip((values - low) / (high - low), 0.0, 1.0)
    return share


def mean_seen(*series: FloatArray) -> FloatArray:
    """Mean of those that are finite, NaN where none is."""
    stacked = np.stack(series)
    seen = np.isfinite(stacked)
    count = seen.sum(axis=0)
    total = np.where(seen, stacked, 0.0).sum(axis=0)
    mean: FloatArray = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean
