"""The summary and the notes for resuming: valid at any moment, wrong ones are not believed."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.batch.resume import FILE, finished_row, note_run, options_hash
from app.batch.run import failed_row
from app.batch.summary import SummaryRow, write_summary
from app.commands.score import exit_code
from app.engine import Choices, content_hash
from app.inputs import Task
from calibration.errors import CameraError
from vision.errors import MediaError
from vision.types import Drill, Subject

ROW = SummaryRow(
    path="录像/a,1.mp4",
    status="scored",
    trainee="学员甲",
    standard="telecom",
    drills=("stand", "bow"),
    verdict="fail",
    score=81.5,
    passed=5,
    failed=1,
    uncertain=2,
    not_measured=3,
    unmeasured_share=0.25,
    report="a,1/report.json",
    html="a,1/report.html",
    seconds=3.2,
)


def task_for(file: Path) -> Task:
    return Task(str(file), file, file.stem, Subject(), "T1", None, None)


def test_both_summaries_say_the_same(tmp_path: Path) -> None:
    bad = failed_row("b.mp4", MediaError("b.mp4: the file is empty", "b.mp4：文件为空"), "zh")
    write_summary(tmp_path, [ROW, bad], total=3, version="1.2")
    document = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert (document["total"], document["done"], document["program"]) == (3, 2, {"version": "1.2"})
    assert SummaryRow.from_json(document["inputs"][0]) == ROW
    with (tmp_path / "summary.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["path"], first["trainee"], first["drills"], first["score"]) == (
        ROW.path,
        "学员甲",
        "stand bow",
        "81.5",
    )
    assert (second["status"], second["error_code"], second["error"]) == ("failed", "media", "b.mp4：文件为空")
    assert second["score"] == second["verdict"] == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["summary.csv", "summary.json"]


def test_an_error_that_does_not_name_its_recording_gets_the_name() -> None:
    row = failed_row("b.mp4", CameraError("another aspect\nratio"), "en")
    assert (row.error_code, row.error) == ("camera", "b.mp4: another aspect ratio")


@pytest.mark.parametrize(
    ("rows", "strict", "code"),
    [
        ([replace(ROW, failed=0)], True, 0),
        ([ROW], False, 0),
        ([ROW], True, 3),
        ([ROW, SummaryRow("b.mp4", "failed")], True, 1),
        ([SummaryRow("b.mp4", "failed")], False, 1),
    ],
)
def test_exit_codes_are_those_of_the_contract(rows: list[SummaryRow], strict: bool, code: int) -> None:
    assert exit_code(rows, strict=strict) == code


def test_a_finished_recording_is_known_by_content_and_options(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"one")
    task, choices = task_for(file), Choices()
    options = options_hash(task, choices)
    note_run(tmp_path, options, content_hash(file), ROW)
    assert finished_row(tmp_path, task, options) is None, "no report.json"
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    assert finished_row(tmp_path, task, options) == ROW
    assert finished_row(tmp_path, task, "other options") is None
    file.write_bytes(b"two")
    assert finished_row(tmp_path, task, options) is None
    file.unlink()
    assert finished_row(tmp_path, task, options) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"schema": "yitai.run/1"}', '{"schema": "yitai.run/9"}'])
def test_a_note_that_was_tampered_with_is_not_believed(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"one")
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert finished_row(tmp_path, task_for(file), "x") is None


def test_whatever_changes_a_report_changes_the_options_hash(tmp_path: Path) -> None:
    camera = tmp_path / "camera.json"
    camera.write_text("{}", encoding="utf-8")
    task, choices = task_for(tmp_path / "a.mp4"), Choices()
    hashes = [
        options_hash(changed, chosen)
        for changed, chosen in (
            (task, choices),
            (replace(task, standard="T2"), choices),
            (replace(task, drill=Drill.BOW), choices),
            (replace(task, subject=Subject("t", 170.0, "f")), choices),
            (replace(task, calibration=camera), choices),
            (task, replace(choices, person="center")),
            (task, replace(choices, sample_fps=5.0)),
            (task, replace(choices, formats=frozenset({"json"}))),
            (task, replace(choices, video=False)),
            (task, replace(choices, language="zh")),
        )
    ]
    assert len(set(hashes)) == len(hashes)
    assert options_hash(replace(task, path="other/name.mp4"), Choices()) == hashes[0]
