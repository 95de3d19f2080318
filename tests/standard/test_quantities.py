"""The table of quantities: every name of the contract, and texts for everything a report may say."""

from __future__ import annotations

import pytest

from vision.quantities import (
    DRILL_TEXT,
    REASON_TEXT,
    VERDICT_TEXT,
    VIEW_TEXT,
    WORD_TEXT,
    number_text,
    quantities,
    value_text,
)
from vision.types import Drill, Reason, Verdict, View

CONTRACT = """
v_angle foot_yaw_left foot_yaw_right heel_dist toe_dist trunk_flexion trunk_lateral trunk_inclination bow_angle
shoulder_tilt head_pitch head_yaw head_roll arm_trunk_left arm_trunk_right upper_arm_trunk_left upper_arm_trunk_right
elbow_left elbow_right knee_left knee_right hip_left hip_right wrist_height_left wrist_height_right hand_lateral_left
hand_lateral_right hand_up_left hand_up_right hands_gap hand_on_top hands_place palm_up_left palm_up_right knee_gap
thigh_horizontal_left thigh_horizontal_right shank_vertical_left shank_vertical_right seat_depth_used sway
walk_deviation walk_speed walk_speed_cv cadence stride_length person_height stature_used hair_forehead hair_ear_left
hair_ear_right hair_below_chin badge_drop badge_present tie_present smile beard sunglasses
"""


@pytest.mark.parametrize("name", CONTRACT.split())
def test_every_name_of_the_contract_is_in_the_table(name: str) -> None:
    assert name in quantities()


def test_every_quantity_has_labels_and_a_definition_in_both_languages() -> None:
    for known in quantities().values():
        for text in (known.label_zh, known.label_en, known.definition_zh, known.definition_en):
            assert text, known.name
            assert "{" not in text, known.name
        assert (known.kind == "word") == (known.unit == ""), known.name


def test_labels_are_unique_so_that_a_reader_can_tell_them_apart() -> None:
    for language in ("zh", "en"):
        labels = [known.label(language) for known in quantities().values()]
        assert len(set(labels)) == len(labels)


def test_every_word_and_code_has_a_readable_text() -> None:
    assert {word for known in quantities().values() for word in known.words} <= set(WORD_TEXT)
    for table, codes in ((VERDICT_TEXT, Verdict), (REASON_TEXT, Reason), (DRILL_TEXT, Drill), (VIEW_TEXT, View)):
        assert set(table) == set(codes)


@pytest.mark.parametrize(
    ("name", "value", "u", "text"),
    [
        ("v_angle", 44.6, 4.2, "45 ± 4°"),
        ("v_angle", 44.6, 0.4, "44.6 ± 0.4°"),
        ("trunk_lateral", -0.2, 2.0, "0 ± 2°"),
        ("seat_depth_used", 0.333, 0.05, "33 ± 5%"),
        ("heel_gap", 3.24, 1.5, "3.2 ± 1.5 cm"),
        ("stance_ratio", 1.046, 0.1, "105 ± 10%"),
        ("bow_up_ratio", 1.046, 0.1, "1.05 ± 0.10"),
        ("bow_hold_s", 1.23, 0.1, "1.2 ± 0.1 s"),
    ],
)
def test_numbers_read_as_people_write_them(name: str, value: float, u: float, text: str) -> None:
    assert number_text(value, name, u) == text


def test_words_read_in_the_reader_s_language() -> None:
    assert value_text("abdomen", "hands_place", 0.01, "zh") == "腹前"
    assert value_text("abdomen", "hands_place", 0.01, "en") == "in front of the abdomen"
