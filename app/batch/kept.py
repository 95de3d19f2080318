"""Batches of the page: a folder each, with what was asked, the recordings that were sent, and the reports.

``BATCH/batch.json`` says what was asked, so that a batch can go on after a
restart; ``BATCH/recordings`` holds what was uploaded; ``BATCH/reports`` is what
``yitai score --out`` would have made.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.batch.summary import SummaryRow, read_rows
from app.engine import Choices
from app.files import is_plain_name, remove, writing_to
from app.inputs import Inputs, Nothing, Task
from app.places import Places
from vision.errors import MediaError, UsageError
from vision.files import atomic_write
from vision.types import Drill, Subject

SCHEMA = "yitai.batch/1"
ASKED_FILE = "batch.json"
LISTED = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What a batch is made of. ``title``: "" where its recordings name it; ``created``: ISO 8601, local time."""

    title: str
    created: str
    inputs: Inputs
    choices: Choices


@dataclass(frozen=True, slots=True)
class Outcome:
    """What lies on disk of a batch: the rows so far of ``total``."""

    rows: tuple[SummaryRow, ...]
    total: int

    @property
    def complete(self) -> bool:
        """Whether every recording has a row."""
        return len(self.rows) >= self.total


@dataclass(frozen=True, slots=True)
class Kept:
    """A batch on disk."""

    id: str
    folder: Path
    asked: Asked

    @property
    def reports(self) -> Path:
        """Where the report folders and the summary lie."""
        return self.folder / "reports"

    @property
    def recordings(self) -> Path:
        """Where uploaded recordings lie."""
        return self.folder / "recordings"

    @property
    def summary(self) -> Path:
        """The summary as JSON, for programs."""
        return self.reports / "summary.json"

    @property
    def table(self) -> Path:
        """The summary as CSV, for spreadsheets."""
        return self.reports / "summary.csv"

    @property
    def archive(self) -> Path:
        """Everything in one file, where somebody asked for it."""
        return self.folder / f"yitai-{self.id}.zip"

    @property
    def outcome(self) -> Outcome:
        """The rows so far; none where nothing was finished yet."""
        total = len(self.asked.inputs.tasks) + len(self.asked.inputs.nothing)
        return Outcome(_rows_at(self.summary, _stamp(self.summary)), total)


def new_folder(places: Places, now: datetime) -> Path:
    """An empty folder for a batch; OutputError when the disk refuses."""
    folder = places.batches / f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    with writing_to(folder):
        folder.mkdir(parents=True)
    return folder


def take_in(folder: Path, uploaded: Sequence[Path]) -> tuple[Path, ...]:
    """Move uploaded files into a batch; names that meet twice get a number."""
    goal = folder / "recordings"
    moved = []
    with writing_to(goal):
        goal.mkdir(exist_ok=True)
        for file in uploaded:
            final = _free(goal / file.name)
            file.rename(final)
            remove(file.parent)
            moved.append(final)
    return tuple(moved)


def _free(path: Path) -> Path:
    candidate, count = path, 1
    while candidate.exists():
        count += 1
        candidate = path.with_stem(f"{path.stem}-{count}")
    return candidate


def named(inputs: Inputs, folder: Path) -> Inputs:
    """The inputs with uploaded recordings called by their own names, not by where they lie here."""
    inside = folder / "recordings"
    tasks = (replace(task, path=task.file.name) if task.file.is_relative_to(inside) else task for task in inputs.tasks)
    return Inputs(tuple(tasks), inputs.nothing)


def keep(folder: Path, asked: Asked) -> Kept:
    """Write down what was asked; OutputError when the disk refuses."""
    document = {
        "schema": SCHEMA,
        "title": asked.title,
        "created": asked.created,
        "choices": _choices_json(asked.choices),
        "tasks": [_task_json(task, folder) for task in asked.inputs.tasks],
        "nothing": [{"path": one.path, "zh": one.error.zh, "en": one.error.en} for one in asked.inputs.nothing],
    }
    atomic_write(folder / ASKED_FILE, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return Kept(folder.name, folder, asked)


def list_kept(places: Places) -> tuple[Kept, ...]:
    """The newest batches first; folders that hold none are left out."""
    folders = sorted(places.batches.iterdir(), reverse=True) if places.batches.is_dir() else []
    found = (_kept(folder) for folder in folders[:LISTED])
    return tuple(kept for kept in found if kept is not None)


def find_kept(places: Places, batch_id: str) -> Kept | None:
    """The batch of that id; None when there is none."""
    return _kept(places.batches / batch_id) if is_plain_name(batch_id) else None


def forget(kept: Kept) -> None:
    """Remove a batch with its recordings and reports."""
    remove(kept.folder)


def _kept(folder: Path) -> Kept | None:
    path = folder / ASKED_FILE
    try:
        asked = _asked_at(path, _stamp(path))
    except UsageError:
        return None
    return Kept(folder.name, folder, asked)


def _stamp(path: Path) -> tuple[int, int]:
    """Time of the last change (ns) and size; zeros when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=256)
def _asked_at(path: Path, stamp: tuple[int, int]) -> Asked:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise ValueError(document["schema"])
        tasks = tuple(_task(entry, path.parent) for entry in document["tasks"])
        nothing = tuple(Nothing(one["path"], MediaError(one["en"], one["zh"])) for one in document["nothing"])
        return Asked(document["title"], document["created"], Inputs(tasks, nothing), _choices(document["choices"]))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(f"{path}: holds no batch ({error})", f"{path}：不是批量任务（{error}）") from error


@lru_cache(maxsize=64)
def _rows_at(path: Path, stamp: tuple[int, int]) -> tuple[SummaryRow, ...]:
    return tuple(read_rows(path.parent))


def _task_json(task: Task, folder: Path) -> dict[str, Any]:
    inside = task.file.is_relative_to(folder)
    return {
        **asdict(task),
        "file": task.file.relative_to(folder).as_posix() if inside else str(task.file.absolute()),
        "calibration": str(task.calibration.absolute()) if task.calibration else None,
    }


def _task(entry: dict[str, Any], folder: Path) -> Task:
    return Task(
        path=entry["path"],
        file=folder / entry["file"],
        folder=entry["folder"],
        subject=Subject(**entry["subject"]),
        standard=entry["standard"],
        calibration=Path(entry["calibration"]) if entry["calibration"] else None,
        drill=Drill(entry["drill"]) if entry["drill"] else None,
        url=entry.get("url"),
    )


def _choices_json(choices: Choices) -> dict[str, Any]:
    return {
        **asdict(choices),
        "formats": sorted(choices.formats),
        "neutral": str(choices.neutral.absolute()) if choices.neutral else None,
    }


def _choices(entry: dict[str, Any]) -> Choices:
    neutral = Path(entry["neutral"]) if entry["neutral"] else None
    return Choices(**{**entry, "formats": frozenset(entry["formats"]), "neutral": neutral})


def contents(kept: Kept) -> Iterator[Path]:
    """Every file that belongs into the archive, sorted; unfinished folders are left out."""
    for path in sorted(kept.reports.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(kept.reports).parts)
        if path.is_file() and not hidden:
            yield path
