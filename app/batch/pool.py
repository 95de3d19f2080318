"""Worker processes that may die without taking the run with them.

`concurrent.futures` gives up every pending task when one worker is killed; here
each worker has its own pipe, a dead one is replaced, and only the task it held
is lost, with the last line the worker said. A bug ends its worker, too: its
traceback goes to the worker's own log, never to the terminal.

Native libraries write to the file descriptor of stderr; a worker's stderr is
therefore that log, and the parent's terminal stays clean.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from app.settings import keep_workers_single_threaded
from calibration.errors import CameraError
from vision.errors import YitaiError

Work = Callable[[Any, Callable[[float], None]], Any]
USER_ERRORS = (YitaiError, CameraError)
_PROGRESS_EVERY_S = 0.2
_HEED_STOP_EVERY_S = 0.2
_GRACE_S = 3.0


@dataclass(frozen=True, slots=True)
class Started:
    """A worker took this task."""

    index: int


@dataclass(frozen=True, slots=True)
class Progressed:
    """How much of a task is done, 0..1."""

    index: int
    share: float


@dataclass(frozen=True, slots=True)
class Finished:
    """What the work returned."""

    index: int
    result: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The work said in one line why it could not be done."""

    index: int
    error: YitaiError | CameraError


@dataclass(frozen=True, slots=True)
class Died:
    """The worker ended while it held this task: killed, out of memory, or a bug."""

    index: int
    exit_code: int  # negative: the signal
    log: str


Event = Started | Progressed | Finished | Failed | Died


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    log: Path
    held: int | None = field(default=None)


def run(work: Work, tasks: Sequence[Any], jobs: int, stop: threading.Event | None = None) -> Iterator[Event]:
    """Do ``work(task, progress)`` for every task; events come as they happen.

    ``work`` and the tasks are pickled: a function of a module, plain values.
    Closing the iterator, or an exception in the caller, ends the workers; so
    does ``stop`` when another thread sets it, and no further event comes then.
    """
    keep_workers_single_threaded()
    waiting = deque(range(len(tasks)))
    workers: list[_Worker] = []
    with tempfile.TemporaryDirectory(prefix="yitai-") as folder:
        try:
            for number in range(min(jobs, len(tasks))):
                workers.append(_start(work, Path(folder) / f"{number}.log"))
            for worker in workers:
                yield from _hand_out(worker, waiting, tasks)
            while any(worker.held is not None for worker in workers):
                if stop is not None and stop.is_set():
                    return
                yield from _next_events(work, workers, waiting, tasks, None if stop is None else _HEED_STOP_EVERY_S)
        finally:
            _end(workers)


def _hand_out(worker: _Worker, waiting: deque[int], tasks: Sequence[Any]) -> Iterator[Event]:
    """Give an idle worker its next task, if there is one."""
    if not waiting:
        return
    worker.held = waiting.popleft()
    try:
        worker.connection.send((worker.held, tasks[worker.held]))
    except (BrokenPipeError, ConnectionResetError):
        return  # it died while idle: the next wait sees the closed pipe
    yield Started(worker.held)


def _next_events(
    work: Work, workers: list[_Worker], waiting: deque[int], tasks: Sequence[Any], patience_s: float | None
) -> Iterator[Event]:
    """What the busy workers said; nothing when they were silent for ``patience_s``."""
    by_connection = {worker.connection: worker for worker in workers if worker.held is not None}
    for ready in wait(list(by_connection), patience_s):
        worker = by_connection[ready]  # type: ignore[index]  # only connections were asked for
        try:
            event = worker.connection.recv()
        except (EOFError, ConnectionResetError):
            yield _buried(worker)
            _replace(work, workers, worker)
            yield from _hand_out(worker, waiting, tasks)
            continue
        if not isinstance(event, Progressed):
            worker.held = None
        yield event
        if worker.held is None:
            yield from _hand_out(worker, waiting, tasks)


def _buried(worker: _Worker) -> Died:
    worker.connection.close()
    worker.process.join(_GRACE_S)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()
    assert worker.held is not None
    log = worker.log.read_text(encoding="utf-8", errors="replace") if worker.log.exists() else ""
    return Died(worker.held, worker.process.exitcode or 0, log)


def _replace(work: Work, workers: list[_Worker], dead: _Worker) -> None:
    fresh = _start(work, dead.log)
    dead.process, dead.connection, dead.held = fresh.process, fresh.connection, None


def _start(work: Work, log: Path) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work, str(log)), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours, log)


def _end(workers: list[_Worker]) -> None:
    """Ask idle workers to leave, end busy ones."""
    for worker in workers:
        if worker.held is not None:
            worker.process.terminate()
        worker.connection.close()  # an idle worker sees the end of its pipe and leaves
    for worker in workers:
        worker.process.join(_GRACE_S)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        worker.process.close()


def _serve(connection: Connection, work: Work, log: str) -> None:
    """The life of a worker: take a task, do it, say how it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    _send_stderr_to(log)
    while True:
        try:
            index, task = connection.recv()
        except EOFError:
            return
        outcome: Finished | Failed
        try:
            outcome = Finished(index, work(task, _throttled(connection, index)))
        except USER_ERRORS as error:
            outcome = Failed(index, error)
        connection.send(outcome)


def _send_stderr_to(log: str) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    sys.stderr.flush()
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _throttled(connection: Connection, index: int) -> Callable[[float], None]:
    last_s = 0.0

    def progress(share: float) -> None:
        nonlocal last_s
        now_s = time.monotonic()
        if now_s - last_s >= _PROGRESS_EVERY_S:
            last_s = now_s
            connection.send(Progressed(index, share))

    return progress
