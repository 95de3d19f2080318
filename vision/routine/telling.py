"""The comparison with a routine in one line of Chinese and one of English."""

from __future__ import annotations

from collections.abc import Sequence

from vision.quantities import DRILL_TEXT, SIDE_TEXT
from vision.routine.model import Done, Extra, Step, StepResult
from vision.types import Drill, Side

PASSAGE_TEXT = {"turn": ("转身", "turn"), "rise": ("起身", "rising"), "unclear": ("看不清", "unclear")}
PASSAGE_TEXT |= {"unseen": ("不在画面中", "out of the picture")}

_STATUS = {
    Done.MISSING: ("没有做", "not found"),
    Done.OUT_OF_ORDER: ("顺序不对", "done, but not in this place"),
    Done.OTHER_SIDE: ("用了另一只手", "done with the other hand"),
    Done.UNCLEAR: ("看不清是否做了", "cannot be made out"),
}


def kind_text(kind: str, side: Side | None = None) -> tuple[str, str]:
    """A drill or passage by name, with its side."""
    zh, en = PASSAGE_TEXT[kind] if kind in PASSAGE_TEXT else DRILL_TEXT[Drill(kind)]
    if side is None:
        return zh, en
    return f"{SIDE_TEXT[side][0]}手{zh}", f"{en} ({SIDE_TEXT[side][1]})"


def told(results: Sequence[StepResult], extras: Sequence[Extra]) -> tuple[str, str]:
    """What is not as it should be, in Chinese and English; empty when all is well."""
    lines = [line for number, result in enumerate(results, 1) for line in _step_lines(number, result)]
    lines += [_extra_line(extra) for extra in extras]
    return "；".join(zh for zh, _ in lines), "; ".join(en for _, en in lines)


def _step_lines(number: int, result: StepResult) -> list[tuple[str, str]]:
    zh, en = kind_text(result.step.kind, result.step.side)
    out = []
    for done, (status_zh, status_en) in _STATUS.items():
        times = result.statuses.count(done)
        if times == 0 or (done is Done.MISSING and result.step.optional):
            continue
        zh_times, en_times = _times(times, result.step)
        out.append((f"第 {number} 步{zh}{zh_times}{status_zh}", f"step {number}, {en}: {en_times}{status_en}"))
    return out


def _times(times: int, step: Step) -> tuple[str, str]:
    if step.count == 1:
        return "", ""
    return f"（{step.count} 次中的 {times} 次）", f"{times} of {step.count} "


def _extra_line(extra: Extra) -> tuple[str, str]:
    zh, en = kind_text(extra.kind, extra.side)
    if extra.status == "repeated":
        return f"{extra.start_s:.1f} 秒多做了一次{zh}", f"{en} once too often at {extra.start_s:.1f} s"
    return f"{extra.start_s:.1f} 秒做了流程中没有的{zh}", f"{en} at {extra.start_s:.1f} s is not part of the routine"
