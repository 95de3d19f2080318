"""A drop folder: what rests is taken once, under a name that stays."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from app.batch.drop import DropFolder, named_by
from app.batch.summary import SummaryRow
from app.inputs import Defaults
from tests.app.test_score import pictures, start


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ready(drop: DropFolder) -> dict[str, str]:
    return {Path(task.path).name: task.folder for task in drop.ready().tasks}


def test_a_recording_counts_when_its_size_rests(tmp_path: Path, clock: Clock) -> None:
    drop = DropFolder(tmp_path, Defaults(), 5.0, clock)
    file = tmp_path / "take.mp4"
    file.write_bytes(b"one")
    assert ready(drop) == {}
    clock.now_s = 4.0
    file.write_bytes(b"one and two")
    assert ready(drop) == {}, "it grew"
    clock.now_s = 8.9
    assert ready(drop) == {}
    clock.now_s = 9.0
    assert ready(drop) == {"take.mp4": "take"}
    clock.now_s = 99.0
    assert ready(drop) == {}, "once only"
    file.write_bytes(b"another take under that name")
    ready(drop)
    clock.now_s = 105.0
    assert ready(drop) == {"take.mp4": "take"}


def test_empty_files_and_files_in_the_making_wait(tmp_path: Path, clock: Clock) -> None:
    drop = DropFolder(tmp_path, Defaults(), 1.0, clock)
    (tmp_path / "empty.mp4").touch()
    (tmp_path / ".upload.mp4").write_bytes(b"hidden")
    (tmp_path / "notes.txt").write_bytes(b"no recording")
    ready(drop)
    clock.now_s = 10.0
    assert ready(drop) == {}


def test_recordings_of_one_name_keep_their_folders_over_restarts(tmp_path: Path, clock: Clock) -> None:
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
    first = DropFolder(tmp_path, Defaults(), 1.0, clock)
    folders: dict[str, str] = {}
    for name in ("b", "a"):
        (tmp_path / name / "take.mp4").write_bytes(name.encode())
        first.ready()
        clock.now_s += 2
        folders |= {task.path: task.folder for task in first.ready().tasks}
    assert sorted(folders.values()) == ["take", "take-2"]
    rows = [SummaryRow(path, "scored", report=f"{folder}/report.json") for path, folder in folders.items()]
    second = DropFolder(tmp_path, Defaults(), 1.0, clock, named=named_by(rows))
    second.ready()
    clock.now_s += 2
    assert {task.path: task.folder for task in second.ready().tasks} == folders


@pytest.mark.model
def test_what_is_dropped_is_scored_until_ctrl_c(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    pictures(folder, 1)
    process = start(
        ["score", "--watch", str(folder), "--out", str(out), "--jobs", "1", "--formats", "json", "--no-video"],
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    try:
        _until_done(out, 1)
        late = folder / "late.jpg"
        late.write_bytes((folder / "p00.jpg").read_bytes() + b"late")
        _until_done(out, 2)
        time.sleep(1.5)  # past the summary's last writing: it waits again
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    rows = json.loads((out / "summary.json").read_text(encoding="utf-8"))["inputs"]
    assert sorted(Path(row["path"]).name for row in rows) == ["late.jpg", "p00.jpg"]
    assert sorted(path.name for path in out.iterdir()) == ["late", "p00", "summary.csv", "summary.json"]


def _until_done(out: Path, count: int) -> None:
    until = time.monotonic() + 300
    while time.monotonic() < until:
        if (out / "summary.json").is_file():
            rows = json.loads((out / "summary.json").read_text(encoding="utf-8"))["inputs"]
            if len(rows) == count:
                return
        time.sleep(0.2)
    raise AssertionError(f"no {count} rows in time")
