"""Whose takes are counted: what the viewer may see of a person, or of a class, since when.

A trainee has their own progress and nobody else's, also where another showed them a take. A trainer's class holds what
trainers may see; what a trainee keeps private enters it when it is shared. Looking at another's progress stands in the
audit log.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select

from app.store import audit
from app.store.access import visible
from app.store.database import Store
from app.store.recordings import PRESENT
from app.store.schema import Assessment, Group, GroupMember, Recording, Trainee
from app.store.viewers import Role, Viewer, require_trainer
from vision.errors import UsageError
from vision.types import Drill

NOBODY = 0  # stands for takes without a name, for who uses this computer without a login


@dataclass(frozen=True, slots=True)
class PersonInfo:
    """Somebody with takes that the viewer may see. ``name`` is "" for `NOBODY`."""

    id: int
    name: str
    takes: int
    last: datetime


@dataclass(frozen=True, slots=True)
class ClassScope:
    """Which takes of a class: ``group`` None is everybody, ``since`` None from the beginning."""

    drill: Drill
    group: str | None = None
    since: datetime | None = None


def no_such_person() -> UsageError:
    """What is said of a person who is not there, or is not the viewer's to see."""
    return UsageError("there is nobody of this number in the records", "记录中没有这个人")


def people(store: Store, viewer: Viewer) -> tuple[PersonInfo, ...]:
    """Whose progress the viewer may look at, by name: themselves for a trainee."""
    asked = (
        select(Recording.trainee_id, Trainee.name, func.count(), func.max(Recording.created))
        .join(Assessment, Assessment.recording_id == Recording.id)
        .outerjoin(Trainee, Trainee.id == Recording.trainee_id)
        .where(Recording.state == PRESENT, visible(viewer))
        .group_by(Recording.trainee_id, Trainee.name)
    )
    if not viewer.trains:
        asked = asked.where(Recording.trainee_id == viewer.trainee)
    with store.reading() as session:
        rows = session.execute(asked).tuples().all()
    found = [
        PersonInfo(number if number is not None else NOBODY, name or "", takes, last)
        for number, name, takes, last in rows
        if number is not None or viewer.local
    ]
    return tuple(sorted(found, key=lambda one: (one.id == NOBODY, one.name)))


def of_person(store: Store, viewer: Viewer, person: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `Recording` of one person's takes. UsageError when the viewer may not look at them."""
    if viewer.role is Role.TRAINEE and (viewer.trainee is None or viewer.trainee != person):
        raise no_such_person()
    if person == NOBODY:
        if not viewer.local:
            raise no_such_person()
        return Recording.state == PRESENT, visible(viewer), Recording.trainee_id.is_(None)
    name = name_of(store, person)
    if viewer.trainee != person and not viewer.local:
        audit.note(store, viewer, "see progress", name)
    return Recording.state == PRESENT, visible(viewer), Recording.trainee_id == person


def name_of(store: Store, person: int) -> str:
    """The name of a trainee; UsageError when there is none."""
    with store.reading() as session:
        name = session.scalar(select(Trainee.name).where(Trainee.id == person))
    if name is None:
        raise no_such_person()
    return name


def of_class(store: Store, viewer: Viewer, scope: ClassScope) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `Recording` of a class's takes. NotAllowedError for a trainee."""
    require_trainer(viewer)
    if not viewer.local:
        audit.note(store, viewer, "see progress", "class", scope.group or "")
    where = [Recording.state == PRESENT, visible(viewer), Recording.trainee_id.is_not(None)]
    if scope.group is not None:
        where.append(Recording.trainee_id.in_(members(scope.group)))
    if scope.since is not None:
        where.append(Recording.created >= scope.since)
    return tuple(where)


def members(group: str) -> Select[tuple[int]]:
    """The trainees of a group, as a subquery."""
    return select(GroupMember.trainee_id).join(Group, Group.id == GroupMember.group_id).where(Group.name == group)


def since_or_always(since: datetime | None) -> Iterable[ColumnElement[bool]]:
    """The condition of a period."""
    return () if since is None else (Recording.created >= since,)
