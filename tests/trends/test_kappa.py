"""Kappa against published figures, against a derivative taken by numbers, and against simulated judges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from app.trends.kappa import Z_95, cohen_kappa, standard_error, wilson


def test_the_worked_example_of_fleiss_levin_and_paik_comes_out() -> None:
    """Two clinicians, 100 patients, three diagnoses (Statistical Methods for Rates and Proportions, chapter 18).

    Published: raw agreement .89, chance .66, kappa .68, its interval .68 -+ 1.96 * .087.
    """
    table = np.array([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
    found = cohen_kappa(table)
    assert found.n == 100
    assert found.raw == pytest.approx(0.89)
    assert found.kappa == pytest.approx((0.89 - 0.66) / (1 - 0.66))
    assert found.high is not None
    assert found.kappa is not None
    assert (found.high - found.kappa) / Z_95 == pytest.approx(0.087, abs=0.001)


def test_two_readers_of_fifty_proposals_come_out_as_worked_by_hand() -> None:
    """20 and 15 agreed, 5 and 10 not: po = 35/50, pe = .5 * .6 + .5 * .4 = .5, kappa = .2/.5."""
    found = cohen_kappa(np.array([[20, 5], [10, 15]]))
    assert found.kappa == pytest.approx(0.4)
    assert found.raw == pytest.approx(0.7)


def by_numbers(shares: NDArray[np.float64], n: int) -> float:
    """The standard error by the delta method, its derivatives taken by differences."""

    def kappa(p: NDArray[np.float64]) -> float:
        chance = float(p.sum(axis=1) @ p.sum(axis=0))
        return (float(np.trace(p)) - chance) / (1 - chance)

    flat, step = shares.ravel(), 1e-6
    slopes = np.zeros_like(flat)
    for place in range(flat.size):
        up, down = flat.copy(), flat.copy()
        up[place] += step
        down[place] -= step
        slopes[place] = (kappa(up.reshape(shares.shape)) - kappa(down.reshape(shares.shape))) / (2 * step)
    mean = float(flat @ slopes)
    return math.sqrt((float(flat @ slopes**2) - mean**2) / n)


@pytest.mark.parametrize(
    "table", [[[20, 5], [10, 15]], [[75, 1, 4], [5, 4, 1], [0, 0, 10]], [[40, 9], [2, 7]], [[1, 30], [25, 3]]]
)
def test_the_standard_error_is_that_of_the_delta_method(table: list[list[int]]) -> None:
    counts = np.array(table)
    n = int(counts.sum())
    shares = counts / n
    chance = float(shares.sum(axis=1) @ shares.sum(axis=0))
    kappa = (float(np.trace(shares)) - chance) / (1 - chance)
    assert standard_error(shares, kappa, chance, n) == pytest.approx(by_numbers(shares, n), rel=1e-4)


def test_the_interval_holds_the_true_kappa_of_simulated_judges_about_as_often_as_it_says() -> None:
    truth = np.array([[0.55, 0.08], [0.07, 0.30]])
    chance = float(truth.sum(axis=1) @ truth.sum(axis=0))
    kappa = (float(np.trace(truth)) - chance) / (1 - chance)
    generator = np.random.default_rng(7)
    held = 0
    for _ in range(600):
        found = cohen_kappa(generator.multinomial(150, truth.ravel()).reshape(2, 2))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= kappa <= found.high
    assert 0.92 <= held / 600 <= 0.98


def test_judges_who_never_differ_are_not_called_certain() -> None:
    few, many = cohen_kappa(np.array([[3, 0], [0, 2]])), cohen_kappa(np.array([[150, 0], [0, 100]]))
    assert few.kappa == many.kappa == 1.0
    assert few.low is not None
    assert many.low is not None
    assert few.low < 0.2 < 0.9 < many.low


@pytest.mark.parametrize("table", [[[9, 0], [0, 0]], [[9, 1], [0, 0]], [[9, 0], [1, 0]]])
def test_where_a_judge_knows_one_verdict_only_there_is_no_kappa(table: list[list[int]]) -> None:
    found = cohen_kappa(np.array(table))
    assert found.kappa is None
    assert found.raw_low < found.raw <= found.raw_high


@pytest.mark.parametrize("table", [[[0, 0], [0, 0]], [[1, 2, 3], [4, 5, 6]], [[-1, 2], [3, 4]]])
def test_what_is_no_table_of_agreement_is_refused(table: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="square table"):
        cohen_kappa(np.array(table))


def test_wilsons_interval_is_that_of_its_published_example() -> None:
    """15 of 148: .0624 to .1605 (R. G. Newcombe, Statistics in Medicine 17, 1998, table II, method 3: 81 of 263)."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
