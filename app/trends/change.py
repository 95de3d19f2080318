"""Numbers with uncertainty set against each other: two takes, two periods, the best of many.

``u`` is the expanded uncertainty at 95 % (k = 2). A difference has u = sqrt(u1^2 + u2^2): the errors of both are
taken as independent. What two takes share (the same camera file, the same assumptions about a body) errs in the same
direction in both and partly cancels in their difference, so that this u is rather too wide than too narrow. It does
not hold where the camera was moved without a new camera file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from vision.types import Verdict

SURE = 0.95  # of two words: the least probability that both were read right


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its u, from ``n`` takes."""

    value: float
    u: float
    n: int = 1


@dataclass(frozen=True, slots=True)
class Band:
    """What is accepted; None is an open end."""

    low: float | None
    high: float | None

    def outside(self, value: float) -> float:
        """How far a value lies outside, 0 inside."""
        below = -math.inf if self.low is None else self.low - value
        above = -math.inf if self.high is None else value - self.high
        return max(0.0, below, above)

    def side(self, value: float) -> int:
        """-1 below, 0 inside, 1 above."""
        if self.low is not None and value < self.low:
            return -1
        return 1 if self.high is not None and value > self.high else 0


class Outcome(StrEnum):
    """What a comparison comes to."""

    IMPROVED = "improved"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"  # none that one camera can show
    BOTH_FINE = "both_fine"  # a difference, within what is asked
    DIFFERENT = "different"  # a difference, outside on both sides and neither surely nearer
    UNMEASURED = "unmeasured"  # one of them has no value


@dataclass(frozen=True, slots=True)
class Change:
    """``after`` minus ``before`` with its u; None where one of them has no number."""

    outcome: Outcome
    value: float | None = None
    u: float | None = None


def difference(before: Estimate, after: Estimate) -> tuple[float, float]:
    """After minus before, and its u."""
    return after.value - before.value, math.hypot(before.u, after.u)


def compare(before: Estimate | None, after: Estimate | None, band: Band) -> Change:
    """What one can say about two values of the same quantity, judged by the same band."""
    if before is None or after is None:
        return Change(Outcome.UNMEASURED)
    value, u = difference(before, after)
    return Change(_outcome(before.value, after.value, value, u, band), value, u)


def _outcome(before: float, after: float, value: float, u: float, band: Band) -> Outcome:
    if abs(value) <= u:
        return Outcome.NO_DIFFERENCE
    out_before, out_after = band.outside(before), band.outside(after)
    if out_before == out_after == 0.0:
        return Outcome.BOTH_FINE
    if band.side(before) * band.side(after) < 0 and abs(out_before - out_after) <= u:
        return Outcome.DIFFERENT
    return Outcome.IMPROVED if out_after < out_before else Outcome.WORSE


def compare_words(before: tuple[Verdict, float] | None, after: tuple[Verdict, float] | None, same: bool) -> Change:
    """Of two words with their verdicts and risks of being wrong: ``same`` says whether it is one and the same word."""
    if before is None or after is None:
        return Change(Outcome.UNMEASURED)
    sure = (1.0 - before[1]) * (1.0 - after[1]) >= SURE
    if same or not sure:
        return Change(Outcome.NO_DIFFERENCE)
    fine = before[0] is Verdict.PASS, after[0] is Verdict.PASS
    if fine[0] == fine[1]:
        return Change(Outcome.BOTH_FINE if fine[0] else Outcome.DIFFERENT)
    return Change(Outcome.IMPROVED if fine[1] else Outcome.WORSE)


def mean_of(values: Sequence[Estimate]) -> Estimate | None:
    """The mean of the takes of a period; None of none.

    Its u has two parts: the mean u of the takes as it is (the same camera errs in the same direction each time, so
    that more takes do not make it smaller), and Student's t times the standard error of the takes' spread (the
    person is not the same each time).
    """
    if not values:
        return None
    n = len(values)
    mean = math.fsum(one.value for one in values) / n
    common = math.fsum(one.u for one in values) / n
    if n == 1:
        return Estimate(mean, common)
    spread = math.sqrt(math.fsum((one.value - mean) ** 2 for one in values) / (n - 1))
    return Estimate(mean, math.hypot(common, _student(n - 1) * spread / math.sqrt(n)), n)


@cache
def _student(freedom: int) -> float:
    """The 97.5 % point of Student's t."""
    from scipy.stats import t

    return float(t.ppf(0.975, freedom))


def record(values: Sequence[Estimate], band: Band) -> int | None:
    """The place of the personal best: the last value, in order, that lies nearer to what is asked than the best until
    then by more than the u of the difference. None where no value does.
    """
    best, place = 0, None
    for number, one in enumerate(values):
        nearer = band.outside(values[best].value) - band.outside(one.value)
        if nearer > math.hypot(one.u, values[best].u):
            best = place = number
    return place
