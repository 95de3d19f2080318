"""The report as a PDF to print: headline, what to work on, every check, the trainer's checklist.

Drawn with fpdf2 and the shipped font, so that Chinese is embedded and prints anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vision.font import font_file
from vision.palette import VERDICT_RGB, Rgb
from vision.report.html import headline, provenance, score_note
from vision.report.model import Report
from vision.report.page import by_clause, needed, option_verdict, options_first, to_work_on, told, worst
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

_INK: Rgb = (31, 39, 48)
_SOFT: Rgb = (91, 102, 113)
_RULE: Rgb = (214, 212, 205)
_ACCENT: Rgb = (36, 82, 122)
_OK_TINT: Rgb = (216, 239, 231)
_MARGIN_MM, _WIDTH_MM = 15.0, 180.0
_WORDS_MM, _BAND_MM, _VALUE_MM = 98.0, 40.0, 34.0
_FONT = "Yitai"


def render_pdf(report: Report, language: Language) -> bytes:
    """The PDF's bytes."""
    from fpdf import FPDF  # heavy, and only who asks for a PDF needs it

    pdf = FPDF(format="A4")
    with font_file() as path:
        pdf.add_font(_FONT, "", str(path))
    pdf.c_margin = 0
    pdf.set_margins(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    pdf.set_auto_page_break(True, 16)
    pdf.set_title("仪态测评报告 Yitai")
    page = _Page(pdf, language)
    pdf.add_page()
    _head(page, report)
    for segment in report.segments:
        _segment(page, segment)
    _manual(page, report)
    _sources(page, report)
    return bytes(pdf.output())


class _Page:
    """fpdf2 with the few things this report draws; positions in mm."""

    def __init__(self, pdf: Any, language: Language) -> None:
        self.pdf = pdf
        self.language = language
        self.wrap = "CHAR" if language == "zh" else "WORD"

    def style(self, size_pt: float, rgb: Rgb = _INK) -> None:
        self.pdf.set_font(_FONT, size=size_pt)
        self.pdf.set_text_color(*rgb)

    def text(
        self, text: str, size_pt: float, rgb: Rgb = _INK, width_mm: float = _WIDTH_MM, x: float | None = None
    ) -> None:
        """A wrapped paragraph; the pen goes below it."""
        self.style(size_pt, rgb)
        if x is not None:
            self.pdf.set_x(x)
        self.pdf.multi_cell(
            width_mm, size_pt * 0.52, text, align="L", wrapmode=self.wrap, new_x="LMARGIN", new_y="NEXT"
        )

    def height(self, text: str, size_pt: float, width_mm: float) -> float:
        """What `text` would need."""
        if not text:
            return 0.0
        self.style(size_pt)
        return float(
            self.pdf.multi_cell(
                width_mm, size_pt * 0.52, text, align="L", wrapmode=self.wrap, dry_run=True, output="HEIGHT"
            )
        )

    def room(self, height_mm: float) -> None:
        """Turn the page where the next thing would not fit."""
        if self.pdf.will_page_break(height_mm):
            self.pdf.add_page()

    def rule(self) -> None:
        self.pdf.set_draw_color(*_RULE)
        self.pdf.set_line_width(0.2)
        self.pdf.line(_MARGIN_MM, self.pdf.y, _MARGIN_MM + _WIDTH_MM, self.pdf.y)

    def symbol(self, verdict: Verdict, x: float, y: float, size_mm: float = 4.2) -> None:
        """The verdict's disc with its mark."""
        pdf, r = self.pdf, size_mm / 2
        pdf.set_fill_color(*VERDICT_RGB[verdict])
        pdf.circle(x + r, y + r, r, style="F")
        pdf.set_draw_color(255, 255, 255)
        pdf.set_line_width(size_mm * 0.11)
        strokes = {
            Verdict.PASS: ((0.27, 0.52, 0.44, 0.69), (0.44, 0.69, 0.75, 0.34)),
            Verdict.FAIL: ((0.31, 0.31, 0.69, 0.69), (0.69, 0.31, 0.31, 0.69)),
            Verdict.NOT_MEASURED: ((0.29, 0.5, 0.71, 0.5),),
        }
        for x0, y0, x1, y1 in strokes.get(verdict, ()):
            pdf.line(x + x0 * size_mm, y + y0 * size_mm, x + x1 * size_mm, y + y1 * size_mm)
        if verdict is Verdict.UNCERTAIN:
            self.style(size_mm * 2.1, (255, 255, 255))
            pdf.text(x + size_mm * 0.33, y + size_mm * 0.78, "?")


def _head(page: _Page, report: Report) -> None:
    language, pdf = page.language, page.pdf
    page.text("仪态测评报告" if language == "zh" else "Deportment report", 10, _ACCENT)
    page.text(headline(report)[language], 20)
    facts = [report.subject.trainee, report.source.path.rsplit("/", 1)[-1]]
    facts += [f"{report.standard.id} {report.standard.version}", report.created.replace("T", " ")[:16]]
    page.text(" · ".join(fact for fact in facts if fact), 10, _SOFT)
    pdf.ln(2)
    y, x = pdf.y, _MARGIN_MM
    for verdict in Verdict:
        text = f"{verdict_text(verdict, language)} {report.overall.counts.get(verdict.value, 0)}"
        page.symbol(verdict, x, y, 5)
        page.style(11)
        pdf.text(x + 6.5, y + 3.9, text)
        x += 12 + pdf.get_string_width(text)
    score = "–" if report.overall.value is None else f"{report.overall.value:.0f} / 100"
    page.style(18, _ACCENT)
    pdf.text(_MARGIN_MM + _WIDTH_MM - pdf.get_string_width(score), y + 4.5, score)
    pdf.set_y(y + 7)
    page.style(8.5, _SOFT)
    note = score_note(report)[language]
    pdf.text(_MARGIN_MM + _WIDTH_MM - pdf.get_string_width(note), pdf.y + 2.5, note)
    pdf.set_y(y + 13)
    advice = to_work_on(report)
    if advice:
        page.text("先改这几点" if language == "zh" else "Work on these first", 12, _ACCENT)
        for number, (drill, sentence) in enumerate(advice, start=1):
            page.text(f"{number}. {drill[language]}  {sentence[language]}", 10.5)
        pdf.ln(2)
    level = report.calibration.level
    page.text(f"{LEVEL_TEXT[level][language]}  {LEVEL_MEANING[level][language]}", 9.5, _SOFT)
    for notice in report.warnings:
        page.text("! " + (typeset(notice.zh) if language == "zh" else notice.en), 9.5, (138, 95, 0))
    pdf.ln(3)


def _segment(page: _Page, segment: Segment) -> None:
    language, pdf = page.language, page.pdf
    page.room(30)
    title = drill_text(segment.drill, language)
    score = segment.score.value if segment.score is not None else None
    page.text(title if score is None else f"{title}   {score:.0f} / 100", 14, _ACCENT)
    seconds = "秒" if language == "zh" else "s"
    page.text(f"{segment.start_s:.1f}–{segment.end_s:.1f} {seconds} · {view_text(segment.view, language)}", 9, _SOFT)
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
            page.symbol(entry.verdict, _MARGIN_MM, pdf.y)
            page.text("以下做到一种即可:" if language == "zh" else "Any one of these is enough:", 9.5, _SOFT, 160, 22)
        for members in clauses:
            _clause(page, members)
    if missing:
        _missing(page, missing)
    pdf.ln(3)


def _clause(page: _Page, checks: Sequence[Check]) -> None:
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
    page.symbol(verdict, _MARGIN_MM, top + 0.5)
    page.text(ask, 10.5, _INK, _WORDS_MM, 22)
    page.text(tags, 7.5, _SOFT, _WORDS_MM, 22)
    for number, check in enumerate(shown):
        if number > 0:
            page.room(12)
        _reading(page, check, pdf.y if number else top)
    for check in checks:
        if check.verdict is Verdict.NOT_MEASURED:
            page.text(f"– {missing_text(check, language)}", 8.5, _SOFT, _WORDS_MM, 22)
    pdf.ln(1.2)


def _reading(page: _Page, check: Check, top: float) -> None:
    """The message on the left; value, band and limits on the right, from ``top`` down."""
    language, pdf = page.language, page.pdf
    rgb = VERDICT_RGB[check.verdict]
    dark: Rgb = (round(rgb[0] * 0.72), round(rgb[1] * 0.72), round(rgb[2] * 0.72))
    page.text(message_text(check, language), 9, dark if check.verdict is Verdict.FAIL else _SOFT, _WORDS_MM, 22)
    bottom = pdf.y
    value = check_value_text(check, language)
    page.style(11.5, dark)
    right = _MARGIN_MM + _WIDTH_MM
    pdf.text(right - pdf.get_string_width(value), top + 4.2, value)
    page.style(7.5, _SOFT)
    accept = accept_text(check, language)
    pdf.text(right - pdf.get_string_width(accept), top + 8, accept)
    _band(page, check, right - _VALUE_MM - _BAND_MM, top + 4.5)
    pdf.set_y(max(bottom, top + 10))


def _band(page: _Page, check: Check, x: float, y: float) -> None:
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
    pdf.set_draw_color(*_RULE)
    pdf.set_line_width(0.5)
    pdf.line(x, y, x + _BAND_MM, y)
    pdf.set_fill_color(*_OK_TINT)
    pdf.rect(left, y - 1.7, max(0.2, right - left), 3.4, style="F")
    rgb = VERDICT_RGB[check.verdict]
    pdf.set_draw_color(*rgb)
    pdf.set_fill_color(*rgb)
    pdf.line(at(value - u), y, at(value + u), y)
    for end in (value - u, value + u):
        pdf.line(at(end), y - 0.9, at(end), y + 0.9)
    pdf.circle(at(value), y, 1.0, style="F")


def _missing(page: _Page, checks: Sequence[Check]) -> None:
    language = page.language
    page.room(14)
    page.rule()
    page.pdf.ln(1)
    page.text("没有测到的条款" if language == "zh" else "Clauses that were not measured", 9.5, _SOFT)
    for members in by_clause(checks):
        ask = typeset(members[0].clause.zh) if language == "zh" else members[0].clause.en
        joined = " ".join(missing_text(check, language) for check in members)
        page.text(f"– {ask} ({clause_text(members[0])})  {joined}", 8.5, _SOFT)


def _manual(page: _Page, report: Report) -> None:
    if not report.manual_items:
        return
    language, pdf = page.language, page.pdf
    page.room(24)
    page.text("由培训员勾选" if language == "zh" else "For the trainer to tick", 14, _ACCENT)
    for item in report.manual_items:
        text = typeset(item.clause.zh) if language == "zh" else item.clause.en
        line = f"{text}  ({typeset(f'{item.clause.source} {item.clause.section}')})"
        page.room(page.height(line, 9.5, _WIDTH_MM - 7) + 1)
        pdf.set_draw_color(*_SOFT)
        pdf.set_line_width(0.3)
        pdf.rect(_MARGIN_MM, pdf.y + 0.8, 3.4, 3.4)
        page.text(line, 9.5, _INK, _WIDTH_MM - 7, _MARGIN_MM + 6)
        pdf.ln(0.6)
    pdf.ln(2)


def _sources(page: _Page, report: Report) -> None:
    page.room(30)
    page.rule()
    page.pdf.ln(1.5)
    for label, value in provenance(report):
        page.text(f"{label[page.language]}: {value}", 7.5, _SOFT)
