"""CSV and workbook hold the numbers, and the workbook judges as the program does."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.palette import VERDICT_SYMBOL
from vision.report import Report
from vision.report.tables import series_csv, verdict_formula, workbook
from vision.standard.evaluate import judge_number
from vision.types import Series


def test_series_csv_gives_back_the_series(series: Series) -> None:
    rows = list(csv.DictReader(io.StringIO(series_csv(series))))
    assert len(rows) == len(series.times_s)
    assert list(rows[0])[:3] == ["t", "v_angle", "v_angle_u"]
    for name, values in series.values.items():
        back = np.array([float(row[name]) if row[name] else np.nan for row in rows])
        np.testing.assert_allclose(back, values, atol=6e-5, equal_nan=True)
    np.testing.assert_allclose([float(row["t"]) for row in rows], series.times_s, atol=6e-5)


def test_unmeasured_moments_are_empty_not_nan(series: Series) -> None:
    text = series_csv(series)
    assert "nan" not in text.lower()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[130]["v_angle"] == ""


def test_empty_series_is_a_header_only() -> None:
    assert series_csv(Series(np.zeros(0))) == "t\r\n"


def evaluate(formula: str, cells: dict[str, Any]) -> str:
    """What Excel makes of a verdict formula: only IF, AND, OR and comparisons occur in it."""
    expression = formula.removeprefix("=")
    pieces = expression.split('"')
    pieces[::2] = [piece.replace("<>", "!=").replace("=", "==") for piece in pieces[::2]]
    expression = '"'.join(pieces)
    for wrong, right in (("<==", "<="), (">==", ">="), ("!==", "!=")):
        expression = expression.replace(wrong, right)
    functions = {
        "IF": lambda test, yes, no: yes if test else no,
        "AND": lambda *tests: all(tests),
        "OR": lambda *tests: any(tests),
    }
    return str(eval(expression, {"__builtins__": {}}, functions | cells))


class _Empty:
    """An empty cell: equal to "", and 0 in arithmetic and order, as in Excel."""

    def __eq__(self, other: object) -> bool:
        return other == ""

    def __hash__(self) -> int:
        return 0

    def __le__(self, other: float) -> bool:
        return other >= 0

    def __ge__(self, other: float) -> bool:
        return other <= 0

    __lt__ = __le__
    __gt__ = __ge__

    def __add__(self, other: object) -> float:
        return 0.0

    __sub__ = __add__


LIMIT = st.one_of(st.none(), st.integers(-50, 50))


@given(low=LIMIT, high=LIMIT, value=st.integers(-80, 80), u=st.integers(0, 20))
def test_live_formula_judges_like_the_program(low: int | None, high: int | None, value: int, u: int) -> None:
    if low is not None and high is not None and low > high:
        low, high = high, low
    empty = _Empty()
    cells = {"E2": empty if low is None else low, "F2": empty if high is None else high, "G2": value, "H2": u}
    said = evaluate(verdict_formula(2, "en"), cells)
    assert said.startswith(VERDICT_SYMBOL[judge_number(value, u, low, high)])


def test_live_formula_of_an_empty_value_is_not_measured() -> None:
    empty = _Empty()
    said = evaluate(verdict_formula(2, "en"), {"E2": 1, "F2": 2, "G2": empty, "H2": empty})
    assert said.startswith("–")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_workbook_lists_every_check_with_its_verdict(report: Report, language: str) -> None:
    data = workbook(report, language)
    book = openpyxl.load_workbook(io.BytesIO(data))
    cached = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    sheet, values = book.worksheets[0], cached.worksheets[0]
    assert sheet.max_row == 1 + len(report.checks)
    for row, check in enumerate(report.checks, start=2):
        assert str(values.cell(row, 10).value).startswith(VERDICT_SYMBOL[check.verdict])
        if isinstance(check.value, float):
            assert sheet.cell(row, 7).value == pytest.approx(check.value)
            assert sheet.cell(row, 10).value == verdict_formula(row, language)
    assert book.worksheets[1].max_row == 1 + len(report.manual_items)


def test_workbook_takes_text_as_text(report: Report) -> None:
    import dataclasses

    from vision.types import Subject

    book = openpyxl.load_workbook(io.BytesIO(workbook(dataclasses.replace(report, subject=Subject("=1+1")), "en")))
    about = {row[0].value: row[1] for row in book.worksheets[2].iter_rows()}
    assert about["trainee"].value == "=1+1"
    assert about["trainee"].data_type == "s"
