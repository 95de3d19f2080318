"""The JSON form is the contract's, has no NaN, and loses nothing."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest

from vision.report import CalibrationRef, Report, from_json, to_json
from vision.report.write import json_text
from vision.types import Score, Segment, Verdict

CHECK_KEYS = {
    "rule", "clause", "verdict", "measurement", "accept", "basis", "value", "u", "message", "frame_s",
}  # fmt: skip
REPORT_KEYS = {
    "schema", "source", "program", "standard", "calibration", "subject", "segments", "manual_items", "overall",
    "warnings", "timing",
}  # fmt: skip


def test_report_survives_the_round_trip(report: Report) -> None:
    assert from_json(json.loads(json_text(report))) == report


def test_report_without_segments_or_optional_values_survives_the_round_trip(report: Report) -> None:
    bare = dataclasses.replace(
        report,
        segments=(),
        manual_items=(),
        warnings=(),
        calibration=CalibrationRef("none"),
        source=dataclasses.replace(report.source, duration_s=None, fps=None, frames=1),
        overall=Score(None, 1.0, Verdict.NOT_MEASURED, dict.fromkeys(("pass", "fail", "uncertain", "not_measured"), 0)),
    )
    assert from_json(json.loads(json_text(bare))) == bare


def test_document_has_the_keys_of_the_contract(report: Report) -> None:
    document = to_json(report)
    assert document["schema"] == "yitai.report/1"
    assert document.keys() >= REPORT_KEYS
    assert document["source"].keys() >= {"path", "sha256", "duration_s", "fps", "frames", "size", "rotation"}
    assert document["overall"].keys() >= {"score", "verdict", "counts"}
    segment = document["segments"][0]
    assert segment.keys() >= {
        "drill", "start_s", "end_s", "hold_start_s", "hold_end_s", "view", "measurements", "checks", "score",
    }  # fmt: skip
    for check in segment["checks"]:
        assert check.keys() >= CHECK_KEYS
        assert check["clause"].keys() == {"source", "section", "zh", "en"}
        assert check["message"].keys() == {"zh", "en"}
        assert (check["verdict"] == "not_measured") == (check["value"] is None)


def test_words_and_open_ends_keep_their_form(report: Report) -> None:
    checks = {check["rule"]: check for segment in to_json(report)["segments"] for check in segment["checks"]}
    assert checks["stand.hands_folded"]["accept"] == ["right"]
    assert checks["guide.arm_straight"]["accept"] == [150.0, None]
    assert checks["stand.chin"]["reason"] == "wrong_view"


def test_nan_becomes_null_everywhere(report: Report) -> None:
    segment = report.segments[0]
    broken = dataclasses.replace(
        report,
        timing={"pose": math.nan},
        segments=(
            Segment(segment.drill, 0.0, math.inf, math.nan, None, segment.view, (), segment.checks[:1], segment.score),
        ),
        overall=Score(math.nan, math.nan, Verdict.NOT_MEASURED, {}),
    )
    document = json.loads(json_text(broken))
    assert document["timing"]["pose"] is None
    assert document["segments"][0]["end_s"] is None
    assert document["overall"]["score"] is None
    assert document["overall"]["counts"] == {"pass": 0, "fail": 0, "uncertain": 0, "not_measured": 0}


def test_another_schema_is_refused() -> None:
    with pytest.raises(ValueError, match=r"yitai\.report/1"):
        from_json({"schema": "yitai.report/2"})
