"""What is exported: takes of the library or report folders, each with the trainer's layer over it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from sqlalchemy import func, or_

from app.exporting.text import plain
from app.library.again import find_reports
from app.library.layer import Entry, Layer, read_layer, with_overrides
from app.library.records import store_of
from app.library.takes import Take, find_take, read_report, takes_that
from app.places import Places
from app.store import audit
from app.store.access import mine
from app.store.people import groups, trainees
from app.store.schema import Assessment, Recording
from app.store.viewers import require_trainer
from vision.errors import UsageError
from vision.report.model import Report
from vision.types import Check, Segment, Verdict


class Kind(StrEnum):
    """How much is exported together."""

    TAKE = "take"
    TRAINEE = "trainee"
    CLASS = "class"


@dataclass(frozen=True)
class Item:
    """One take. ``report`` holds what the program found; ``reviewed`` the same with the trainer's verdicts."""

    id: str
    title: str
    created: str  # ISO 8601
    folder: Path
    report: Report
    layer: Layer
    recording: Path | None = None

    @cached_property
    def reviewed(self) -> Report:
        """The report with overridden verdicts in place of the program's, counted again."""
        return with_overrides(self.report, self.layer)

    @property
    def trainee(self) -> str:
        """Whom it shows; "" when nobody said."""
        return plain(self.report.subject.trainee or "")


@dataclass(frozen=True, slots=True)
class Line:
    """A check of a take: what the program said, and the trainer's override if there is one."""

    item: Item
    take: int  # counts the collection's takes from 1
    number: int  # counts the report's segments from 0
    segment: Segment
    check: Check
    override: Entry | None

    @property
    def trainer(self) -> Verdict | None:
        """The trainer's own verdict."""
        return None if self.override is None else self.override.verdict

    @property
    def counts_as(self) -> Verdict:
        """What holds: the trainer's verdict before the program's."""
        return self.check.verdict if self.trainer is None else self.trainer


@dataclass(frozen=True, slots=True)
class Collection:
    """Takes that are exported together, oldest first."""

    kind: Kind
    name: str
    items: tuple[Item, ...]

    def lines(self) -> Iterator[Line]:
        """Every check of every take."""
        for take, item in enumerate(self.items, start=1):
            for number, segment in enumerate(item.report.segments):
                for check in segment.checks:
                    yield Line(item, take, number, segment, check, item.layer.overrides.get((number, check.rule)))

    def by_trainee(self) -> dict[str, Collection]:
        """The same, person by person."""
        names = dict.fromkeys(item.trainee for item in self.items)
        return {
            name: Collection(Kind.TRAINEE, name, tuple(item for item in self.items if item.trainee == name))
            for name in names
        }


def item_of(take: Take, report: Report, layer: Layer) -> Item:
    """A take of the library."""
    title = report.source.path.rsplit("/", 1)[-1] if not take.title else take.title
    return Item(take.id, title, take.created, take.folder, report, layer, take.recording)


def of_take(take: Take, report: Report, layer: Layer) -> Collection:
    """One take alone."""
    item = item_of(take, report, layer)
    return Collection(Kind.TAKE, item.title, (item,))


def of_trainee(places: Places, name: str) -> Collection:
    """The takes of a trainee that the viewer may see; UsageError when there are none."""
    people = {person.id: person.name for person in trainees(store_of(places)) if person.name == name}
    return _collected(places, Kind.TRAINEE, name, frozenset(people), frozenset({name}))


def of_class(places: Places, group: str) -> Collection:
    """The takes of a group's trainees that the viewer may see; UsageError for a group that is not there.

    NotAllowedError for a trainee.
    """
    require_trainer(places.viewer)
    store = store_of(places)
    members = groups(store).get(group)
    if members is None:
        raise UsageError(f"there is no class named {group}", f"没有名为 {group} 的班级")
    names = {person.name for person in trainees(store) if person.id in members}
    return _collected(places, Kind.CLASS, group, frozenset(members), frozenset(names))


def named(places: Places, wanted: Sequence[str]) -> Collection:
    """Takes of the library by their ids, or report folders by their paths; UsageError for what is neither."""
    items = []
    for name in wanted:
        take = find_take(places, name) if "/" not in name and places.library.is_dir() else None
        items += _items_of_folders(name) if take is None else [_whole(take)]
    if len(items) == 1:
        return Collection(Kind.TAKE, items[0].title, tuple(items))
    people = {item.trainee for item in items}
    one = len(people) == 1 and people != {""}
    return Collection(Kind.TRAINEE if one else Kind.CLASS, people.pop() if one else "", tuple(items))


def _collected(places: Places, kind: Kind, name: str, ids: frozenset[int], names: frozenset[str]) -> Collection:
    store, items = store_of(places), []
    which = or_(Recording.trainee_id.in_(ids), func.trim(Assessment.trainee).in_(names))
    for take, row in takes_that(places, which):
        if take.problem is not None:
            continue
        if not mine(places.viewer, row.facts):
            audit.note(store, places.viewer, "export another's", take.id)
        items.append(_whole(take))
    if not items:
        raise UsageError(f"there is no take of {name} here", f"这里没有 {name} 的录像")
    return Collection(kind, name, tuple(sorted(items, key=lambda item: (item.created, item.id))))


def _whole(take: Take) -> Item:
    report = take.report
    if report is None:
        raise take.problem or UsageError(f"{take.id}: no report", f"{take.id}：没有报告")
    return item_of(take, report, read_layer(take.folder))


def _items_of_folders(given: str) -> list[Item]:
    kept, nothing = find_reports([given])
    if nothing:
        raise UsageError(
            f"{given}: neither a take of the library nor a folder with a report",
            f"{given}：既不是库中的录像，也不是含报告的文件夹",
        )
    found = []
    for one in kept:
        report = read_report(one.folder / "report.json")
        name = one.folder.resolve().name
        found.append(Item(name, name, report.created, one.folder, report, read_layer(one.folder)))
    return found
