"""Which side is seen, and how large a centimetre is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from calibration.camera import assumed_camera, level_rotation
from vision.grooming.facing import facing_probability
from vision.grooming.seen import Facing, Mark
from vision.grooming.size import FACE_CM, FACE_EDGES, HEAD_FORWARD_CM, SHOULDERS_SHARE, chest_scale, combine
from vision.landmarks import Landmark
from vision.types import FloatArray, PoseObservation, Subject

LEVEL = replace(assumed_camera((720, 960)), rotation_cam_from_floor=level_rotation())
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


def test_no_face_on_a_front_means_a_back_and_a_face_means_a_front() -> None:
    torn = network(Facing.BACK, 0.5)
    without = facing_probability(turned(0.0), torn, mesh_found=False)
    found = facing_probability(turned(0.0), torn, mesh_found=True)
    assert max(without, key=lambda each: without[each]) is Facing.BACK
    assert found[Facing.FRONT] > 0.9


def test_shoulders_of_a_known_stature_give_the_scale() -> None:
    pixels = np.full((33, 2), np.nan)
    pixels[Landmark.LEFT_SHOULDER], pixels[Landmark.RIGHT_SHOULDER] = (400.0, 300.0), (80.0, 300.0)
    nothing = np.full((len(Mark), 2), np.nan)
    scale, sigma = chest_scale(Facing.FRONT, pixels, None, nothing, Subject(height_cm=170.0), LEVEL)
    assert scale == pytest.approx(320 / (SHOULDERS_SHARE[None] * 170))
    unknown, wider = chest_scale(Facing.FRONT, pixels, None, nothing, None, LEVEL)
    assert unknown == pytest.approx(scale, rel=0.1)
    assert wider > sigma


def test_the_breadth_of_the_face_is_a_ruler_of_its_own_and_nearer_to_a_camera_that_looks_down() -> None:
    mesh, depth = np.zeros((478, 2)), np.zeros(478)
    mesh[FACE_EDGES[1]] = (120.0, 0.0)
    depth[FACE_EDGES[1]] = 50.0
    nothing = np.full((len(Mark), 2), np.nan)
    level, _sigma = chest_scale(Facing.FRONT, None, (mesh, depth), nothing, None, LEVEL)
    down, _sigma = chest_scale(
        Facing.FRONT, None, (mesh, depth), nothing, None, replace(LEVEL, rotation_cam_from_floor=level_rotation(-20.0))
    )
    at_face = 130 / FACE_CM[None]
    assert level == pytest.approx(LEVEL.focal_px / (LEVEL.focal_px / at_face + HEAD_FORWARD_CM))
    assert down < 0.95 * level


def test_rulers_are_weighed_by_what_they_know() -> None:
    value, sigma = combine([(10.0, 0.02), (12.0, 0.2), (math.nan, 0.01)])
    assert value == pytest.approx(10.02, abs=0.01)
    assert sigma < 0.02
    assert math.isnan(combine([])[0])


def test_a_womans_shoulders_are_narrower_for_her_stature_and_knowing_it_makes_the_scale_surer() -> None:
    pixels = np.full((33, 2), np.nan)
    pixels[Landmark.LEFT_SHOULDER], pixels[Landmark.RIGHT_SHOULDER] = (400.0, 300.0), (80.0, 300.0)
    nothing = np.full((len(Mark), 2), np.nan)
    found = {
        sex: chest_scale(Facing.FRONT, pixels, None, nothing, Subject(height_cm=170.0, sex=sex), LEVEL)
        for sex in ("f", "m", None)
    }
    assert found["m"][0] < found[None][0] < found["f"][0]
    assert found["f"][1] == found["m"][1] < found[None][1]


def test_a_ruler_that_contradicts_two_others_counts_less_and_widens_the_sigma() -> None:
    agreed, sure = combine([(10.0, 0.05), (10.1, 0.05), (9.9, 0.05)])
    pulled, wider = combine([(10.0, 0.05), (10.1, 0.05), (7.0, 0.05)])
    assert agreed == pytest.approx(10, rel=0.01)
    assert pulled == pytest.approx(10, rel=0.02)
    assert wider > sure


def test_two_rulers_that_contradict_each_other_leave_a_wide_sigma() -> None:
    _value, sigma = combine([(10.0, 0.05), (14.0, 0.05)])
    assert sigma > 0.1
