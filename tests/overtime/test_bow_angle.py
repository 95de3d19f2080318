"""A bow against the own upright: of the same recording, or of a neutral file."""

from __future__ import annotations

import math

import pytest

from vision.moment import Moment
from vision.options import OwnUpright
from vision.overtime import bow_angle
from vision.types import Measurement, Reason, View


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
