"""Wrong calibrations are caught, each with a finding that says what to do; right ones pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.camera import Camera, Seat, for_size, level_rotation
from calibration.check import check_camera, check_moved, check_people, check_room, errors
from calibration.errors import CameraError
from calibration.files import camera_from_dict, camera_to_dict
from calibration.moved import Movement
from calibration.person import StandingView, upright_model
from calibration.pose import heading_rotation
from tests.calibration.scenes import camera, peculiar, person_view, room_segments

MODEL = upright_model()
TRUTH = camera(-9.0, 0.5, 1.3)
SPOTS = [(0.2, 2.6, 0.0), (-0.5, 4.4, 5.0)]


def people(truth: Camera = TRUTH, stature_m: float = 1.70, seed: int = 0) -> list[StandingView]:
    rng = np.random.default_rng(seed)
    who = peculiar(MODEL, rng)
    return [person_view(truth, MODEL, rng, spot, stature_m, who) for spot in SPOTS]


def posed(pitch_deg: float = -9.0, roll_deg: float = 0.5, height_m: float = 1.3) -> Camera:
    """The true camera with another pose claimed."""
    rotation = level_rotation(pitch_deg, roll_deg)
    moved = -rotation @ np.array([0, 0, height_m])
    return replace(TRUTH, rotation_cam_from_floor=rotation, translation_m=moved)


def focal(factor: float) -> Camera:
    matrix = TRUTH.matrix.copy()
    matrix[[0, 1], [0, 1]] *= factor
    return replace(TRUTH, matrix=matrix)


def codes(camera: Camera, stature_m: float | None = 1.70, seed: int = 0) -> set[str]:
    return {finding.code for finding in check_people(camera, people(seed=seed), stature_m)}


def test_a_right_camera_has_no_findings() -> None:
    assert check_camera(TRUTH) == []
    alarms = [finding for seed in range(12) for finding in check_people(TRUTH, people(seed=seed), 1.70)]
    assert errors(alarms) == []
    assert len(alarms) <= 1
    assert check_room(TRUTH, room_segments(TRUTH, np.random.default_rng(0))) == []


def test_a_sheet_of_the_wrong_size_makes_people_too_tall() -> None:
    assert "stature" in codes(posed(height_m=1.3 * 1.12))
    assert "stature" in codes(posed(height_m=1.3 * 0.88))


def test_a_wrong_height_of_the_camera_is_caught() -> None:
    found = check_people(posed(height_m=1.6), people(), 1.70)
    (finding,) = (one for one in found if one.code == "stature")
    assert finding.severity == "error"
    assert "as if floating" in finding.en
    assert "悬在地面之上" in finding.zh


def test_people_of_unknown_height_must_still_be_people() -> None:
    assert codes(posed(height_m=2.0), None) & {"stature", "spots"}
    assert codes(TRUTH, None) == set()


def test_a_wrong_pitch_is_caught() -> None:
    assert codes(posed(pitch_deg=-4.0)) & {"stature", "spots", "horizon"}
    assert codes(posed(pitch_deg=-14.0)) & {"stature", "spots", "horizon"}


def test_a_wrong_roll_is_caught() -> None:
    assert "gravity" in codes(posed(roll_deg=10.0))


def test_a_camera_whose_horizon_lies_below_the_feet_is_caught() -> None:
    assert "horizon" in codes(posed(pitch_deg=35.0))


def test_a_floor_whose_front_is_its_back_is_caught_by_the_feet() -> None:
    looks_up_at_the_floor = posed(pitch_deg=-9.0)
    views = [replace(view, yaw_deg=180.0) for view in people()]
    found = check_people(looks_up_at_the_floor, views, 1.70)
    assert "facing" in {finding.code for finding in found}


def test_mirrored_and_upside_down_floors_are_refused_when_read() -> None:
    data = camera_to_dict(TRUTH)
    mirrored = np.array(data["R"]) @ np.diag([-1.0, 1, 1])
    with pytest.raises(CameraError, match="not a rotation"):
        camera_from_dict({**data, "R": mirrored.tolist()}, "x.json")
    over = np.array(data["R"]) @ np.diag([1.0, -1, -1])
    with pytest.raises(CameraError, match="below the floor"):
        camera_from_dict({**data, "R": over.tolist(), "t": (-over @ [0, 0, -1.3]).tolist()}, "x.json")


def test_an_upside_down_picture_is_caught() -> None:
    assert "roll" in {finding.code for finding in errors(check_camera(posed(roll_deg=178.0)))}


def test_another_aspect_ratio_is_refused_when_used() -> None:
    with pytest.raises(CameraError, match="another aspect ratio"):
        for_size(TRUTH, (960, 720))


def test_a_stretched_picture_is_caught() -> None:
    matrix = TRUTH.matrix.copy()
    matrix[0, 0] *= 1.33
    assert "aspect" in {finding.code for finding in errors(check_camera(replace(TRUTH, matrix=matrix)))}


@pytest.mark.parametrize("factor", [0.25, 6.0])
def test_an_impossible_focal_length_is_caught(factor: float) -> None:
    assert "focal" in {finding.code for finding in check_camera(focal(factor))}


def test_distortion_that_folds_the_picture_is_caught() -> None:
    folded = replace(TRUTH, distortion=np.array([-1.5, 0.0, 0.0, 0.0, 0.0]))
    assert "distortion" in {finding.code for finding in errors(check_camera(folded))}


def test_the_room_catches_a_moved_camera_that_nobody_stands_before() -> None:
    segments = room_segments(TRUTH, np.random.default_rng(1), (20, 20, 20), 10)
    found = check_room(posed(pitch_deg=-4.0), segments)
    assert [finding.code for finding in errors(found)] == ["room"]
    assert "pitch -5." in found[0].en or "pitch -4." in found[0].en


def test_a_zoomed_camera_is_caught_by_the_room_or_the_people() -> None:
    segments = room_segments(TRUTH, np.random.default_rng(1), (20, 20, 20), 10)
    found = {one.code for one in check_room(focal(1.15), segments)} | codes(focal(1.15))
    assert found & {"room", "stature", "spots"}


def test_a_vague_camera_is_not_blamed_for_what_it_admits() -> None:
    from calibration.camera import CameraSigma

    vague = replace(posed(height_m=1.4), sigma=CameraSigma(0.1, 4.0, 2.0, 0.2))
    assert errors(check_people(vague, people(), 1.70)) == []


def test_a_seat_in_the_air_is_caught() -> None:
    good = Seat(np.array([0.22, 2.5, 0.45]), np.array([-0.22, 2.5, 0.45]), 0.42, 0.45)
    assert check_camera(replace(TRUTH, seat=good)) == []
    lifted = replace(good, front_left=np.array([0.22, 2.5, 0.9]))
    assert [one.code for one in check_camera(replace(TRUTH, seat=lifted))] == ["seat"]


def test_movement_is_reported_by_its_size() -> None:
    assert check_moved(Movement(False, 0.01, 80)) == []
    assert [one.severity for one in check_moved(Movement(True, 0.8, 80))] == ["warning"]
    assert [one.severity for one in check_moved(Movement(True, 4.0, 80))] == ["error"]
    assert [one.code for one in check_moved(Movement(None, 0.0, 3))] == ["background"]


def test_checks_do_not_depend_on_where_the_floor_frame_looks() -> None:
    turn = np.array([[0.6, -0.8, 0], [0.8, 0.6, 0], [0, 0, 1]])
    away = replace(TRUTH, rotation_cam_from_floor=TRUTH.rotation_cam_from_floor @ turn)
    assert heading_rotation(away.rotation_cam_from_floor) == pytest.approx(turn)
    assert errors(check_people(away, people(), 1.70)) == []
