"""The camera from people who stand: recovered from synthetic people, honest, better with more spots and edges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.camera import ASSUMED_SIGMA_FOCAL_REL, Camera, assumed_camera
from calibration.errors import CameraError
from calibration.person import PersonFit, StandingView, solve_person, stature_by_camera, upright_model
from calibration.pose import level_camera, pinhole
from tests.calibration.scenes import SIZE, camera, peculiar, person_view, recovered, room_segments

MODEL = upright_model()
ASSUMED = assumed_camera(SIZE)
ONE = [(0.2, 3.2, 5.0)]
FOUR = [(0.0, 2.9, 0.0), (-0.9, 3.6, 8.0), (0.9, 3.6, -6.0), (0.1, 5.0, 3.0)]
STATURE_M = 1.72


def random_camera(rng: np.random.Generator) -> Camera:
    """A camera as people put it up."""
    focal = ASSUMED.focal_px * np.exp(np.clip(rng.normal(0, ASSUMED_SIGMA_FOCAL_REL), -0.3, 0.2))
    height = rng.uniform(0.9, 1.6)
    # Aimed at somebody's middle, more or less.
    return camera(-np.degrees(np.arctan((height - 0.9) / 3.0)) + rng.normal(0, 2), rng.normal(0, 1.5), height, focal)


def solved(truth: Camera, seed: int, spots: list[tuple[float, float, float]], *, room: bool = False) -> PersonFit:
    """What a person at these spots says of the camera."""
    rng = np.random.default_rng(seed)
    who = peculiar(MODEL, rng)
    views = [person_view(truth, MODEL, rng, spot, STATURE_M, who) for spot in spots]
    segments = room_segments(truth, rng) if room else None
    return solve_person(
        views, STATURE_M, SIZE, ASSUMED.matrix, ASSUMED.distortion, ASSUMED_SIGMA_FOCAL_REL, segments=segments
    )


def errors_over(
    seeds: range, spots: list[tuple[float, float, float]], *, room: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Errors and errors by sigma (n, 4) of pitch, roll, focal, height."""
    off, by_sigma = [], []
    for seed in seeds:
        truth = random_camera(np.random.default_rng(1000 + seed))
        try:
            error, sigma = recovered(solved(truth, seed, spots, room=room).camera, truth)
        except CameraError:  # cut off by the edge of the picture
            continue
        off.append(error)
        by_sigma.append(error / sigma)
    return np.array(off), np.array(by_sigma)


@pytest.mark.parametrize(("spots", "room"), [(ONE, False), (FOUR, False), (ONE, True)])
def test_the_stated_uncertainty_covers_the_truth(spots: list[tuple[float, float, float]], room: bool) -> None:
    _, by_sigma = errors_over(range(30), spots, room=room)
    assert len(by_sigma) >= 20
    assert (np.abs(by_sigma) < 2).mean() >= 0.9
    assert (np.abs(by_sigma) < 2).mean(axis=0).min() >= 0.8


def test_more_spots_and_the_rooms_edges_each_make_it_clearly_better() -> None:
    one, _ = errors_over(range(12), ONE)
    four, _ = errors_over(range(12), FOUR)
    edges, _ = errors_over(range(12), ONE, room=True)
    typical = [np.median(np.abs(errors), axis=0) for errors in (one, four, edges)]
    assert typical[1][0] < 0.7 * typical[0][0]
    assert typical[1][3] < 0.5 * typical[0][3]
    assert typical[2][0] < 0.5
    assert typical[2][3] < 0.04
    assert typical[2][2] < 0.03


def test_a_known_lens_makes_one_spot_good_enough_for_a_plain_wall() -> None:
    truth = camera(-8.0, 0.5, 1.3, 1000.0)
    rng = np.random.default_rng(3)
    view = person_view(truth, MODEL, rng, ONE[0], STATURE_M, peculiar(MODEL, rng))
    vague = solve_person([view], STATURE_M, SIZE, pinhole(SIZE, 1000.0), np.zeros(5), 0.18).camera
    known = solve_person([view], STATURE_M, SIZE, pinhole(SIZE, 1000.0), np.zeros(5), 0.003, lens_measured=True).camera
    assert known.sigma.height_m < vague.sigma.height_m
    assert known.sigma.focal_rel < 0.01


def test_a_wrong_height_scales_the_camera_with_it() -> None:
    truth = camera(-8.0, 0.0, 1.3, ASSUMED.focal_px)
    rng = np.random.default_rng(5)
    view = person_view(truth, MODEL, rng, ONE[0], STATURE_M, np.zeros(len(MODEL.covariance)))
    segments = room_segments(truth, rng)
    fits = [
        solve_person([view], stature, SIZE, ASSUMED.matrix, ASSUMED.distortion, 0.18, segments=segments)
        for stature in (STATURE_M, 1.05 * STATURE_M)
    ]
    assert fits[1].camera.centre_m[2] / fits[0].camera.centre_m[2] == pytest.approx(1.05, abs=0.004)


def test_a_person_says_how_tall_they_are_by_a_known_camera() -> None:
    truth = camera(-8.0, 0.5, 1.3)
    off = []
    for seed in range(15):
        rng = np.random.default_rng(seed)
        view = person_view(truth, MODEL, rng, (0.3, 2.8, 4.0), 1.65, peculiar(MODEL, rng))
        found = stature_by_camera(truth, view)
        off.append((found.value_m - 1.65) / found.sigma_m)
        assert found.spot_m == pytest.approx([0.3, 2.8], abs=0.12)
    assert np.mean(np.abs(off) < 2) >= 0.85


def test_a_camera_that_looks_elsewhere_puts_the_person_at_the_same_place() -> None:
    truth = camera(-8.0, 0.5, 1.3)
    turn = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    away = replace(
        truth,
        rotation_cam_from_floor=truth.rotation_cam_from_floor @ turn.T,
        translation_m=truth.translation_m - truth.rotation_cam_from_floor @ turn.T @ np.array([2.0, 1.0, 0.0]),
    )
    rng = np.random.default_rng(1)
    view = person_view(truth, MODEL, rng, (0.3, 2.8, 4.0), 1.65, peculiar(MODEL, rng))
    here, there = stature_by_camera(truth, view), stature_by_camera(away, view)
    assert there.value_m == pytest.approx(here.value_m, abs=1e-3)
    assert there.spot_m == pytest.approx(turn[:2, :2] @ here.spot_m + [2.0, 1.0], abs=1e-2)


def test_feet_out_of_the_picture_are_refused_with_advice() -> None:
    truth = camera(10.0, 0.0, 1.5)
    rng = np.random.default_rng(0)
    view = person_view(truth, MODEL, rng, (0.0, 2.5, 0.0), STATURE_M, np.zeros(len(MODEL.covariance)))
    with pytest.raises(CameraError, match="step back until the whole person is visible"):
        solve_person([view], STATURE_M, SIZE, ASSUMED.matrix, ASSUMED.distortion, 0.18)


@pytest.mark.parametrize("height_m", [0.17, 17.0, 172.0])
def test_a_height_in_other_units_is_refused(height_m: float) -> None:
    view = StandingView(np.full((33, 2), 300.0), np.ones(33))
    with pytest.raises(CameraError, match="in centimetres"):
        solve_person([view], height_m, SIZE, ASSUMED.matrix, ASSUMED.distortion, 0.18)


def test_a_heap_of_points_is_not_somebody_standing() -> None:
    rng = np.random.default_rng(0)
    view = StandingView(rng.uniform([100, 100], [1100, 600], (33, 2)), np.ones(33), 0.0)
    with pytest.raises(CameraError, match="standing upright"):
        solve_person([view], STATURE_M, SIZE, ASSUMED.matrix, ASSUMED.distortion, 0.18)


def test_nobody_is_refused() -> None:
    with pytest.raises(CameraError, match="nobody was found"):
        solve_person([], STATURE_M, SIZE, ASSUMED.matrix, ASSUMED.distortion, 0.18)


def test_a_level_camera_has_the_pitch_and_roll_that_it_was_given() -> None:
    from calibration.camera import CameraSigma
    from calibration.pose import heading_rotation, pitch_roll_deg

    made = level_camera(SIZE, ASSUMED.matrix, np.zeros(5), -12.5, 3.25, 1.4, CameraSigma(0, 0, 0, 0), "full", "")
    assert pitch_roll_deg(made.rotation_cam_from_floor) == pytest.approx((-12.5, 3.25))
    assert made.centre_m == pytest.approx([0, 0, 1.4])
    turn = np.array([[0.6, -0.8, 0], [0.8, 0.6, 0], [0, 0, 1]])
    assert pitch_roll_deg(made.rotation_cam_from_floor @ turn) == pytest.approx((-12.5, 3.25))
    assert heading_rotation(made.rotation_cam_from_floor @ turn) == pytest.approx(turn)
