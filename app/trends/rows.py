"""The checks of a person as values: what the program found, and what a trainer said instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, select

from app.store.database import Store
from app.store.outcomes import check_of, overrides_of
from app.store.schema import Assessment, CheckRow, Recording
from app.store.viewers import Viewer
from app.trends.book import Book, book
from app.trends.scope import of_person, since_or_always
from vision.types import Basis, Check, Clause, Drill, Verdict


@dataclass(frozen=True, slots=True)
class TakeRef:
    """A take, as far as progress speaks of it."""

    id: str
    title: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """A check of a take. ``check.verdict`` holds now; ``machine`` is the program's own."""

    take: TakeRef
    segment: int
    drill: Drill
    demand: str
    check: Check
    machine: Verdict
    overridden: bool


def seen_of(
    store: Store, viewer: Viewer, person: int, *, since: datetime | None = None, takes: Iterable[str] = ()
) -> tuple[Seen, ...]:
    """Every check of a person's takes that the viewer may see, the oldest take first. UsageError as `of_person`."""
    where = (*of_person(store, viewer, person), *since_or_always(since))
    wanted = tuple(takes)
    return read_seen(store, (*where, Recording.id.in_(wanted)) if wanted else where)


def read_seen(store: Store, where: Sequence[ColumnElement[bool]]) -> tuple[Seen, ...]:
    """Every check of the recordings that fit."""
    asked = (
        select(Recording.id, Recording.title, Recording.created, CheckRow)
        .join(Assessment, Assessment.recording_id == Recording.id)
        .join(CheckRow, CheckRow.assessment_id == Assessment.id)
        .where(*where)
        .order_by(Recording.created, Recording.id, CheckRow.segment)
    )
    with store.reading() as session:
        rows = session.execute(asked).tuples().all()
        said = overrides_of(session, where)
    standards = book()
    takes: dict[str, TakeRef] = {}
    found = []
    for name, title, created, row in rows:
        take = takes.setdefault(name, TakeRef(name, title, created))
        found.append(_seen(take, row, said.get((name, row.segment, row.rule)), standards))
    return tuple(found)


def _seen(take: TakeRef, row: CheckRow, override: Verdict | None, standards: Book) -> Seen:
    machine = Verdict(row.verdict)
    plain = check_of(row, override or machine)
    known = standards.rule(row.rule)
    if known is None:
        check = replace(plain, clause=Clause(row.source, row.section, "", ""))
    else:
        said = known.clause.clause
        check = replace(
            plain,
            clause=Clause(row.source, row.section, said.zh, said.en),
            accept=known.rule.words or plain.accept,
            basis=known.rule.basis,
            figure_zh=known.clause.figure_zh,
            figure_en=known.clause.figure_en,
            key=known.key and row.weight > 0,
        )
    demand = row.alternative or standards.demand(row.rule)
    return Seen(take, row.segment, Drill(row.drill), demand, check, machine, override is not None)


def as_documented(check: Check) -> bool:
    """Whether a document gives the figure."""
    return check.basis is Basis.DOCUMENTED or bool(check.figure_en)
