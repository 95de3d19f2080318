"""Between the takes on disk and the store: what a card says, what a report says, where a recording lies."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.library.layer import Entry, read_layer
from app.places import Places
from app.settings import database_url
from app.store.database import Store, store_at
from app.store.media import is_media_name, media_path
from app.store.recordings import NewRecording, NoteRow, keep_notes
from app.store.reports import Indexed
from vision.errors import YitaiError
from vision.files import atomic_write
from vision.report.jsonform import from_json

CARD_FILE = "take.json"
CARD_SCHEMA = "yitai.take/1"
REPORT_FILE = "report.json"


@dataclass(frozen=True, slots=True)
class Card:
    """What ``take.json`` says: enough to enter the take into the records again."""

    title: str
    created: str  # ISO 8601, UTC
    origin: str
    media: str | None = None  # where the recording lies (`app.store.media`); None: in the folder
    owner: int | None = None  # the account that made it
    owner_name: str = ""
    private: bool = False
    intake: str | None = None  # the order that it came from


def store_of(places: Places) -> Store:
    """The records of an installation."""
    return store_at(places.root, database_url())


def write_card(folder: Path, card: Card) -> None:
    """Write ``take.json``."""
    atomic_write(
        folder / CARD_FILE, json.dumps({"schema": CARD_SCHEMA, **asdict(card)}, ensure_ascii=False, indent=1) + "\n"
    )


def read_card(folder: Path) -> Card:
    """The card of a folder; one made up from the folder itself where it is missing or broken."""
    try:
        document = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        card = Card(document["title"], document["created"], document["origin"])
        datetime.fromisoformat(card.created)
    except (OSError, ValueError, TypeError, KeyError):
        changed = datetime.fromtimestamp(stamp(folder)[0] / 1e9, UTC)
        return Card(folder.name, changed.isoformat(timespec="milliseconds"), "")
    media, intake = document.get("media"), document.get("intake")
    return Card(
        str(card.title),
        card.created,
        str(card.origin),
        media if is_media_name(media) else None,
        _number(document.get("owner")),
        str(document.get("owner_name", "")),
        document.get("private") is True,
        intake if isinstance(intake, str) else None,
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def stamp(path: Path) -> tuple[int, int]:
    """Time of the last change (ns) and size; zeros when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def new_recording(name: str, card: Card) -> NewRecording:
    """A card as the store takes it."""
    created = datetime.fromisoformat(card.created)
    return NewRecording(
        id=name,
        title=card.title,
        origin=card.origin[:40],
        created=created if created.tzinfo is not None else created.replace(tzinfo=UTC),
        media=card.media,
        owner=card.owner,
        owner_name=card.owner_name,
        private=card.private,
        intake=card.intake,
    )


def indexed(folder: Path) -> Indexed | None:
    """The report of a folder for the store; None where there is none that can be read."""
    path = folder / REPORT_FILE
    before = stamp(path)
    try:
        text = path.read_bytes()
        report = from_json(json.loads(text))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, YitaiError):
        return None
    return Indexed(report, before, hashlib.sha256(text).hexdigest())


def recording_path(root: Path, media: str | None) -> Path | None:
    """Where a recording lies, if it is there."""
    path = None if media is None else media_path(root, media)
    return path if path is not None and path.is_file() else None


def enter_notes(store: Store, folder: Path, account: int | None = None, *, there: int | None = None) -> None:
    """Have every entry of the trainer's layer in the records; damaged notes are left for people to see.

    ``there``: how many the records hold, where that is known; entries are only ever added.
    """
    try:
        entries = read_layer(folder).entries
    except YitaiError:
        return
    if entries and len(entries) != there:
        keep_notes(store, folder.name, [_note(entry) for entry in entries], account)


def _note(entry: Entry) -> NoteRow:
    try:
        time = datetime.fromisoformat(entry.when)
    except ValueError:
        time = datetime.fromtimestamp(0, UTC)
    return NoteRow(
        kind=entry.kind.value,
        who=entry.who,
        time=time if time.tzinfo is not None else time.replace(tzinfo=UTC),
        text=entry.text,
        segment=entry.segment,
        rule=entry.rule,
        verdict=None if entry.verdict is None else entry.verdict.value,
        tick=None if entry.tick is None else entry.tick.value,
        time_s=entry.time_s,
        drill=entry.drill,
        target=entry.number,
    )
