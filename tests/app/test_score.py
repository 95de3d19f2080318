"""Scoring real files from the command line: what is done stays, what is broken is said, nothing is lost."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.cli import main

pytestmark = pytest.mark.model


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


PERSON = Path(__file__).parent.parent / "data" / "person.jpg"  # rendered, as in sample_media/


def pictures(folder: Path, count: int) -> list[Path]:
    """Pictures of a person who stands, each with a content of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"p{number:02d}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(PERSON.read_bytes() + bytes([number]))  # what follows a JPEG's end is not looked at
    return paths


def summary(out: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return document


def start(arguments: list[str], **options: Any) -> subprocess.Popen[str]:
    """The command in a process of its own, as a shell in a terminal starts it.

    A shell's background job inherits that Ctrl-C is ignored; the tests may run in one.
    """
    command = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())", *arguments]
    options.setdefault("preexec_fn", _heed_ctrl_c)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_bad_inputs_are_reported_and_the_rest_is_scored(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (good,) = pictures(tmp_path / "in", 1)
    empty, text, folder = tmp_path / "empty.mp4", tmp_path / "text.mp4", tmp_path / "nothing"
    empty.write_bytes(b"")
    text.write_text("dear trainer, the video is in the other folder", encoding="utf-8")
    folder.mkdir()
    Image.new("RGB", (320, 180), (120, 120, 120)).save(tmp_path / "nobody.png")
    nobody, missing, out = tmp_path / "nobody.png", tmp_path / "missing.mp4", tmp_path / "out"
    bad = (empty, text, missing, folder, nobody)
    assert main(["score", str(good), *map(str, bad), "--out", str(out), "--jobs", "2"]) == 1
    rows = {row["path"]: row for row in summary(out)["inputs"]}
    assert rows[str(good)]["status"] == "scored"
    assert (out / rows[str(good)]["report"]).is_file()
    captured = capfd.readouterr()
    assert "Traceback" not in captured.err
    words = ("empty", "text file", "no such file", "no videos", "nobody is seen")
    for path, word in zip(bad, words, strict=True):
        row = rows[str(path)]
        code = "no_person" if path is nobody else "media"
        assert (row["status"], row["error_code"], row["report"]) == ("failed", code, None)
        assert word in row["error"]
        assert f"yitai: {row['error']}" in captured.err.splitlines()
    assert sorted(path.name for path in out.iterdir()) == ["p00", "summary.csv", "summary.json"]


def test_resume_does_only_what_is_new_or_changed(tmp_path: Path) -> None:
    first, second, third = pictures(tmp_path / "in", 3)
    third.rename(tmp_path / "later.jpg")
    out = tmp_path / "out"
    command = ["score", str(tmp_path / "in"), "--out", str(out), "--resume", "--no-video"]
    assert main(command) == 0
    made = {name: (out / name / "report.json").stat().st_mtime_ns for name in ("p00", "p01")}
    second.write_bytes(second.read_bytes() + b"changed")
    (tmp_path / "later.jpg").rename(third)
    assert main(command) == 0
    now = {name: (out / name / "report.json").stat().st_mtime_ns for name in ("p00", "p01", "p02")}
    assert now["p00"] == made["p00"]
    assert now["p01"] > made["p01"]
    assert [row["status"] for row in summary(out)["inputs"]] == ["scored"] * 3
    assert main([*command, "--height-cm", "170"]) == 0
    assert (out / "p00" / "report.json").stat().st_mtime_ns > made["p00"]
    assert first.exists()


def test_two_recordings_of_one_name_get_a_folder_each(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        pictures(tmp_path / folder, 1)
    out = tmp_path / "out"
    assert main(["score", str(tmp_path / "a"), str(tmp_path / "b"), "--out", str(out), "--formats", "json"]) == 0
    sources = [
        json.loads((out / name / "report.json").read_text(encoding="utf-8"))["source"] for name in ("p00", "p00-2")
    ]
    assert [Path(source["path"]).parent.name for source in sources] == ["a", "b"]


def test_quiet_says_nothing_when_nothing_is_wrong(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pictures(tmp_path / "in", 1)
    assert main(["score", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    assert capfd.readouterr() == ("", "")


def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(tmp_path: Path) -> None:
    pictures(tmp_path / "in", 40)
    out = tmp_path / "out"
    arguments = ["score", str(tmp_path / "in"), "--out", str(out), "--jobs", "1"]
    process = start(arguments, start_new_session=True)
    until = time.monotonic() + 120
    while not (out / "summary.json").exists() and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers as well
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    last = err.splitlines()[-1]
    assert last.startswith("yitai: stopped, ")
    assert last.endswith(f"go on with: yitai {' '.join(arguments)} --resume")
    assert "Traceback" not in err
    done = summary(out)["inputs"]
    assert 1 <= len(done) < 40
    left = {path.name for path in out.iterdir()} - {"summary.csv", "summary.json"}
    assert left == {Path(row["report"]).parent.name for row in done}, "finished folders only"
    for row in done:
        json.loads((out / row["report"]).read_text(encoding="utf-8"))


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 KiB, where this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(place)]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount the small disk this test fills")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_one_line_and_what_is_done_stays(tiny_disk: Path, tmp_path: Path) -> None:
    pictures(tmp_path / "in", 30)
    out = tiny_disk / "out"
    process = start(
        ["score", str(tmp_path / "in"), "--out", str(out), "--formats", "json", "--no-video", "--jobs", "1", "-q"]
    )
    _, err = process.communicate(timeout=300)
    assert process.returncode == 1
    (line,) = err.splitlines()
    assert "no space left" in line
    done = summary(out)["inputs"]
    assert done
    assert all(row["status"] == "scored" for row in done)
    for row in done:
        json.loads((out / row["report"]).read_text(encoding="utf-8"))
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_a_file_size_limit_is_one_line_too(tmp_path: Path) -> None:
    pictures(tmp_path / "in", 2)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))

    process = start(["score", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--quiet"], preexec_fn=limit)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 1
    (line,) = err.splitlines()
    assert "cannot write" in line


def test_measure_writes_the_lines_of_the_contract_in_order(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    paths = pictures(tmp_path / "in", 3)
    assert main(["measure", *map(str, paths), "--jobs", "2", "--quiet"]) == 0
    out, err = capfd.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert err == ""
    assert [line["path"] for line in lines] == [str(path) for path in paths]
    for line in lines:
        assert set(line) == {"path", "frame", "t", "person", "view", "measurements", "warnings"}
        assert (line["frame"], line["t"]) == (0, 0)
        assert (line["person"], line["view"]) == (1, "front")
        measured = {item["name"]: item for item in line["measurements"]}
        assert measured["trunk_lateral"]["status"] == "measured"
        assert measured["trunk_lateral"]["u"] > 0
        for item in measured.values():
            assert set(item) == {"name", "value", "unit", "u", "status", "reason", "reason_zh", "reason_en"}
            if item["status"] == "not_measured":
                assert item["value"] is None
                assert item["reason"]
                assert item["reason_zh"] != item["reason_en"]


def test_measure_says_what_it_did_when_not_quiet(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (path,) = pictures(tmp_path / "in", 1)
    assert main(["measure", str(path), "--language", "en"]) == 0
    out, err = capfd.readouterr()
    assert len(out.splitlines()) == 1
    assert err.strip() == f"[1/1] {path}: measured"


def test_measure_to_a_file_leaves_nothing_half_written(tmp_path: Path) -> None:
    (good,) = pictures(tmp_path / "in", 1)
    out = tmp_path / "lines.jsonl"
    assert main(["measure", str(good), str(tmp_path / "gone.mp4"), "--out", str(out), "--quiet"]) == 1
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"in", "lines.jsonl"}
