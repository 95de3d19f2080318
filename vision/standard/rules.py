"""What a standard pack holds once it is read: clauses, their rules, and how each is decided.

A **clause** is one demand of a document. It is decided by measurement (it then
has one or more **rules**, a quantity and what is accepted), by a trainer
(``manual``), or not yet (``unsupported``, with what is missing; rules may stand
ready under it but are not judged). Every clause of a document appears in one of
the three ways, so that nothing is silently missing.

**Alternatives.** Clauses that share an ``alternative`` group are options of one
demand ("a V, or feet parallel"): the group passes when one clause passes with
all its rules.

**Sex.** A clause for one sex is left out for a subject of the other. When the
sex is not known, both variants are judged as options of their group (a trainer
would accept either); a clause for one sex without a counterpart is then shown
but does not count.

**Weights.** A clause's weight is shared evenly by its rules (and by left and
right), so that a clause with three numbers does not weigh three times as much.
An ``informative`` clause or rule is judged and shown, but has weight 0: it
enters neither score nor verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vision.types import Basis, Clause, Drill


class Decided(StrEnum):
    """How a clause is decided."""

    MEASURED = "measured"
    MANUAL = "manual"
    UNSUPPORTED = "unsupported"


class Sides(StrEnum):
    """Which of the two sided quantities a rule on ``NAME_{side}`` speaks of."""

    BOTH = "both"  # one check per side
    ACTIVE = "active"  # the side that performs the gesture; the caller names it


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about a value below, or above, the accepted range (or about a wrong word).

    Templates of zh and en; see `ADVICE_FIELDS`. "" where the pack gives none.
    """

    low_zh: str = ""
    low_en: str = ""
    high_zh: str = ""
    high_en: str = ""


ADVICE_FIELDS: frozenset[str] = frozenset({"value", "u", "low", "high", "delta", "side"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One quantity and what is accepted of it.

    Either ``low``/``high`` (None = open end; both ends belong to the range) or
    ``words``. ``target`` is the value to aim for in advice; the middle of the
    range, or its only end, when the pack gives none.
    """

    id: str
    quantity: str  # holds "{side}" when `sides` is set
    low: float | None
    high: float | None
    words: tuple[str, ...]
    target: float | None
    unit: str
    basis: Basis
    sides: Sides | None
    informative: bool
    advice: Advice

    @property
    def quantity_names(self) -> tuple[str, ...]:
        """The measurements this rule may ask for."""
        if self.sides is None:
            return (self.quantity,)
        return tuple(self.quantity.replace("{side}", side) for side in ("left", "right"))

    @property
    def accept(self) -> tuple[float | None, float | None] | tuple[str, ...]:
        """The contract's form: (low, high) or the accepted words."""
        return self.words if self.words else (self.low, self.high)


@dataclass(frozen=True, slots=True)
class PackClause:
    """One demand of a document with the rules that decide it.

    ``name_zh``/``name_en`` are short names of the option ("V-stance") for
    clauses that are alternatives; ``note_zh``/``note_en`` say what is missing
    (unsupported), what to look at (manual), or anything else a reader needs.
    """

    id: str
    clause: Clause
    drills: tuple[Drill, ...]
    decided: Decided
    weight: float = 1.0
    sex: str | None = None
    role: str | None = None
    alternative: str | None = None
    informative: bool = False
    name_zh: str = ""
    name_en: str = ""
    figure_zh: str = ""
    figure_en: str = ""
    note_zh: str = ""
    note_en: str = ""
    requires_view_zh: str = ""
    requires_view_en: str = ""
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """A standard, ready to judge with. ``sha256`` covers its own file and every included one."""

    id: str
    version: str
    title_zh: str
    title_en: str
    document: str
    sha256: str
    clauses: tuple[PackClause, ...]
    includes: tuple[str, ...] = ()

    @property
    def quantity_names(self) -> frozenset[str]:
        """Every measurement that a rule of this pack judges."""
        return frozenset(
            name
            for clause in self.clauses
            if clause.decided is Decided.MEASURED
            for rule in clause.rules
            for name in rule.quantity_names
        )

    def clause(self, clause_id: str) -> PackClause:
        """The clause called ``clause_id``; KeyError when the pack has none."""
        for clause in self.clauses:
            if clause.id == clause_id:
                return clause
        raise KeyError(clause_id)
