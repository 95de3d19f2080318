"""The checks of a report as the review page lists them: by drill, by clause, with what a trainer changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.library.layer import Entry, Layer, with_overrides
from app.texts import pick, verdict_word
from vision.palette import VERDICT_SYMBOL
from vision.report.model import Report
from vision.report.page import CheckView, ClauseView, segment_view
from vision.report.wording import message_text, seconds_text, typeset
from vision.types import Check, ManualItem, Segment, Verdict

Row = dict[str, Any]


def segments(report: Report, layer: Layer, language: str) -> list[Row]:
    """One entry a drill: where it lies in time, its counts, its clauses with their checks, worst first."""
    seen = with_overrides(report, layer)
    return [
        _segment(number, machine, shown, layer, language)
        for number, (machine, shown) in enumerate(zip(report.segments, seen.segments, strict=True))
    ]


def _segment(number: int, machine: Segment, shown: Segment, layer: Layer, language: str) -> Row:
    view = segment_view(shown, number, ())
    checks = {check.rule: check for check in machine.checks}

    def units(found: Sequence[tuple[str, bool, Sequence[ClauseView]]]) -> list[Row]:
        return [
            {
                "verdict": verdict,
                "alternative": several,
                "clauses": [
                    _clause(one, [_check(c, checks[c.rule], number, layer, language) for c in one.checks], language)
                    for one in clauses
                ],
            }
            for verdict, several, clauses in found
        ]

    groups = (
        ("judged", units([(unit.verdict, unit.alternative, unit.clauses) for unit in view.judged])),
        ("informative", units([(one.verdict, False, (one,)) for one in view.informative])),
        ("unmeasured", units([(one.verdict, False, (one,)) for one in view.unmeasured])),
    )
    return {
        "drill": view.drill[language],
        "view": view.view[language],
        "start": machine.start_s,
        "end": machine.end_s,
        "hold": None if machine.hold_start_s is None else [machine.hold_start_s, machine.hold_end_s],
        "score": view.score,
        "verdict": shown.score.verdict.value if shown.score else Verdict.NOT_MEASURED.value,
        "counts": dict(shown.score.counts) if shown.score else {},
        "groups": [{"kind": kind, "units": made} for kind, made in groups if made],
    }


def _clause(one: ClauseView, checks: list[Row], language: str) -> Row:
    return {
        "verdict": one.verdict,
        "ask": one.ask[language],
        "source": one.source,
        "basis": one.basis,
        "basis_text": one.basis_text[language],
        "figure": one.figure[language],
        "idle": one.idle,
        "checks": checks,
    }


def _check(check: CheckView, made: Check, segment: int, layer: Layer, language: str) -> Row:
    """A check; ``made`` is the program's own."""
    override = layer.overrides.get((segment, check.rule))
    return {
        "rule": check.rule,
        "measurement": made.measurement,
        "verdict": check.verdict,
        "name": check.name[language],
        "value": check.value[language],
        "accept": check.accept[language],
        "message": message_text(made, language) or check.missing[language],
        "frame": made.frame_s,
        "moment": seconds_text(made.frame_s, language),
        "graphic": str(check.graphic),
        "override": None if override is None else _override(override, made.verdict, language),
    }


def _override(entry: Entry, machine: Verdict, language: str) -> Row:
    return {
        "machine": machine.value,
        "machine_text": verdict_word(language, machine),
        "who": entry.who,
        "when": day(entry.when),
        "reason": entry.text,
    }


def manual(report: Report, layer: Layer, language: str) -> list[Row]:
    """The clauses that a trainer ticks, with what was ticked."""
    return [_manual(item, layer, language) for item in report.manual_items]


def _manual(item: ManualItem, layer: Layer, language: str) -> Row:
    tick = layer.ticks.get(item.rule)
    section = item.clause.section.strip()
    return {
        "rule": item.rule,
        "ask": typeset(item.clause.zh) if language == "zh" else item.clause.en,
        "source": f"{item.clause.source} {'§' if section[:1].isdigit() else ''}{section}".strip(),
        "note": typeset(item.note_zh) if language == "zh" else item.note_en,
        "tick": None if tick is None or tick.tick is None else tick.tick.value,
        "by": None if tick is None else f"{tick.who} · {day(tick.when)}",
    }


def comments(layer: Layer, language: str) -> list[Row]:
    """What was said, in the order of the recording."""
    return [
        {
            "number": number,
            "time": entry.time_s,
            "moment": seconds_text(entry.time_s, language),
            "text": entry.text,
            "by": f"{entry.who} · {day(entry.when)}",
        }
        for number, entry in layer.comments
    ]


def outcome(report: Report, layer: Layer, language: str) -> Row:
    """The program's verdict and score, and the trainer's beside it where it differs."""
    seen = with_overrides(report, layer)
    changed = len(layer.overrides) + sum(1 for tick in layer.ticks.values() if tick.tick == "not_ok")
    return {
        "machine": _score(report, language),
        "trainer": _score(seen, language) if changed else None,
        "changed": changed,
    }


def _score(report: Report, language: str) -> Row:
    overall = report.overall
    return {
        "verdict": overall.verdict.value,
        "symbol": VERDICT_SYMBOL[overall.verdict],
        "text": verdict_word(language, overall.verdict),
        "score": "–" if overall.value is None else f"{overall.value:.0f}",
        "counts": dict(overall.counts),
        "unmeasured": f"{overall.unmeasured_share * 100:.0f} %",
    }


def signed_line(entry: Entry, language: str) -> str:
    """Who signed, and when."""
    return pick(language, f"{entry.who} 于 {day(entry.when)} 签字确认", f"signed off by {entry.who}, {day(entry.when)}")


def day(when: str) -> str:
    """An ISO 8601 time in UTC as the local day and minute."""
    try:
        return datetime.fromisoformat(when).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return when
