"""``summary.csv`` and ``summary.json``: one row for each recording, valid at any moment of a run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from app.exporting.text import runs
from vision.files import atomic_write

SCHEMA = "yitai.summary/1"


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One recording. ``status`` is ``scored`` or ``failed``; a failed one has an error code and one line.

    ``report`` is relative to the folder of the summary; ``passed`` to
    ``not_measured`` count checks; ``unmeasured_share`` is the share of weight
    that could not be measured.
    """

    path: str
    status: str
    trainee: str | None = None
    standard: str | None = None
    drills: tuple[str, ...] = ()
    verdict: str | None = None
    score: float | None = None
    passed: int | None = None
    failed: int | None = None
    uncertain: int | None = None
    not_measured: int | None = None
    unmeasured_share: float | None = None
    report: str | None = None
    html: str | None = None
    error_code: str | None = None
    error: str | None = None
    seconds: float | None = None
    error_zh: str | None = None  # the same line in each language, for pages that speak both
    error_en: str | None = None
    frames: int | None = None  # looked at
    routine: str | None = None  # verdict against the routine that was asked for
    routine_zh: str | None = None  # what is missing, too much or out of order
    routine_en: str | None = None

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SummaryRow:
        """The inverse of `as_json`."""
        known: dict[str, Any] = {item.name: data.get(item.name) for item in fields(cls)}
        return cls(**(known | {"drills": tuple(data["drills"])}))

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "drills": list(self.drills)}


NOT_IN_CSV = ("error_zh", "error_en", "frames", "routine_zh", "routine_en")
COLUMNS = [item.name for item in fields(SummaryRow) if item.name not in NOT_IN_CSV]


def write_summary(folder: Path, rows: Sequence[SummaryRow], total: int, version: str) -> None:
    """Replace both files; ``total`` tells a reader how many rows there will be."""
    for name, text in summary_texts(rows, total, version).items():
        atomic_write(folder / name, text)


def summary_texts(rows: Sequence[SummaryRow], total: int, version: str) -> dict[str, str]:
    """Both files by name."""
    document = {
        "schema": SCHEMA,
        "program": {"version": version},
        "total": total,
        "done": len(rows),
        "inputs": [row.as_json() for row in rows],
    }
    return {
        "summary.json": json.dumps(document, ensure_ascii=False, indent=1) + "\n",
        "summary.csv": _as_csv(rows),
    }


def read_rows(folder: Path) -> list[SummaryRow]:
    """The rows of the summary in a folder; none where there is no summary or it is damaged."""
    try:
        document = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        return [SummaryRow.from_json(row) for row in document["inputs"]]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def _as_csv(rows: Sequence[SummaryRow]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        values = {**row.as_json(), "drills": " ".join(row.drills)}
        writer.writerow({name: _cell(value) for name, value in values.items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    """A name that a spreadsheet would run gets an apostrophe; ``summary.json`` has it as it is."""
    return f"'{value}" if isinstance(value, str) and runs(value) else value
