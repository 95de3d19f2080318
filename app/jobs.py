"""Batches that run in the background of the page: started, watched, cancelled; a bounded number at once.

Each job is a thread that drives `app.batch.run.Batch`, whose workers are
processes of their own. What a page sees of a job is an immutable snapshot.
"""

from __future__ import annotations

import atexit
import os
import secrets
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from app import engine
from app.batch.run import Batch
from app.batch.summary import SummaryRow
from app.inputs import Inputs
from calibration.errors import CameraError
from vision.errors import YitaiError

ENDED_KEPT = 50  # ended jobs that a page can still ask for; what they made lies on disk anyway
NICENESS = 10
LEAVE_S = 5.0  # how long the end of the server waits for workers to end


@dataclass(frozen=True, slots=True)
class JobState:
    """How a job stands. ``rows`` are in the order of the inputs; ``error`` ended it before its time."""

    total: int
    done: int = 0
    rows: tuple[SummaryRow, ...] = ()
    running: tuple[tuple[str, float], ...] = ()  # path and share 0..1 of what workers hold
    waiting: bool = True  # other jobs go first
    finished: bool = False
    cancelled: bool = False
    error: YitaiError | CameraError | None = None
    seconds_left: float | None = None  # None while nothing can be said

    @property
    def share(self) -> float:
        """0..1 of the whole, with the parts of recordings that are being scored."""
        if self.total == 0:
            return 1.0 if self.finished else 0.0
        return min(1.0, (self.done + sum(share for _, share in self.running)) / self.total)


@dataclass(slots=True)
class _Watch:
    """Collects what a batch tells; asked from other threads."""

    total: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    rows: dict[int, SummaryRow] = field(default_factory=dict)
    shares: dict[int, tuple[str, float]] = field(default_factory=dict)
    scored_here: int = 0  # neither resumed nor failed: what the time left is told from
    started_s: float | None = None

    def started(self, index: int, path: str) -> None:
        with self.lock:
            if self.started_s is None:
                self.started_s = time.monotonic()
            self.shares[index] = (path, 0.0)

    def progressed(self, index: int, share: float) -> None:
        with self.lock:
            self.shares[index] = (self.shares[index][0], min(1.0, max(0.0, share)))

    def done(self, index: int, row: SummaryRow, resumed: bool) -> None:
        with self.lock:
            self.shares.pop(index, None)
            self.rows[index] = row
            self.scored_here += row.status == "scored" and not resumed

    def state(self) -> JobState:
        with self.lock:
            rows = tuple(self.rows[index] for index in sorted(self.rows))
            running = tuple(self.shares[index] for index in sorted(self.shares))
            worked = self.scored_here + sum(share for _, share in running)
        begun = self.started_s
        state = JobState(self.total, len(rows), rows, running)
        if begun is None or worked < 0.1:
            return state
        left = self.total - len(rows) - sum(share for _, share in running)
        return replace(state, seconds_left=(time.monotonic() - begun) * left / worked)


@dataclass(slots=True)
class _Job:
    batch: Batch
    stop: threading.Event
    watch: _Watch
    thread: threading.Thread | None = None
    finished: bool = False
    error: YitaiError | CameraError | None = None

    def run(self) -> None:
        """Everything of the job; what a user can cause becomes its error."""
        step_back()
        self.error = _fault()
        try:
            engine.check_beforehand(self.batch.inputs.tasks, self.batch.choices.neutral)
            self.batch.run(self.watch)
            self.error = None
        except (YitaiError, CameraError) as error:
            self.error = error

    def state(self) -> JobState:
        ended = self.finished
        seen = self.watch.state()
        return replace(
            seen,
            running=() if ended else seen.running,
            waiting=self.thread is None and not ended,
            finished=ended,
            cancelled=self.stop.is_set() and (not ended or seen.done < seen.total),
            error=self.error if ended else None,
            seconds_left=None if ended else seen.seconds_left,
        )


def step_back() -> None:
    """Let the page and the live view go first: Linux gives a thread's priority to the processes it starts."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, 0, max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))


def _fault() -> YitaiError:
    return YitaiError(
        "a fault of the program ended the batch; the server's log says more",
        "程序内部错误，批量已中止；详情见服务器日志",
    )


class JobBoard:
    """The jobs of a server. At most ``at_once`` run; the others wait in the order of their start."""

    def __init__(self, at_once: int = 1) -> None:
        self._at_once = at_once
        self._lock = threading.Lock()
        self._jobs: dict[str, _Job] = {}
        atexit.register(self.leave)

    def start(self, inputs: Inputs, choices: engine.Choices, out: Path, jobs: int, job_id: str | None = None) -> str:
        """Score ``inputs`` into ``out`` with ``jobs`` workers, skipping what is done there; the job's id.

        A job of that id which still runs is left as it is; an ended one is replaced.
        """
        stop = threading.Event()
        batch = Batch(inputs, choices, out, jobs, resume=True, stop=stop)
        name = job_id or secrets.token_hex(6)
        with self._lock:
            there = self._jobs.pop(name, None)
            if there is not None and not there.finished:
                self._jobs[name] = there
                return name
            self._jobs[name] = _Job(batch, stop, _Watch(batch.total))
            self._forget()
            self._advance()
        return name

    def state(self, job_id: str) -> JobState | None:
        """How the job stands; None for one that this server never ran (or forgot)."""
        job = self._jobs.get(job_id)
        return None if job is None else job.state()

    def cancel(self, job_id: str) -> None:
        """End the job's workers; what is finished stays."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None or job.finished:
                return
            job.stop.set()
            job.finished = job.thread is None

    def running(self) -> tuple[str, ...]:
        """The ids of jobs that run or wait."""
        return tuple(name for name, job in list(self._jobs.items()) if not job.finished)

    def leave(self) -> None:
        """End all jobs: the server stops."""
        with self._lock:
            jobs = list(self._jobs.values())
            for job in jobs:
                job.stop.set()
        until = time.monotonic() + LEAVE_S
        for job in jobs:
            if job.thread is not None:
                job.thread.join(max(0.0, until - time.monotonic()))

    def _advance(self) -> None:
        """Start the next waiting jobs; the lock is held."""
        free = self._at_once - sum(job.thread is not None and not job.finished for job in self._jobs.values())
        for job in [job for job in self._jobs.values() if job.thread is None and not job.stop.is_set()][:free]:
            job.thread = threading.Thread(target=self._run, args=(job,), name="batch", daemon=True)
            job.thread.start()

    def _run(self, job: _Job) -> None:
        try:
            job.run()
        finally:
            with self._lock:
                job.finished = True
                self._advance()

    def _forget(self) -> None:
        ended = [name for name, job in self._jobs.items() if job.finished]
        for name in ended[:-ENDED_KEPT]:
            del self._jobs[name]
