"""A course over dates as a small SVG: value with its 95 % band, what is asked behind it, verdicts by shape and colour.

A circle passes, a diamond fails, an open triangle is uncertain; a dash at the bottom is a take without a value; a ring
says that a trainer overrode the program. Marks carry ``data-pick`` with the take's id.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from app.presenter.progress_words import day_text, moment_text
from app.texts import pick, verdict_word
from app.trends.course import Course, Point
from vision.report.svg import nice_step
from vision.report.wording import check_value_text, shown_number, word_text
from vision.types import Verdict

WIDTH, HEIGHT = 400.0, 178.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 10.0, 34.0
MARK = 5.0
Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things lie: ``x`` of each point, ``y`` of a shown number."""

    xs: tuple[float, ...]
    y: Scale
    low: float
    high: float


def course_svg(course: Course, language: str) -> str:
    """The picture; words get a line each."""
    points = course.points
    xs = _xs([point.take.time for point in points])
    if any(isinstance(point.check.value, str) for point in points):
        body = _words(course, xs, language)
    else:
        frame = _frame(points, xs)
        body = _asked(points, frame) + _axis(frame) + _ribbon(points, frame) + _marks(points, frame, language)
    return (
        f'<svg class="course" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" '
        f'aria-label="{escape(_told(course, language), quote=True)}">{body}{_dates(points, xs)}</svg>'
    )


def _told(course: Course, language: str) -> str:
    counts = (f"{verdict_word(language, verdict)} {course.count(verdict)}" for verdict in Verdict)
    return pick(language, "，", ", ").join(counts)


def _xs(times: Sequence[datetime]) -> tuple[float, ...]:
    """By time; by order where all lie within a day."""
    first, last = times[0].timestamp(), times[-1].timestamp()
    width = WIDTH - LEFT - RIGHT - 2 * MARK
    if last - first < 86400.0:
        step = width / max(1, len(times) - 1)
        return tuple(LEFT + MARK + (step * number if len(times) > 1 else width / 2) for number in range(len(times)))
    return tuple(LEFT + MARK + (one.timestamp() - first) / (last - first) * width for one in times)


def _shown(point: Point, value: float | None) -> float | None:
    return None if value is None else shown_number(value, point.check.measurement)


def _frame(points: Sequence[Point], xs: tuple[float, ...]) -> _Frame:
    ends: list[float] = []
    for point in points:
        value, u = _shown(point, point.number), _shown(point, point.check.u) or 0.0
        if value is not None:
            ends += [value - u, value + u]
        ends += [end for end in (_shown(point, point.band.low), _shown(point, point.band.high)) if end is not None]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    air = max((high - low) * 0.08, abs(high) * 0.02, 1e-6)
    low, high = low - air, high + air

    def y(value: float) -> float:
        return TOP + (high - min(max(value, low), high)) / (high - low) * (HEIGHT - TOP - BOTTOM)

    return _Frame(xs, y, low, high)


def _asked(points: Sequence[Point], frame: _Frame) -> str:
    """What each take was judged by, from halfway to halfway; limits may change on the way."""
    edges = [LEFT, *((a + b) / 2 for a, b in zip(frame.xs, frame.xs[1:], strict=False)), WIDTH - RIGHT]
    parts = []
    start = 0
    for number in range(1, len(points) + 1):
        if number < len(points) and points[number].band == points[start].band:
            continue
        low, high = _shown(points[start], points[start].band.low), _shown(points[start], points[start].band.high)
        if low is not None or high is not None:
            top, bottom = frame.y(frame.high if high is None else high), frame.y(frame.low if low is None else low)
            left, right = edges[start], edges[number]
            parts.append(
                f'<rect class="ok" x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
                f'height="{max(1.0, bottom - top):.1f}"/>'
            )
            parts += [_line("limit", left, right, frame.y(end)) for end in (low, high) if end is not None]
        start = number
    return "".join(parts)


def _line(name: str, left: float, right: float, y: float) -> str:
    return f'<line class="{name}" x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _axis(frame: _Frame) -> str:
    step = nice_step(frame.high - frame.low, 4)
    number, parts = math.ceil(frame.low / step) * step, []
    while number <= frame.high:
        text, y = f"{round(number, 6) + 0:g}".replace("-", "−"), frame.y(number)
        parts.append(_line("grid", LEFT, WIDTH - RIGHT, y))
        parts.append(f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>')
        number += step
    return "".join(parts)


def _ribbon(points: Sequence[Point], frame: _Frame) -> str:
    """The values joined, with their 95 % band round them."""
    known = [
        (x, value, _shown(point, point.check.u) or 0.0)
        for x, point in zip(frame.xs, points, strict=True)
        if (value := _shown(point, point.number)) is not None
    ]
    if len(known) < 2:
        return ""
    upper = [f"{x:.1f},{frame.y(value + u):.1f}" for x, value, u in known]
    lower = [f"{x:.1f},{frame.y(value - u):.1f}" for x, value, u in known]
    line = " ".join(f"{x:.1f},{frame.y(value):.1f}" for x, value, _ in known)
    return f'<polygon class="ribbon" points="{" ".join(upper + lower[::-1])}"/><polyline class="line" points="{line}"/>'


def _marks(points: Sequence[Point], frame: _Frame, language: str) -> str:
    parts = []
    for x, point in zip(frame.xs, points, strict=True):
        value, u = _shown(point, point.number), _shown(point, point.check.u) or 0.0
        y = HEIGHT - BOTTOM if value is None else frame.y(value)
        whisker = ""
        if value is not None:
            bottom, top = frame.y(value - u), frame.y(value + u)
            whisker = f'<line class="u" x1="{x:.1f}" x2="{x:.1f}" y1="{bottom:.1f}" y2="{top:.1f}"/>'
        parts.append(_mark(point, x, y, language, whisker))
    return "".join(parts)


def _mark(point: Point, x: float, y: float, language: str, whisker: str = "") -> str:
    verdict = point.check.verdict
    by = pick(language, "（教练判定）", " (by a trainer)") if point.overridden else ""
    said = (
        f"{moment_text(point.take.time)} · {check_value_text(point.check, language)} · "
        f"{verdict_word(language, verdict)}{by}"
    )
    ring = f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="{MARK + 3.5}"/>' if point.overridden else ""
    return (
        f'<g class="mark {verdict}" data-pick="take:{escape(point.take.id, quote=True)}">'
        f"<title>{escape(said)}</title>{whisker}{ring}{_shape(verdict, x, y)}</g>"
    )


def _shape(verdict: Verdict, x: float, y: float) -> str:
    r = MARK
    if verdict is Verdict.FAIL:
        d = r + 1.2
        return f'<path d="M{x:.1f} {y - d:.1f}L{x + d:.1f} {y:.1f}L{x:.1f} {y + d:.1f}L{x - d:.1f} {y:.1f}Z"/>'
    if verdict is Verdict.UNCERTAIN:
        return f'<path d="M{x:.1f} {y - r - 1:.1f}L{x + r + 1:.1f} {y + r:.1f}L{x - r - 1:.1f} {y + r:.1f}Z"/>'
    if verdict is Verdict.PASS:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}"/>'
    return f'<path d="M{x - r:.1f} {y:.1f}H{x + r:.1f}"/>'


def _words(course: Course, xs: tuple[float, ...], language: str) -> str:
    accepted = [word for word in course.last.check.accept if isinstance(word, str)]
    read = [point.check.value for point in course.points if isinstance(point.check.value, str)]
    words = list(dict.fromkeys([*accepted, *read]))
    step = (HEIGHT - TOP - BOTTOM) / len(words)
    rows = {word: TOP + step * (number + 0.5) for number, word in enumerate(words)}
    left = LEFT + 30.0
    squeeze = (WIDTH - RIGHT - left) / (WIDTH - RIGHT - LEFT)
    parts = [
        f'<rect class="ok" x="{left:.1f}" y="{rows[word] - step / 2:.1f}" width="{WIDTH - RIGHT - left:.1f}" '
        f'height="{step:.1f}"/>'
        for word in accepted
    ]
    parts += [
        f'<text class="tick" x="{left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">'
        f"{escape(word_text(word, language)[:12])}</text>"
        for word, y in rows.items()
    ]
    for x, point in zip(xs, course.points, strict=True):
        value = point.check.value
        y = rows[value] if isinstance(value, str) else HEIGHT - BOTTOM
        parts.append(_mark(point, left + (x - LEFT) * squeeze, y, language))
    return "".join(parts)


def _dates(points: Sequence[Point], xs: tuple[float, ...]) -> str:
    first, last = day_text(points[0].take.time), day_text(points[-1].take.time)
    y = HEIGHT - 10
    if first == last:
        return f'<text class="tick" x="{(LEFT + WIDTH - RIGHT) / 2:.1f}" y="{y}" text-anchor="middle">{first}</text>'
    return (
        f'<text class="tick" x="{LEFT}" y="{y}">{first}</text>'
        f'<text class="tick" x="{WIDTH - RIGHT}" y="{y}" text-anchor="end">{last}</text>'
    )
