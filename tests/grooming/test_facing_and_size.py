"""Which side is seen, and how large a centimetre is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vision.grooming.facing import facing_probability
from vision.grooming.seen import Facing, Mark
from vision.grooming.size import PUPILS_CM, SHOULDERS_SHARE, chest_scale, combine
from vision.landmarks import Landmark
from vision.types import FloatArray, PoseObservation, Subject

TURN_DEG = {Facing.FRONT: 0.0, Facing.LEFT: -90.0, Facing.BACK: 180.0, Facing.RIGHT: 90.0}


def turned(turn_deg: float) -> PoseObservation:
    """A pose whose shoulder line is turned; camera axes, z away from the camera."""
    world = np.zeros((33, 3))
    half = 0.17 * np.array([math.cos(math.radians(turn_deg)), 0, math.sin(math.radians(turn_deg))])
    world[Landmark.LEFT_SHOULDER], world[Landmark.RIGHT_SHOULDER] = half, -half
    return PoseObservation(np.zeros((33, 2)), world, np.ones(33))


def network(facing: Facing, sure: float = 0.9) -> FloatArray:
    """The network's answer (4,)."""
    return np.array([sure if each is facing else (1 - sure) / 3 for each in Facing])


@pytest.mark.parametrize("facing", list(Facing))
@pytest.mark.parametrize("off_deg", [-15.0, 0.0, 15.0])
def test_the_turn_of_the_shoulders_tells_the_side(facing: Facing, off_deg: float) -> None:
    chances = facing_probability(turned(TURN_DEG[facing] + off_deg))
    assert max(chances, key=lambda each: chances[each]) is facing
    assert sum(chances.values()) == pytest.approx(1)


def test_pose_and_network_that_disagree_leave_doubt() -> None:
    agreed = facing_probability(turned(0.0), network(Facing.FRONT))
    torn = facing_probability(turned(0.0), network(Facing.BACK))
    assert agreed[Facing.FRONT] > 0.97
    assert max(torn.values()) < 0.85


def test_without_a_pose_the_network_decides_but_is_never_certain() -> None:
    chances = facing_probability(None, network(Facing.LEFT, 1.0))
    assert chances[Facing.LEFT] == max(chances.values())
    assert chances[Facing.LEFT] < 0.97


def test_shoulders_of_a_known_stature_give_the_scale() -> None:
    pixels = np.full((33, 2), np.nan)
    pixels[Landmark.LEFT_SHOULDER], pixels[Landmark.RIGHT_SHOULDER] = (400.0, 300.0), (80.0, 300.0)
    nothing = np.full((len(Mark), 2), np.nan)
    scale, sigma = chest_scale(Facing.FRONT, pixels, None, nothing, Subject(height_cm=170.0))
    assert scale == pytest.approx(320 / (SHOULDERS_SHARE * 170))
    unknown, wider = chest_scale(Facing.FRONT, pixels, None, nothing, None)
    assert unknown == pytest.approx(scale, rel=0.1)
    assert wider > sigma


def test_pupils_are_a_ruler_of_their_own() -> None:
    mesh, depth = np.zeros((478, 2)), np.zeros(478)
    mesh[468], mesh[473] = (0.0, 0.0), (60.0, 0.0)
    depth[473] = 25.0
    nothing = np.full((len(Mark), 2), np.nan)
    scale, _sigma = chest_scale(Facing.FRONT, None, (mesh, depth), nothing, None)
    assert scale == pytest.approx(65 / PUPILS_CM, rel=0.05)


def test_rulers_are_weighed_by_what_they_know() -> None:
    value, sigma = combine([(10.0, 0.02), (12.0, 0.2), (math.nan, 0.01)])
    assert value == pytest.approx(10.02, abs=0.01)
    assert sigma < 0.02
    assert math.isnan(combine([])[0])
