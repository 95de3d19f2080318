"""Whatever people type stays a text: in the web report, PDF, workbook, tables, subtitles, JSON and file names."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import openpyxl
import pytest
import webvtt

from app.batch.summary import SummaryRow, summary_texts
from app.exporting.certificate import certificate
from app.exporting.document import export_json, schema
from app.exporting.gather import Collection, Item, Kind
from app.exporting.make import of_take, write_zip
from app.exporting.table import checks_csv
from app.exporting.workbook import workbook
from app.library.exports import trainers_report
from app.library.layer import Entry, Layer, layer_of
from app.library.layer import Kind as Did
from app.texts import literal
from tests.exporting.takes import report_of, reviewed
from vision.report import Report
from vision.report.html import render_html
from vision.report.model import StandardRef
from vision.report.pdf import render_pdf
from vision.report.write import printable
from vision.types import Notice, Verdict

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)><!--",
    "</title></style></textarea><iframe src=//evil.test>",
    '=HYPERLINK("http://evil.test","click")',
    "=cmd|'/C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "**b** [x](javascript:alert(1)) ![i](http://evil.test/x.png) :red[r] $x^2$ `c`",
    "a\n\n00:00:00.000 --> 00:00:09.000\nforged cue",
    "a\r\r00:00:00.000 --> 00:00:09.000\rforged cue",
    "../../../etc/passwd",
    "..\\..\\windows\\system32",
    "CON",
    "{{7*7}}${7*7}#{7*7}",
    "'; DROP TABLE recordings; --",
    "\u202egnp.exe\u0000\u0007\ud800",
    "a" * 3000,
    " ",
    "*?~",
)  # fmt: skip


class Tags(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[tuple[str, ...]] = Counter()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[(tag,)] += 1
        self.attributes |= {name for name, _ in attrs}


def hostile_report(words: str) -> Report:
    """A report with the words wherever somebody could have put them: names, pack, notices."""
    report = report_of(5, words, clip=words)
    segments = tuple(
        replace(
            one,
            checks=tuple(
                replace(
                    check,
                    clause=replace(check.clause, section=words, zh=words, en=words),
                    message_zh=words,
                    message_en=words,
                    figure_zh=words,
                    figure_en=words,
                )
                for check in one.checks[:3]
            ),
        )
        for one in report.segments[:2]
    )
    return replace(
        report,
        standard=StandardRef(words, words, "0" * 64),
        segments=segments,
        warnings=(Notice("x", words, words),),
    )


def hostile_layer(report: Report, words: str) -> Layer:
    """Reasons, comments and names of trainers."""
    when = "2026-03-02T09:30:00+00:00"
    first = report.segments[0].checks[0].rule
    return layer_of(
        [
            Entry(Did.OVERRIDE, words, when, words, 0, first, Verdict.PASS),
            Entry(Did.COMMENT, words, when, words, time_s=1.0),
            Entry(Did.SIGN, words, when),
        ]
    )


def hostile(words: str) -> Collection:
    report = hostile_report(words)
    item = Item("t1", words, "2026-03-01T00:00:00+00:00", Path("nowhere"), report, hostile_layer(report, words))
    return Collection(Kind.CLASS, words, (item,))


@pytest.fixture(params=range(len(HOSTILE)), ids=lambda n: f"{n}")
def words(request: pytest.FixtureRequest) -> str:
    return HOSTILE[request.param]


def test_the_web_report_has_no_element_more_and_no_handler(words: str) -> None:
    def tags(text: str) -> Tags:
        collection = hostile(text)
        report = trainers_report(collection.items[0].report, collection.items[0].layer)
        parser = Tags()
        parser.feed(render_html(printable(report), None, (), "zh"))
        return parser

    here, harmless = tags(words), tags("harmless")
    assert here.found == harmless.found
    assert here.attributes == harmless.attributes


def test_the_workbook_holds_texts_where_people_wrote(words: str) -> None:
    collection = hostile(words)
    data = workbook(collection, "zh")
    ours = {cell.value for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets for cell in _formulas(sheet)}
    book = openpyxl.load_workbook(io.BytesIO(workbook(hostile("harmless"), "zh")))
    assert ours == {cell.value for sheet in book.worksheets for cell in _formulas(sheet)}, "not one formula more"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        assert not [name for name in names if "externalLink" in name or "vbaProject" in name]
        assert not any(b"hyperlink" in archive.read(name).lower() for name in names if "sheet" in name)


def _formulas(sheet: openpyxl.worksheet.worksheet.Worksheet) -> list[openpyxl.cell.Cell]:
    return [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_no_cell_of_a_table_would_run(words: str) -> None:
    rows = list(csv.reader(io.StringIO(checks_csv(hostile(words)).decode("utf-8-sig"))))
    row = SummaryRow(words, "failed", trainee=words, error=words)
    rows += list(
        csv.reader(io.StringIO(summary_texts([row], 1, "0")["summary.csv"].encode("utf-8", "replace").decode()))
    )
    assert len(rows) > 6
    for cell in (cell for row in rows for cell in row):
        assert not re.match(r"\s*[=+\-@＝]", cell) or re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell), cell[:80]


def test_subtitles_have_no_cue_more(words: str) -> None:
    collection = hostile(words)
    content = of_take(collection.items[0], "vtt", "zh")
    assert content is not None
    cues = list(webvtt.from_string(content.decode()))
    assert len(cues) == len(collection.items[0].report.segments)
    assert all("-->" not in line and "<" not in line for cue in cues for line in cue.raw_text.splitlines())


def test_the_document_keeps_the_words_and_fits_its_schema(words: str) -> None:
    document = json.loads(export_json(hostile(words), "2026-03-02"))
    jsonschema.validate(document, schema())
    assert document["takes"][0]["review"]["overrides"][0]["reason"] == words


@pytest.mark.parametrize("make", ["report", "certificate"])
def test_a_pdf_has_no_script_no_link_and_no_file(words: str, make: str) -> None:
    collection = hostile(words)
    item = collection.items[0]
    if make == "report":
        data = render_pdf(printable(trainers_report(item.report, item.layer)), "zh")
    else:
        data = certificate(collection, "zh")
    for name in (
        b"/JavaScript",
        b"/JS",
        b"/URI",
        b"/Launch",
        b"/EmbeddedFile",
        b"/OpenAction /",
        b"/AA",
        b"/SubmitForm",
    ):
        assert name not in data, name
    assert data.startswith(b"%PDF")


def test_archives_hold_plain_names_only(words: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(write_zip(hostile(words), ("csv", "vtt", "pdf"), "zh", tmp_path / "a.zip")) as archive:
        names = archive.namelist()
    assert len({name.casefold() for name in names}) == len(names) == 3
    for name in names:
        parts = name.split("/")
        assert not name.startswith("/")
        assert "\\" not in name
        assert all(part not in ("", ".", "..") and part.isprintable() and len(part.encode()) <= 255 for part in parts)
        assert not re.search(r'[<>:"|?*]', name)
    shutil.unpack_archive(tmp_path / "a.zip", tmp_path / "out")
    assert {
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()
    } == (set(names))


def test_literal_leaves_markdown_nothing() -> None:
    said = literal("**b** [x](y) `c` $m$ <i> :red[r] # 1. - a | ~~s~~ &amp; \n\n---")
    for sign in "*[]()`$<>:#-|~&":
        assert not re.search(rf"(?<!\\){re.escape(sign)}", said), sign
    assert "\n" not in said
    assert literal("李雷 Wang") == "李雷 Wang"


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_the_words_of_a_hostile_name_are_printed_as_they_are(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>"
    report = report_of(2, name)
    item = Item("t", "t", "", tmp_path, report, reviewed(report))
    (tmp_path / "a.pdf").write_bytes(certificate(Collection(Kind.TRAINEE, name, (item,)), "en"))
    said = subprocess.run(["pdftotext", str(tmp_path / "a.pdf"), "-"], check=True, capture_output=True).stdout.decode()
    assert name in said
