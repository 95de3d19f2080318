"""Work on a cluster of `dask.distributed`: on this machine's processors, or on many machines.

The same events as `app.batch.pool`, so that whoever watches cannot tell the difference.
A worker that dies is replaced by its nanny and its task is done by another; a
task without a sign of life gets its worker restarted. Whatever took `ATTEMPTS`
workers with it is given up with one clear line. A task may ask for other tasks
to be done first (`app.batch.job.Split`); those go to whoever is free.

What the work came to is told with the signs of life, not left with the worker as dask would: another task may kill
that worker before the result is fetched, and the work would be done again through no fault of its own.
"""

from __future__ import annotations

import logging
import pickle
import queue
import secrets
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from distributed import Client, get_worker
from distributed.scheduler import KilledWorker

from app.batch.job import Split
from app.batch.pool import ATTEMPTS, USER_ERRORS, Died, Event, Failed, Finished, Hung, Progressed, Started, Work
from calibration.errors import CameraError
from vision.errors import YitaiError

log = logging.getLogger(__name__)
PROGRESS_EVERY_S = 0.5
LOOK_EVERY_S = 0.2
PARTS_SHARE = 0.85  # of the work on a long recording
UNLUCKY = 12  # times that a task may be lost with workers that did something else


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What the work came to: a result, or the line of an error that a user can cause."""

    result: Any = None
    error: YitaiError | CameraError | None = None


@dataclass(slots=True)
class _Unit:
    """One thing that a worker does: a task, or a part of one."""

    index: int  # of the task
    work: Work
    task: Any
    future: Any = None
    starts: int = 0
    losses: int = 0
    worker: str | None = None  # who does it
    heard_s: float = 0.0
    share: float = 0.0
    parent: int | None = None
    waits_for: set[int] = field(default_factory=set)  # its parts
    parts: int = 0


def attempt(work: Work, task: Any, unit: int, topic: str) -> None:
    """Do the work and tell of it and of what it came to. Runs in a worker of the cluster."""
    worker = get_worker()
    last_s = time.monotonic()

    def progress(share: float) -> None:
        nonlocal last_s
        now_s = time.monotonic()
        if now_s - last_s >= PROGRESS_EVERY_S:
            last_s = now_s
            worker.log_event(topic, {"unit": unit, "share": float(share)})

    worker.log_event(topic, {"unit": unit, "worker": worker.address})
    try:
        outcome = _Outcome(work(task, progress))
    except USER_ERRORS as error:
        outcome = _Outcome(error=error)
    worker.log_event(topic, {"unit": unit, "outcome": pickle.dumps(outcome)})


class _Run:
    """All units of one run, and what was heard of them. Futures are dask's, whose types are not."""

    def __init__(self, client: Client, silent_s: float) -> None:
        self._client = client
        self._silent_s = silent_s
        self._topic = f"yitai-{secrets.token_hex(6)}"
        self._heard: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._units: dict[int, _Unit] = {}
        self._count = 0
        self._submissions = 0
        self._begun: set[int] = set()
        client.subscribe_topic(self._topic, lambda event: self._heard.put(("told", event[1])))

    def add(self, index: int, work: Work, task: Any, parent: int | None = None) -> int:
        """A further thing to do; its number."""
        number = self._count
        self._count += 1
        self._units[number] = _Unit(index, work, task, parent=parent)
        self._submit(number)
        return number

    def close(self) -> None:
        """Let go of everything."""
        self._client.unsubscribe_topic(self._topic)
        futures = [unit.future for unit in self._units.values() if unit.future is not None]
        if futures and self._client.status == "running":
            self._client.cancel(futures, force=True)

    def events(self, stop: threading.Event | None) -> Iterator[Event]:
        """What happens, until everything is done."""
        looked_s = time.monotonic()
        while self._units:
            if stop is not None and stop.is_set():
                return
            try:
                kind, what = self._heard.get(timeout=LOOK_EVERY_S)
            except queue.Empty:
                kind, what = "", None
            if kind == "told":
                yield from self._told(what)
            elif kind == "ended":
                yield from self._ended(*what)
            if time.monotonic() - looked_s > LOOK_EVERY_S:
                looked_s = time.monotonic()
                yield from self._silent(looked_s)

    def _submit(self, number: int) -> None:
        unit = self._units[number]
        unit.worker = None
        self._submissions += 1
        key = (self._topic, number, self._submissions)
        future = self._client.submit(attempt, unit.work, unit.task, number, self._topic, key=key, pure=False)
        unit.future = future
        future.add_done_callback(lambda done: self._heard.put(("ended", (number, done))))

    def _told(self, message: dict[str, Any]) -> Iterator[Event]:
        unit = self._units.get(message["unit"])
        if unit is None or unit.future is None:
            return
        unit.heard_s = time.monotonic()
        if "outcome" in message:
            yield from self._finished(message["unit"], unit, pickle.loads(message["outcome"]))
            return
        if "share" in message:
            unit.share = message["share"]
            yield Progressed(unit.index, self._share(unit))
            return
        unit.worker = message["worker"]
        unit.starts += 1
        if unit.starts > 1:
            log.info("attempt %d of %d at recording %d", unit.starts, ATTEMPTS, unit.index + 1)
        if unit.starts > ATTEMPTS:  # the scheduler would try on
            yield from self._give_up(message["unit"], Died(unit.index, -9, ""))
        elif unit.index not in self._begun:
            self._begun.add(unit.index)
            yield Started(unit.index)

    def _share(self, unit: _Unit) -> float:
        """How much of the whole task is done when ``unit`` is this far."""
        if unit.parent is None:
            return unit.share if unit.parts == 0 else PARTS_SHARE + (1 - PARTS_SHARE) * unit.share
        parent = self._units[unit.parent]
        done = parent.parts - len(parent.waits_for) + sum(self._units[one].share for one in parent.waits_for)
        return PARTS_SHARE * done / parent.parts

    def _ended(self, number: int, future: Any) -> Iterator[Event]:
        unit = self._units.get(number)
        if unit is None or unit.future is not future:
            return
        if future.status == "finished":  # what it came to is told before this, on the same way
            return
        if future.status == "error":
            error = future.exception()
            if isinstance(error, KilledWorker | MemoryError):
                yield from self._lost(number, unit)
            else:
                text = "".join(traceback.format_exception(error))
                yield from self._give_up(number, Died(unit.index, 1, text))
        else:
            raise YitaiError(
                "the cluster's scheduler went away; what is finished stays, --resume goes on",
                "集群调度器已断开；已完成的结果保留，可用 --resume 继续",
            )

    def _finished(self, number: int, unit: _Unit, outcome: _Outcome) -> Iterator[Event]:
        if outcome.error is not None:
            yield from self._give_up(number, Failed(unit.index, outcome.error))
        elif isinstance(outcome.result, Split):
            unit.future, unit.worker, unit.parts = None, None, len(outcome.result.tasks)
            for task in outcome.result.tasks:
                unit.waits_for.add(self.add(unit.index, outcome.result.work, task, number))
        elif unit.parent is not None:
            del self._units[number]
            parent = self._units[unit.parent]
            parent.waits_for.discard(number)
            if not parent.waits_for:
                parent.starts = 0
                self._submit(unit.parent)
        else:
            del self._units[number]
            yield Finished(unit.index, outcome.result)

    def _lost(self, number: int, unit: _Unit) -> Iterator[Event]:
        """The scheduler gave a task up: try again, unless it is the task that kills workers."""
        unit.losses += 1
        log.info("recording %d was lost with its worker", unit.index + 1)
        if unit.starts >= ATTEMPTS or unit.losses > UNLUCKY:
            yield from self._give_up(number, Died(unit.index, -9, ""))
        else:
            self._submit(number)

    def _give_up(self, number: int, event: Event) -> Iterator[Event]:
        """End a task with everything that belongs to it."""
        unit = self._units[number]
        root = number if unit.parent is None else unit.parent
        gone = [root, *self._units[root].waits_for]
        futures = [self._units[one].future for one in gone if one in self._units]
        self._client.cancel([future for future in futures if future is not None], force=True)
        for one in gone:
            self._units.pop(one, None)
        yield event

    def _silent(self, now_s: float) -> Iterator[Event]:
        """Restart workers that have shown no sign of life for too long."""
        for number, unit in list(self._units.items()):
            if unit.worker is None or now_s - unit.heard_s < self._silent_s:
                continue
            address, unit.worker = unit.worker, None
            log.warning("%s was silent for %g s and is replaced", address, self._silent_s)
            if unit.starts >= ATTEMPTS:
                yield from self._give_up(number, Hung(unit.index, self._silent_s))
            threading.Thread(target=self._restart, args=(address,), name="restart worker", daemon=True).start()

    def _restart(self, address: str) -> None:
        try:
            self._client.restart_workers([address], timeout=60, raise_for_error=False)
        except (OSError, ValueError, TimeoutError):  # gone already: what was to be reached
            return


def run(
    work: Work, tasks: Sequence[Any], client: Client, silent_s: float, stop: threading.Event | None = None
) -> Iterator[Event]:
    """Do ``work(task, progress)`` for every task on a cluster; events come as they happen.

    A task that is silent for ``silent_s`` is begun again elsewhere. Closing the iterator, or ``stop``, lets go
    of everything that is not done.
    """
    heard = _Run(client, silent_s)
    try:
        for index, task in enumerate(tasks):
            heard.add(index, work, task)
        yield from heard.events(stop)
    finally:
        heard.close()
