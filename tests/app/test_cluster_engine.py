"""The engine on a real cluster: a scheduler and two workers as processes of their own, which die and hang."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from app.batch import cluster as engine
from app.batch import crew
from app.batch.job import Split
from app.batch.pool import Died, Event, Failed, Finished, Hung, Progressed, Started
from tests.app.clusters import Cluster, cluster
from vision.errors import MediaError, UsageError, YitaiError


def do(task: Callable[[], Any], progress: Callable[[float], None]) -> Any:
    """A piece of work that is whatever the task says."""
    return task()


def refuse() -> None:
    raise MediaError("clip.mp4: is empty", "clip.mp4：文件为空")


def die_once(mark: Path) -> str:
    """Kill the worker the first time, be done the second."""
    if mark.exists():
        return "done"
    mark.touch()
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


def sleep_once(mark: Path) -> str:
    if mark.exists():
        return "done"
    mark.touch()
    time.sleep(600)
    return "never"


@dataclass(frozen=True)
class InParts:
    """A task that asks for its parts first; each leaves a file."""

    folder: Path
    parts: int

    def __call__(self) -> Any:
        missing = [n for n in range(self.parts) if not (self.folder / str(n)).exists()]
        if missing:
            return Split(do, tuple(partial(part, self.folder / str(n), n) for n in missing))
        return sorted(path.read_text() for path in self.folder.iterdir())


def part(path: Path, number: int) -> None:
    if number == 2 and not path.with_name("dead").exists():
        path.with_name("dead").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    path.write_text(str(number))


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster"), 2) as one:
        yield one


@pytest.fixture
def client(there: Cluster) -> Iterator[Client]:
    with crew.joined(there.address) as one:
        yield one


def ends(events: list[Event]) -> dict[int, Event]:
    return {event.index: event for event in events if not isinstance(event, Started | Progressed)}


def test_results_come_back_whatever_the_order(client: Client) -> None:
    events = list(engine.run(do, [partial(math.sqrt, n * n) for n in range(20)], client, 60))
    assert ends(events) == {n: Finished(n, float(n)) for n in range(20)}
    assert sum(isinstance(event, Started) for event in events) == 20


def test_a_task_that_kills_workers_is_given_up_and_the_others_are_done(client: Client, tmp_path: Path) -> None:
    tasks = [
        partial(math.sqrt, 4),
        partial(signal.raise_signal, signal.SIGKILL),
        partial(die_once, tmp_path / "mark"),
        refuse,
        partial(math.sqrt, "four"),
        partial(math.sqrt, 9),
    ]
    results = ends(list(engine.run(do, tasks, client, 60)))
    assert (results[0], results[5]) == (Finished(0, 2.0), Finished(5, 3.0))
    assert isinstance(results[1], Died)
    assert results[1].exit_code == -signal.SIGKILL
    assert results[2] == Finished(2, "done")
    assert isinstance(results[3], Failed)
    assert results[3].error.text("zh") == "clip.mp4：文件为空"
    assert isinstance(results[4], Died)
    assert "TypeError: must be real number, not str" in results[4].log.splitlines()[-1]


def test_a_worker_that_hangs_is_replaced_and_its_task_begun_again(client: Client, tmp_path: Path) -> None:
    results = ends(list(engine.run(do, [partial(sleep_once, tmp_path / "mark")], client, 3)))
    assert results == {0: Finished(0, "done")}


def test_a_task_that_always_hangs_is_given_up(client: Client) -> None:
    results = ends(list(engine.run(do, [partial(time.sleep, 600), partial(math.sqrt, 4)], client, 2)))
    assert results == {0: Hung(0, 2), 1: Finished(1, 2.0)}


def test_parts_are_done_first_by_whoever_is_free_and_outlive_a_worker(client: Client, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    results = ends(list(engine.run(do, [InParts(folder, 5)], client, 60)))
    assert results == {0: Finished(0, ["", "0", "1", "2", "3", "4"])}


def test_a_scheduler_that_goes_away_ends_the_run_in_one_line(tmp_path: Path) -> None:
    with cluster(tmp_path, 1) as there, crew.joined(there.address) as client:
        events = engine.run(do, [partial(time.sleep, 600)], client, 60)
        assert isinstance(next(events), Started)
        assert there.scheduler is not None
        there.scheduler.kill()
        with pytest.raises(YitaiError, match="scheduler went away"):
            list(events)


def test_a_scheduler_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "JOIN_S", 1.0)
    with pytest.raises(UsageError, match="no scheduler answers"), crew.joined("tcp://127.0.0.1:1"):
        pass


def test_a_cluster_of_this_machine_ends_with_its_block() -> None:
    with crew.started_here(2) as client:
        pids = list(client.run(os.getpid).values())
        results = ends(list(engine.run(do, [partial(math.sqrt, 4)] * 3, client, 60)))
        assert results == {n: Finished(n, 2.0) for n in range(3)}
        busy = engine.run(do, [partial(time.sleep, 600)] * 2, client, 60)
        assert isinstance(next(busy), Started)
        busy.close()
        before_s = time.monotonic()
    assert time.monotonic() - before_s < 30
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
