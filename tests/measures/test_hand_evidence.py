"""Palm direction, finger measures and the word on the upper hand, from hands built by hand."""

from __future__ import annotations

import numpy as np
import pytest

from vision.measures import hand_evidence as he
from vision.measures.head_pose import head_rotation
from vision.types import FloatArray, Reason, Side, View

K = np.array([[900.0, 0.0, 640.0], [0.0, 900.0, 360.0], [0.0, 0.0, 1.0]])
UP = np.array([0.0, -1.0, 0.0])
AXIS_PX = np.array([640.0, 360.0])


def flat_hand(side: Side, bend_deg: float = 0.0, spread_deg: float = 0.0) -> FloatArray:
    """A hand (21, 3) whose fingers point along x and whose palm faces straight up (camera axes: -y)."""
    hand = np.zeros((21, 3))
    towards_thumb = -1.0 if side is Side.RIGHT else 1.0  # palm up, fingers to the picture's right: z of the index
    for number, across in enumerate((0.03, 0.01, -0.01, -0.03)):
        knuckle = np.array([0.09, 0.0, towards_thumb * across])
        aside = np.radians(spread_deg * (1.5 - number)) * towards_thumb
        point, angle = knuckle, 0.0
        hand[5 + 4 * number] = point
        for joint in range(3):
            angle += np.radians(bend_deg) if joint else 0.0
            forward = np.array([np.cos(aside), 0.0, np.sin(aside)])
            point = point + 0.025 * (np.cos(angle) * forward + np.sin(angle) * UP)
            hand[6 + 4 * number + joint] = point
    hand[1:5] = np.array([[0.02, 0, 0.02], [0.04, 0, 0.04], [0.05, 0, 0.05], [0.06, 0, 0.06]]) * [1, 1, towards_thumb]
    return hand


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("tilt_deg", [0.0, 30.0, 90.0, 150.0])
def test_recovers_how_far_the_palm_is_turned_from_up(side: Side, tilt_deg: float) -> None:
    a = np.radians(tilt_deg)
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    assert he.palm_up_deg(flat_hand(side) @ about_x.T, side, UP) == pytest.approx(tilt_deg, abs=1e-6)


def test_the_wrong_side_swaps_palm_and_back() -> None:
    assert he.palm_up_deg(flat_hand(Side.LEFT), Side.RIGHT, UP) == pytest.approx(180.0)


def test_mirrored_hands_have_mirrored_palms() -> None:
    turned = flat_hand(Side.LEFT) @ head_rotation((20, 30, 10), UP, np.array([0.0, 0.0, -1.0])).T
    mirror = np.array([-1.0, 1.0, 1.0])
    np.testing.assert_allclose(
        he.palm_normal(turned * mirror, Side.RIGHT), he.palm_normal(turned, Side.LEFT) * mirror, atol=1e-12
    )


def test_finger_measures_recover_bend_and_spread() -> None:
    assert he.finger_bend_deg(flat_hand(Side.LEFT, bend_deg=25.0)) == pytest.approx(25.0)
    spread = flat_hand(Side.RIGHT, spread_deg=8.0)
    assert he.finger_spread_deg(spread) == pytest.approx(8.0, abs=1e-6)
    assert he.finger_bend_deg(spread) == pytest.approx(0.0, abs=1e-6)


def test_a_palm_held_up_is_measured_near_zero() -> None:
    found = he.measure_palm_up(Side.LEFT, flat_hand(Side.LEFT), flat_hand(Side.LEFT), AXIS_PX, 0.95, UP, K)
    assert found.name == "palm_up_left"
    assert isinstance(found.value, float)
    assert found.u is not None
    assert found.value <= found.u


@pytest.mark.parametrize(
    ("world", "handedness", "reason"),
    [
        (None, 0.9, Reason.OCCLUDED),
        (flat_hand(Side.LEFT), 0.2, Reason.TOO_UNCERTAIN),
        (flat_hand(Side.LEFT, bend_deg=50.0), 0.9, Reason.TOO_UNCERTAIN),
        (np.full((21, 3), np.nan), 0.9, Reason.OCCLUDED),
        (flat_hand(Side.LEFT) @ head_rotation((60, 0, 0), UP, np.array([1.0, 0, 0])).T, 0.9, Reason.TOO_UNCERTAIN),
    ],
)
def test_palm_abstains_without_a_clear_hand(world: FloatArray | None, handedness: float, reason: Reason) -> None:
    second = flat_hand(Side.LEFT)  # the last world above disagrees with it
    assert he.measure_palm_up(Side.LEFT, world, second, AXIS_PX, handedness, UP, K).reason is reason


def test_one_look_alone_does_not_give_a_palm() -> None:
    once = he.measure_palm_up(Side.LEFT, flat_hand(Side.LEFT), np.full((21, 3), np.nan), AXIS_PX, 0.9, UP, K)
    assert once.reason is Reason.TOO_UNCERTAIN


def test_two_looks_are_averaged_and_their_distance_told() -> None:
    a = np.radians(20.0)
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    hand = flat_hand(Side.RIGHT)
    reading = he.palm_reading(Side.RIGHT, hand, hand @ about_x.T, AXIS_PX, UP, K)
    assert reading.apart_deg == pytest.approx(20.0)
    assert reading.angle_deg == pytest.approx(10.0)


def test_a_hand_that_points_down_hangs() -> None:
    hand = flat_hand(Side.LEFT)
    assert not he.hangs(hand, UP)
    assert he.hangs(hand, np.array([-1.0, 0.0, 0.0]))


def test_hand_centre_is_the_mean_of_three_knuckles() -> None:
    pixels = np.arange(42, dtype=float).reshape(21, 2)
    centre = he.hand_centre(pixels, 300.0)
    np.testing.assert_allclose(centre.position_px, pixels[[5, 9, 17]].mean(axis=0))
    assert 0 < centre.sigma_px < 6


def test_the_sign_of_the_log_odds_is_the_word() -> None:
    right = he.measure_hand_on_top(6.0, place="abdomen", view=View.FRONT)
    left = he.measure_hand_on_top(-6.0, place="abdomen", view=View.OBLIQUE)
    assert (right.value, left.value) == ("right", "left")
    assert right.u == left.u
    assert right.u is not None
    assert right.u < 0.05


@pytest.mark.parametrize(
    ("log_odds", "place", "view", "reason"),
    [
        (0.4, "abdomen", View.FRONT, Reason.TOO_UNCERTAIN),
        (8.0, "abdomen", View.SIDE, Reason.WRONG_VIEW),
        (8.0, "back", View.FRONT, Reason.OCCLUDED),
        (8.0, "sides", View.FRONT, Reason.UNSUPPORTED),
        (None, "abdomen", View.FRONT, Reason.OCCLUDED),
    ],
)
def test_no_word_is_given_on_a_guess(log_odds: float | None, place: str, view: View, reason: Reason) -> None:
    assert he.measure_hand_on_top(log_odds, place=place, view=view).reason is reason


def test_the_chance_of_being_wrong_falls_with_the_margin_to_a_floor() -> None:
    risks = [he.wrong_probability(margin, 0.85, 0.02) for margin in (0.0, 1.0, 3.0, 50.0)]
    assert risks == sorted(risks, reverse=True)
    assert risks[0] == pytest.approx(0.5)
    assert risks[-1] == pytest.approx(0.02)
