"""One person's progress as HTML: what to practise next, then each clause's course over dates."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.presenter.progress_svg import course_svg
from app.presenter.progress_words import day_text, demand_text, press, verdict_chip
from app.texts import pick, verdict_word
from app.trends.course import Best, Course, personal_best
from app.trends.practise_next import Wanted, advice_for
from vision.palette import VERDICT_SYMBOL
from vision.quantities import label_text
from vision.report.wording import BASIS_TEXT, accept_text, check_value_text, clause_text, drill_text, typeset
from vision.types import Basis, Check, Verdict

DOUBT = {
    False: ("离界限太近，无法判定。", "Too close to the limit to judge."),
    True: ("把握不够，无法判定。", "Not read surely enough to judge."),
}


def next_html(wanted: Sequence[Wanted], language: str) -> str:
    """The list of what to practise, the first thing first."""
    title = pick(language, "接下来练什么", "What to practise next")
    if not wanted:
        none = pick(
            language,
            "最近一次判定的项目里，没有不符合或无法判定的。",
            "Of what was decided last, nothing failed and nothing is in doubt.",
        )
        return f'<section class="next"><h2>{title}</h2><p class="calm">✓ {none}</p></section>'
    rows = "".join(_next_row(one, language) for one in wanted)
    why = pick(
        language,
        "先列不符合的，再列无法判定的；同类中，最近几次失败多的、文件有明确要求的、偏得远的在前。",
        "Failures first, then doubts; among them what failed most in the last times, what a document gives a figure "
        "for, and what lies farthest outside.",
    )
    return f'<section class="next"><h2>{title}</h2><ol>{rows}</ol><p class="why">{why}</p></section>'


def _next_row(one: Wanted, language: str) -> str:
    check = one.check
    said = advice_for(check, language)
    said = typeset(said) if language == "zh" else said
    if check.verdict is Verdict.UNCERTAIN:
        said = f"{pick(language, *DOUBT[isinstance(check.value, str)])}{'' if language == 'zh' else ' '}{said}".strip()
    times = pick(
        language,
        f"最近 {one.looked} 次判定中 {one.failed} 次不符合",
        f"failed {one.failed} of the last {one.looked} times it was decided",
    )
    name = label_text(check.measurement, language)
    measured = f"{name} {check_value_text(check, language)}"
    asked = pick(language, "要求 ", "asked: ") + accept_text(check, language)
    return (
        f'<li class="{check.verdict}"><div class="what">{verdict_chip(check.verdict, language)}'
        f" <b>{escape(demand_text(one.demand, language))}</b> "
        f"<small>{escape(drill_text(one.drill, language))}</small></div>{f'<p>{escape(said)}</p>' if said else ''}"
        f'<p class="small">{escape(measured)} · {escape(asked)} · {times} · '
        f"<a{press(f'take:{one.take.id}')}>{day_text(one.take.time)} →</a></p></li>"
    )


def legend_html(language: str) -> str:
    """What the marks mean; shapes tell verdicts apart without colour."""
    shapes = (
        (Verdict.PASS, '<circle cx="8" cy="8" r="5"/>'),
        (Verdict.FAIL, '<path d="M8 1.800 14.200 8 8 14.200 1.800 8Z"/>'),
        (Verdict.UNCERTAIN, '<path d="M8 2 14 13H2Z"/>'),
        (Verdict.NOT_MEASURED, '<path d="M3 8H13"/>'),
    )
    marks = "".join(
        f'<span><svg viewBox="0 0 16 16"><g class="mark {verdict}">{shape}</g></svg>'
        f"{verdict_word(language, verdict)}</span>"
        for verdict, shape in shapes
    )
    more = pick(
        language,
        "竖线与灰带：95 % 误差范围。绿底：要求的范围。外圈：由教练判定。点一下打开那一次。",
        "Bars and grey: 95 % uncertainty. Green: what is asked. Ring: a trainer's verdict. Press a mark to open the "
        "take.",
    )
    return f'<p class="legend">{marks}<em>{more}</em></p>'


def courses_html(shown: Sequence[Course], others: Sequence[Course], language: str) -> str:
    """The courses that tell something as cards; the others folded away."""
    cards = "".join(_card(one, language) for one in shown)
    if not shown:
        none = pick(language, "这段时间里还没有测得的项目。", "Nothing was measured in this time yet.")
        cards = f'<p class="calm">{none}</p>'
    return f'{legend_html(language)}<div class="courses">{cards}</div>{_others(others, language)}'


def _card(course: Course, language: str) -> str:
    check = course.last.check
    counts = " ".join(
        f'<span class="{verdict}">{VERDICT_SYMBOL[verdict]} {course.count(verdict)}</span>' for verdict in Verdict
    )
    newest = course.measured[-1].check
    return (
        f'<article class="card"><header><h3>{escape(_label(check, language))}</h3>'
        f"{verdict_chip(newest.verdict, language, f' <b>{escape(check_value_text(newest, language))}</b>')}</header>"
        f'<p class="ask">{escape(_ask(check, course, language))}</p>'
        f"<p class='small'>{escape(_figures(check, language))}</p>{course_svg(course, language)}"
        f"<footer><span class='counts'>{counts}</span><span>{escape(_best_text(course, language))}</span>"
        "</footer></article>"
    )


def _label(check: Check, language: str) -> str:
    text = label_text(check.measurement, language)
    return text[:1].upper() + text[1:]


def _ask(check: Check, course: Course, language: str) -> str:
    said = typeset(check.clause.zh) if language == "zh" else check.clause.en
    return said or demand_text(course.demand, language)


def _figures(check: Check, language: str) -> str:
    accept = pick(language, "接受范围", "accepted") + f"{pick(language, '：', ': ')}{accept_text(check, language)}"
    figure = typeset(check.figure_zh) if language == "zh" else check.figure_en
    asked = f"{pick(language, '文件要求：', 'document: ')}{figure}" if figure else ""
    house = check.clause.source == Basis.HOUSE
    source = BASIS_TEXT[Basis.HOUSE][language] if house else clause_text(check)
    return " · ".join(text for text in (asked, accept, source) if text)


def _best_text(course: Course, language: str) -> str:
    """The personal best, only where it is one beyond the uncertainty."""
    if course.last.number is None and isinstance(course.last.check.value, str):
        return ""
    if len([point for point in course.points if point.number is not None]) < 2:
        return pick(language, "只有一次测得，还不能比较。", "Measured once: nothing to compare yet.")
    best = personal_best(course)
    if best is None:
        return pick(
            language,
            "没有哪一次在误差范围之外好过其余，因此不列个人最好。",
            "No take is better than the others beyond the uncertainty, so none is called the best.",
        )
    return _best_line(best, language)


def _best_line(best: Best, language: str) -> str:
    value, day = check_value_text(best.point.check, language), day_text(best.point.take.time)
    earlier = check_value_text(best.before.check, language)
    return pick(
        language,
        f"★ 个人最好：{value}（{day}），好过此前的 {earlier}，差别超出误差。",
        f"★ Personal best: {value} ({day}), nearer than {earlier} before by more than the uncertainty.",
    )


def _others(others: Sequence[Course], language: str) -> str:
    if not others:
        return ""
    rows = "".join(
        f"<li>{escape(_label(one.last.check, language))} <small>{escape(_why(one, language))}</small></li>"
        for one in others
    )
    title = pick(language, f"另有 {len(others)} 项", f"{len(others)} more")
    return f'<details class="others"><summary>{title}</summary><ul>{rows}</ul></details>'


def _why(course: Course, language: str) -> str:
    if not course.measured:
        return pick(language, "从未测得", "never measured")
    if course.last.check.weight <= 0:
        return pick(language, "只作参考", "for information")
    return pick(language, "未采用的姿势", "a form that was not the one shown")
