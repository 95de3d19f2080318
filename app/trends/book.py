"""What the shipped standards say about the rules and demands in the records: words, weights, what to do.

House versions change limits, never rules, so that the shipped packs name them all. What a pack of somebody's own
says is not known here; its rules are shown by what they measure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from app.store.demands import clause_of
from vision.standard import list_packs, load_pack
from vision.standard.order import key_clauses
from vision.standard.rules import PackClause, Rule
from vision.types import Drill, Side


@dataclass(frozen=True, slots=True)
class Known:
    """A rule with its clause; ``key``: of its drill's heaviest clause."""

    clause: PackClause
    rule: Rule
    key: bool


@dataclass(frozen=True, slots=True)
class Book:
    """Rules by id, clauses by id, and the clauses of each group of alternatives, in the standards' order."""

    rules: Mapping[str, Known]
    clauses: Mapping[str, PackClause]
    groups: Mapping[str, tuple[PackClause, ...]]
    order: Mapping[str, int]  # of demands

    def rule(self, check: str) -> Known | None:
        """The rule that a check's id names; a check of one side ends in it."""
        found = self.rules.get(check)
        if found is None and check.rpartition(".")[2] in tuple(Side):
            found = self.rules.get(check.rpartition(".")[0])
        return found

    def of_demand(self, demand: str) -> tuple[PackClause, ...]:
        """The clauses of a demand; empty when it is not known."""
        if demand in self.groups:
            return self.groups[demand]
        return (self.clauses[demand],) if demand in self.clauses else ()

    def demand(self, check: str) -> str:
        """The demand that a check belongs to when it counts."""
        known = self.rule(check)
        return clause_of(check) if known is None else known.clause.alternative or known.clause.id


@cache
def book() -> Book:
    """The shipped packs, the default first: where two hold the same clause, the default's words are taken."""
    rules: dict[str, Known] = {}
    clauses: dict[str, PackClause] = {}
    groups: dict[str, tuple[PackClause, ...]] = {}
    for info in list_packs():
        pack = load_pack(info.id)
        keys = frozenset(one for drill in Drill for one in key_clauses(pack, drill))
        for clause in pack.clauses:
            if clause.id in clauses:
                continue
            clauses[clause.id] = clause
            if clause.alternative is not None:
                groups[clause.alternative] = (*groups.get(clause.alternative, ()), clause)
            for rule in clause.rules:
                rules.setdefault(rule.id, Known(clause, rule, clause.id in keys))
    demands = dict.fromkeys(clause.alternative or clause.id for clause in clauses.values())
    order = {demand: number for number, demand in enumerate(demands)}
    return Book(*(MappingProxyType(one) for one in (rules, clauses, groups, order)))  # type: ignore[arg-type]
