"""What to practise next: the demands whose newest verdict is a failure or a doubt, what matters most first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from app.trends.book import book
from app.trends.rows import Seen, TakeRef
from vision.report.page import needed
from vision.standard import by_urgency, units_of, urgency
from vision.standard.evaluate import judge_number
from vision.standard.messages import advice
from vision.types import Check, Drill, Measurement, Verdict

LOOKED_AT = 5  # the newest times that a demand was decided
OPEN = (Verdict.FAIL, Verdict.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A demand to practise: the check that tells it, from the newest take that decided it.

    ``failed`` of the last ``looked`` times it failed.
    """

    drill: Drill
    demand: str
    check: Check
    take: TakeRef
    failed: int
    looked: int


def practise_next(seen: Iterable[Seen], most: int = 5) -> tuple[Wanted, ...]:
    """Failures before doubts; then what fails in most of the last times; then as reports order what matters."""
    times: dict[tuple[Drill, str], list[tuple[Verdict, list[Check], TakeRef]]] = {}
    for (take, _segment, drill), group in groupby(seen, key=lambda one: (one.take, one.segment, one.drill)):
        for demand, (verdict, checks) in _told(list(group)).items():
            if verdict is not Verdict.NOT_MEASURED:
                times.setdefault((drill, demand), []).append((verdict, checks, take))
    found = [
        _wanted(drill, demand, decided[-LOOKED_AT:])
        for (drill, demand), decided in times.items()
        if decided[-1][0] in OPEN
    ]
    found.sort(key=lambda one: (one.check.verdict is not Verdict.FAIL, -one.failed / one.looked, urgency(one.check)))
    return tuple(found[:most])


def _told(rows: list[Seen]) -> dict[str, tuple[Verdict, list[Check]]]:
    """Verdict and telling checks of each demand of a segment."""
    demands = {row.check.rule: row.demand for row in rows}
    found: dict[str, tuple[Verdict, list[Check]]] = {}
    order = (Verdict.FAIL, Verdict.UNCERTAIN, Verdict.PASS, Verdict.NOT_MEASURED)
    for unit in units_of(row.check for row in rows):
        demand = unit.group or demands[unit.checks[0].rule]
        verdict, checks = found.get(demand, (unit.verdict, []))
        worse = min(verdict, unit.verdict, key=order.index)
        found[demand] = (worse, [*checks, *needed(unit)])
    return found


def _wanted(drill: Drill, demand: str, decided: list[tuple[Verdict, list[Check], TakeRef]]) -> Wanted:
    verdict, checks, take = decided[-1]
    telling = [check for check in checks if check.verdict is verdict] or [
        check for check in checks if check.verdict in OPEN
    ]
    check = by_urgency(telling or checks)[0]
    failed = sum(one[0] is Verdict.FAIL for one in decided)
    return Wanted(drill, demand, replace(check, verdict=verdict), take, failed, len(decided))


def advice_for(check: Check, language: str) -> str:
    """What to do, in the standard's words, by the limits that the check was judged by; "" where it has none, and where
    a trainer found a failure that the numbers do not show."""
    known = book().rule(check.rule)
    if known is None or check.value is None:
        return ""
    rule = known.rule
    if not rule.words:
        low, high = (end if isinstance(end, int | float) else None for end in check.accept[:2])
        rule = replace(rule, low=low, high=high)
        inside = isinstance(check.value, int | float) and judge_number(check.value, 0.0, low, high) is Verdict.PASS
        if check.verdict is Verdict.FAIL and inside:
            return ""
    measured = Measurement(check.measurement, check.value, check.u or 0.0, check.unit)
    return advice(rule, measured, language, check.verdict)
