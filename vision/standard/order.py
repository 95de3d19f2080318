"""In which order checks are told: what matters most comes first.

A failure before a doubt; then the drill's key clause (the bow's angle, the guiding arm's, the feet of a stance); then
what a document itself gives a figure for before the house's own tolerances; then by how far the value lies outside, in
units of its own uncertainty; then by weight.
"""

from __future__ import annotations

from collections.abc import Iterable

from vision.standard.rules import Decided, Pack
from vision.types import Basis, Check, Drill, Verdict

_TURN = {Verdict.FAIL: 0, Verdict.UNCERTAIN: 1, Verdict.PASS: 2, Verdict.NOT_MEASURED: 3}
USUAL_WEIGHT = 1.0
# A word has no distance. A wrong one that is sure enough to fail counts like a value twice its u outside.
WORD_OUTSIDE = 2.0
FARTHEST = 1e3  # of values with hardly any u

Urgency = tuple[int, bool, bool, float, float]


def key_clauses(pack: Pack, drill: Drill) -> frozenset[str]:
    """Ids of the drill's heaviest clauses; none where all weigh the usual."""
    own = [clause for clause in pack.clauses if drill in clause.drills and clause.decided is Decided.MEASURED]
    most = max((clause.weight for clause in own if not clause.informative), default=0.0)
    return frozenset(clause.id for clause in own if clause.weight == most > USUAL_WEIGHT and not clause.informative)


def outside_in_u(check: Check) -> float:
    """How far a value lies outside what is accepted, in units of its u; negative inside."""
    value, u = check.value, check.u
    if value is None:
        return -FARTHEST
    if isinstance(value, str):
        return -WORD_OUTSIDE if value in check.accept else WORD_OUTSIDE
    low, high = (end if isinstance(end, int | float) else None for end in check.accept)
    beyond = max(low - value if low is not None else -FARTHEST, value - high if high is not None else -FARTHEST)
    return float(max(-FARTHEST, min(FARTHEST, beyond / max(u or 0.0, 1e-9))))


def urgency(check: Check) -> Urgency:
    """Sort key: the smallest is told first."""
    documented = check.basis is Basis.DOCUMENTED or bool(check.figure_en)
    return _TURN[check.verdict], not check.key, not documented, -outside_in_u(check), -check.weight


def by_urgency(checks: Iterable[Check]) -> list[Check]:
    """The checks, what matters most first."""
    return sorted(checks, key=urgency)


def most_urgent(checks: Iterable[Check]) -> Urgency:
    """The urgency of several checks that are told together."""
    return min(urgency(check) for check in checks)
