"""Removing what has been kept for long enough, each kind by its own period; each removal is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, select

from app.files import remove
from app.library.records import store_of
from app.library.takes import finish_removal
from app.places import PEOPLE, Places
from app.privacy.consents import LOCAL as LOCAL_USER
from app.privacy.consents import SELF
from app.privacy.people import OwnedBy, recordings_of
from app.privacy.periods import Kind, days_text, periods, since
from app.store import audit, recordings
from app.store.database import Store
from app.store.migrate import BACKUPS
from app.store.schema import Account, Audit, Consent, Recording
from app.store.viewers import LOCAL
from vision.errors import UsageError

_ROWS = (Kind.AUDIT, Kind.CONSENTS)


@dataclass(frozen=True, slots=True)
class Due:
    """Something whose time is over: a take by its id, a file or folder by its path below the data folder, rows."""

    kind: Kind
    name: str
    since: datetime
    count: int = 1  # of rows


def due(places: Places, now: datetime | None = None) -> tuple[Due, ...]:
    """What `purge` would remove now."""
    return tuple(_due(places, store_of(places), now or datetime.now(UTC)))


def purge(places: Places, now: datetime | None = None) -> tuple[Due, ...]:
    """Remove it; what was removed."""
    store, now = store_of(places), now or datetime.now(UTC)
    days = periods(store)
    done = []
    for one in tuple(_due(places, store, now)):
        if _remove(places, store, one, now):
            with store.writing() as session:
                audit.write(session, LOCAL, "purged", one.name[:200], f"{one.kind}: {days_text(days[one.kind], 'en')}")
            done.append(one)
    if done:
        store.checkpoint()
    return tuple(done)


def _due(places: Places, store: Store, now: datetime) -> Iterator[Due]:
    days = periods(store)
    began = since(store)

    def over(kind: Kind, start: datetime) -> bool:
        kept = days[kind]
        return kept is not None and now - start >= timedelta(days=kept)

    for row in _takes(store):
        kind, start = (Kind.PRIVATE if row.private else Kind.TAKES), max(row.created, began)
        if over(kind, start):
            yield Due(kind, row.id, row.created)
    gone = days[Kind.WITHDRAWN]
    if gone is not None:
        yield from _of_who_withdrew(store, now - timedelta(days=gone))
    for kind, path in _paths(places):
        start = _changed(path)
        begins = start if kind in (Kind.PRACTICE, Kind.UPLOADS, Kind.BACKUPS) else max(start, began)
        if over(kind, begins):
            yield Due(kind, path.relative_to(places.root).as_posix(), start)
    for kind in _ROWS:
        kept = days[kind]
        if kept is not None:
            yield from _rows(store, kind, now - timedelta(days=kept))


def _takes(store: Store) -> list[Recording]:
    with store.reading() as session:
        return list(session.scalars(select(Recording).where(Recording.state == recordings.PRESENT)))


def _of_who_withdrew(store: Store, before: datetime) -> Iterator[Due]:
    """The takes of people whose last consent ended before a time and who have not agreed again."""
    with store.reading() as session:
        rows = session.scalars(select(Consent).where(Consent.how != LOCAL_USER).order_by(Consent.id)).all()
        accounts = session.execute(select(Account.id, Account.trainee_id)).tuples().all()
    last = {(row.trainee_id, None if row.trainee_id else row.account_id): row for row in rows if row.how == SELF}
    last |= {(row.trainee_id, None): row for row in rows if row.trainee_id}
    for (trainee, account), row in last.items():
        if row.withdrawn is not None and row.withdrawn <= before:
            own = tuple(one for one, of in accounts if one == account or (trainee is not None and of == trainee))
            for name in recordings_of(store, OwnedBy(trainee, own)):
                yield Due(Kind.WITHDRAWN, name, row.withdrawn)


def _paths(places: Places) -> Iterator[tuple[Kind, Path]]:
    root = places.root
    for kind, area in ((Kind.PRACTICE, "practice"), (Kind.UPLOADS, "uploads"), (Kind.UPLOADS, "exports")):
        for folder in (root / area, *(root / PEOPLE).glob(f"*/{area}")):
            yield from ((kind, path) for path in _inside(folder))
    yield from ((Kind.BATCHES, path) for path in _inside(places.batches) if path.is_dir())
    yield from ((Kind.BACKUPS, path) for path in sorted((root / BACKUPS).glob("yitai-*.db")))


def _inside(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []


def _changed(path: Path) -> datetime:
    """When a folder or anything in it was changed last."""
    times = [inner.lstat().st_mtime for inner in (path, *(path.rglob("*") if path.is_dir() else ())) if inner.exists()]
    return datetime.fromtimestamp(max(times, default=0.0), UTC)


def _rows(store: Store, kind: Kind, before: datetime) -> Iterator[Due]:
    column = Audit.time if kind is Kind.AUDIT else Consent.withdrawn
    with store.reading() as session:
        count, oldest = session.execute(select(func.count(), func.min(column)).where(column <= before)).one()
    if count:
        yield Due(kind, f"{count} rows", oldest, count)


def _remove(places: Places, store: Store, one: Due, now: datetime) -> bool:
    if one.kind in (Kind.PRIVATE, Kind.TAKES, Kind.WITHDRAWN):
        return remove_take_of(store, one.name)
    if one.kind in _ROWS:
        kept = periods(store)[one.kind]
        before = now - timedelta(days=kept or 0)
        with store.writing() as session:
            if one.kind is Kind.AUDIT:
                session.execute(delete(Audit).where(Audit.time <= before))
            else:
                session.execute(delete(Consent).where(Consent.withdrawn <= before))
        return True
    remove(places.root / one.name)
    return True


def remove_take_of(store: Store, name: str) -> bool:
    """Delete a take, whosever it is; False when it is gone already."""
    try:
        recordings.begin_removal(store, LOCAL, name)
    except UsageError:
        return False
    finish_removal(store, name)
    return True
