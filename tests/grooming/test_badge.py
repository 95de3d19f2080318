from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.grooming.drawn import (
    FOCAL_PX,
    GARMENT_TOP_CM,
    PX_PER_CM,
    SIZE_WH,
    Badge,
    Dress,
    level_camera,
    portrait,
    repainted,
    to_px,
)
from vision.grooming.badge import CHEST_FORWARD_CM, NAMES, measure_badge
from vision.grooming.cards import card_model, find_cards
from vision.grooming.decide import Torsos
from vision.grooming.seen import Facing, Kind, Portrait
from vision.types import Measurement, Reason


def measured(given: Portrait) -> dict[str, Measurement]:
    return measure_badge(given, level_camera())[0]


def number(found: dict[str, Measurement], name: str) -> float:
    value = found[name].value
    assert isinstance(value, float)
    return value


def true_drop_cm(badge: Badge) -> float:
    """From the drawn pixels: the badge lies nearer to the camera than the shoulders, by the chest's depth."""
    depth_cm = FOCAL_PX / PX_PER_CM
    shoulder = (to_px((17.0, -GARMENT_TOP_CM))[1] - SIZE_WH[1] / 2) / FOCAL_PX * depth_cm
    centre = (to_px((0.0, badge.below_cm))[1] - SIZE_WH[1] / 2) / FOCAL_PX * (depth_cm - CHEST_FORWARD_CM)
    return float(centre - shoulder)


@pytest.mark.parametrize("below_cm", [6.0, 12.0, 20.0, 26.0])
def test_the_drop_is_the_height_from_the_garments_top_above_the_joint(below_cm: float) -> None:
    badge = Badge(below_cm=below_cm)
    found = measured(portrait(Dress(badge)))
    assert number(found, "badge_drop") == pytest.approx(true_drop_cm(badge), abs=1.2)
    u = found["badge_drop"].u
    assert u is not None
    assert 0.5 < u < 5


@pytest.mark.parametrize(("aside_cm", "side"), [(9.0, "left"), (-9.0, "right")])
def test_the_side_is_the_wearers(aside_cm: float, side: str) -> None:
    assert measured(portrait(Dress(Badge(aside_cm))))["badge_side"].value == side


@pytest.mark.parametrize("tilt_deg", [-20.0, -8.0, 0.0, 8.0, 20.0])
@pytest.mark.parametrize("aside_cm", [9.0, -9.0])
def test_a_tilt_is_read_with_its_sign_on_either_side(tilt_deg: float, aside_cm: float) -> None:
    level = Badge(aside_cm, below_cm=7.0, tilt_deg=tilt_deg)  # at the height of the lens a turned chest tilts nothing
    found = measured(portrait(Dress(level)))
    assert number(found, "badge_tilt") == pytest.approx(tilt_deg, abs=2.0)


def test_without_a_badge_the_answer_is_no_and_nothing_else_is_measured() -> None:
    found = measured(portrait(Dress(badge=None)))
    assert found["badge_present"].value == "no"
    assert [found[name].value for name in NAMES[1:]] == [None, None, None]


def test_every_word_carries_a_probability_of_being_wrong_within_the_bound() -> None:
    for dress in (Dress(), Dress(badge=None)):
        u = measured(portrait(dress))["badge_present"].u
        assert u is not None
        assert 0 < u <= 0.05


def test_a_badge_in_the_colour_of_the_cloth_is_no_sure_badge() -> None:
    plain = portrait(Dress(badge=None))
    faint = repainted(plain, Kind.TOP, (66, 58, 54), 6, 10, 13, 12)
    assert measured(faint)["badge_present"].value != "yes"


def test_a_narrow_light_line_is_no_badge() -> None:
    seam = repainted(portrait(Dress(badge=None)), Kind.TOP, (200, 200, 200), 9, 2, 9.6, 30)
    assert measured(seam)["badge_present"].value != "yes"


@pytest.mark.parametrize("facing", [Facing.LEFT, Facing.RIGHT, Facing.BACK])
def test_only_the_front_shows_a_badge(facing: Facing) -> None:
    assert {found.reason for found in measured(portrait(facing=facing)).values()} == {Reason.WRONG_VIEW}


def test_a_front_that_may_be_a_back_is_not_believed() -> None:
    assert measured(portrait(wrong=0.4))["badge_present"].reason is Reason.WRONG_VIEW


def test_in_the_dark_nothing_is_said() -> None:
    given = portrait()
    dark = replace(given, image_bgr=(given.image_bgr * 0.12).astype(np.uint8))
    assert measured(dark)["badge_present"].reason is Reason.TOO_DARK


def test_too_far_away_nothing_is_said() -> None:
    given = portrait()
    assert given.landmarks_px is not None
    far = replace(given, px_per_cm=2.0, landmarks_px=given.landmarks_px / 4)
    assert measured(far)["badge_present"].reason is Reason.TOO_SMALL


def test_a_chest_cut_off_by_the_picture_is_not_called_bare() -> None:
    given = portrait(Dress(badge=None))
    height = round(to_px((0.0, 14.0))[1])
    cut = replace(given, image_bgr=given.image_bgr[:height])
    assert measured(cut)["badge_present"].reason in (Reason.OUT_OF_FRAME, Reason.TOO_UNCERTAIN)


def test_hair_over_the_chest_hides_a_badge() -> None:
    hidden = repainted(portrait(Dress(badge=None)), Kind.HAIR, (30, 30, 30), 4, -5, 14, 34)
    assert measured(hidden)["badge_present"].reason in (Reason.OCCLUDED, Reason.TOO_UNCERTAIN)


def test_hair_on_the_shoulder_costs_certainty_not_the_drop() -> None:
    bare, covered = portrait(), repainted(portrait(), Kind.HAIR, (30, 30, 30), 12, -14, 22, -2)
    first, second = measured(bare)["badge_drop"], measured(covered)["badge_drop"]
    assert second.value == pytest.approx(first.value, abs=2.0)
    assert first.u is not None
    assert second.u is not None
    assert second.u > first.u


def test_no_shoulders_no_torso() -> None:
    found = measured(replace(portrait(), landmarks_px=None))
    assert {one.reason for one in found.values()} == {Reason.TOO_UNCERTAIN}


def test_the_outline_lies_on_the_drawn_badge() -> None:
    badge = Badge(tilt_deg=6.0)
    _, regions = measure_badge(portrait(Dress(badge)), level_camera())
    outline = next(region for region in regions if region.name == "badge").outlines_px[0]
    assert outline.mean(axis=0) == pytest.approx(to_px((badge.aside_cm, badge.below_cm)), abs=2.0)


def test_without_a_camera_the_drop_is_less_sure() -> None:
    known, unknown = (measure_badge(portrait(), camera)[0]["badge_drop"] for camera in (level_camera(), None))
    assert known.u is not None
    assert unknown.u is not None
    assert unknown.u > known.u


def test_the_true_rectangle_scores_above_every_other_candidate() -> None:
    torso = Torsos.of(repainted(portrait(), Kind.TOP, (90, 80, 75), -13, 18, -5, 20))  # a pocket on the other side
    assert torso is not None
    cards = find_cards(torso.patch, card_model())
    assert cards[0].centre_cm[0] > 0
    assert cards[0].score > 0
    assert all(abs(card.centre_cm[0]) < 19 for card in cards)
