"""Batches in the background: they run, wait their turn, are cancelled and go on, and end with a sentence."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine import Choices
from app.inputs import Defaults, Inputs, gather
from app.jobs import NICENESS, JobBoard, JobState, step_back

PERSON = Path(__file__).parent.parent / "data" / "person.jpg"
JSON_ONLY = Choices(formats=frozenset({"json"}), video=False)
SILENT_S = 240.0  # on a busy machine a worker takes long to start


@pytest.fixture
def board() -> Iterator[JobBoard]:
    made = JobBoard(at_once=1)
    yield made
    made.leave()
    assert multiprocessing.active_children() == []


def pictures(folder: Path, count: int) -> Inputs:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"p{number:02d}.jpg").write_bytes(PERSON.read_bytes() + bytes([number]))
    return gather([str(folder)], None, Defaults())


def wait(board: JobBoard, job: str, *, rows: int | None = None) -> JobState:
    """The state once the job has ended, or has that many rows; a job of which nothing is heard for long has failed."""
    heard: object = None
    heard_s = time.monotonic()
    while time.monotonic() - heard_s < SILENT_S:
        state = board.state(job)
        assert state is not None
        if state.finished or (rows is not None and state.done >= rows):
            return state
        if (state.waiting, state.done, state.share) != heard:
            heard, heard_s = (state.waiting, state.done, state.share), time.monotonic()
        time.sleep(0.05)
    raise AssertionError(f"nothing was heard of the job for {SILENT_S:.0f} s: {heard}")


def quick(tmp_path: Path, name: str = "none.mp4") -> Inputs:
    """An input that fails at once, without the pose network."""
    file = tmp_path / name
    file.write_text("dear trainer, the video is in the other folder", encoding="utf-8")
    return gather([str(file)], None, Defaults())


def test_a_broken_file_is_a_row_with_its_sentence(board: JobBoard, tmp_path: Path) -> None:
    job = board.start(quick(tmp_path), JSON_ONLY, tmp_path / "out", 1)
    state = wait(board, job)
    assert (state.finished, state.cancelled, state.error, state.done, state.share) == (True, False, None, 1, 1.0)
    assert "text file" in (state.rows[0].error or "")
    assert (tmp_path / "out" / "summary.csv").is_file()


def test_jobs_wait_their_turn_in_order(board: JobBoard, tmp_path: Path) -> None:
    jobs = [board.start(quick(tmp_path, f"{n}.mp4"), JSON_ONLY, tmp_path / f"out{n}", 1) for n in range(3)]
    second = board.state(jobs[1])
    assert second is not None
    assert second.waiting
    assert board.running() == tuple(jobs)
    assert all(wait(board, job).done == 1 for job in jobs)
    written = [(tmp_path / f"out{n}" / "summary.json").stat().st_mtime_ns for n in range(3)]
    assert written == sorted(written)
    assert board.running() == ()


def test_a_waiting_job_that_is_cancelled_never_starts(board: JobBoard, tmp_path: Path) -> None:
    first = board.start(quick(tmp_path, "a.mp4"), JSON_ONLY, tmp_path / "a", 1)
    second = board.start(quick(tmp_path, "b.mp4"), JSON_ONLY, tmp_path / "b", 1)
    board.cancel(second)
    state = wait(board, second)
    assert (state.cancelled, state.waiting, state.done) == (True, False, 0)
    wait(board, first)
    assert not (tmp_path / "b").exists()


def test_a_folder_that_cannot_be_written_ends_the_job_with_its_sentence(board: JobBoard, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file is in the way", encoding="utf-8")
    state = wait(board, board.start(quick(tmp_path), JSON_ONLY, tmp_path / "out", 1))
    assert state.error is not None
    assert "cannot write" in state.error.en


@pytest.mark.parametrize("standard", ["telekom", "missing.toml"])
def test_a_missing_pack_ends_the_job_before_anything_is_written(board: JobBoard, tmp_path: Path, standard: str) -> None:
    (tmp_path / "x.mp4").write_text("text", encoding="utf-8")
    inputs = gather([str(tmp_path / "x.mp4")], None, Defaults(standard=standard))
    state = wait(board, board.start(inputs, JSON_ONLY, tmp_path / "out", 1))
    assert state.error is not None
    assert standard in state.error.zh
    assert not (tmp_path / "out").exists()


def test_a_broken_camera_file_ends_the_job_with_its_sentence(board: JobBoard, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text("{", encoding="utf-8")
    (tmp_path / "x.mp4").write_text("text", encoding="utf-8")
    inputs = gather([str(tmp_path / "x.mp4")], None, Defaults(calibration=tmp_path / "c.json"))
    state = wait(board, board.start(inputs, JSON_ONLY, tmp_path / "out", 1))
    assert state.error is not None
    assert "c.json" in state.error.en


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads are Linux' own")
def test_a_job_and_its_workers_step_back_and_the_page_does_not() -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    read = [sys.executable, "-c", "import os; print(os.getpriority(os.PRIO_PROCESS, 0))"]
    seen: list[int] = []

    def job() -> None:
        step_back()
        seen.append(int(subprocess.run(read, capture_output=True, check=True).stdout))

    thread = threading.Thread(target=job)
    thread.start()
    thread.join()
    assert seen == [max(NICENESS, before)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_an_unknown_job_has_no_state(board: JobBoard) -> None:
    assert board.state("nobody") is None
    board.cancel("nobody")


@pytest.mark.model
def test_cancel_keeps_what_is_finished_and_the_same_start_goes_on(board: JobBoard, tmp_path: Path) -> None:
    inputs, out = pictures(tmp_path / "in", 4), tmp_path / "out"
    job = board.start(inputs, JSON_ONLY, out, 1)
    wait(board, job, rows=1)
    board.cancel(job)
    stopped = wait(board, job)
    assert stopped.cancelled
    assert 1 <= stopped.done < 4
    assert stopped.running == ()
    assert multiprocessing.active_children() == []
    document = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (document["done"], document["total"]) == (stopped.done, 4)
    assert not list(out.glob(".*"))
    made = (out / "p00" / "report.json").stat().st_mtime_ns
    assert board.start(inputs, JSON_ONLY, out, 2, job) == job
    state = wait(board, job)
    assert (state.done, state.cancelled, state.error) == (4, False, None)
    assert [row.status for row in state.rows] == ["scored"] * 4
    assert (out / "p00" / "report.json").stat().st_mtime_ns == made
