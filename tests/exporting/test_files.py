"""Every export is opened by another program: PDF by poppler, CSV by pandas and SQLite, JSON by its schema ..."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
import webvtt

from app.cli import main
from app.exporting.certificate import certificate
from app.exporting.document import export_json, schema
from app.exporting.gather import Collection, Kind
from app.exporting.make import FORMATS, files_of, of_take, parse_formats, write_zip
from app.exporting.table import COLUMNS, checks_csv
from app.library.desk import write_note
from app.library.layer import Entry
from app.library.layer import Kind as Did
from app.library.records import store_of
from app.library.takes import Take, add_take
from app.places import Places
from app.store.database import forget_stores
from app.store.people import set_group, trainees
from tests.exporting.takes import a_class, item, report_of
from tests.video.conftest import write_clip
from vision.errors import UsageError
from vision.report import to_json, write_reports
from vision.report.wording import clause_text, verdict_text
from vision.standard.score import units_of
from vision.types import Series, Verdict

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")


@pytest.fixture(scope="module")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return a_class(tmp_path_factory.mktemp("class"))


def poppler(program: str, file: Path, *options: str) -> str:
    done = subprocess.run([program, *options, str(file), *(["-"] if program == "pdftotext" else [])],
                          check=True, capture_output=True, timeout=60)  # fmt: skip
    return done.stdout.decode()


@needs_poppler
@pytest.mark.parametrize("language", ["zh", "en"])
def test_poppler_reads_the_certificate_and_finds_its_fonts_embedded(
    spring: Collection, tmp_path: Path, language: str
) -> None:
    mine = spring.by_trainee()["李 雷"]
    file = tmp_path / "a.pdf"
    file.write_bytes(certificate(mine, language))
    words = re.sub(r"\s+", "", poppler("pdftotext", file))
    for line in mine.lines():
        if line.check.weight > 0 and line.counts_as is not Verdict.NOT_MEASURED:
            assert re.sub(r"\s+", "", clause_text(line.check)) in words
            ask = line.check.clause.zh if language == "zh" else line.check.clause.en
            assert re.sub(r"[\s，,；;：:（）()]+", "", ask)[:12] in re.sub(r"[，,；;：:（）()]+", "", words)
    assert "李雷" in words
    overridden = next(line for line in mine.lines() if line.override is not None)
    for verdict in (overridden.check.verdict, overridden.counts_as):
        assert re.sub(r"\s+", "", verdict_text(verdict, language)) in words
    assert "王教练" in words
    assert "看过录像" in words
    assert "2026-03-02" in words, "the day of the sign-off"
    fonts = poppler("pdffonts", file).splitlines()[2:]
    assert fonts
    for font in fonts:  # name, type, encoding, emb, sub, uni, object, ID
        assert font.split()[-5:-2] == ["yes", "yes", "yes"], font


@needs_poppler
def test_every_letter_is_drawn_or_named(spring: Collection, tmp_path: Path) -> None:
    """A name with rare letters, an emoji and a letter that no font has; none becomes an empty box."""
    one = replace(spring.items[0], report=report_of(1, "王㛃䶮 𬭎 😀 \ue123"))
    file = tmp_path / "a.pdf"
    file.write_bytes(certificate(Collection(Kind.TAKE, "x", (one,)), "zh"))
    words = poppler("pdftotext", file)
    assert "王" in words
    for letter in "㛃䶮𬭎😀\ue123":
        assert letter in words or f"[U+{ord(letter):04X}]" in re.sub(r"\s", "", words), f"U+{ord(letter):X}"
    assert all(line.split()[-5] == "yes" for line in poppler("pdffonts", file).splitlines()[2:])


@needs_poppler
def test_poppler_draws_every_page(spring: Collection, tmp_path: Path) -> None:
    from PIL import Image

    file = tmp_path / "a.pdf"
    file.write_bytes(certificate(spring.by_trainee()["韩梅梅"], "zh"))
    subprocess.run(["pdftoppm", "-r", "40", "-png", str(file), str(tmp_path / "page")], check=True, timeout=60)
    pages = sorted(tmp_path.glob("page*.png"))
    assert len(pages) >= 2
    for page in pages:
        with Image.open(page) as picture:
            dark = np.asarray(picture.convert("L")) < 128
        assert 0.002 < dark.mean() < 0.5
        assert not dark[:, : int(0.05 * dark.shape[1])].any(), "nothing runs off the page"
        assert not dark[:, int(0.97 * dark.shape[1]) :].any()


def test_pandas_and_sqlite_read_every_check_from_the_table(spring: Collection, tmp_path: Path) -> None:
    data = checks_csv(spring)
    table = pd.read_csv(io.BytesIO(data))
    lines = list(spring.lines())
    assert list(table.columns) == list(COLUMNS)
    assert len(table) == len(lines)
    assert list(table.program_verdict) == [line.check.verdict.value for line in lines]
    assert list(table.counts_as) == [line.counts_as.value for line in lines]
    given = table.trainer_verdict.notna()
    assert list(given) == [line.override is not None for line in lines]
    assert set(table.overridden_by[given]) == {"王教练"}
    numbers = [line.check.value if isinstance(line.check.value, float) else None for line in lines]
    np.testing.assert_allclose(pd.to_numeric(table.value, errors="coerce"), np.array(numbers, float))
    with closing(sqlite3.connect(":memory:")) as database:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        database.execute(f"CREATE TABLE checks ({', '.join(rows[0])})")
        database.executemany(f"INSERT INTO checks VALUES ({', '.join('?' * len(rows[0]))})", rows[1:])
        counted = dict(database.execute("SELECT counts_as, count(*) FROM checks GROUP BY 1").fetchall())
    assert counted == {v.value: n for v in Verdict if (n := sum(line.counts_as is v for line in lines))}


def test_the_document_fits_its_schema_and_tells_both_results_apart(spring: Collection) -> None:
    document = json.loads(export_json(spring, datetime.now(UTC).isoformat()))
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(document, schema())
    for one, given in zip(document["takes"], spring.items, strict=True):
        assert one["report"] == to_json(given.report), "the program's own, unchanged"
        assert one["after_review"]["overall"]["score"] == given.reviewed.overall.value
        assert len(one["review"]["overrides"]) == len(given.layer.overrides)
        assert (one["review"]["signed"] is None) == (given.layer.signed is None)
    broken = json.loads(json.dumps(document))
    broken["takes"][0]["report"]["overall"]["verdict"] = "great"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_another_parser_reads_a_cue_for_each_drill_with_every_failed_check(tmp_path: Path, language: str) -> None:
    one = item(tmp_path, 4, layer=True)
    content = of_take(one, "vtt", language)
    assert content is not None
    cues = list(webvtt.from_string(content.decode()))
    assert [cue.start_in_seconds for cue in cues] == [int(s.hold_start_s or 0) for s in one.report.segments]
    for cue, segment in zip(cues, one.reviewed.segments, strict=True):
        failed = [unit for unit in units_of(segment.checks) if unit.verdict is Verdict.FAIL]
        assert sum(text.startswith("✗") for text in cue.lines) >= len(failed) > 0, "no failed check goes unsaid"
    overrides = [text for cue in cues for text in cue.lines if "王教练" in text]
    assert overrides, "what the trainer changed is named"


def test_a_zip_of_a_class_is_whole_and_has_everybodys_files(spring: Collection, tmp_path: Path) -> None:
    file = write_zip(spring, ("pdf", "xlsx", "csv", "json", "vtt"), "zh", tmp_path / "class.zip")
    if shutil.which("unzip") is None:
        pytest.skip("unzip is not installed")
    said = subprocess.run(["unzip", "-t", str(file)], check=True, capture_output=True, timeout=60).stdout.decode()
    assert "No errors detected" in said
    listed = subprocess.run(["unzip", "-Z1", str(file)], check=True, capture_output=True, timeout=60).stdout.decode()
    names = set(listed.splitlines())
    assert names >= {
        "春季班.xlsx",
        "春季班.checks.csv",
        "春季班.json",
        "people/李 雷.pdf",
        "people/韩梅梅.pdf",
        "people/A.pdf",
    }
    assert sum(name.endswith(".vtt") for name in names) == len(spring.items)


def test_formats_are_named_or_refused() -> None:
    assert parse_formats("csv, pdf") == ("pdf", "csv")
    for wrong in ("", "docx", "pdf,docx"):
        with pytest.raises(UsageError, match="known: pdf, xlsx"):
            parse_formats(wrong)


def test_the_same_names_do_not_meet(tmp_path: Path) -> None:
    twins = [replace(item(tmp_path, n), title=title) for n, title in enumerate(("Clip", "clip", "a/b", "a b", ".."))]
    made = [name for name, _ in files_of(Collection(Kind.CLASS, "../x", tuple(twins)), ("vtt", "csv"), "en")]
    assert len({name.casefold() for name in made}) == len(made) == 6
    assert all(".." not in Path(name).parts and not name.startswith("/") for name in made)


@pytest.fixture
def home(tmp_path: Path) -> tuple[Places, Take]:
    """A library with one take of Li in a class."""
    places = Places(tmp_path / "home")
    times = np.arange(0, 2, 0.1)
    series = Series(times, {"bow_angle": times * 5}, {"bow_angle": times * 0 + 1})
    write_reports(report_of(1, "Li"), series, (), tmp_path / "out", {"json", "csv"})
    take = add_take(places, tmp_path / "out", write_clip(tmp_path / "clip.mp4"), "upload", title="练习 1")
    write_note(places, take, Entry(Did.COMMENT, "Wang", text="good", time_s=0.5))
    set_group(store_of(places), "一班", tuple(person.id for person in trainees(store_of(places))))
    forget_stores()
    return places, take


def test_the_command_exports_a_take_a_trainee_and_a_class(
    home: tuple[Places, Take], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places, take = home
    root, everything = str(places.root), ",".join(FORMATS)
    out = tmp_path / "one"
    assert main(["export", take.id, "--home", root, "--format", everything, "--out", str(out)]) == 0
    names = {path.name for path in out.iterdir()}
    assert names == {f"练习 1.{kind}" for kind in ("pdf", "xlsx", "checks.csv", "json", "vtt", "series.csv")}
    assert "trc, mot" in capsys.readouterr().err.replace("、", ", "), "this take has no record of its course"
    assert main(["export", "--trainee", "Li", "--home", root, "--out", str(tmp_path / "li")]) == 0
    assert (tmp_path / "li" / "Li.pdf").is_file()
    assert main(["export", "--class", "一班", "--home", root, "--out", str(tmp_path / "c.zip")]) == 0
    assert (tmp_path / "c.zip").is_file()
    assert main(["export", str(take.folder), "--home", str(tmp_path / "x"), "--out", str(tmp_path / "f")]) == 0
    assert not (tmp_path / "x").exists(), "report folders need no data folder"
    forget_stores()


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["nothing-here"], ["--trainee", "Nobody"], ["--class", "none"], ["--trainee", "Li", "--class", "一班"],
        ["--trainee", "Li", "--format", "docx"], ["../home"],
    ],
)  # fmt: skip
def test_wrong_wishes_end_with_2_and_one_line(
    home: tuple[Places, Take], tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    wanted = ["export", *arguments, "--home", str(home[0].root), "--out", str(tmp_path / "o")]
    assert main(wanted) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "o").exists()
    forget_stores()
