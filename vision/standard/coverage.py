"""How each clause of a pack is decided: the tables behind ``yitai packs show`` and its ``--coverage``.

Which clauses the documents have stands in ``documents.toml`` beside this file, apart from the packs, so that a clause
that no pack holds is seen.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from vision.quantities import label_text, quantity
from vision.standard.messages import accept_text
from vision.standard.rules import Decided, Pack, PackClause, Rule
from vision.types import Basis, Clause, Drill


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """One rule in readable form."""

    rule: str
    quantity: str
    label_zh: str
    label_en: str
    accept_zh: str
    accept_en: str
    basis: Basis
    informative: bool
    unmeasured_zh: str = ""  # why nobody measures this quantity; "" where it is measured
    unmeasured_en: str = ""


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """One clause and how it is decided; ``note`` says what is missing or what to look at."""

    id: str
    clause: Clause
    drills: tuple[Drill, ...]
    decided: Decided
    sex: str | None
    role: str | None
    alternative: str | None
    informative: bool
    weight: float
    figure_zh: str
    figure_en: str
    note_zh: str
    note_en: str
    rules: tuple[RuleCoverage, ...]


def coverage(pack: Pack) -> tuple[ClauseCoverage, ...]:
    """Every clause of the pack, in its order."""
    return tuple(_clause(clause) for clause in pack.clauses)


def _clause(clause: PackClause) -> ClauseCoverage:
    return ClauseCoverage(
        id=clause.id,
        clause=clause.clause,
        drills=clause.drills,
        decided=clause.decided,
        sex=clause.sex,
        role=clause.role,
        alternative=clause.alternative,
        informative=clause.informative,
        weight=clause.weight,
        figure_zh=clause.figure_zh,
        figure_en=clause.figure_en,
        note_zh=clause.note_zh,
        note_en=clause.note_en,
        rules=tuple(_rule(rule, clause.informative) for rule in clause.rules),
    )


def _rule(rule: Rule, informative: bool) -> RuleCoverage:
    name = rule.quantity_names[0] if rule.sides is None else rule.quantity.replace("_{side}", "")
    shown = rule.quantity_names[0]
    known = quantity(shown)
    return RuleCoverage(
        rule=rule.id,
        quantity=name,
        label_zh=_unsided(label_text(shown, "zh"), "左", rule),
        label_en=_unsided(label_text(shown, "en"), "left ", rule),
        accept_zh=accept_text(rule, "zh"),
        accept_en=accept_text(rule, "en"),
        basis=rule.basis,
        informative=informative or rule.informative,
        unmeasured_zh="" if known is None else known.unmeasured_zh,
        unmeasured_en="" if known is None else known.unmeasured_en,
    )


def _unsided(label: str, side: str, rule: Rule) -> str:
    return label if rule.sides is None else label.replace(side, "", 1)


class State(StrEnum):
    """Who decides a clause, or a part of it."""

    MEASURED = "measured"
    MANUAL = "manual"  # a trainer looks: one camera cannot know, or not surely enough
    NOT_YET = "not_yet"  # nobody; of a clause that is in the pack, what is missing stands in its note


@dataclass(frozen=True, slots=True)
class PartState:
    """A rule of a clause, or the whole clause where it has none that is measured; ``why`` of what is not measured."""

    state: State
    label_zh: str = ""
    label_en: str = ""
    accept_zh: str = ""
    accept_en: str = ""
    basis: Basis | None = None
    why_zh: str = ""
    why_en: str = ""


@dataclass(frozen=True, slots=True)
class ClauseState:
    """One clause of the documents; ``held`` None where the pack has no such clause."""

    id: str
    sources: tuple[str, ...]
    held: ClauseCoverage | None
    parts: tuple[PartState, ...]

    @property
    def state(self) -> State:
        """``measured`` as soon as one part is; what is not stands with the parts."""
        present = {part.state for part in self.parts}
        return next(state for state in State if state in present)


@cache
def documents() -> Mapping[str, tuple[str, ...]]:
    """Every clause of the five documents, and the documents that hold it."""
    table = tomllib.loads(resources.files("vision.standard").joinpath("documents.toml").read_text("utf-8"))
    return {clause: tuple(sources) for clause, sources in table.items()}


def document_coverage(pack: Pack) -> tuple[ClauseState, ...]:
    """Every clause of the pack, and every clause of its documents that it lacks."""
    own = {item.id: item for item in coverage(pack)}
    spoken_of = {pack.id, *pack.includes}
    held = [_state(item) for item in own.values()]
    lacking = [
        ClauseState(name, sources, None, (PartState(State.NOT_YET),))
        for name, sources in documents().items()
        if name not in own and spoken_of & set(sources)
    ]
    return (*held, *lacking)


def _state(item: ClauseCoverage) -> ClauseState:
    sources = tuple(part.strip() for part in item.clause.source.split(","))
    if item.decided is not Decided.MEASURED:
        state = State.MANUAL if item.decided is Decided.MANUAL else State.NOT_YET
        return ClauseState(item.id, sources, item, (PartState(state, why_zh=item.note_zh, why_en=item.note_en),))
    return ClauseState(item.id, sources, item, tuple(_part(rule) for rule in item.rules))


def _part(rule: RuleCoverage) -> PartState:
    state = State.MANUAL if rule.unmeasured_en else State.MEASURED
    labels = (rule.label_zh, rule.label_en, rule.accept_zh, rule.accept_en)
    return PartState(state, *labels, rule.basis, rule.unmeasured_zh, rule.unmeasured_en)
