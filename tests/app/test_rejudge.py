"""Judging kept reports again from the command line gives what scoring afresh by that standard gives."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.library.layer import LAYER_FILE, Entry, Kind, keep, read_layer
from app.session import EXIT_CHECK_FAILED, EXIT_INPUT, EXIT_OK, EXIT_USAGE
from tests.report.conftest import example_report
from vision.report.write import json_text, write_reports

SAMPLES = Path(__file__).resolve().parents[2] / "sample_media"
JUDGED = ("segments", "manual_items", "overall", "subject", "calibration", "source", "program", "standard")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


def document(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return found


def rows(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["inputs"]
    return found


def kept(folder: Path) -> Path:
    """A report folder made up without a recording."""
    write_reports(example_report(), None, (), folder, {"json", "html"}, "en")
    return folder


@pytest.mark.model
@pytest.mark.parametrize(
    ("recording", "options", "packs"),
    [
        ("d03_bow15_side.mp4", ["--calibration", str(SAMPLES / "d03_bow15_side.camera.json")], ("telecom", "T2")),
        ("d05_guide45_right.mp4", ["--height-cm", "168"], ("T2", "telecom")),
        ("grooming/s02_front.jpg", ["--drill", "groom", "--sex", "f"], ("T1", "U1")),
    ],
)
def test_judging_again_is_scoring_afresh_to_the_byte(
    recording: str, options: list[str], packs: tuple[str, str], tmp_path: Path
) -> None:
    command = ["score", str(SAMPLES / recording), *options, "--no-video", "--quiet", "--jobs", "1"]
    for pack in packs:
        assert main([*command, "--standard", pack, "--out", str(tmp_path / pack)]) == EXIT_OK
    first, second = packs
    again = ["rejudge", str(tmp_path / first), "--standard", second, "--out", str(tmp_path / "again"), "--quiet"]
    assert main(again) == EXIT_OK
    name = Path(recording).stem
    fresh, judged = document(tmp_path / second / name), document(tmp_path / "again" / name)
    for key in JUDGED:
        assert json.dumps(judged[key], ensure_ascii=False) == json.dumps(fresh[key], ensure_ascii=False), key
    assert judged["segments"][0]["checks"], "something was judged"
    assert judged["rejudged"]["from"]["id"] == first
    assert fresh["rejudged"] is None
    table = (tmp_path / second / name / "series.csv").read_bytes()
    if "groom" not in options:
        assert (tmp_path / "again" / name / "series.csv").read_bytes() == table
    assert (tmp_path / "again" / name / "report.html").is_file()


def test_in_place_the_earlier_report_stays_beside_the_new_one(tmp_path: Path) -> None:
    folder = kept(tmp_path / "class" / "one")
    assert main(["rejudge", str(tmp_path / "class"), "--standard", "T2", "--quiet", "--jobs", "1"]) == EXIT_OK
    assert document(folder)["standard"]["id"] == "T2"
    assert "rejudged" in {warning["code"] for warning in document(folder)["warnings"]}
    earlier = json.loads((folder / "report-1.json").read_text(encoding="utf-8"))
    assert earlier["standard"]["id"] == "telecom"
    assert "T2" in (folder / "report.html").read_text(encoding="utf-8")
    assert [(row["standard"], row["report"]) for row in rows(tmp_path / "class")] == [("T2", "one/report.json")]


def test_a_second_folder_of_the_same_name_gets_a_number(tmp_path: Path) -> None:
    given = [str(kept(tmp_path / group / "take.1")) for group in ("a", "b")]
    assert main(["rejudge", *given, "--standard", "T2", "--out", str(tmp_path / "out"), "--quiet"]) == EXIT_OK
    assert [row["report"] for row in rows(tmp_path / "out")] == ["take.1/report.json", "take.1-2/report.json"]


def test_what_leads_to_no_report_is_told_and_the_rest_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, broken = kept(tmp_path / "good"), kept(tmp_path / "broken")
    (broken / "report.json").write_text('{"schema": "other"}', encoding="utf-8")
    given = [str(tmp_path / name) for name in ("good", "broken", "gone")]
    assert main(["rejudge", *given, "--standard", "T2", "--out", str(tmp_path / "out"), "--jobs", "1"]) == EXIT_INPUT
    assert [row["status"] for row in rows(tmp_path / "out")] == ["scored", "failed", "failed"]
    said = capsys.readouterr().err
    assert "gone: no report in this folder" in said
    assert "damaged" in said
    assert document(good)["standard"]["id"] == "telecom", "nothing of the input is touched"


def test_a_broken_pack_touches_nothing(tmp_path: Path) -> None:
    folder, pack = kept(tmp_path / "one"), tmp_path / "mine.toml"
    pack.write_text("nonsense", encoding="utf-8")
    before = (folder / "report.json").read_bytes()
    assert main(["rejudge", str(folder), "--standard", str(pack), "--out", str(tmp_path / "out")]) == EXIT_USAGE
    assert (folder / "report.json").read_bytes() == before
    assert not (tmp_path / "out").exists()


def test_the_earlier_reports_are_never_written_over(tmp_path: Path) -> None:
    folder = kept(tmp_path / "class" / "one")
    shutil.copyfile(folder / "report.json", tmp_path / "before.json")
    assert main(["rejudge", str(folder), "--standard", "T2", "--out", str(tmp_path / "class")]) == EXIT_USAGE
    assert (folder / "report.json").read_bytes() == (tmp_path / "before.json").read_bytes()


def test_a_take_that_was_signed_off_stays_as_it_is(tmp_path: Path) -> None:
    folder = kept(tmp_path / "one")
    keep(folder, Entry(Kind.SIGN, "Wang"))
    assert main(["rejudge", str(folder), "--standard", "T2", "--quiet", "--jobs", "1"]) == EXIT_INPUT
    assert (folder / "report.json").read_text(encoding="utf-8") == json_text(example_report())
    keep(folder, Entry(Kind.UNLOCK, "Wang", text="again"))
    assert main(["rejudge", str(folder), "--standard", "T2", "--quiet", "--jobs", "1"]) == EXIT_OK
    assert read_layer(folder).entries[-1].kind is Kind.REJUDGED
    assert (folder / LAYER_FILE).is_file()


def test_strict_tells_of_failed_checks(tmp_path: Path) -> None:
    """The guiding arm of the example is made so that U1's or telecom's limits fail it."""
    folder = kept(tmp_path / "one")
    failed = [c for s in document(folder)["segments"] for c in s["checks"] if c["verdict"] == "fail"]
    assert failed
    code = main(["rejudge", str(folder), "--out", str(tmp_path / "out"), "--strict", "--quiet", "--jobs", "1"])
    counts = rows(tmp_path / "out")[0]
    assert code == (EXIT_CHECK_FAILED if counts["failed"] else EXIT_OK)
