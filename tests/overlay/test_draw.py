"""The overlay draws what it is given, on any size of picture, and leaves its input alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from vision.overlay import Finding, FrameOverlay, LabelMemory, draw_overlay, title_line
from vision.overlay.draw import letter_size_px
from vision.overlay.finding import telling
from vision.palette import PERSON_LEFT_RGB, PERSON_RIGHT_RGB, VERDICT_RGB, Rgb
from vision.types import Drill, FloatArray, ImageBgr, Verdict

Person = Callable[[int, int], FloatArray]
MakeFinding = Callable[..., Finding]
SEEN = np.ones(33)


def plain(width: int, height: int) -> ImageBgr:
    return np.full((height, width, 3), 150, np.uint8)


def pixels_of(image: ImageBgr, rgb: Rgb, tolerance: int = 3) -> int:
    return int((np.abs(image.astype(int) - rgb[::-1]) <= tolerance).all(axis=2).sum())


@pytest.mark.parametrize(
    ("width", "height"), [(640, 360), (1280, 720), (1920, 1080), (3840, 2160), (720, 1280), (360, 640), (200, 150)]
)
def test_any_size_is_drawn_on_a_copy(width: int, height: int, person: Person, finding: MakeFinding) -> None:
    image = plain(width, height)
    before = image.copy()
    findings = tuple(
        finding((width * x, height * y), measurement=name, verdict=verdict)
        for name, x, y, verdict in (
            ("v_angle", 0.5, 0.95, Verdict.FAIL),
            ("trunk_flexion", 0.5, 0.4, Verdict.PASS),
            ("shoulder_tilt", 0.5, 0.28, Verdict.UNCERTAIN),
        )
    )
    overlay = FrameOverlay(person(width, height), SEEN, findings, "站姿 · 1.0 秒", ("画面太暗",))
    drawn = draw_overlay(image, overlay, "zh")
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8
    assert np.array_equal(image, before)
    for verdict in (Verdict.FAIL, Verdict.PASS, Verdict.UNCERTAIN):
        assert pixels_of(drawn, VERDICT_RGB[verdict]) > 10


def test_nothing_to_draw_changes_nothing() -> None:
    image = plain(320, 240)
    assert np.array_equal(draw_overlay(image, FrameOverlay(None, None), "zh"), image)


def test_left_and_right_are_the_person_s_own(person: Person) -> None:
    drawn = draw_overlay(plain(1280, 720), FrameOverlay(person(1280, 720), SEEN), "zh")
    left_half, right_half = drawn[:, :640], drawn[:, 640:]
    assert pixels_of(right_half, PERSON_LEFT_RGB) > 50
    assert pixels_of(left_half, PERSON_LEFT_RGB) == 0
    assert pixels_of(left_half, PERSON_RIGHT_RGB) > 50
    assert pixels_of(right_half, PERSON_RIGHT_RGB) == 0


def test_unseen_landmarks_are_not_drawn(person: Person) -> None:
    image = plain(1280, 720)
    hidden = draw_overlay(image, FrameOverlay(person(1280, 720), np.zeros(33)), "zh")
    missing = draw_overlay(image, FrameOverlay(np.full((33, 2), np.nan), SEEN), "zh")
    unknown = draw_overlay(image, FrameOverlay(person(1280, 720), np.full(33, np.nan)), "zh")
    for drawn in (hidden, missing, unknown):
        assert np.array_equal(drawn, image)


def test_evidence_is_drawn_where_it_lives(finding: MakeFinding) -> None:
    drawn = draw_overlay(plain(1280, 720), FrameOverlay(None, None, (finding((900.0, 500.0)),)), "zh")
    around = drawn[455:505, 855:945]
    assert pixels_of(around, VERDICT_RGB[Verdict.FAIL]) > 80


def test_evidence_outside_the_picture_or_unknown_is_harmless(finding: MakeFinding) -> None:
    far = finding((9000.0, -500.0))
    nowhere = finding((float("nan"), float("nan")))
    drawn = draw_overlay(plain(640, 480), FrameOverlay(None, None, (far, nowhere)), "en")
    assert drawn.shape == (480, 640, 3)


def test_unmeasured_check_is_listed_but_not_labelled(finding: MakeFinding) -> None:
    image = plain(1280, 720)
    missing = finding((900.0, 500.0), value=None, verdict=Verdict.NOT_MEASURED)
    drawn = draw_overlay(image, FrameOverlay(None, None, (missing,)), "zh")
    changed = (drawn != image).any(axis=2)
    assert changed[:200, :640].any()
    assert not changed[540:, :].any()


def test_panel_goes_to_the_emptier_side(person: Person, finding: MakeFinding) -> None:
    image = plain(1280, 720)
    points = person(1280, 720)
    memory = LabelMemory()
    on_left = FrameOverlay(points - np.array((400, 0)), SEEN, (finding(),), "站姿")
    drawn = draw_overlay(image, on_left, "zh", memory)
    assert (drawn[20:40, 1200:1260] != image[20:40, 1200:1260]).any()
    nearly_middle = dataclasses.replace(on_left, landmarks_px=points + np.array((20, 0)))
    drawn = draw_overlay(image, nearly_middle, "zh", memory)
    assert (drawn[20:40, 1200:1260] != image[20:40, 1200:1260]).any()


def test_options_of_a_group_that_were_not_chosen_are_left_out(finding: MakeFinding) -> None:
    group = {"alternative": "feet", "value": 45.0}
    held = finding(measurement="v_angle", verdict=Verdict.PASS, option="v", **group)
    other = finding((900.0, 500.0), measurement="stance_ratio", verdict=Verdict.FAIL, option="parallel", **group)
    drawn = draw_overlay(plain(1280, 720), FrameOverlay(None, None, (held, other)), "zh")
    assert pixels_of(drawn, VERDICT_RGB[Verdict.FAIL]) == 0
    assert pixels_of(drawn, VERDICT_RGB[Verdict.PASS]) > 50


def test_undecided_group_shows_no_number_as_passed(finding: MakeFinding) -> None:
    group = {"alternative": "feet", "option": "ding"}
    held = finding((900.0, 500.0), measurement="v_angle", verdict=Verdict.PASS, **group)
    open_ = finding(measurement="heel_arch_gap", verdict=Verdict.NOT_MEASURED, value=None, **group)
    other = finding(measurement="toe_gap", verdict=Verdict.FAIL, alternative="feet", option="v")
    drawn = draw_overlay(plain(1280, 720), FrameOverlay(None, None, (held, open_, other)), "zh")
    assert pixels_of(drawn, VERDICT_RGB[Verdict.PASS]) == 0
    assert pixels_of(drawn, VERDICT_RGB[Verdict.UNCERTAIN]) > 50


def test_letters_grow_with_the_picture() -> None:
    sizes = [letter_size_px(plain(width, height)) for width, height in ((640, 360), (1280, 720), (3840, 2160))]
    assert sizes == sorted(sizes)
    assert sizes[0] >= 10
    assert sizes[2] / sizes[1] == pytest.approx(3, rel=0.05)
    assert letter_size_px(plain(1080, 1920)) == letter_size_px(plain(1920, 1080))


def test_title_tells_drill_time_and_calibration() -> None:
    assert title_line(Drill.BOW, 3.24, "full", "zh") == "鞠躬 · 3.2 秒 · 完整标定"
    assert title_line(None, 3.24, "none", "en") == "3.2 s · not calibrated"


def test_wrong_landmark_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="landmarks_px"):
        FrameOverlay(np.zeros((17, 2)), None)


def test_panel_over_a_face_keeps_to_its_worst_rows(person: Person, finding: MakeFinding) -> None:
    points = person(400, 800)
    findings = tuple(
        dataclasses.replace(finding(measurement=f"row_{number}"), text="名称很长的测量项目") for number in range(9)
    )
    image = plain(400, 800)
    over_face = draw_overlay(image, FrameOverlay(points, SEEN, findings, "站姿"), "zh")
    free = draw_overlay(image, FrameOverlay(None, None, findings, "站姿"), "zh")
    assert pixels_of(over_face, VERDICT_RGB[Verdict.FAIL]) < 0.5 * pixels_of(free, VERDICT_RGB[Verdict.FAIL])


def test_title_alone_makes_a_small_panel() -> None:
    image = plain(1280, 720)
    drawn = draw_overlay(image, FrameOverlay(None, None, title="站姿 · 1.0 秒"), "zh")
    rows = np.flatnonzero((drawn != image).any(axis=(1, 2)))
    assert rows[-1] < 60


def test_checks_without_weight_are_not_shown(finding: MakeFinding) -> None:
    assert telling([finding(weight=0.0)]) == []
