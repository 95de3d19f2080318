"""Everything that is held about a person: rows, takes, recordings, folders of their own, their part of batches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, false, inspect, or_, select
from sqlalchemy.orm import Session

from app.batch.kept import ASKED_FILE
from app.batch.summary import read_rows
from app.library.intake import INCOMING, ORDER_FILE
from app.library.records import store_of
from app.places import PEOPLE, Places
from app.privacy.people import Someone, recordings_of
from app.store.database import Store
from app.store.schema import (
    Account,
    Assessment,
    Attempt,
    Audit,
    Base,
    CheckRow,
    Consent,
    Group,
    GroupMember,
    Note,
    Recording,
    Share,
    SignIn,
    Trainee,
)

SECRET = {"password_hash", "token_hash"}  # of no use to the person, and nobody's to copy


@dataclass(frozen=True, slots=True)
class BatchPart:
    """A person's part of a batch: report folders and uploaded recordings (paths), the names of its rows."""

    folder: Path
    reports: tuple[Path, ...]
    recordings: tuple[Path, ...]
    rows: tuple[str, ...]
    others: int  # recordings of other people in the batch


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is held of a person on disk; the rows are asked for with `rows_of`."""

    person: Someone
    takes: tuple[str, ...]
    media: tuple[str, ...]  # content names of their takes' recordings
    folders: tuple[Path, ...]  # of their accounts alone, and files of their own upright
    orders: tuple[Path, ...]  # recordings that wait to be scored
    batches: tuple[BatchPart, ...]


def holdings(places: Places, person: Someone) -> Holdings:
    """Look for it."""
    store = store_of(places)
    takes = recordings_of(store, person.owned, person.names)
    with store.reading() as session:
        found = session.scalars(select(Recording.media).where(Recording.id.in_(takes)))
        media = tuple(dict.fromkeys(one for one in found if one is not None))
    folders = (places.root / PEOPLE / str(number) for number in person.owned.accounts)
    return Holdings(
        person,
        takes,
        media,
        (*(folder for folder in folders if folder.is_dir()), *_uprights(places, person)),
        tuple(_orders(places, person)),
        tuple(_batches(places, person, {name[:64] for name in media})),
    )


def _uprights(places: Places, person: Someone) -> Iterator[Path]:
    yield from (path for path in sorted((places.root / "neutrals").glob("*.json")) if path.stem in person.names)


def _orders(places: Places, person: Someone) -> Iterator[Path]:
    for file in sorted((places.library / INCOMING).glob(f"*/{ORDER_FILE}")):
        document = read_json(file)
        account = (document.get("viewer") or {}).get("account")
        trainee = ((document.get("task") or {}).get("subject") or {}).get("trainee")
        if (account is not None and account in person.owned.accounts) or trainee in person.names:
            yield file.parent


def _batches(places: Places, person: Someone, contents: set[str]) -> Iterator[BatchPart]:
    for file in sorted(places.batches.glob(f"*/{ASKED_FILE}")):
        folder, tasks = file.parent, read_json(file).get("tasks") or []
        rows = {row.path: row.trainee for row in read_rows(folder / "reports")}
        theirs = [
            task
            for task in tasks
            if (task.get("subject") or {}).get("trainee") in person.names
            or rows.get(task.get("path")) in person.names
            or _content(folder / "reports" / str(task.get("folder"))) in contents
        ]
        if theirs:
            files = [folder / str(task["file"]) for task in theirs]
            yield BatchPart(
                folder,
                tuple(path for task in theirs if (path := folder / "reports" / str(task["folder"])).is_dir()),
                tuple(path for path in files if path.is_file() and path.resolve().is_relative_to(folder.resolve())),
                tuple(str(task["path"]) for task in theirs),
                len(tasks) - len(theirs),
            )


def _content(folder: Path) -> str | None:
    source = read_json(folder / "report.json").get("source")
    found = source.get("sha256") if isinstance(source, dict) else None
    return found if isinstance(found, str) and found else None


def read_json(file: Path) -> dict[str, Any]:
    """The object in a file; empty where there is none that can be read."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def rows_of(store: Store, held: Holdings) -> dict[str, list[dict[str, Any]]]:
    """Every row about the person, by table, as plain values; hashes of passwords and sign-ins are left out."""
    with store.reading() as session:
        return {table.__tablename__: list(_plain(session, table, where)) for table, where in _tables(held)}


def _tables(held: Holdings) -> Iterator[tuple[type[Base], ColumnElement[bool]]]:
    owned, names = held.person.owned, held.person.names
    assessments = select(Assessment.id).where(Assessment.recording_id.in_(held.takes))
    groups = select(GroupMember.group_id).where(GroupMember.trainee_id == owned.trainee)
    yield Trainee, Trainee.id == owned.trainee
    yield Account, Account.id.in_(owned.accounts)
    yield SignIn, SignIn.account_id.in_(owned.accounts)
    yield Attempt, Attempt.login.in_(names)
    yield Group, Group.id.in_(groups)
    agreed = false() if owned.trainee is None else Consent.trainee_id == owned.trainee
    yield Consent, or_(agreed, _by(Consent.account_id, held))
    yield Recording, Recording.id.in_(held.takes)
    yield Assessment, Assessment.recording_id.in_(held.takes)
    yield CheckRow, CheckRow.assessment_id.in_(assessments)
    yield Note, or_(Note.recording_id.in_(held.takes), _by(Note.account_id, held), Note.who.in_(names))
    yield Share, or_(Share.recording_id.in_(held.takes), _by(Share.account_id, held), _by(Share.by_id, held))
    yield Audit, or_(_by(Audit.account_id, held), Audit.account.in_(names), Audit.subject.in_([*names, *held.takes]))


def _by(column: Any, held: Holdings) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(held.person.owned.accounts)
    return found


def _plain(session: Session, table: type[Base], where: ColumnElement[bool]) -> Iterator[dict[str, Any]]:
    keys = [attribute.key for attribute in inspect(table).column_attrs if attribute.key not in SECRET]
    order = [getattr(table, column.key) for column in inspect(table).primary_key if column.key is not None]
    for row in session.scalars(select(table).where(where).order_by(*order)):
        yield {key: _text(getattr(row, key)) for key in keys}


def _text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
