"""Which recordings are done already: same content, same standard, same program, same options.

A report folder holds ``run.json``: what it was made from, and its summary row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from app import remote
from app.batch.place import MARKER as FILE
from app.batch.place import LocalPlace, Place
from app.batch.summary import SummaryRow
from app.engine import Choices, content_hash, pack_hash
from app.inputs import Task
from app.settings import program_version
from vision.files import atomic_write

SCHEMA = "yitai.run/1"
__all__ = ["FILE", "finished_row", "made_by", "note_run", "options_hash"]


def options_hash(task: Task, choices: Choices) -> str:
    """Hash of everything but the recording's content that a report depends on."""
    wanted = {
        "program": program_version(),
        "pack": pack_hash(task.standard),
        "camera": content_hash(task.calibration) if task.calibration else None,
        "subject": asdict(task.subject),
        "drill": task.drill,
        **asdict(choices),
        "formats": sorted(choices.formats),
        "neutral": content_hash(choices.neutral) if choices.neutral else None,
    }
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()


def note_run(
    folder: Path, options: str, content: str, row: SummaryRow, *, run: str = "", mark: str | None = None
) -> None:
    """Leave in a report folder what `finished_row` asks for.

    ``run`` names the run that made it; ``mark`` is what the keeper of a remote recording tells of its content.
    """
    document = {
        "schema": SCHEMA, "options": options, "content": content, "row": row.as_json(), "run": run, "mark": mark
    }  # fmt: skip
    atomic_write(folder / FILE, json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def made_by(folder: Place, run: str) -> SummaryRow | None:
    """The row where this very run has finished the folder already: its worker died before it could say so."""
    try:
        document = json.loads(folder.read(FILE) or "")
        return SummaryRow.from_json(document["row"]) if document["run"] == run else None
    except (ValueError, TypeError, KeyError):
        return None


def finished_row(
    folder: Path | Place, task: Task, options: str, file_of: Callable[[Task], Path] | None = None
) -> SummaryRow | None:
    """The row of an earlier run that would come out the same, or None.

    ``file_of`` fetches a remote recording; only where its keeper tells of a change.
    """
    place = LocalPlace(folder) if isinstance(folder, Path) else folder
    try:
        document = json.loads(place.read(FILE) or "")
        same = document["schema"] == SCHEMA and document["options"] == options
        row = SummaryRow.from_json(document["row"])
        content, mark = document["content"], document.get("mark")
    except (ValueError, TypeError, KeyError):  # no run, or one that was tampered with: do it again
        return None
    if not same or not place.has("report.json"):
        return None
    if task.url is not None and mark == remote.fingerprint(task.url):
        return row
    file = task.file if file_of is None else file_of(task)
    return row if file.is_file() and content_hash(file) == content else None
