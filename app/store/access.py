"""Who may do what with a recording. The table of it, in words: docs/accounts.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from app.store.schema import Recording, Share
from app.store.viewers import Role, Viewer


class Action(StrEnum):
    """What can be asked of a recording."""

    SEE = "see"  # list, play, read the report, take files away
    COMMENT = "comment"
    REVIEW = "review"  # override, tick, sign off, unlock, judge again, make a model
    REMOVE = "remove"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides: whose recording it is, whom it shows, and with whom it was shared (accounts; None: trainers)."""

    owner: int | None
    trainee: int | None
    private: bool
    shared: frozenset[int | None] = field(default_factory=frozenset)


def may(viewer: Viewer, action: Action, facts: Facts) -> bool:
    """Whether the viewer may."""
    if viewer.local:
        return True
    owns = facts.owner == viewer.account
    if action is Action.SEE:
        return sees(viewer, facts)
    if action is Action.COMMENT:
        return sees(viewer, facts)
    if action is Action.REVIEW:
        return viewer.trains and sees(viewer, facts)
    if action is Action.REMOVE:
        return owns or viewer.role is Role.ADMIN or (viewer.trains and not facts.private)
    return owns or (viewer.trains and not facts.private)


def sees(viewer: Viewer, facts: Facts) -> bool:
    """Whether the recording exists for the viewer."""
    if viewer.local or viewer.role is Role.ADMIN or mine(viewer, facts) or viewer.account in facts.shared:
        return True
    return viewer.role is Role.TRAINER and (not facts.private or None in facts.shared)


def mine(viewer: Viewer, facts: Facts) -> bool:
    """Whether the viewer made the recording or is shown in it."""
    shown = viewer.trainee is not None and facts.trainee == viewer.trainee
    return viewer.local or facts.owner == viewer.account or shown


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """`sees` as a condition on `Recording`; a test holds both together."""
    if viewer.local or viewer.role is Role.ADMIN:
        return true()
    own = Recording.owner_id == viewer.account
    shown = false() if viewer.trainee is None else Recording.trainee_id == viewer.trainee
    to_me = _shared(Share.account_id == viewer.account)
    if viewer.role is Role.TRAINER:
        return or_(own, shown, to_me, Recording.private.is_(False), _shared(Share.account_id.is_(None)))
    return or_(own, shown, to_me)


def _shared(how: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(Share.id).where(and_(Share.recording_id == Recording.id, how)))
