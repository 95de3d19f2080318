"""Judging again needs only what the report holds, and says what changed."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.library.rejudge import changes, rejudged, with_notice
from tests.report.conftest import example_report
from vision.report.jsonform import from_json, to_json
from vision.report.model import Report, StandardRef
from vision.standard import judge, load_pack, manual_items, overall_score, score_checks
from vision.types import Drill, Measurement, Reason, Segment, Side, Subject, Verdict, View

PACK = load_pack("telecom")
SUBJECT = Subject("Li", 165.0, "f")


def _segment(drill: Drill, measured: dict[str, Measurement], frame_s: float, side: Side | None = None) -> Segment:
    checks = judge(PACK, drill, measured, SUBJECT, frame_s, active_side=side)
    return Segment(
        drill, frame_s - 1, frame_s + 1, None, None, View.FRONT, tuple(measured.values()), checks,
        score_checks(checks), side, frame_s,
    )  # fmt: skip


def _report() -> Report:
    stand = {
        "v_angle": Measurement("v_angle", 58.37, 3.1, "deg"),
        "heel_dist": Measurement("heel_dist", 2.0, 1.1, "cm"),
        "hands_place": Measurement("hands_place", "abdomen", 0.01, ""),
        "trunk_lateral": Measurement("trunk_lateral", None, None, "deg", Reason.OCCLUDED),
    }
    guide = {
        "arm_trunk_right": Measurement("arm_trunk_right", 47.2, 4.0, "deg"),
        "elbow_right": Measurement("elbow_right", 131.0, 6.0, "deg"),
    }
    segments = (_segment(Drill.STAND, stand, 1.28), _segment(Drill.GUIDE, guide, 5.0399999, Side.RIGHT))
    return replace(
        example_report(),
        subject=SUBJECT,
        segments=segments,
        standard=StandardRef(PACK.id, PACK.version, PACK.sha256),
        manual_items=manual_items(PACK, tuple(segment.drill for segment in segments), SUBJECT),
        overall=overall_score([segment.checks for segment in segments]),
    )


def _stored(report: Report, *, old: bool = False) -> Report:
    document = json.loads(json.dumps(to_json(report)))
    for segment in document["segments"] if old else ():
        del segment["active_side"], segment["frame_s"]
    return from_json(document)


@pytest.mark.parametrize("old", [False, True], ids=["with side and moment", "of an older program"])
def test_the_same_pack_gives_the_same_report(old: bool) -> None:
    report = _report()
    again = rejudged(_stored(report, old=old), PACK)
    assert again == report
    assert changes(report, again) == ()


def test_the_json_keeps_the_side_and_the_moment() -> None:
    assert _stored(_report()) == _report()


def test_an_edited_limit_changes_the_verdict_it_touches_and_no_other(tmp_path: Path) -> None:
    text = (
        'id = "house"\nversion = "7"\ntitle_zh = "甲"\ntitle_en = "a"\ndocument = "house"\n'
        'include = ["telecom"]\n\n[[override]]\nrule = "stand.feet_v.angle"\nhigh = 65.0\n'
    )
    house = tmp_path / "house.toml"
    house.write_text(text, encoding="utf-8")
    report = _report()
    pack = load_pack(house)
    found = [change for change in changes(report, rejudged(report, pack)) if change.verdict_changed]
    assert {change.after.measurement for change in found if change.after} == {"v_angle"}
    assert [change.after.verdict for change in found if change.after] == [Verdict.PASS]


def test_another_pack_says_what_it_adds_and_what_falls_away() -> None:
    report = _report()
    again = rejudged(report, load_pack("U1"))
    found = changes(report, again)
    assert again.standard.id == "U1"
    assert any(change.before is None for change in found)
    assert any(change.after is None for change in found)
    assert again.overall == overall_score([segment.checks for segment in again.segments])


def test_the_warning_names_both_standards_and_stands_once() -> None:
    report = _report()
    twice = with_notice(with_notice(report, report.standard), StandardRef("other", "2", ""))
    notices = [notice for notice in twice.warnings if notice.code == "rejudged"]
    assert len(notices) == 1
    assert "other 2" in notices[0].en
    assert PACK.id in notices[0].zh


def test_ten_segments_take_far_less_than_a_second() -> None:
    report = _report()
    long = replace(report, segments=report.segments * 5)
    started = time.perf_counter()
    rejudged(long, load_pack("telecom"))
    assert time.perf_counter() - started < 1.0
