"""Verdicts: guard bands that leave no gap, and the headline rules on right and wrong values."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.quantities import quantities
from vision.standard import judge, load_pack, manual_items, score_checks
from vision.standard.evaluate import MAX_WORD_RISK, judge_number, judge_word
from vision.types import Check, Drill, Measurement, Reason, Side, Subject, Verdict

TELECOM = load_pack("telecom")
MAN, WOMAN, UNKNOWN = Subject(sex="m"), Subject(sex="f"), Subject()
values = st.floats(-1e4, 1e4)
spreads = st.floats(0, 1e4)
ends = st.one_of(st.none(), st.floats(-1e3, 1e3))


def measured(name: str, value: float | str, u: float) -> Measurement:
    return Measurement(name, value, u, quantities()[name].unit)


def judged(
    drill: Drill, subject: Subject = MAN, active_side: Side | None = None, **given: tuple[float | str, float]
) -> dict[str, Check]:
    """Checks by rule id for measurements given as name=(value, u)."""
    found = {name: measured(name, value, u) for name, (value, u) in given.items()}
    checks = judge(TELECOM, drill, found, subject, 1.5, active_side=active_side)
    return {check.rule: check for check in checks}


# --- guard bands ---------------------------------------------------------------------------------


@given(value=values, u=spreads, low=ends, high=ends)
def test_every_value_has_exactly_one_verdict_that_the_interval_supports(
    value: float, u: float, low: float | None, high: float | None
) -> None:
    if low is not None and high is not None and low > high:
        low, high = high, low
    verdict = judge_number(value, u, low, high)
    inside = (low is None or value - u >= low) and (high is None or value + u <= high)
    outside = (low is not None and value + u < low) or (high is not None and value - u > high)
    edge = any(end is not None and abs(value + sign * u - end) <= 2e-9 for end in (low, high) for sign in (-1, 1))
    if not edge:
        assert (verdict is Verdict.PASS) == inside
        assert (verdict is Verdict.FAIL) == outside
        assert (verdict is Verdict.UNCERTAIN) == (not inside and not outside)


@given(value=values, u=spreads, more=spreads, low=ends, high=ends)
def test_more_uncertainty_never_turns_one_decision_into_the_other_nor_doubt_into_a_decision(
    value: float, u: float, more: float, low: float | None, high: float | None
) -> None:
    if low is not None and high is not None and low > high:
        low, high = high, low
    before, after = judge_number(value, u, low, high), judge_number(value, u + more, low, high)
    assert after is before or after is Verdict.UNCERTAIN


@given(value=values, u=spreads, low=ends, high=ends)
def test_mirrored_limits_judge_the_mirrored_value_the_same(
    value: float, u: float, low: float | None, high: float | None
) -> None:
    if low is not None and high is not None and low > high:
        low, high = high, low
    mirrored = judge_number(-value, u, None if high is None else -high, None if low is None else -low)
    assert mirrored is judge_number(value, u, low, high)


def test_a_sweep_over_the_line_meets_every_region_in_order() -> None:
    regions = [judge_number(step / 10, 2.0, 35, 55) for step in range(0, 1000)]
    order = [verdict for index, verdict in enumerate(regions) if index == 0 or verdict is not regions[index - 1]]
    assert order == [Verdict.FAIL, Verdict.UNCERTAIN, Verdict.PASS, Verdict.UNCERTAIN, Verdict.FAIL]


@pytest.mark.parametrize(("value", "u"), [(35.0, 0.0), (55.0, 0.0), (39.0, 4.0), (51.0, 4.0)])
def test_both_ends_belong_to_the_accepted_range(value: float, u: float) -> None:
    assert judge_number(value, u, 35, 55) is Verdict.PASS


def test_decimal_limits_are_inclusive_despite_rounding() -> None:
    assert judge_number(0.33, 0.1, 0.23, 0.43) is Verdict.PASS
    assert judge_number(0.53, 0.1, 0.23, 0.43) is Verdict.UNCERTAIN


def test_an_infinite_uncertainty_decides_nothing() -> None:
    assert judge_number(45, math.inf, 35, 55) is Verdict.UNCERTAIN


@given(risk=st.floats(0, 1))
def test_a_word_decides_only_while_it_is_surely_enough_right(risk: float) -> None:
    right, wrong = judge_word("right", risk, ("right",)), judge_word("left", risk, ("right",))
    if risk <= MAX_WORD_RISK:
        assert (right, wrong) == (Verdict.PASS, Verdict.FAIL)
    else:
        assert (right, wrong) == (Verdict.UNCERTAIN, Verdict.UNCERTAIN)


# --- the headline rules --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drill", "rule", "name", "right", "wrong", "u"),
    [
        (Drill.STAND, "stand.feet_v.angle", "v_angle", 45, 72, 5),
        (Drill.BOW, "bow.angle", "bow_angle", 15, 30, 3),
        (Drill.GUIDE, "guide.arm_angle", "arm_trunk_right", 45, 85, 6),
        (Drill.GUIDE, "guide.arm_straight", "elbow_right", 170, 120, 8),
        (Drill.GUIDE, "guide.height.wrist", "wrist_height_right", 0.5, 1.4, 0.1),
        (Drill.SIT, "sit.depth_shallow", "seat_depth_used", 0.33, 1.0, 0.06),
        (Drill.SIT, "sit.knees", "knee_gap", 12, 30, 4),
        (Drill.SIT, "sit.lean_forward", "trunk_flexion", 8, 25, 4),
        (Drill.SIT, "sit.no_backrest", "trunk_flexion", 3, -15, 4),
        (Drill.STAND, "stand.upright.sideways", "trunk_lateral", 0, 8, 2),
        (Drill.STAND, "stand.shoulders.tilt", "shoulder_tilt", 0, -7, 2),
        (Drill.WALK, "walk.straight", "walk_deviation", 3, 20, 2),
        (Drill.HAND_OVER, "hand_over.both_hands.hands", "hands_gap", 22, 70, 5),
    ],
)
def test_a_right_value_passes_a_wrong_one_fails_and_one_on_the_limit_is_open(
    drill: Drill, rule: str, name: str, right: float, wrong: float, u: float
) -> None:
    def verdict(value: float) -> Check:
        found = {name: measured(name, float(value), float(u))}
        checks = judge(TELECOM, drill, found, MAN, 1.5, active_side=Side.RIGHT)
        return next(check for check in checks if check.rule == rule)

    assert verdict(right).verdict is Verdict.PASS
    failed = verdict(wrong)
    assert failed.verdict is Verdict.FAIL
    low, high = failed.accept
    limit = high if isinstance(high, float) and wrong > right else low
    assert isinstance(limit, float)
    assert verdict(limit).verdict is Verdict.UNCERTAIN


@pytest.mark.parametrize(("subject", "gap", "verdict"), [
    (MAN, 15.0, Verdict.PASS), (MAN, 28.0, Verdict.FAIL), (WOMAN, 15.0, Verdict.FAIL), (WOMAN, 4.0, Verdict.PASS),
])  # fmt: skip
def test_the_knee_gap_is_judged_by_the_subject_s_own_clause(subject: Subject, gap: float, verdict: Verdict) -> None:
    checks = judged(Drill.SIT, subject, knee_gap=(gap, 2.0))
    rule = "sit.knees" if subject.sex == "m" else "sit.knees_closed.gap"
    assert checks[rule].verdict is verdict
    assert ("sit.knees" in checks) == (subject.sex == "m")


def test_right_over_left_passes_and_left_over_right_fails() -> None:
    assert judged(Drill.STAND, hand_on_top=("right", 0.02))["stand.hands_wrist.on_top"].verdict is Verdict.PASS
    failed = judged(Drill.STAND, hand_on_top=("left", 0.02))["stand.hands_wrist.on_top"]
    assert failed.verdict is Verdict.FAIL
    assert "put the right hand on top" in failed.message_en
    assert "右手在上" in failed.message_zh


def test_the_advice_says_how_far_to_the_documented_figure() -> None:
    check = judged(Drill.GUIDE, active_side=Side.RIGHT, arm_trunk_right=(62.0, 5.0))["guide.arm_angle"]
    assert check.message_en == "Right arm to body 62 ± 5°; asked: 35° to 55°. Lower the right arm by about 17°."
    assert check.message_zh == "右臂与身体夹角 62 ± 5°，要求 35° 至 55°。请把右臂放低约 17°。"
    assert (check.figure_zh, check.frame_s) == ("45°", 1.5)


@pytest.mark.parametrize(("flexion", "word"), [(-14.0, "forward"), (14.0, "back")])
def test_the_advice_points_the_right_way(flexion: float, word: str) -> None:
    check = judged(Drill.STAND, trunk_flexion=(flexion, 2.0))["stand.upright.forward"]
    assert f"Bring the trunk {word} by about 14°" in check.message_en


def test_a_quantity_that_nobody_measures_is_a_visible_gap() -> None:
    check = judged(Drill.STAND)["stand.feet_v.angle"]
    assert (check.verdict, check.reason, check.value) == (Verdict.NOT_MEASURED, Reason.UNSUPPORTED, None)


def test_the_reason_of_an_abstention_is_kept_and_told() -> None:
    blind = Measurement("bow_angle", None, None, "deg", Reason.WRONG_VIEW)
    (check,) = [c for c in judge(TELECOM, Drill.BOW, {"bow_angle": blind}, MAN, None) if c.rule == "bow.angle"]
    assert (check.verdict, check.reason) == (Verdict.NOT_MEASURED, Reason.WRONG_VIEW)
    assert "it needs a side or oblique view" in check.message_en


def test_a_measurement_in_another_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="bow_angle"):
        judge(TELECOM, Drill.BOW, {"bow_angle": Measurement("bow_angle", 0.2, 0.1, "rad")}, MAN, None)


def test_a_rule_on_both_sides_gives_a_check_for_each() -> None:
    checks = judged(Drill.STAND, elbow_left=(175.0, 5.0), elbow_right=(120.0, 5.0))
    assert checks["stand.hands_sides.elbow.left"].verdict is Verdict.PASS
    assert checks["stand.hands_sides.elbow.right"].verdict is Verdict.FAIL


@pytest.mark.parametrize("side", list(Side))
def test_a_gesture_is_judged_on_the_side_that_makes_it(side: Side) -> None:
    checks = judged(Drill.GUIDE, active_side=side, arm_trunk_left=(45.0, 5.0), arm_trunk_right=(5.0, 5.0))
    check = checks["guide.arm_angle"]
    assert check.measurement == f"arm_trunk_{side}"
    assert check.verdict is (Verdict.PASS if side is Side.LEFT else Verdict.FAIL)


def test_a_gesture_of_an_unknown_side_is_not_judged() -> None:
    check = judged(Drill.GUIDE, arm_trunk_left=(45.0, 5.0), arm_trunk_right=(5.0, 5.0))["guide.arm_angle"]
    assert (check.verdict, check.reason) == (Verdict.NOT_MEASURED, Reason.TOO_UNCERTAIN)


@pytest.mark.parametrize("drill", list(Drill))
@pytest.mark.parametrize("subject", [MAN, WOMAN, UNKNOWN])
@pytest.mark.parametrize("name", ["telecom", "T1", "T2", "U1", "I1", "U2"])
def test_judging_nothing_decides_nothing(name: str, subject: Subject, drill: Drill) -> None:
    checks = judge(load_pack(name), drill, {}, subject, None)
    assert all(check.verdict is Verdict.NOT_MEASURED for check in checks)
    assert score_checks(checks).value is None


@settings(max_examples=60)
@given(data=st.data())
def test_whatever_is_measured_each_rule_answers_once_with_its_own_verdict(data: st.DataObject) -> None:
    found = {}
    for name in sorted(TELECOM.quantity_names):
        known = quantities()[name]
        if not data.draw(st.booleans()):
            continue
        numbers: st.SearchStrategy[float | str] = st.floats(-500, 500)
        value = data.draw(st.sampled_from(known.words) if known.words else numbers)
        found[name] = Measurement(name, value, data.draw(st.floats(0, 100)), known.unit)
    drill, side = data.draw(st.sampled_from(Drill)), data.draw(st.sampled_from([None, *Side]))
    subject = data.draw(st.sampled_from([MAN, WOMAN, UNKNOWN]))
    checks = judge(TELECOM, drill, found, subject, None, active_side=side)
    assert len({check.rule for check in checks}) == len(checks)
    for check in checks:
        assert (check.verdict is Verdict.NOT_MEASURED) == (check.value is None)
        assert check.message_zh
        assert check.message_en
        assert "{" not in check.message_zh + check.message_en
    score = score_checks(checks)
    assert 0 <= score.unmeasured_share <= 1
    assert score.value is None or 0 <= score.value <= 100


# --- variants ------------------------------------------------------------------------------------


def test_a_clause_for_the_other_sex_is_left_out() -> None:
    assert "stand.feet_t.axes" not in judged(Drill.STAND, MAN)
    assert "stand.feet_parallel.axes" not in judged(Drill.STAND, WOMAN)


def test_without_a_known_sex_either_variant_is_accepted() -> None:
    checks = judged(Drill.SIT, UNKNOWN, knee_gap=(15.0, 2.0)).values()
    assert {check.rule: check.verdict for check in checks if check.measurement == "knee_gap"} == {
        "sit.knees": Verdict.PASS,
        "sit.knees_closed.gap": Verdict.FAIL,
    }
    assert score_checks(checks).counts["fail"] == 0


def test_without_a_known_sex_a_clause_for_one_sex_alone_is_shown_but_does_not_count() -> None:
    squat = judged(Drill.SQUAT, UNKNOWN, knee_gap=(30.0, 2.0))["squat.knees_closed"]
    assert (squat.verdict, squat.weight) == (Verdict.FAIL, 0)
    assert "women only" in squat.message_en
    assert judged(Drill.SQUAT, WOMAN, knee_gap=(30.0, 2.0))["squat.knees_closed"].weight > 0


def test_the_seat_depth_follows_the_role() -> None:
    found = {"seat_depth_used": measured("seat_depth_used", 0.67, 0.05)}
    verdicts = {}
    for role in ("serving", "idle", None):
        checks = judge(TELECOM, Drill.SIT, found, MAN, None, role=role)
        verdicts[role] = score_checks(check for check in checks if check.rule.startswith("sit.depth")).verdict
    assert verdicts == {"serving": Verdict.FAIL, "idle": Verdict.PASS, None: Verdict.PASS}


def test_manual_items_fit_the_drills_and_the_subject_and_come_once() -> None:
    items = manual_items(TELECOM, [Drill.STAND, Drill.WALK, Drill.BOW, Drill.GROOM], MAN)
    rules = [item.rule for item in items]
    assert len(set(rules)) == len(rules)
    assert {"nails", "walk.nothing_under_arm", "breath"} <= set(rules)
    assert "stand.shoulders.shrug" in rules  # a part of a clause whose other part is measured
    assert not {"hair.up", "sit.desk_gap"} & set(rules)
    assert "nails" not in [item.rule for item in manual_items(TELECOM, [Drill.STAND], MAN)]
    assert {item.why for item in items} == {"manual"}
    sitting = {item.rule: item.why for item in manual_items(TELECOM, [Drill.SIT], MAN)}
    assert sitting["sit.desk_gap"] == "unsupported"
    assert "sit.hands_counter.forearm" not in sitting  # an option of several: hands on the knees may decide
    assert all(item.note_zh and item.note_en for item in items)
