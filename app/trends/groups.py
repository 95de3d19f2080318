"""Classes and teams: who makes them and who is put into them. Trainers and administrators only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.store import audit
from app.store.database import Store
from app.store.people import clean_name, trainee_row
from app.store.schema import Group, GroupMember, Trainee
from app.store.viewers import Viewer, require_trainer
from vision.errors import UsageError


def add_group(store: Store, viewer: Viewer, name: str) -> str:
    """Make a group; its name as it is kept. UsageError when there is one of that name."""
    require_trainer(viewer)
    name = clean_name(name)
    with store.writing() as session:
        if _found(session, name) is not None:
            raise UsageError(f"there is a group named {name} already", f"分组 {name} 已存在")
        session.add(Group(name=name, created=datetime.now(UTC)))
        _log(session, viewer, "group added", name)
    return name


def remove_group(store: Store, viewer: Viewer, name: str) -> None:
    """Remove a group; its trainees stay."""
    require_trainer(viewer)
    with store.writing() as session:
        group = _group(session, name)
        session.execute(delete(GroupMember).where(GroupMember.group_id == group.id))
        session.delete(group)
        _log(session, viewer, "group removed", group.name)


def rename_group(store: Store, viewer: Viewer, name: str, wanted: str) -> str:
    """Give a group another name; UsageError when another has it."""
    require_trainer(viewer)
    wanted = clean_name(wanted)
    with store.writing() as session:
        group = _group(session, name)
        other = _found(session, wanted)
        if other is not None and other.id != group.id:
            raise UsageError(f"there is a group named {wanted} already", f"分组 {wanted} 已存在")
        _log(session, viewer, "group renamed", group.name, wanted)
        group.name = wanted
    return wanted


def set_members(store: Store, viewer: Viewer, name: str, members: Iterable[int]) -> None:
    """Put exactly these trainees (by number) into a group. UsageError for one who is not there."""
    require_trainer(viewer)
    wanted = tuple(dict.fromkeys(members))
    with store.writing() as session:
        group = _group(session, name)
        there = set(session.scalars(select(Trainee.id)))
        if not there.issuperset(wanted):
            raise UsageError("there is nobody of this number in the records", "记录中没有这个人")
        session.execute(delete(GroupMember).where(GroupMember.group_id == group.id))
        session.add_all(GroupMember(group_id=group.id, trainee_id=one) for one in wanted)
        _log(session, viewer, "group members set", group.name, str(len(wanted)))


def change_members(
    store: Store, viewer: Viewer, name: str, put: Iterable[str] = (), take: Iterable[str] = ()
) -> tuple[str, ...]:
    """Put trainees (by name) into a group and take others out; who is in it then. UsageError for an unknown name."""
    require_trainer(viewer)
    with store.writing() as session:
        group = _group(session, name)
        members = set(session.scalars(select(GroupMember.trainee_id).where(GroupMember.group_id == group.id)))
        add, drop = {_trainee(session, one) for one in put}, {_trainee(session, one) for one in take}
        session.add_all(GroupMember(group_id=group.id, trainee_id=one) for one in sorted(add - members))
        session.execute(
            delete(GroupMember).where(GroupMember.group_id == group.id, GroupMember.trainee_id.in_(drop - add))
        )
        session.flush()
        asked = select(Trainee.name).join(GroupMember).where(GroupMember.group_id == group.id).order_by(Trainee.name)
        found = tuple(session.scalars(asked))
        _log(session, viewer, "group members set", group.name, str(len(found)))
    return found


def add_trainee(store: Store, viewer: Viewer, name: str) -> str:
    """Have a trainee of this name in the records; the name as it is kept."""
    require_trainer(viewer)
    with store.writing() as session:
        return trainee_row(session, name).name


def _found(session: Session, name: str) -> Group | None:
    return session.scalar(select(Group).where(Group.name == name))


def _group(session: Session, name: str) -> Group:
    group = _found(session, clean_name(name))
    if group is None:
        raise UsageError(f"there is no group named {name}", f"没有名为 {name} 的分组")
    return group


def _trainee(session: Session, name: str) -> int:
    found = session.scalar(select(Trainee.id).where(Trainee.name == clean_name(name)))
    if found is None:
        raise UsageError(f"there is no trainee named {name}", f"没有名为 {name} 的学员")
    return found


def _log(session: Session, viewer: Viewer, action: str, name: str, detail: str = "") -> None:
    audit.write(session, viewer, action, name, detail)
