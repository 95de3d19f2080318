"""Before and after: two takes or two periods of one person, rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.trends.change import Change, Estimate, Outcome, compare, compare_words, mean_of
from app.trends.course import Course, Point, courses
from app.trends.rows import Seen, TakeRef
from vision.types import Drill, Verdict

ORDER = (
    Outcome.WORSE, Outcome.IMPROVED, Outcome.DIFFERENT, Outcome.BOTH_FINE, Outcome.NO_DIFFERENCE, Outcome.UNMEASURED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """A rule before and after; ``before`` and ``after`` are the newest points of each side, for words and limits."""

    rule: str
    drill: Drill
    demand: str
    before: Point | None
    after: Point | None
    from_value: Estimate | None
    to_value: Estimate | None
    change: Change

    @property
    def point(self) -> Point:
        """One that speaks for the rule."""
        point = self.after or self.before
        if point is None:
            raise ValueError(f"{self.rule}: compared with nothing on either side")
        return point


def compare_takes(seen: Iterable[Seen], before: str, after: str) -> tuple[Compared, ...]:
    """Two takes; of several repetitions in one, their mean. What changed comes first."""
    return compare_sides(seen, lambda take: take.id == before, lambda take: take.id == after)


def compare_sides(
    seen: Iterable[Seen], is_before: Callable[[TakeRef], bool], is_after: Callable[[TakeRef], bool]
) -> tuple[Compared, ...]:
    """Two sets of takes. What changed comes first; what was measured on neither side is left out."""
    rows = [_compared(course, is_before, is_after) for course in courses(seen)]
    kept = [row for row in rows if row is not None]
    return tuple(sorted(kept, key=lambda row: ORDER.index(row.change.outcome)))


def _compared(
    course: Course, is_before: Callable[[TakeRef], bool], is_after: Callable[[TakeRef], bool]
) -> Compared | None:
    before = [point for point in course.measured if is_before(point.take)]
    after = [point for point in course.measured if is_after(point.take)]
    if not before and not after:
        return None
    last = (after or before)[-1]
    first, second = _estimate(before), _estimate(after)
    change = _words(before, after) if last.number is None else compare(first, second, last.band)
    return Compared(
        course.rule,
        course.drill,
        course.demand,
        before[-1] if before else None,
        after[-1] if after else None,
        first,
        second,
        change,
    )


def _estimate(points: Sequence[Point]) -> Estimate | None:
    return mean_of([Estimate(point.number, point.check.u or 0.0) for point in points if point.number is not None])


def _words(before: Sequence[Point], after: Sequence[Point]) -> Change:
    """The newest words; several takes are not counted up, for their risks are not independent."""

    def told(points: Sequence[Point]) -> tuple[Verdict, float] | None:
        return (points[-1].check.verdict, points[-1].check.u or 0.0) if points else None

    same = bool(before and after) and before[-1].check.value == after[-1].check.value
    return compare_words(told(before), told(after), same)
