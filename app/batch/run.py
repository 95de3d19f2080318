"""Scoring many recordings: every finished one is final on disk at once, the summary is valid at any moment."""

from __future__ import annotations

import math
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from app import engine
from app.batch import pool
from app.batch.job import Job, enclosed_of, is_long, score_job
from app.batch.place import Place, place_of
from app.batch.summary import SummaryRow, summary_texts
from app.inputs import Inputs, Task
from app.settings import program_version
from app.texts import Spoken, line_of, pick
from calibration.errors import CameraError
from vision.errors import MediaError, NoPersonError, OutputError, PackError, YitaiError

# Writing all rows after each input costs nothing for a class and hours for ten thousand recordings.
MANY_ROWS = 500
MANY_ROWS_EVERY_S = 5.0
SILENT_S = 900.0  # without a sign of life a worker is taken to hang; drawing and fitting a long recording are silent


class Watcher(Protocol):
    """Somebody who wants to see how the run goes."""

    def started(self, index: int, path: str) -> None:
        """A worker took recording ``index``."""

    def progressed(self, index: int, share: float) -> None:
        """``share`` of recording ``index`` is done."""

    def done(self, index: int, row: SummaryRow, resumed: bool) -> None:
        """Recording ``index`` is final: scored or failed."""


@dataclass(slots=True)
class Batch:
    """A run over many recordings; `rows` is what is done so far."""

    inputs: Inputs
    choices: engine.Choices
    out: Path | str  # a folder, or the URL of one
    jobs: int
    resume: bool
    stop: threading.Event | None = None  # set by another thread: end the workers, keep what is finished
    scheduler: str | None = None  # of a cluster that runs already
    silent_s: float = SILENT_S
    earlier: tuple[SummaryRow, ...] = ()  # of recordings that are not among the inputs: they stay in the summary
    rows: dict[int, SummaryRow] = field(default_factory=dict)
    _run: str = field(default_factory=lambda: secrets.token_hex(8), init=False)
    _written_s: float = field(default=-math.inf, init=False)

    @property
    def total(self) -> int:
        """How many rows the summary will have."""
        return len(self.inputs.tasks) + len(self.inputs.nothing)

    @property
    def place(self) -> Place:
        """Where the reports go."""
        return place_of(self.out)

    def run(self, watcher: Watcher) -> list[SummaryRow]:
        """Score everything; OutputError ends the run, whatever else fails is a row of its own."""
        self.place.prepare()
        for offset, nothing in enumerate(self.inputs.nothing):
            index = len(self.inputs.tasks) + offset
            self._done(index, failed_row(nothing.path, nothing.error, self.choices.language), watcher)
        try:
            for event in self._events():
                self._heed(event, watcher)
        finally:
            self.place.tidy([task.folder for task in self.inputs.tasks])
            with suppress(OutputError):  # on a full disk the last summary stands
                self._write_summary()
        return self.ordered()

    def _events(self) -> Iterator[pool.Event]:
        """What the workers do: a cluster of this machine or of many, or one process where more would be of no use."""
        if self.scheduler is None and not self._worth_a_cluster():
            jobs = [self._job(task, shared=False) for task in self.inputs.tasks]
            yield from pool.run(score_job, jobs, 1, self.stop, silent_s=self.silent_s)
            return
        from app.batch import cluster, crew

        opened = crew.started_here(self.jobs) if self.scheduler is None else crew.joined(self.scheduler)
        with opened as client:
            # Whoever watches a piece of a remote recording fetches all of it: that pays only for workers without one.
            spare = len(self.inputs.tasks) < len(client.nthreads())
            jobs = [self._job(task, shared=spare or task.url is None) for task in self.inputs.tasks]
            yield from cluster.run(score_job, jobs, client, self.silent_s, self.stop)

    def _worth_a_cluster(self) -> bool:
        """Starting one takes two seconds; a single short recording, or one worker, needs none."""
        tasks = self.inputs.tasks
        return self.jobs > 1 and (len(tasks) > 1 or any(task.url or is_long(task.file) for task in tasks))

    def _job(self, task: Task, *, shared: bool) -> Job:
        if self.scheduler is None:
            return Job(task, self.choices, self.out, self.resume, self._run, shared)
        away = task if task.url else replace(task, file=task.file.absolute())
        out = self.out.absolute() if isinstance(self.out, Path) else self.out
        enclosed = enclosed_of(task, self.choices)
        return Job(away, self.choices, out, self.resume, self._run, shared, program_version(), enclosed)

    def ordered(self) -> list[SummaryRow]:
        """The rows so far, in the order of the inputs."""
        return [self.rows[index] for index in sorted(self.rows)]

    def _heed(self, event: pool.Event, watcher: Watcher) -> None:
        task = self.inputs.tasks[event.index]
        match event:
            case pool.Started():
                watcher.started(event.index, task.path)
            case pool.Progressed():
                watcher.progressed(event.index, event.share)
            case pool.Finished():
                self._done(event.index, event.result.row, watcher, resumed=event.result.resumed)
            case pool.Failed():
                if isinstance(event.error, OutputError):
                    raise event.error
                self._done(event.index, failed_row(task.path, event.error, self.choices.language, task), watcher)
            case pool.Died():
                self._keep_log(task, event)
                row = failed_row(task.path, death(task, event), self.choices.language, task)
                self._done(event.index, replace(row, error_code="worker_died"), watcher)
            case pool.Hung():
                row = failed_row(task.path, hanging(task, event), self.choices.language, task)
                self._done(event.index, replace(row, error_code="worker_hung"), watcher)

    def _done(self, index: int, row: SummaryRow, watcher: Watcher, *, resumed: bool = False) -> None:
        self.rows[index] = row
        if len(self.rows) < MANY_ROWS or time.monotonic() - self._written_s > MANY_ROWS_EVERY_S:
            self._write_summary()
        watcher.done(index, row, resumed)

    def _write_summary(self) -> None:
        for name, text in summary_texts(
            [*self.earlier, *self.ordered()], len(self.earlier) + self.total, program_version()
        ).items():
            self.place.write(name, text)
        self._written_s = time.monotonic()

    def _keep_log(self, task: Task, event: pool.Died) -> None:
        """What the worker said last, for whoever repairs the program."""
        if event.log:
            with suppress(OutputError):
                self.place.write(f"{task.folder}.log", event.log)


def hanging(task: Task, event: pool.Hung) -> YitaiError:
    """One line on workers that fell silent."""
    return YitaiError(
        f"{task.path}: no sign of life for {event.silent_s:g} s, {pool.ATTEMPTS} times; given up (--timeout sets that)",
        f"{task.path}：{pool.ATTEMPTS} 次处理均超过 {event.silent_s:g} 秒没有进展，已放弃（可用 --timeout 设置）",
    )


def death(task: Task, event: pool.Died) -> YitaiError:
    """One line on a worker that ended: by a signal (out of memory is one) or by a fault of the program."""
    if event.exit_code < 0:
        en = f"{pool.ATTEMPTS} workers were killed with it (signal {-event.exit_code}); out of memory? try fewer --jobs"
        zh = f"{pool.ATTEMPTS} 个处理进程先后被终止（信号 {-event.exit_code}），可能内存不足，请减小 --jobs"
    else:
        lines = [line for line in event.log.splitlines() if line.strip()]
        last = lines[-1].strip() if lines else f"exit code {event.exit_code}"
        en = f"a fault of the program: {last}"
        zh = f"程序内部错误：{last}"
    return YitaiError(f"{task.path}: {en}", f"{task.path}：{zh}")


ERROR_CODES: tuple[tuple[type[Exception], str], ...] = (
    (MediaError, "media"),
    (NoPersonError, "no_person"),
    (CameraError, "camera"),
    (PackError, "pack"),
)


def failed_row(path: str, error: Spoken, language: str, task: Task | None = None) -> SummaryRow:
    """The row of a recording that could not be scored."""
    code = next((code for kind, code in ERROR_CODES if isinstance(error, kind)), "error")
    zh, en = line_of(error, "zh"), line_of(error, "en")
    zh, en = zh if path in zh else f"{path}：{zh}", en if path in en else f"{path}: {en}"
    return SummaryRow(
        path=path,
        status="failed",
        trainee=task.subject.trainee if task else None,
        standard=task.standard if task else None,
        error_code=code,
        error=pick(language, zh, en),
        error_zh=zh,
        error_en=en,
    )
