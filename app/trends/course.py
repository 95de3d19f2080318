"""One person's courses: every rule's value with its uncertainty over the takes, and the personal best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.trends.book import book
from app.trends.change import Band, Estimate, record
from app.trends.rows import Seen, TakeRef
from vision.standard import units_of
from vision.types import Check, Drill, Verdict


@dataclass(frozen=True, slots=True)
class Point:
    """A take of a course. ``value`` is a number, a word, or None where nothing was measured."""

    take: TakeRef
    check: Check
    overridden: bool

    @property
    def number(self) -> float | None:
        """The value, unless it is a word."""
        return self.check.value if isinstance(self.check.value, float | int) else None

    @property
    def band(self) -> Band:
        """What this take was judged by."""
        low, high = (end if isinstance(end, int | float) else None for end in self.check.accept[:2])
        return Band(low, high)


@dataclass(frozen=True, slots=True)
class Best:
    """The personal best: a point, and the best before it that it surpasses by more than the uncertainty."""

    point: Point
    before: Point


@dataclass(frozen=True, slots=True)
class Course:
    """A rule over time, the oldest point first; several repetitions in one take are several points."""

    rule: str
    drill: Drill
    demand: str
    points: tuple[Point, ...]

    @property
    def last(self) -> Point:
        """The newest point."""
        return self.points[-1]

    @property
    def measured(self) -> tuple[Point, ...]:
        """The points that have a value."""
        return tuple(point for point in self.points if point.check.value is not None)

    def count(self, verdict: Verdict) -> int:
        """How many points came to a verdict."""
        return sum(point.check.verdict is verdict for point in self.points)


def courses(seen: Iterable[Seen], drill: Drill | None = None) -> tuple[Course, ...]:
    """The courses of what was seen, drill by drill, in the order in which the rules came up."""
    found: dict[tuple[Drill, str], list[Seen]] = {}
    for one in seen:
        if drill is None or one.drill is drill:
            found.setdefault((one.drill, one.check.rule), []).append(one)
    return tuple(
        Course(rule, where, rows[-1].demand, tuple(Point(row.take, row.check, row.overridden) for row in rows))
        for (where, rule), rows in found.items()
    )


def personal_best(course: Course) -> Best | None:
    """The best point, where it surpasses the best before it by more than the uncertainty; see `app.trends.change`.

    Points are compared by today's band: limits may have changed on the way.
    """
    points = [point for point in course.points if point.number is not None and point.check.u is not None]
    values = [Estimate(point.number or 0.0, point.check.u or 0.0) for point in points]
    place = record(values, course.last.band) if values else None
    if place is None:
        return None
    before = record(values[:place], course.last.band) or 0
    return Best(points[place], points[before])


def chosen_options(seen: Iterable[Seen]) -> dict[tuple[Drill, str], frozenset[str]]:
    """Of each group of alternatives, the options that were shown: those that decided it in some take."""
    found: dict[tuple[Drill, str], set[str]] = {}
    for (_, _, drill), group in groupby(seen, key=lambda one: (one.take, one.segment, one.drill)):
        for unit in units_of(one.check for one in group):
            if unit.group is not None and unit.option is not None and unit.verdict is not Verdict.NOT_MEASURED:
                found.setdefault((drill, unit.group), set()).add(unit.option)
    return {where: frozenset(options) for where, options in found.items()}


def shown_and_others(seen: Sequence[Seen], drill: Drill) -> tuple[tuple[Course, ...], tuple[Course, ...]]:
    """The courses of a drill that tell something, in the standards' order; the others beside them.

    The others: rows of a form that was never the one shown (feet parallel, of who stands in a V), what was never
    measured, and what is for information only.
    """
    options = chosen_options(seen)
    order = book().order

    def tells(course: Course) -> bool:
        check = course.last.check
        if not course.measured or check.weight <= 0:
            return False
        return check.alternative is None or check.option in options.get((drill, check.alternative), frozenset())

    found = sorted(courses(seen, drill), key=lambda course: order.get(course.demand, len(order)))
    return tuple(one for one in found if tells(one)), tuple(one for one in found if not tells(one))
