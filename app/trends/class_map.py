"""A class at a glance: trainees by demands, how often each verdict came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.store.database import Store
from app.store.people import groups as all_groups
from app.store.schema import Assessment, Outcome, Recording, Trainee
from app.store.viewers import Viewer
from app.trends.book import book
from app.trends.scope import ClassScope, of_class
from vision.palette import SEVERITY
from vision.types import Drill, Verdict


@dataclass(frozen=True, slots=True)
class Cell:
    """How often a trainee showed a demand, and what came of it."""

    counts: Mapping[Verdict, int]

    @property
    def decided(self) -> int:
        """The times with a value: pass, fail or uncertain."""
        return self.times - self.counts.get(Verdict.NOT_MEASURED, 0)

    @property
    def times(self) -> int:
        """All times."""
        return sum(self.counts.values())

    @property
    def passed(self) -> int:
        """The times that passed."""
        return self.counts.get(Verdict.PASS, 0)

    @property
    def verdict(self) -> Verdict:
        """The commonest verdict, of equal ones what asks for most attention; not measured where nothing was."""
        measured = {verdict: n for verdict, n in self.counts.items() if verdict is not Verdict.NOT_MEASURED and n}
        if not measured:
            return Verdict.NOT_MEASURED
        return min(measured, key=lambda verdict: (-measured[verdict], SEVERITY[verdict]))


@dataclass(frozen=True, slots=True)
class Row:
    """A trainee of the class."""

    id: int
    name: str
    cells: Mapping[str, Cell]  # by demand; none where they never showed it


@dataclass(frozen=True, slots=True)
class ClassMap:
    """The trainees by name, the demands in the standards' order."""

    demands: tuple[str, ...]
    rows: tuple[Row, ...]

    def whole(self, demand: str) -> Cell:
        """A demand over all rows."""
        counts: dict[Verdict, int] = {}
        for row in self.rows:
            for verdict, n in row.cells[demand].counts.items() if demand in row.cells else ():
                counts[verdict] = counts.get(verdict, 0) + n
        return Cell(counts)


@dataclass(frozen=True, slots=True)
class TakeOf:
    """A take behind a cell."""

    id: str
    title: str
    time: datetime
    verdict: Verdict


def class_map(store: Store, viewer: Viewer, scope: ClassScope) -> ClassMap:
    """Who shows what how well; members of the group without a take stand in it, too. NotAllowedError for a trainee."""
    asked = (
        select(Recording.trainee_id, Outcome.demand, Outcome.verdict, func.count())
        .select_from(Outcome)
        .join(Assessment, Assessment.id == Outcome.assessment_id)
        .join(Recording, Recording.id == Assessment.recording_id)
        .where(Outcome.drill == scope.drill.value, *of_class(store, viewer, scope))
        .group_by(Recording.trainee_id, Outcome.demand, Outcome.verdict)
    )
    with store.reading() as session:
        counted = session.execute(asked).tuples().all()
        names = dict(session.execute(select(Trainee.id, Trainee.name)).tuples().all())
    cells: dict[int, dict[str, dict[Verdict, int]]] = {}
    if scope.group is not None:
        cells = {member: {} for member in all_groups(store).get(scope.group, ())}
    for person, demand, verdict, n in counted:
        if person is not None:
            cells.setdefault(person, {}).setdefault(demand, {})[Verdict(verdict)] = n
    order = book().order
    demands = sorted({one for row in cells.values() for one in row}, key=lambda one: (order.get(one, len(order)), one))
    rows = [
        Row(person, names.get(person, "?"), {demand: Cell(counts) for demand, counts in row.items()})
        for person, row in cells.items()
    ]
    return ClassMap(tuple(demands), tuple(sorted(rows, key=lambda row: row.name)))


def takes_of(
    store: Store, viewer: Viewer, scope: ClassScope, person: int, demand: str, most: int = 50
) -> tuple[TakeOf, ...]:
    """The takes behind a cell, the newest first; one with several repetitions stands with each."""
    asked = (
        select(Recording.id, Recording.title, Recording.created, Outcome.verdict)
        .join(Assessment, Assessment.recording_id == Recording.id)
        .join(Outcome, Outcome.assessment_id == Assessment.id)
        .where(
            Outcome.drill == scope.drill.value,
            Outcome.demand == demand,
            Recording.trainee_id == person,
            *of_class(store, viewer, scope),
        )
        .order_by(Recording.created.desc(), Recording.id, Outcome.segment)
        .limit(most)
    )
    with store.reading() as session:
        rows = session.execute(asked).tuples().all()
    return tuple(TakeOf(name, title, created, Verdict(verdict)) for name, title, created, verdict in rows)


def drills_shown(store: Store, viewer: Viewer) -> tuple[Drill, ...]:
    """The drills of the takes that the viewer's class holds, the commonest first."""
    where = of_class(store, viewer, ClassScope(Drill.STAND))
    asked = (
        select(Outcome.drill, func.count())
        .join(Assessment, Assessment.id == Outcome.assessment_id)
        .join(Recording, Recording.id == Assessment.recording_id)
        .where(*where)
        .group_by(Outcome.drill)
        .order_by(func.count().desc())
    )
    with store.reading() as session:
        return tuple(Drill(drill) for drill, _ in session.execute(asked).tuples())
