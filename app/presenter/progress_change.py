"""Before and after as a table, and the sentences that say what was assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from html import escape

from app.presenter.progress_words import OUTCOME_SYMBOL, OUTCOME_WORDS, outcome_word
from app.texts import pick, verdict_word
from app.trends.before_after import ORDER, Compared
from app.trends.change import Change, Estimate
from app.trends.course import Point
from vision.palette import VERDICT_SYMBOL
from vision.quantities import label_text
from vision.report.wording import accept_text, check_value_text, drill_text
from vision.types import Check


def assumed_text(periods: bool, language: str) -> str:
    """How the uncertainty of a change comes about."""
    text = pick(
        language,
        "变化的误差为两次误差的平方和开方（95 %），把两次的误差当作互不相关。用同一份相机文件时，共有的误差在相减时"
        "会抵消一部分，"
        "因此这个误差偏大而不偏小；相机移动过而没有重新标定时不成立。",
        "The uncertainty of a change is the root of the sum of both squares (95 %): the two errors are taken as "
        "independent. With the same camera file part of them is shared and cancels, so that it is rather too wide than "
        "too narrow; it does not hold if the camera was moved without being calibrated again.",
    )
    if not periods:
        return text
    return text + pick(
        language,
        "一个时期的数值是各次的平均；其误差由各次误差的平均（次数多也不会变小）和各次之间的离散合成。词语类项目只比较两个时期各自的最后一次。",
        " The value of a period is the mean of its takes; its uncertainty joins the mean of theirs (which more takes "
        "do not make smaller) with their spread. Of words, the last of each period are compared.",
    )


def counted_html(found: Sequence[Compared], language: str) -> str:
    """How many rules came to what."""
    counts = Counter(one.change.outcome for one in found)
    chips = "".join(
        f'<span class="out {one}">{OUTCOME_SYMBOL[one]} {escape(outcome_word(one, language))} '
        f"<b>{counts[one]}</b></span>"
        for one in OUTCOME_WORDS
        if counts[one]
    )
    return f'<p class="counted">{chips}</p>'


def compared_html(found: Sequence[Compared], names: tuple[str, str], language: str) -> str:
    """One row a rule, what changed first; ``names`` head the two sides."""
    heads = (
        pick(language, "项目", "measured"), *names, pick(language, "变化", "change"), pick(language, "结论", "so"),
        pick(language, "要求", "asked"),
    )  # fmt: skip
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    rows = sorted(found, key=lambda one: ORDER.index(one.change.outcome))
    body = "".join(_row(one, language) for one in rows)
    return (
        f'{counted_html(found, language)}<div class="scroll"><table class="compared"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(one: Compared, language: str) -> str:
    check = one.point.check
    label = label_text(check.measurement, language)
    outcome = one.change.outcome
    return (
        f'<tr class="{outcome}"><th scope="row">{escape(label[:1].upper() + label[1:])} '
        f"<small>{escape(drill_text(one.drill, language))}</small></th>"
        f"<td>{_side(one.before, one.from_value, language)}</td><td>{_side(one.after, one.to_value, language)}</td>"
        f'<td class="number">{escape(_change(one.change, check, language))}</td>'
        f'<td class="out {outcome}">{OUTCOME_SYMBOL[outcome]} {escape(outcome_word(outcome, language))}</td>'
        f"<td>{escape(accept_text(check, language))}</td></tr>"
    )


def _side(point: Point | None, value: Estimate | None, language: str) -> str:
    if point is None:
        return "–"
    if value is None:
        word = escape(check_value_text(point.check, language))
        return f"{_sign(point, language)} {word}"
    told = escape(check_value_text(replace(point.check, value=value.value, u=value.u), language))
    if value.n > 1:
        return f"{told} <small>{pick(language, f'{value.n} 次平均', f'mean of {value.n}')}</small>"
    return f"{_sign(point, language)} {told}"


def _sign(point: Point, language: str) -> str:
    verdict = point.check.verdict
    return f'<b class="{verdict}" title="{verdict_word(language, verdict)}">{VERDICT_SYMBOL[verdict]}</b>'


def _change(change: Change, check: Check, language: str) -> str:
    if change.value is None:
        return "–"
    text = check_value_text(replace(check, value=change.value, u=change.u), language)
    return text if change.value < 0 else f"+{text}"
