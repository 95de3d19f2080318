"""Sway, busy hands, shaking feet, turning and stepping come back within u; people who keep still are found still."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.camera import assumed_camera
from tests.overtime.moving import (
    Noise,
    covered,
    hold,
    mirrored,
    moved_part,
    still,
    swaying,
    take_of,
    times_of,
)
from tests.synthetic import BOW, LEFT, SIT, STAND, about_vertical, body, camera_at
from vision.overtime.stillness import feet_shift, path_rates, sway, trunk_turn
from vision.phases import Phase
from vision.reconstruct.skeleton import UP
from vision.standard import load_pack
from vision.standard.evaluate import judge
from vision.types import Check, Drill, FloatArray, Measurement, Reason, Subject, Verdict, View

SECONDS = 4.0
STANDING, SEATED = hold(Drill.STAND, SECONDS), hold(Drill.SIT, SECONDS)
AS_SEEN = Noise(depth_gain=0.7)
FRONT = camera_at(0.0)


def fidget(cm: float, hz: float, side: int = 0, part: str = "wrist") -> FloatArray:
    """One wrist or ankle goes up and down."""
    path = cm / 100 * np.sin(2 * np.pi * hz * times_of(SECONDS))
    return moved_part(still(SECONDS), part, side, np.outer(path, 0.6 * UP + 0.8 * LEFT))


def rate_of(points_m: FloatArray, part: str, side: int, start_s: float = 0.3) -> float:
    """True path per second, cm/s, of what is measured of the take."""
    index = {"wrist": 6, "ankle": 10}[part] + side
    path = points_m[times_of(SECONDS) >= start_s, index]
    return 100 * float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum()) / (SECONDS - start_s)


def check_of(drill: Drill, found: list[Measurement], rule: str, pack: str = "T2") -> Check:
    checks = judge(load_pack(pack), drill, {m.name: m for m in found}, Subject(sex="f"), None)
    return next(check for check in checks if check.rule == rule)


@pytest.mark.parametrize("azimuth_deg", [0.0, 40.0, 90.0])
@pytest.mark.parametrize("heading_deg", [0.0, 90.0])
@pytest.mark.parametrize("rms_cm", [0.0, 1.0, 3.0, 6.0])
def test_sway_to_any_side_comes_back_from_any_side(azimuth_deg: float, heading_deg: float, rms_cm: float) -> None:
    take = take_of(swaying(SECONDS, rms_cm, heading_deg=heading_deg), camera_at(azimuth_deg), AS_SEEN)
    found = sway(STANDING, take, View.FRONT)
    assert isinstance(found.value, float)
    assert found.u is not None
    assert abs(found.value - rms_cm) <= found.u


def test_standing_still_passes_and_swaying_fails() -> None:
    for rms_cm, verdict in ((0.2, Verdict.PASS), (6.0, Verdict.FAIL)):
        found = sway(STANDING, take_of(swaying(SECONDS, rms_cm), FRONT, AS_SEEN), View.FRONT)
        assert check_of(Drill.STAND, [found], "stand.upright.sway").verdict is verdict


def test_u_of_sway_holds_the_truth_under_the_noise_of_the_networks() -> None:
    points = swaying(SECONDS, 2.0)

    def one(seed: int) -> tuple[float, float | None, float | None]:
        found = sway(STANDING, take_of(points, FRONT, AS_SEEN, seed), View.FRONT)
        return 2.0, found.value if isinstance(found.value, float) else None, found.u

    assert covered(one, 40) >= 0.95


@pytest.mark.parametrize("cm", [0.0, 3.0, 8.0])
@pytest.mark.parametrize("hz", [0.8, 2.0])
def test_a_busy_hand_comes_back(cm: float, hz: float) -> None:
    points = fidget(cm, hz)
    found = path_rates(STANDING, take_of(points, FRONT, AS_SEEN), View.FRONT, "wrist")[0]
    assert isinstance(found.value, float)
    assert found.u is not None
    assert abs(found.value - rate_of(points, "wrist", 0)) <= found.u


def test_only_the_busy_hand_fails() -> None:
    found = path_rates(STANDING, take_of(fidget(8.0, 1.0), FRONT, AS_SEEN), View.FRONT, "wrist")
    assert check_of(Drill.STAND, found, "stand.still.left").verdict is Verdict.FAIL
    assert check_of(Drill.STAND, found, "stand.still.right").verdict is Verdict.PASS


def test_a_mirrored_person_has_the_other_hand_busy() -> None:
    points = fidget(8.0, 1.0)
    own = path_rates(STANDING, take_of(points, FRONT), View.FRONT, "wrist")
    other = path_rates(STANDING, take_of(mirrored(points), FRONT), View.FRONT, "wrist")
    assert own[0].value == pytest.approx(other[1].value)
    assert own[1].value == pytest.approx(other[0].value)


@pytest.mark.parametrize("azimuth_deg", [0.0, 30.0, -40.0])
@pytest.mark.parametrize("distance_m", [2.8, 4.0])
def test_another_camera_never_turns_still_hands_into_busy_ones(azimuth_deg: float, distance_m: float) -> None:
    take = take_of(still(SECONDS), camera_at(azimuth_deg, distance_m=distance_m), AS_SEEN)
    found = [*path_rates(STANDING, take, View.FRONT, "wrist"), sway(STANDING, take, View.FRONT)]
    assert check_of(Drill.STAND, found, "stand.still.left").verdict is not Verdict.FAIL
    assert check_of(Drill.STAND, found, "stand.upright.sway").verdict is not Verdict.FAIL


def test_a_shaking_foot_fails_and_a_resting_one_does_not() -> None:
    points = moved_part(
        still(SECONDS, SIT), "ankle", 1, np.outer(0.02 * np.sin(2 * np.pi * 3.0 * times_of(SECONDS)), UP)
    )
    found = path_rates(SEATED, take_of(points, FRONT, AS_SEEN), View.FRONT, "ankle")
    assert check_of(Drill.SIT, found, "sit.still.feet.right").verdict is Verdict.FAIL
    assert check_of(Drill.SIT, found, "sit.still.feet.left").verdict is not Verdict.FAIL


@pytest.mark.parametrize("turn_deg", [0.0, 10.0, 40.0])
def test_turning_on_the_chair_comes_back(turn_deg: float) -> None:
    angle = turn_deg / 2 * np.sin(2 * np.pi * 0.5 * times_of(SECONDS))
    points = np.stack([body(replace(SIT, turn_deg=float(a))) for a in angle])
    found = trunk_turn(SEATED, take_of(points, FRONT, AS_SEEN), View.FRONT)
    assert isinstance(found.value, float)
    assert found.u is not None
    assert abs(found.value - turn_deg) <= found.u
    verdict = check_of(Drill.SIT, [found], "sit.still.turn").verdict
    assert verdict is {0.0: Verdict.PASS, 10.0: Verdict.PASS, 40.0: Verdict.FAIL}[turn_deg] or turn_deg == 10.0


@pytest.mark.parametrize("step_cm", [0.0, 10.0, 20.0])
def test_a_step_during_the_bow_comes_back(step_cm: float) -> None:
    points = bowing()
    late = np.clip((times_of(SECONDS) - 1.5) / 0.4, 0, 1) * step_cm / 100
    for part in ("ankle", "heel", "toe"):
        points = moved_part(points, part, 0, np.outer(late, LEFT))
    found = feet_shift(Phase(Drill.BOW, 1.0, 3.5, 2.0, 2.8), take_of(points, FRONT, AS_SEEN), View.FRONT)
    assert isinstance(found.value, float)
    assert found.u is not None
    assert abs(found.value - step_cm) <= found.u
    verdict = check_of(Drill.BOW, [found], "bow.feet_still", "T1").verdict
    assert verdict is (Verdict.PASS if step_cm == 0 else Verdict.FAIL)


def bowing() -> FloatArray:
    """Down from 1 to 2 s, up from 2.8 to 3.5 s."""
    t = times_of(SECONDS)
    depth = np.interp(t, [1.0, 2.0, 2.8, 3.5], [0.0, 1.0, 1.0, 0.0])
    return np.stack([body(replace(BOW, flexion_deg=30.0 * float(d))) for d in depth])


def test_feet_outside_the_picture_are_not_measured() -> None:
    camera = camera_at(0.0, aim_m=2.0)
    found = feet_shift(Phase(Drill.BOW, 1.0, 3.5, 2.0, 2.8), take_of(bowing(), camera), View.FRONT)
    assert found.reason is Reason.OUT_OF_FRAME


def test_a_hold_that_is_too_short_is_not_measured() -> None:
    take = take_of(still(SECONDS), FRONT)
    assert sway(Phase(Drill.STAND, 1.0, 1.8, 1.0, 1.8), take, View.FRONT).reason is Reason.TOO_UNCERTAIN


def test_a_hidden_hand_is_not_measured() -> None:
    take = take_of(still(SECONDS, STAND), FRONT)
    hidden = replace(take.track, visibility=np.full_like(take.track.visibility, 0.2))
    found = path_rates(STANDING, replace(take, track=hidden), View.FRONT, "wrist")
    assert {m.reason for m in found} == {Reason.OCCLUDED}


def test_the_turn_of_somebody_on_a_known_floor_does_not_depend_on_where_they_face() -> None:
    points = still(SECONDS, SIT) @ about_vertical(70.0).T
    found = trunk_turn(SEATED, take_of(points, FRONT), View.SIDE)
    assert found.value == pytest.approx(0.0, abs=1e-6)


def test_without_a_known_camera_there_is_no_sway() -> None:
    take = take_of(swaying(SECONDS, 2.0), FRONT, AS_SEEN)
    unknown = replace(take, camera=assumed_camera(take.camera.image_size))
    assert sway(STANDING, unknown, View.FRONT).reason is Reason.NO_FLOOR
