"""Worker processes that may die without taking the run with them.

`concurrent.futures` gives up every pending task when one worker is killed; here
each worker has its own pipe and a dead one is replaced. The task it held is
begun again, `ATTEMPTS` times in all; only then is it lost, with the last line
the worker said. A bug ends its worker, too, and at once: its traceback goes to
the worker's own log, never to the terminal.

Native libraries write to the file descriptor of stderr; a worker's stderr is
therefore that log, and the parent's terminal stays clean.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from app.settings import prepare_for_workers
from calibration.errors import CameraError
from vision.errors import YitaiError

Work = Callable[[Any, Callable[[float], None]], Any]
USER_ERRORS = (YitaiError, CameraError)
ATTEMPTS = 3  # workers that may die or hang with a task before it is given up
_BUG = 1  # exit code of a worker that met an exception: it would meet it again
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


@dataclass(frozen=True, slots=True)
class Hung:
    """Workers held this task for ``silent_s`` without a sign of life and were ended."""

    index: int
    silent_s: float


Event = Started | Progressed | Finished | Failed | Died | Hung


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    log: Path
    held: int | None = field(default=None)
    heard_s: float = 0.0


@dataclass(slots=True)
class _Queue:
    """What is to be done, and how often each was begun."""

    work: Work
    tasks: Sequence[Any]
    waiting: deque[int]
    silent_s: float
    begun: Counter[int] = field(default_factory=Counter)

    def may_try_again(self, index: int) -> bool:
        return self.begun[index] < ATTEMPTS


def run(
    work: Work,
    tasks: Sequence[Any],
    jobs: int,
    stop: threading.Event | None = None,
    *,
    silent_s: float = math.inf,
) -> Iterator[Event]:
    """Do ``work(task, progress)`` for every task; events come as they happen.

    ``work`` and the tasks are pickled: a function of a module, plain values.
    Closing the iterator, or an exception in the caller, ends the workers; so
    does ``stop`` when another thread sets it, and no further event comes then.
    A task whose worker died, or was silent for ``silent_s``, is begun again.
    """
    prepare_for_workers()
    todo = _Queue(work, tasks, deque(range(len(tasks))), silent_s)
    patience_s = None if stop is None and math.isinf(silent_s) else _HEED_STOP_EVERY_S
    workers: list[_Worker] = []
    with tempfile.TemporaryDirectory(prefix="yitai-") as folder:
        try:
            for number in range(min(jobs, len(tasks))):
                workers.append(_start(work, Path(folder) / f"{number}.log"))
            for worker in workers:
                yield from _hand_out(worker, todo)
            while any(worker.held is not None for worker in workers):
                if stop is not None and stop.is_set():
                    return
                yield from _next_events(workers, todo, patience_s)
        finally:
            _end(workers)


def _hand_out(worker: _Worker, todo: _Queue) -> Iterator[Event]:
    """Give an idle worker its next task, if there is one."""
    if not todo.waiting:
        return
    worker.held = todo.waiting.popleft()
    worker.heard_s = time.monotonic()
    todo.begun[worker.held] += 1
    try:
        worker.connection.send((worker.held, todo.tasks[worker.held]))
    except (BrokenPipeError, ConnectionResetError):
        return  # it died while idle: the next wait sees the closed pipe
    if todo.begun[worker.held] == 1:
        yield Started(worker.held)


def _next_events(workers: list[_Worker], todo: _Queue, patience_s: float | None) -> Iterator[Event]:
    """What the busy workers said; nothing when they were silent for ``patience_s``."""
    by_connection = {worker.connection: worker for worker in workers if worker.held is not None}
    for ready in wait(list(by_connection), patience_s):
        worker = by_connection[ready]  # type: ignore[index]  # only connections were asked for
        try:
            event = worker.connection.recv()
        except (EOFError, ConnectionResetError):
            yield from _lost(_buried(worker), worker, todo)
            continue
        worker.heard_s = time.monotonic()
        if not isinstance(event, Progressed):
            worker.held = None
        yield event
        if worker.held is None:
            yield from _hand_out(worker, todo)
    for worker in workers:
        if worker.held is not None and time.monotonic() - worker.heard_s > todo.silent_s:
            worker.process.kill()
            died = _buried(worker)
            yield from _lost(Hung(died.index, todo.silent_s), worker, todo)


def _lost(end: Died | Hung, worker: _Worker, todo: _Queue) -> Iterator[Event]:
    """Replace a worker; its task is begun again, or given up."""
    bug = isinstance(end, Died) and end.exit_code == _BUG
    if not bug and todo.may_try_again(end.index):
        todo.waiting.appendleft(end.index)
    else:
        yield end
    _replace(todo.work, worker)
    yield from _hand_out(worker, todo)


def _buried(worker: _Worker) -> Died:
    worker.connection.close()
    worker.process.join(_GRACE_S)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()
    assert worker.held is not None
    log = worker.log.read_text(encoding="utf-8", errors="replace") if worker.log.exists() else ""
    return Died(worker.held, worker.process.exitcode or 0, log)


def _replace(work: Work, dead: _Worker) -> None:
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
