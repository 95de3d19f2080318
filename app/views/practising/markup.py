"""Rows, rings and arrows of a practice as HTML. Every text is escaped here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from app.live.state import Arrow
from app.presenter.practise_live import Guidance
from app.presenter.practise_rows import CheckRow, Summary
from app.texts import pick
from vision.palette import VERDICT_SYMBOL
from vision.report.wording import verdict_text
from vision.types import Verdict

RING_LENGTH = 283.0  # round the ring of radius 45
ARROW_TURN_DEG = {Arrow.RIGHT: 0, Arrow.DOWN: 90, Arrow.LEFT: 180, Arrow.UP: 270}
ARROW_PATHS = {
    Arrow.BACK: "M12 5v14M6 13l6 6 6-6",
    Arrow.CLOSER: "M12 19V5M6 11l6-6 6 6",
    Arrow.TURN_LEFT: "M17 18a7 7 0 1 0-10-9M6 4v5.500h5.500",
    Arrow.TURN_RIGHT: "M7 18a7 7 0 1 1 10-9M18 4v5.500h-5.500",
    Arrow.GOOD: "M4.500 12.500 10 18 19.500 7",
}
STRAIGHT = "M5 12h14M13 6l6 6-6 6"


def arrow_html(arrow: Arrow) -> str:
    """The sign beside a hint; "" for none."""
    if arrow is Arrow.NONE:
        return ""
    turn = f' style="transform:rotate({ARROW_TURN_DEG[arrow]}deg)"' if arrow in ARROW_TURN_DEG else ""
    path = ARROW_PATHS.get(arrow, STRAIGHT)
    return f'<span class="arrow"><svg viewBox="0 0 24 24" aria-hidden="true"{turn}><path d="{path}"/></svg></span>'


def ring_html(share: float, count: str) -> str:
    """A ring filled to ``share`` with a number inside."""
    filled = RING_LENGTH * min(1.0, max(0.0, share))
    return (
        '<span class="ring"><svg viewBox="0 0 100 100" aria-hidden="true">'
        '<circle class="under" cx="50" cy="50" r="45"/>'
        f'<circle class="over" cx="50" cy="50" r="45" stroke-dasharray="{filled:.0f} {RING_LENGTH:.0f}"/></svg>'
        f"<b>{escape(count)}</b></span>"
    )


def guidance_html(now: Guidance, stage: str) -> str:
    """The large line of the live view."""
    sign = ring_html(now.share, now.count) if now.count and now.share is not None else arrow_html(now.arrow)
    bar = "" if now.count or now.share is None else f'<i class="fill" style="width:{100 * now.share:.0f}%"></i>'
    return (
        f'<div class="guidance{" good" if now.good else ""}" data-stage="{escape(stage)}" role="status">{sign}'
        f"<span><b>{escape(now.title)}</b><small>{escape(now.text)}</small></span>{bar}</div>"
    )


def symbol_html(row: CheckRow) -> str:
    """The verdict as a coloured sign that is read out as a word."""
    return f'<span class="sign {row.verdict}" role="img" aria-label="{escape(row.verdict_word)}">{row.symbol}</span>'


def live_rows_html(rows: Iterable[CheckRow], asked: str, unseen: str) -> str:
    """Verdict rows beside the video; unmeasured checks come together in one line."""
    listed = list(rows)
    parts = [
        f'<li data-rule="{escape(row.rule)}" data-verdict="{row.verdict}">{symbol_html(row)}'
        f'<span class="name">{escape(row.name)}<small>{escape(asked)} {escape(row.accept)}</small></span>'
        f"<b>{escape(row.value)}</b></li>"
        for row in listed
        if row.verdict is not Verdict.NOT_MEASURED
    ]
    names = dict.fromkeys(row.name for row in listed if row.verdict is Verdict.NOT_MEASURED)
    if names:
        parts.append(f'<li class="unseen">{escape(unseen)}{escape("、".join(names))}</li>')
    return f'<ul class="verdicts">{"".join(parts)}</ul>' if parts else ""


def summary_row_html(row: CheckRow) -> str:
    """One check of the summary with its clause, its band and its advice."""
    figure = f'<span class="tag">{escape(row.figure)}</span>' if row.figure else ""
    return (
        f'<li class="check {row.verdict}" data-rule="{escape(row.rule)}" data-verdict="{row.verdict}">'
        f"{symbol_html(row)}"
        f'<span class="what"><b>{escape(row.name)}</b><small>{escape(row.ask)}</small>'
        f'<small class="source">{escape(row.source)} {figure}</small></span>'
        f'<span class="graphic">{row.graphic}</span>'
        f'<span class="value"><b>{escape(row.value)}</b><small>{escape(row.accept)}</small></span>'
        f'<span class="message">{escape(row.message)}</span></li>'
    )


def score_html(found: Summary, language: str) -> str:
    """Score, counts by verdict, and what was good."""
    value = found.score.value
    chips = "".join(
        f'<span class="chip {verdict}">{VERDICT_SYMBOL[verdict]} {found.score.counts.get(verdict, 0)} '
        f"{escape(verdict_text(verdict, language))}</span>"
        for verdict in Verdict
        if found.score.counts.get(verdict, 0)
    )
    number = "–" if value is None else f"{value:.0f}"
    share = 0.0 if value is None else value / 100
    good = "".join(
        f"<li>{symbol_html(row)}<span>{escape(row.name)}</span><b>{escape(row.value)}</b></li>" for row in found.good
    )
    title = pick(language, "做得好", "Good")
    part = f'<h3>{escape(title)}</h3><ul class="good-list">{good}</ul>' if good else ""
    open_share = found.score.unmeasured_share
    told = pick(
        language,
        f"按能判定的部分计分；{open_share:.0%} 的分量未能判定",
        f"of what could be decided; {open_share:.0%} of the weight could not",
    )
    return (
        f'<div class="score" data-score="{number}">{ring_html(share, number)}'
        f"<span>{chips}<small>{escape(told)}</small></span></div>{part}"
    )


def one_change_html(found: Summary, language: str) -> str:
    """The one thing to change, in numbers."""
    row = found.change
    if row is None:
        if found.nothing_decided:
            text = pick(
                language,
                "这次没有一项能判定。看看下面各项的原因，调整位置再来一次。",
                "Nothing could be decided this time. See the reasons below, change your place and try again.",
            )
            return f'<div class="change none"><h3>{escape(text)}</h3></div>'
        text = pick(language, "能判定的各项都符合，保持住！", "All that could be decided holds. Keep it up!")
        return f'<div class="change well"><h3>{escape(text)}</h3></div>'
    title = pick(language, "只改一处", "Change one thing")
    return (
        f'<div class="change" data-rule="{escape(row.rule)}"><small>{escape(title)}</small>'
        f"<h3>{escape(row.advice or row.message)}</h3>"
        f"<p>{symbol_html(row)} {escape(row.name)} <b>{escape(row.value)}</b> "
        f"{escape(pick(language, '要求', 'asked'))} {escape(row.accept)} <small>{escape(row.source)}</small></p></div>"
    )


def video_html(url: str, label: str) -> str:
    """A player of a file of this site."""
    return (
        f'<video class="replay" controls autoplay loop muted playsinline preload="metadata" '
        f'aria-label="{escape(label)}" src="{escape(url)}"></video>'
    )
