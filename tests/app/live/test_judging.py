"""What is shown of a reading: calm values, verdicts that never look surer than they are, few words."""

from __future__ import annotations

import pytest

from app.live.judging import CHECKING, CUE_STAYS_S, STANDS_S, Judge, telling_failures
from app.live.measuring import blended, near_people
from tests.app.live.scenes import changed, pose_of
from vision.standard import load_pack
from vision.types import Check, Drill, Measurement, Reason, Side, Subject, Verdict

STEP_S = 0.2


def arm(value: float, u: float = 6.0) -> dict[str, Measurement]:
    """A guiding right arm."""
    return {
        "arm_trunk_right": Measurement("arm_trunk_right", value, u, "deg"),
        "elbow_right": Measurement("elbow_right", 172.0, 10.0, "deg"),
    }


def judge() -> Judge:
    return Judge(load_pack("telecom"), Drill.GUIDE, Subject(sex="f"))


def angle(checks: tuple[Check, ...]) -> Check:
    return next(check for check in checks if check.rule == "guide.arm_angle")


def test_a_verdict_is_shown_once_it_has_stood_for_a_moment() -> None:
    judging = judge()
    shown = [angle(judging.checks(arm(45.0), k * STEP_S, Side.RIGHT)) for k in range(5)]
    assert [check.verdict for check in shown[:2]] == [Verdict.UNCERTAIN] * 2
    assert shown[0].message_en == CHECKING[1]
    assert shown[-1].verdict is Verdict.PASS
    first = next(k for k, check in enumerate(shown) if check.verdict is Verdict.PASS)
    assert first * STEP_S == pytest.approx(STANDS_S, abs=STEP_S)


def test_a_verdict_that_no_longer_stands_is_gone_at_once() -> None:
    judging = judge()
    for k in range(6):
        judging.checks(arm(45.0), k * STEP_S, Side.RIGHT)
    wide = angle(judging.checks(arm(45.0, u=20.0), 6 * STEP_S, Side.RIGHT))
    assert wide.verdict is Verdict.UNCERTAIN
    assert wide.u == 20.0
    gone = {**arm(45.0), "arm_trunk_right": Measurement("arm_trunk_right", None, None, "deg", Reason.OCCLUDED)}
    assert angle(judging.checks(gone, 7 * STEP_S, Side.RIGHT)).verdict is Verdict.NOT_MEASURED


def test_a_shown_value_is_calm_and_still_follows_a_real_movement() -> None:
    judging = judge()
    noisy = [45.0, 48.0, 42.0, 47.0, 43.0, 45.0]
    shown = [angle(judging.checks(arm(value), k * STEP_S, Side.RIGHT)).value for k, value in enumerate(noisy)]
    values = [value for value in shown if isinstance(value, float)]
    assert max(values) - min(values) < 0.6 * (max(noisy) - min(noisy))
    moved = angle(judging.checks(arm(80.0), 6 * STEP_S, Side.RIGHT)).value
    assert moved == 80.0


def test_the_uncertainty_is_never_smoothed_away() -> None:
    judging = judge()
    for k, u in enumerate([3.0, 9.0, 4.0]):
        assert angle(judging.checks(arm(45.0, u), k * STEP_S, Side.RIGHT)).u == u


def test_the_measurement_that_counts_is_given_as_it_is() -> None:
    judging = judge()
    judging.checks(arm(45.0), 0.0, Side.RIGHT)
    final = angle(judging.checks(arm(88.0), 0.1, Side.RIGHT, final=True))
    assert (final.value, final.verdict) == (88.0, Verdict.FAIL)


def test_what_only_a_whole_recording_tells_is_not_listed_as_missing() -> None:
    rules = {check.rule for check in judge().checks(arm(45.0), 0.0, Side.RIGHT)}
    assert "guide.arm_angle" in rules
    assert "guide.sweep.rise" not in rules


def test_a_cue_is_the_advice_alone_and_its_words_stay_for_a_while() -> None:
    judging = judge()
    said = []
    for k, value in enumerate([86.0, 86.0, 86.0, 86.0, 84.0, 88.0, 85.0]):
        checks = judging.checks(arm(value), k * STEP_S, Side.RIGHT)
        said.append([cue.en for cue in judging.cues(checks, k * STEP_S)])
    assert said[0] == []  # not yet sure
    kept = [line[0] for line in said if line]
    assert kept[0].startswith("Lower the right arm by about")
    assert len(set(kept)) == 1
    later_s = 6 * STEP_S + CUE_STAYS_S
    for k in range(4):
        checks = judging.checks(arm(70.0), later_s + k * STEP_S, Side.RIGHT)
        cues = judging.cues(checks, later_s + k * STEP_S)
    assert cues[0].en != kept[0]
    assert cues[0].zh.startswith("请") or "右臂" in cues[0].zh


def several(angle_deg: float, u: float = 3.0) -> dict[str, Measurement]:
    """A guiding right arm with more to mend than can be said at once."""
    return {
        "arm_trunk_right": Measurement("arm_trunk_right", angle_deg, u, "deg"),
        "elbow_right": Measurement("elbow_right", 90.0, 10.0, "deg"),
        "wrist_height_right": Measurement("wrist_height_right", 1.6, 0.1, "1"),
        "palm_up_right": Measurement("palm_up_right", 150.0, 10.0, "deg"),
        "trunk_flexion": Measurement("trunk_flexion", 40.0, 5.0, "deg"),
    }


def cued(measurements: dict[str, Measurement]) -> list[str]:
    judging = judge()
    for k in range(5):
        checks = judging.checks(measurements, k * STEP_S, Side.RIGHT)
        cues = judging.cues(checks, k * STEP_S)
    return [cue.rule for cue in cues]


def test_at_most_three_cues_are_given_and_the_key_clause_is_the_first() -> None:
    assert cued(several(80.0)) == ["guide.arm_angle", "guide.height.wrist", "guide.palm_up"]


def test_a_doubt_is_told_after_what_fails_and_only_where_the_value_lies_outside() -> None:
    doubted = arm(58.0, 6.0) | {"elbow_right": Measurement("elbow_right", 90.0, 10.0, "deg")}
    assert cued(doubted) == ["guide.arm_straight", "guide.arm_angle"]
    assert cued(arm(52.0, 6.0)) == []


def stance(v_angle: float, heel_gap: float, arch_gap: float, place: str) -> tuple[Check, ...]:
    """A woman standing, judged as it is."""
    found = {
        "v_angle": Measurement("v_angle", v_angle, 6.0, "deg"),
        "heel_gap": Measurement("heel_gap", heel_gap, 2.0, "cm"),
        "heel_arch_gap": Measurement("heel_arch_gap", arch_gap, 3.0, "cm"),
        "stance_ratio": Measurement("stance_ratio", 0.2, 0.05, "1"),
        "hands_place": Measurement("hands_place", place, 0.09, ""),
        "pair_lateral": Measurement("pair_lateral", 0.0, 2.0, "cm"),
    }
    judging = Judge(load_pack("telecom"), Drill.STAND, Subject(sex="f"))
    return judging.checks(found, 0.0, None, final=True)


def test_heels_together_and_toes_too_far_apart_is_a_v_that_is_too_wide() -> None:
    failures = telling_failures(stance(75.0, 0.0, 8.0, "sides"))
    assert "stand.feet_v.angle" in {check.rule for check in failures}


def test_hands_at_the_sides_are_not_told_to_fold() -> None:
    failures = telling_failures(stance(45.0, 0.0, 8.0, "sides"))
    assert not [check for check in failures if check.measurement == "hands_place"]


def test_a_v_that_holds_gives_no_word_about_other_stances() -> None:
    assert not [check for check in telling_failures(stance(45.0, 0.0, 8.0, "sides")) if check.measurement == "v_angle"]


def numbers(**values: tuple[float | None, float | None]) -> dict[str, Measurement]:
    """Measurements by name: value and u; None is not measured."""
    return {
        name: Measurement(name, value, u, "deg", None if value is not None else Reason.OCCLUDED)
        for name, (value, u) in values.items()
    }


def test_a_quick_value_is_as_unsure_as_the_full_one_behind_it() -> None:
    quick, full = numbers(elbow_left=(170.0, 5.0)), numbers(elbow_left=(165.0, 21.0))
    found = blended(quick, full, feet_still=True)["elbow_left"]
    assert (found.value, found.u) == (170.0, 21.0)


def test_without_a_full_measurement_a_quick_value_is_not_given() -> None:
    found = blended(numbers(elbow_left=(170.0, 5.0)), None, feet_still=True)["elbow_left"]
    assert (found.value, found.reason) == (None, Reason.TOO_UNCERTAIN)


def test_what_a_closer_look_found_of_the_feet_holds_until_they_move() -> None:
    quick, full = numbers(v_angle=(None, None)), numbers(v_angle=(44.0, 6.0))
    assert blended(quick, full, feet_still=True)["v_angle"].value == 44.0
    assert blended(quick, full, feet_still=False)["v_angle"].value is None


def test_what_is_hidden_now_is_not_given_from_before() -> None:
    quick, full = numbers(elbow_left=(None, None)), numbers(elbow_left=(165.0, 21.0))
    assert blended(quick, full, feet_still=True)["elbow_left"].reason is Reason.OCCLUDED


def test_somebody_far_behind_or_on_a_poster_is_not_a_second_person() -> None:
    near, far = pose_of(), changed(pose_of(), lambda points: points * 0.4, 0.0)
    beside = changed(pose_of(), lambda points: points * 0.9 + [300.0, 0.0], 0.0)
    assert near_people([near]) == 1
    assert near_people([near, far]) == 1
    assert near_people([near, beside, far]) == 2
    assert near_people([]) == 0
