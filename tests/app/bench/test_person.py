"""The tables of ``yitai bench accuracy --calibration person``, from invented findings."""

from __future__ import annotations

from dataclasses import replace

from app.bench.accuracy import Outcome
from app.bench.person import FoundCamera, camera_section, comparison
from app.bench.samples import Findings, Sample

SAMPLE = Sample("a.jpg", "stand", "front", None, "v_angle", "deg", 45.0, 47.0, 6.0, None)


def outcome(*samples: Sample) -> Outcome:
    return Outcome({"stills": Findings(samples)}, ())


def test_errors_are_compared_over_what_both_measured() -> None:
    only_true = replace(SAMPLE, recording="b.jpg", value=85.0)
    missing = replace(only_true, value=None, u=None, reason="too_uncertain")
    rows = list(comparison(outcome(SAMPLE, only_true), outcome(replace(SAMPLE, value=48.0), missing)))
    (row,) = (one for one in rows if one.startswith("| v_angle"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:6] == ["v_angle", "front", "1", "2.00", "3.00", "1.50 (allowed 1.7)"]
    assert cells[-2:] == ["100 %", "50 %"]


def test_extra_hard_recordings_are_left_out_of_the_comparison() -> None:
    hard = replace(SAMPLE, hard="far")
    assert not [row for row in comparison(outcome(hard), outcome(hard)) if row.startswith("| v_angle")]


def test_cameras_are_counted_against_the_targets_and_their_own_sigma() -> None:
    sigma = (1.0, 0.5, 0.05, 0.03)
    good = FoundCamera("a", "stills", "standing", "front", None, (0.5, 0.1, 0.01, 0.02), sigma)
    bad = replace(good, recording="b", error=(-3.0, 0.2, 0.02, 0.2))
    rows = list(camera_section([good, bad], ["c.jpg: nobody"]))
    (row,) = (one for one in rows if one.startswith("| stills, standing"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[2:6] == ["2", "50 %", "100 %", "50 %"]
    assert cells[-1] == "50 %, 100 %, 100 %, 50 %"
    assert rows[-1].endswith("c.jpg: nobody")
