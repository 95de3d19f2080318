"""What the person is told about their place: one thing at a time, the right way round."""

from __future__ import annotations

import numpy as np
import pytest

from app.live.guidance import BEGIN_TEXTS, TEXTS, VIEWS_DEG, begin_hint, body_height_px, place_hint, roll_deg
from app.live.state import Arrow, HintCode
from tests.app.live.scenes import SIZE_WH, changed, pose_of, scene
from vision.types import Drill, FloatArray


def turned(points: FloatArray, by_deg: float) -> FloatArray:
    """Landmarks turned about the picture's middle, clockwise."""
    c, s = np.cos(np.radians(by_deg)), np.sin(np.radians(by_deg))
    middle = np.array(SIZE_WH) / 2
    return np.asarray((points - middle) @ np.array([[c, s], [-s, c]]) + middle)


def test_who_stands_well_is_told_so() -> None:
    found = place_hint(scene(pose_of()), Drill.STAND, mirrored=True)
    assert found.ready
    assert found.arrow is Arrow.GOOD


@pytest.mark.parametrize(
    ("brightness", "people", "code"),
    [
        (10.0, 1, HintCode.TOO_DARK),
        (245.0, 1, HintCode.TOO_BRIGHT),
        (120.0, 2, HintCode.SEVERAL),
        (10.0, 2, HintCode.TOO_DARK),
    ],
)
def test_light_comes_before_people(brightness: float, people: int, code: HintCode) -> None:
    found = place_hint(scene(pose_of(), brightness=brightness, people=people), Drill.STAND, mirrored=True)
    assert found.code is code


def test_an_empty_room_asks_to_step_in_and_a_dim_one_for_light() -> None:
    assert place_hint(scene(None), Drill.STAND, mirrored=True).code is HintCode.NOBODY
    assert place_hint(scene(None, brightness=35.0), Drill.STAND, mirrored=True).code is HintCode.TOO_DARK


@pytest.mark.parametrize(
    ("distance_m", "code"),
    [(1.6, HintCode.WHOLE_BODY), (2.8, HintCode.BACK), (3.4, HintCode.READY), (6.5, HintCode.CLOSER)],
)
def test_the_distance_is_asked_for_until_the_body_fills_the_picture(distance_m: float, code: HintCode) -> None:
    pose = pose_of(distance_m=distance_m)
    assert place_hint(scene(pose), Drill.STAND, mirrored=True).code is code, body_height_px(pose)


@pytest.mark.parametrize(
    ("down_px", "distance_m", "arrow"),
    [(200.0, 3.8, Arrow.DOWN), (-150.0, 3.8, Arrow.UP), (120.0, 2.5, Arrow.BACK)],
)
def test_feet_or_head_out_of_the_picture_tilt_the_camera_where_there_is_room(
    down_px: float, distance_m: float, arrow: Arrow
) -> None:
    found = place_hint(scene(pose_of(distance_m=distance_m, moved_px=(0.0, down_px))), Drill.STAND, mirrored=True)
    assert found.code is HintCode.WHOLE_BODY
    assert found.arrow is arrow


@pytest.mark.parametrize("mirrored", [True, False])
def test_a_person_on_the_pictures_left_goes_to_their_own_left(mirrored: bool) -> None:
    pose = pose_of(moved_px=(-540.0, 0.0))  # left of what the camera takes: the person's own right
    found = place_hint(scene(pose), Drill.STAND, mirrored=mirrored)
    assert (found.code, found.en) == (HintCode.LEFT, "One step to your left")
    assert found.zh == "请向左一步"
    # A mirror shows them on the right: the way back is to the left. Unmirrored it is to the right.
    assert found.arrow is (Arrow.LEFT if mirrored else Arrow.RIGHT)


def test_a_guiding_arm_needs_more_room_than_standing() -> None:
    pose = pose_of(moved_px=(-420.0, 0.0))
    assert place_hint(scene(pose), Drill.STAND, mirrored=True).ready
    assert place_hint(scene(pose), Drill.GUIDE, mirrored=True).code is HintCode.LEFT


def test_from_the_side_left_and_right_mean_nothing_to_the_person() -> None:
    pose = pose_of(azimuth_deg=90.0, moved_px=(-540.0, 0.0))
    assert place_hint(scene(pose, 90.0), Drill.BOW, mirrored=True).en == "Move to the middle"


@pytest.mark.parametrize(
    ("drill", "azimuth_deg", "text"),
    [
        (Drill.BOW, 0.0, "Turn right, side to the camera"),
        (Drill.BOW, 20.0, "Turn right, side to the camera"),
        (Drill.BOW, -20.0, "Turn left, side to the camera"),
        (Drill.BOW, 170.0, "Turn left, side to the camera"),
        (Drill.GUIDE, 80.0, "Face the camera"),
        (Drill.STAND, -160.0, "Face the camera"),
        (Drill.SIT, 5.0, "Turn right, half to the camera"),
    ],
)
def test_each_drill_asks_for_its_view(drill: Drill, azimuth_deg: float, text: str) -> None:
    found = place_hint(scene(pose_of(), azimuth_deg), drill, mirrored=True)
    assert found.code is HintCode.TURN
    assert found.en == text


@pytest.mark.parametrize("drill", sorted(VIEWS_DEG))
def test_turning_as_told_leads_to_an_accepted_view(drill: Drill) -> None:
    least, most, aim = VIEWS_DEG[drill]
    assert least <= aim <= most
    for azimuth in (aim, -aim):
        assert place_hint(scene(pose_of(), azimuth), drill, mirrored=True).ready


def test_the_arrow_of_a_turn_is_mirrored_with_the_picture() -> None:
    asked = [place_hint(scene(pose_of(), 0.0), Drill.BOW, mirrored=mirrored) for mirrored in (True, False)]
    assert [hint.arrow for hint in asked] == [Arrow.TURN_RIGHT, Arrow.TURN_LEFT]
    assert asked[0].en == asked[1].en


@pytest.mark.parametrize("by_deg", [-9.0, 9.0])
def test_a_rolled_camera_is_to_be_levelled(by_deg: float) -> None:
    pose = changed(pose_of(distance_m=4.0), lambda points: turned(points, by_deg), 0.0)
    assert roll_deg(pose) == pytest.approx(by_deg + roll_deg(pose_of(distance_m=4.0)), abs=0.2)
    assert place_hint(scene(pose), Drill.STAND, mirrored=True).code is HintCode.LEVEL


def test_before_the_first_fit_the_view_is_not_judged() -> None:
    assert place_hint(scene(pose_of(), None), Drill.BOW, mirrored=True).ready


def test_every_hint_and_every_drill_has_words_in_both_languages() -> None:
    own_words = {HintCode.WHOLE_BODY, HintCode.LEFT, HintCode.RIGHT, HintCode.TURN, HintCode.BEGIN, HintCode.RISE}
    assert set(TEXTS) | own_words == set(HintCode)
    assert set(BEGIN_TEXTS) == set(Drill)
    assert all(zh and en for zh, en in (*TEXTS.values(), *BEGIN_TEXTS.values()))
    assert begin_hint(Drill.BOW).zh == "请鞠躬"
