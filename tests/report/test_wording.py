"""Numbers read the way people write them, and Chinese has Chinese punctuation."""

from __future__ import annotations

import dataclasses

import pytest

from vision.report import Report
from vision.report.wording import (
    LEVEL_MEANING,
    LEVEL_TEXT,
    accept_text,
    check_value_text,
    clause_text,
    seconds_text,
    typeset,
)
from vision.types import Check, Clause


def changed(report: Report, **changes: object) -> Check:
    return dataclasses.replace(report.checks[0], **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measurement", "value", "u", "unit", "text"),
    [
        ("v_angle", 46.23, 3.87, "deg", "46.2 ± 3.9°"),
        ("v_angle", 46.23, 12.0, "deg", "46 ± 12°"),
        ("trunk_flexion", -0.04, 2.0, "deg", "0.0 ± 2.0°"),
        ("trunk_flexion", -3.2, 1.0, "deg", "−3.2 ± 1.0°"),
        ("heel_gap", 4.04, 1.5, "cm", "4.0 ± 1.5 cm"),
        ("wrist_height_right", 0.417, 0.05, "1", "42 ± 5%"),
        ("bow_up_ratio", 1.417, 0.05, "1", "1.42 ± 0.05"),
        ("bow_hold_s", 0.3, 0.08, "s", "0.30 ± 0.08 s"),
    ],
)
def test_value_has_as_many_places_as_its_uncertainty_deserves(
    report: Report, measurement: str, value: float, u: float, unit: str, text: str
) -> None:
    assert check_value_text(changed(report, measurement=measurement, value=value, u=u, unit=unit), "en") == text


@pytest.mark.parametrize(
    ("accept", "text"),
    [((35.0, 55.0), "35–55°"), ((None, 7.5), "≤ 7.5°"), ((150.0, None), "≥ 150°"), ((-5.0, 5.0), "−5 to 5°")],
)
def test_limits_are_plain(report: Report, accept: tuple[float | None, float | None], text: str) -> None:
    assert accept_text(changed(report, accept=accept), "en") == text


def test_words_are_translated(report: Report) -> None:
    check = changed(report, measurement="hands_place", value="sides", accept=("abdomen", "sides"), unit="")
    assert check_value_text(check, "zh") == "体侧"
    assert accept_text(check, "zh") == "腹前、体侧"


def test_unmeasured_value_is_a_dash(report: Report) -> None:
    assert check_value_text(changed(report, value=None, u=None), "zh") == "–"


@pytest.mark.parametrize(("section", "text"), [("2.1", "T2 §2.1"), ("站姿", "T2 站姿"), ("", "T2")])
def test_clause_is_document_and_section(report: Report, section: str, text: str) -> None:
    assert clause_text(changed(report, clause=Clause("T2", section, "", ""))) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("脚跟并拢,脚尖分开", "脚跟并拢，脚尖分开"),
        ("差 3°,请收拢", "差 3°，请收拢"),
        ("(男士;女士)", "（男士；女士）"),
        ("约 1,000 步 (a,b)", "约 1,000 步 (a,b)"),
        ("比例 1:2", "比例 1:2"),
    ],
)
def test_chinese_gets_full_width_punctuation_but_numbers_do_not(raw: str, text: str) -> None:
    assert typeset(raw) == text


def test_times_turn_to_minutes_after_a_minute() -> None:
    assert seconds_text(3.24, "zh") == "3.2 秒"
    assert seconds_text(65.0, "en") == "1:05.0"
    assert seconds_text(None, "en") == "–"


def test_every_calibration_level_is_explained_in_both_languages() -> None:
    for level in ("full", "floor", "person", "none"):
        for table in (LEVEL_TEXT, LEVEL_MEANING):
            assert table[level]["zh"]
            assert table[level]["en"]
