"""Which recordings are done already: same content, same standard, same program, same options.

A report folder holds ``run.json``: what it was made from, and its summary row.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from app.batch.summary import SummaryRow
from app.engine import Choices, content_hash, pack_hash
from app.inputs import Task
from app.settings import program_version
from vision.files import atomic_write

SCHEMA = "yitai.run/1"
FILE = "run.json"


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


def note_run(folder: Path, options: str, content: str, row: SummaryRow) -> None:
    """Leave in a report folder what `finished_row` asks for."""
    document = {"schema": SCHEMA, "options": options, "content": content, "row": row.as_json()}
    atomic_write(folder / FILE, json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def finished_row(folder: Path, task: Task, options: str) -> SummaryRow | None:
    """The row of an earlier run that would come out the same, or None."""
    try:
        document = json.loads((folder / FILE).read_text(encoding="utf-8"))
        same = document["schema"] == SCHEMA and document["options"] == options
        row = SummaryRow.from_json(document["row"])
        content = document["content"]
    except (OSError, ValueError, TypeError, KeyError):  # no run, or one that was tampered with: do it again
        return None
    if not same or not (folder / "report.json").is_file() or not task.file.is_file():
        return None
    return row if content_hash(task.file) == content else None
