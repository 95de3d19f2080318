"""The grooming benchmark counts right, wrong and silent verdicts as they are."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.bench.grooming import (
    DIM,
    HAIR_FAMILY,
    PLAIN,
    SHARE_LIMITS,
    SMALL,
    VARIANTS,
    WARM,
    Finding,
    Run,
    overlapping,
    page,
    portraits_in,
    said,
    true_good,
    wilson,
    worsened,
)
from vision.errors import ManifestError
from vision.standard import load_pack
from vision.types import Measurement, Reason

TRUTH = json.dumps(
    {
        "hair_on_collar": True, "hair_lowest_below_chin_cm": 2.1, "hairstyle": "short", "hair_colour": "dyed_red",
        "beard": "stubble", "sunglasses": False, "badge": {"present": True, "side": "right"}, "tie": False,
        "scarf": True, "coat_open": None, "hair_forehead": 0.19, "hair_ear_left": None,
    }
)  # fmt: skip


def finding(name: str, good: bool, verdict: bool | None, tone: str = "light", variant: str = PLAIN) -> Finding:
    groups = {"skin tone": tone, "hair colour": "dyed", "sex": "f", "light": VARIANTS[variant]}
    return Finding(name, good, verdict, variant, "front", groups)


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("hair_collar", False), ("hair_below_chin", True), ("hair_present", True), ("hair_colour", False),
        ("beard", False), ("sunglasses", True), ("badge_present", True), ("badge_side", False), ("tie_present", False),
        ("scarf_present", True), ("coat_front", None), ("hair_forehead", True), ("hair_ear_left", None),
    ],
)  # fmt: skip
def test_the_truth_says_what_meets_the_rule(name: str, good: bool | None) -> None:
    assert true_good(name, TRUTH) is good


def test_the_limits_are_those_of_the_pack() -> None:
    limits = {
        rule.quantity.replace("{side}", side): rule.high
        for clause in load_pack("U1").clauses
        for rule in clause.rules
        for side in ("left", "right")
    }
    assert {name: limits[name] for name in SHARE_LIMITS} == SHARE_LIMITS


def test_a_share_that_straddles_its_limit_says_nothing() -> None:
    assert said("hair_forehead", Measurement("hair_forehead", 0.05, 0.1, "1")) is True
    assert said("hair_forehead", Measurement("hair_forehead", 0.5, 0.1, "1")) is False
    assert said("hair_forehead", Measurement("hair_forehead", 0.15, 0.1, "1")) is None
    assert said("hair_forehead", Measurement("hair_forehead", None, None, "1", Reason.OCCLUDED)) is None
    assert said("beard", Measurement("beard", "no", 0.01, "")) is True


def test_wilson_is_right_where_it_is_known() -> None:
    low, high = wilson(95, 100)
    assert (low, high) == (pytest.approx(0.888, abs=0.002), pytest.approx(0.978, abs=0.002))
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("variant", [DIM, WARM, SMALL])
def test_a_worse_picture_keeps_its_size_and_is_the_same_every_time(variant: str) -> None:
    image = np.random.default_rng(1).integers(0, 255, (96, 72, 3), dtype=np.uint8)
    once, again = worsened(image, variant, 3), worsened(image, variant, 3)
    assert once.shape == image.shape
    assert np.array_equal(once, again)
    assert not np.array_equal(once, image)


def test_the_page_counts_abstentions_against_both_rates() -> None:
    findings = (
        finding("hair_forehead", True, True),
        finding("hair_forehead", True, None),
        finding("hair_forehead", False, False),
        finding("hair_forehead", False, True),
    )
    text = page(Path("set"), Run(findings, 4, 0, 0, (0.5,), ()))
    row = next(line for line in text.splitlines() if line.startswith("| hair_forehead"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1:7] == ["4", "2", "75.0 %", "50.0 %", "50.0 %", "66.7 %"]
    assert cells[8] == "25.0 %"


def test_groups_that_differ_beyond_their_intervals_are_told() -> None:
    alike = [finding("beard", True, True, tone) for tone in ("light", "dark") for _ in range(40)]
    unlike = alike + [finding("beard", True, False, "dark") for _ in range(40)]
    assert overlapping(alike, "skin tone")
    assert not overlapping(unlike, "skin tone")


def test_dyed_is_a_family_of_its_own() -> None:
    assert HAIR_FAMILY.get("dyed_blue", "dyed") == "dyed"


def test_a_folder_without_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError):
        portraits_in(tmp_path)
