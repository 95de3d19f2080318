"""Which checks count as judged by a trainer, and what is said of them."""

from __future__ import annotations

import pytest

from app.library.desk import judge_again, write_note
from app.library.layer import Entry, Kind
from app.library.records import store_of
from app.library.takes import Take
from app.places import Places
from app.presenter.progress_agreement import agreement_html, sentence
from app.trends.agreement import Agreement, Trust, agreements
from app.trends.kappa import cohen_kappa
from tests.trends.takes import stood
from tests.trends.test_courses import GOOD, TILT, TILTED
from vision.types import Verdict

SHRUG = "stand.shoulders.shrug"


def shoulders(places: Places) -> Agreement | None:
    found = agreements(store_of(places), places.viewer)
    return next((one for one in found if one.clause == "stand.shoulders"), None)


def sign(places: Places, take: Take) -> None:
    write_note(places, take, Entry(Kind.SIGN, "Coach"))


def override(places: Places, take: Take, verdict: Verdict, rule: str = TILT) -> None:
    write_note(places, take, Entry(Kind.OVERRIDE, "Coach", text="seen", segment=0, rule=rule, verdict=verdict))


def test_what_no_trainer_looked_at_does_not_count(places: Places) -> None:
    take = stood(places, "Li", 0, TILTED)
    write_note(places, take, Entry(Kind.COMMENT, "Coach", text="well done", time_s=1.0))
    assert agreements(store_of(places), places.viewer) == ()


def test_a_sign_off_confirms_what_was_measured_and_an_unlock_takes_that_back(places: Places) -> None:
    take = stood(places, "Li", 0, {**TILTED, "shoulder_rise": None})
    sign(places, take)
    found = shoulders(places)
    assert found is not None
    assert found.kappa is not None
    assert (found.kappa.n, found.kappa.raw, found.overrides, found.takes) == (1, 1.0, 0, 1), "the tilt, not the shrug"
    write_note(places, take, Entry(Kind.UNLOCK, "Coach", text="again"))
    assert shoulders(places) is None


def test_an_override_counts_by_itself_and_disagrees(places: Places) -> None:
    take = stood(places, "Li", 0, TILTED)
    override(places, take, Verdict.PASS)
    found = shoulders(places)
    assert found is not None
    assert found.kappa is not None
    assert (found.kappa.n, found.kappa.raw, found.overrides, found.takes) == (1, 0.0, 1, 1)
    assert found.trust is Trust.TOO_FEW


def test_in_a_signed_take_an_override_stands_in_place_of_the_confirmation(places: Places) -> None:
    take = stood(places, "Li", 0, TILTED)
    override(places, take, Verdict.PASS)
    sign(places, take)
    found = shoulders(places)
    assert found is not None
    assert found.kappa is not None
    assert (found.kappa.n, found.kappa.raw, found.overrides) == (2, 0.5, 1), "the shrug agrees, the tilt does not"


def test_a_withdrawn_override_is_no_judgement(places: Places) -> None:
    take = stood(places, "Li", 0, TILTED)
    override(places, take, Verdict.PASS)
    write_note(places, take, Entry(Kind.WITHDRAW, "Coach", segment=0, rule=TILT))
    assert shoulders(places) is None


def test_what_one_of_them_left_open_stands_beside_kappa(places: Places) -> None:
    take = stood(places, "Li", 0, {**GOOD, "shoulder_tilt": (3.2, 1.0), "shoulder_rise": None})
    override(places, take, Verdict.PASS)
    override(places, take, Verdict.FAIL, SHRUG)
    other = stood(places, "Li", 1, TILTED)
    override(places, other, Verdict.UNCERTAIN)
    found = shoulders(places)
    assert found is not None
    assert (found.machine_open, found.trainer_open, found.kappa) == (2, 1, None)


def test_an_override_from_before_the_take_was_judged_again_counts_only_with_a_later_sign_off(places: Places) -> None:
    take = stood(places, "Li", 0, TILTED)
    override(places, take, Verdict.PASS)
    report = take.report
    assert report is not None
    judge_again(places, take, report, report, "Coach")
    assert shoulders(places) is None
    sign(places, take)
    found = shoulders(places)
    assert found is not None
    assert found.overrides == 1


def test_a_form_that_was_not_shown_confirms_nothing(places: Places) -> None:
    take = stood(places, "Li", 0, {**GOOD, "stance_ratio": (0.3, 0.05)}, sex="m")
    sign(places, take)
    feet = next(one for one in agreements(store_of(places), places.viewer) if one.clause == "stand.feet")
    assert feet.kappa is not None
    assert feet.kappa.n == 2, "angle and heels of the V; not the feet that are not parallel"


def test_all_clauses_together_are_the_sum(places: Places) -> None:
    for day in range(3):
        take = stood(places, "Li", day, TILTED)
        if day:
            override(places, take, Verdict.PASS)
        sign(places, take)
    whole, *clauses = agreements(store_of(places), places.viewer)
    assert whole.clause == ""
    assert whole.takes == 3
    assert whole.overrides == sum(one.overrides for one in clauses) == 2
    assert whole.kappa is not None
    assert whole.kappa.n == sum(one.kappa.n for one in clauses if one.kappa is not None)


@pytest.mark.parametrize(
    ("table", "trust"),
    [
        ([[3, 1], [1, 3]], Trust.TOO_FEW),
        ([[60, 2], [1, 40]], Trust.AGREES),
        ([[40, 30], [25, 30]], Trust.DISAGREES),
        ([[12, 2], [2, 8]], Trust.UNDECIDED),
        ([[60, 1], [0, 0]], Trust.ONE_SIDED),
    ],
)
def test_the_plain_sentence_says_whether_n_is_enough(table: list[list[int]], trust: Trust) -> None:
    import numpy as np

    found = Agreement("stand.shoulders", 9, 1, 0, 0, cohen_kappa(np.array(table)))
    assert found.trust is trust
    assert str(sum(map(sum, table))) in sentence(found, "en")
    assert str(sum(map(sum, table))) in sentence(found, "zh")
    html = agreement_html((found, found), "en")
    assert html.count("<tr>") == 2
