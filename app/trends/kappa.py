"""Agreement between two judges who put the same things into the same boxes: raw, and Cohen's kappa with an interval.

kappa = (po - pe) / (1 - pe): the share of agreement ``po`` beyond the share ``pe`` that chance would give, from both
judges' totals (J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement
20, 1960, 37-46). Its large-sample standard error is that of J. L. Fleiss, J. Cohen and B. S. Everitt, "Large sample
standard errors of kappa and weighted kappa", Psychological Bulletin 72, 1969, 323-327; in the form of J. L. Fleiss,
B. Levin and M. C. Paik, "Statistical Methods for Rates and Proportions", 3rd ed., 2003, chapter 18:

    A = sum_i p_ii (1 - (p_i. + p_.i)(1 - kappa))^2
    B = (1 - kappa)^2 sum_{i != j} p_ij (p_.i + p_j.)^2
    C = (kappa - pe (1 - kappa))^2
    se = sqrt(A + B - C) / ((1 - pe) sqrt(n))
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959963984540054  # the normal distribution's 97.5 % point
IntTable = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement over ``n`` things. ``kappa`` None: one judge, or both, used a single box, so chance explains all.

    ``low`` to ``high`` is the interval at 95 %, ``raw_low`` to ``raw_high`` that of the raw share.
    """

    n: int
    raw: float
    raw_low: float
    raw_high: float
    kappa: float | None
    low: float | None
    high: float | None


def cohen_kappa(table: IntTable) -> Kappa:
    """Of a square table of counts (K, K): rows one judge, columns the other. ValueError without any count.

    Where there is not one disagreement the standard error is 0 and says nothing; the lower end then comes from the
    lower end of the raw share (Wilson), with both judges' totals as they are.
    """
    counts = np.asarray(table, dtype=np.float64)
    n = int(counts.sum())
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or n < 1 or (counts < 0).any():
        raise ValueError("a square table of counts, not all zero")
    shares = counts / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    raw, chance = float(np.trace(shares)), float(rows @ columns)
    raw_low, raw_high = wilson(round(float(np.trace(counts))), n)
    if chance >= 1.0 - 1e-12 or np.count_nonzero(rows) < 2 or np.count_nonzero(columns) < 2:
        return Kappa(n, raw, raw_low, raw_high, None, None, None)
    kappa = (raw - chance) / (1.0 - chance)
    if raw >= 1.0 - 1e-12:
        return Kappa(n, raw, raw_low, raw_high, 1.0, (raw_low - chance) / (1.0 - chance), 1.0)
    reach = Z_95 * standard_error(shares, kappa, chance, n)
    return Kappa(n, raw, raw_low, raw_high, kappa, max(-1.0, kappa - reach), min(1.0, kappa + reach))


def standard_error(shares: NDArray[np.float64], kappa: float, chance: float, n: int) -> float:
    """The large-sample standard error of kappa; ``shares`` (K, K) add up to 1."""
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    agreed = np.diag(shares)
    a = float(np.sum(agreed * (1.0 - (rows + columns) * (1.0 - kappa)) ** 2))
    weights = (columns[:, None] + rows[None, :]) ** 2  # (p_.i + p_j.)^2
    apart = shares * weights
    b = (1.0 - kappa) ** 2 * float(apart.sum() - np.trace(apart))
    c = (kappa - chance * (1.0 - kappa)) ** 2
    return math.sqrt(max(0.0, a + b - c)) / ((1.0 - chance) * math.sqrt(n))


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson, JASA 22, 1927, 209-212)."""
    share, z2 = hits / n, Z_95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = Z_95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)
