"""What a recording shows against a routine, as JSON, and ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vision.routine.model import SCHEMA, Done, Extra, RoutineResult, Step, StepResult
from vision.routine.telling import kind_text
from vision.types import Passage, Side, Verdict

Both = dict[str, str]

STATUS_TEXT: dict[str, tuple[str, str]] = {
    "done": ("已做", "done"),
    "missing": ("没有做", "not found"),
    "out_of_order": ("顺序不对", "out of order"),
    "other_side": ("用了另一只手", "other hand"),
    "unclear": ("看不清", "unclear"),
    "repeated": ("多做了", "once too often"),
    "unexpected": ("流程中没有", "not part of the routine"),
}
_SYMBOL = {"done": Verdict.PASS, "unclear": Verdict.UNCERTAIN}


def routine_json(result: RoutineResult) -> dict[str, Any]:
    """The key ``routine`` of a report."""
    return {
        "schema": SCHEMA,
        "name": {"zh": result.name_zh, "en": result.name_en},
        "hash": result.sha256 or None,
        "verdict": result.verdict,
        "steps": [
            {
                "drill": r.step.kind,
                "count": r.step.count,
                "side": r.step.side,
                "optional": r.step.optional,
                "status": [str(done) for done in r.statuses],
                "segments": list(r.segments),
            }
            for r in result.steps
        ],
        "extra": [
            {"drill": e.kind, "side": e.side, "start_s": e.start_s, "status": e.status, "segment": e.segment}
            for e in result.extras
        ],
        "passages": [{"kind": p.kind, "start_s": p.start_s, "end_s": p.end_s} for p in result.passages],
        "message": {"zh": result.message_zh, "en": result.message_en},
    }


def routine_of(entry: Mapping[str, Any] | None) -> RoutineResult | None:
    """The inverse of `routine_json`; None for reports without it."""
    if entry is None:
        return None
    return RoutineResult(
        passages=tuple(Passage(**p) for p in entry["passages"]),
        verdict=None if entry["verdict"] is None else Verdict(entry["verdict"]),
        name_zh=entry["name"]["zh"],
        name_en=entry["name"]["en"],
        sha256=entry["hash"] or "",
        steps=tuple(_step(s) for s in entry["steps"]),
        extras=tuple(
            Extra(e["drill"], _side(e["side"]), e["start_s"], e["status"], e["segment"]) for e in entry["extra"]
        ),
        message_zh=entry["message"]["zh"],
        message_en=entry["message"]["en"],
    )


def _step(entry: Mapping[str, Any]) -> StepResult:
    step = Step(entry["drill"], entry["count"], _side(entry["side"]), entry["optional"])
    return StepResult(step, tuple(Done(status) for status in entry["status"]), tuple(entry["segments"]))


def _side(word: str | None) -> Side | None:
    return None if word is None else Side(word)


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the routine's table: a step, or a drill that is too much."""

    verdict: str
    name: Both
    status: Both


def routine_lines(result: RoutineResult | None) -> list[LineView]:
    """The table; empty where no routine was asked for."""
    if result is None or result.verdict is None:
        return []
    lines = [_line(number, r) for number, r in enumerate(result.steps, 1)]
    for extra in result.extras:
        zh, en = kind_text(extra.kind, extra.side)
        status_zh, status_en = STATUS_TEXT[extra.status]
        lines.append(
            LineView(
                Verdict.FAIL,
                {"zh": f"{zh}（{extra.start_s:.1f} 秒）", "en": f"{en} at {extra.start_s:.1f} s"},
                {"zh": status_zh, "en": status_en},
            )
        )
    return lines


def _line(number: int, result: StepResult) -> LineView:
    zh, en = kind_text(result.step.kind, result.step.side)
    times = "" if result.step.count == 1 else f" × {result.step.count}"
    left_out = result.step.optional and set(result.statuses) == {Done.MISSING}
    verdicts = [_SYMBOL.get(str(done), Verdict.FAIL) for done in result.statuses]
    order = (Verdict.FAIL, Verdict.UNCERTAIN, Verdict.PASS)
    verdict = Verdict.NOT_MEASURED if left_out else next(v for v in order if v in verdicts)
    told = dict.fromkeys(str(done) for done in result.statuses)
    if left_out:
        status = {"zh": "没有做，可以省略", "en": "left out, which is allowed"}
    else:
        counts = {word: [str(d) for d in result.statuses].count(word) for word in told}
        parts = [(STATUS_TEXT[word], n) for word, n in counts.items()]
        status = {
            "zh": "，".join(text[0] + (f" {n} 次" if result.step.count > 1 else "") for text, n in parts),
            "en": ", ".join(text[1] + (f" × {n}" if result.step.count > 1 else "") for text, n in parts),
        }
    return LineView(verdict, {"zh": f"{number}. {zh}{times}", "en": f"{number}. {en}{times}"}, status)
