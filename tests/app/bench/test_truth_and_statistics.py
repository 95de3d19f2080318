"""The benchmark counts what is known to be so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.bench.accuracy import Outcome, page, trials, without_camera
from app.bench.drills import compare_drills
from app.bench.samples import Findings, Judged, Sample, compare, deserved
from app.bench.statistics import HEADLINES, accuracy, verdicts, word_accuracy
from app.bench.truth import TrueSegment, read_truth
from vision.errors import ManifestError
from vision.phases import Found, Phase
from vision.report.model import CalibrationRef, Program, Report, Source, StandardRef
from vision.types import (
    Basis,
    Check,
    Clause,
    Drill,
    Measurement,
    Reason,
    Score,
    Segment,
    Subject,
    Verdict,
    View,
)

CLIP = {
    "view": "front20",
    "segments": [
        {"drill": "stand", "start_s": 0, "end_s": 1, "hold_start_s": 0, "hold_end_s": 1},
        {"drill": "bow", "start_s": 1, "end_s": 3, "hold_start_s": 1.5, "hold_end_s": 2.5},
    ],
    "frames": [
        {
            "t": t / 10,
            "persons": [{"measurements": {"trunk_flexion": float(t), "hands_place": "sides", "knee_gap": None}}],
        }
        for t in range(31)
    ],
}


def sample(value: float | str | None, u: float | None, truth: float | str = 10.0, **more: object) -> Sample:
    reason = None if value is not None else "occluded"
    fields = {"recording": "a", "drill": "bow", "view": "side", "hard": None, "name": "trunk_flexion", "unit": "deg"}
    return Sample(**{**fields, "truth": truth, "value": value, "u": u, "reason": reason, **more})  # type: ignore[arg-type]


def check(verdict: Verdict, value: float) -> Check:
    clause = Clause("T2", "bow", "", "")
    return Check("r", clause, verdict, "trunk_flexion", (12.0, 18.0), Basis.HOUSE, value, 1.0, "", "", None)


def report(*segments: Segment) -> Report:
    return Report(
        source=Source("a.mp4", "0", 3.0, 10.0, 31, (960, 540)),
        program=Program("0", "pose"),
        standard=StandardRef("telecom", "1", "0"),
        calibration=CalibrationRef("full"),
        subject=Subject(),
        segments=segments,
        manual_items=(),
        overall=Score(None, 1.0, Verdict.NOT_MEASURED, {}),
    )


@pytest.fixture
def clip_truth(tmp_path: Path) -> Path:
    path = tmp_path / "clip.json"
    path.write_text(json.dumps(CLIP), encoding="utf-8")
    return path


def test_truth_is_the_median_over_the_hold_and_the_view_is_a_group(clip_truth: Path) -> None:
    truth = read_truth(clip_truth)
    assert truth.view == "front"
    assert truth.over(1.5, 2.5) == {"trunk_flexion": 20.0, "hands_place": "sides"}
    assert truth.over(9.0, 9.5) == {"trunk_flexion": 30.0, "hands_place": "sides"}, "the nearest moment"
    assert truth.segments[1].hold_s == (1.5, 2.5)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"view": "front", "persons": []}'])
def test_what_is_no_truth_file_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError, match="no truth file"):
        read_truth(path)


def test_a_report_is_held_against_the_truth_of_its_own_hold(clip_truth: Path) -> None:
    measured = (
        Measurement("trunk_flexion", 21.5, 2.0, "deg"),
        Measurement("hands_place", "sides", 0.1, ""),
        Measurement("sway", 1.0, 0.1, "cm"),
    )
    bow = Segment(Drill.BOW, 1.1, 2.9, 1.5, 2.5, View.FRONT, measured, (check(Verdict.PASS, 15.0),))
    found = compare("a", report(bow), read_truth(clip_truth))
    assert [(one.name, one.truth, one.value) for one in found.samples] == [
        ("trunk_flexion", 20.0, 21.5),
        ("hands_place", "sides", "sides"),
    ]
    assert found.judged == (Judged("a", "front", "r", "trunk_flexion", "pass", "fail"),)
    assert found.segments == (2, 1, 1), "of two drills one was found"


def test_a_recording_in_which_nothing_was_found_counts_as_not_measured(clip_truth: Path) -> None:
    found = compare("a", report(), read_truth(clip_truth))
    assert {(one.name, one.value, one.reason) for one in found.samples} == {
        ("trunk_flexion", None, Reason.NO_PERSON),
        ("hands_place", None, Reason.NO_PERSON),
    }


def test_statistics_of_known_errors() -> None:
    row = accuracy([sample(11.0, 2.0), sample(8.0, 1.0), sample(10.5, 0.5), sample(None, None)])
    assert (row.count, row.measured) == (4, 3)
    assert row.bias == pytest.approx(-0.5 / 3)
    assert row.mean_error == pytest.approx(3.5 / 3)
    assert row.covered == pytest.approx(2 / 3)
    assert row.median_u == 1.0
    assert accuracy([sample(None, None)]).mean_error is None


def test_statistics_of_words() -> None:
    row = word_accuracy([sample("left", 0.2, "left"), sample("left", 0.4, "right"), sample(None, None, "right")])
    assert (row.count, row.measured, row.right) == (3, 2, 0.5)
    assert row.stated_wrong == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("value", "accept", "verdict"),
    [
        (12.0, (12.0, 18.0), "pass"),
        (18.1, (12.0, 18.0), "fail"),
        (3.0, (None, 5.0), "pass"),
        (3.0, (5.0, None), "fail"),
        ("abdomen", ("abdomen", "sides"), "pass"),
        ("chest", ("abdomen",), "fail"),
    ],
)
def test_the_true_value_deserves_its_verdict(
    value: float | str, accept: tuple[float | None, float | None], verdict: str
) -> None:
    assert deserved(value, accept) == verdict


def test_verdicts_are_right_wrong_uncertain_or_absent() -> None:
    pairs = [("pass", "pass"), ("fail", "fail"), ("pass", "fail"), ("uncertain", "pass"), ("not_measured", "fail")]
    row = verdicts([Judged("a", "side", "r", "v_angle", given, right) for given, right in pairs])
    assert (row.count, row.right, row.wrong, row.uncertain, row.abstained) == (5, 2, 1, 1, 1)
    assert row.wrong_share == pytest.approx(1 / 3)


def test_headline_figures_take_the_samples_they_name() -> None:
    bow = sample(11.0, 2.0)
    arm = sample(45.0, 5.0, 44.0, name="arm_trunk_left", drill="guide", view="front", main_arm=True)
    resting = sample(12.0, 5.0, 11.0, name="arm_trunk_right", drill="guide", view="front")
    wanted = {headline.title: [one for one in (bow, arm, resting) if headline.wanted(one)] for headline in HEADLINES}
    assert wanted["trunk flexion in a bow, side"] == [bow]
    assert wanted["straight guiding arm, front"] == [arm]
    assert sum(map(len, wanted.values())) == 2


def test_the_page_has_a_line_for_each_measurement_and_view() -> None:
    findings = Findings(
        (sample(11.0, 2.0), sample(None, None, view="front"), sample(2.0, 3.0, hard="far")),
        seconds=1.0,
        drills=compare_drills(
            "a.mp4",
            "front",
            (TrueSegment("bow", 1.0, 4.0, (2.0, 3.0)), TrueSegment("sit", 5.0, 8.0, None)),
            Found((Phase(Drill.BOW, 1.1, 4.3, 2.0, 3.1), Phase(Drill.WALK, 5.0, 8.0)), None),
            (0.0, 8.0),
        ),
    )
    text = page(Path("set"), {"With": Outcome({"clips": findings}, ("b.mp4: broken",))})
    assert "| trunk_flexion | side | 1 | 100.0 % | +1.00 | 1.00 | 1.00 | 100.0 % | 2.00 |" in text
    assert "| trunk_flexion | front | 1 | 0.0 % |  |  |  |  |  |" in text
    assert "### Extra-hard recordings" in text
    assert "| bow | 1 | 1 | 0 | 0 | 0 | 2 | 50 % | 0.20 s | 0.29 s |" in text
    assert "| sit | 1 | 0 | 0 | 1 | 0 |  |  |  |  |" in text
    assert "| walk | 0 | 0 | 0 | 0 | 1 |  |  |  |  |" in text
    assert "1 clips, 0 of them with every drill found" in text
    assert "Not scored: b.mp4: broken" in text


def test_trials_are_the_rows_with_a_truth(tmp_path: Path) -> None:
    (tmp_path / "stills").mkdir()
    (tmp_path / "stills" / "manifest.csv").write_text(
        "path,calibration,drill,truth\na.jpg,a.camera.json,bow,a.json\nb.jpg,,,\n", encoding="utf-8"
    )
    (trial,) = trials(tmp_path)
    assert (trial.part, trial.task.drill, trial.truth.name) == ("stills", Drill.BOW, "a.json")
    assert trial.task.calibration is not None
    assert without_camera([trial])[0].task.calibration is None
    with pytest.raises(ManifestError, match="truth"):
        trials(tmp_path / "nowhere")
