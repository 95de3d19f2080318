"""Subtitles and motion files can be read back by the rules of their formats."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from vision.report import Motion, Report
from vision.report.tracks import trc, webvtt, y_up

STAMP = r"(\d\d):(\d\d):(\d\d)\.(\d{3})"


def test_cues_cover_the_holds_in_order(report: Report) -> None:
    text = webvtt(report, "zh")
    assert text.startswith("WEBVTT\n\n")
    spans = re.findall(f"{STAMP} --> {STAMP}", text)
    starts = [int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000 for h, m, s, ms, *_ in spans]
    assert starts == [segment.hold_start_s for segment in report.segments]
    assert "✗ 脚尖张得太开" in text
    assert "✓ 鞠躬角度 15.6 ± 2.1°" in text


def test_cue_text_is_escaped_and_has_no_blank_line(report: Report) -> None:
    check = dataclasses.replace(report.checks[0], message_zh="a < b && c --> d\n\nx")
    segment = dataclasses.replace(report.segments[0], checks=(check,))
    text = webvtt(dataclasses.replace(report, segments=(segment,)), "zh")
    assert "a &lt; b &amp;&amp; c --&gt; d  x" in text


def test_y_up_is_a_rotation_that_sends_up_to_y() -> None:
    axes = y_up(np.eye(3))
    assert np.linalg.det(axes) == pytest.approx(1.0)
    np.testing.assert_array_equal(y_up(np.array([0.0, 0.0, 1.0])), [0, 1, 0])


def test_trc_gives_back_the_positions() -> None:
    rng = np.random.default_rng(0)
    positions = rng.normal(size=(5, 3, 3))
    positions[2, 1] = np.nan
    times = np.arange(5) / 25
    lines = trc(Motion(times, ("pelvis", "knee", "ankle"), positions), "motion.trc").split("\n")
    assert lines[0].split("\t")[0] == "PathFileType"
    assert dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=True))["Units"] == "mm"
    assert float(lines[2].split("\t")[0]) == pytest.approx(25.0)
    names = [name for name in lines[3].split("\t")[2:] if name]
    assert names == ["pelvis", "knee", "ankle"]
    rows = [line.split("\t") for line in lines[6:] if line]
    assert {len(row) for row in rows} == {2 + 9}
    back = np.array([[float(field) for field in row[2:]] for row in rows]).reshape(5, 3, 3)
    np.testing.assert_allclose(back / 1000, y_up(positions), atol=1e-6, equal_nan=True)
    np.testing.assert_allclose([float(row[1]) for row in rows], times, atol=1e-6)


def test_motion_with_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="positions_m"):
        Motion(np.arange(3), ("a",), np.zeros((3, 2, 3)))
