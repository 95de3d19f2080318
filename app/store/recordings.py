"""Recordings and what was found in them: taking in, listing, removing, sharing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.store import audit
from app.store.access import Action, Facts, may, mine, visible
from app.store.database import Store
from app.store.outcomes import OVERRIDE, WITHDRAW, settle_outcomes
from app.store.people import trainee_row
from app.store.reports import Indexed, index_report
from app.store.schema import Account, Assessment, Note, PackVersion, Recording, Share
from app.store.viewers import Role, Viewer, not_allowed
from vision.errors import UsageError

PRESENT, MISSING, DELETING = "present", "missing", "deleting"


@dataclass(frozen=True, slots=True)
class NewRecording:
    """A take as it comes in. ``owner`` counts only where that account still has the name ``owner_name``."""

    id: str
    title: str
    origin: str
    created: datetime
    media: str | None = None
    owner: int | None = None
    owner_name: str = ""
    private: bool = False
    intake: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the library. What stands in the report is None where none was read (see `app.library.takes`)."""

    id: str
    title: str
    origin: str
    created: datetime
    media: str | None
    facts: Facts
    stamp: tuple[int, int] | None  # of the report that was indexed: time of the last change (ns) and size
    trainee: str | None
    drills: tuple[str, ...]
    verdict: str | None
    score: float | None
    standard: str | None
    duration_s: float | None


@dataclass(frozen=True, slots=True)
class NoteRow:
    """An entry of the trainer's layer, as the database keeps it."""

    kind: str
    who: str
    time: datetime
    text: str = ""
    segment: int | None = None
    rule: str = ""
    verdict: str | None = None
    tick: str | None = None
    time_s: float | None = None
    drill: str = ""
    target: int | None = None


def take_in(store: Store, new: NewRecording, indexed: Indexed | None) -> None:
    """Have the take in the database with its report; nothing happens to one that is there already."""
    with store.writing() as session:
        if session.get(Recording, new.id) is not None:
            return
        try:
            with session.begin_nested():
                _add(session, new)
        except IntegrityError:  # another process was quicker
            return
        if indexed is not None:
            _index(session, new.id, indexed)


def _add(session: Session, new: NewRecording) -> None:
    there = None if new.owner is None else session.get(Account, new.owner)
    if there is not None and there.name != new.owner_name:  # of another database, whose numbers meant others
        there = None
    session.add(
        Recording(
            id=new.id,
            owner_id=None if there is None else there.id,
            trainee_id=None if there is None else there.trainee_id,
            title=new.title,
            origin=new.origin,
            created=new.created,
            media=new.media,
            state=PRESENT,
            private=new.private,
            intake=new.intake,
        )
    )
    session.flush()


def index(store: Store, recording: str, indexed: Indexed) -> None:
    """Put what a report says in place of what was known of it."""
    with store.writing() as session:
        if session.get(Recording, recording) is not None:
            _index(session, recording, indexed)


def _index(session: Session, recording: str, indexed: Indexed) -> None:
    index_report(session, recording, indexed)
    row = session.get_one(Recording, recording)
    subject = indexed.report.subject
    if row.trainee_id is None and not row.private and subject.trainee and subject.trainee.strip():
        row.trainee_id = trainee_row(session, subject.trainee, subject.sex, subject.height_cm).id


def listed(
    store: Store,
    viewer: Viewer,
    only: str | None = None,
    *,
    where: Sequence[ColumnElement[bool]] = (),
    most: int | None = None,
) -> tuple[Listed, ...]:
    """What the viewer may see, the newest first; at most so many of those that fit further conditions."""
    asked = (
        select(Recording, Assessment, PackVersion.pack)
        .outerjoin(Assessment, Assessment.recording_id == Recording.id)
        .outerjoin(PackVersion, PackVersion.id == Assessment.pack_version_id)
        .where(Recording.state != DELETING, visible(viewer), *where)
        .order_by(Recording.created.desc(), Recording.id.desc())
        .limit(most)
    )
    if only is not None:
        asked = asked.where(Recording.id == only)
    with store.reading() as session:
        found = session.execute(asked).tuples().all()
        shared = _shared(session, None if most is None and only is None else [row.id for row, _, _ in found])
    return tuple(_listed(row, made, pack, shared.get(row.id, frozenset())) for row, made, pack in found)


def _listed(row: Recording, made: Assessment | None, pack: str | None, shared: frozenset[int | None]) -> Listed:
    return Listed(
        id=row.id,
        title=row.title,
        origin=row.origin,
        created=row.created,
        media=row.media,
        facts=Facts(row.owner_id, row.trainee_id, row.private, shared),
        stamp=None if made is None else (made.report_mtime_ns, made.report_bytes),
        trainee=None if made is None else made.trainee,
        drills=() if made is None or not made.drills else tuple(made.drills.split(",")),
        verdict=None if made is None else made.verdict,
        score=None if made is None else made.score,
        standard=pack,
        duration_s=None if made is None else made.duration_s,
    )


def _shared(session: Session, only: Sequence[str] | None) -> dict[str, frozenset[int | None]]:
    asked = select(Share.recording_id, Share.account_id)
    if only is not None:
        asked = asked.where(Share.recording_id.in_(only))
    found: dict[str, frozenset[int | None]] = {}
    for recording, account in session.execute(asked):
        found[recording] = found.get(recording, frozenset()) | {account}
    return found


def states(store: Store) -> dict[str, str]:
    """The state of every recording, by its id."""
    with store.reading() as session:
        return dict(session.execute(select(Recording.id, Recording.state)).tuples().all())


def names(store: Store) -> frozenset[str]:
    """The ids of all recordings, in whatever state."""
    with store.reading() as session:
        return frozenset(session.scalars(select(Recording.id)))


def stamps(store: Store) -> dict[str, tuple[int, int]]:
    """Time of the last change (ns) and size of every report as it was when it was indexed."""
    asked = select(Assessment.recording_id, Assessment.report_mtime_ns, Assessment.report_bytes)
    with store.reading() as session:
        return {name: (changed_ns, size) for name, changed_ns, size in session.execute(asked).tuples()}


def set_state(store: Store, recording: str, state: str) -> None:
    """Say that a take's folder is there, or is not."""
    with store.writing() as session:
        session.get_one(Recording, recording).state = state


def set_media(store: Store, recording: str, media: str) -> None:
    """Say where a take's recording lies."""
    with store.writing() as session:
        session.get_one(Recording, recording).media = media


def media_used(store: Store) -> frozenset[str]:
    """Every file that a recording lies in."""
    with store.reading() as session:
        return frozenset(one for one in session.scalars(select(Recording.media)) if one is not None)


def media_of(store: Store, recording: str) -> str | None:
    """The file that a recording lies in."""
    with store.reading() as session:
        return session.scalar(select(Recording.media).where(Recording.id == recording))


def of_media(store: Store, media: str) -> tuple[str, ...]:
    """The recordings that lie in a file."""
    with store.reading() as session:
        return tuple(session.scalars(select(Recording.id).where(Recording.media == media, Recording.state != DELETING)))


def taken_in(store: Store) -> frozenset[str]:
    """The orders that have become takes."""
    with store.reading() as session:
        return frozenset(one for one in session.scalars(select(Recording.intake)) if one is not None)


def require(store: Store, viewer: Viewer, action: Action, recording: str) -> Facts:
    """What is known of a recording; UsageError where it does not exist for the viewer, else NotAllowedError."""
    found = listed(store, viewer, recording)
    if not found:
        raise gone()
    facts = found[0].facts
    if not may(viewer, action, facts):
        raise not_allowed()
    return facts


def gone() -> UsageError:
    """What is said of a take that is not there, or is not the viewer's to see."""
    return UsageError("this take is not in the library any more", "这段录像已不在库中")


def begin_removal(store: Store, viewer: Viewer, recording: str) -> None:
    """From here on nobody sees the recording, and the next start removes what this process does not come to."""
    facts = require(store, viewer, Action.REMOVE, recording)
    with store.writing() as session:
        session.get_one(Recording, recording).state = DELETING
        if not viewer.local:
            audit.write(session, viewer, "remove" if mine(viewer, facts) else "remove another's", recording)


def end_removal(store: Store, recording: str) -> None:
    """Delete the rows; the files are gone already."""
    with store.writing() as session:
        session.execute(delete(Recording).where(Recording.id == recording))
    store.checkpoint()


def keep_notes(store: Store, recording: str, notes: Sequence[NoteRow], account: int | None = None) -> None:
    """Add the entries that are not there yet; ``account`` wrote the last one."""
    with store.writing() as session:
        if session.get(Recording, recording) is None:
            return
        known = set(session.scalars(select(Note.number).where(Note.recording_id == recording)))
        for number, note in enumerate(notes):
            if number not in known:
                by = account if number == len(notes) - 1 else None
                session.add(_note(recording, number, note, by))
        if {OVERRIDE, WITHDRAW} & {note.kind for number, note in enumerate(notes) if number not in known}:
            session.flush()
            settle_outcomes(session, recording)


def note_counts(store: Store) -> dict[str, int]:
    """How many notes there are of each recording that has any."""
    asked = select(Note.recording_id, func.count()).group_by(Note.recording_id)
    with store.reading() as session:
        return dict(session.execute(asked).tuples().all())


def _note(recording: str, number: int, note: NoteRow, account: int | None) -> Note:
    return Note(
        recording_id=recording,
        number=number,
        kind=note.kind,
        account_id=account,
        who=note.who,
        time=note.time,
        text=note.text,
        segment=note.segment,
        rule=note.rule[:120],
        verdict=note.verdict,
        tick=note.tick,
        time_s=note.time_s,
        drill=note.drill[:24],
        target=note.target,
    )


def share(store: Store, viewer: Viewer, recording: str, account: int | None) -> None:
    """Show a recording to an account; None: to all trainers."""
    require(store, viewer, Action.SHARE, recording)
    with store.writing() as session:
        if account is not None and session.get(Account, account) is None:
            raise UsageError("there is no such account", "没有这个账号")
        there = session.scalar(select(Share.id).where(Share.recording_id == recording, _with(account)))
        if there is None:
            session.add(
                Share(recording_id=recording, account_id=account, by_id=viewer.account, created=datetime.now(UTC))
            )
            audit.write(session, viewer, "share", recording, "trainers" if account is None else str(account))


def unshare(store: Store, viewer: Viewer, recording: str, account: int | None) -> None:
    """Show it no longer."""
    require(store, viewer, Action.SHARE, recording)
    with store.writing() as session:
        session.execute(delete(Share).where(Share.recording_id == recording, _with(account)))
        audit.write(session, viewer, "unshare", recording, "trainers" if account is None else str(account))


def _with(account: int | None) -> ColumnElement[bool]:
    return Share.account_id.is_(None) if account is None else Share.account_id == account


def is_private_of(viewer: Viewer) -> bool:
    """Whether what this viewer makes is seen by nobody else until it is shared."""
    return viewer.role is Role.TRAINEE
