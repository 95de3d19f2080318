"""Workers may die; the run goes on."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.batch.pool import Died, Event, Failed, Finished, Progressed, Started, run
from vision.errors import MediaError


def do(task: Callable[[], Any], progress: Callable[[float], None]) -> Any:
    """A piece of work that is whatever the task says."""
    progress(0.5)
    return task()


def ends(events: list[Event]) -> dict[int, Event]:
    return {event.index: event for event in events if not isinstance(event, Started | Progressed)}


def refuse() -> None:
    raise MediaError("clip.mp4: is empty", "clip.mp4：文件为空")


def test_every_task_is_done_whatever_the_number_of_workers() -> None:
    tasks = [partial(math.sqrt, n * n) for n in range(7)]
    for jobs in (1, 3):
        results = ends(list(run(do, tasks, jobs)))
        assert [results[n] for n in range(7)] == [Finished(n, float(n)) for n in range(7)]


def test_a_dead_worker_costs_only_the_task_it_held() -> None:
    tasks = [
        partial(math.sqrt, 4),
        partial(os._exit, 7),
        partial(signal.raise_signal, signal.SIGKILL),
        partial(math.sqrt, "four"),
        refuse,
        partial(math.sqrt, 9),
    ]
    results = ends(list(run(do, tasks, 2)))
    assert (results[0], results[5]) == (Finished(0, 2.0), Finished(5, 3.0))
    assert isinstance(results[1], Died)
    assert results[1].exit_code == 7
    assert isinstance(results[2], Died)
    assert results[2].exit_code == -signal.SIGKILL
    assert isinstance(results[3], Died)
    assert "TypeError: must be real number, not str" in results[3].log.splitlines()[-1]
    assert isinstance(results[4], Failed)
    assert results[4].error.text("zh") == "clip.mp4：文件为空"


def test_progress_comes_before_the_end() -> None:
    events = list(run(do, [partial(math.sqrt, 4)], 1))
    assert events == [Started(0), Progressed(0, 0.5), Finished(0, 2.0)]


def test_no_tasks_need_no_workers() -> None:
    assert list(run(do, [], 4)) == []


def test_leaving_early_ends_the_workers() -> None:
    before = time.monotonic()
    events = run(do, [partial(time.sleep, 60)] * 2, 2)
    assert isinstance(next(events), Started)
    assert multiprocessing.active_children()
    events.close()
    assert multiprocessing.active_children() == []
    assert time.monotonic() - before < 30


def test_a_worker_keeps_native_noise_off_the_terminal(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert ends(list(run(do, [partial(os.write, 2, b"W0000 native noise\n")], 1))) == {0: Finished(0, 19)}
    assert "native noise" not in capfd.readouterr().err
