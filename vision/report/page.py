"""What the HTML and PDF pages show, prepared: groups, order, both languages, pictures.

Nothing here decides a verdict; it sorts and words what was decided.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from vision.palette import SEVERITY
from vision.quantities import label_text
from vision.report.model import Report, StillEvidence
from vision.report.svg import ChartBand, band_svg, chart_svg
from vision.report.wording import (
    BASIS_TEXT,
    LANGUAGES,
    accept_text,
    band,
    check_value_text,
    clause_text,
    drill_text,
    message_text,
    missing_text,
    seconds_text,
    typeset,
    unit_sign,
    view_text,
)
from vision.standard.order import by_urgency, most_urgent, urgency
from vision.standard.score import Unit, units_of
from vision.types import Basis, Check, Segment, Series, Verdict

Both = dict[str, str]  # language -> text
MOST_CHARTS = 12
MOST_ADVICE = 5


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check, ready to be shown."""

    rule: str
    verdict: str
    name: Both
    value: Both
    accept: Both
    message: Both
    missing: Both  # why there is no value, "" when there is one
    frame: Both
    graphic: Markup
    image: str  # base64 JPEG, "" without


@dataclass(frozen=True, slots=True)
class ClauseView:
    """One demand of a document with its checks; ``idle``: another option of its group holds."""

    verdict: str
    ask: Both
    source: str
    basis: str
    basis_text: Both
    figure: Both
    checks: tuple[CheckView, ...]
    idle: bool = False
    counts: bool = True

    @property
    def measured(self) -> tuple[CheckView, ...]:
        """The checks that have a value."""
        return tuple(check for check in self.checks if check.verdict != Verdict.NOT_MEASURED)


@dataclass(frozen=True, slots=True)
class UnitView:
    """A clause, or several of which one is enough (``alternative``)."""

    verdict: str
    clauses: tuple[ClauseView, ...]
    alternative: bool


@dataclass(frozen=True, slots=True)
class SegmentView:
    """One drill: judged units worst first, what is only shown, what was not measured."""

    drill: Both
    view: Both
    span: Both
    hold: Both | None
    score: str
    judged: tuple[UnitView, ...]
    unmeasured: tuple[ClauseView, ...]
    informative: tuple[ClauseView, ...]


@dataclass(frozen=True, slots=True)
class ChartView:
    """One course over time."""

    name: Both
    unit: str
    picture: Markup


def both(function: object, *arguments: object) -> Both:
    """The function's text in every language (the language is its last argument)."""
    assert callable(function)
    return {language: function(*arguments, language) for language in LANGUAGES}


def check_view(check: Check, segment: int, stills: Sequence[StillEvidence]) -> CheckView:
    """The check in words, with its graphic and its still."""
    still = next((entry for entry in stills if entry.rule == check.rule and entry.segment == segment), None)
    time_s = check.frame_s if still is None else still.time_s
    return CheckView(
        rule=check.rule,
        verdict=check.verdict.value,
        name=both(label_text, check.measurement),
        value=both(check_value_text, check),
        accept=both(accept_text, check),
        message=both(message_text, check),
        missing=both(missing_text, check),
        frame=both(seconds_text, time_s),
        graphic=band_svg(check),
        image="" if still is None else base64.b64encode(still.jpeg).decode("ascii"),
    )


def worst(checks: Iterable[Check]) -> Verdict:
    """The verdict that asks for most attention."""
    return min((check.verdict for check in checks), key=lambda verdict: SEVERITY[verdict])


def option_verdict(checks: Iterable[Check]) -> Verdict:
    """Of one option of a group: all its checks must hold, and a gap leaves it open."""
    found = {check.verdict for check in checks}
    order = (Verdict.FAIL, Verdict.NOT_MEASURED, Verdict.UNCERTAIN, Verdict.PASS)
    return next(verdict for verdict in order if verdict in found)


def _clause_key(check: Check) -> tuple[str, str, str, str | None]:
    return check.clause.source, check.clause.section, check.clause.zh, check.option


def by_clause(checks: Iterable[Check]) -> list[list[Check]]:
    """Checks of the same clause together, in their order."""
    clauses: dict[tuple[str, str, str, str | None], list[Check]] = {}
    for check in checks:
        clauses.setdefault(_clause_key(check), []).append(check)
    return list(clauses.values())


def told(segment: Segment) -> list[Unit]:
    """The units of a segment, single checks of one clause joined, worst first, of equal ones what matters most."""
    units = units_of(segment.checks)
    singles = by_clause(unit.checks[0] for unit in units if unit.group is None)
    joined = [
        Unit(None, None, worst(checks), sum(check.weight for check in checks), tuple(checks)) for checks in singles
    ]
    told = [*joined, *(unit for unit in units if unit.group is not None)]
    return sorted(told, key=lambda unit: (SEVERITY[unit.verdict], most_urgent(needed(unit))))


def needed(unit: Unit) -> list[Check]:
    """The checks that speak for a unit: of a group, those of the option that decided it."""
    return [check for check in unit.checks if unit.group is None or check.option == unit.option]


def options_first(unit: Unit) -> list[list[Check]]:
    """A unit's checks by clause, the option that decided it in front."""
    return sorted(by_clause(unit.checks), key=lambda checks: checks[0].option != unit.option)


def segment_view(segment: Segment, number: int, stills: Sequence[StillEvidence]) -> SegmentView:
    """One drill, ready to be shown."""

    def clause(checks: Sequence[Check], idle: bool = False) -> ClauseView:
        views = tuple(check_view(check, number, stills) for check in checks)
        return _clause_view(checks, views, idle)

    judged: list[UnitView] = []
    unmeasured: list[ClauseView] = []
    for unit in told(segment):
        options = options_first(unit)
        idle = unit.group is not None and unit.verdict is Verdict.PASS
        views = tuple(clause(checks, idle and checks[0].option != unit.option) for checks in options)
        if unit.verdict is Verdict.NOT_MEASURED:
            unmeasured += views
        else:
            judged.append(UnitView(unit.verdict.value, views, len(options) > 1))
    shown_only = by_clause(check for check in segment.checks if check.weight <= 0 and check.value is not None)
    value = None if segment.score is None else segment.score.value
    hold = None
    if segment.hold_start_s is not None and segment.hold_end_s is not None:
        hold = _span(segment.hold_start_s, segment.hold_end_s)
    return SegmentView(
        drill=both(drill_text, segment.drill),
        view=both(view_text, segment.view),
        span=_span(segment.start_s, segment.end_s),
        hold=hold,
        score="" if value is None else f"{value:.0f}",
        judged=tuple(judged),
        unmeasured=tuple(unmeasured),
        informative=tuple(clause(checks) for checks in shown_only),
    )


def _clause_view(checks: Sequence[Check], views: tuple[CheckView, ...], idle: bool) -> ClauseView:
    first = checks[0]
    documented = any(check.basis is Basis.DOCUMENTED for check in checks)
    basis = Basis.DOCUMENTED if documented else Basis.HOUSE
    return ClauseView(
        verdict=(worst(checks) if first.option is None else option_verdict(checks)).value,
        ask={"zh": typeset(first.clause.zh), "en": first.clause.en},
        source=clause_text(first),
        basis=basis.value,
        basis_text=BASIS_TEXT[basis.value],
        figure={"zh": typeset(first.figure_zh), "en": first.figure_en},
        checks=views,
        idle=idle,
        counts=first.weight > 0,
    )


def _span(start_s: float, end_s: float) -> Both:
    return {"zh": f"{start_s:.1f}–{end_s:.1f} 秒", "en": f"{start_s:.1f}–{end_s:.1f} s"}


def to_work_on(report: Report) -> list[tuple[Both, Both]]:
    """The failed asks, what matters most first: (drill, advice)."""
    failed = [
        (segment, by_urgency(check for check in needed(unit) if check.verdict is Verdict.FAIL)[0])
        for segment in report.segments
        for unit in told(segment)
        if unit.verdict is Verdict.FAIL
    ]
    failed.sort(key=lambda entry: urgency(entry[1]))
    return [(both(drill_text, segment.drill), both(message_text, check)) for segment, check in failed[:MOST_ADVICE]]


def chart_views(report: Report, series: Series | None) -> list[ChartView]:
    """A chart for each judged quantity that has a course over time."""
    if series is None or len(series.times_s) < 2:
        return []
    bands: dict[str, list[ChartBand]] = {}
    signs: dict[str, str] = {}
    for segment in report.segments:
        hold = None
        if segment.hold_start_s is not None and segment.hold_end_s is not None:
            hold = (segment.hold_start_s, segment.hold_end_s)
        for check in (check for unit in told(segment) for check in needed(unit)):
            low, high = band(check)
            entry = ChartBand(segment.start_s, segment.end_s, low, high, hold)
            entries = bands.setdefault(check.measurement, [])
            if all(other.start_s != entry.start_s for other in entries):
                entries.append(entry)
            signs[check.measurement] = unit_sign(check).strip()
    charts = []
    for name, entries in bands.items():
        values = series.values.get(name)
        if values is None or np.isfinite(values).sum() < 2:
            continue
        u = series.u.get(name, np.zeros_like(values))
        picture = chart_svg(series.times_s, values, u, entries, name)
        charts.append(ChartView(both(label_text, name), signs[name], picture))
    return charts[:MOST_CHARTS]
