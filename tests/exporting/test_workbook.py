"""The workbook's formulas, calculated by LibreOffice, come to what the program says, also after an override."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.exporting.book import NAMES, PLACE, TAKE, TICK_WORDS
from app.exporting.formulas import words_of
from app.exporting.gather import Collection, Kind
from app.exporting.workbook import workbook
from app.library.layer import Entry, Layer, Tick, layer_of, with_overrides
from app.library.layer import Kind as Did
from app.texts import pick
from tests.exporting.takes import a_class, item
from vision.types import Verdict

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed (Debian: libreoffice-calc-nogui)")


def opened(data: bytes, *, values: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def calculated(book: Any, folder: Path) -> Any:
    """The workbook after LibreOffice calculated every cell: saved without last values first, so that it must."""
    assert OFFICE is not None
    source, out = folder / "typed.xlsx", folder / "calculated"
    book.save(source)
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [OFFICE, "--headless", profile, "--convert-to", "xlsx", "--outdir", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return openpyxl.load_workbook(out / "typed.xlsx", data_only=True)


def sheet(book: Any, key: str, language: str) -> Any:
    return book[pick(language, *NAMES[key])]


def takes_of(book: Any, language: str, count: int) -> list[dict[str, Any]]:
    rows = sheet(book, "takes", language).iter_rows(min_row=2, max_row=1 + count, values_only=True)
    return [{key: row[place] for key, place in TAKE.items()} for row in rows]


def assert_totals(book: Any, collection: Collection, language: str) -> None:
    words = words_of(language)
    for row, one in zip(takes_of(book, language, len(collection.items)), collection.items, strict=True):
        before, after = one.report.overall, one.reviewed.overall
        for found, wanted in ((row["first"], before.value), (row["score"], after.value)):
            assert (found in (None, "")) if wanted is None else found == pytest.approx(wanted, abs=1e-9)
        assert row["verdict"] == words[after.verdict]
        assert {v.value: row[v.value] for v in Verdict} == after.counts


@office
@pytest.mark.parametrize("language", ["zh", "en"])
def test_libreoffice_comes_to_the_programs_totals(tmp_path: Path, language: str) -> None:
    collection = a_class(tmp_path)
    book = calculated(opened(workbook(collection, language)), tmp_path)
    assert_totals(book, collection, language)
    words, lines = words_of(language), list(collection.lines())
    checks = list(sheet(book, "checks", language).iter_rows(min_row=2, values_only=True))
    assert len(checks) == len(lines)
    for row, line in zip(checks, lines, strict=True):
        assert row[PLACE["program"]] == words[line.check.verdict]
        assert row[PLACE["counts"]] == words[line.counts_as]
    people = {row[0]: row for row in sheet(book, "people", language).iter_rows(min_row=2, values_only=True)}
    for name, theirs in collection.by_trainee().items():
        scores = [one.reviewed.overall.value for one in theirs.items if one.reviewed.overall.value is not None]
        assert people[name][1] == len(theirs.items)
        assert people[name][2] == pytest.approx(sum(scores) / len(scores))
    for rule, _, _, *found, _ in sheet(book, "clauses", language).iter_rows(min_row=2, values_only=True):
        wanted = [sum(line.counts_as is v for line in lines if line.check.rule == rule) for v in Verdict]
        assert found == wanted, rule


@office
def test_an_override_typed_into_the_sheet_changes_what_the_program_would(tmp_path: Path) -> None:
    one = item(tmp_path, 3)
    before = Collection(Kind.TAKE, "take", (one,))
    book = opened(workbook(before, "zh"))
    words, entries = words_of("zh"), []
    for row, line in enumerate(before.lines(), start=2):
        if row % 4 == 0:
            verdict = Verdict.PASS if line.check.verdict is not Verdict.PASS else Verdict.FAIL
            sheet(book, "checks", "zh").cell(row, PLACE["trainer"] + 1).value = words[verdict]
            entries.append(Entry(Did.OVERRIDE, "w", "", "r", line.number, line.check.rule, verdict))
    assert len(entries) > 10
    after = Collection(Kind.TAKE, "take", (replace(one, layer=layer_of(entries)),))
    assert with_overrides(one.report, after.items[0].layer).overall != one.report.overall
    assert_totals(calculated(book, tmp_path), after, "zh")


@office
def test_a_manual_item_seen_to_be_wrong_makes_the_take_fail(tmp_path: Path) -> None:
    one = item(tmp_path, 3)
    passing = tuple(
        replace(s, checks=tuple(replace(c, verdict=Verdict.PASS) for c in s.checks)) for s in one.report.segments
    )
    overall = with_overrides(replace(one.report, segments=passing), layer_of([_tick(one, Tick.OK)])).overall
    one = replace(one, report=replace(one.report, segments=passing, overall=overall))
    book = opened(workbook(Collection(Kind.TAKE, "take", (one,)), "en"))
    sheet(book, "manual", "en").cell(2, 6).value = TICK_WORDS[Tick.NOT_OK][1]
    found = takes_of(calculated(book, tmp_path), "en", 1)[0]
    assert (found["verdict"], found["score"]) == ("fail", pytest.approx(100.0))


def _tick(one: Any, tick: Tick) -> Entry:
    return Entry(Did.TICK, "w", "", rule=one.report.manual_items[0].rule, tick=tick)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_last_values_are_the_programs_before_anything_is_calculated(tmp_path: Path, language: str) -> None:
    collection = a_class(tmp_path)
    data = workbook(collection, language)
    assert_totals(opened(data, values=True), collection, language)
    rows = list(sheet(opened(data), "checks", language).iter_rows(min_row=2, values_only=True))
    for column in ("program", "counts"):
        live = sum(str(row[PLACE[column]]).startswith("=IF(") for row in rows)
        assert live == len(rows) > 300


def test_each_verdict_leads_back_to_its_clause_and_moment(tmp_path: Path) -> None:
    collection = a_class(tmp_path)
    rows = sheet(opened(workbook(collection, "en")), "checks", "en").iter_rows(min_row=2, values_only=True)
    for row, line in zip(rows, collection.lines(), strict=True):
        assert line.check.clause.source in row[PLACE["clause"]]
        assert row[PLACE["asked"]]
        assert row[PLACE["basis"]] in ("documented", "house tolerance")
        assert row[PLACE["time"]] == line.check.frame_s
        if isinstance(line.check.value, float):
            assert (row[PLACE["value"]], row[PLACE["u"]]) == pytest.approx((line.check.value, line.check.u), rel=1e-12)
        if line.override is not None:
            assert (row[PLACE["who"]], row[PLACE["why"]]) == (line.override.who, line.override.text)


def test_an_empty_layer_leaves_the_trainers_column_empty(tmp_path: Path) -> None:
    one = replace(item(tmp_path, 1), layer=Layer())
    rows = sheet(opened(workbook(Collection(Kind.TAKE, "t", (one,)), "zh")), "checks", "zh").iter_rows(min_row=2)
    assert all(row[PLACE["trainer"]].value is None for row in rows)
