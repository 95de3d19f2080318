"""What is scored in the background reaches the library, whoever looks next."""

from __future__ import annotations

import os
import time
from pathlib import Path

from app.inputs import Task
from app.library.intake import INCOMING, TASK_FOLDER, Order, order, sample_tasks, shipped_samples, take_in
from app.library.takes import list_takes
from app.places import Places
from tests.consenting import consented
from tests.report.conftest import example_report
from vision.report import write_reports
from vision.types import Subject


def _ordered(places: Places, name: str = "clip.mp4") -> Order:
    file = places.uploads / "1" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"not looked at")
    task = Task(name, file, TASK_FOLDER, Subject("Li"), "telecom", None, None)
    consented(places.root)
    return order(places, task, "Li", "upload")


def _score(placed: Order) -> None:
    write_reports(example_report(), None, (), placed.out / TASK_FOLDER, {"json"})


def test_a_scored_recording_becomes_a_take_once(tmp_path: Path) -> None:
    places = Places(tmp_path)
    placed = _ordered(places)
    assert take_in(places) == ()
    assert list_takes(places) == (), "what is under way is not listed"
    _score(placed)
    (take,) = take_in(places)
    assert (take.title, take.origin, take.problem) == ("Li", "upload", None)
    assert take.recording is not None
    assert not placed.folder.exists()
    assert take_in(places) == ()
    assert [one.id for one in list_takes(places)] == [take.id]


def test_an_order_survives_a_new_start_of_the_program(tmp_path: Path) -> None:
    _score(_ordered(Places(tmp_path)))
    assert len(take_in(Places(tmp_path))) == 1


def test_an_order_that_came_to_nothing_is_forgotten_after_a_week_and_not_before(tmp_path: Path) -> None:
    places = Places(tmp_path)
    old, new = _ordered(places, "a.mp4"), _ordered(places, "b.mp4")
    week_ago = time.time() - 8 * 24 * 3600
    os.utime(old.folder, (week_ago, week_ago))
    take_in(places)
    assert not old.folder.exists()
    assert new.folder.exists()


def test_a_damaged_order_does_not_stop_the_others(tmp_path: Path) -> None:
    places = Places(tmp_path)
    broken = places.library / INCOMING / "00"
    broken.mkdir(parents=True)
    (broken / "order.json").write_text("{", encoding="utf-8")
    _score(_ordered(places))
    assert len(take_in(places)) == 1


def test_the_shipped_samples_come_with_their_cameras_and_people() -> None:
    folder = shipped_samples()
    assert folder is not None
    tasks = sample_tasks(folder, "telecom")
    assert len(tasks) == 8
    assert all(task.file.is_file() and task.calibration and task.calibration.is_file() for task in tasks)
    assert {task.folder for task in tasks} == {TASK_FOLDER}
    assert all(task.subject.height_cm and task.subject.sex for task in tasks)
