"""Head pose from synthetic heads seen through a known camera."""

from __future__ import annotations

import numpy as np
import pytest

from vision.measures import head_pose as hp
from vision.types import FloatArray, Reason

K = np.array([[1000.0, 0.0, 640.0], [0.0, 1000.0, 360.0], [0.0, 0.0, 1.0]])
LEVEL_UP = np.array([0.0, -1.0, 0.0])
TO_CAMERA = np.array([0.0, 0.0, -1.0])
POSES = [(0.0, 0.0, 0.0), (20.0, 0.0, 0.0), (-12.0, 30.0, 0.0), (5.0, -40.0, 8.0), (35.0, 15.0, -10.0)]


def tilted(pitch_down_deg: float) -> tuple[FloatArray, FloatArray]:
    """Up and a person's front in the axes of a camera that looks down."""
    a = np.radians(pitch_down_deg)
    return np.array([0.0, -np.cos(a), -np.sin(a)]), np.array([0.0, np.sin(a), -np.cos(a)])


def head_points(seed: int = 0, count: int = 40) -> FloatArray:
    """A head-sized cloud (count, 3): forward, left, up, metres."""
    return np.random.default_rng(seed).normal(0.0, 0.05, (count, 3))


def project(points: FloatArray) -> FloatArray:
    pixels = points @ K.T
    return np.asarray(pixels[:, :2] / pixels[:, 2:])


@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize("camera_pitch", [0.0, 15.0])
def test_rotation_and_angles_are_inverse(pose: tuple[float, float, float], camera_pitch: float) -> None:
    up, front = tilted(camera_pitch)
    assert hp.head_pose(hp.head_rotation(pose, up, front), up, front) == pytest.approx(pose, abs=1e-9)


def test_signs_are_down_own_left_and_tilt_to_own_left() -> None:
    nose_down = hp.head_rotation((10, 0, 0), LEVEL_UP, TO_CAMERA)
    assert nose_down[1, 0] > 0  # the head's front points down the picture
    to_left = hp.head_rotation((0, 10, 0), LEVEL_UP, TO_CAMERA)
    assert to_left[0, 0] > 0  # facing the camera, the person's left is the picture's right
    tilt = hp.head_rotation((0, 0, 10), LEVEL_UP, TO_CAMERA)
    assert tilt[1, 1] > 0  # the left ear sinks


@pytest.mark.parametrize("pose", POSES)
def test_mesh_through_the_camera_recovers_the_head(pose: tuple[float, float, float]) -> None:
    up, front = tilted(10.0)
    template = head_points()
    rotation = hp.head_rotation(pose, up, front)
    seen = template @ rotation.T + np.array([0.6, -0.3, 3.0])
    depth = (seen[:, 2] - seen[:, 2].mean()) * K[0, 0] / 3.0
    found = hp.mesh_rotation(project(seen), depth, template, K)
    assert found is not None
    assert hp.head_pose(found, up, front) == pytest.approx(pose, abs=1e-4)


@pytest.mark.parametrize("pose", POSES)
def test_world_landmarks_recover_the_head_whatever_their_scale(pose: tuple[float, float, float]) -> None:
    template = head_points(1, 11)
    rotation = hp.head_rotation(pose, LEVEL_UP, TO_CAMERA)
    at_centre = np.array([640.0, 360.0])
    found = hp.landmarks_rotation(1.7 * template @ rotation.T + 0.2, at_centre, template, K)
    assert hp.head_pose(found, LEVEL_UP, TO_CAMERA) == pytest.approx(pose, abs=1e-6)


def test_sight_angles_undo_themselves_off_the_axis() -> None:
    pixel = np.array([200.0, 90.0])
    angles = np.array([12.0, -25.0, 4.0])
    rotation = hp.from_sight_angles(angles, K, pixel)
    np.testing.assert_allclose(hp.sight_angles_deg(rotation, K, pixel), angles, atol=1e-9)


def test_a_mesh_that_is_no_head_gives_nothing() -> None:
    rng = np.random.default_rng(3)
    found = [
        hp.mesh_rotation(rng.uniform(300, 340, (40, 2)), rng.normal(0, 400, 40), head_points(), K) for _ in range(5)
    ]
    assert None in found


def test_mirrored_heads_get_mirrored_corrections() -> None:
    part = hp._model()["mesh"]
    pitch, yaw, roll = (np.array(part[name]) for name in hp.NAMES)
    for angles in ([5.0, 20.0, 3.0], [-10.0, 45.0, -6.0]):
        here = hp.correction_terms(np.array(angles))
        there = hp.correction_terms(np.array([angles[0], -angles[1], -angles[2]]))
        assert here[0] @ pitch == pytest.approx(there[0] @ pitch)
        assert here[1] @ yaw == pytest.approx(-(there[1] @ yaw))
        assert here[2] @ roll == pytest.approx(-(there[2] @ roll))


def estimate(turn_deg: float = 10.0, source: hp.HeadSource = hp.HeadSource.MESH) -> hp.HeadEstimate:
    rotation = hp.head_rotation((5.0, turn_deg, 1.0), LEVEL_UP, TO_CAMERA)
    return hp.HeadEstimate(rotation, np.array([8.0, 9.0, 4.0]), source, turn_deg)


def test_uncertain_up_and_front_widen_u() -> None:
    pitch, yaw, roll = hp.measure_head(estimate(), LEVEL_UP, TO_CAMERA, up_u_deg=6.0, forward_u_deg=12.0)
    assert pitch.value == pytest.approx(5.0)
    assert pitch.u == pytest.approx(10.0)
    assert yaw.u == pytest.approx(np.sqrt(81 + 36 + 144))
    assert roll.u == pytest.approx(np.hypot(4, 6))


def test_without_the_pelvis_front_there_is_no_yaw() -> None:
    pitch, yaw, roll = hp.measure_head(estimate(), LEVEL_UP, None)
    assert yaw.reason is Reason.WRONG_VIEW
    assert pitch.value == pytest.approx(5.0)
    assert roll.value == pytest.approx(1.0)


def test_without_an_estimate_the_reason_is_passed_on() -> None:
    assert {m.reason for m in hp.measure_head(None, LEVEL_UP, TO_CAMERA, reason=Reason.TOO_SMALL)} == {Reason.TOO_SMALL}


def test_a_face_turned_away_leaves_the_pose_landmarks_alone() -> None:
    pose = estimate(80.0, hp.HeadSource.POSE)
    assert hp.combine(estimate(80.0), pose) is pose
    assert hp.combine(None, pose) is pose
    assert hp.combine(None, None) is None


def test_two_sources_that_disagree_are_less_certain_than_two_that_agree() -> None:
    mesh = estimate(20.0)
    agreeing = hp.combine(mesh, estimate(21.0, hp.HeadSource.POSE))
    torn = hp.combine(mesh, estimate(45.0, hp.HeadSource.POSE))
    assert agreeing is not None
    assert torn is not None
    assert agreeing.source is hp.HeadSource.BOTH
    assert (torn.u_deg > agreeing.u_deg).all()


def test_blending_goes_part_of_the_way_and_tells_the_angle() -> None:
    a = hp.head_rotation((0, 10, 0), LEVEL_UP, TO_CAMERA)
    b = hp.head_rotation((0, 30, 0), LEVEL_UP, TO_CAMERA)
    rotation, apart_deg = hp.blend(a, b, 0.25)
    assert apart_deg == pytest.approx(20.0)
    assert hp.head_pose(rotation, LEVEL_UP, TO_CAMERA) == pytest.approx((0, 15, 0), abs=1e-9)


def test_unseen_landmarks_give_no_head() -> None:
    world, pixels = np.zeros((33, 3)), np.full((33, 2), np.nan)
    assert hp.head_from_pose(world, pixels, K) is None
