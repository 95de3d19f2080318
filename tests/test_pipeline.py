"""The whole path on the shipped samples: recording in, verdicts out, and what happens without anything to measure."""

from __future__ import annotations

import csv
import gc
import json
import re
import resource
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from calibration.files import load_camera
from vision.api import measure_frame, score_video
from vision.errors import NoPersonError
from vision.estimators.bundles import hand_bundle, pose_bundle
from vision.moment import GIVEN
from vision.pipeline import Assessment, ScoreOptions, measure_frames, score_recording, write_outputs
from vision.quantities import quantities
from vision.standard import load_pack
from vision.types import Check, Drill, Frame, ImageBgr, Measurement, Reason, Subject, Verdict, View
from vision.video import VideoWriter, frames, probe
from vision.watch import watch

pytestmark = pytest.mark.model

SAMPLES = Path(__file__).resolve().parent.parent / "sample_media"
STAND, BOW, GUIDE, SIT = "d01_stand_v45", "d03_bow15_side", "d05_guide45_right", "d07_sit_shallow"
FPS = 25.0


@dataclass(frozen=True)
class Expected:
    """The check that a sample is about, and the verdicts that would be right for it."""

    rule: str
    verdicts: frozenset[Verdict]


RIGHT = frozenset({Verdict.PASS})
WRONG = frozenset({Verdict.FAIL})
NOT_WRONG = frozenset({Verdict.PASS, Verdict.UNCERTAIN})
NOT_RIGHT = frozenset({Verdict.FAIL, Verdict.UNCERTAIN})
HEADLINES = {
    "d01_stand_v45": Expected("stand.feet_v.angle", RIGHT),
    "d02_stand_too_wide": Expected("stand.feet_v.angle", WRONG),
    "d03_bow15_side": Expected("bow.angle", NOT_WRONG),
    "d04_bow30_front": Expected("bow.angle", NOT_RIGHT),
    "d05_guide45_right": Expected("guide.arm_angle", NOT_WRONG),
    "d06_guide_too_high": Expected("guide.arm_angle", WRONG),
    "d07_sit_shallow": Expected("sit.depth_shallow", NOT_WRONG),
    "d08_sit_deep_lean_back": Expected("sit.depth_medium", WRONG),
}


@cache
def manifest() -> dict[str, dict[str, str]]:
    """Rows of the samples' manifest by the clip's stem."""
    with (SAMPLES / "manifest.csv").open(encoding="utf-8-sig") as file:
        return {Path(row["path"]).stem: row for row in csv.DictReader(file)}


def options(stem: str, drill: Drill | None = None) -> ScoreOptions:
    """What the manifest says of a sample."""
    row = manifest()[stem]
    return ScoreOptions(
        pack=load_pack("telecom"),
        camera=load_camera(SAMPLES / row["calibration"]),
        subject=Subject(height_cm=float(row["height_cm"]), sex=row["sex"]),
        drill=drill,
    )


def path_of(stem: str) -> str:
    """The sample's clip."""
    return str(SAMPLES / manifest()[stem]["path"])


@cache
def scored(stem: str) -> Assessment:
    """A sample, its drill found by the program."""
    return score_recording(path_of(stem), options(stem))


def held_truth(stem: str, drill: Drill, time_s: float) -> dict[str, Any]:
    """True measurements of a sample's frame nearest to a time; empty where the drill is not that one then."""
    truth = json.loads((SAMPLES / manifest()[stem]["truth"]).read_text(encoding="utf-8"))
    inside = [s for s in truth["segments"] if s["start_s"] - 0.3 <= time_s <= s["end_s"] + 0.3]
    if all(s["drill"] != drill for s in inside):
        return {}
    nearest = min(truth["frames"], key=lambda frame: abs(frame["t"] - time_s))
    return dict(nearest["persons"][0]["measurements"])


def contradicts(check: Check, true: float | str) -> bool:
    """Whether the truth says otherwise than a pass or a fail."""
    if isinstance(true, str):
        holds = true in check.accept
    else:
        low, high = check.accept
        holds = (low is None or true >= float(low)) and (high is None or true <= float(high))
    return check.verdict is (Verdict.FAIL if holds else Verdict.PASS)


@pytest.fixture(scope="module", autouse=True)
def bundles() -> None:
    """The networks' files, made once: the vendor's metadata writer leaves its folders to the garbage collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        pose_bundle()
        hand_bundle()
        gc.collect()


@pytest.mark.parametrize("sample_fps", [5.0, 8.0, None])
def test_a_person_who_never_leaves_is_seen_in_every_frame(sample_fps: float | None) -> None:
    with frames(path_of(BOW), sample_fps=sample_fps) as stream:
        track = watch(stream, probe(path_of(BOW)).size_wh, "largest")
    assert track.seen.all()
    assert (track.people == 1).all()


@pytest.mark.parametrize("stem", HEADLINES)
def test_the_check_that_a_sample_is_about_is_judged_right(stem: str) -> None:
    expected = HEADLINES[stem]
    checks = [c for s in scored(stem).report.segments for c in s.checks if c.rule == expected.rule]
    drills = [s.drill for s in scored(stem).report.segments]
    assert Drill(manifest()[stem]["drill"]) in drills
    assert checks
    assert {c.verdict for c in checks} <= expected.verdicts


@pytest.mark.parametrize("stem", HEADLINES)
def test_no_sample_is_confidently_misjudged(stem: str) -> None:
    wrong = [
        (check.rule, check.value, check.u, truth[check.measurement])
        for segment in scored(stem).report.segments
        for check in segment.checks
        if check.frame_s is not None
        and check.measurement in (truth := held_truth(stem, segment.drill, check.frame_s))
        and contradicts(check, truth[check.measurement])
    ]
    assert wrong == []


@pytest.mark.parametrize("stem", HEADLINES)
def test_most_measured_values_lie_within_u_of_the_truth(stem: str) -> None:
    inside = []
    for segment in scored(stem).report.segments:
        hold = segment.hold_start_s if segment.hold_start_s is not None else segment.start_s
        end = segment.hold_end_s if segment.hold_end_s is not None else segment.end_s
        truth = held_truth(stem, segment.drill, (hold + end) / 2)
        for m in segment.measurements:
            true = truth.get(m.name)
            if isinstance(m.value, float) and isinstance(true, int | float) and m.u is not None:
                inside.append(abs(m.value - true) <= m.u)
    assert len(inside) >= 10
    assert np.mean(inside) >= 0.8


def test_a_report_says_what_it_was_made_from() -> None:
    report = scored(STAND).report
    info = probe(path_of(STAND))
    assert report.source.size_wh == info.size_wh
    assert report.source.frames == 75
    assert report.source.duration_s == pytest.approx(3.0, abs=0.1)
    assert len(report.source.sha256) == 64
    assert report.calibration.level == "full"
    assert report.calibration.file_hash
    assert report.standard.id == "telecom"
    assert report.subject.height_cm == 176.0
    assert report.overall.verdict in set(Verdict)
    assert set(report.timing) >= {"pose", "reconstruction", "closer looks"}
    assert report.manual_items


@pytest.mark.parametrize("stem", [STAND, BOW, GUIDE, SIT])
def test_every_verdict_follows_from_its_value_and_u(stem: str) -> None:
    for segment in scored(stem).report.segments:
        for check in segment.checks:
            assert (check.value is None) == (check.verdict is Verdict.NOT_MEASURED)
            assert (check.reason is not None) == (check.value is None)
            if isinstance(check.value, float) and check.u is not None:
                low, high = (float(v) if v is not None else None for v in check.accept)
                inside = (low is None or check.value - check.u >= low) and (
                    high is None or check.value + check.u <= high
                )
                assert (check.verdict is Verdict.PASS) == inside, check.rule


def test_the_same_recording_gives_the_same_report_twice() -> None:
    again = score_recording(path_of(GUIDE), options(GUIDE)).report
    first = scored(GUIDE).report
    for here, there in zip(again.segments, first.segments, strict=True):
        assert (here.drill, here.start_s, here.end_s, here.view) == (
            there.drill,
            there.start_s,
            there.end_s,
            there.view,
        )
        assert [c.verdict for c in here.checks] == [c.verdict for c in there.checks]
        for m, n in zip(here.measurements, there.measurements, strict=True):
            assert (m.name, m.reason) == (n.name, n.reason)
            assert m.value == pytest.approx(n.value, abs=1e-6)  # sums of the solver differ in the last digits
            assert m.u == pytest.approx(n.u, abs=1e-6)
    assert again.overall == first.overall
    assert again.warnings == first.warnings


def test_without_a_camera_file_it_still_runs_and_knows_less() -> None:
    blind = ScoreOptions(pack=load_pack("telecom"), subject=Subject(sex="m"), drill=Drill.STAND)
    report = score_recording(path_of(STAND), blind).report
    assert [notice.code for notice in report.warnings] == ["no_camera"]
    assert report.calibration.level == "none"
    known = {m.name: m for m in scored(STAND).report.segments[0].measurements}
    for m in report.segments[0].measurements:
        if m.name in ("trunk_lateral", "v_angle") and m.u is not None:
            assert m.u >= known[m.name].u


def test_progress_rises_to_one() -> None:
    shares: list[float] = []
    score_recording(path_of(STAND), options(STAND, Drill.STAND), shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 10


def test_a_drill_that_does_not_happen_is_said_and_not_invented() -> None:
    report = score_recording(path_of(STAND), options(STAND, Drill.BOW)).report
    assert report.segments == ()
    assert "no_drill" in [notice.code for notice in report.warnings]
    assert report.overall.value is None


def picture(stem: str = STAND, time_s: float = 1.0) -> ImageBgr:
    """A frame of a sample."""
    with frames(path_of(stem)) as stream:
        return next(frame.image_bgr.copy() for frame in stream if frame.timestamp_s >= time_s)


def still(folder: Path, image: ImageBgr) -> str:
    """A PNG."""
    path = folder / "still.png"
    assert cv2.imwrite(str(path), image)
    return str(path)


def clip(folder: Path, images: list[ImageBgr]) -> str:
    """A clip of these pictures."""
    path = folder / "clip.mp4"
    height, width = images[0].shape[:2]
    with VideoWriter(path, (width, height), FPS) as writer:
        for number, image in enumerate(images):
            writer.write(image, number / FPS)
    return str(path)


def two_people() -> ImageBgr:
    """Two samples' people side by side."""
    halves = [picture(stem)[:, 240:720] for stem in (STAND, "d02_stand_too_wide")]
    return np.ascontiguousarray(np.concatenate(halves, axis=1))


def free() -> ScoreOptions:
    """Nothing known but the pack."""
    return ScoreOptions(pack=load_pack("telecom"))


def by_name(measurements: tuple[Measurement, ...]) -> dict[str, Measurement]:
    """Measurements by name, each once."""
    assert len({m.name for m in measurements}) == len(measurements)
    return {m.name: m for m in measurements}


def test_a_still_is_scored_as_one_moment(tmp_path: Path) -> None:
    path = still(tmp_path, picture())
    report = score_recording(path, options(STAND, Drill.STAND)).report
    (segment,) = report.segments
    assert segment.drill is Drill.STAND
    assert segment.view is View.FRONT
    value = by_name(segment.measurements)["v_angle"]
    assert isinstance(value.value, float)
    assert value.u is not None
    assert abs(value.value - 45.0) <= value.u


def test_a_still_of_a_raised_arm_judges_that_arm(tmp_path: Path) -> None:
    path = still(tmp_path, picture(GUIDE, 3.0))
    report = score_recording(path, options(GUIDE, Drill.GUIDE)).report
    angles = [c for c in report.segments[0].checks if c.rule == "guide.arm_angle"]
    assert [c.measurement for c in angles] == ["arm_trunk_right"]
    assert angles[0].verdict is not Verdict.FAIL


def assert_lines_fit(measurements: tuple[Measurement, ...]) -> None:
    """As the contract says: a value with u, or null with a reason; every name of the list with its unit."""
    found = by_name(measurements)
    assert set(found) >= GIVEN
    for m in found.values():
        assert (m.value is None) == (m.reason is not None)
        assert (m.value is None) == (m.u is None)
        assert m.unit == quantities()[m.name].unit
        assert m.status == ("not_measured" if m.value is None else "measured")
        if isinstance(m.value, str):
            assert m.value in quantities()[m.name].words
            assert m.u is not None
            assert 0 <= m.u <= 1


def test_measuring_a_still_gives_one_line(tmp_path: Path) -> None:
    (line,) = measure_frames(still(tmp_path, picture()), options(STAND))
    assert (line.frame, line.t, line.person, line.view, line.warnings) == (0, 0.0, 1, "front", ())
    assert_lines_fit(line.measurements)
    found = by_name(line.measurements)
    assert isinstance(found["v_angle"].value, float)
    assert found["hands_place"].value in ("abdomen", None)
    assert found["bow_angle"].reason is Reason.NO_NEUTRAL


def test_measuring_a_clip_gives_a_line_per_sampled_frame() -> None:
    asked = options(BOW)
    lines = list(measure_frames(path_of(BOW), ScoreOptions(asked.pack, asked.camera, asked.subject, sample_fps=5.0)))
    times = [line.t for line in lines]
    assert times == sorted(times)
    assert np.diff(times) == pytest.approx(0.2, abs=0.05)
    for line in lines:
        assert_lines_fit(line.measurements)
        assert line.person == 1
    bows = [by_name(line.measurements)["bow_angle"] for line in lines]
    deepest = max((m.value for m in bows if isinstance(m.value, float)), default=None)
    if deepest is None:  # too few upright frames at this rate to know the own upright
        assert {m.reason for m in bows} == {Reason.NO_NEUTRAL}
    else:
        assert 8.0 < deepest < 25.0


def test_a_blank_recording_shows_nobody(tmp_path: Path) -> None:
    path = clip(tmp_path, [np.full((360, 640, 3), 200, np.uint8)] * 10)
    with pytest.raises(NoPersonError, match="nobody is seen") as error:
        score_recording(path, free())
    assert "没有看到人" in error.value.zh
    for line in measure_frames(path, free()):
        assert line.person == 0
        assert {m.reason for m in line.measurements} == {Reason.NO_PERSON}


def test_a_dark_recording_says_that_it_is_dark(tmp_path: Path) -> None:
    dark = (picture() * 0.01).astype(np.uint8)
    with pytest.raises(NoPersonError, match="too dark"):
        score_recording(clip(tmp_path, [dark] * 10), free())
    (line,) = measure_frames(still(tmp_path, dark), free())
    assert {m.reason for m in line.measurements} == {Reason.TOO_DARK}
    assert line.view is None


def test_two_people_are_said_and_one_is_measured(tmp_path: Path) -> None:
    path = still(tmp_path, two_people())
    (line,) = measure_frames(path, free())
    assert [notice.code for notice in line.warnings] == ["several_people"]
    assert line.person in (1, 2)
    assert_lines_fit(line.measurements)


@pytest.mark.parametrize("number", ["1", "2"])
def test_people_are_counted_from_the_left(tmp_path: Path, number: str) -> None:
    path = still(tmp_path, two_people())
    (line,) = measure_frames(path, ScoreOptions(pack=load_pack("telecom"), person=number))
    assert line.person == int(number)


def test_half_a_body_gives_reasons_for_the_other_half(tmp_path: Path) -> None:
    image = picture()
    upper = np.ascontiguousarray(image[: image.shape[0] * 45 // 100])
    (line,) = measure_frames(still(tmp_path, upper), free())
    found = by_name(line.measurements)
    assert_lines_fit(line.measurements)
    for name in ("v_angle", "heel_dist", "knee_left", "knee_gap"):
        assert found[name].value is None, name
    assert Reason.OUT_OF_FRAME in {m.reason for m in found.values()}


def test_the_public_functions_measure_and_score(tmp_path: Path) -> None:
    asked = options(STAND)
    found = measure_frame(picture(), camera=asked.camera, subject=asked.subject)
    assert isinstance(found["v_angle"].value, float)
    report = score_video(still(tmp_path, picture()), camera=asked.camera, subject=asked.subject, drill=Drill.STAND)
    assert [segment.drill for segment in report.segments] == [Drill.STAND]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that a scored guiding arm leaves behind."""
    folder = tmp_path_factory.mktemp("report")
    write_outputs(scored(GUIDE), folder, frozenset({"json", "html", "csv"}), True, "zh")
    return folder


def test_the_annotated_video_plays_as_long_as_the_recording(written: Path) -> None:
    source, drawn = probe(path_of(GUIDE)), probe(written / "annotated.mp4")
    assert drawn.size_wh == source.size_wh
    assert drawn.duration_s == pytest.approx(source.duration_s, abs=0.1)
    with frames(written / "annotated.mp4") as stream:
        times = [frame.timestamp_s for frame in stream]
    assert len(times) == scored(GUIDE).report.source.frames


def test_something_is_drawn_on_the_person_while_the_arm_is_held(written: Path) -> None:
    def at(path: Path | str) -> ImageBgr:
        with frames(path) as stream:
            return next(f.image_bgr.copy() for f in stream if f.timestamp_s >= 3.0)

    changed = np.abs(at(path_of(GUIDE)).astype(int) - at(written / "annotated.mp4").astype(int)).max(axis=2) > 60
    track = scored(GUIDE).tracks
    now = int(np.argmin(np.abs(track.times_s - 3.0)))
    x, y = track.landmarks_px[now, 12].astype(int)  # the right shoulder: vertex of the arm's angle
    assert changed[y - 60 : y + 60, x - 60 : x + 60].mean() > 0.01
    assert changed.mean() < 0.5


def test_the_report_files_say_the_same(written: Path) -> None:
    report = json.loads((written / "report.json").read_text(encoding="utf-8"))
    assert report["schema"] == "yitai.report/1"
    guide = next(s for s in report["segments"] if s["drill"] == "guide")
    arm = next(c for c in guide["checks"] if c["rule"] == "guide.arm_angle")
    judged = next(c for s in scored(GUIDE).report.segments for c in s.checks if c.rule == "guide.arm_angle")
    assert (arm["verdict"], arm["value"]) == (str(judged.verdict), pytest.approx(judged.value))
    page = (written / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)=["']?https?:""", page)
    assert "data:image/" in page
    header = (written / "series.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert "trunk_flexion" in header


def test_watching_keeps_numbers_and_no_pictures() -> None:
    count, early = 240, 100
    image = cv2.resize(picture(), (640, 360))
    peaks: list[int] = []

    def stream() -> Iterator[Frame]:
        for number in range(count):
            if number in (early, count - 1):
                peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
            yield Frame(image.copy(), number, number / FPS)

    track = watch(stream(), (640, 360), "largest")
    assert track.seen.mean() > 0.95
    grown_kib = peaks[1] - peaks[0]
    assert grown_kib < 0.3 * (count - early) * image.nbytes / 1024
