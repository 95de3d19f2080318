"""What a start of the program puts right after an end that nobody planned.

A take has three parts: a recording under its content, a folder that appears
whole, rows in the database. They are made in this order and removed in the
other, so that whatever is found says what was meant: a folder without rows is
entered, a removal that had begun is finished, what has no name is removed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from app.files import remove
from app.library.records import REPORT_FILE, enter_notes, indexed, new_recording, read_card, stamp, store_of, write_card
from app.library.takes import finish_removal, legacy_recording
from app.places import PEOPLE, Places
from app.store import media, recordings
from app.store.accounts import forget_expired
from app.store.database import Store
from app.store.locks import locked
from app.store.migrate import BACKUPS, BACKUPS_KEPT_S
from vision.errors import YitaiError

SERVING_LOCK = ".serving.lock"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Repaired:
    """How much of what was put right."""

    entered: int = 0  # folders without rows
    moved: int = 0  # recordings that lay in a take's folder, as before there was a store
    removed: int = 0  # removals that had begun
    missing: int = 0  # takes whose folder is not there
    halves: int = 0  # files and folders that were never finished
    unused: int = 0  # recordings that no take has
    read_again: int = 0  # reports that changed since they were indexed

    @property
    def anything(self) -> bool:
        """Whether anything was."""
        return self != Repaired()


def repair(places: Places) -> Repaired:
    """Put right what can be. Only while nothing else writes: see `serving`."""
    store = store_of(places)
    done = Repaired(halves=_remove_halves(places))
    done = replace(done, removed=_finish_removals(store))
    entered, missing = _match_folders(places, store)
    moved = sum(_move_recording(places, store, folder) for folder in _folders(places))
    read_again = _read_again(places, store)
    unused = _remove_unused(places, store)
    forget_expired(store)
    store.checkpoint()
    _forget_backups(places.root)
    done = replace(done, entered=entered, missing=missing, moved=moved, unused=unused, read_again=read_again)
    if done.anything:
        _LOG.warning("put right after an unplanned end: %s", done)
    return done


def serving(places: Places) -> AbstractContextManager[bool]:
    """The lock that one server holds for a data folder; only its holder may `repair`."""
    return locked(places.root / SERVING_LOCK, 0.0)


def _folders(places: Places) -> Iterator[Path]:
    if places.library.is_dir():
        yield from sorted(path for path in places.library.iterdir() if path.is_dir() and not path.name.startswith("."))


def _remove_halves(places: Places) -> int:
    """Everything that ends in ``.part``, and uploads that were never whole."""
    found = [path for path in _parts(places.root) if path.exists()]
    for path in found:
        remove(path)
    for uploads in (places.root / "uploads", *(places.root / PEOPLE).glob("*/uploads")):
        for folder in uploads.iterdir() if uploads.is_dir() else ():
            if folder.is_dir() and not any(folder.iterdir()):
                remove(folder)
    return len(found)


def _parts(root: Path) -> list[Path]:
    """Never the part of a name that a user gave: ours begin with a dot."""
    shallow = [*root.glob(".*.part"), *root.glob("library/.*.part"), *root.glob("media/*/.*.part")]
    deep = [
        path
        for area in ("library", "uploads", "practice", PEOPLE, BACKUPS)
        for path in (root / area).rglob(".*part")
        if path.name == ".part" or path.name.endswith(".part")
    ]
    return list(dict.fromkeys([*shallow, *deep]))


def _finish_removals(store: Store) -> int:
    begun = [name for name, state in recordings.states(store).items() if state == recordings.DELETING]
    for name in begun:
        finish_removal(store, name)
    return len(begun)


def _match_folders(places: Places, store: Store) -> tuple[int, int]:
    known, there = recordings.states(store), {folder.name: folder for folder in _folders(places)}
    notes = recordings.note_counts(store)
    for name, folder in there.items():
        if name not in known:
            recordings.take_in(store, new_recording(name, read_card(folder)), indexed(folder))
        elif known[name] == recordings.MISSING:
            recordings.set_state(store, name, recordings.PRESENT)
        enter_notes(store, folder, there=notes.get(name))
    lost = [name for name in known if name not in there]
    for name in lost:
        if known[name] == recordings.PRESENT:
            recordings.set_state(store, name, recordings.MISSING)
    return len(there.keys() - known.keys()), sum(known[name] == recordings.PRESENT for name in lost)


def _move_recording(places: Places, store: Store, folder: Path) -> int:
    """Lay a recording from before there was a store under its content; its old name goes last."""
    old = legacy_recording(folder)
    if old is None:
        return 0
    try:
        name = media.media_name(old)
        with media.media_lock(places.root):
            media.put(places.root, old, name)
            write_card(folder, replace(read_card(folder), media=name))
            recordings.set_media(store, folder.name, name)
    except YitaiError as error:  # it stays where it is, and is found there
        _LOG.warning("%s", error.en)
        return 0
    remove(old)
    return 1


def _read_again(places: Places, store: Store) -> int:
    """Index reports that changed, or that an earlier schema knew less of."""
    stamps = recordings.stamps(store)
    count = 0
    for folder in _folders(places):
        now = indexed(folder) if _changed(folder, stamps) else None
        if now is not None:
            recordings.index(store, folder.name, now)
            count += 1
    return count


def _changed(folder: Path, stamps: dict[str, tuple[int, int]]) -> bool:
    return stamps.get(folder.name) != stamp(folder / REPORT_FILE)


def _remove_unused(places: Places, store: Store) -> int:
    with media.media_lock(places.root):
        used = recordings.media_used(store) | {read_card(folder).media for folder in _folders(places)}
        unused = [name for name in media.names(places.root) if name not in used]
        for name in unused:
            media.drop(places.root, name)
    return len(unused)


def _forget_backups(root: Path) -> None:
    """Copies made before a change of the schema hold what was deleted since: they go after a month."""
    for path in (root / BACKUPS).glob("yitai-*.db"):
        if time.time() - path.stat().st_mtime > BACKUPS_KEPT_S:
            remove(path)
