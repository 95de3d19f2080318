"""What judging again changes, as small HTML tables."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.library.rejudge import Change
from app.texts import pick, verdict_word
from vision.palette import VERDICT_SYMBOL
from vision.quantities import label_text
from vision.report.model import Report
from vision.report.wording import accept_text, check_value_text, clause_text, drill_text
from vision.types import Check, Score


def summary_html(before: Report, after: Report, names: tuple[str, str], language: str) -> str:
    """Both outcomes beside each other, under the names of their standards."""
    old, new = (
        _outcome(report.overall, f"{name} {report.standard.version}", language)
        for report, name in zip((before, after), names, strict=True)
    )
    return f'<div class="again"><div>{old}</div><b aria-hidden="true">→</b><div>{new}</div></div>'


def _outcome(score: Score, name: str, language: str) -> str:
    points = "–" if score.value is None else f"{score.value:.0f}"
    unit = pick(language, "分", "points")
    verdict = f"{VERDICT_SYMBOL[score.verdict]} {verdict_word(language, score.verdict)}"
    return (
        f"<small>{escape(name)}</small><span class='big {score.verdict}'>{verdict}</span><span>{points} {unit}</span>"
    )


def changes_html(found: Sequence[Change], report: Report, language: str) -> str:
    """One row a check: changed verdicts first, then changed limits."""
    heads = pick(language, "动作|条款|测量项|测得|要求|判定", "drill|clause|measurement|value|asked|verdict").split("|")
    rows = "".join(_row(one, report, language) for one in sorted(found, key=lambda one: not one.verdict_changed))
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    table = f'<table class="changes"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="table-scroll">{table}</div>'


def _row(change: Change, report: Report, language: str) -> str:
    check = change.after or change.before
    assert check is not None
    cells = (
        escape(drill_text(report.segments[change.segment].drill, language)),
        escape(clause_text(check)),
        escape(label_text(check.measurement, language)),
        escape(check_value_text(check, language)),
        _arrow(_accept(change.before, language), _accept(change.after, language)),
        _arrow(_verdict(change.before, language), _verdict(change.after, language)),
    )
    kind = "moved" if change.verdict_changed else "same"
    return f'<tr class="{kind}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _arrow(before: str, after: str) -> str:
    if not before or not after:
        return after or f"<s>{before}</s>"
    return after if before == after else f"<s>{before}</s> → {after}"


def _accept(check: Check | None, language: str) -> str:
    return pick(language, "不要求", "not asked") if check is None else escape(accept_text(check, language))


def _verdict(check: Check | None, language: str) -> str:
    if check is None:
        return ""
    note = "" if check.weight > 0 else pick(language, "（不计分）", " (not counted)")
    text = f"{VERDICT_SYMBOL[check.verdict]} {verdict_word(language, check.verdict)}{note}"
    return f'<span class="{check.verdict}">{escape(text)}</span>'
