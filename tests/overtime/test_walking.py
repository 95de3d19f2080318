"""Walks of known line, speed and step come back within u; swerving fails where walking straight does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.camera import Camera
from tests.overtime.moving import CLEAN, Noise, Walk, covered, mirrored, take_of, walk_phase
from tests.synthetic import camera_at
from vision.overtime.walking import measure_walking
from vision.standard import load_pack
from vision.standard.evaluate import judge
from vision.types import Drill, FloatArray, Measurement, Reason, Subject, Verdict, View

AS_SEEN = Noise(depth_share=0.04, depth_hz=1.8)
WALK = Walk(start_m=2.2)
TRUTH = {"walk_speed": 110.0, "cadence": 108.0, "stride_length": 110.0 * 120 / 108}


def front(height_m: float = 1.3, distance_m: float = 5.5) -> Camera:
    """In front of the walk's end."""
    return camera_at(0.0, distance_m=distance_m, height_m=height_m)


def across() -> Camera:
    """Beside the walk's middle."""
    return camera_at(-90.0, distance_m=4.5)


def measured(
    points_m: FloatArray,
    camera: Camera,
    noise: Noise = CLEAN,
    seed: int = 0,
    walk: Walk = WALK,
    view: View = View.FRONT,
) -> dict[str, Measurement]:
    return {m.name: m for m in measure_walking(walk_phase(walk), take_of(points_m, camera, noise, seed), view)}


def verdict(found: dict[str, Measurement], rule: str) -> Verdict:
    checks = judge(load_pack("T2"), Drill.WALK, found, Subject(sex="f"), None)
    return next(check.verdict for check in checks if check.rule == rule)


@pytest.mark.parametrize("name", sorted(TRUTH))
@pytest.mark.parametrize("camera", [front(), across()], ids=["front", "across"])
def test_speed_cadence_and_stride_come_back(camera: Camera, name: str) -> None:
    walk = WALK if camera.centre_m[0] == pytest.approx(0, abs=1e-6) else replace(WALK, seconds=3.0, start_m=1.6)
    found = measured(walk.bodies(), camera, walk=walk)[name]
    assert found.value == pytest.approx(TRUTH[name], rel=0.04)


@pytest.mark.parametrize("swerve_cm", [0.0, 6.0, 14.0, 22.0])
def test_a_swerve_seen_from_in_front_comes_back(swerve_cm: float) -> None:
    walk = replace(WALK, swerve_cm=swerve_cm)
    found = measured(walk.bodies(), front(), AS_SEEN, walk=walk)["walk_deviation"]
    assert isinstance(found.value, float)
    assert found.u is not None
    assert abs(found.value - swerve_cm) <= found.u


def test_walking_straight_passes_and_swerving_fails() -> None:
    straight = measured(WALK.bodies(), front(), AS_SEEN)
    swerving = replace(WALK, swerve_cm=22.0)
    assert verdict(straight, "walk.straight") is Verdict.PASS
    assert verdict(measured(swerving.bodies(), front(), AS_SEEN, walk=swerving), "walk.straight") is Verdict.FAIL


def test_an_even_walk_does_not_fail_and_a_jerky_one_does_not_pass() -> None:
    jerky = replace(WALK, hurry=0.4)
    assert verdict(measured(WALK.bodies(), front(), AS_SEEN), "walk.even.even") is not Verdict.FAIL
    assert verdict(measured(jerky.bodies(), front(), AS_SEEN, walk=jerky), "walk.even.even") is not Verdict.PASS


def test_hurried_steps_fail_and_usual_ones_pass() -> None:
    hurried = replace(WALK, cadence=160.0)
    assert verdict(measured(WALK.bodies(), front(), AS_SEEN), "walk.even.cadence") is Verdict.PASS
    assert verdict(measured(hurried.bodies(), front(), AS_SEEN, walk=hurried), "walk.even.cadence") is Verdict.FAIL


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_u_holds_the_truth_under_the_noise_of_the_networks(name: str) -> None:
    points = WALK.bodies()

    def one(seed: int) -> tuple[float, float | None, float | None]:
        found = measured(points, front(), AS_SEEN, seed)[name]
        return TRUTH[name], found.value if isinstance(found.value, float) else None, found.u

    assert covered(one, 20) >= 0.95


def test_who_walks_across_the_picture_is_not_judged_on_the_line() -> None:
    walk = replace(WALK, seconds=3.0, start_m=1.6)
    found = measured(walk.bodies(), across(), AS_SEEN, walk=walk, view=View.SIDE)["walk_deviation"]
    assert found.reason is Reason.WRONG_VIEW


def test_the_swing_of_the_arms_is_seen_from_the_side_only() -> None:
    walk = replace(WALK, seconds=3.0, start_m=1.6)
    beside = measured(walk.bodies(), across(), AS_SEEN, walk=walk, view=View.SIDE)["arm_swing_left"]
    ahead = measured(WALK.bodies(), front(), AS_SEEN)["arm_swing_left"]
    assert isinstance(beside.value, float)
    assert beside.u is not None
    assert abs(beside.value - walk.swing_deg) <= beside.u
    assert ahead.reason is Reason.WRONG_VIEW


def test_a_mirrored_walk_has_mirrored_arms() -> None:
    walk = replace(WALK, seconds=3.0, start_m=1.6)
    points = walk.bodies()
    shoulder, arm = points[:, 2:3].copy(), points[:, [4, 6, 16]]
    points[:, [4, 6, 16]] = shoulder + (arm - shoulder) * np.array([1.0, 0.3, 1.0])
    own = measured(points, across(), walk=walk, view=View.SIDE)
    other = measured(mirrored(points), camera_at(90.0, distance_m=4.5), walk=walk, view=View.SIDE)
    for side, opposite in (("left", "right"), ("right", "left")):
        assert own[f"arm_swing_{side}"].value == pytest.approx(other[f"arm_swing_{opposite}"].value, abs=1e-6)
    assert own["walk_speed"].value == pytest.approx(other["walk_speed"].value)


@pytest.mark.parametrize("height_m", [0.9, 1.3, 1.8])
@pytest.mark.parametrize("distance_m", [5.2, 6.5])
def test_another_camera_never_turns_pass_into_fail(height_m: float, distance_m: float) -> None:
    found = measured(WALK.bodies(), front(height_m, distance_m), AS_SEEN)
    checks = judge(load_pack("T2"), Drill.WALK, found, Subject(sex="f"), None)
    assert all(check.verdict is not Verdict.FAIL for check in checks)


def test_who_only_stands_has_no_stride() -> None:
    found = measured(np.repeat(WALK.bodies()[:1], 101, axis=0), front(), AS_SEEN)
    assert found["cadence"].reason is Reason.TOO_UNCERTAIN


def test_feet_outside_the_picture_are_not_measured() -> None:
    found = measured(WALK.bodies(), camera_at(0.0, distance_m=4.5, aim_m=2.6), AS_SEEN)
    assert found["walk_speed"].reason is Reason.OUT_OF_FRAME
