"""The measures on exact points: the angles a body was built with come back, whoever turns, moves or mirrors it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.synthetic import (
    FORWARD,
    LEFT,
    SIT,
    STAND,
    Arm,
    Posture,
    Sitting,
    about_vertical,
    body,
    bone_lengths,
    seat_under,
)
from vision.measures.body import Body
from vision.measures.registry import evaluate
from vision.reconstruct.model import body_model
from vision.reconstruct.skeleton import UP, Point, pelvis_axes
from vision.types import FloatArray

MODEL = body_model()
TIGHT = {"abs": 1e-6}
# What changes its sign in the mirror; everything else only swaps left and right.
ODD = ("trunk_lateral", "shoulder_tilt", "pair_lateral", "hand_lateral")
ONE_SIDED = ("hand_wrist_hold",)  # the right hand on the left wrist, not the other way round


def measured(points_m: FloatArray, posture: Posture) -> dict[str, float]:
    """All measures of one body (21, 3)."""
    seat = None if posture.sitting is None else seat_under(posture, points_m)
    values = evaluate(Body(points_m[None], np.array([posture.stature_m]), MODEL.constants, seat))
    return {name: float(value[0]) for name, value in values.items()}


def of(posture: Posture) -> dict[str, float]:
    """All measures of a posture."""
    return measured(body(posture), posture)


@pytest.mark.parametrize(("left", "right"), [(22.5, 22.5), (30.0, 10.0), (-5.0, 12.0), (0.0, 0.0)])
def test_feet_turn_outwards_positive_and_add_up_to_the_v_angle(left: float, right: float) -> None:
    values = of(replace(STAND, yaw_left_deg=left, yaw_right_deg=right))
    assert values["foot_yaw_left"] == pytest.approx(left, **TIGHT)
    assert values["foot_yaw_right"] == pytest.approx(right, **TIGHT)
    assert values["v_angle"] == pytest.approx(left + right, **TIGHT)


def test_heels_and_toes_are_as_far_apart_as_they_were_put() -> None:
    posture = replace(STAND, heel_dist_m=0.12)
    values, points = of(posture), body(posture)
    shoulders = points[Point.LEFT_SHOULDER] - points[Point.RIGHT_SHOULDER]
    run = bone_lengths(posture, MODEL)["foot"] ** 2 - float(np.diff(MODEL.floor_height_m)[0]) ** 2
    toes = 12.0 + 2 * 100 * np.sqrt(run) * np.sin(np.radians(22.5))
    assert values["heel_dist"] == pytest.approx(12.0, **TIGHT)
    assert values["toe_dist"] == pytest.approx(toes, **TIGHT)
    assert values["stance_ratio"] == pytest.approx(0.12 / np.linalg.norm(shoulders), **TIGHT)


@pytest.mark.parametrize("part", ["heel", "toe", "knee"])
def test_clearances_take_off_the_width_of_what_lies_between(part: str) -> None:
    values, points = of(STAND), body(STAND)
    left, _ = pelvis_axes(points)
    index = {"heel": Point.LEFT_HEEL, "toe": Point.LEFT_TOE, "knee": Point.LEFT_KNEE}[part]
    width = MODEL.constants[f"{part}_width_rel"][0] * STAND.stature_m
    apart = float((points[index] - points[index + 1]) @ left)
    assert values[f"{part}_gap"] == pytest.approx(100 * (apart - width), **TIGHT)


@pytest.mark.parametrize(("flexion", "lateral"), [(0.0, 0.0), (30.0, 0.0), (-4.0, 3.0), (45.0, -6.0), (12.0, 8.0)])
def test_the_trunk_leans_forwards_and_to_the_own_left_positive(flexion: float, lateral: float) -> None:
    values = of(replace(STAND, flexion_deg=flexion, lateral_deg=lateral))
    both = np.hypot(np.tan(np.radians(flexion)), np.tan(np.radians(lateral)))
    assert values["trunk_flexion"] == pytest.approx(flexion, **TIGHT)
    assert values["trunk_lateral"] == pytest.approx(lateral, **TIGHT)
    assert values["trunk_inclination"] == pytest.approx(np.degrees(np.arctan(both)), **TIGHT)
    assert values["trunk_behind"] == pytest.approx(max(-flexion, 0.0), **TIGHT)


def test_leaning_to_the_left_lowers_the_left_shoulder() -> None:
    assert of(replace(STAND, lateral_deg=6.0))["shoulder_tilt"] == pytest.approx(-6.0, **TIGHT)


@pytest.mark.parametrize("flexion", [0.0, 30.0])
@pytest.mark.parametrize("neck", [-8.0, 5.0, 25.0])
def test_the_neck_is_measured_against_the_trunk_and_not_against_gravity(flexion: float, neck: float) -> None:
    assert of(replace(STAND, flexion_deg=flexion, neck_deg=neck))["neck_line"] == pytest.approx(neck, **TIGHT)


@pytest.mark.parametrize("raised", [5.0, 45.0, 90.0, 120.0])
@pytest.mark.parametrize("turn", [0.0, 50.0, 90.0])
def test_a_straight_arm_is_raised_from_the_trunk_by_one_angle(raised: float, turn: float) -> None:
    values = of(replace(STAND, flexion_deg=10.0, right_arm=Arm(raised, turn)))
    assert values["arm_trunk_right"] == pytest.approx(raised, **TIGHT)
    assert values["upper_arm_trunk_right"] == pytest.approx(raised, **TIGHT)
    assert values["elbow_right"] == pytest.approx(180.0, **TIGHT)
    assert values["arm_trunk_left"] == pytest.approx(STAND.left_arm.raise_deg, **TIGHT)


@pytest.mark.parametrize("bend", [60.0, 95.0, 160.0])
def test_a_bent_elbow_keeps_the_upper_arm_and_shows_its_own_angle(bend: float) -> None:
    values = of(replace(STAND, left_arm=Arm(30.0, 10.0, bend)))
    assert values["elbow_left"] == pytest.approx(bend, **TIGHT)
    assert values["upper_arm_trunk_left"] == pytest.approx(30.0, **TIGHT)


def test_wrist_height_is_zero_at_the_hips_and_one_at_the_chin() -> None:
    points = body(STAND)
    seen = Body(points, np.array(STAND.stature_m), MODEL.constants)
    for height, share in ((seen.middle("hip")[2], 0.0), (seen.chin_m[2], 1.0)):
        moved = points.copy()
        moved[Point.RIGHT_WRIST, 2] = height
        assert measured(moved, STAND)["wrist_height_right"] == pytest.approx(share, **TIGHT)


def test_hand_centres_are_told_from_the_navel_to_the_own_left_ahead_and_up() -> None:
    points = body(replace(STAND, turn_deg=0.0))
    navel = Body(points, np.array(STAND.stature_m), MODEL.constants).navel_m
    points[Point.LEFT_HAND] = navel + 0.05 * LEFT + 0.10 * FORWARD - 0.03 * UP
    points[Point.RIGHT_HAND] = navel - 0.07 * LEFT + 0.10 * FORWARD - 0.07 * UP
    values = measured(points, STAND)
    assert values["hand_lateral_left"] == pytest.approx(5.0, **TIGHT)
    assert values["hand_lateral_right"] == pytest.approx(-7.0, **TIGHT)
    assert values["hand_forward_left"] == pytest.approx(10.0, **TIGHT)
    assert values["hand_up_left"] == pytest.approx(-3.0, **TIGHT)
    assert values["pair_lateral"] == pytest.approx(-1.0, **TIGHT)
    assert values["pair_up"] == pytest.approx(-5.0, **TIGHT)
    assert values["hands_gap"] == pytest.approx(np.hypot(12.0, 4.0), **TIGHT)


def test_a_hand_on_the_other_wrist_is_no_distance_away_from_it() -> None:
    points = body(STAND)
    points[Point.RIGHT_HAND] = points[Point.LEFT_WRIST]
    assert measured(points, STAND)["hand_wrist_hold"] == pytest.approx(0.0, **TIGHT)


@pytest.mark.parametrize("knee", [95.0, 140.0, 176.0])
def test_knees_of_a_standing_body_bend_as_told(knee: float) -> None:
    values = of(replace(STAND, knee_deg=knee))
    assert values["knee_left"] == pytest.approx(knee, **TIGHT)
    assert values["knee_right"] == pytest.approx(knee, **TIGHT)


@pytest.mark.parametrize("shank", [-12.0, 0.0, 15.0])
@pytest.mark.parametrize("share", [0.4, 0.66, 1.0])
def test_a_sitter_uses_the_share_of_the_seat_and_tilts_the_shanks_as_told(shank: float, share: float) -> None:
    posture = replace(SIT, flexion_deg=4.0, sitting=Sitting(used_share=share, shank_deg=shank))
    values = of(posture)
    assert values["seat_depth_used"] == pytest.approx(share, **TIGHT)
    assert values["shank_vertical_left"] == pytest.approx(abs(shank), **TIGHT)
    # Seen from the side, the thigh below level and the shank's tilt open the knee beyond the right angle.
    assert values["knee_left"] == pytest.approx(90.0 + values["thigh_horizontal_left"] + shank, **TIGHT)
    assert values["hip_left"] == pytest.approx(90.0 + values["thigh_horizontal_left"] - 4.0, **TIGHT)


def test_ankles_behind_the_front_edge_of_the_seat_count_positive() -> None:
    tucked = replace(SIT, sitting=Sitting(used_share=0.3, shank_deg=-30.0))
    ahead = replace(SIT, sitting=Sitting(used_share=0.3, shank_deg=10.0))
    assert of(tucked)["ankle_behind_seat_left"] > of(ahead)["ankle_behind_seat_left"]
    points = body(tucked)
    front = seat_under(tucked, points).front_left
    behind = 100 * float((front - points[Point.LEFT_ANKLE]) @ FORWARD)
    assert of(tucked)["ankle_behind_seat_left"] == pytest.approx(behind, **TIGHT)


def test_knees_of_different_height_show_by_how_much() -> None:
    points = body(STAND)
    points[Point.LEFT_KNEE, 2] += 0.03
    assert measured(points, STAND)["knee_height_diff"] == pytest.approx(3.0, **TIGHT)


def test_without_a_seat_nothing_is_said_of_the_seat() -> None:
    values = evaluate(Body(body(SIT)[None], np.array([SIT.stature_m]), MODEL.constants, None))
    assert not any("seat" in name for name in values)


angles = st.floats(-30.0, 60.0)
arms = st.builds(Arm, st.floats(2.0, 140.0), st.floats(0.0, 90.0), st.floats(40.0, 179.0))
postures = st.builds(
    Posture,
    stature_m=st.floats(1.45, 1.95),
    sex=st.sampled_from(["f", "m", None]),
    yaw_left_deg=st.floats(-10.0, 45.0),
    yaw_right_deg=st.floats(-10.0, 45.0),
    heel_dist_m=st.floats(0.05, 0.35),
    knee_deg=st.floats(100.0, 178.0),
    flexion_deg=angles,
    lateral_deg=st.floats(-15.0, 15.0),
    neck_deg=st.floats(-20.0, 30.0),
    left_arm=arms,
    right_arm=arms,
    sitting=st.one_of(st.none(), st.builds(Sitting, used_share=st.floats(0.2, 1.1), shank_deg=st.floats(-20.0, 20.0))),
)


@settings(max_examples=40, deadline=None)
@given(postures, st.floats(-180.0, 180.0), st.floats(-3.0, 3.0), st.floats(-3.0, 3.0))
def test_where_a_body_stands_and_faces_changes_no_measure(posture: Posture, turn: float, x: float, y: float) -> None:
    at_home = of(posture)
    moved = of(replace(posture, turn_deg=turn, place_m=(x, y)))
    assert moved == pytest.approx(at_home, abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(postures)
def test_the_mirror_swaps_left_and_right_and_turns_the_signs_of_what_is_sideways(posture: Posture) -> None:
    points = body(posture)
    order = [*(i ^ 1 for i in range(20)), int(Point.NOSE)]
    mirrored = points[order] * np.array([-1.0, 1.0, 1.0])
    here, there = measured(points, posture), measured(mirrored, posture)
    for name, value in here.items():
        if name in ONE_SIDED:
            continue
        other = name.replace("_left", "_LEFT").replace("_right", "_left").replace("_LEFT", "_right")
        sign = -1.0 if name.startswith(ODD) else 1.0
        assert there[other] == pytest.approx(sign * value, abs=1e-5), name


@settings(max_examples=30, deadline=None)
@given(postures)
def test_the_builder_gives_the_angles_it_was_asked_for(posture: Posture) -> None:
    values = of(posture)
    assert values["v_angle"] == pytest.approx(posture.yaw_left_deg + posture.yaw_right_deg, abs=1e-6)
    assert values["trunk_flexion"] == pytest.approx(posture.flexion_deg, abs=1e-6)
    assert values["elbow_left"] == pytest.approx(posture.left_arm.elbow_deg, abs=1e-5)
    assert values["upper_arm_trunk_right"] == pytest.approx(posture.right_arm.raise_deg, abs=1e-6)


def test_measures_of_many_bodies_at_once_are_those_of_each() -> None:
    bodies = [STAND, replace(STAND, flexion_deg=20.0), replace(STAND, turn_deg=90.0)]
    points = np.stack([body(posture) for posture in bodies])
    together = evaluate(Body(points, np.full(3, STAND.stature_m), MODEL.constants))
    for k, posture in enumerate(bodies):
        alone = of(posture)
        assert {name: float(value[k]) for name, value in together.items()} == pytest.approx(alone, abs=1e-9)


def test_turning_about_the_vertical_keeps_heights() -> None:
    turned = body(STAND) @ about_vertical(37.0).T
    assert turned[:, 2] == pytest.approx(body(STAND)[:, 2])
