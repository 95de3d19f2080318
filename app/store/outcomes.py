"""What each demand of a take came to, as rows: the class is counted from them without reading a check.

They follow from the checks and from the trainers' overrides, and are made again when either changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select
from sqlalchemy.orm import Session

from app.store.demands import demands_of
from app.store.schema import Assessment, CheckRow, Note, Outcome, Recording
from vision.types import Basis, Check, Clause, Verdict

Where = tuple[str, int, str]  # recording, segment, rule
OVERRIDE, WITHDRAW = "override", "withdraw"  # of `app.library.layer.Kind`


def settle_outcomes(session: Session, recording: str) -> None:
    """Make the rows of a recording again."""
    assessment = session.scalar(select(Assessment.id).where(Assessment.recording_id == recording))
    if assessment is None:
        return
    session.execute(delete(Outcome).where(Outcome.assessment_id == assessment))
    asked = select(CheckRow).where(CheckRow.assessment_id == assessment).order_by(CheckRow.segment, CheckRow.rule)
    rows = session.scalars(asked).all()
    said = overrides_of(session, (Recording.id == recording,))
    for segment, group in groupby(rows, key=lambda row: row.segment):
        members = list(group)
        checks = [check_of(row, said.get((recording, segment, row.rule)) or Verdict(row.verdict)) for row in members]
        session.add_all(
            Outcome(
                assessment_id=assessment,
                segment=segment,
                demand=demand[:120],
                drill=members[0].drill,
                verdict=verdict.value,
                weight=weight,
            )
            for demand, (verdict, weight) in demands_of(checks).items()
        )


def overrides_of(session: Session, where: Sequence[ColumnElement[bool]]) -> dict[Where, Verdict]:
    """The overrides that hold on the recordings that fit (conditions on `Recording`)."""
    asked = (
        select(Note.recording_id, Note.segment, Note.rule, Note.kind, Note.verdict)
        .join(Recording, Recording.id == Note.recording_id)
        .where(Note.kind.in_((OVERRIDE, WITHDRAW)), Note.segment.is_not(None), *where)
        .order_by(Note.recording_id, Note.number)
    )
    return current_overrides(session.execute(asked).tuples())


def current_overrides(
    entries: Iterable[tuple[str, int | None, str, str, str | None]],
) -> dict[Where, Verdict]:
    """What the entries (recording, segment, rule, kind, verdict) add up to, in their order."""
    found: dict[Where, Verdict] = {}
    for recording, segment, rule, kind, verdict in entries:
        if segment is None:
            continue
        if kind == OVERRIDE and verdict is not None:
            found[recording, segment, rule] = Verdict(verdict)
        else:
            found.pop((recording, segment, rule), None)
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """What a standard says of a check beyond what its row keeps."""

    zh: str = ""
    en: str = ""
    words: tuple[str, ...] = ()
    basis: Basis = Basis.HOUSE
    figure_zh: str = ""
    figure_en: str = ""
    key: bool = False


NOTHING = Said()


def check_of(row: CheckRow | Row[Any], verdict: Verdict, said: Said = NOTHING) -> Check:
    """A row (or the columns of one) as the check it was made of, with this verdict; advice and moments are not kept."""
    return Check(
        rule=row.rule,
        clause=Clause(row.source, row.section, said.zh, said.en),
        verdict=verdict,
        measurement=row.measurement,
        accept=said.words or (row.low, row.high),
        basis=said.basis,
        figure_zh=said.figure_zh,
        figure_en=said.figure_en,
        key=said.key and row.weight > 0,
        value=row.word if row.value is None else row.value,
        u=row.u,
        message_zh="",
        message_en="",
        frame_s=None,
        unit=row.unit,
        weight=row.weight,
        alternative=row.alternative,
        option=row.option,
    )
