"""Rows, rings and arrows of a practice as HTML. Every text is escaped here."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from html import escape

from app.live.state import Arrow
from app.presenter.practise_live import Guidance
from app.presenter.practise_rows import CheckRow, Summary
from app.texts import pick
from vision.palette import VERDICT_SYMBOL
from vision.report.wording import verdict_text
from vision.types import Verdict

# What stands inside a page must not be SVG (Streamlit takes it out), but a picture may be.
BAND_STYLE = (
    "<style>text{font:11.5px sans-serif;fill:#5a6470}.track{fill:#e3e9e6}.ok{fill:#009e73;fill-opacity:.2}"
    ".limit{stroke:#5fae96;stroke-width:1.4}.mark line{stroke:#8a9199;stroke-width:2.2}"
    ".mark circle{fill:#8a9199;stroke:#fff;stroke-width:1.6}"
    ".pass line{stroke:#009e73}.pass circle{fill:#009e73}.fail line{stroke:#d55e00}.fail circle{fill:#d55e00}"
    ".uncertain line{stroke:#c98b00}.uncertain circle{fill:#c98b00}</style>"
)


def arrow_html(arrow: Arrow) -> str:
    """The sign beside a hint; "" for none."""
    return "" if arrow is Arrow.NONE else f'<span class="arrow {arrow}" aria-hidden="true"><i></i></span>'


def ring_html(share: float, text: str) -> str:
    """A ring filled to ``share`` with a number inside."""
    return f'<span class="ring" style="--share:{100 * min(1.0, max(0.0, share)):.0f}%"><b>{escape(text)}</b></span>'


def band_html(row: CheckRow) -> str:
    """The accepted band with value and uncertainty as a picture; "" for a word."""
    if not row.graphic:
        return ""
    svg = row.graphic.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(">", f">{BAND_STYLE}", 1)
    return f'<img class="band" alt="" src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">'


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
    return f'<ul class="verdicts">{"".join(parts)}</ul>'


def summary_row_html(row: CheckRow) -> str:
    """One check of the summary with its clause, its band, and what to do or why there is no value."""
    figure = f'<span class="tag">{escape(row.figure)}</span>' if row.figure else ""
    told = row.message if row.verdict is Verdict.NOT_MEASURED else row.advice
    message = f'<span class="message">{escape(told)}</span>' if told else ""
    return (
        f'<li class="check {row.verdict}" data-rule="{escape(row.rule)}" data-verdict="{row.verdict}">'
        f'{symbol_html(row)}<span class="what"><b>{escape(row.name)}</b>{figure}'
        f"<small>{escape(row.ask)} · {escape(row.source)}</small></span>"
        f'<span class="graphic">{band_html(row)}</span>'
        f'<span class="value"><b>{escape(row.value)}</b><small>{escape(row.accept)}</small></span>{message}</li>'
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
        f"{escape(pick(language, '要求', 'asked'))} {escape(row.accept)} "
        f"<small>{escape(row.document)}</small></p></div>"
    )


def by_eye_html(told: str, asks: Iterable[str]) -> str:
    """What a trainer looks at, as boxes that are not ticked yet."""
    listed = "".join(f"<li>{escape(ask)}</li>" for ask in asks)
    return f'<div class="by-eye"><p>{escape(told)}</p><ul>{listed}</ul></div>'


def video_html(url: str, label: str) -> str:
    """A player of a file of this site."""
    return (
        f'<video class="replay" controls autoplay loop muted playsinline preload="metadata" '
        f'aria-label="{escape(label)}" src="{escape(url)}"></video>'
    )


def picture_html(url: str) -> str:
    """A still of this site."""
    return f'<img class="replay still" alt="" src="{escape(url)}">'
