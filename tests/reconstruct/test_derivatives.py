"""Derivatives of everything the fit believes, against central differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.synthetic import BOW, POSTURES, SIT, STAND, Arm, Posture, body, camera_at, seat_under, seen
from vision.reconstruct import dual
from vision.reconstruct.evidence import (
    bone_block,
    contact_block,
    depth_block,
    posture_block,
    prior_block,
    stretch_block,
)
from vision.reconstruct.fit import observations_of
from vision.reconstruct.model import BodyModel, body_model
from vision.reconstruct.observations import (
    FOOT_POINTS,
    SIZE,
    Observations,
    points_of,
)
from vision.reconstruct.picture_evidence import Block, foot_block, freeze, landmark_block
from vision.reconstruct.projection import (
    project_with_state,
)
from vision.reconstruct.skeleton import COUNT, Point, offsets_with_derivatives
from vision.types import FloatArray

MODEL = body_model()
BONE_BY_BONE = replace(MODEL, figure=None)
STEP = 1e-6
HIPS = np.arange(6)
ALL = np.arange(SIZE)


def looked_at(posture: Posture, azimuth_deg: float = 35.0, model: BodyModel = MODEL) -> tuple[Observations, FloatArray]:
    """Observations of one posture, and a state (1, N) somewhere near the truth."""
    rng = np.random.default_rng(3)
    points = body(posture)
    seat = None if posture.sitting is None else seat_under(posture, points)
    look = seen(points, camera_at(azimuth_deg, seat=seat), posture, rng=rng)
    state = np.zeros((1, SIZE))
    state[0, : 3 * COUNT] = (points + 0.02 * rng.normal(size=points.shape)).ravel()
    # The level hips keep the twist's derivative exact; it says nothing of a dropped hip.
    state[0, 3 * Point.RIGHT_HIP + 2] = state[0, 3 * Point.LEFT_HIP + 2]
    state[0, 3 * COUNT :] = [0.02, 1.0, -0.7, 0.03, 0.02]
    return observations_of([look], model), state


def differences(function: Callable[[FloatArray], FloatArray], state: FloatArray) -> FloatArray:
    """Central differences (M, N) of residuals (1, M)."""
    columns = []
    for k in range(state.shape[1]):
        step = np.zeros_like(state)
        step[0, k] = STEP
        columns.append((function(state + step)[0] - function(state - step)[0]) / (2 * STEP))
    return np.stack(columns, axis=1)


def assert_derivatives(block: Callable[[FloatArray], Block], state: FloatArray, columns: FloatArray = ALL) -> None:
    """The block's Jacobian is that of its residuals in these columns."""
    residual, jacobian = block(state)
    assert jacobian.shape == (1, residual.shape[1], SIZE)
    numeric = differences(lambda s: block(s)[0], state)
    size = np.abs(numeric).max() + 1.0
    assert jacobian[0][:, columns] / size == pytest.approx(numeric[:, columns] / size, abs=2e-6)


@pytest.mark.parametrize("name", POSTURES)
@pytest.mark.parametrize("azimuth", [0.0, 40.0, -85.0])
@pytest.mark.parametrize("model", [MODEL, BONE_BY_BONE], ids=["figure", "bone by bone"])
def test_landmarks(name: str, azimuth: float, model: BodyModel) -> None:
    observations, state = looked_at(POSTURES[name], azimuth, model)
    frozen = freeze(observations, model, state)
    assert_derivatives(lambda s: landmark_block(observations, model, frozen, s), state)


def test_feet_of_their_own_network() -> None:
    observations, state = looked_at(STAND)

    def block(tried: FloatArray) -> Block:
        found = foot_block(observations, tried)
        assert found is not None
        return found

    assert_derivatives(block, state)


def test_bones() -> None:
    observations, state = looked_at(BOW)
    assert_derivatives(lambda s: bone_block(observations, s), state)


@pytest.mark.parametrize("model", [MODEL, BONE_BY_BONE], ids=["figure", "bone by bone"])
def test_depths_but_for_the_ray_that_follows_the_hips(model: BodyModel) -> None:
    observations, state = looked_at(BOW, model=model)
    assert_derivatives(lambda s: depth_block(observations, model, s), state, ALL[len(HIPS) :])


@pytest.mark.parametrize("posture", [STAND, SIT])
def test_floor_and_seat(posture: Posture) -> None:
    observations, state = looked_at(posture)
    frozen = freeze(observations, MODEL, state)
    assert_derivatives(lambda s: contact_block(observations, MODEL, frozen, s), state)


def test_what_bodies_do_not_do_while_they_do_not_do_it() -> None:
    observations, state = looked_at(replace(STAND, knee_deg=150.0))
    residual, _ = posture_block(observations, state)
    assert not residual[0, [0, 1, 4, 5]].any()
    assert_derivatives(lambda s: posture_block(observations, s), state)


def test_what_bodies_do_not_do_but_for_the_pelvis_turn() -> None:
    observations, state = looked_at(replace(STAND, left_arm=Arm(60.0, -80.0)))
    points = points_of(state).copy()
    points[0, Point.LEFT_KNEE, 1] += 0.10  # behind the line from hip to ankle: the person faces -y
    state[0, : 3 * COUNT] = points.ravel()
    residual, _ = posture_block(observations, state)
    assert residual[0, 0] < 0
    assert residual[0, 4] < 0
    assert_derivatives(lambda s: posture_block(observations, s), state, ALL[len(HIPS) :])


def test_stretched_arms_but_for_the_ray_that_follows_the_elbow() -> None:
    observations, state = looked_at(replace(STAND, right_arm=Arm(60.0, 10.0)), 0.0)
    frozen = replace(freeze(observations, MODEL, state), stretched=np.array([[0.4, 1.0]]))
    others = np.setdiff1d(ALL, np.arange(3 * Point.LEFT_ELBOW, 3 * Point.RIGHT_ELBOW + 3))
    assert_derivatives(lambda s: stretch_block(observations, frozen, s), state, others)


def test_an_arm_that_is_straight_in_the_picture_looks_stretched_and_a_bent_one_does_not() -> None:
    for bend, stretched in ((180.0, True), (100.0, False)):
        posture = replace(STAND, right_arm=Arm(60.0, 10.0, bend))
        look = seen(body(posture), camera_at(0.0), posture)
        observations = observations_of([look], MODEL)
        state = np.zeros((1, SIZE))
        state[0, : 3 * COUNT] = body(posture).ravel()
        assert (freeze(observations, MODEL, state).stretched[0, 1] > 0.5) == stretched


def test_stature_and_camera() -> None:
    observations, state = looked_at(STAND)
    assert_derivatives(lambda s: prior_block(observations, s), state)


def test_offsets_ride_on_the_limbs() -> None:
    _, state = looked_at(STAND)
    _, by_points = offsets_with_derivatives(points_of(state), MODEL.offsets)
    numeric = differences(
        lambda s: offsets_with_derivatives(points_of(s), MODEL.offsets)[0].reshape(1, -1), state[:, : 3 * COUNT]
    )
    assert by_points.reshape(numeric.shape) == pytest.approx(numeric, abs=1e-7)


def test_offsets_turn_with_the_body_and_know_no_place() -> None:
    points = body(STAND)[None]
    turned = body(replace(STAND, turn_deg=70.0, place_m=(1.0, -2.0)))[None]
    here, there = (offsets_with_derivatives(p, MODEL.offsets)[0][0] for p in (points, turned))
    c, s = np.cos(np.radians(70.0)), np.sin(np.radians(70.0))
    assert there == pytest.approx(here @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]), abs=1e-9)


def test_the_projection_of_the_state_without_corrections_is_that_of_the_camera() -> None:
    observations, state = looked_at(STAND)
    state[0, 3 * COUNT :] = 0.0
    points = body(STAND)[None]
    state[0, : 3 * COUNT] = points.ravel()
    pixels = project_with_state(observations.cameras, state, points).pixels[0]
    feet = observations.feet
    assert feet is not None
    own = pixels[list(FOOT_POINTS)]
    assert own == pytest.approx(feet.pixels[0], abs=6.0)  # the feet were seen with 1.5 px of noise


@pytest.mark.parametrize("operation", ["unit", "cross", "level", "sum"])
def test_vectors_carry_their_derivative(operation: str) -> None:
    rng = np.random.default_rng(1)
    points = rng.normal(size=(1, 3, 3))

    def of(flat: FloatArray) -> dual.Dual:
        at = flat.reshape(1, 3, 3)
        first = dual.point(at, 1) - dual.point(at, 0)
        second = dual.point(at, 2) - dual.point(at, 0)
        return {
            "unit": lambda: dual.unit(first),
            "cross": lambda: dual.cross(first, second),
            "level": lambda: dual.level(first) * 2.0,
            "sum": lambda: first + second,
        }[operation]()

    flat = points.reshape(1, 9)
    assert of(flat).jacobian[0] == pytest.approx(differences(lambda p: of(p).value, flat), abs=1e-6)
