"""Smoothing of landmark and measurement series on their true timestamps.

Two filters with one meaning of the arrays (time first, NaN = not seen):
`smooth_zero_phase` for recordings and `OneEuroFilter` for live use.
`gate_outliers` takes single wild samples out before either.

A short gap is bridged, a long one stays NaN: what nobody saw is not invented.
Nothing here knows landmarks or cameras; the functions take any array of shape (T, ...).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from vision.types import FloatArray

MAX_BRIDGED_GAP_S = 0.3
"""Longest time between two seen samples that is filled in: a movement of the documents' drills takes about 1 s."""

_HALF_POWER_OMEGA_S = 1.4684
"""w*s where (1 + (w s)^2 / 2) exp(-(w s)^2 / 2), the response of a quadratic under a Gaussian, is sqrt(1/2)."""

_KERNEL_REACH = 4.0
"""The kernel is cut at this many standard deviations; the weight left outside is 3e-4."""

_BRIDGE_WEIGHT = 1e-3
"""Weight of a filled-in sample: enough to carry the middle of a gap, too little to matter beside seen samples."""

_MAX_GATE_TAPS = 11
"""Samples in an outlier window; a faster recording is looked at with a stride, so that the cost stays bounded."""


def kernel_sigma_s(cutoff_hz: float) -> float:
    """Standard deviation (s) of the Gaussian weight that halves the power at ``cutoff_hz``."""
    return _HALF_POWER_OMEGA_S / (2.0 * math.pi * cutoff_hz)


def noise_gain(cutoff_hz: float, interval_s: float) -> float:
    """Standard deviation of white noise after `smooth_zero_phase` over that before, away from the ends.

    The kernel is (3/2 - x^2/2) phi(x) with x = t/s, whose square integrates to 27 / (32 sqrt(pi) s).
    Holds while the interval between samples is shorter than the kernel's s.
    """
    return math.sqrt(27.0 / (32.0 * math.sqrt(math.pi)) * interval_s / kernel_sigma_s(cutoff_hz))


def smooth_zero_phase(
    times_s: ArrayLike, values: ArrayLike, cutoff_hz: float, sigma: ArrayLike | None = None
) -> FloatArray:
    """Smooth a recording without shifting it in time.

    A quadratic is fitted round every timestamp with Gaussian weights in true
    time, so the frame rate may vary, and a parabola passes unchanged.

    Parameters
    ----------
    times_s : (T,), not falling
    values : (T, ...), NaN where not seen
    cutoff_hz : half-power frequency; with fewer samples than that the values pass nearly unchanged
    sigma : standard deviation of each sample, broadcast against ``values`` from the left; equal when None

    Returns
    -------
    (T, ...): NaN where the nearest seen samples before and after are more than
    `MAX_BRIDGED_GAP_S` apart (1.5 sampling intervals for slow recordings), and before the first and after the last.
    """
    times = _checked_times(times_s)
    array = np.asarray(values, dtype=np.float64)
    if array.shape[:1] != times.shape:
        raise ValueError(f"values: expected {len(times)} rows, one for each time, got shape {array.shape}")
    if not cutoff_hz > 0:
        raise ValueError(f"cutoff_hz: expected a positive frequency, got {cutoff_hz}")
    if array.size == 0:
        return array.copy()
    columns = array.reshape(len(times), -1)
    weights = _sample_weights(array, sigma).reshape(columns.shape)
    window = _Window(times, kernel_sigma_s(cutoff_hz))
    out = np.empty_like(columns)
    for members in _columns_alike(weights):
        out[:, members] = _smooth_alike(window, columns[:, members], weights[:, members[0]])
    return out.reshape(array.shape)


def gate_outliers(
    times_s: ArrayLike,
    values: ArrayLike,
    window_s: float = 0.5,
    threshold: float = 4.0,
    scale_floor: float = 0.0,
    *,
    whole_vectors: bool = False,
) -> FloatArray:
    """Set to NaN what lies far from the median of its neighbours in time (Hampel's rule).

    A sample is out when it is more than ``threshold`` robust standard
    deviations from the median of the window centred on it. The deviation is
    the largest of the window's own, the series' ordinary step, and ``scale_floor``,
    so a still stretch does not make small steps suspicious.

    Parameters
    ----------
    times_s : (T,), not falling
    values : (T, ...)
    whole_vectors : the last axis holds coordinates: one coordinate out takes the others with it
    """
    times = _checked_times(times_s)
    array = np.array(values, dtype=np.float64)
    if len(times) < 3 or array.size == 0:
        return array
    columns = array.reshape(len(times), -1)
    step = _nan_median(np.abs(np.diff(columns, axis=0)).T) * 1.4826 / math.sqrt(2.0)
    floor = np.maximum(np.nan_to_num(step), scale_floor)
    taps = _Taps(times, columns, window_s)
    rows, members = np.nonzero(taps.reach() > threshold * floor)
    near = taps.around(rows, members)
    median = _nan_median(near)
    spread = 1.4826 * _nan_median(np.abs(near - median[:, None]))
    out = np.zeros(columns.shape, dtype=np.bool_)
    out[rows, members] = np.abs(columns[rows, members] - median) > threshold * np.maximum(spread, floor[members])
    out = out.reshape(array.shape)
    if whole_vectors:
        out = np.broadcast_to(out.any(axis=-1, keepdims=True), array.shape)
    array[out] = np.nan
    return array


class _Taps:
    """Neighbours of each sample in a window of true time, in at most `_MAX_GATE_TAPS` columns; NaN outside it."""

    def __init__(self, times: FloatArray, columns: FloatArray, window_s: float) -> None:
        count = len(times)
        self.columns = columns
        offsets = _gate_offsets(times, window_s)
        index = np.arange(count)[:, None] + offsets
        self.index = np.clip(index, 0, count - 1)
        lag = np.abs(times[self.index] - times[:, None])
        self.outside = (lag > window_s / 2 + 1e-9) | (index != self.index)

    def around(self, rows: NDArray[np.intp], members: NDArray[np.intp]) -> FloatArray:
        """(len(rows), taps) for the samples at ``rows, members``."""
        near: FloatArray = self.columns[self.index[rows], members[:, None]]
        near[self.outside[rows]] = np.nan
        return near

    def reach(self) -> FloatArray:
        """Largest distance of each sample to a neighbour (T, N): its distance to the median is not larger."""
        farthest = np.zeros_like(self.columns)
        for tap in range(self.index.shape[1]):
            distance = np.abs(self.columns - self.columns[self.index[:, tap]])
            distance[self.outside[:, tap]] = 0.0
            farthest = np.fmax(farthest, distance)
        return farthest


class OneEuroFilter:
    """The One Euro filter for live use: little lag when moving, little jitter when still.

    Source: Casiez, Roussel, Vogel: "1 Euro Filter" (CHI 2012). Each element has
    its own clock, so an element that was not seen for a moment goes on with its
    true time step. The first sample passes through, as does the first after
    more than `MAX_BRIDGED_GAP_S` without one; NaN comes out where NaN goes in.

    ``beta`` has the unit 1 / (unit of the values): for pixels about 0.005, for metres about 1.
    """

    def __init__(self, min_cutoff_hz: float = 1.5, beta: float = 0.0, derivative_cutoff_hz: float = 1.0) -> None:
        if not (min_cutoff_hz > 0 and derivative_cutoff_hz > 0 and beta >= 0):
            raise ValueError("cutoffs are positive and beta is not negative")
        self._min_cutoff_hz = min_cutoff_hz
        self._beta = beta
        self._derivative_cutoff_hz = derivative_cutoff_hz
        self.reset()

    def reset(self) -> None:
        """Forget everything: the next sample passes through."""
        self._now_s: float | None = None
        self._value: FloatArray | None = None
        self._rate = np.empty(0)
        self._seen_s = np.empty(0)

    def update(self, timestamp_s: float, values: ArrayLike) -> FloatArray:
        """The filtered values at ``timestamp_s``; same shape as ``values``.

        The same timestamp again gives the last answer; an earlier one is a ValueError.
        """
        new = np.array(values, dtype=np.float64)
        if self._now_s is not None and timestamp_s < self._now_s:
            raise ValueError(f"timestamps must not fall: {timestamp_s} after {self._now_s}")
        if self._value is None or self._value.shape != new.shape:
            self._value, self._rate = np.full(new.shape, np.nan), np.zeros(new.shape)
            self._seen_s = np.full(new.shape, np.nan)
        elif timestamp_s == self._now_s:
            return np.where(self._seen_s == timestamp_s, self._value, np.nan)
        self._now_s = timestamp_s
        seen = np.isfinite(new)
        step_s = timestamp_s - self._seen_s
        goes_on = seen & (step_s <= MAX_BRIDGED_GAP_S)  # False for an element never seen, whose step is NaN
        filtered, rate = self._step(new, np.where(goes_on, step_s, 1.0))
        self._value = np.where(goes_on, filtered, np.where(seen, new, self._value))
        self._rate = np.where(goes_on, rate, np.where(seen, 0.0, self._rate))
        self._seen_s = np.where(seen, timestamp_s, self._seen_s)
        return np.where(seen, self._value, np.nan)

    def _step(self, new: FloatArray, step_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        previous = new if self._value is None else self._value
        raw_rate = (new - previous) / step_s
        rate = self._rate + _alpha(np.asarray(self._derivative_cutoff_hz), step_s) * (raw_rate - self._rate)
        cutoff_hz = self._min_cutoff_hz + self._beta * np.abs(rate)
        filtered: FloatArray = previous + _alpha(cutoff_hz, step_s) * (new - previous)
        return filtered, rate


def _alpha(cutoff_hz: FloatArray, step_s: FloatArray) -> FloatArray:
    """Share of the new sample in a first-order low pass."""
    ratio: FloatArray = 2.0 * math.pi * cutoff_hz * step_s
    return ratio / (1.0 + ratio)


def _checked_times(times_s: ArrayLike) -> FloatArray:
    times = np.asarray(times_s, dtype=np.float64)
    if times.ndim != 1 or not np.isfinite(times).all() or (np.diff(times) < 0).any():
        raise ValueError("times_s: expected one finite time for each row, not falling")
    return times


def _sample_weights(array: FloatArray, sigma: ArrayLike | None) -> FloatArray:
    """1 / sigma^2, relative to the column's median; 0 where there is no sample."""
    seen = np.isfinite(array)
    if sigma is None:
        return seen.astype(np.float64)
    given = np.asarray(sigma, dtype=np.float64)
    given = given.reshape(given.shape + (1,) * (array.ndim - given.ndim))
    sigmas = np.broadcast_to(given, array.shape)
    good = seen & np.isfinite(sigmas) & (sigmas > 0)
    typical = _nan_median(np.moveaxis(np.where(good, sigmas, np.nan), 0, -1))
    weights: FloatArray = np.where(good, (typical / np.where(good, sigmas, 1.0)) ** 2, 0.0)
    return weights


def _columns_alike(weights: FloatArray) -> list[NDArray[np.intp]]:
    """Columns that share their weights: one kernel serves them all."""
    groups: dict[bytes, list[int]] = {}
    for column, key in enumerate(np.ascontiguousarray(weights.T)):
        groups.setdefault(key.tobytes(), []).append(column)
    return [np.array(members, dtype=np.intp) for members in groups.values()]


class _Window:
    """The neighbours of each sample within the kernel's reach: indices, lags in kernel widths, Gaussian weights."""

    def __init__(self, times: FloatArray, width_s: float) -> None:
        self.times = times
        count = len(times)
        first = np.searchsorted(times, times - _KERNEL_REACH * width_s, side="left")
        last = np.searchsorted(times, times + _KERNEL_REACH * width_s, side="right")
        self.index = np.minimum(first[:, None] + np.arange(int((last - first).max())), count - 1)
        inside = first[:, None] + np.arange(self.index.shape[1]) < last[:, None]
        self.lag = (times[self.index] - times[:, None]) / width_s
        self.gauss = np.where(inside, np.exp(-0.5 * self.lag**2), 0.0)


def _smooth_alike(window: _Window, columns: FloatArray, weight: FloatArray) -> FloatArray:
    """Smooth columns (T, N) that share one weight (T,)."""
    seen = weight > 0
    if not seen.any():
        return np.full_like(columns, np.nan)
    stretch, bridged = _stretches(window.times, seen)
    filled = _bridge(window.times, columns, seen, bridged)
    sample_weight = np.where(seen, weight, np.where(bridged, _BRIDGE_WEIGHT, 0.0))
    same = stretch[window.index] == stretch[:, None]
    kernel = _local_quadratic(window, np.where(same, sample_weight[window.index], 0.0))
    rows, taps = window.index.shape
    matrix = csr_array((kernel.ravel(), window.index.ravel(), np.arange(rows + 1) * taps), shape=(rows, rows))
    out: FloatArray = matrix @ filled
    out[~(seen | bridged)] = np.nan
    return out


def _stretches(times: FloatArray, seen: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Number of the unbroken stretch of each sample, and which unseen samples lie inside a short gap."""
    where = np.flatnonzero(seen)
    steps = np.diff(times[where])
    usual = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    breaks = steps > max(MAX_BRIDGED_GAP_S, 1.5 * usual) + 1e-9
    number = np.concatenate([[0], np.cumsum(breaks)]).astype(np.intp)
    before = np.searchsorted(where, np.arange(len(times)), side="right") - 1
    after = np.searchsorted(where, np.arange(len(times)), side="left")
    between = (before >= 0) & (after < len(where))
    low, high = np.clip(before, 0, None), np.minimum(after, len(where) - 1)
    bridged = ~seen & between & (number[low] == number[high])
    return number[low], bridged


def _bridge(times: FloatArray, columns: FloatArray, seen: NDArray[np.bool_], bridged: NDArray[np.bool_]) -> FloatArray:
    """The columns with short gaps filled on the straight line; 0 where nothing is known (its weight is 0)."""
    filled = np.where(seen[:, None], columns, 0.0)
    where = np.flatnonzero(seen)
    gaps = np.flatnonzero(bridged)
    if len(gaps):
        after = np.searchsorted(where, gaps)
        low, high = where[after - 1], where[after]
        share = ((times[gaps] - times[low]) / np.maximum(times[high] - times[low], 1e-12))[:, None]
        filled[gaps] = columns[low] + share * (columns[high] - columns[low])
    return filled


def _local_quadratic(window: _Window, sample_weight: FloatArray) -> FloatArray:
    """Weights (T, K) that give the value at lag 0 of a weighted quadratic; of a line or mean where samples are few."""
    lag, weight = window.lag, window.gauss * sample_weight
    moments = []
    power = weight
    for _ in range(5):
        moments.append(power.sum(axis=1))
        power = power * lag
    total = np.where(moments[0] > 0, moments[0], 1.0)
    m1, m2, m3, m4 = (moment / total for moment in moments[1:])
    variance = m2 - m1**2
    determinant = m2 * m4 - m3**2 - m1 * (m1 * m4 - m2 * m3) + m2 * (m1 * m3 - m2**2)
    quadratic = determinant > 1e-4  # 2 for a full Gaussian; falls to 0 with fewer than three samples
    line = ~quadratic & (variance > 1e-4)
    det, var = np.where(quadratic, determinant, 1.0), np.where(line, variance, 1.0)
    a = np.where(quadratic, (m2 * m4 - m3**2) / det, np.where(line, m2 / var, 1.0))
    b = np.where(quadratic, (m2 * m3 - m1 * m4) / det, np.where(line, -m1 / var, 0.0))
    c = np.where(quadratic, (m1 * m3 - m2**2) / det, 0.0)
    kernel: FloatArray = (a[:, None] + (b[:, None] + c[:, None] * lag) * lag) * weight / total[:, None]
    return kernel


def _gate_offsets(times: FloatArray, window_s: float) -> NDArray[np.intp]:
    """Index offsets, symmetric about 0, that sample the window with at most `_MAX_GATE_TAPS`."""
    usual = float(np.median(np.diff(times)))
    reach = max(1, int(window_s / 2 / usual + 1e-6)) if usual > 0 else 1
    half = min(reach, _MAX_GATE_TAPS // 2)
    side = np.unique(np.round(np.linspace(1, reach, half)).astype(np.intp))
    return np.concatenate([-side[::-1], [0], side])


def _nan_median(values: FloatArray) -> FloatArray:
    """Median along the last axis of what is finite; NaN where nothing is."""
    ordered = np.sort(values, axis=-1)
    count = np.isfinite(ordered).sum(axis=-1)
    if ordered.shape[-1] == 0:
        return np.full(values.shape[:-1], np.nan)
    low = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0)[..., None], axis=-1)[..., 0]
    high = np.take_along_axis(ordered, np.minimum(count // 2, ordered.shape[-1] - 1)[..., None], axis=-1)[..., 0]
    middle: FloatArray = np.where(count > 0, (low + high) / 2, np.nan)
    return middle
