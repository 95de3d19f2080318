"""The class as a map: trainees by clauses, in every cell how often it passed; symbols and numbers beside colours."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.presenter.progress_words import demand_head, demand_text, moment_text, press, verdict_chip
from app.texts import pick, verdict_word
from app.trends.class_map import Cell, ClassMap, Row, TakeOf
from vision.palette import VERDICT_SYMBOL
from vision.types import Verdict

ORDER = (Verdict.PASS, Verdict.UNCERTAIN, Verdict.FAIL)
EMPTY = Cell({})


def ordered(found: ClassMap, by_need: bool) -> tuple[Row, ...]:
    """By name, or with the largest share of failures first; who was never measured comes last."""
    if not by_need:
        return found.rows
    return tuple(sorted(found.rows, key=lambda row: (-_failing(row), row.name)))


def _failing(row: Row) -> float:
    failed = sum(cell.counts.get(Verdict.FAIL, 0) for cell in row.cells.values())
    decided = sum(cell.decided for cell in row.cells.values())
    return failed / decided if decided else -1.0


def map_html(found: ClassMap, rows: Sequence[Row], language: str) -> str:
    """The table: the class in the first line, then ``rows``."""
    heads = "".join(
        f'<th scope="col" title="{escape(demand_text(one, language), quote=True)}">'
        f"<span>{escape(demand_head(one, language))}</span></th>"
        for one in found.demands
    )
    whole = "".join(_cell(found.whole(one), "", "", language) for one in found.demands)
    body = "".join(_row(row, found.demands, language) for row in rows)
    everybody = pick(language, f"全部 {len(found.rows)} 人", f"all {len(found.rows)}")
    first = f'<th scope="col">{pick(language, "学员", "trainee")}</th>'
    return (
        f'{_legend(language)}<div class="map"><table><thead><tr>{first}{heads}</tr></thead><tbody>'
        f'<tr class="whole"><th scope="row">{everybody}</th>{whole}</tr>{body}</tbody></table></div>'
    )


def _row(row: Row, demands: Sequence[str], language: str) -> str:
    cells = "".join(_cell(row.cells.get(one, EMPTY), f"{row.id}:{one}", row.name, language) for one in demands)
    name = escape(row.name)
    return f'<tr><th scope="row"><a{press(f"person:{row.id}")}>{name}</a></th>{cells}</tr>'


def _cell(cell: Cell, goal: str, name: str, language: str) -> str:
    """``✓ 7/9``: the commonest verdict, the passes and the times with a value; a bar with the shares."""
    if cell.times == 0:
        return '<td class="never"></td>'
    counts = ", ".join(f"{verdict_word(language, one)} {cell.counts.get(one, 0)}" for one in Verdict)
    said = escape(f"{name}: {counts}" if name else counts, quote=True)
    verdict = cell.verdict
    number = f"{cell.passed}/{cell.decided}" if cell.decided else f"0/{cell.times}"
    bar = "".join(f'<i class="{one}" style="flex:{cell.counts[one]}"></i>' for one in ORDER if cell.counts.get(one, 0))
    inner = f'<b>{VERDICT_SYMBOL[verdict]}</b> {number}<span class="bar">{bar}</span>'
    pressed = press(f"cell:{goal}") if goal else ""
    return f'<td class="{verdict}"><div{pressed} title="{said}" aria-label="{said}">{inner}</div></td>'


def _legend(language: str) -> str:
    text = pick(
        language,
        "格中：最常见的结论、符合次数/有结论或无法判定的次数，色条为各结论所占份额。灰色“–”表示做过但从未测得，不算失败；空白表示没有做过。点一下看是哪几次。",
        "In a cell: the commonest verdict, passes of the times with a value, and a bar with the share of each verdict. "
        "A grey – was shown but never measured, which is no failure; blank was never shown. Press a cell for takes.",
    )
    marks = "".join(
        f'<span class="{one}"><i></i>{VERDICT_SYMBOL[one]} {verdict_word(language, one)}</span>' for one in Verdict
    )
    return f'<p class="key">{marks}<em>{text}</em></p>'


def takes_html(takes: Sequence[TakeOf], language: str) -> str:
    """The takes behind a cell, each to be opened."""
    rows = "".join(
        f"<li><a{press(f'take:{one.id}')}>{verdict_chip(one.verdict, language)}"
        f"<span>{moment_text(one.time)}</span> <b>{escape(one.title)}</b> →</a></li>"
        for one in takes
    )
    return f'<ul class="behind">{rows}</ul>'
