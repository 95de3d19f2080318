"""The shipped portraits, read by the real networks: truth is known to the pixel."""

from __future__ import annotations

import gc
import json
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from calibration.files import load_camera
from vision.estimators.bundles import pose_bundle
from vision.options import ScoreOptions
from vision.pipeline import Assessment, measure_frames, score_recording, write_outputs
from vision.standard import load_pack
from vision.types import Drill, Measurement, Subject, Verdict

pytestmark = pytest.mark.model
SAMPLES = Path(__file__).resolve().parents[2] / "sample_media" / "grooming"


@pytest.fixture(scope="module", autouse=True)
def bundles() -> None:
    """The networks' files, made once: the vendor's metadata writer leaves its folders to the garbage collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        pose_bundle()
        gc.collect()


def truth(stem: str) -> dict[str, Any]:
    return dict(json.loads((SAMPLES / f"{stem}.json").read_text("utf-8")))


def options(stem: str, pack: str = "U1") -> ScoreOptions:
    known = truth(stem)
    attributes = known["attributes"] if "attributes" in known else known["views"][0]["attributes"]
    camera = SAMPLES / f"{stem}.camera.json"
    return ScoreOptions(
        pack=load_pack(pack),
        camera=load_camera(camera) if camera.exists() else None,
        subject=Subject(None, known["height_cm"], attributes["sex"]),
        drill=Drill.GROOM,
    )


@cache
def scored(name: str, pack: str = "U1") -> Assessment:
    return score_recording(str(SAMPLES / name), options(Path(name).stem, pack))


def found(assessment: Assessment) -> dict[str, Measurement]:
    return {one.name: one for one in assessment.report.segments[0].measurements}


@pytest.mark.parametrize("stem", ["s02_front", "s03_front"])
def test_the_badge_is_where_the_truth_says(stem: str) -> None:
    badge = truth(stem)["attributes"]["badge"]
    measured = found(scored(f"{stem}.jpg"))
    assert measured["badge_present"].value == "yes"
    assert measured["badge_side"].value == badge["side"]
    drop, u = measured["badge_drop"].value, measured["badge_drop"].u
    assert isinstance(drop, float)
    assert u is not None
    assert abs(drop - badge["drop_cm"]) <= min(u, 3.0)


@pytest.mark.parametrize("stem", ["s02_front", "s03_front"])
def test_no_word_about_dress_is_wrong(stem: str) -> None:
    attributes = truth(stem)["attributes"]
    measured = found(scored(f"{stem}.jpg"))
    true = {
        "tie_present": "yes" if attributes["tie"] else "no",
        "scarf_present": "yes" if attributes["scarf"] else "no",
        "coat_front": "open" if attributes["coat_open"] else "closed",
    }
    said = {name: measured[name].value for name in true}
    assert {name: word for name, word in said.items() if word is not None and word != true[name]} == {}
    assert any(said.values())


def test_a_badge_on_the_right_fails_its_clause() -> None:
    verdicts = {check.rule: check.verdict for check in scored("s03_front.jpg").report.checks}
    assert verdicts["badge.present"] is Verdict.PASS
    assert verdicts["badge.position.side"] is Verdict.FAIL


def test_a_back_says_nothing_of_the_badge() -> None:
    report = scored("s02_back.jpg").report
    assert {check.verdict for check in report.checks if check.rule.startswith("badge")} == {Verdict.NOT_MEASURED}


def test_a_turn_before_the_camera_is_picked_apart_into_its_sides() -> None:
    assessment = scored("s01_turn.mp4")
    groomed = assessment.groomed
    assert groomed is not None
    views = {round(still.time_s, 1): str(still.portrait.facing) for still in groomed.stills}
    for known in truth("s01_turn")["views"]:
        inside = [facing for time, facing in views.items() if known["start_s"] <= time < known["end_s"]]
        expected = "front" if known["view"] == "full" else known["view"]
        assert expected in inside, known["view"]
    measured = found(assessment)
    assert measured["badge_present"].value == "yes"
    assert measured["shoe_tone"].value == "dark"


def test_the_report_folder_is_as_for_every_drill(tmp_path: Path) -> None:
    written = write_outputs(scored("s02_front.jpg"), tmp_path, frozenset({"json", "html", "csv"}), True, "zh")
    assert {path.name for path in written} == {"report.json", "report.html", "series.csv", "annotated.mp4"}
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert [segment["drill"] for segment in report["segments"]] == ["groom"]
    assert "badge_drop" in (tmp_path / "series.csv").read_text("utf-8").splitlines()[0]
    assert (tmp_path / "report.html").read_text("utf-8").count("data:image/jpeg") >= 3


def test_what_no_camera_decides_is_on_the_same_sheet() -> None:
    rules = {item.rule for item in scored("s02_front.jpg").report.manual_items}
    assert {"makeup", "breath", "cleanliness", "shirt.collar"} <= rules


def test_measure_prints_the_same_numbers_as_the_report() -> None:
    (line,) = measure_frames(str(SAMPLES / "s02_front.jpg"), options("s02_front"))
    assert line.view == "front"
    assert {one.name: one for one in line.measurements} == found(scored("s02_front.jpg"))
