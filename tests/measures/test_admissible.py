"""What no body does is not believed, and what one camera shows badly is not given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.synthetic import BOW, POSTURES, STAND, body
from vision.measures.admissible import MAX_U, feet_twisted, too_uncertain
from vision.reconstruct.skeleton import Point
from vision.types import Reason, View


@pytest.mark.parametrize("name", POSTURES)
def test_feet_of_ordinary_postures_are_not_twisted(name: str) -> None:
    assert not feet_twisted(body(POSTURES[name])[None])[0]


def test_wide_open_feet_are_not_twisted() -> None:
    assert not feet_twisted(body(replace(STAND, yaw_left_deg=60.0, yaw_right_deg=60.0))[None])[0]


@pytest.mark.parametrize("side", [0, 1])
def test_a_foot_that_points_backwards_is_twisted(side: int) -> None:
    points = body(BOW)
    heel, toe = Point.LEFT_HEEL + side, Point.LEFT_TOE + side
    points[[heel, toe]] = points[[toe, heel]]
    assert feet_twisted(points[None])[0]


def test_whole_batches_are_looked_at_one_by_one() -> None:
    back_to_front = body(STAND)
    order = np.arange(len(back_to_front))
    order[[Point.LEFT_HIP, Point.RIGHT_HIP]] = [Point.RIGHT_HIP, Point.LEFT_HIP]
    assert feet_twisted(np.stack([body(STAND), back_to_front[order]])).tolist() == [False, True]


@pytest.mark.parametrize(("view", "reason"), [(View.FRONT, Reason.TOO_UNCERTAIN), (View.SIDE, Reason.WRONG_VIEW)])
def test_beyond_the_largest_u_a_value_is_withheld_with_the_reason(view: View, reason: Reason) -> None:
    largest = MAX_U["v_angle"]
    assert too_uncertain("v_angle", largest, view) is None
    assert too_uncertain("v_angle", largest + 0.1, view) is reason
