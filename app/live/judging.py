"""Readings judged for a live view: shown values that do not flicker, verdicts that never look surer than they are.

A verdict of pass or fail is shown once it has stood for a moment; until then,
and at once when it no longer stands, the check is shown as uncertain.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.live.state import Cue
from vision.standard import Pack, Rule, by_urgency, judge, units_of
from vision.standard.messages import advice
from vision.standard.order import outside_in_u
from vision.types import Check, Drill, Measurement, Reason, Side, Subject, Verdict

SMOOTH_S = 0.45
STANDS_S = 0.4
CUE_STAYS_S = 1.5
MOST_CUES = 3
CHECKING = ("正在确认……", "checking ...")


class Judge:
    """Judges readings of one drill one after the other."""

    def __init__(self, pack: Pack, drill: Drill, subject: Subject) -> None:
        self._pack, self._drill, self._subject = pack, drill, subject
        self._rules = {rule.id: rule for clause in pack.clauses for rule in clause.rules}
        self._names = {clause.id: (clause.name_zh, clause.name_en) for clause in pack.clauses}
        self._shown: dict[str, tuple[float, float]] = {}  # measurement -> time, value
        self._since: dict[str, tuple[Verdict, float]] = {}  # rule -> verdict, since when
        self._cues: dict[str, tuple[float, Cue]] = {}

    def clear(self) -> None:
        """Forget what was shown."""
        self._shown.clear()
        self._since.clear()
        self._cues.clear()

    def checks(
        self, measurements: Mapping[str, Measurement], time_s: float, active_side: Side | None, *, final: bool = False
    ) -> tuple[Check, ...]:
        """Every check that one moment can decide. ``final``: as measured, without smoothing or waiting."""
        told = measurements if final else {name: self._smooth(item, time_s) for name, item in measurements.items()}
        found = judge(self._pack, self._drill, told, self._subject, time_s, active_side=active_side)
        decidable = [check for check in found if check.value is not None or check.reason is not Reason.UNSUPPORTED]
        if final:
            return tuple(decidable)
        return tuple(self._steady(check, time_s) for check in decidable)

    def _smooth(self, measurement: Measurement, time_s: float) -> Measurement:
        """The value drawn towards the ones before it, unless it has clearly moved."""
        name, value = measurement.name, measurement.value
        if not isinstance(value, float) or measurement.u is None:
            self._shown.pop(name, None)
            return measurement
        before_s, before = self._shown.get(name, (-math.inf, value))
        step_s = time_s - before_s
        share = 1.0 if abs(value - before) > measurement.u or step_s > 2.0 else 1.0 - math.exp(-step_s / SMOOTH_S)
        smooth = before + share * (value - before)
        self._shown[name] = (time_s, smooth)
        return replace(measurement, value=smooth)

    def _steady(self, check: Check, time_s: float) -> Check:
        since = self._since.get(check.rule)
        if since is None or since[0] is not check.verdict:
            since = self._since[check.rule] = (check.verdict, time_s)
        if check.verdict not in (Verdict.PASS, Verdict.FAIL) or time_s - since[1] >= STANDS_S:
            return check
        return replace(check, verdict=Verdict.UNCERTAIN, message_zh=CHECKING[0], message_en=CHECKING[1])

    def cues(self, checks: Iterable[Check], time_s: float) -> tuple[Cue, ...]:
        """At most three checks to mend, what matters most first; words stay for a moment, though their numbers move."""
        shown = tuple(checks)
        found = by_urgency([*telling_failures(shown), *telling_doubts(shown)])[:MOST_CUES]
        cues: dict[str, tuple[float, Cue]] = {}
        for check in found:
            kept = self._cues.get(check.rule)
            stays = kept is not None and time_s - kept[0] < CUE_STAYS_S
            cues[check.rule] = kept if stays and kept is not None else (time_s, self._cue(check))
        self._cues = cues
        return tuple(cue for _, cue in cues.values())

    def _cue(self, check: Check) -> Cue:
        rule = self._rule(check.rule)
        said = Measurement(check.measurement, check.value, check.u, check.unit)
        zh, en = (advice(rule, said, language, check.verdict) if rule is not None else "" for language in ("zh", "en"))
        return Cue(check.rule, check.verdict, zh or check.message_zh, en or check.message_en)

    def _rule(self, name: str) -> Rule | None:
        """The rule of a check; a check of one side carries the side in its name."""
        return self._rules.get(name) or self._rules.get(name.removesuffix(".left").removesuffix(".right"))


def telling_failures(checks: Iterable[Check]) -> list[Check]:
    """Failed checks worth a word.

    Of alternatives those of the option that decided; where the group is open, those of an option that is half way
    there in numbers (heels together, toes too far apart): that is what the person is trying to do. A word that
    does not fit (hands at the sides) means another option.
    """
    found: list[Check] = []
    for unit in units_of(checks):
        if unit.verdict is Verdict.PASS:
            continue
        if unit.group is None:
            found += [check for check in unit.checks if check.verdict is Verdict.FAIL]
            continue
        options: dict[str | None, list[Check]] = {}
        for check in unit.checks:
            options.setdefault(check.option, []).append(check)
        if unit.verdict is Verdict.FAIL:
            found += [check for check in options[unit.option] if check.verdict is Verdict.FAIL]
            continue
        begun = [
            members
            for members in options.values()
            if any(c.verdict is Verdict.PASS for c in members)
            and any(c.verdict is Verdict.FAIL for c in members)
            and not any(c.verdict is Verdict.FAIL and isinstance(c.value, str) for c in members)
        ]
        if len(begun) == 1:
            found += [check for check in begun[0] if check.verdict is Verdict.FAIL]
    return found


def telling_doubts(checks: Iterable[Check]) -> list[Check]:
    """Undecided checks whose bare value lies outside what is accepted, of clauses that stand alone.

    Of alternatives a doubt says nothing: the person may be doing another of them. A verdict that has only not stood
    long enough is no doubt.
    """
    return [
        check
        for unit in units_of(checks)
        if unit.group is None and unit.verdict is Verdict.UNCERTAIN
        for check in unit.checks
        if check.message_en != CHECKING[1] and not isinstance(check.value, str) and outside_in_u(check) > 0
    ]
