"""Trainees and groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.store.database import Store
from app.store.schema import Group, GroupMember, Trainee
from vision.errors import UsageError

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Person:
    """A trainee in the records."""

    id: int
    name: str
    sex: str | None
    height_cm: float | None


def clean_name(name: str) -> str:
    """A name without what does not print, its spaces single; UsageError when nothing is left."""
    kept = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:LONGEST_NAME].strip()
    if not kept:
        raise UsageError("give a name", "请填写姓名")
    return kept


def trainee_row(session: Session, name: str, sex: str | None = None, height_cm: float | None = None) -> Trainee:
    """The trainee of a name, made where there is none; what is newly known of them is kept."""
    name = clean_name(name)
    row = session.scalar(select(Trainee).where(Trainee.name == name))
    if row is None:
        row = Trainee(name=name, created=datetime.now(UTC))
        session.add(row)
    row.sex, row.height_cm = sex or row.sex, height_cm or row.height_cm
    session.flush()
    return row


def trainees(store: Store) -> tuple[Person, ...]:
    """Everybody, by name."""
    with store.reading() as session:
        rows = session.scalars(select(Trainee).order_by(Trainee.name)).all()
    return tuple(Person(row.id, row.name, row.sex, row.height_cm) for row in rows)


def set_group(store: Store, name: str, members: tuple[int, ...]) -> None:
    """Make a group of these trainees, in place of who was in it."""
    with store.writing() as session:
        group = session.scalar(select(Group).where(Group.name == clean_name(name)))
        if group is None:
            group = Group(name=clean_name(name), created=datetime.now(UTC))
            session.add(group)
            session.flush()
        session.execute(delete(GroupMember).where(GroupMember.group_id == group.id))
        session.add_all(GroupMember(group_id=group.id, trainee_id=one) for one in dict.fromkeys(members))


def groups(store: Store) -> dict[str, tuple[int, ...]]:
    """The ids of each group's trainees, by the group's name."""
    asked = (
        select(Group.name, GroupMember.trainee_id).outerjoin(GroupMember).order_by(Group.name, GroupMember.trainee_id)
    )
    found: dict[str, tuple[int, ...]] = {}
    with store.reading() as session:
        for name, member in session.execute(asked):
            found[name] = (*found.get(name, ()), *(() if member is None else (member,)))
    return found
