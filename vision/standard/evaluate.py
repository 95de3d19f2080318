"""Judges measurements by the rules of a pack.

Guard-banded decisions (JCGM 106): with the expanded uncertainty ``u`` (95 %),
``pass`` needs value - u .. value + u inside the accepted range, ``fail`` needs
it wholly outside, anything else is ``uncertain``. The ends belong to the range.
This module never measures and never counts; see `vision.standard.score`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from vision.quantities import quantity
from vision.standard.messages import INFORMATIVE, NOBODY_ELSE, NOT_CHOSEN, SEX_UNKNOWN, message
from vision.standard.order import key_clauses
from vision.standard.rules import Decided, Pack, PackClause, Rule, Sides
from vision.standard.score import units_of
from vision.types import Check, Drill, ManualItem, Measurement, Reason, Side, Subject, Verdict

# House constant: a word that is wrong in more than one case of twenty decides nothing;
# the same 5 % that a number's u leaves outside (95 % coverage).
MAX_WORD_RISK = 0.05

# Limits are decimal numbers in a file: 0.33 + 0.10 must still lie on 0.43.
_ROUNDING = 1e-9


def judge_number(value: float, u: float, low: float | None, high: float | None) -> Verdict:
    """The verdict on ``value`` +- ``u`` for the accepted range ``low``..``high`` (None = open end)."""
    below = low is not None and value + u < low - _ROUNDING
    above = high is not None and value - u > high + _ROUNDING
    if below or above:
        return Verdict.FAIL
    holds_low = low is None or value - u >= low - _ROUNDING
    holds_high = high is None or value + u <= high + _ROUNDING
    return Verdict.PASS if holds_low and holds_high else Verdict.UNCERTAIN


def judge_word(value: str, risk: float, accepted: Collection[str]) -> Verdict:
    """The verdict on a word that is wrong with probability ``risk``."""
    if risk > MAX_WORD_RISK:
        return Verdict.UNCERTAIN
    return Verdict.PASS if value in accepted else Verdict.FAIL


def judge_rule(rule: Rule, measurement: Measurement) -> Verdict:
    """The verdict of one rule on one measurement; ValueError when kind or unit do not fit the rule."""
    value, u = measurement.value, measurement.u
    if value is None or u is None:
        return Verdict.NOT_MEASURED
    if isinstance(value, str) != bool(rule.words) or measurement.unit != rule.unit:
        raise ValueError(
            f"{measurement.name}: rule {rule.id} wants unit '{rule.unit}', got {value!r} {measurement.unit!r}"
        )
    if isinstance(value, str):
        return judge_word(value, u, rule.words)
    return judge_number(value, u, rule.low, rule.high)


def judge(
    pack: Pack,
    drill: Drill,
    measurements: Mapping[str, Measurement],
    subject: Subject,
    frame_s: float | None,
    *,
    active_side: Side | None = None,
    role: str | None = None,
) -> tuple[Check, ...]:
    """Every measured clause of ``drill`` applied to ``measurements`` (by name).

    ``active_side``: the side that performs the gesture, for rules on
    ``NAME_{side}`` with ``sides = "active"``; None when it is not known (those
    checks are then not measured). ``role``: ``serving`` (a customer is there) or
    ``idle``; None judges both variants as alternatives. A quantity without a
    measurement gives a check ``not_measured`` with reason ``unsupported``.
    """
    checks: list[Check] = []
    for chosen in _applicable(pack, drill, subject, role):
        for rule in chosen.clause.rules:
            checks.extend(_checks(chosen, rule, measurements, frame_s, active_side))
    return _mark_not_chosen(checks)


def manual_items(pack: Pack, drills: Iterable[Drill], subject: Subject | None = None) -> tuple[ManualItem, ...]:
    """The clauses of these drills that a trainer ticks, or that nothing decides yet; each once."""
    wanted = tuple(drills)
    sex = None if subject is None else subject.sex
    items = []
    for clause in pack.clauses:
        drill = next((drill for drill in wanted if drill in clause.drills), None)
        other_sex = clause.sex is not None and sex is not None and clause.sex != sex
        if drill is None or other_sex:
            continue
        if clause.decided is Decided.MEASURED:
            items += _unmeasured_parts(clause, drill)
            continue
        items.append(ManualItem(clause.id, clause.clause, str(clause.decided), drill, clause.note_zh, clause.note_en))
    return tuple(items)


def _unmeasured_parts(clause: PackClause, drill: Drill) -> list[ManualItem]:
    """Rules of a measured clause on quantities that nobody measures; of alternatives another option may decide."""
    if clause.alternative is not None:
        return []
    found = []
    for rule in clause.rules:
        known = quantity(rule.quantity_names[0])
        if known is not None and known.unmeasured_en:
            notes = (f"{known.label_zh}：{known.unmeasured_zh}", f"{known.label_en}: {known.unmeasured_en}")
            found.append(ManualItem(rule.id, clause.clause, str(Decided.MANUAL), drill, *notes))
    return found


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A clause that applies to this subject; ``counts`` is false for one that is only shown."""

    clause: PackClause
    counts: bool
    note: tuple[str, str] = INFORMATIVE  # said where a check has no weight
    key: bool = False


def _applicable(pack: Pack, drill: Drill, subject: Subject, role: str | None) -> list[_Chosen]:
    fitting = [
        clause
        for clause in pack.clauses
        if clause.decided is Decided.MEASURED
        and drill in clause.drills
        and not _differs(clause.sex, subject.sex)
        and not _differs(clause.role, role)
    ]
    key = key_clauses(pack, drill)
    return [replace(_choose(clause, fitting, subject), key=clause.id in key) for clause in fitting]


def _differs(wanted: str | None, given: str | None) -> bool:
    return wanted is not None and given is not None and wanted != given


def _choose(clause: PackClause, fitting: list[PackClause], subject: Subject) -> _Chosen:
    """A clause for one sex counts for an unknown subject only when the other sex has an option beside it."""
    if clause.sex is None or subject.sex is not None:
        return _Chosen(clause, not clause.informative)
    beside = any(
        other.alternative == clause.alternative and other.sex != clause.sex and not other.informative
        for other in fitting
        if clause.alternative is not None
    )
    if beside:
        return _Chosen(clause, not clause.informative)
    return _Chosen(clause, False, SEX_UNKNOWN[clause.sex])


def _checks(
    chosen: _Chosen,
    rule: Rule,
    measurements: Mapping[str, Measurement],
    frame_s: float | None,
    active_side: Side | None,
) -> list[Check]:
    weight = _rule_weight(chosen, rule)
    if rule.sides is Sides.BOTH:
        return [
            _check(chosen, rule, f"{rule.id}.{side}", _found(rule.quantity.replace("{side}", side), measurements),
                   weight / 2, frame_s)
            for side in Side
        ]  # fmt: skip
    if rule.sides is Sides.ACTIVE and active_side is None:
        name = rule.quantity.replace("_{side}", "")
        unclear = Measurement(name, None, None, rule.unit, Reason.TOO_UNCERTAIN)
        return [_check(chosen, rule, rule.id, unclear, weight, frame_s)]
    name = rule.quantity.replace("{side}", active_side or "")
    return [_check(chosen, rule, rule.id, _found(name, measurements), weight, frame_s)]


def _found(name: str, measurements: Mapping[str, Measurement]) -> Measurement:
    return measurements.get(name) or Measurement(name, None, None, "", Reason.UNSUPPORTED)


def _rule_weight(chosen: _Chosen, rule: Rule) -> float:
    """The clause's weight, shared evenly by the rules that count."""
    if not chosen.counts or rule.informative:
        return 0.0
    return chosen.clause.weight / sum(not one.informative for one in chosen.clause.rules)


def _check(
    chosen: _Chosen, rule: Rule, rule_id: str, measurement: Measurement, weight: float, frame_s: float | None
) -> Check:
    clause = chosen.clause
    verdict, note = judge_rule(rule, measurement), chosen.note
    if measurement.reason is Reason.NO_PERSON and weight > 0:  # two people are asked for, one is there
        weight, note = 0.0, NOBODY_ELSE
    grouped = clause.alternative is not None and weight > 0
    note = note if weight <= 0 else ("", "")
    return Check(
        rule=rule_id,
        clause=clause.clause,
        verdict=verdict,
        measurement=measurement.name,
        accept=rule.accept,
        basis=rule.basis,
        value=measurement.value,
        u=measurement.u,
        message_zh=message(clause, rule, measurement, verdict, "zh") + note[0],
        message_en=message(clause, rule, measurement, verdict, "en") + note[1],
        frame_s=frame_s,
        reason=measurement.reason,
        unit=rule.unit,
        weight=weight,
        figure_zh=clause.figure_zh,
        figure_en=clause.figure_en,
        alternative=clause.alternative if grouped else None,
        option=clause.id if grouped else None,
        key=chosen.key and weight > 0,
    )


def _mark_not_chosen(checks: list[Check]) -> tuple[Check, ...]:
    """Say of a failed option that it was not the one chosen, where another option of its group holds."""
    held = {unit.group: unit.option for unit in units_of(checks) if unit.group and unit.verdict is Verdict.PASS}
    return tuple(
        replace(check, message_zh=check.message_zh + NOT_CHOSEN[0], message_en=check.message_en + NOT_CHOSEN[1])
        if check.alternative in held and check.option != held[check.alternative] and check.verdict is not Verdict.PASS
        else check
        for check in checks
    )
