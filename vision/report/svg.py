"""Small pictures in SVG: a value against its accepted band, and a course over time.

Made of numbers only, so that nothing in them needs escaping; colours are
classes of the page's style sheet.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from vision.report.wording import band, limit_text, shown_number
from vision.types import Check, FloatArray

_BAND_W, _BAND_H, _PAD = 280.0, 46.0, 14.0
_TRACK_Y = 16.0
_CHART_W, _CHART_H = 720.0, 190.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 12.0, 12.0, 26.0
MOST_POINTS = 360
Scale = Callable[[float], float]


def nice_step(span: float, about: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that cuts ``span`` into about so many parts."""
    if not span > 0:
        return 1.0
    rough = span / max(1, about)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)


def band_svg(check: Check) -> Markup:
    """The accepted band, the value as a dot and its uncertainty as a whisker; empty for words."""
    low, high = band(check)
    if (low is None and high is None) or isinstance(check.value, str):
        return Markup("")
    value = check.value
    u = check.u or 0.0
    ends = [end for end in (low, high) if end is not None]
    if value is not None:
        ends += [value - u, value + u]
    start, stop = min(ends), max(ends)
    room = max(stop - start, abs(stop) * 0.1, 1e-6)
    start -= room * (0.35 if low is None else 0.16)
    stop += room * (0.35 if high is None else 0.16)

    def x(number: float) -> float:
        return _PAD + (number - start) / (stop - start) * (_BAND_W - 2 * _PAD)

    left = _PAD if low is None else x(low)
    right = _BAND_W - _PAD if high is None else x(high)
    parts = [
        f'<svg class="band" viewBox="0 0 {_BAND_W:.0f} {_BAND_H:.0f}" aria-hidden="true">',
        f'<rect class="track" x="{_PAD}" y="{_TRACK_Y - 1.5}" width="{_BAND_W - 2 * _PAD}" height="3" rx="1.5"/>',
        f'<rect class="ok" x="{left:.1f}" y="{_TRACK_Y - 8}" width="{max(1.0, right - left):.1f}" height="16" rx="2"/>',
    ]
    parts += [_limit(x(end), end, check.measurement) for end in (low, high) if end is not None]
    if value is not None:
        parts.append(_whisker(x(value), x(value - u), x(value + u), check.verdict.value))
    return Markup("".join([*parts, "</svg>"]))


def _limit(x: float, end: float, measurement: str) -> str:
    return (
        f'<line class="limit" x1="{x:.1f}" x2="{x:.1f}" y1="{_TRACK_Y - 10}" y2="{_TRACK_Y + 12}"/>'
        f'<text class="tick" x="{x:.1f}" y="{_TRACK_Y + 25}" text-anchor="middle">{limit_text(end, measurement)}</text>'
    )


def _whisker(x: float, low: float, high: float, verdict: str) -> str:
    return (
        f'<g class="mark {verdict}"><line x1="{low:.1f}" x2="{high:.1f}" y1="{_TRACK_Y}" y2="{_TRACK_Y}"/>'
        f'<line x1="{low:.1f}" x2="{low:.1f}" y1="{_TRACK_Y - 5}" y2="{_TRACK_Y + 5}"/>'
        f'<line x1="{high:.1f}" x2="{high:.1f}" y1="{_TRACK_Y - 5}" y2="{_TRACK_Y + 5}"/>'
        f'<circle cx="{x:.1f}" cy="{_TRACK_Y}" r="5.5"/></g>'
    )


@dataclass(frozen=True, slots=True)
class ChartBand:
    """An accepted band that holds from ``start_s`` to ``end_s``; the hold inside it, if any."""

    start_s: float
    end_s: float
    low: float | None
    high: float | None
    hold_s: tuple[float, float] | None = None


def chart_svg(
    times_s: FloatArray, values: FloatArray, u: FloatArray, bands: Sequence[ChartBand], measurement: str
) -> Markup:
    """A course over time with its uncertainty ribbon, gaps where nothing was measured, and accepted bands."""
    step = max(1, math.ceil(len(times_s) / MOST_POINTS))
    times, course, spread = times_s[::step], values[::step], np.nan_to_num(u[::step])
    course = course * shown_number(1.0, measurement)
    spread = spread * shown_number(1.0, measurement)
    low, high = _value_range(course, spread, bands, measurement)
    start, stop = float(times_s[0]), float(times_s[-1])
    stop = stop if stop > start else start + 1.0

    def x(t: float) -> float:
        clamped = min(max(t, start), stop)
        return _LEFT + (clamped - start) / (stop - start) * (_CHART_W - _LEFT - _RIGHT)

    def y(value: float) -> float:
        clamped = min(max(value, low), high)
        return _TOP + (high - clamped) / (high - low) * (_CHART_H - _TOP - _BOTTOM)

    parts = [f'<svg class="chart" viewBox="0 0 {_CHART_W:.0f} {_CHART_H:.0f}" role="img">']
    for entry in bands:
        parts.append(_band_area(entry, x, y, low, high, measurement))
    parts.append(_axes(x, y, (start, stop), (low, high)))
    for run in _runs(np.isfinite(course)):
        parts.append(_run(times[run], course[run], spread[run], x, y))
    return Markup("".join([*parts, "</svg>"]))


def _value_range(
    course: FloatArray, spread: FloatArray, bands: Sequence[ChartBand], measurement: str
) -> tuple[float, float]:
    finite = np.isfinite(course)
    ends = [float(np.min((course - spread)[finite])), float(np.max((course + spread)[finite]))]
    for entry in bands:
        ends += [shown_number(end, measurement) for end in (entry.low, entry.high) if end is not None]
    low, high = min(ends), max(ends)
    air = max((high - low) * 0.08, abs(high) * 0.02, 1e-6)
    return low - air, high + air


def _band_area(entry: ChartBand, x: Scale, y: Scale, low: float, high: float, measurement: str) -> str:
    left, right = x(entry.start_s), x(entry.end_s)
    parts = []
    if entry.hold_s is not None:
        a, b = x(entry.hold_s[0]), x(entry.hold_s[1])
        parts.append(
            f'<rect class="hold" x="{a:.1f}" y="{_TOP}" width="{max(0.0, b - a):.1f}" '
            f'height="{_CHART_H - _TOP - _BOTTOM}"/>'
        )
    if entry.low is not None or entry.high is not None:
        top = y(high if entry.high is None else shown_number(entry.high, measurement))
        bottom = y(low if entry.low is None else shown_number(entry.low, measurement))
        parts.append(
            f'<rect class="ok" x="{left:.1f}" y="{top:.1f}" width="{max(0.0, right - left):.1f}" '
            f'height="{max(0.0, bottom - top):.1f}"/>'
        )
    return "".join(parts)


def _axes(x: Scale, y: Scale, times: tuple[float, float], values: tuple[float, float]) -> str:
    parts = []
    step = nice_step(values[1] - values[0], 4)
    number = math.ceil(values[0] / step) * step
    while number <= values[1]:
        text = f"{round(number, 6) + 0:g}".replace("-", "−")
        parts.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_CHART_W - _RIGHT}" y1="{y(number):.1f}" y2="{y(number):.1f}"/>'
            f'<text class="tick" x="{_LEFT - 7}" y="{y(number) + 4:.1f}" text-anchor="end">{text}</text>'
        )
        number += step
    step = nice_step(times[1] - times[0], 9)
    number = math.ceil(times[0] / step) * step
    while number <= times[1] + 1e-9:
        parts.append(
            f'<text class="tick" x="{x(number):.1f}" y="{_CHART_H - 8}" text-anchor="middle">'
            f"{round(number, 6):g}</text>"
        )
        number += step
    return "".join(parts)


def _runs(mask: NDArray[np.bool_]) -> list[slice]:
    """Stretches of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _run(times: FloatArray, course: FloatArray, spread: FloatArray, x: Scale, y: Scale) -> str:
    xs = [x(float(t)) for t in times]
    upper = [f"{a:.1f},{y(float(v)):.1f}" for a, v in zip(xs, course + spread, strict=True)]
    lower = [f"{a:.1f},{y(float(v)):.1f}" for a, v in zip(xs, course - spread, strict=True)]
    line = [f"{a:.1f},{y(float(v)):.1f}" for a, v in zip(xs, course, strict=True)]
    return (
        f'<polygon class="ribbon" points="{" ".join(upper + lower[::-1])}"/>'
        f'<polyline class="line" points="{" ".join(line)}"/>'
    )
