from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.grooming.drawn import Badge, Dress, level_camera, portrait
from vision.grooming.examine import Examined, Groomed, measure_portrait, numbers_of, together
from vision.grooming.judged import evidence_of_check, groomed_segment, grooming_slides, grooming_stills
from vision.grooming.seen import Facing, Portrait
from vision.options import ScoreOptions
from vision.standard import load_pack
from vision.types import Drill, Reason, Subject, Verdict, View


def examined(given: Portrait, number: int) -> Examined:
    return Examined(given, float(number), 10 * number, *measure_portrait(given, level_camera()))


def three_stills(dress: Dress) -> Groomed:
    """A profile, the front and the back of the same person."""
    sides = (Facing.LEFT, Facing.FRONT, Facing.BACK)
    return together([examined(portrait(dress, facing=side), k) for k, side in enumerate(sides)])


def options(sex: str | None = "m") -> ScoreOptions:
    return ScoreOptions(pack=load_pack("U1"), subject=Subject(None, 175.0, sex), drill=Drill.GROOM)


def test_each_quantity_comes_from_the_still_that_shows_it() -> None:
    groomed = three_stills(Dress())
    assert groomed.measurements["badge_present"].value == "yes"
    assert groomed.source["badge_present"] == 1
    assert groomed.view is View.FRONT


def test_the_reason_that_says_most_is_kept() -> None:
    groomed = three_stills(Dress(badge=None))
    assert groomed.measurements["badge_drop"].reason is not Reason.WRONG_VIEW


def test_a_station_without_a_front_says_so() -> None:
    groomed = together([examined(portrait(facing=Facing.BACK), 0)])
    assert groomed.view is View.BACK
    assert groomed.measurements["badge_present"].reason is Reason.WRONG_VIEW


def test_of_two_fronts_the_surer_one_counts() -> None:
    near = portrait()
    unsure = replace(near, px_per_cm_sigma_rel=0.09)
    groomed = together([examined(unsure, 0), examined(near, 1)])
    assert groomed.source["badge_drop"] == 1


@pytest.mark.parametrize(
    ("badge", "verdicts"),
    [
        (Badge(), {"badge.present": Verdict.PASS, "badge.position.side": Verdict.PASS}),
        (Badge(aside_cm=-9.0), {"badge.present": Verdict.PASS, "badge.position.side": Verdict.FAIL}),
        (Badge(tilt_deg=24.0), {"badge.position.upright": Verdict.FAIL}),
        (Badge(below_cm=27.0), {"badge.position.drop": Verdict.FAIL}),
        (None, {"badge.present": Verdict.FAIL, "badge.position.side": Verdict.NOT_MEASURED}),
    ],
)
def test_the_clauses_of_a_pack_are_judged_on_the_stills(badge: Badge | None, verdicts: dict[str, Verdict]) -> None:
    segment = groomed_segment(three_stills(Dress(badge)), 2.0, options())
    found = {check.rule: check.verdict for check in segment.checks}
    assert {rule: found[rule] for rule in verdicts} == verdicts


def test_a_check_carries_the_time_of_its_still() -> None:
    segment = groomed_segment(three_stills(Dress()), 2.0, options())
    times = {check.rule: check.frame_s for check in segment.checks}
    assert times["badge.present"] == 1.0


@pytest.mark.parametrize(("sex", "rule", "there"), [("m", "hair.ears.left", True), ("f", "hair.ears.left", False),
                                                    ("f", "hair.up", True), ("m", "hair.up", False)])  # fmt: skip
def test_clauses_of_one_sex_are_asked_of_that_sex(sex: str, rule: str, there: bool) -> None:
    segment = groomed_segment(three_stills(Dress()), 2.0, options(sex))
    assert (rule in [check.rule for check in segment.checks]) is there


def test_the_evidence_of_the_badge_is_closed_and_its_ruler_open() -> None:
    groomed = three_stills(Dress())
    checks = {check.rule: check for check in groomed_segment(groomed, 2.0, options()).checks}
    card = evidence_of_check(checks["badge.present"], groomed)
    assert card is not None
    assert (card.lines_px[0][0] == card.lines_px[0][-1]).all()
    drop = evidence_of_check(checks["badge.position.drop"], groomed)
    assert drop is not None
    assert any((line[0] != line[-1]).any() for line in drop.lines_px)


def test_every_decided_check_has_a_picture_and_each_still_a_slide() -> None:
    groomed = three_stills(Dress())
    segment = groomed_segment(groomed, 2.0, options())
    rules = [still.rule for still in grooming_stills(groomed, segment, 0, "zh")]
    assert rules == [check.rule for check in segment.checks if check.value is not None]
    slides = list(grooming_slides(groomed, segment, "full", "zh"))
    assert [slide.shape for slide in slides] == [still.portrait.image_bgr.shape for still in groomed.stills]
    assert not np.array_equal(slides[1], groomed.stills[1].portrait.image_bgr)


def test_the_numbers_of_a_station_are_a_short_series() -> None:
    series = numbers_of(three_stills(Dress()))
    assert series.times_s.tolist() == [0.0, 1.0, 2.0]
    assert np.isfinite(series.values["badge_drop"]).tolist() == [False, True, False]
