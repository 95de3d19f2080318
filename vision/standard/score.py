"""Counts checks: what one segment, or a whole recording, comes to.

A **unit** is what counts once: a single check, or a group of alternatives.
The score is the share of weight that passed among what was decided (pass or
fail). An ``uncertain`` unit is left out of the score, so that it neither
rewards nor punishes, and is counted with the share that could not be measured:
a high score over a small part of the standard is visible as such.
Checks of weight 0 are information and count nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vision.types import Check, Score, Verdict


@dataclass(frozen=True, slots=True)
class Unit:
    """What counts once: one check (``group`` None) or all checks of one group of alternatives.

    ``option``: of a group, the option that decided it (the one that passed, else
    the one nearest to passing).
    """

    group: str | None
    option: str | None
    verdict: Verdict
    weight: float
    checks: tuple[Check, ...]


def units_of(checks: Iterable[Check]) -> tuple[Unit, ...]:
    """The units of one segment's checks, in their order."""
    singles: dict[str | None, list[Check]] = {}
    order: list[tuple[str | None, Check]] = []
    for check in checks:
        if check.weight <= 0:
            continue
        if check.alternative is None:
            order.append((None, check))
            continue
        if check.alternative not in singles:
            order.append((check.alternative, check))
        singles.setdefault(check.alternative, []).append(check)
    return tuple(
        Unit(None, None, check.verdict, check.weight, (check,)) if group is None else _group(group, singles[group])
        for group, check in order
    )


def score_checks(checks: Iterable[Check]) -> Score:
    """The score of one segment."""
    return _score(units_of(checks))


def overall_score(segments: Iterable[Sequence[Check]]) -> Score:
    """The score of several segments together; groups of alternatives stay within their segment."""
    return _score([unit for checks in segments for unit in units_of(checks)])


def _score(units: Sequence[Unit]) -> Score:
    weight = {verdict: sum(unit.weight for unit in units if unit.verdict is verdict) for verdict in Verdict}
    counts = {str(verdict): sum(unit.verdict is verdict for unit in units) for verdict in Verdict}
    decided = weight[Verdict.PASS] + weight[Verdict.FAIL]
    total = sum(weight.values())
    return Score(
        value=100.0 * weight[Verdict.PASS] / decided if decided > 0 else None,
        unmeasured_share=1.0 - decided / total if total > 0 else 1.0,
        verdict=_overall({verdict for verdict in Verdict if counts[verdict]}),
        counts=counts,
    )


def _overall(present: set[Verdict]) -> Verdict:
    """Fail if anything fails, else uncertain if anything is, else pass if anything passes."""
    for verdict in (Verdict.FAIL, Verdict.UNCERTAIN, Verdict.PASS):
        if verdict in present:
            return verdict
    return Verdict.NOT_MEASURED


def _group(group: str, checks: list[Check]) -> Unit:
    options: dict[str | None, list[Check]] = {}
    for check in checks:
        options.setdefault(check.option, []).append(check)
    verdicts = {option: _option_verdict(members) for option, members in options.items()}
    return Unit(
        group=group,
        option=min(options, key=lambda option: _distance(options[option], verdicts[option])),
        verdict=_group_verdict(list(verdicts.values())),
        weight=max(sum(check.weight for check in members) for members in options.values()),
        checks=tuple(checks),
    )


def _option_verdict(checks: list[Check]) -> Verdict:
    """All checks of an option must hold: one failure fails it, one gap leaves it open."""
    present = {check.verdict for check in checks}
    for verdict in (Verdict.FAIL, Verdict.NOT_MEASURED, Verdict.UNCERTAIN):
        if verdict in present:
            return verdict
    return Verdict.PASS


def _group_verdict(verdicts: list[Verdict]) -> Verdict:
    """One option is enough; a group fails only when every option fails."""
    if Verdict.PASS in verdicts:
        return Verdict.PASS
    if all(verdict is verdicts[0] for verdict in verdicts):
        return verdicts[0]
    return Verdict.UNCERTAIN


def _distance(checks: list[Check], verdict: Verdict) -> tuple[bool, float]:
    """How far an option is from passing: passed first, then by its share of failed checks."""
    failed = sum(check.verdict is Verdict.FAIL for check in checks)
    return (verdict is not Verdict.PASS, failed / len(checks))
