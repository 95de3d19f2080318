"""Comparing values with uncertainty: what is called better, worse, or no difference."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.trends.change import Band, Estimate, Outcome, compare, compare_words, difference, mean_of, record
from vision.types import Verdict

V_FEET = Band(35.0, 55.0)
NUMBERS = st.floats(-200, 200)
SPREADS = st.floats(0.01, 50)


def test_a_difference_has_the_root_of_the_sum_of_both_squares() -> None:
    assert difference(Estimate(63.0, 3.0), Estimate(47.0, 4.0)) == (-16.0, 5.0)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (63.0, 47.0, Outcome.IMPROVED),  # from outside to inside
        (70.0, 60.0, Outcome.IMPROVED),  # still outside, surely nearer
        (47.0, 63.0, Outcome.WORSE),
        (60.0, 70.0, Outcome.WORSE),
        (57.0, 53.0, Outcome.NO_DIFFERENCE),  # 4 with u = 5
        (38.0, 52.0, Outcome.BOTH_FINE),
        (25.0, 64.0, Outcome.DIFFERENT),  # 10 below, then 9 above
        (10.0, 60.0, Outcome.IMPROVED),  # 25 below, then 5 above
    ],
)
def test_each_outcome_is_told_where_it_belongs(before: float, after: float, said: Outcome) -> None:
    assert compare(Estimate(before, 3.0), Estimate(after, 4.0), V_FEET).outcome is said


def test_a_limit_with_one_end_only_works_the_same() -> None:
    straight = Band(150.0, None)
    assert compare(Estimate(120.0, 4.0), Estimate(140.0, 4.0), straight).outcome is Outcome.IMPROVED
    assert compare(Estimate(155.0, 4.0), Estimate(175.0, 4.0), straight).outcome is Outcome.BOTH_FINE


def test_without_a_value_on_one_side_nothing_is_said() -> None:
    assert compare(None, Estimate(1.0, 1.0), V_FEET).outcome is Outcome.UNMEASURED
    assert compare(Estimate(1.0, 1.0), None, V_FEET).value is None


@given(NUMBERS, SPREADS, NUMBERS, SPREADS)
def test_before_and_after_swapped_swap_better_and_worse(a: float, ua: float, b: float, ub: float) -> None:
    swapped = {Outcome.IMPROVED: Outcome.WORSE, Outcome.WORSE: Outcome.IMPROVED}
    there, back = compare(Estimate(a, ua), Estimate(b, ub), V_FEET), compare(Estimate(b, ub), Estimate(a, ua), V_FEET)
    assert back.outcome is swapped.get(there.outcome, there.outcome)


@given(NUMBERS, SPREADS, NUMBERS, SPREADS)
def test_better_or_worse_is_never_said_within_the_uncertainty(a: float, ua: float, b: float, ub: float) -> None:
    said = compare(Estimate(a, ua), Estimate(b, ub), V_FEET)
    if said.outcome in (Outcome.IMPROVED, Outcome.WORSE):
        assert abs(b - a) > math.hypot(ua, ub)


def test_a_person_who_did_not_change_is_called_better_or_worse_in_at_most_one_of_twenty() -> None:
    generator = np.random.default_rng(3)
    readings = 58.0 + generator.normal(0.0, 2.0, (4000, 2))  # u = 4: twice the standard deviation
    said = [compare(Estimate(a, 4.0), Estimate(b, 4.0), V_FEET).outcome for a, b in readings]
    wrong = sum(one in (Outcome.IMPROVED, Outcome.WORSE) for one in said) / len(said)
    assert wrong < 0.05


def test_more_takes_do_not_make_the_cameras_own_error_smaller() -> None:
    assert mean_of([]) is None
    same = mean_of([Estimate(40.0, 4.0)] * 25)
    assert same == Estimate(40.0, 4.0, 25)
    one = mean_of([Estimate(41.0, 3.0)])
    assert one == Estimate(41.0, 3.0, 1)


def test_the_mean_of_a_period_joins_the_mean_u_with_the_takes_spread() -> None:
    found = mean_of([Estimate(40.0, 3.0), Estimate(44.0, 5.0), Estimate(48.0, 4.0)])
    assert found is not None
    assert found.value == pytest.approx(44.0)
    assert found.u == pytest.approx(math.hypot(4.0, 4.302653 * 4.0 / math.sqrt(3)), rel=1e-6)  # t(2) = 4.3027, s = 4


def test_words_count_only_where_both_are_sure() -> None:
    wrong, right = (Verdict.FAIL, 0.02), (Verdict.PASS, 0.02)
    assert compare_words(wrong, right, same=False).outcome is Outcome.IMPROVED
    assert compare_words(right, wrong, same=False).outcome is Outcome.WORSE
    assert compare_words((Verdict.FAIL, 0.1), right, same=False).outcome is Outcome.NO_DIFFERENCE
    assert compare_words(wrong, wrong, same=True).outcome is Outcome.NO_DIFFERENCE
    assert compare_words(None, right, same=False).outcome is Outcome.UNMEASURED


def test_a_record_lies_nearer_than_the_best_before_it_by_more_than_the_uncertainty() -> None:
    def values(*numbers: float) -> list[Estimate]:
        return [Estimate(number, 3.0) for number in numbers]

    assert record(values(70, 69, 68), V_FEET) is None, "1 and 2 degrees are within 4.2"
    assert record(values(70, 66, 64, 69), V_FEET) == 2, "6 degrees nearer than the first"
    assert record(values(70, 50, 45, 47), V_FEET) == 1, "what is asked is met: nearer to its middle is no better"
    assert record(values(45, 70, 46), V_FEET) is None
    assert record(values(45), V_FEET) is None
