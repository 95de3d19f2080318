"""Erasing a person: takes, recordings, uploads, practices, their part of batches, rows; then a search for the rest.

What another person's take needs stays: a recording that both have, a trainer's work on others. The name of the erased
is replaced there. The audit log keeps its lines under a number in place of the name.

What it sets out to do is written down first (`app.privacy.intent`), the person's own rows go last: an erasure that
was interrupted is finished by the next start, by the next ``yitai privacy``, or by asking for it again.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update

from app.files import remove
from app.library.records import store_of
from app.places import PEOPLE, Places
from app.privacy.holdings import Holdings, holdings, rows_of
from app.privacy.intent import LOCK_FILE, Begun, all_begun, forget, write_down
from app.privacy.people import OwnedBy, Someone, find_person
from app.privacy.purge import remove_take_of
from app.privacy.receipt import SCHEMA, key_of, outside, person_hash, save, sealed
from app.privacy.redact import Redaction, Removed, part_with_batch, redact
from app.privacy.search import ERASING, Found, Wanted, in_backups, other_names, search
from app.settings import program_version
from app.store import audit, recordings
from app.store.accounts import require_other_admin
from app.store.database import Store
from app.store.locks import holding, locked
from app.store.media import media_path
from app.store.schema import Account, Attempt, Consent, GroupMember, Share, SignIn, Trainee
from app.store.viewers import LOCAL, Viewer
from vision.errors import UsageError

PATIENCE_S = 30.0
OUT_OF_REACH = (
    "copies of the database and of the data folder made by others or with `yitai backup`",
    "PostgreSQL's own write-ahead log, standbys and dumps, where it keeps the records",
    "reports and recordings that were taken out or scored elsewhere, and recordings outside of the data folder",
)


@dataclass(frozen=True, slots=True)
class Erased:
    """An erasure: its number, what went, what the search still found, and the sealed receipt."""

    id: str
    removed: tuple[Removed, ...]
    found: tuple[Found, ...]
    receipt: dict[str, Any]


def erase(places: Places, name: str, receipt: Path | None, by: Viewer = LOCAL) -> Erased:
    """Erase the person of a name, and write the receipt. UsageError when there is nobody of that name, when the last
    administrator would go, or when the receipt would lie in the data folder."""
    if receipt is not None:
        outside(receipt, places.root)
    store = store_of(places)
    with holding(places.root / LOCK_FILE, PATIENCE_S):
        person = find_person(store, name)
        _require_admins(store, person)
        earlier = next((one for one in all_begun(places.root) if one.person == person), None)
        number = f"{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(4)}"
        begun = Begun(number, person, by, receipt) if earlier is None else replace(earlier, by=by, receipt=receipt)
        return _carry_out(places, store, begun, person)


def finish_begun(places: Places) -> tuple[Erased, ...]:
    """Carry erasures to their end that an end without warning broke off; none while another process erases.

    OutputError when a receipt cannot be written where it was asked for: then it is tried again the next time.
    """
    if not (places.root / ERASING).is_dir():
        return ()
    store = store_of(places)
    with locked(places.root / LOCK_FILE, 0.0) as alone:
        begun = tuple(all_begun(places.root)) if alone else ()
        return tuple(_carry_out(places, store, one, _as_left(store, one.person)) for one in begun)


def _as_left(store: Store, person: Someone) -> Someone:
    """The person if their rows are still there, else their names alone: whoever bears them now is somebody else."""
    try:
        now = find_person(store, person.name)
    except UsageError:
        now = None
    return person if now is not None and now.owned == person.owned else replace(person, owned=OwnedBy(None))


def _carry_out(places: Places, store: Store, begun: Begun, person: Someone) -> Erased:
    held = holdings(places, person)
    begun = begun.also(_plan(places, store, held), held.takes, held.media)
    write_down(places.root, begun)
    kept_media = _remove_files(places, store, held, begun.media)
    wanted = Wanted(
        person.names,
        tuple(name[:64] for name in begun.media if name not in kept_media),
        begun.takes,
        other_names(store, person.names),
    )
    removed = begun.removed + _remove_strays(places, wanted)
    words = redact(places, store, Redaction(person, wanted, f"erased-{begun.id}"))
    _remove_rows(store, held)
    document = _checked(places, store, begun.id, person, removed + words, wanted, kept_media)
    with store.writing() as session:
        audit.write(session, begun.by, "erased", f"erased-{begun.id}", document["seal"]["sha256"])
    store.compact()
    if begun.receipt is not None:
        save(begun.receipt, document)
    forget(places.root, begun)
    found = tuple(Found(**one) for one in document["verification"]["found"])
    return Erased(begun.id, removed + words, found, document)


def _require_admins(store: Store, person: Someone) -> None:
    with store.reading() as session:
        for account in session.scalars(select(Account).where(Account.id.in_(person.owned.accounts))):
            require_other_admin(session, account)


def _plan(places: Places, store: Store, held: Holdings) -> tuple[Removed, ...]:
    """What will go, with the hash of every file."""
    roots = [places.library / take for take in held.takes]
    roots += [media_path(places.root, name) for name in held.media]
    roots += [*held.folders, *held.orders]
    roots += [path for part in held.batches for path in (*part.reports, *part.recordings)]
    files = [file for root in roots for file in ([root] if root.is_file() else sorted(root.rglob("*")))]
    listed = [
        Removed("file", _named(file, places.root, held.person), file.stat().st_size, _sha256(file))
        for file in files
        if file.is_file() and not file.is_symlink()
    ]
    rows = [Removed("rows", f"{table}: {len(found)}") for table, found in rows_of(store, held).items() if found]
    return (*(Removed("take", take) for take in held.takes), *listed, *rows)


def _named(file: Path, root: Path, person: Someone) -> str:
    """The place of a file; the person's own name and names that they gave do not belong into the receipt."""
    relative = file.relative_to(root)
    if relative.parts[0] in ("library", "media"):
        return relative.as_posix()
    return f"{relative.parts[0]}/.../{hashlib.sha256(relative.as_posix().encode()).hexdigest()[:16]}{file.suffix}"


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _remove_files(places: Places, store: Store, held: Holdings, media: Sequence[str]) -> tuple[str, ...]:
    """Takes with their recordings, folders, orders, parts of batches; the recordings that another's take has, too."""
    for take in held.takes:
        remove_take_of(store, take)
    for path in (*held.folders, *held.orders):
        remove(path)
    for part in held.batches:
        part_with_batch(part)
    return tuple(name for name in media if recordings.of_media(store, name))


def _remove_strays(places: Places, wanted: Wanted) -> tuple[Removed, ...]:
    """Uploads and practices of whoever else holds the same recording: sent twice, or never used."""
    root, gone = places.root, []
    for area in ("uploads", "practice", f"{PEOPLE}/*/uploads", f"{PEOPLE}/*/practice"):
        for file in sorted(root.glob(f"{area}/*/*")):
            if file.is_file() and _sha256(file) in wanted.contents:
                gone.append(Removed("file", f"{area}/...{file.suffix}", file.stat().st_size, _sha256(file)))
                remove(file.parent)
    return tuple(gone)


def _remove_rows(store: Store, held: Holdings) -> None:
    owned = held.person.owned
    with store.writing() as session:
        session.execute(delete(Share).where(Share.account_id.in_(owned.accounts) | Share.by_id.in_(owned.accounts)))
        session.execute(delete(SignIn).where(SignIn.account_id.in_(owned.accounts)))
        session.execute(delete(Attempt).where(Attempt.login.in_(held.person.names)))
        session.execute(
            update(Consent)
            .where(Consent.account_id.in_(owned.accounts), Consent.trainee_id.is_distinct_from(owned.trainee))
            .where(Consent.how == "vouched")
            .values(account_id=None)
        )
        mine = Consent.account_id.in_(owned.accounts)
        session.execute(delete(Consent).where(mine))
        session.execute(delete(Account).where(Account.id.in_(owned.accounts)))
        if owned.trainee is not None:  # SQL's NULL would mean everybody who is no trainee
            session.execute(delete(Consent).where(Consent.trainee_id == owned.trainee))
            session.execute(delete(GroupMember).where(GroupMember.trainee_id == owned.trainee))
            session.execute(delete(Trainee).where(Trainee.id == owned.trainee))


def _checked(
    places: Places,
    store: Store,
    number: str,
    person: Someone,
    removed: Sequence[Removed],
    wanted: Wanted,
    kept_media: Sequence[str],
) -> dict[str, Any]:
    """The receipt: the search comes after the last byte was written."""
    key, salt = key_of(places.root), secrets.token_hex(16)
    store.compact()
    done = search(places.root, store, wanted)
    document = {
        "schema": SCHEMA,
        "id": number,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "program": program_version(),
        "database": "sqlite" if store.sqlite else "postgresql",
        "person": {"salt": salt, "sha256": [person_hash(name, salt) for name in wanted.names]},
        "removed": [asdict(one) for one in removed],
        "kept": [{"file": name, "why": "the same recording belongs to another person's take"} for name in kept_media],
        "verification": {
            "searched": {"files": done.files, "bytes": done.file_bytes, "rows": done.rows},
            "wanted": {"contents": list(wanted.contents), "takes": list(wanted.takes), "names": len(wanted.names)},
            "found": [asdict(one) for one in done.found],
        },
        "may_still_hold": {
            "copies": [{"file": name, "holds": holds} for name, holds in in_backups(places.root, wanted).items()],
            "out_of_reach": list(OUT_OF_REACH),
        },
    }
    return sealed(document, key)


def verify(places: Places, receipt: dict[str, Any], names: Sequence[str] = ()) -> tuple[Found, ...]:
    """Search again for what a receipt says is gone: contents and takes, and the names where somebody gives them."""
    store = store_of(places)
    wanted = receipt["verification"]["wanted"]
    sought = Wanted(tuple(names), tuple(wanted["contents"]), tuple(wanted["takes"]))
    return search(places.root, store, replace(sought, others=other_names(store, names))).found
