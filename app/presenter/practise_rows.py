"""Checks as the rows of a practice: what was asked, what was measured, the verdict by colour and symbol."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.texts import pick
from vision.palette import SEVERITY, VERDICT_SYMBOL
from vision.quantities import label_text
from vision.report.model import Report
from vision.report.page import needed
from vision.report.svg import band_svg
from vision.report.wording import (
    BASIS_TEXT,
    accept_text,
    band,
    check_value_text,
    clause_text,
    message_text,
    missing_text,
    typeset,
    verdict_text,
)
from vision.standard import Pack, Unit, by_urgency, most_urgent, overall_score, units_of, urgency
from vision.standard.messages import advice
from vision.types import Basis, Check, Measurement, Score, Verdict

GOOD_SHOWN = 3


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check in words. ``graphic`` is an SVG of the accepted band, "" for a word."""

    rule: str
    verdict: Verdict
    symbol: str
    verdict_word: str
    name: str
    value: str
    accept: str
    ask: str
    document: str  # its short name
    source: str  # document and section
    figure: str
    message: str
    advice: str  # only what to do, of a failed check
    graphic: str


def check_row(check: Check, language: str, pack: Pack) -> CheckRow:
    """The check in words; an alternative carries its short name in front."""
    label = label_text(check.measurement, language)
    label = label[:1].upper() + label[1:]
    option = _option_name(check, language, pack)
    return CheckRow(
        rule=check.rule,
        verdict=check.verdict,
        symbol=VERDICT_SYMBOL[check.verdict],
        verdict_word=verdict_text(check.verdict, language),
        name=f"{option} · {label}" if option else label,
        value=check_value_text(check, language),
        accept=accept_text(check, language),
        ask=pick(language, typeset(check.clause.zh), check.clause.en),
        document=BASIS_TEXT[Basis.HOUSE][language] if check.clause.source == Basis.HOUSE else check.clause.source,
        source=clause_text(check),
        figure=pick(language, typeset(check.figure_zh), check.figure_en),
        message=message_text(check, language) if check.reason is None else missing_text(check, language),
        advice=_advice(check, language, pack),
        graphic=str(band_svg(check)),
    )


def _option_name(check: Check, language: str, pack: Pack) -> str:
    """The short name of the alternative that a check belongs to: ``V-stance``; "" for other checks."""
    found = [clause for clause in pack.clauses if check.option is not None and clause.id == check.option]
    return pick(language, found[0].name_zh, found[0].name_en) if found else ""


def _advice(check: Check, language: str, pack: Pack) -> str:
    """Only what to do about a failed check; "" when it did not fail or the pack does not say."""
    if check.verdict is not Verdict.FAIL:
        return ""
    ids = (check.rule, check.rule.rpartition(".")[0])  # a sided rule's checks end in .left and .right
    rules = {rule.id: rule for clause in pack.clauses for rule in clause.rules}
    rule = next((rules[name] for name in ids if name in rules), None)
    if rule is None:
        return ""
    text = advice(rule, Measurement(check.measurement, check.value, check.u, check.unit, check.reason), language)
    return typeset(text) if language == "zh" else text


def telling(unit: Unit) -> list[Check]:
    """The checks of a unit that a trainee should see.

    Of alternatives that hold, the one that holds. Of those that do not, the
    nearest to holding, and what fails in others that are met in part: feet at
    75 degrees with the heels together are a wide V as well as a possible T.
    """
    if unit.group is None or unit.verdict is Verdict.PASS:
        return needed(unit)
    options: dict[str | None, list[Check]] = {}
    for check in unit.checks:
        options.setdefault(check.option, []).append(check)
    nearest = min(options.values(), key=_distance)
    met = {check.option for check in unit.checks if check.verdict is Verdict.PASS}
    others = [check for check in unit.checks if check not in nearest and check.option in met]
    return nearest + [check for check in others if check.verdict is Verdict.FAIL]


def _distance(option: Sequence[Check]) -> tuple[float, float]:
    """How far an option is from holding: by its share of failed checks, then of values outside what is accepted."""
    failed = sum(check.verdict is Verdict.FAIL for check in option)
    inside = sum(_inside(check) for check in option)
    return failed / len(option), -inside / len(option)


def _inside(check: Check) -> bool:
    """Whether the bare value is accepted, its uncertainty left aside."""
    if check.value is None or isinstance(check.value, str):
        return check.value in check.accept
    low, high = band(check)
    return (low is None or check.value >= low) and (high is None or check.value <= high)


def live_rows(checks: Iterable[Check], language: str, pack: Pack) -> tuple[CheckRow, ...]:
    """What counts, heaviest first, so that rows keep their places while verdicts change; unmeasured ones last."""
    units = sorted(units_of(checks), key=lambda unit: -unit.weight)
    shown = [check for unit in units for check in telling(unit)]
    shown.sort(key=lambda check: check.verdict is Verdict.NOT_MEASURED)
    return tuple(check_row(check, language, pack) for check in shown)


@dataclass(frozen=True, slots=True)
class Summary:
    """A practice in few words: score, what was good, the one thing to change, and every check by repetition."""

    score: Score
    good: tuple[CheckRow, ...]
    change: CheckRow | None
    times: tuple[tuple[CheckRow, ...], ...]  # the rows of each time that the drill was done, worst first

    @property
    def rows(self) -> tuple[CheckRow, ...]:
        """The rows of all times."""
        return tuple(row for rows in self.times for row in rows)

    @property
    def nothing_decided(self) -> bool:
        """Not one check came to pass or fail."""
        return not any(row.verdict in (Verdict.PASS, Verdict.FAIL) for row in self.rows)


def manual_asks(report: Report, language: str) -> tuple[str, ...]:
    """What is left to the trainer's eye, with the document that asks for it."""
    return tuple(
        f"{pick(language, typeset(item.clause.zh), item.clause.en)} · {item.clause.source}"
        for item in report.manual_items
    )


def summarise(segments: Sequence[Sequence[Check]], language: str, pack: Pack) -> Summary:
    """The summary of the checks of one or more segments; a drill done several times counts every time."""
    units = sorted((unit for checks in segments for unit in units_of(checks)), key=lambda unit: -unit.weight)
    good = {check.rule: check for unit in units if unit.verdict is Verdict.PASS for check in telling(unit)[:1]}
    change = the_change(units)
    return Summary(
        score=overall_score(segments),
        good=tuple(check_row(check, language, pack) for check in list(good.values())[:GOOD_SHOWN]),
        change=None if change is None else check_row(change, language, pack),
        times=tuple(_rows_of(checks, language, pack) for checks in segments),
    )


def _rows_of(checks: Sequence[Check], language: str, pack: Pack) -> tuple[CheckRow, ...]:
    """The checks that count, worst first, of equal ones what matters most."""
    units = sorted(units_of(checks), key=lambda unit: (SEVERITY[unit.verdict], most_urgent(telling(unit))))
    shown = [check for unit in units for check in by_urgency(telling(unit))]
    return tuple(check_row(check, language, pack) for check in shown)


def the_change(units: Iterable[Unit]) -> Check | None:
    """The failed check that matters most: of failed units first, then of alternatives that are still open."""
    failed = [
        (unit.verdict is not Verdict.FAIL, urgency(check), check)
        for unit in units
        for check in telling(unit)
        if check.verdict is Verdict.FAIL
    ]
    return min(failed, key=lambda entry: entry[:2])[2] if failed else None
