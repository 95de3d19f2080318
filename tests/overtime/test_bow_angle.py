"""A bow against the own upright: of the same recording, or of a neutral file."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.moment import Moment
from vision.options import OwnUpright
from vision.overtime import bow_angle
from vision.overtime.bow import UPRIGHT_DEG, UPRIGHT_SIGMA_DEG, bow_tempo, own_upright
from vision.phases.model import BowTiming, Phase
from vision.types import Drill, Measurement, Reason, View


def moment(flexion: float | None, u: float | None = 4.0) -> Moment:
    """A moment that knows only its trunk flexion."""
    reason = Reason.OCCLUDED if flexion is None else None
    return Moment({"trunk_flexion": Measurement("trunk_flexion", flexion, u, "deg", reason)}, View.SIDE, 90.0)


def test_without_any_upright_there_is_no_bow_angle() -> None:
    assert bow_angle(moment(16.0), None).reason is Reason.NO_NEUTRAL


@pytest.mark.parametrize("sigma", [0.5, 5.0])
def test_against_a_neutral_file_both_errors_count_in_full(sigma: float) -> None:
    found = bow_angle(moment(16.0), None, OwnUpright(2.0, sigma))
    assert found.value == pytest.approx(14.0)
    assert found.u == pytest.approx(math.hypot(4.0, max(4.0, 2 * sigma)))


def test_a_flexion_that_was_not_measured_keeps_its_reason() -> None:
    assert bow_angle(moment(None, None), None, OwnUpright(2.0, 1.0)).reason is Reason.OCCLUDED


def test_a_bow_too_uncertain_against_a_file_is_not_given() -> None:
    assert bow_angle(moment(16.0, 15.0), None, OwnUpright(2.0, 1.0)).value is None


@given(st.floats(-20, 30), st.floats(0.5, 30))
def test_the_own_upright_lies_between_the_reading_and_how_people_stand(read_deg: float, read_u: float) -> None:
    value, u, trust = own_upright(read_deg, read_u)
    assert min(read_deg, UPRIGHT_DEG) - 1e-9 <= value <= max(read_deg, UPRIGHT_DEG) + 1e-9
    assert u < min(read_u, 2 * UPRIGHT_SIGMA_DEG)
    assert 0 < trust < 1


def test_a_sharp_reading_of_the_upright_is_taken_a_vague_one_hardly() -> None:
    assert own_upright(6.0, 0.5)[0] == pytest.approx(6.0, abs=0.1)
    assert own_upright(17.4, 14.0)[0] == pytest.approx(UPRIGHT_DEG, abs=2.0)


def test_the_own_uprights_u_covers_uprights_of_such_people() -> None:
    rng = np.random.default_rng(3)
    true = rng.normal(UPRIGHT_DEG, UPRIGHT_SIGMA_DEG, 4000)
    for sigma in (1.0, 3.0, 7.0):
        found = np.array(
            [own_upright(t + e, 2 * sigma)[:2] for t, e in zip(true, rng.normal(0, sigma, 4000), strict=True)]
        )
        assert np.mean(np.abs(found[:, 0] - true) <= found[:, 1]) == pytest.approx(0.954, abs=0.015)


def test_a_tempo_is_not_read_from_a_few_frames_a_second() -> None:
    bow = Phase(Drill.BOW, 0.0, 4.0, 1.4, 2.6, timing=BowTiming(1.0, 1.2, 1.4, 2.0))
    assert [m.value for m in bow_tempo(bow, 0.04)][:3] == [1.0, 1.2, 1.4]
    assert {m.reason for m in bow_tempo(bow, 1 / 3)} == {Reason.TOO_UNCERTAIN}
