"""Everything as JSON (``yitai.export/1``): the program's report as it is, the trainer's layer, and what both come to.

``export.schema.json`` beside this file describes it for other programs.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from app.exporting.gather import Collection, Item, Line
from app.library.layer import Entry
from app.settings import program_version
from vision.report.jsonform import score_json, to_json

SCHEMA = "yitai.export/1"


def schema() -> dict[str, Any]:
    """The JSON Schema of `export_json`."""
    document: dict[str, Any] = json.loads((files("app.exporting") / "export.schema.json").read_text("utf-8"))
    return document


def export_json(collection: Collection, created: str) -> str:
    """The document as text; ``created`` is an ISO 8601 time."""
    overridden = [line for line in collection.lines() if line.override is not None]
    document = {
        "schema": SCHEMA,
        "created": created,
        "program": {"version": program_version()},
        "kind": collection.kind.value,
        "name": collection.name,
        "takes": [
            _take(item, [line for line in overridden if line.take == number])
            for number, item in enumerate(collection.items, start=1)
        ],
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _take(item: Item, overridden: list[Line]) -> dict[str, Any]:
    reviewed, layer = item.reviewed, item.layer
    return {
        "id": item.id,
        "title": item.title,
        "created": item.created,
        "report": to_json(item.report),
        "review": {
            "overrides": [_override(line) for line in overridden],
            "comments": [_entry(entry) for _, entry in layer.comments],
            "ticks": [_entry(entry) for entry in layer.ticks.values()],
            "signed": None if layer.signed is None else _entry(layer.signed),
            "log": [_entry(entry) for entry in layer.entries],
        },
        "after_review": {
            "overall": score_json(reviewed.overall),
            "segments": [None if one.score is None else score_json(one.score) for one in reviewed.segments],
        },
    }


def _override(line: Line) -> dict[str, Any]:
    entry = line.override
    assert entry is not None
    return {
        "segment": line.number,
        "rule": line.check.rule,
        "program": line.check.verdict.value,
        "trainer": line.counts_as.value,
        "who": entry.who,
        "when": entry.when,
        "reason": entry.text,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in asdict(entry).items() if value not in (None, "")}
