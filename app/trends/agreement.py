"""Agreement between trainers and the program, clause by clause.

A check counts as judged by a trainer only when one really looked:

* an override that holds on it: the trainer's verdict is the override's. One that was written before the take was
  judged again counts only if the take was signed off afterwards, for the program's verdict was another then;
* no override, but the take is signed off now (the last of sign-off and unlock is a sign-off): who signs says that the
  whole report was gone through, and left this verdict as it stands.

What the program did not measure and nobody overrode is no judgement of anybody's; nor is what stands against a form
that was not the one shown (feet not parallel, of who stands in a V that passes). Kappa is taken over checks that
both decided (pass or fail); what either left open is counted beside it.

Two things make the figures look better than they are: trainers see the program's verdict before they give theirs, and
a sign-off may be given without looking closely. A third makes the interval too narrow: the checks of one take are not
independent of each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

import numpy as np
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from app.store import audit
from app.store.access import visible
from app.store.database import Store
from app.store.outcomes import OVERRIDE, WITHDRAW, Where, current_overrides
from app.store.recordings import PRESENT
from app.store.schema import Assessment, CheckRow, Note, Outcome, Recording
from app.store.viewers import Viewer, require_trainer
from app.trends.book import book
from app.trends.kappa import Kappa, cohen_kappa
from vision.types import Verdict

SIGN, UNLOCK, REJUDGED = "sign", "unlock", "rejudged"  # of `app.library.layer.Kind`
# "Substantial" begins at 0.61 (J. R. Landis and G. G. Koch, Biometrics 33, 1977, 159-174).
SUBSTANTIAL = 0.61
FEWEST = 10  # below, large-sample intervals mean nothing
DECIDED = (Verdict.PASS, Verdict.FAIL)


class Trust(StrEnum):
    """What the figures let one say."""

    AGREES = "agrees"  # the whole interval of kappa is substantial or better
    DISAGREES = "disagrees"  # the whole interval lies below
    UNDECIDED = "undecided"  # n is too small for either
    ONE_SIDED = "one_sided"  # nearly everything has one verdict: kappa says nothing
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Judged:
    """A check that a trainer judged."""

    take: str
    clause: str
    machine: Verdict
    trainer: Verdict
    overridden: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """A clause (or all). ``kappa`` None without a check that both decided.

    ``machine_open``: the trainer decided what the program left uncertain or unmeasured; ``trainer_open``: the other
    way round, or both.
    """

    clause: str
    takes: int
    overrides: int
    machine_open: int
    trainer_open: int
    kappa: Kappa | None

    @property
    def trust(self) -> Trust:
        """Whether n is enough to say anything."""
        found = self.kappa
        if found is None or found.n < FEWEST:
            return Trust.TOO_FEW
        if found.low is None or found.high is None:
            return Trust.ONE_SIDED
        if found.low >= SUBSTANTIAL:
            return Trust.AGREES
        return Trust.DISAGREES if found.high < SUBSTANTIAL else Trust.UNDECIDED


def agreements(store: Store, viewer: Viewer, since: datetime | None = None) -> tuple[Agreement, ...]:
    """All clauses together (``clause`` ""), then each in the standards' order. NotAllowedError for a trainee."""
    judged = judged_checks(store, viewer, since)
    order = book().order
    clauses: dict[str, list[Judged]] = {}
    for one in judged:
        clauses.setdefault(one.clause, []).append(one)
    named = sorted(clauses, key=lambda clause: (order.get(clause, len(order)), clause))
    return (
        tuple(_agreement(clause, clauses[clause]) for clause in named)
        if not judged
        else (
            _agreement("", judged),
            *(_agreement(clause, clauses[clause]) for clause in named),
        )
    )


def judged_checks(store: Store, viewer: Viewer, since: datetime | None = None) -> list[Judged]:
    """Every check that a trainer judged, of the takes that the viewer may see."""
    require_trainer(viewer)
    if not viewer.local:
        audit.note(store, viewer, "see progress", "class", "agreement")
    where: list[ColumnElement[bool]] = [Recording.state == PRESENT, visible(viewer)]
    if since is not None:
        where.append(Recording.created >= since)
    with store.reading() as session:
        signed, said = _looked_at(session, where)
        rows = _checks(session, where, signed | {take for take, _, _ in said})
    demand = book().demand
    return [
        Judged(take, alternative or demand(rule), Verdict(machine), trainer, override is not None)
        for take, segment, rule, machine, alternative, other_form in rows
        if (override := said.get((take, segment, rule))) is not None
        or (take in signed and machine != Verdict.NOT_MEASURED.value and not other_form)
        for trainer in (override or Verdict(machine),)
    ]


def _looked_at(session: Session, where: Sequence[ColumnElement[bool]]) -> tuple[set[str], dict[Where, Verdict]]:
    """The takes that are signed off, and the overrides that count."""
    asked = (
        select(Note.recording_id, Note.segment, Note.rule, Note.kind, Note.verdict)
        .join(Recording, Recording.id == Note.recording_id)
        .where(Note.kind.in_((OVERRIDE, WITHDRAW, SIGN, UNLOCK, REJUDGED)), *where)
        .order_by(Note.recording_id, Note.number)
    )
    signed: set[str] = set()
    said: dict[Where, Verdict] = {}
    rows = session.execute(asked).tuples().all()
    for take, group in groupby(rows, key=lambda row: row[0]):
        entries = list(group)
        signing = [kind for _, _, _, kind, _ in entries if kind in (SIGN, UNLOCK)]
        if signing and signing[-1] == SIGN:
            signed.add(take)
        else:
            entries = entries[_after_rejudging(kind for _, _, _, kind, _ in entries) :]
        said.update(current_overrides(one for one in entries if one[3] in (OVERRIDE, WITHDRAW)))
    return signed, said


def _after_rejudging(kinds: Iterable[str]) -> int:
    """The place after the last entry that says the take was judged again."""
    return max((number + 1 for number, kind in enumerate(kinds) if kind == REJUDGED), default=0)


def _checks(
    session: Session, where: Sequence[ColumnElement[bool]], takes: set[str]
) -> list[tuple[str, int, str, str, str | None, bool]]:
    """Recording, segment, rule, verdict and group of the checks that count, of these takes.

    The last: whether it is not passed, in a group of which another form passes.
    """
    with_notes = select(Note.recording_id).where(Note.kind.in_((OVERRIDE, SIGN)))
    not_the_form = and_(
        CheckRow.verdict != Verdict.PASS.value, func.coalesce(Outcome.verdict, "") == Verdict.PASS.value
    )
    asked = (
        select(Recording.id, CheckRow.segment, CheckRow.rule, CheckRow.verdict, CheckRow.alternative, not_the_form)
        .join(Assessment, Assessment.recording_id == Recording.id)
        .join(CheckRow, CheckRow.assessment_id == Assessment.id)
        .outerjoin(
            Outcome,
            and_(
                Outcome.assessment_id == CheckRow.assessment_id,
                Outcome.segment == CheckRow.segment,
                Outcome.demand == CheckRow.alternative,
            ),
        )
        .where(CheckRow.weight > 0, Recording.id.in_(with_notes), *where)
    )
    return [row for row in session.execute(asked).tuples() if row[0] in takes]


def _agreement(clause: str, judged: Sequence[Judged]) -> Agreement:
    both = [one for one in judged if one.machine in DECIDED and one.trainer in DECIDED]
    table = np.zeros((2, 2), dtype=np.int64)
    for one in both:
        table[DECIDED.index(one.trainer), DECIDED.index(one.machine)] += 1
    return Agreement(
        clause=clause,
        takes=len({one.take for one in judged}),
        overrides=sum(one.overridden for one in judged),
        machine_open=sum(one.machine not in DECIDED and one.trainer in DECIDED for one in judged),
        trainer_open=sum(one.trainer not in DECIDED for one in judged),
        kappa=cohen_kappa(table) if both else None,
    )
