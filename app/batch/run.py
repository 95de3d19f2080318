"""Scoring many recordings: every finished one is final on disk at once, the summary is valid at any moment."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from app import engine
from app.batch import pool
from app.batch.resume import finished_row, note_run, options_hash
from app.batch.summary import SummaryRow, write_summary
from app.files import part_folder, remove, replace_folder, writing_to
from app.inputs import Inputs, Task
from app.settings import program_version
from app.texts import Spoken, line_of, pick
from calibration.errors import CameraError
from vision.errors import MediaError, NoPersonError, OutputError, PackError, YitaiError

# Writing all rows after each input costs nothing for a class and hours for ten thousand recordings.
MANY_ROWS = 500
MANY_ROWS_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs for one recording."""

    task: Task
    choices: engine.Choices
    out: Path
    resume: bool


@dataclass(frozen=True, slots=True)
class Result:
    """A row, and whether an earlier run had made it."""

    row: SummaryRow
    resumed: bool


class Watcher(Protocol):
    """Somebody who wants to see how the run goes."""

    def started(self, index: int, path: str) -> None:
        """A worker took recording ``index``."""

    def progressed(self, index: int, share: float) -> None:
        """``share`` of recording ``index`` is done."""

    def done(self, index: int, row: SummaryRow, resumed: bool) -> None:
        """Recording ``index`` is final: scored or failed."""


def score_job(job: Job, progress: Callable[[float], None]) -> Result:
    """Score one recording into its final folder, or find it done. Runs in a worker."""
    task, final = job.task, job.out / job.task.folder
    options = options_hash(task, job.choices)
    if job.resume and (row := finished_row(final, task, options)):
        return Result(replace(row, path=task.path), resumed=True)
    part = part_folder(final)
    try:
        remove(part)
        scored = engine.score(task, job.choices, part, progress)
        row = _in_folder(scored.row, task.folder)
        note_run(part, options, scored.sha256, row)
        with writing_to(final):
            replace_folder(part, final)
    finally:
        remove(part)
    return Result(row, resumed=False)


def _in_folder(row: SummaryRow, folder: str) -> SummaryRow:
    """The row with its report files named as seen from the summary."""
    report, html = (f"{folder}/{name}" if name else None for name in (row.report, row.html))
    return replace(row, report=report, html=html)


@dataclass(slots=True)
class Batch:
    """A run over many recordings; `rows` is what is done so far."""

    inputs: Inputs
    choices: engine.Choices
    out: Path
    jobs: int
    resume: bool
    stop: threading.Event | None = None  # set by another thread: end the workers, keep what is finished
    rows: dict[int, SummaryRow] = field(default_factory=dict)
    _written_s: float = field(default=-math.inf, init=False)

    @property
    def total(self) -> int:
        """How many rows the summary will have."""
        return len(self.inputs.tasks) + len(self.inputs.nothing)

    def run(self, watcher: Watcher) -> list[SummaryRow]:
        """Score everything; OutputError ends the run, whatever else fails is a row of its own."""
        with writing_to(self.out):
            self.out.mkdir(parents=True, exist_ok=True)
        for offset, nothing in enumerate(self.inputs.nothing):
            index = len(self.inputs.tasks) + offset
            self._done(index, failed_row(nothing.path, nothing.error, self.choices.language), watcher)
        work = [Job(task, self.choices, self.out, self.resume) for task in self.inputs.tasks]
        try:
            for event in pool.run(score_job, work, self.jobs, self.stop):
                self._heed(event, watcher)
        finally:
            for task in self.inputs.tasks:
                remove(part_folder(self.out / task.folder))
            with suppress(OutputError):  # on a full disk the last summary stands
                self._write_summary()
        return self.ordered()

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

    def _done(self, index: int, row: SummaryRow, watcher: Watcher, *, resumed: bool = False) -> None:
        self.rows[index] = row
        if len(self.rows) < MANY_ROWS or time.monotonic() - self._written_s > MANY_ROWS_EVERY_S:
            self._write_summary()
        watcher.done(index, row, resumed)

    def _write_summary(self) -> None:
        write_summary(self.out, self.ordered(), self.total, program_version())
        self._written_s = time.monotonic()

    def _keep_log(self, task: Task, event: pool.Died) -> None:
        """What the worker said last, for whoever repairs the program."""
        with suppress(OSError):
            (self.out / f"{task.folder}.log").write_text(event.log, encoding="utf-8")


def death(task: Task, event: pool.Died) -> YitaiError:
    """One line on a worker that ended: by a signal (out of memory is one) or by a fault of the program."""
    if event.exit_code < 0:
        en = f"its worker was killed (signal {-event.exit_code}); out of memory? try fewer --jobs"
        zh = f"处理进程被终止（信号 {-event.exit_code}），可能内存不足，请减小 --jobs"
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
