"""``yitai people``: trainees and the groups they are in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.commands.account import places_of
from app.library.records import store_of
from app.session import EXIT_OK, Session, require
from app.store.people import clean_name, groups, trainees
from app.store.viewers import LOCAL
from app.trends.groups import add_group, add_trainee, change_members, remove_group, rename_group


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What shall become of a group; one that is not there is made."""

    name: str
    put: tuple[str, ...] = ()
    take: tuple[str, ...] = ()
    rename: str | None = None
    delete: bool = False


def show(home: Path | None, session: Session) -> int:
    """A trainee a line: name, sex, height, groups."""
    store = store_of(places_of(home))
    of = {name: set(members) for name, members in groups(store).items()}
    for person in trainees(store):
        height = f"{person.height_cm:.0f} cm" if person.height_cm is not None else ""
        sex_zh, sex_en = {"f": ("女", "f"), "m": ("男", "m")}.get(person.sex or "", ("", ""))
        own = [name for name, members in of.items() if person.id in members]
        zh, en = ("  ".join(text for text in (person.name, sex, height) if text) for sex in (sex_zh, sex_en))
        session.say(f"{zh}  {'、'.join(own)}".rstrip(), f"{en}  {', '.join(own)}".rstrip())
    return EXIT_OK


def add(names: tuple[str, ...], group: str | None, home: Path | None, session: Session) -> int:
    """Enter trainees; who is there already stays as they are."""
    store = store_of(places_of(home))
    if group is not None:
        require(clean_name(group) in groups(store), f"没有名为 {group} 的分组", f"there is no group named {group}")
    kept = [add_trainee(store, LOCAL, name) for name in names]
    if group is not None:
        change_members(store, LOCAL, group, put=kept)
    session.say(f"学员：{'、'.join(kept)}", f"in the records: {', '.join(kept)}")
    return EXIT_OK


def show_groups(home: Path | None, session: Session) -> int:
    """A group a line, with who is in it."""
    store = store_of(places_of(home))
    names = {person.id: person.name for person in trainees(store)}
    for group, members in groups(store).items():
        inside = [names[one] for one in members]
        session.say(f"{group}（{len(inside)}）：{'、'.join(inside)}", f"{group} ({len(inside)}): {', '.join(inside)}")
    return EXIT_OK


def change_group(change: GroupChange, home: Path | None, session: Session) -> int:
    """Make, fill, rename or remove a group."""
    store = store_of(places_of(home))
    name = clean_name(change.name)
    others = change.put or change.take or change.rename
    require(not (change.delete and others), "--delete 不能与其他选项同用", "--delete goes with no other option")
    if change.delete:
        remove_group(store, LOCAL, name)
        session.say(f"已移除分组 {name}", f"removed group {name}")
        return EXIT_OK
    known = {person.name for person in trainees(store)}
    for one in (*change.put, *change.take):
        require(clean_name(one) in known, f"没有名为 {one} 的学员", f"there is no trainee named {one}")
    if name not in groups(store):
        add_group(store, LOCAL, name)
    members = change_members(store, LOCAL, name, change.put, change.take)
    if change.rename is not None:
        name = rename_group(store, LOCAL, name, change.rename)
    session.say(f"{name}（{len(members)}）：{'、'.join(members)}", f"{name} ({len(members)}): {', '.join(members)}")
    return EXIT_OK
