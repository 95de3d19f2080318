"""What a practice leaves behind: scored where it lies, kept or removed; workers that nobody looks at are closed."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.places import Places
from app.practice.leavers import Leavers
from app.practice.takes import Order, forget, forget_old, keep, scoring, take_folder, take_of
from app.practice.workers import SILENT_S, LiveWorkers
from tests.consenting import consented
from tests.report.conftest import example_report, example_series
from vision.errors import UsageError
from vision.report import write_reports
from vision.types import Drill, Subject

ORDER = Order("telecom", Drill.STAND, Subject("Chen", 170.0, "f"), language="zh")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(consented(tmp_path / "home"))


def recorded(places: Places, name: str = "recording.mp4") -> Path:
    file = take_folder(places) / name
    file.write_bytes(b"moving pictures")
    return file


def test_a_recording_moves_into_a_take_and_is_scored_beside_it(places: Places) -> None:
    file = recorded(places)
    take = take_of(file, ORDER, places)
    assert not file.exists()
    inputs, choices, out = scoring(take)
    (task,) = inputs.tasks
    assert task.file == take.recording
    assert (task.standard, task.drill, task.subject) == ("telecom", Drill.STAND, ORDER.subject)
    assert out / task.folder == take.report_folder
    assert choices.language == "zh"


def test_a_kept_take_moves_into_the_library_under_name_and_drill(places: Places) -> None:
    take = take_of(recorded(places), ORDER, places)
    write_reports(example_report(), example_series(), [], take.report_folder, frozenset({"json"}), "zh")
    kept = keep(take, places)
    assert kept.title == "Chen · 站姿"
    assert kept.origin == "practice"
    assert kept.recording is not None
    assert kept.recording.read_bytes() == b"moving pictures"
    assert not take.folder.exists()


def test_a_take_without_a_report_is_not_kept(places: Places) -> None:
    take = take_of(recorded(places), ORDER, places)
    with pytest.raises(UsageError, match="gone"):
        keep(take, places)
    assert not places.library.exists()


def test_a_take_is_forgotten_at_once_or_after_a_day(places: Places) -> None:
    first, second = take_of(recorded(places), ORDER, places), take_of(recorded(places), ORDER, places)
    forget(first)
    assert not first.folder.exists()
    forget(None)
    forget_old(places)
    assert second.folder.exists()
    os.utime(second.folder, (0, 0))
    forget_old(places)
    assert not second.folder.exists()


@dataclass(eq=False)
class Door:
    """Something that can be closed."""

    closed: int = field(default=0)

    def close(self) -> None:
        self.closed += 1


@dataclass
class Clock:
    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_worker_that_nobody_looks_at_is_closed_when_the_next_one_comes() -> None:
    clock = Clock()
    workers = LiveWorkers(clock)
    silent, watched, new = Door(), Door(), Door()
    workers.add(silent)
    workers.add(watched)
    clock.now_s = SILENT_S
    assert workers.touch(watched)
    clock.now_s = SILENT_S + 1.0
    workers.add(new)
    assert (silent.closed, watched.closed, new.closed) == (1, 0, 0)
    assert not workers.touch(silent)
    workers.close(watched)
    assert watched.closed == 1
    assert not workers.touch(watched)


def test_what_a_session_left_goes_when_its_browser_stays_away_and_not_before() -> None:
    class Practised:
        gone = False

        def left(self) -> None:
            self.gone = True

    there = {"here": True, "away": False, "back": False}
    leavers = Leavers(there.__getitem__, every_s=3600.0, away_s=0.2)
    left = {name: Practised() for name in there}
    for name, leaver in left.items():
        leavers.add(name, leaver)
    leavers.look()
    assert not any(one.gone for one in left.values())
    there["back"] = True
    leavers.look()
    time.sleep(0.25)
    leavers.look()
    assert {name: one.gone for name, one in left.items()} == {"here": False, "away": True, "back": False}
