"""Reports and pages tell what matters most first."""

from __future__ import annotations

from dataclasses import replace

from app.presenter.practise_rows import summarise, the_change
from vision.report.page import told
from vision.standard import judge, load_pack, score_checks, units_of
from vision.types import Drill, Measurement, Segment, Side, Subject, Verdict, View

TELECOM = load_pack("telecom")
FOUND = {
    "trunk_flexion": Measurement("trunk_flexion", 45.0, 3.0, "deg"),  # far outside, of the house alone
    "elbow_right": Measurement("elbow_right", 120.0, 8.0, "deg"),  # outside, of the house alone
    "wrist_height_right": Measurement("wrist_height_right", 1.5, 0.1, "1"),  # the document's own limit
    "arm_trunk_right": Measurement("arm_trunk_right", 62.0, 5.0, "deg"),  # the key clause, only just outside
    "head_to_hand_right": Measurement("head_to_hand_right", 12.0, 8.0, "deg"),  # undecided
}
WANTED = ["guide.arm_angle", "guide.height.wrist", "guide.lean", "guide.arm_straight"]
CHECKS = judge(TELECOM, Drill.GUIDE, FOUND, Subject(), None, active_side=Side.RIGHT)
SEGMENT = Segment(
    drill=Drill.GUIDE,
    start_s=0.0,
    end_s=2.0,
    hold_start_s=1.0,
    hold_end_s=2.0,
    view=View.FRONT,
    measurements=tuple(FOUND.values()),
    checks=CHECKS,
    score=score_checks(CHECKS),
    active_side=Side.RIGHT,
    frame_s=1.5,
)


def test_a_report_lists_the_key_clause_then_documents_then_the_farthest_outside() -> None:
    failed = [unit.checks[0].rule for unit in told(SEGMENT) if unit.verdict is Verdict.FAIL]
    assert failed == WANTED


def test_doubts_follow_failures_and_what_was_not_measured_comes_last() -> None:
    verdicts = [unit.verdict for unit in told(SEGMENT)]
    order = [Verdict.FAIL, Verdict.UNCERTAIN, Verdict.PASS, Verdict.NOT_MEASURED]
    assert verdicts == sorted(verdicts, key=order.index)


def test_the_one_thing_to_change_is_the_most_urgent() -> None:
    change = the_change(units_of(CHECKS))
    assert change is not None
    assert change.rule == "guide.arm_angle"
    rows = summarise([CHECKS], "en", TELECOM).rows
    assert [row.rule for row in rows if row.verdict is Verdict.FAIL] == WANTED


def test_without_a_failure_there_is_nothing_to_change() -> None:
    passed = [replace(check, verdict=Verdict.PASS) for check in CHECKS]
    assert the_change(units_of(passed)) is None
