"""How each clause of a pack is decided: the table behind ``yitai packs show``."""

from __future__ import annotations

from dataclasses import dataclass

from vision.quantities import label_text
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
    return RuleCoverage(
        rule=rule.id,
        quantity=name,
        label_zh=_unsided(label_text(shown, "zh"), "左", rule),
        label_en=_unsided(label_text(shown, "en"), "left ", rule),
        accept_zh=accept_text(rule, "zh"),
        accept_en=accept_text(rule, "en"),
        basis=rule.basis,
        informative=informative or rule.informative,
    )


def _unsided(label: str, side: str, rule: Rule) -> str:
    return label if rule.sides is None else label.replace(side, "", 1)
