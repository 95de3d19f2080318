"""Looking through the data folder and the database for what must be gone: names, and contents by their SHA-256.

A name counts where it stands as a word of its own (in Chinese, anywhere), and not as a part of the name of somebody
else who is still in the records. Names of fewer than six bytes are not looked for in files that are no text: there
they would be found by chance.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import JSON, Column, String, Table, Text, cast, func, or_, select

from app.store.database import DATABASE_FILE, Store
from app.store.migrate import BACKUPS
from app.store.schema import Account, Base, Trainee

PIECE_BYTES = 4 << 20
ERASING = ".erasing"  # goes with the receipt
LEAST_RAW_BYTES = 6
TEXT = {".json", ".csv", ".txt", ".toml", ".html", ".vtt", ".trc", ".jsonl", ".md", ".svg"}
MEDIA = {".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".jpg", ".jpeg", ".png", ".heic", ".heif", ".webp"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must be gone: names, SHA-256 of contents, ids of takes; ``others``: names of people who stay."""

    names: tuple[str, ...]
    contents: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Something that is still there: a file below the data folder, or a table and column, and why it counts."""

    where: str
    what: str  # name, content or take


@dataclass(frozen=True, slots=True)
class Searched:
    """How much was looked at, and what was found."""

    files: int
    file_bytes: int
    rows: int
    found: tuple[Found, ...]


def other_names(store: Store, names: Sequence[str]) -> tuple[str, ...]:
    """What everybody else in the records is called."""
    with store.reading() as session:
        known = {*session.scalars(select(Trainee.name)), *session.scalars(select(Account.name))}
    return tuple(sorted(known - set(names), key=lambda name: -len(name)))


def names_in(text: str, wanted: Wanted) -> bool:
    """Whether one of the names stands in a text, as `Wanted` means it."""
    lower = text.casefold()
    if not any(name.casefold() in lower for name in wanted.names):
        return False
    for other in wanted.others:
        if any(name.casefold() in other.casefold() for name in wanted.names):
            lower = lower.replace(other.casefold(), "\0")
    return any(pattern(name).search(lower) for name in wanted.names)


def pattern(name: str) -> re.Pattern[str]:
    """A name as a word of its own; what is not written with letters that words have ends of, anywhere."""
    folded = re.escape(name.casefold())
    if all(ord(character) < 0x2E80 for character in name):
        return re.compile(rf"(?<![^\W_]){folded}(?![^\W_])")
    return re.compile(folded)


def search(root: Path, store: Store, wanted: Wanted) -> Searched:
    """Look through everything but ``backups/`` (see `in_backups`) and what an erasure under way has written down."""
    found: list[Found] = []
    files = size = 0
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if not path.is_file() or path.is_symlink() or relative.parts[0] in (BACKUPS, ERASING):
            continue
        files += 1
        size += path.stat().st_size
        found += [Found(relative.as_posix(), what) for what in _in_file(path, relative.as_posix(), wanted)]
    rows, in_rows = _in_rows(store, wanted)
    return Searched(files, size, rows, (*found, *in_rows))


def in_backups(root: Path, wanted: Wanted) -> dict[str, bool]:
    """The copies beside the data, by name: whether they hold any of it."""
    found = {}
    for path in sorted((root / BACKUPS).rglob("*")) if (root / BACKUPS).is_dir() else ():
        if path.is_file():
            name = path.relative_to(root).as_posix()
            found[name] = bool(set(_in_file(path, name, wanted)))
    return found


def _in_file(path: Path, name: str, wanted: Wanted) -> Iterator[str]:
    if names_in(name, wanted):
        yield "name"
    if any(take in name for take in wanted.takes):
        yield "take"
    suffix = path.suffix.lower()
    database = path.name.startswith(DATABASE_FILE)
    if suffix == ".zip":
        yield from _in_zip(path, wanted)
    elif suffix in TEXT:
        text = path.read_text(encoding="utf-8", errors="replace")
        yield from _in_text(text, wanted)
    elif suffix not in MEDIA:
        yield from _in_bytes(path, wanted, ids=not database)
    if wanted.contents and not database and _sha256(path) in wanted.contents:
        yield "content"


def _in_text(text: str, wanted: Wanted) -> Iterator[str]:
    if names_in(text, wanted) or ("\\u" in text and names_in(_unescaped(text), wanted)):
        yield "name"
    if any(content in text for content in wanted.contents):
        yield "content"
    if any(take in text for take in wanted.takes):
        yield "take"


def _unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


def _in_zip(path: Path, wanted: Wanted) -> Iterator[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if names_in(entry.filename, wanted):
                    yield "name"
                if Path(entry.filename).suffix.lower() in TEXT:
                    yield from _in_text(archive.read(entry).decode("utf-8", "replace"), wanted)
                elif wanted.contents and hashlib.sha256(archive.read(entry)).hexdigest() in wanted.contents:
                    yield "content"
    except zipfile.BadZipFile:
        yield from _in_bytes(path, wanted, ids=True)


def _in_bytes(path: Path, wanted: Wanted, *, ids: bool) -> Iterator[str]:
    """Names and hashes as bytes, whatever the file is. Ids of takes stay in the audit log: ``ids`` leaves them out."""
    long = [name for name in wanted.names if len(name.encode()) >= LEAST_RAW_BYTES]
    others = [other for other in wanted.others if any(name in other for name in long)]
    sought = [("name", name) for name in long] + [("content", one) for one in wanted.contents]
    sought += [("take", take) for take in wanted.takes] if ids else []
    longest = max((len(text.encode()) for _, text in sought), default=0)
    seen: set[str] = set()
    before = b""
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            whole = before + piece
            for other in others:
                whole = whole.replace(other.encode(), b"\0")
            seen |= {what for what, text in sought if text.encode() in whole}
            before = whole[-longest:] if longest else b""
    yield from sorted(seen)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _in_rows(store: Store, wanted: Wanted) -> tuple[int, list[Found]]:
    """Every text of every table. Ids of takes may stay in the audit log, which tells that they were removed."""
    found: list[Found] = []
    count = 0
    with store.reading() as session:
        for table in Base.metadata.sorted_tables:
            columns = [one for one in table.columns if isinstance(one.type, String | Text | JSON)]
            if not columns:
                continue
            ids = () if table.name == "audit" else wanted.takes
            texts = [cast(column, Text) for column in columns]
            likely = or_(*(text.icontains(one, autoescape=True) for text in texts for one in _sought(wanted, ids)))
            for row in session.execute(select(*texts).where(likely)).all():
                found += _in_row(table, columns, [str(value or "") for value in row], wanted, ids)
            count += session.scalar(select(func.count()).select_from(table)) or 0
    return count, found


def _sought(wanted: Wanted, ids: Sequence[str]) -> Iterator[str]:
    for name in wanted.names:
        yield name
        escaped = json.dumps(name)[1:-1]
        if escaped != name:
            yield escaped
    yield from wanted.contents
    yield from ids


def _in_row(
    table: Table, columns: Sequence[Column[object]], texts: Sequence[str], wanted: Wanted, ids: Sequence[str]
) -> Iterator[Found]:
    for column, text in zip(columns, texts, strict=True):
        where = f"database: {table.name}.{column.name}"
        if names_in(text, wanted) or names_in(_unescaped(text), wanted):
            yield Found(where, "name")
        if any(content in text for content in wanted.contents):
            yield Found(where, "content")
        if any(take in text for take in ids):
            yield Found(where, "take")
