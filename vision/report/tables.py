"""Tables: the series as CSV, the checks as a workbook whose verdicts are live formulas."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import Any, TextIO

import numpy as np

from vision.palette import VERDICT_RGB, VERDICT_SYMBOL
from vision.quantities import label_text
from vision.report.model import Report
from vision.report.wording import (
    BASIS_TEXT,
    Language,
    accept_text,
    band,
    clause_text,
    drill_text,
    message_text,
    reason_text,
    verdict_text,
    word_text,
)
from vision.types import Check, Drill, Series, Verdict

_HEADINGS: dict[Language, tuple[str, ...]] = {
    "zh": (
        "动作", "条款", "要求", "测量项", "下限", "上限", "测得值", "± (95 %)", "单位", "判定", "依据", "原因", "建议",
    ),
    "en": (
        "drill", "clause", "asked", "measurement", "low", "high", "value", "± (95 %)", "unit", "verdict", "basis",
        "reason", "advice",
    ),
}  # fmt: skip
_WIDTHS = (11, 16, 34, 22, 8, 8, 14, 10, 7, 13, 13, 28, 46)
_PLACES, _ROWS_AT_ONCE = 4, 1000  # decimals in the series, and lines made at once
_LOW, _HIGH, _VALUE, _U, _VERDICT = 4, 5, 6, 7, 9
_SHEETS: dict[Language, tuple[str, str, str]] = {
    "zh": ("检查项", "目测项", "说明"),
    "en": ("checks", "manual items", "about"),
}


def series_csv(series: Series) -> str:
    """``t`` and for each measurement its value and ``NAME_u``; empty where not measured. Lines end in CR LF."""
    out = io.StringIO(newline="")
    write_series(series, out)
    return out.getvalue()


def write_series(series: Series, out: TextIO) -> None:
    """`series_csv` line by line: that of two hours is a hundred megabytes. ``out`` leaves line ends alone."""
    header = ["t", *(column for name in series.values for column in (name, f"{name}_u"))]
    nothing = np.full(len(series.times_s), np.nan)
    columns = [series.times_s]
    columns += [each for name, values in series.values.items() for each in (values, series.u.get(name, nothing))]
    writer = csv.writer(out)
    writer.writerow(header)
    for first in range(0, len(series.times_s), _ROWS_AT_ONCE):
        rows = np.round(np.column_stack([column[first : first + _ROWS_AT_ONCE] for column in columns]), _PLACES)
        writer.writerows([_csv_number(number) for number in row] for row in rows.tolist())


def _csv_number(number: float) -> str:
    return f"{number:.{_PLACES}f}".rstrip("0").rstrip(".") if math.isfinite(number) else ""


def verdict_formula(row: int, language: Language) -> str:
    """The verdict of a numeric check from its own row (1-based): the guard band of the contract, in Excel's words.

    An empty limit is open; an empty value is not measured.
    """
    low, high, value, u = (f"{'ABCDEFGHIJKLM'[column]}{row}" for column in (_LOW, _HIGH, _VALUE, _U))
    texts = {verdict: _verdict_cell(verdict, language) for verdict in Verdict}
    inside = f'AND(OR({low}="",{value}-{u}>={low}),OR({high}="",{value}+{u}<={high}))'
    outside = f'OR(AND({low}<>"",{value}+{u}<{low}),AND({high}<>"",{value}-{u}>{high}))'
    return (
        f'=IF({value}="","{texts[Verdict.NOT_MEASURED]}",IF({inside},"{texts[Verdict.PASS]}",'
        f'IF({outside},"{texts[Verdict.FAIL]}","{texts[Verdict.UNCERTAIN]}")))'
    )


def _verdict_cell(verdict: Verdict, language: Language) -> str:
    return f"{VERDICT_SYMBOL[verdict]} {verdict_text(verdict, language)}"


def workbook(report: Report, language: Language) -> bytes:
    """An XLSX file: checks with live verdicts (change a limit and see), manual items, provenance."""
    import xlsxwriter  # only who asks for a workbook needs it

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    names = _SHEETS[language]
    _checks_sheet(book, book.add_worksheet(names[0]), report, language)
    _manual_sheet(book, book.add_worksheet(names[1]), report, language)
    _about_sheet(book.add_worksheet(names[2]), report)
    book.close()
    return out.getvalue()


def _checks_sheet(book: Any, sheet: Any, report: Report, language: Language) -> None:
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F2F1EC"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for column, (heading, width) in enumerate(zip(_HEADINGS[language], _WIDTHS, strict=True)):
        sheet.set_column(column, column, width, wrap)
        sheet.write_string(0, column, heading, head)
    sheet.freeze_panes(1, 0)
    row = 0
    for segment in report.segments:
        for check in segment.checks:
            row += 1
            _check_row(sheet, row, segment.drill, check, language)
    sheet.autofilter(0, 0, max(row, 1), len(_WIDTHS) - 1)
    for verdict, (red, green, blue) in VERDICT_RGB.items():
        style = book.add_format({"font_color": f"#{red:02X}{green:02X}{blue:02X}", "bold": True})
        rule = {"type": "text", "criteria": "begins with", "value": VERDICT_SYMBOL[verdict], "format": style}
        if verdict is not Verdict.UNCERTAIN:  # "?" is a wildcard in Excel
            sheet.conditional_format(1, _VERDICT, max(row, 1), _VERDICT, rule)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _check_row(sheet: Any, row: int, drill: Drill, check: Check, language: Language) -> None:
    low, high = band(check)
    numeric = isinstance(check.value, float | int) or (check.value is None and (low is not None or high is not None))
    texts: Sequence[tuple[int, str]] = (
        (0, drill_text(drill, language)),
        (1, clause_text(check)),
        (2, check.clause.zh if language == "zh" else check.clause.en),
        (3, label_text(check.measurement, language)),
        (8, check.unit),
        (10, BASIS_TEXT[check.basis.value][language]),
        (11, reason_text(check.reason, language)),
        (12, message_text(check, language)),
    )
    for column, text in texts:
        sheet.write_string(row, column, text)
    for column, number in ((_LOW, low), (_HIGH, high), (_U, check.u)):
        if number is not None:
            sheet.write_number(row, column, number)
    verdict = _verdict_cell(check.verdict, language)
    if isinstance(check.value, str):
        sheet.write_string(row, _VALUE, word_text(check.value, language))
        sheet.write_string(row, _LOW, accept_text(check, language))
    elif check.value is not None:
        sheet.write_number(row, _VALUE, check.value)
    if numeric:
        sheet.write_formula(row, _VERDICT, verdict_formula(row + 1, language), None, verdict)
    else:
        sheet.write_string(row, _VERDICT, verdict)


def _manual_sheet(book: Any, sheet: Any, report: Report, language: Language) -> None:
    headings = ("☐", "条款", "要求", "备注") if language == "zh" else ("☐", "clause", "asked", "notes")
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F2F1EC"})
    for column, (heading, width) in enumerate(zip(headings, (5, 18, 60, 40), strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, head)
    for row, item in enumerate(report.manual_items, start=1):
        sheet.write_string(row, 0, "☐")
        sheet.write_string(row, 1, f"{item.clause.source} {item.clause.section}")
        sheet.write_string(row, 2, item.clause.zh if language == "zh" else item.clause.en)


def _about_sheet(sheet: Any, report: Report) -> None:
    score = "" if report.overall.value is None else f"{report.overall.value:.1f}"
    rows = (
        ("path", report.source.path),
        ("sha256", report.source.sha256),
        ("trainee", report.subject.trainee or ""),
        ("score", score),
        ("verdict", report.overall.verdict.value),
        ("undecided share", f"{report.overall.unmeasured_share:.3f}"),
        ("calibration", report.calibration.level),
        ("standard", f"{report.standard.id} {report.standard.version} {report.standard.hash}"),
        ("program", f"yitai {report.program.version}, {report.program.model}"),
    )
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 90)
    for row, (name, text) in enumerate(rows):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, text)
