"""The fit against bodies of known angles: what it recovers, how sure it is, and what makes it less sure."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from calibration.camera import LEVEL_SIGMA
from tests.synthetic import BOW, GUIDE, POSTURES, SIT, STAND, Posture, body, camera_at, seat_under, seen, views
from vision.measures.body import Body
from vision.measures.registry import Measured, evaluate, measure_fit
from vision.reconstruct.fit import Seen, fit_bodies, observations_of, stature_of, stature_used_m
from vision.reconstruct.model import BodyModel, body_model
from vision.reconstruct.observations import SIZE
from vision.reconstruct.solver import initial_state, points_of, solve
from vision.types import FloatArray

# Looks without noise say depths bone by bone; what the figure networks make of them has tests of its own.
WITH_NETWORKS = body_model()
MODEL = replace(WITH_NETWORKS, figure=None)
AZIMUTHS = (0.0, 20.0, 45.0, 90.0, -45.0, -90.0)
# What each posture is about.
ASKED = {
    "stand": ("v_angle", "foot_yaw_left", "trunk_flexion", "trunk_lateral", "shoulder_tilt", "knee_left"),
    "bow": ("trunk_flexion", "trunk_lateral", "v_angle"),
    "guide": ("arm_trunk_right", "upper_arm_trunk_right", "wrist_height_right", "trunk_lateral"),
    "sit": ("knee_left", "knee_right", "trunk_flexion", "seat_depth_used", "shank_vertical_left", "knee_gap"),
}


@cache
def measured(name: str) -> tuple[Measured, dict[str, float]]:
    """A posture from all sides without noise: what the fit says, and the truth."""
    posture = POSTURES[name]
    points = body(posture)
    looks = views(AZIMUTHS, posture)
    fit = fit_bodies(looks, MODEL)
    seat = looks[0].camera.seat
    truth = evaluate(Body(points[None], np.array([posture.stature_m]), MODEL.constants, seat))
    found = measure_fit(fit, stature_used_m(fit, looks), MODEL, seat)
    return found, {key: float(value[0]) for key, value in truth.items()}


@pytest.mark.parametrize(("name", "quantity"), [(name, quantity) for name in ASKED for quantity in ASKED[name]])
def test_without_noise_the_angles_come_back_from_every_side(name: str, quantity: str) -> None:
    found, truth = measured(name)
    tolerance = 0.02 if quantity in ("seat_depth_used", "wrist_height_right") else 1.0
    assert found.values[quantity] == pytest.approx(truth[quantity], abs=tolerance)


@pytest.mark.parametrize("name", POSTURES)
def test_without_noise_every_error_lies_within_two_sigma_and_the_other_readings(name: str) -> None:
    found, truth = measured(name)
    for quantity, true in truth.items():
        spread = np.hypot(found.sigma[quantity], found.ambiguity[quantity])
        assert (np.abs(found.values[quantity] - true) <= 2 * spread + 1.0).all(), quantity


def one(look: Seen, model: BodyModel = MODEL) -> tuple[Measured, FloatArray]:
    """One look fitted: measures and cost."""
    fit = fit_bodies([look], model)
    return measure_fit(fit, stature_used_m(fit, [look]), model, look.camera.seat), fit.cost


def test_the_fit_is_the_same_wherever_the_floor_frame_has_its_origin() -> None:
    moved = replace(STAND, turn_deg=60.0)
    here, _ = one(seen(body(STAND), camera_at(30.0), STAND), WITH_NETWORKS)
    there, _ = one(seen(body(moved), camera_at(30.0, turn_deg=60.0), moved), WITH_NETWORKS)
    for name in ("v_angle", "trunk_flexion", "arm_trunk_left", "hand_up_left"):
        assert there.values[name] == pytest.approx(here.values[name], abs=0.05)
        assert there.sigma[name] == pytest.approx(here.sigma[name], rel=0.05, abs=0.05)


def test_frames_fitted_together_are_those_fitted_alone() -> None:
    looks = [seen(body(p), camera_at(a), p, rng=np.random.default_rng(4)) for p, a in ((STAND, 0.0), (BOW, 80.0))]
    together = fit_bodies(looks, MODEL)
    for k, look in enumerate(looks):
        # A batch goes on until all of it has settled: a frame alone may stop a step earlier.
        assert fit_bodies([look], MODEL).points_m[0] == pytest.approx(together.points_m[k], abs=0.005)


def test_the_fit_says_the_same_to_the_bit_wherever_its_arrays_lie_in_memory() -> None:
    (look,) = views((20.0,), STAND)
    choose = random.Random(5)
    found = set()
    for _ in range(60):
        between = [bytearray(choose.randrange(1, 5000)) for _ in range(choose.randrange(300))]
        fit = fit_bodies([look], WITH_NETWORKS)
        found.add((fit.state.tobytes(), fit.covariance.tobytes()))
        del between
    assert len(found) == 1


def test_the_covariance_is_symmetric_and_positive() -> None:
    fit = fit_bodies(views((0.0, 60.0), STAND), MODEL)
    assert fit.covariance == pytest.approx(fit.covariance.transpose(0, 2, 1), rel=1e-6, abs=1e-9)
    assert (np.linalg.eigvalsh((fit.covariance + fit.covariance.transpose(0, 2, 1)) / 2) > -1e-9).all()


def test_an_unseen_landmark_is_bridged_and_its_limb_less_sure() -> None:
    look = seen(body(GUIDE), camera_at(0.0), GUIDE)
    hidden = look.visibility.copy()
    hidden[[14, 16, 18, 20, 22]] = 0.05
    sure, _ = one(look)
    unsure, _ = one(replace(look, visibility=hidden))
    assert unsure.sigma["arm_trunk_right"][0] > 1.3 * sure.sigma["arm_trunk_right"][0]
    assert unsure.sigma["arm_trunk_left"][0] == pytest.approx(sure.sigma["arm_trunk_left"][0], rel=0.2)


def test_a_landmark_far_off_pulls_no_more_than_one_that_is_less_far_off() -> None:
    look = seen(body(STAND), camera_at(90.0), STAND)
    clean, low = one(look)
    shifts = []
    for off_px in (60.0, 150.0):
        pixels = look.landmarks_px.copy()
        pixels[25] += [off_px, 0.0]
        spoilt, high = one(replace(look, landmarks_px=pixels))
        assert high[0] > low[0] + 20
        shifts.append(float((spoilt.values["trunk_flexion"] - clean.values["trunk_flexion"])[0]))
    assert shifts[1] == pytest.approx(shifts[0], abs=0.5)
    assert abs(shifts[1]) < 6.0


def test_landmarks_outside_the_picture_count_as_unseen() -> None:
    look = seen(body(STAND), camera_at(0.0), STAND)
    pixels = look.landmarks_px.copy()
    pixels[[29, 30, 31, 32], 1] = 760.0
    observations = observations_of([replace(look, landmarks_px=pixels)], MODEL)
    assert np.isnan(observations.landmarks_px[0, [29, 30, 31, 32]]).all()
    assert not observations.visibility[0, [29, 30, 31, 32]].any()
    assert np.isfinite(observations.landmarks_px[0, 23]).all()


def test_the_start_lies_near_the_body() -> None:
    points = body(STAND)
    observations = observations_of([seen(points, camera_at(20.0), STAND)], MODEL)
    start = points_of(initial_state(observations))[0]
    assert np.abs(start - points).max() < 0.35
    assert np.abs(np.median(start - points, axis=0)).max() < 0.1


@pytest.mark.parametrize(("posture", "azimuth"), [(STAND, 0.0), (BOW, 0.0), (BOW, 90.0)])
def test_a_vaguer_camera_makes_the_trunk_less_sure(posture: Posture, azimuth: float) -> None:
    points = body(posture)
    sigmas = []
    for level in ("full", "person", "none"):
        found, _ = one(seen(points, camera_at(azimuth, sigma=LEVEL_SIGMA[level]), posture))
        sigmas.append([float(found.sigma[name][0]) for name in ("trunk_flexion", "trunk_lateral", "v_angle")])
    known, _, unknown = np.array(sigmas)
    assert (unknown > known).all()
    assert (np.diff(sigmas, axis=0) > -0.02 * known).all()
    assert (unknown / known).max() > 1.1


def test_a_camera_that_may_be_rolled_makes_a_bow_from_the_side_less_sure() -> None:
    points = body(BOW)
    sigmas = []
    for roll in (0.2, 2.0, 5.0):
        camera = camera_at(90.0, sigma=replace(LEVEL_SIGMA["full"], roll_deg=roll))
        sigmas.append(float(one(seen(points, camera, BOW))[0].sigma["trunk_flexion"][0]))
    assert sigmas == sorted(sigmas)
    assert sigmas[2] > sigmas[0] + 0.5


def test_an_unknown_stature_makes_distances_on_an_unknown_floor_less_sure() -> None:
    """With a known camera the floor tells the scale, and the stature adds little."""
    points, vague = body(STAND), camera_at(0.0, sigma=LEVEL_SIGMA["none"])
    known, _ = one(seen(points, vague, STAND), WITH_NETWORKS)
    unknown, _ = one(seen(points, vague, STAND, height_cm=None), WITH_NETWORKS)
    for name in ("toe_dist", "heel_dist", "ankles_apart"):
        assert unknown.sigma[name][0] > known.sigma[name][0]


def test_a_given_stature_is_believed_more_than_one_of_the_sex_and_that_more_than_none() -> None:
    given, woman, anybody = stature_of(168.0, "f"), stature_of(None, "f"), stature_of(None, None)
    assert given[0] == 1.68
    assert given[1] < woman[1] < anybody[1]
    assert woman[0] < anybody[0] < stature_of(None, "m")[0]


def test_the_picture_tells_the_stature_where_the_floor_is_known() -> None:
    tall = replace(STAND, stature_m=1.80, sex=None)
    look = seen(body(tall), camera_at(0.0), tall, height_cm=None)
    fit = fit_bodies([look], MODEL)
    told = stature_of(None, None)[0] * np.exp(fit.state[0, 63])
    assert told == pytest.approx(1.80, abs=0.05)
    assert abs(told - 1.80) < abs(stature_of(None, None)[0] - 1.80) / 2


def test_sitters_are_found_on_a_known_seat_without_being_told() -> None:
    points = body(SIT)
    seat = seat_under(SIT, points)
    sits = replace(seen(points, camera_at(70.0, seat=seat), SIT), sits=None)
    stands = replace(seen(body(STAND), camera_at(70.0, seat=seat), STAND), sits=None)
    fit = fit_bodies([sits, stands], MODEL)
    told = fit_bodies([replace(sits, sits=True), replace(stands, sits=False)], MODEL)
    assert fit.points_m == pytest.approx(told.points_m, abs=0.01)


DRAWS = 100
COVERED = {
    "stand": (0.0, ("v_angle", "heel_dist", "trunk_lateral", "shoulder_tilt")),
    "bow": (90.0, ("trunk_flexion", "knee_left", "shank_vertical_left")),
    "guide": (15.0, ("trunk_lateral", "arm_trunk_right", "wrist_height_right")),
    "sit": (70.0, ("trunk_flexion", "knee_left", "knee_right", "thigh_horizontal_left")),
}


@cache
def drawn(name: str) -> tuple[Measured, dict[str, float]]:
    """A posture looked at `DRAWS` times: landmarks, depths, bones, stature, floor and camera err as the model says."""
    posture, azimuth = POSTURES[name], COVERED[name][0]
    rng = np.random.default_rng(11)
    points = body(posture)
    camera = camera_at(azimuth, seat=None if posture.sitting is None else seat_under(posture, points))
    looks = [seen(points, camera, posture, rng=rng) for _ in range(DRAWS)]
    exact = observations_of(looks, MODEL)
    stature = exact.stature_m * np.exp(exact.stature_sigma_rel * rng.normal(size=DRAWS))
    share = exact.bone_share + exact.bone_sigma * rng.normal(size=exact.bone_share.shape)
    wrong = replace(exact, stature_m=stature, bone_share=share)
    fit = solve(wrong, MODEL, readings=False)
    truth = evaluate(Body(points[None], np.array([posture.stature_m]), MODEL.constants, camera.seat))
    found = measure_fit(fit, stature, MODEL, camera.seat)
    return found, {key: float(value[0]) for key, value in truth.items()}


@pytest.mark.parametrize(("name", "quantity"), [(name, quantity) for name in COVERED for quantity in COVERED[name][1]])
def test_with_the_noise_of_the_model_sigma_is_the_size_of_the_errors(name: str, quantity: str) -> None:
    found, truth = drawn(name)
    score = (found.values[quantity] - truth[quantity]) / found.sigma[quantity]
    # A few draws end in another reading of the picture: clipped, they count as wrong but do not drown the rest.
    clipped = np.clip(score, -4.0, 4.0)
    assert np.mean(np.abs(score) <= 2) >= 0.78
    assert 0.25 < np.sqrt(np.mean(clipped**2)) < 1.8
    assert abs(np.mean(clipped)) < 1.2  # hinges such as straight knees pull one way


def test_states_have_the_size_that_the_evidence_says() -> None:
    fit = fit_bodies(views((0.0,), STAND), MODEL)
    assert fit.state.shape == (1, SIZE)
    assert fit.covariance.shape == (1, SIZE, SIZE)
    assert fit.points_m.shape == (1, 21, 3)
    assert fit.others.shape[1:] == (1, SIZE)
    assert ((fit.other_weight >= 0) & (fit.other_weight <= 1)).all()
