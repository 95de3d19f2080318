"""Fast runs are held against exact ones check by check, and the page says what was found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.bench import pace as module
from app.bench.folder import Throughput, _to_and_fro, make_folder
from app.bench.pace import Pace, judging_section, pace_section, tasks_in
from app.bench.speed import Cost, Speed
from app.bench.speed_page import speed_page
from app.inputs import Defaults, gather
from tests.report.conftest import example_report
from vision.report.model import Report
from vision.types import Verdict
from vision.video import frames
from vision.video.container import scan_packets
from vision.video.kinds import read_head

SAMPLES = Path(__file__).resolve().parents[3] / "sample_media"


def changed(report: Report, rule: str, verdict: Verdict, value: float) -> Report:
    segments = tuple(
        replace(
            segment,
            checks=tuple(
                replace(check, verdict=verdict, value=value) if check.rule == rule else check
                for check in segment.checks
            ),
        )
        for segment in report.segments
    )
    return replace(report, segments=segments)


def compared(exact: Report, fast: Report) -> Pace:
    pairs = list(module._pairs(exact, fast))
    found = tuple(
        module.Changed("clip.mp4", s.drill, a, b) for s, a, b in pairs if b is None or a.verdict is not b.verdict
    )
    return Pace(len(pairs), found, (("v_angle", 0.2),), 10.0, 4.0, 1)


def test_the_same_report_has_the_same_verdicts() -> None:
    report = example_report()
    found = compared(report, report)
    assert found.equal_share == 1.0
    assert found.checks == len(report.checks)


def test_a_pass_against_a_fail_is_a_contradiction_and_an_abstention_is_not() -> None:
    report = example_report()
    unsure = compared(report, changed(report, "stand.upright", Verdict.UNCERTAIN, 4.0))
    assert (len(unsure.changed), unsure.contradicted) == (1, 0)
    against = compared(report, changed(report, "stand.upright", Verdict.FAIL, 9.0))
    assert (len(against.changed), against.contradicted) == (1, 1)


def test_a_drill_that_the_fast_run_did_not_find_counts_for_all_its_checks() -> None:
    report = example_report()
    found = compared(report, replace(report, segments=report.segments[:2]))
    assert len(found.changed) == len(report.segments[2].checks)
    assert "did not find" in "\n".join(pace_section(Path("clips"), found))


def test_the_page_names_every_changed_check() -> None:
    report = example_report()
    found = compared(report, changed(report, "stand.upright", Verdict.UNCERTAIN, 4.0))
    text = "\n".join(pace_section(Path("clips"), found + Pace()))
    assert "| clip | stand.upright | pass (1.8 ± 2.2) | uncertain (4 ± 2.2) |" in text
    assert f"{100 * (1 - 1 / len(report.checks)):.1f} %" in text


def test_the_clips_of_the_samples_are_found_without_the_portraits() -> None:
    names = [task.file.name for task in tasks_in(SAMPLES)]
    assert "d03_bow15_side.mp4" in names
    assert tasks_in(SAMPLES / "nothing") == ()


def test_ten_thousand_recordings_are_told_in_minutes() -> None:
    assert "5 minutes for 10,000" in "\n".join(judging_section(30.0))


@pytest.fixture
def speed() -> Speed:
    return Speed(
        frames=300,
        size_wh=(1280, 720),
        duration_s=10.0,
        decode=Cost(0.5, 0.6),
        bare=Cost(4.0, 4.1),
        own_bare=Cost(2.5, 2.6),
        exact=Cost(4.4, 5.0),
        fast=Cost(2.0, 2.2),
        stages_s={"pose": 3.8, "reconstruction": 0.3, "closer looks": 0.2},
        fast_stages_s={"pose": 1.4, "reconstruction": 0.3, "closer looks": 0.2},
        drawing_s=1.0,
        encoding_s=0.9,
        writing_s=0.3,
        peak_mib=500.0,
    )


def test_the_ratio_is_that_of_the_same_run(speed: Speed) -> None:
    assert speed.ratio == pytest.approx(1.1)
    assert speed.pose_only_ratio == pytest.approx(1.05)
    runs = [
        Throughput(fast, jobs, 4, 1200, 40.0, seconds, 1.9 * seconds, 500.0, 900.0, f"of {fast}")
        for fast, jobs, seconds in ((False, 1, 20.0), (False, 2, 10.0), (True, 1, 8.0), (True, 2, 4.0))
    ]
    text = speed_page(speed, runs, runs[1::2], ["", "more"])
    assert "**Score / bare pose network: 1.10**" in text
    assert "network without its mask 1.76" in text
    assert "| exact | 2 | 10.0 | 19.0 | 15.8 | 120 | 4.0 | 4, 1.8 on 2 | 2.00 | 500 | 900 |" in text
    assert "| fast | 2 | 4.0 | 7.6 | 6.3 | 300 | 10.0 | 10, 1.8 on 2 | 2.00 | 500 | 900 |" in text
    assert "| exact | 2 | 10.0 | 19.0 | 15.8 | 120 | 4.0 | 4, 1.8 on 2 |  | 500 | 900 |" in text  # one core was not run
    assert "come to 5.0 x real time on 2 processors, the same without its mask to 8.0 x" in text
    assert "Reports and courses of `--exact` are the same to the bit with 1 and 2 workers." in text
    assert text.endswith("more\n")


def test_a_short_recording_is_played_to_and_fro() -> None:
    shown = [_to_and_fro(time_s, 4.0) for time_s in (0.0, 3.0, 4.0, 5.0, 8.0, 9.5)]
    assert shown == [0.0, 3.0, 4.0, 3.0, 0.0, 1.5]
    assert _to_and_fro(1.0, 0.0) == 0.0


def test_the_folder_is_as_long_as_asked_with_a_keyframe_each_second(tmp_path: Path) -> None:
    tasks = gather([str(SAMPLES / "d04_bow30_front.mp4")], None, Defaults()).tasks
    made = make_folder(tasks, tmp_path / "made", 1, 2, 9.0)
    assert made.recordings == 2
    assert made.duration_s >= 18.0
    films = sorted(made.manifest.parent.glob("*.mp4"))
    assert [len(list(frames(film))) for film in films] == [made.frames / 2] * 2
    index = scan_packets(films[0], read_head(films[0]))
    assert index is not None
    assert np.diff(index.key_pts).max() / 90_000 == pytest.approx(1.0, abs=0.05)
