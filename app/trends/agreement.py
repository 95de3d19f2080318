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

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, func, not_, select
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


@dataclass(slots=True)
class _Tally:
    """What was counted of a clause. ``pairs``: how often the trainer said one thing and the program another."""

    pairs: Counter[tuple[Verdict, Verdict]] = field(default_factory=Counter)  # (trainer, program)
    takes: int = 0
    overrides: int = 0


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
    """All clauses together (``clause`` ""), then each in the standards' order; of the takes that the viewer may see.

    Empty where no trainer judged anything. NotAllowedError for a trainee.
    """
    require_trainer(viewer)
    if not viewer.local:
        audit.note(store, viewer, "see progress", "class", "agreement")
    where: list[ColumnElement[bool]] = [Recording.state == PRESENT, visible(viewer)]
    if since is not None:
        where.append(Recording.created >= since)
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    with store.reading() as session:
        _count_signed(session, where, tallies)
        takes = _count_overridden(session, where, tallies) + _signed_takes(session, where, tallies)
    order = book().order
    found = [(clause, tally) for clause, tally in tallies.items() if tally.pairs.total()]
    if not found:
        return ()
    whole = _Tally(takes=takes)
    for _, tally in found:
        whole.pairs.update(tally.pairs)
        whole.overrides += tally.overrides
    found.sort(key=lambda one: (order.get(one[0], len(order)), one[0]))
    return _agreement("", whole), *(_agreement(clause, tally) for clause, tally in found)


def _signed() -> Select[tuple[str]]:
    """The recordings that are signed off: of sign-offs and unlocks the last is a sign-off."""
    last = (
        select(Note.recording_id, func.max(Note.number).label("number"))
        .where(Note.kind.in_((SIGN, UNLOCK)))
        .group_by(Note.recording_id)
        .subquery()
    )
    both = and_(Note.recording_id == last.c.recording_id, Note.number == last.c.number)
    return select(Note.recording_id).join(last, both).where(Note.kind == SIGN)


def _other_form() -> ColumnElement[bool]:
    """Whether a check is not passed in a group of which another form passes; with `_group` joined."""
    passed = Verdict.PASS.value
    return and_(CheckRow.verdict != passed, func.coalesce(Outcome.verdict, "") == passed)


def _group() -> ColumnElement[bool]:
    """Joins the outcome of the group of alternatives that a check belongs to."""
    return and_(
        Outcome.assessment_id == CheckRow.assessment_id,
        Outcome.segment == CheckRow.segment,
        Outcome.demand == CheckRow.alternative,
    )


def _clause(rule: str, alternative: str | None) -> str:
    return alternative or book().demand(rule)


def _count_signed(session: Session, where: Sequence[ColumnElement[bool]], tallies: defaultdict[str, _Tally]) -> None:
    """Every measured check of the signed takes as agreed; `_count_overridden` takes back what is not."""
    asked = (
        select(CheckRow.rule, CheckRow.alternative, CheckRow.verdict, func.count())
        .select_from(Recording)
        .join(Assessment, Assessment.recording_id == Recording.id)
        .join(CheckRow, CheckRow.assessment_id == Assessment.id)
        .outerjoin(Outcome, _group())
        .where(
            CheckRow.weight > 0,
            CheckRow.verdict != Verdict.NOT_MEASURED.value,
            not_(_other_form()),
            Recording.id.in_(_signed()),
            *where,
        )
        .group_by(CheckRow.rule, CheckRow.alternative, CheckRow.verdict)
    )
    for rule, alternative, verdict, n in session.execute(asked).tuples():
        tallies[_clause(rule, alternative)].pairs[Verdict(verdict), Verdict(verdict)] += n


def _signed_takes(session: Session, where: Sequence[ColumnElement[bool]], tallies: defaultdict[str, _Tally]) -> int:
    """Count the signed takes in which each clause was judged; how many signed takes there are."""
    asked = (
        select(Outcome.demand, func.count(Recording.id.distinct()))
        .select_from(Recording)
        .join(Assessment, Assessment.recording_id == Recording.id)
        .join(Outcome, Outcome.assessment_id == Assessment.id)
        .where(Outcome.verdict != Verdict.NOT_MEASURED.value, Recording.id.in_(_signed()), *where)
        .group_by(Outcome.demand)
    )
    for demand, n in session.execute(asked).tuples():
        tallies[demand].takes += n
    whole = select(func.count()).select_from(Recording).where(Recording.id.in_(_signed()), *where)
    return session.scalar(whole) or 0


def _count_overridden(session: Session, where: Sequence[ColumnElement[bool]], tallies: defaultdict[str, _Tally]) -> int:
    """Count the overrides that hold, each in place of what `_count_signed` took for agreed.

    How many takes with overrides are not signed off.
    """
    signed, said = _overrides(session, where)
    overridden = select(Note.recording_id, Note.segment, Note.rule).where(Note.kind == OVERRIDE).distinct().subquery()
    asked = (
        select(
            Recording.id,
            CheckRow.segment,
            CheckRow.rule,
            CheckRow.alternative,
            CheckRow.verdict,
            and_(CheckRow.verdict != Verdict.NOT_MEASURED.value, not_(_other_form())),
        )
        .select_from(overridden)
        .join(Recording, Recording.id == overridden.c.recording_id)
        .join(Assessment, Assessment.recording_id == Recording.id)
        .join(
            CheckRow,
            and_(
                CheckRow.assessment_id == Assessment.id,
                CheckRow.segment == overridden.c.segment,
                CheckRow.rule == overridden.c.rule,
            ),
        )
        .outerjoin(Outcome, _group())
        .where(CheckRow.weight > 0, *where)
    )
    unsigned: defaultdict[str, set[str]] = defaultdict(set)
    for take, segment, rule, alternative, verdict, counted in session.execute(asked).tuples():
        trainer = said.get((take, segment, rule))
        if trainer is None:
            continue
        machine, tally = Verdict(verdict), tallies[_clause(rule, alternative)]
        if take in signed and counted:
            tally.pairs[machine, machine] -= 1
        if take not in signed:
            unsigned[_clause(rule, alternative)].add(take)
        tally.pairs[trainer, machine] += 1
        tally.overrides += 1
    for clause, takes in unsigned.items():
        tallies[clause].takes += len(takes)
    return len(frozenset[str]().union(*unsigned.values()))


def _overrides(session: Session, where: Sequence[ColumnElement[bool]]) -> tuple[set[str], dict[Where, Verdict]]:
    """Of the takes with overrides: which are signed off, and the overrides that count."""
    with_overrides = select(Note.recording_id).where(Note.kind == OVERRIDE)
    asked = (
        select(Note.recording_id, Note.segment, Note.rule, Note.kind, Note.verdict)
        .join(Recording, Recording.id == Note.recording_id)
        .where(
            Note.kind.in_((OVERRIDE, WITHDRAW, SIGN, UNLOCK, REJUDGED)), Note.recording_id.in_(with_overrides), *where
        )
        .order_by(Note.recording_id, Note.number)
    )
    signed: set[str] = set()
    said: dict[Where, Verdict] = {}
    for take, group in groupby(session.execute(asked).tuples().all(), key=lambda row: row[0]):
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


def _agreement(clause: str, tally: _Tally) -> Agreement:
    table = np.array([[tally.pairs[trainer, machine] for machine in DECIDED] for trainer in DECIDED], dtype=np.int64)
    trainer_open = sum(n for (trainer, _), n in tally.pairs.items() if trainer not in DECIDED)
    decided_by_trainer = sum(n for (trainer, _), n in tally.pairs.items() if trainer in DECIDED)
    return Agreement(
        clause=clause,
        takes=tally.takes,
        overrides=tally.overrides,
        machine_open=decided_by_trainer - int(table.sum()),
        trainer_open=trainer_open,
        kappa=cohen_kappa(table) if table.sum() else None,
    )
