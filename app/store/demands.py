"""What counts once in a segment: a clause, or a group of clauses of which one is enough.

The name of a demand is the group's, or the clause's id. A rule's id is the clause's, or begins with it and a dot
(a test holds the shipped packs to that).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from vision.palette import SEVERITY
from vision.standard import list_packs, load_pack, units_of
from vision.types import Check, Side, Verdict


@cache
def clause_ids() -> frozenset[str]:
    """The clauses of the shipped packs."""
    return frozenset(clause.id for info in list_packs() for clause in load_pack(info.id).clauses)


@cache
def clause_of(rule: str) -> str:
    """The clause that a rule decides; of a pack that is not known the rule itself, without its side."""
    parts = rule.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in clause_ids():
            return name
    return ".".join(parts[:-1]) if len(parts) > 1 and parts[-1] in tuple(Side) else rule


def demands_of(checks: Iterable[Check]) -> dict[str, tuple[Verdict, float]]:
    """Verdict and weight of each demand of one segment; checks without weight are no demand.

    The checks of a clause come to the verdict that asks for most attention, as reports tell them.
    """
    found: dict[str, tuple[Verdict, float]] = {}
    for unit in units_of(checks):
        name = unit.group or clause_of(unit.checks[0].rule)
        verdict, weight = found.get(name, (unit.verdict, 0.0))
        worse = min(verdict, unit.verdict, key=SEVERITY.__getitem__)
        found[name] = (worse, weight + unit.weight)
    return found
