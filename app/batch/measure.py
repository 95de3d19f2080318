"""Raw measurements of many recordings as JSON lines, in the order of the inputs."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from app import engine
from app.batch import pool
from app.batch.job import file_of
from app.batch.run import Watcher, death, failed_row, hanging
from app.batch.summary import SummaryRow
from app.files import writing_to
from app.inputs import Inputs, Task


@dataclass(frozen=True, slots=True)
class MeasureJob:
    """What a worker needs for one recording; its lines go to ``lines``."""

    task: Task
    choices: engine.Choices
    lines: Path


def measure_job(job: MeasureJob, progress: Callable[[float], None]) -> int:
    """Write the lines of one recording and count them. Runs in a worker."""
    count = 0
    task = replace(job.task, file=file_of(job.task), url=None)
    with writing_to(job.lines), job.lines.open("w", encoding="utf-8") as file:
        for line in engine.measure(task, job.choices, progress):
            file.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")
            count += 1
    return count


def measure_all(inputs: Inputs, choices: engine.Choices, jobs: int, out: TextIO, watcher: Watcher) -> int:
    """Write every recording's lines to ``out`` in order; how many recordings could not be measured."""
    failures = len(inputs.nothing)
    for offset, nothing in enumerate(inputs.nothing):
        row = failed_row(nothing.path, nothing.error, choices.language)
        watcher.done(len(inputs.tasks) + offset, row, resumed=False)
    with tempfile.TemporaryDirectory(prefix="yitai-") as folder:
        work = [MeasureJob(task, choices, Path(folder) / f"{n}.jsonl") for n, task in enumerate(inputs.tasks)]
        ended: set[int] = set()
        following = 0
        for index, failure in _ends(work, choices.language, jobs, watcher):
            ended.add(index)
            failures += failure is not None
            watcher.done(index, failure or SummaryRow(inputs.tasks[index].path, "measured"), resumed=False)
            while following in ended:
                _pass_on(work[following].lines, out)
                following += 1
    return failures


def _ends(
    work: list[MeasureJob], language: str, jobs: int, watcher: Watcher
) -> Iterator[tuple[int, SummaryRow | None]]:
    """Index of each recording that ended, and the row that says why it could not be measured."""
    for event in pool.run(measure_job, work, jobs):
        task = work[event.index].task
        match event:
            case pool.Started():
                watcher.started(event.index, task.path)
            case pool.Progressed():
                watcher.progressed(event.index, event.share)
            case pool.Finished():
                yield event.index, None
            case pool.Failed():
                work[event.index].lines.unlink(missing_ok=True)
                yield event.index, failed_row(task.path, event.error, language, task)
            case pool.Died():
                work[event.index].lines.unlink(missing_ok=True)
                yield event.index, failed_row(task.path, death(task, event), language, task)
            case pool.Hung():
                work[event.index].lines.unlink(missing_ok=True)
                yield event.index, failed_row(task.path, hanging(task, event), language, task)


def _pass_on(lines: Path, out: TextIO) -> None:
    """Copy a recording's lines, if it has any, and forget them."""
    if not lines.exists():
        return
    with lines.open(encoding="utf-8") as file:
        shutil.copyfileobj(file, out)
    lines.unlink()
