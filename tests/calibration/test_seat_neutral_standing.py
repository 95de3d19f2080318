"""Seats from clicks, sheets and sitters; the neutral file; moments of standing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration.camera import project
from calibration.draw import draw_calibration
from calibration.errors import CameraError
from calibration.files import load_background, load_camera, save_camera
from calibration.floor import SheetView
from calibration.moved import Background, background_to_dict
from calibration.neutral import Neutral, averaged, load_neutral, refuse_unlikely, save_neutral
from calibration.patterns import FLOOR_SHEETS, floor_marker_corners_m
from calibration.seat import parse_points, seat_from_corners, seat_from_deep_sit, seat_from_sheet
from calibration.standing import pick_standing, still_span, upright
from tests.calibration.scenes import SIZE, camera

TRUTH = camera(-12.0, 0.5, 1.35)
# The sitter faces the camera (-y): their left is the picture's right.
CORNERS = np.array([[0.22, 2.6, 0.45], [-0.22, 2.6, 0.45], [-0.22, 3.02, 0.45], [0.22, 3.02, 0.45]])


def test_four_clicks_give_the_seat_within_a_centimetre_and_a_half() -> None:
    clicks = project(TRUTH, CORNERS) + np.random.default_rng(0).normal(0, 1.0, (4, 2))
    seat = seat_from_corners(TRUTH, clicks, 0.45, 0.42)
    assert seat.front_left == pytest.approx(CORNERS[0], abs=0.015)
    assert seat.front_right == pytest.approx(CORNERS[1], abs=0.015)
    assert seat_from_corners(TRUTH, project(TRUTH, CORNERS), 0.45).depth_m == pytest.approx(0.42, abs=1e-6)


def test_clicks_in_the_wrong_order_are_named() -> None:
    with pytest.raises(CameraError, match="wrong order"):
        seat_from_corners(TRUTH, project(TRUTH, CORNERS[[1, 0, 3, 2]]), 0.45)


def test_a_depth_that_the_picture_contradicts_is_refused() -> None:
    with pytest.raises(CameraError, match="60 cm was stated"):
        seat_from_corners(TRUTH, project(TRUTH, CORNERS), 0.45, 0.60)


def test_a_click_above_the_horizon_is_refused() -> None:
    with pytest.raises(CameraError, match="above the horizon"):
        seat_from_corners(TRUTH, np.array([[500, 10.0], [700, 10], [700, 20], [500, 20]]), 0.45)


def test_a_seat_as_wide_as_a_hall_is_refused() -> None:
    wide = CORNERS * np.array([10.0, 1.0, 1.0])
    with pytest.raises(CameraError, match="width"):
        seat_from_corners(TRUTH, project(TRUTH, wide), 0.45)


def test_a_deep_sitter_shows_where_the_front_edge_is() -> None:
    seat = seat_from_deep_sit(
        np.array([0.0, 2.92, 0.54]), np.array([0.0, -1.0, 0.1]), 0.45, 0.42, buttock_behind_hip_m=0.10
    )
    assert (seat.front_left + seat.front_right) / 2 == pytest.approx([0.0, 2.60, 0.45])
    assert seat.front_left[0] > seat.front_right[0]


def test_a_sheet_on_the_seat_gives_its_front_edge() -> None:
    sheet = floor_marker_corners_m(FLOOR_SHEETS["a4"][0])
    points = np.concatenate([sheet + np.array([0.0, 2.81]), np.full((4, 1), 0.45)], axis=1)
    view = SheetView(project(TRUTH, points), sheet, "a4")
    seat = seat_from_sheet(TRUTH, view, 0.45, 0.42, front_edge_m=0.21)
    assert (seat.front_left + seat.front_right) / 2 == pytest.approx([0.0, 2.60, 0.45], abs=1e-6)
    assert seat.front_left[0] == pytest.approx(0.22)
    with pytest.raises(CameraError, match="of its size"):
        seat_from_sheet(TRUTH, view, 0.25, 0.42, front_edge_m=0.21)


def test_points_are_read_from_words() -> None:
    assert parse_points(["1,2", "3.5,4"]).tolist() == [[1.0, 2.0], [3.5, 4.0]]
    for wrong in (["1;2"], ["1,2,3"], ["a,b"]):
        with pytest.raises(CameraError, match="x,y"):
            parse_points(wrong)


def neutral(**changes: object) -> Neutral:
    whole = Neutral(
        "Li", 168.0, 138.0, {"trunk_flexion": 1.0}, {"thigh": 40.0}, {"mouth_width": 0.5}, {"thigh": 0.1}, 5
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def test_a_neutral_survives_its_file(tmp_path: Path) -> None:
    save_neutral(tmp_path / "li.json", neutral())
    assert load_neutral(tmp_path / "li.json") == neutral()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "yitai.neutral/1"}', '{"schema": "other"}'])
def test_a_file_that_is_no_neutral_is_one_clear_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(CameraError, match=r"x\.json"):
        load_neutral(tmp_path / "x.json")
    with pytest.raises(CameraError, match="cannot be read"):
        load_neutral(tmp_path / "none.json")


def test_a_bowing_neutral_is_refused() -> None:
    assert refuse_unlikely(neutral()) == neutral()
    with pytest.raises(CameraError, match="stand upright"):
        refuse_unlikely(neutral(angles_deg={"trunk_flexion": 22.0}))


def test_values_seen_in_too_few_frames_are_left_out() -> None:
    mean, spread = averaged([{"a": 1.0, "b": 5.0}, {"a": 3.0}, {"a": 2.0}])
    assert mean == {"a": 2.0}
    assert spread == {"a": 1.0}


def standing_arrays(places_px: list[tuple[float, float, float]], each: int = 10) -> tuple[np.ndarray, ...]:
    """Somebody who stands for ``each`` frames at each place (x, y of the feet, height in px), with a step between."""
    offsets = np.zeros((33, 2))
    world = np.zeros((33, 3))
    for ids, x, up in (
        ([0, 2, 5, 7, 8], 0.0, 1.0), ([11], 0.11, 0.86), ([12], -0.11, 0.86), ([15], 0.15, 0.5), ([16], -0.15, 0.5),
        ([23], 0.06, 0.55), ([24], -0.06, 0.55), ([25], 0.05, 0.3), ([26], -0.05, 0.3), ([27, 29, 31], 0.05, 0.0),
        ([28, 30, 32], -0.05, 0.0),
    ):  # fmt: skip
        offsets[ids] = x, -up
        world[ids] = x * 1.7, -up * 1.7, 0.0
    frames = [np.array([x, y]) + offsets * tall for x, y, tall in places_px for _ in range(each)]
    count = len(frames)
    return np.arange(count) / 6.0, np.array(frames), np.tile(world, (count, 1, 1)), np.ones((count, 33))


def test_each_place_where_somebody_stood_is_found_once() -> None:
    times, pixels, world, seen = standing_arrays([(300, 600, 420), (640, 650, 500), (900, 560, 330)])
    views = pick_standing(times, pixels, world, seen, SIZE)
    feet = sorted(float(view.landmarks_px[27, 0]) for view in views)
    assert feet == pytest.approx([321.0, 665.0, 916.5], abs=1.0)
    assert all(abs(view.yaw_deg or 0.0) < 1.0 for view in views)


def test_raised_arms_bent_knees_and_cut_off_feet_are_not_upright() -> None:
    _, pixels, world, seen = standing_arrays([(640, 650, 500)], each=4)
    assert upright(pixels, world, seen, SIZE).all()
    raised = pixels.copy()
    raised[0, 15, 1] -= 400
    bent = world.copy()
    bent[1, 25] += [0, 0, -0.3]
    low = pixels.copy()
    low[2, 27:33, 1] = 725
    assert upright(raised, world, seen, SIZE).tolist() == [False, True, True, True]
    assert upright(pixels, bent, seen, SIZE).tolist() == [True, False, True, True]
    assert upright(low, world, seen, SIZE).tolist() == [True, True, False, True]


def test_two_seconds_of_stillness_are_found_or_not() -> None:
    times, pixels, world, seen = standing_arrays([(400, 650, 500)], each=30)
    pixels[:12] += np.linspace(200, 0, 12)[:, None, None]
    ok = upright(pixels, world, seen, SIZE)
    span = still_span(times, pixels, ok, 2.0)
    assert span is not None
    assert span[0] >= 11
    assert times[span[1]] - times[span[0]] == pytest.approx(2.0, abs=0.2)
    assert still_span(times, pixels, np.zeros(30, dtype=bool), 2.0) is None


def test_a_camera_file_is_written_whole_with_its_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "camera.json"
    print_of_room = Background(np.array([[0.25, 0.5]]), np.zeros((1, 32), dtype=np.uint8))
    save_camera(path, TRUTH, "2025-01-01", {"background": background_to_dict(print_of_room)})
    read = load_camera(path)
    assert read.rotation_cam_from_floor == pytest.approx(TRUTH.rotation_cam_from_floor)
    known = load_background(path)
    assert known is not None
    assert known.points == pytest.approx(print_of_room.points, abs=2e-5)
    assert [one.name for one in path.parent.iterdir()] == ["camera.json"]


def test_a_camera_file_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CameraError, match="cannot write"):
        save_camera(tmp_path / "file" / "camera.json", TRUTH, "")


def test_the_drawn_pole_stands_where_the_camera_says() -> None:
    blank = np.zeros((720, 1280, 3), dtype=np.uint8)
    drawn = draw_calibration(blank, TRUTH, np.array([[0.3, 3.0]]))
    red = np.argwhere((drawn == [60, 60, 230]).all(axis=2))
    ends = project(TRUTH, np.array([[0.3, 3.0, 0.0], [0.3, 3.0, 1.7]]))
    assert red[:, 0].max() == pytest.approx(ends[0, 1], abs=4)
    assert red[:, 0].min() == pytest.approx(ends[1, 1], abs=16), "the top decimetre is red or white"
    assert blank.max() == 0, "the picture given is left alone"
