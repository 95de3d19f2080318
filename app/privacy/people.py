"""Who is meant by a name, and which takes are theirs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from app.store.database import Store
from app.store.people import clean_name
from app.store.schema import Account, Assessment, Recording, Trainee
from app.store.viewers import Viewer
from vision.errors import UsageError

OWN_WORK = ("practice", "upload")  # origins of takes that show who made them, where nobody else is named


@dataclass(frozen=True, slots=True)
class OwnedBy:
    """A trainee in the records and the accounts that are theirs, by number."""

    trainee: int | None
    accounts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of whom something is held. ``names``: what they are called in the records, longest first."""

    name: str
    owned: OwnedBy
    names: tuple[str, ...]


def find_person(store: Store, name: str) -> Someone:
    """The person of a trainee's or an account's name; UsageError when there is none."""
    name = clean_name(name)
    with store.reading() as session:
        account = session.scalar(select(Account).where(Account.login == name.casefold()))
        trainee = session.scalar(select(Trainee).where(Trainee.name == name))
        if trainee is None and account is not None and account.trainee_id is not None:
            trainee = session.get(Trainee, account.trainee_id)
        if trainee is None and account is None:
            raise UsageError(f"nobody named {name} is in the records", f"记录中没有名为 {name} 的人")
        return _someone(session, trainee, account)


def person_of(store: Store, viewer: Viewer) -> Someone:
    """The viewer themself; UsageError for the user of the computer, who is nobody in the records."""
    with store.reading() as session:
        account = None if viewer.account is None else session.get(Account, viewer.account)
        if account is None:
            raise UsageError("there is no account", "没有账号")
        trainee = None if account.trainee_id is None else session.get(Trainee, account.trainee_id)
        return _someone(session, trainee, account)


def _someone(session: Session, trainee: Trainee | None, account: Account | None) -> Someone:
    accounts = [] if account is None else [account]
    if trainee is not None:
        also = session.scalars(select(Account).where(Account.trainee_id == trainee.id))
        accounts += [one for one in also if one not in accounts]
    names = [one for account in accounts for one in (account.name, account.login, account.oidc or "")]
    names += [trainee.name] if trainee is not None else []
    kept = sorted({one for one in names if one}, key=lambda one: (-len(one), one))
    called = trainee.name if trainee is not None else accounts[0].name
    return Someone(
        called,
        OwnedBy(None if trainee is None else trainee.id, tuple(sorted(account.id for account in accounts))),
        tuple(kept),
    )


def theirs(who: OwnedBy, names: tuple[str, ...] = ()) -> ColumnElement[bool]:
    """Takes of a person, as a condition on `Recording` joined with `Assessment`: those that show them, those that
    they made of themselves, and those whose report names them without the records knowing whom it shows."""
    shown = false() if who.trainee is None else Recording.trainee_id == who.trainee
    mine = Recording.owner_id.in_(who.accounts)
    of_self = and_(mine, Recording.trainee_id.is_(None), or_(Recording.private, Recording.origin.in_(OWN_WORK)))
    unnamed = and_(of_self, or_(Assessment.trainee.is_(None), Assessment.trainee.in_(["", *names])))
    private = and_(mine, Recording.private)
    named = and_(Recording.trainee_id.is_(None), Assessment.trainee.in_(names))
    return or_(shown, unnamed, private, named)


def recordings_of(store: Store, who: OwnedBy, names: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The ids of a person's takes, the oldest first."""
    asked = (
        select(Recording.id)
        .outerjoin(Assessment, Assessment.recording_id == Recording.id)
        .where(theirs(who, names))
        .order_by(Recording.created, Recording.id)
    )
    with store.reading() as session:
        return tuple(session.scalars(asked))
