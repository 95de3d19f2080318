"""A person's name in what others keep: replaced, in rows and in the files that the rows are read from again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select

from app.batch.kept import ASKED_FILE
from app.batch.summary import read_rows, write_summary
from app.files import remove
from app.library.layer import LAYER_FILE
from app.library.records import CARD_FILE, read_card, write_card
from app.places import Places
from app.privacy.holdings import BatchPart, read_json
from app.privacy.people import Someone
from app.privacy.search import Wanted, names_in, pattern
from app.settings import program_version
from app.store.database import Store
from app.store.media import media_lock
from app.store.schema import Audit, Note, Recording, Retention
from vision.files import atomic_write


@dataclass(frozen=True, slots=True)
class Removed:
    """A thing that went. ``sha256`` is of a file's content."""

    kind: str  # take, file, rows or words
    name: str
    bytes: int = 0
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Redaction:
    """Whose name goes, how it is recognised, and what stands in its place."""

    person: Someone
    wanted: Wanted
    stand_in: str

    def of(self, text: str) -> str:
        """The text without the name."""
        if not names_in(text, self.wanted):
            return text
        held = {f"\0{number}\0": other for number, other in enumerate(self.wanted.others)}
        for mark, other in held.items():
            text = text.replace(other, mark)
        for name in self.person.names:
            text = _replaced(text, name, self.stand_in)
        for mark, other in held.items():
            text = text.replace(mark, other)
        return text


def _replaced(text: str, name: str, by: str) -> str:
    """`pattern` looks at small letters; where those are as long as the text, the same places are meant."""
    lower = text.casefold()
    if len(lower) != len(text):
        return text.replace(name, by)
    for found in reversed(list(pattern(name).finditer(lower))):
        text = text[: found.start()] + by + text[found.end() :]
    return text


def redact(places: Places, store: Store, how: Redaction) -> tuple[Removed, ...]:
    """Replace the name wherever others' takes and the audit log have it; what was changed."""
    with media_lock(places.root):
        files = list(_in_takes(places, how))
    rows = _in_rows(store, how)
    return (*(Removed("words", name) for name in files), *(Removed("words", f"{table}: {n}") for table, n in rows))


def _in_takes(places: Places, how: Redaction) -> Iterator[str]:
    for folder in sorted(places.library.glob("[!.]*")) if places.library.is_dir() else ():
        card = read_card(folder)
        owned = card.owner is not None and card.owner in how.person.owned.accounts
        changed = replace(card, title=how.of(card.title))
        if owned or how.of(card.owner_name) != card.owner_name:
            changed = replace(changed, owner=None, owner_name="")
        if changed != card and (folder / CARD_FILE).is_file():
            write_card(folder, changed)
            yield f"library/{folder.name}/{CARD_FILE}"
        if _layer(folder / LAYER_FILE, how):
            yield f"library/{folder.name}/{LAYER_FILE}"


def _layer(file: Path, how: Redaction) -> bool:
    document = read_json(file)
    entries = document.get("entries")
    if not isinstance(entries, list):
        return False
    changed = [_entry(entry, how) if isinstance(entry, dict) else entry for entry in entries]
    if changed == entries:
        return False
    atomic_write(file, json.dumps({**document, "entries": changed}, ensure_ascii=False, indent=1) + "\n")
    return True


def _entry(entry: dict[str, Any], how: Redaction) -> dict[str, Any]:
    return {name: how.of(value) if name in ("who", "text") else value for name, value in entry.items()}


def _in_rows(store: Store, how: Redaction) -> list[tuple[str, int]]:
    """Rows by table, with how many were changed."""
    counts = []
    tables: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (Note, ("who", "text")),
        (Recording, ("title",)),
        (Audit, ("account", "subject", "detail")),
        (Retention, ("by",)),
    )
    with store.writing() as session:
        for table, columns in tables:
            texts = [getattr(table, column) for column in columns]
            likely = or_(*(text.icontains(name, autoescape=True) for text in texts for name in how.person.names))
            changed = 0
            for row in session.scalars(select(table).where(likely)):
                for column in columns:
                    before = getattr(row, column)
                    after = how.of(before)
                    if after != before:
                        setattr(row, column, after)
                        changed += 1
            if changed:
                counts.append((table.__tablename__, changed))
    return counts


def part_with_batch(part: BatchPart) -> None:
    """Take a person's recordings, reports and rows out of a batch; the whole batch where nobody else is in it."""
    if not part.others:
        remove(part.folder)
        return
    for path in (*part.reports, *part.recordings, *part.folder.glob("*.zip")):
        remove(path)
    reports = part.folder / "reports"
    rows = [row for row in read_rows(reports) if row.path not in part.rows]
    asked = read_json(part.folder / ASKED_FILE)
    tasks = [task for task in asked.get("tasks", []) if str(task.get("path")) not in part.rows]
    atomic_write(part.folder / ASKED_FILE, json.dumps({**asked, "tasks": tasks}, ensure_ascii=False, indent=1) + "\n")
    if (reports / "summary.json").is_file():
        write_summary(reports, rows, len(tasks) + len(asked.get("nothing", [])), program_version())
    remove(part.folder / "takes.json")
