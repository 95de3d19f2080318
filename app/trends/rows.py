"""The checks of a person as values: what the program found, and what a trainer said instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from app.store.database import Store
from app.store.outcomes import NOTHING, Said, check_of, overrides_of
from app.store.schema import Assessment, CheckRow, Recording
from app.store.viewers import Viewer
from app.trends.book import book
from app.trends.scope import of_person, since_or_always
from vision.types import Check, Drill, Verdict


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
        select(Recording.id.label("take"), Recording.title, Recording.created, *CheckRow.__table__.columns)
        .select_from(Recording)
        .join(Assessment, Assessment.recording_id == Recording.id)
        .join(CheckRow, CheckRow.assessment_id == Assessment.id)
        .where(*where)
        .order_by(Recording.created, Recording.id, CheckRow.segment)
    )
    with store.reading() as session:
        rows = session.execute(asked).all()
        overrides = overrides_of(session, where)
    takes: dict[str, TakeRef] = {}
    found = []
    for row in rows:
        take = takes.get(row.take) or takes.setdefault(row.take, TakeRef(row.take, row.title, row.created))
        found.append(_seen(take, row, overrides.get((row.take, row.segment, row.rule))))
    return tuple(found)


def _seen(take: TakeRef, row: Row[Any], override: Verdict | None) -> Seen:
    machine = Verdict(row.verdict)
    check = check_of(row, override or machine, _said(row.rule))
    return Seen(
        take,
        row.segment,
        Drill(row.drill),
        row.alternative or book().demand(row.rule),
        check,
        machine,
        override is not None,
    )


@cache
def _said(rule: str) -> Said:
    known = book().rule(rule)
    if known is None:
        return NOTHING
    clause = known.clause
    return Said(
        clause.clause.zh,
        clause.clause.en,
        known.rule.words,
        known.rule.basis,
        clause.figure_zh,
        clause.figure_en,
        known.key,
    )
