"""Who agreed to being recorded, and the question that everything which records asks first.

Not asked: `yitai score` on the command line. Who runs it has the recordings already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.library.records import store_of
from app.places import Places
from app.privacy.handler import handler_of
from app.privacy.periods import Kind, periods
from app.privacy.wording import VERSION, purpose, wording
from app.store import audit
from app.store.database import Store
from app.store.people import clean_name, trainee_row
from app.store.schema import Account, Consent, Trainee
from app.store.viewers import NotAllowedError, Viewer, require_trainer

SELF, LOCAL, VOUCHED = "self", "local", "vouched"
UNNAMED_HOLDS = timedelta(hours=1)  # what a trainer says of people without a name is said for what is added now


class NoConsentError(NotAllowedError):
    """The person was not asked yet, or withdrew."""


@dataclass(frozen=True, slots=True)
class Given:
    """A consent, as kept. ``current``: it is to the wording of today and covers how long things are kept today."""

    id: int
    who: str  # the trainee's or the account's name; "" for the user of the computer, or people without a name
    version: str
    language: str
    how: str
    wording: str
    retention_days: int | None
    given: datetime
    withdrawn: datetime | None
    current: bool


def consent_of(store: Store, viewer: Viewer) -> Given | None:
    """What the viewer agreed to, unless it was withdrawn."""
    return _last(store, _by_self(viewer))


def consent_of_trainee(store: Store, trainee: int) -> Given | None:
    """What a trainee agreed to, by themself or as a trainer says."""
    return _last(store, Consent.trainee_id == trainee)


def agree(places: Places, language: str) -> None:
    """The viewer agrees to what `app.privacy.wording` says now."""
    store, viewer = store_of(places), places.viewer
    row = _new(places, language, LOCAL if viewer.local else SELF)
    row.trainee_id = viewer.trainee
    with store.writing() as session:
        session.add(row)
        audit.write(session, viewer, "consent", viewer.name, VERSION)


def vouch(places: Places, name: str | None, language: str) -> None:
    """A trainer says that a person was shown the notice and agreed; without a name, everybody in what is added now.

    NotAllowedError for somebody with an account who withdrew: only they can agree again.
    """
    require_trainer(places.viewer)
    store, viewer = store_of(places), places.viewer
    if name and withdrew(store, name):
        raise NotAllowedError(
            f"{name.strip()} withdrew consent and can only give it again personally",
            f"{name.strip()} 已撤回同意，只能由本人重新同意",
        )
    row = _new(places, language, VOUCHED)
    with store.writing() as session:
        if name and name.strip():
            row.trainee_id = trainee_row(session, name).id
        session.add(row)
        audit.write(session, viewer, "consent vouched for", clean_name(name) if name and name.strip() else "", VERSION)


def withdrew(store: Store, name: str) -> bool:
    """Whether a trainee who has an account withdrew what they had agreed to."""
    who = select(Trainee.id).where(Trainee.name == clean_name(name))
    asked = select(Consent).where(Consent.trainee_id.in_(who)).order_by(Consent.id.desc()).limit(1)
    with store.reading() as session:
        last = session.scalar(asked)
        account = session.scalar(select(Account.id).where(Account.trainee_id.in_(who)).limit(1))
    return last is not None and last.withdrawn is not None and account is not None


def withdraw(store: Store, viewer: Viewer) -> int:
    """End the viewer's consents; how many. What follows from it is `app.privacy.leaving`."""
    return _withdraw(store, viewer, _own(viewer), viewer.name)


def withdraw_for(store: Store, by: Viewer, trainee: int) -> int:
    """The same for a trainee who told a trainer so; how many."""
    require_trainer(by)
    with store.reading() as session:
        name = session.scalar(select(Trainee.name).where(Trainee.id == trainee)) or ""
    return _withdraw(store, by, Consent.trainee_id == trainee, name)


def require_consent(places: Places) -> None:
    """NoConsentError unless the viewer agreed to being recorded."""
    given = consent_of(store_of(places), places.viewer)
    if given is None or not given.current:
        raise NoConsentError(
            "nothing is recorded before you agree to it; open Practise or Setup to read what is asked",
            "未经你同意不会录制；请在“练习”或“设置”中阅读并确认",
        )


def require_consent_of(places: Places, name: str | None) -> None:
    """NoConsentError unless who is shown in a recording agreed: the viewer, or whom a trainer adds it of."""
    if agreed(places, name):
        return
    if not adds_others(places.viewer):
        require_consent(places)
    who = (name or "").strip()
    raise NoConsentError(
        f"{who or 'whoever is shown'} has not agreed to being recorded; ask, and tick that they agreed",
        f"{who or '录像中的人'}尚未同意录制；请先征得同意并勾选",
    )


def agreed(places: Places, name: str | None) -> bool:
    """Whether who is shown in a recording that the viewer adds has agreed."""
    store, viewer = store_of(places), places.viewer
    if not adds_others(viewer):
        given = consent_of(store, viewer)
    elif name and name.strip():
        given = _last(store, Consent.trainee_id.in_(select(Trainee.id).where(Trainee.name == clean_name(name))))
    else:
        recent = Consent.given > datetime.now(UTC) - UNNAMED_HOLDS
        mine = (Consent.trainee_id.is_(None)) & (Consent.account_id == viewer.account) & (Consent.how == VOUCHED)
        given = _last(store, mine & recent)
    return given is not None and given.current


def adds_others(viewer: Viewer) -> bool:
    """Whether the viewer adds recordings of other people: trainers, where people sign in."""
    return viewer.trains and not viewer.local


def history(store: Store, who: ColumnElement[bool]) -> tuple[Given, ...]:
    """All consents of a condition, withdrawn ones among them; the oldest first."""
    days = periods(store)
    with store.reading() as session:
        rows = session.scalars(select(Consent).where(who).order_by(Consent.id)).all()
        return tuple(_given(session, row, days) for row in rows)


def _own(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.local:
        return Consent.how == LOCAL
    if viewer.trainee is not None:
        return Consent.trainee_id == viewer.trainee
    return (Consent.trainee_id.is_(None)) & (Consent.account_id == viewer.account) & (Consent.how == SELF)


def _by_self(viewer: Viewer) -> ColumnElement[bool]:
    """A trainer's word for somebody does not let them record themselves: they may never have seen the notice."""
    return _own(viewer) if viewer.local else (_own(viewer)) & (Consent.how == SELF)


def _last(store: Store, who: ColumnElement[bool]) -> Given | None:
    days = periods(store)
    asked = select(Consent).where(who, Consent.withdrawn.is_(None)).order_by(Consent.id.desc()).limit(1)
    with store.reading() as session:
        row = session.scalar(asked)
        return None if row is None else _given(session, row, days)


def _new(places: Places, language: str, how: str) -> Consent:
    days, viewer = periods(store_of(places)), places.viewer
    return Consent(
        purpose=purpose(language),
        wording=wording(language, days, local=viewer.local, handler=handler_of(places)),
        version=VERSION,
        language=language,
        how=how,
        retention_days=_longest(days),
        given=datetime.now(UTC),
        account_id=viewer.account,
    )


def _longest(days: dict[Kind, int | None]) -> int | None:
    both = [days[Kind.PRIVATE], days[Kind.TAKES]]
    known = [one for one in both if one is not None]
    return max(known) if len(known) == len(both) else None


def _covers(kept: int | None, now: int | None) -> bool:
    return kept is None or (now is not None and now <= kept)


def _given(session: Session, row: Consent, days: dict[Kind, int | None]) -> Given:
    trainee = None if row.trainee_id is None else session.get(Trainee, row.trainee_id)
    account = session.get(Account, row.account_id) if row.account_id is not None and row.how == SELF else None
    named = trainee or account
    return Given(
        row.id,
        "" if named is None else named.name,
        row.version,
        row.language,
        row.how,
        row.wording,
        row.retention_days,
        row.given,
        row.withdrawn,
        row.withdrawn is None and row.version == VERSION and _covers(row.retention_days, _longest(days)),
    )


def _withdraw(store: Store, by: Viewer, who: ColumnElement[bool], subject: str) -> int:
    with store.writing() as session:
        rows = _holding(session, who)
        for row in rows:
            row.withdrawn = datetime.now(UTC)
        if rows:
            audit.write(session, by, "consent withdrawn", subject)
        return len(rows)


def _holding(session: Session, who: ColumnElement[bool]) -> list[Consent]:
    return list(session.scalars(select(Consent).where(who, Consent.withdrawn.is_(None))))
