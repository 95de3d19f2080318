"""What counts, how much, and what a group of alternatives comes to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.quantities import quantities
from vision.standard import judge, load_pack, overall_score, score_checks, units_of
from vision.types import Basis, Check, Clause, Drill, Measurement, Reason, Subject, Verdict

TELECOM = load_pack("telecom")
PASS, FAIL, OPEN, GAP = Verdict.PASS, Verdict.FAIL, Verdict.UNCERTAIN, Verdict.NOT_MEASURED


def check(verdict: Verdict, weight: float = 1.0, group: str | None = None, option: str | None = None) -> Check:
    measured = verdict is not GAP
    return Check(
        rule="r",
        clause=Clause("T", "1", "条", "clause"),
        verdict=verdict,
        measurement="bow_angle",
        accept=(10.0, 20.0),
        basis=Basis.HOUSE,
        value=15.0 if measured else None,
        u=1.0 if measured else None,
        message_zh="",
        message_en="",
        frame_s=None,
        reason=None if measured else Reason.OCCLUDED,
        weight=weight,
        alternative=group,
        option=option,
    )


def stance(sex: str | None, **given: tuple[float, float]) -> dict[str, Check]:
    found = {name: Measurement(name, value, u, quantities()[name].unit) for name, (value, u) in given.items()}
    return {c.rule: c for c in judge(TELECOM, Drill.STAND, found, Subject(sex=sex), None)}


def feet(checks: dict[str, Check]) -> Verdict:
    (unit,) = [unit for unit in units_of(checks.values()) if unit.group == "stand.feet"]
    return unit.verdict


def test_nothing_measured_has_no_score() -> None:
    score = score_checks([check(GAP), check(GAP)])
    assert (score.value, score.unmeasured_share, score.verdict) == (None, 1.0, GAP)
    empty = score_checks([])
    assert (empty.value, empty.unmeasured_share, empty.verdict) == (None, 1.0, GAP)


def test_the_score_is_the_weight_that_passed_among_what_was_decided() -> None:
    score = score_checks([check(PASS, 3), check(FAIL, 1), check(OPEN, 2), check(GAP, 2)])
    assert score.value == pytest.approx(75)
    assert score.unmeasured_share == pytest.approx(0.5)
    assert score.counts == {"pass": 1, "fail": 1, "uncertain": 1, "not_measured": 1}


@given(st.lists(st.tuples(st.sampled_from(Verdict), st.floats(0.1, 5)), max_size=12))
def test_an_open_check_neither_rewards_nor_punishes(given_checks: list[tuple[Verdict, float]]) -> None:
    checks = [check(verdict, weight) for verdict, weight in given_checks]
    before, after = score_checks(checks), score_checks([*checks, check(OPEN, 1)])
    assert after.value == before.value
    assert after.unmeasured_share >= before.unmeasured_share - 1e-12


@pytest.mark.parametrize(
    ("verdicts", "overall"),
    [
        ([PASS, FAIL, OPEN, GAP], FAIL),
        ([PASS, OPEN, GAP], OPEN),
        ([PASS, PASS, GAP], PASS),
        ([GAP, GAP], GAP),
    ],
)
def test_the_overall_verdict_is_the_gravest_that_occurs(verdicts: list[Verdict], overall: Verdict) -> None:
    assert score_checks([check(verdict) for verdict in verdicts]).verdict is overall


@pytest.mark.parametrize(
    ("first", "second", "group"),
    [
        ([PASS, PASS], [FAIL], PASS),
        ([FAIL], [PASS], PASS),
        ([PASS, FAIL], [FAIL, GAP], FAIL),
        ([PASS, GAP], [FAIL], OPEN),
        ([PASS, OPEN], [FAIL], OPEN),
        ([OPEN], [OPEN], OPEN),
        ([GAP], [GAP], GAP),
        ([GAP], [FAIL], OPEN),
    ],
)
def test_a_group_passes_by_one_whole_option_and_fails_only_with_all(
    first: list[Verdict], second: list[Verdict], group: Verdict
) -> None:
    checks = [check(v, 1, "feet", "v") for v in first] + [check(v, 1, "feet", "parallel") for v in second]
    (unit,) = units_of(checks)
    assert unit.verdict is group
    assert score_checks(checks).counts[group] == 1


def test_a_group_weighs_as_much_as_one_option() -> None:
    checks = [check(PASS, 1, "g", "a"), check(PASS, 1, "g", "a"), check(FAIL, 1.5, "g", "b"), check(FAIL, 2)]
    assert score_checks(checks).value == pytest.approx(50)


def test_checks_without_weight_count_nowhere() -> None:
    score = score_checks([check(FAIL, 0), check(PASS, 1)])
    assert (score.value, score.verdict, score.counts["fail"]) == (100, PASS, 0)


def test_segments_are_added_and_their_groups_kept_apart() -> None:
    right, wrong = [check(PASS, 1, "feet", "v")], [check(FAIL, 1, "feet", "v")]
    both = overall_score([right, wrong])
    assert both.value == pytest.approx(50)
    assert both.verdict is FAIL
    assert overall_score([]).value is None


def test_a_v_of_45_degrees_passes_for_the_default_standard_though_it_is_wider_than_a_fist() -> None:
    checks = stance("m", v_angle=(45, 4), heel_gap=(1, 1.5), toe_gap=(20, 2), stance_ratio=(0.2, 0.05))
    assert checks["stand.feet_v_fist.toes"].verdict is FAIL
    assert "does not count" in checks["stand.feet_v_fist.toes"].message_en
    assert feet(checks) is PASS
    assert score_checks(checks.values()).verdict is PASS
    assert "not the form chosen" in checks["stand.feet_parallel.axes"].message_en


def test_a_v_of_72_degrees_is_no_allowed_stance() -> None:
    assert feet(stance("m", v_angle=(72, 5), heel_gap=(1, 1.5), stance_ratio=(0.2, 0.05))) is FAIL
    woman = stance("f", v_angle=(72, 5), heel_gap=(1, 1.5), heel_arch_gap=(13, 3))
    assert feet(woman) is FAIL


def test_parallel_feet_pass_only_when_they_are_as_wide_as_the_shoulders() -> None:
    assert feet(stance("m", v_angle=(2, 4), heel_gap=(28, 2), stance_ratio=(1.0, 0.08))) is PASS
    assert feet(stance("m", v_angle=(2, 4), heel_gap=(45, 2), stance_ratio=(1.5, 0.08))) is FAIL


def test_the_t_stance_is_for_women() -> None:
    given_feet = {
        "v_angle": (60.0, 5.0),
        "heel_gap": (12.0, 2.0),
        "heel_arch_gap": (2.0, 2.0),
        "stance_ratio": (0.3, 0.05),
    }
    assert feet(stance("f", **given_feet)) is PASS
    assert feet(stance("m", **given_feet)) is FAIL
    assert feet(stance(None, **given_feet)) is PASS


def test_hands_folded_right_over_left_pass_for_either_sex() -> None:
    for sex in ("m", "f", None):
        found = {
            "hands_place": Measurement("hands_place", "abdomen", 0.01, ""),
            "hand_on_top": Measurement("hand_on_top", "right", 0.02, ""),
            "pair_lateral": Measurement("pair_lateral", 1.0, 2.0, "cm"),
            "pair_up": Measurement("pair_up", -8.0, 3.0, "cm"),
        }
        checks = judge(TELECOM, Drill.STAND, found, Subject(sex=sex), None)
        assert score_checks(checks).verdict is PASS
        wrong = {**found, "hand_on_top": replace(found["hand_on_top"], value="left")}
        assert score_checks(judge(TELECOM, Drill.STAND, wrong, Subject(sex=sex), None)).verdict is not PASS


def test_arms_at_the_sides_are_an_allowed_form() -> None:
    found = {"hands_place": Measurement("hands_place", "sides", 0.01, "")}
    for side in ("left", "right"):
        found[f"wrist_thigh_{side}"] = Measurement(f"wrist_thigh_{side}", 5.0, 3.0, "cm")
        found[f"elbow_{side}"] = Measurement(f"elbow_{side}", 172.0, 8.0, "deg")
    score = score_checks(judge(TELECOM, Drill.STAND, found, Subject(sex="m"), None))
    assert (score.verdict, score.counts["pass"]) == (PASS, 1)
