"""The report as a PDF to print: headline, what to work on, every check, the trainer's checklist.

Drawn with fpdf2 and the shipped font, so that Chinese is embedded and prints anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from vision.palette import VERDICT_RGB, Rgb
from vision.report.html import headline, provenance, score_note
from vision.report.model import Report
from vision.report.page import by_clause, needed, option_verdict, options_first, to_work_on, told, worst
from vision.report.paper import ACCENT, INK, MARGIN_MM, OK_TINT, RULE, SOFT, WIDTH_MM, Paper
from vision.report.wording import (
    BASIS_TEXT,
    LEVEL_MEANING,
    LEVEL_TEXT,
    Language,
    accept_text,
    band,
    check_value_text,
    clause_text,
    drill_text,
    message_text,
    missing_text,
    typeset,
    verdict_text,
    view_text,
)
from vision.types import Check, Segment, Verdict

_WORDS_MM, _BAND_MM, _VALUE_MM = 98.0, 40.0, 34.0


def render_pdf(report: Report, language: Language) -> bytes:
    """The PDF's bytes."""
    page = Paper(language, "仪态测评报告 Yitai")
    _head(page, report)
    for segment in report.segments:
        _segment(page, segment)
    _manual(page, report)
    _sources(page, report)
    return page.output()


def _head(page: Paper, report: Report) -> None:
    language, pdf = page.language, page.pdf
    page.text("仪态测评报告" if language == "zh" else "Deportment report", 10, ACCENT)
    page.text(headline(report)[language], 20)
    facts = [report.subject.trainee, report.source.path.rsplit("/", 1)[-1]]
    facts += [f"{report.standard.id} {report.standard.version}", report.created.replace("T", " ")[:16]]
    page.text(" · ".join(fact for fact in facts if fact), 10, SOFT)
    pdf.ln(2)
    y, x = pdf.y, MARGIN_MM
    for verdict in Verdict:
        text = f"{verdict_text(verdict, language)} {report.overall.counts.get(verdict.value, 0)}"
        page.symbol(verdict, x, y, 5)
        page.style(11)
        pdf.text(x + 6.5, y + 3.9, text)
        x += 12 + pdf.get_string_width(text)
    score = "–" if report.overall.value is None else f"{report.overall.value:.0f} / 100"
    page.style(18, ACCENT)
    pdf.text(MARGIN_MM + WIDTH_MM - pdf.get_string_width(score), y + 4.5, score)
    pdf.set_y(y + 7)
    page.style(8.5, SOFT)
    note = score_note(report)[language]
    pdf.text(MARGIN_MM + WIDTH_MM - pdf.get_string_width(note), pdf.y + 2.5, note)
    pdf.set_y(y + 13)
    advice = to_work_on(report)
    if advice:
        page.text("先改这几点" if language == "zh" else "Work on these first", 12, ACCENT)
        for number, (drill, sentence) in enumerate(advice, start=1):
            page.text(f"{number}. {drill[language]}  {sentence[language]}", 10.5)
        pdf.ln(2)
    level = report.calibration.level
    page.text(f"{LEVEL_TEXT[level][language]}  {LEVEL_MEANING[level][language]}", 9.5, SOFT)
    for notice in report.warnings:
        page.text("! " + (typeset(notice.zh) if language == "zh" else notice.en), 9.5, (138, 95, 0))
    pdf.ln(3)


def _segment(page: Paper, segment: Segment) -> None:
    language, pdf = page.language, page.pdf
    page.room(30)
    title = drill_text(segment.drill, language)
    score = segment.score.value if segment.score is not None else None
    page.text(title if score is None else f"{title}   {score:.0f} / 100", 14, ACCENT)
    seconds = "秒" if language == "zh" else "s"
    page.text(f"{segment.start_s:.1f}–{segment.end_s:.1f} {seconds} · {view_text(segment.view, language)}", 9, SOFT)
    pdf.ln(1)
    missing: list[Check] = []
    for entry in told(segment):
        if entry.verdict is Verdict.NOT_MEASURED:
            missing += entry.checks
            continue
        held = entry.group is not None and entry.verdict is Verdict.PASS
        clauses = by_clause(needed(entry)) if held else options_first(entry)
        if entry.group is not None and not held:
            page.room(45)
            page.rule()
            pdf.ln(1)
            page.symbol(entry.verdict, MARGIN_MM, pdf.y)
            page.text("以下做到一种即可:" if language == "zh" else "Any one of these is enough:", 9.5, SOFT, 160, 22)
        for members in clauses:
            _clause(page, members)
    if missing:
        _missing(page, missing)
    pdf.ln(3)


def _clause(page: Paper, checks: Sequence[Check]) -> None:
    language, pdf = page.language, page.pdf
    first = checks[0]
    ask = typeset(first.clause.zh) if language == "zh" else first.clause.en
    figure = typeset(first.figure_zh) if language == "zh" else first.figure_en
    tags = " · ".join(part for part in (clause_text(first), BASIS_TEXT[first.basis.value][language], figure) if part)
    shown = [check for check in checks if check.verdict is not Verdict.NOT_MEASURED]
    head = page.height(ask, 10.5, _WORDS_MM) + page.height(tags, 7.5, _WORDS_MM)
    page.room(head + 14)
    page.rule()
    pdf.ln(1.2)
    top = pdf.y
    verdict = worst(checks) if first.option is None else option_verdict(checks)
    page.symbol(verdict, MARGIN_MM, top + 0.5)
    page.text(ask, 10.5, INK, _WORDS_MM, 22)
    page.text(tags, 7.5, SOFT, _WORDS_MM, 22)
    for number, check in enumerate(shown):
        if number > 0:
            page.room(12)
        _reading(page, check, pdf.y if number else top)
    for check in checks:
        if check.verdict is Verdict.NOT_MEASURED:
            page.text(f"– {missing_text(check, language)}", 8.5, SOFT, _WORDS_MM, 22)
    pdf.ln(1.2)


def _reading(page: Paper, check: Check, top: float) -> None:
    """The message on the left; value, band and limits on the right, from ``top`` down."""
    language, pdf = page.language, page.pdf
    rgb = VERDICT_RGB[check.verdict]
    dark: Rgb = (round(rgb[0] * 0.72), round(rgb[1] * 0.72), round(rgb[2] * 0.72))
    page.text(message_text(check, language), 9, dark if check.verdict is Verdict.FAIL else SOFT, _WORDS_MM, 22)
    bottom = pdf.y
    value = check_value_text(check, language)
    page.style(11.5, dark)
    right = MARGIN_MM + WIDTH_MM
    pdf.text(right - pdf.get_string_width(value), top + 4.2, value)
    page.style(7.5, SOFT)
    accept = accept_text(check, language)
    pdf.text(right - pdf.get_string_width(accept), top + 8, accept)
    _band(page, check, right - _VALUE_MM - _BAND_MM, top + 4.5)
    pdf.set_y(max(bottom, top + 10))


def _band(page: Paper, check: Check, x: float, y: float) -> None:
    low, high = band(check)
    if (low is None and high is None) or not isinstance(check.value, float | int):
        return
    pdf, value, u = page.pdf, float(check.value), check.u or 0.0
    ends = [end for end in (low, high, value - u, value + u) if end is not None]
    room = max(max(ends) - min(ends), 1e-6)
    start = min(ends) - room * (0.35 if low is None else 0.15)
    stop = max(ends) + room * (0.35 if high is None else 0.15)

    def at(number: float) -> float:
        return x + (number - start) / (stop - start) * _BAND_MM

    left, right = x if low is None else at(low), x + _BAND_MM if high is None else at(high)
    pdf.set_draw_color(*RULE)
    pdf.set_line_width(0.5)
    pdf.line(x, y, x + _BAND_MM, y)
    pdf.set_fill_color(*OK_TINT)
    pdf.rect(left, y - 1.7, max(0.2, right - left), 3.4, style="F")
    rgb = VERDICT_RGB[check.verdict]
    pdf.set_draw_color(*rgb)
    pdf.set_fill_color(*rgb)
    pdf.line(at(value - u), y, at(value + u), y)
    for end in (value - u, value + u):
        pdf.line(at(end), y - 0.9, at(end), y + 0.9)
    pdf.circle(at(value), y, 1.0, style="F")


def _missing(page: Paper, checks: Sequence[Check]) -> None:
    language = page.language
    page.room(14)
    page.rule()
    page.pdf.ln(1)
    page.text("没有测到的条款" if language == "zh" else "Clauses that were not measured", 9.5, SOFT)
    for members in by_clause(checks):
        ask = typeset(members[0].clause.zh) if language == "zh" else members[0].clause.en
        joined = " ".join(missing_text(check, language) for check in members)
        page.text(f"– {ask} ({clause_text(members[0])})  {joined}", 8.5, SOFT)


def _manual(page: Paper, report: Report) -> None:
    if not report.manual_items:
        return
    language, pdf = page.language, page.pdf
    page.room(24)
    page.text("由培训员勾选" if language == "zh" else "For the trainer to tick", 14, ACCENT)
    for item in report.manual_items:
        text = typeset(item.clause.zh) if language == "zh" else item.clause.en
        line = f"{text}  ({typeset(f'{item.clause.source} {item.clause.section}')})"
        page.room(page.height(line, 9.5, WIDTH_MM - 7) + 1)
        pdf.set_draw_color(*SOFT)
        pdf.set_line_width(0.3)
        pdf.rect(MARGIN_MM, pdf.y + 0.8, 3.4, 3.4)
        page.text(line, 9.5, INK, WIDTH_MM - 7, MARGIN_MM + 6)
        pdf.ln(0.6)
    pdf.ln(2)


def _sources(page: Paper, report: Report) -> None:
    page.room(30)
    page.rule()
    page.pdf.ln(1.5)
    for label, value in provenance(report):
        page.text(f"{label[page.language]}: {value}", 7.5, SOFT)
