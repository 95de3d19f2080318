"""Heads are found for everybody, followed through gaps and covered; no face detector finds a face afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.cli import main
from calibration.files import load_camera
from tests.veil.detectors import Detectors
from vision.estimators.faces import FaceFinder
from vision.options import ScoreOptions
from vision.outputs import Faces, write_outputs
from vision.pipeline import score_recording
from vision.records import RECORD_FILE
from vision.standard import load_pack
from vision.types import Drill, FloatArray, ImageBgr, Subject
from vision.veil import BLURRED_NAME, blur_video, covered, find_heads
from vision.veil.heads import BRIDGED_S, LINGERS_S, head_circle, joined
from vision.video import VideoWriter, frames, probe

LEAK = "ignore::ResourceWarning"  # the vendor's metadata writer leaves files open
UNRAISED = "ignore::pytest.PytestUnraisableExceptionWarning"
pytestmark = [pytest.mark.filterwarnings(LEAK), pytest.mark.filterwarnings(UNRAISED)]
SAMPLES = Path(__file__).resolve().parents[2] / "sample_media"
FRONT = SAMPLES / "d04_bow30_front.mp4"
SIDE = SAMPLES / "d03_bow15_side.mp4"
GUIDE = SAMPLES / "d05_guide45_right.mp4"


def test_a_head_is_bridged_while_unseen_and_lingers_before_and_after() -> None:
    times = [0.0, 0.1, 0.2, 1.2, 1.3]
    circles = [np.array([[100.0 + 100 * t, 50.0, 20.0]]) for t in times]
    heads = joined(times, circles)
    assert len(heads.paths) == 1
    ((x, y, radius),) = heads.at(0.7)
    assert (x, y) == pytest.approx((170.0, 50.0))
    assert radius > 20.0
    assert len(heads.at(1.3 + 0.9 * LINGERS_S)) == 1
    assert len(heads.at(-0.9 * LINGERS_S)) == 1
    assert len(heads.at(1.3 + 1.1 * LINGERS_S)) == 0


def test_two_heads_keep_their_own_paths_and_a_long_absence_ends_one() -> None:
    times = [0.0, 0.1, 0.2, 0.2 + BRIDGED_S + 0.5]
    both = np.array([[100.0, 50.0, 20.0], [300.0, 50.0, 20.0]])
    heads = joined(times, [both, both[::-1], both, both[:1]])
    assert len(heads.paths) == 3
    assert sorted(round(x) for x, _, _ in heads.at(0.15)) == [100, 300]
    assert len(heads.at(0.2 + BRIDGED_S / 2)) == 0


def test_nothing_of_what_was_covered_is_left_and_nothing_else_is_touched() -> None:
    chance = np.random.default_rng(3)
    image = chance.integers(0, 255, (200, 300, 3)).astype(np.uint8)
    circle = np.array([[150.0, 100.0, 40.0]])
    done = covered(image, circle)
    rows, columns = np.mgrid[:200, :300]
    away = np.hypot(columns + 0.5 - 150, rows + 0.5 - 100)
    assert np.array_equal(done[away > 43], image[away > 43])
    inside = done[away < 38].astype(float)
    assert inside.std() < 8.0 < image[away < 38].std()
    other = image.copy()
    other[away < 38] = np.roll(image[away < 38], 1, axis=0)
    assert np.abs(covered(other, circle)[away < 38].astype(int) - done[away < 38].astype(int)).max() <= 8
    assert covered(image, np.empty((0, 3))) is image


def test_a_circle_beyond_the_picture_does_no_harm() -> None:
    image = np.full((50, 60, 3), 7, np.uint8)
    assert np.array_equal(covered(image, np.array([[-500.0, 20.0, 30.0], [55.0, 48.0, 20.0]])), image)


@pytest.mark.model
@pytest.mark.parametrize("clip", [FRONT, SIDE, GUIDE], ids=lambda path: path.stem)
def test_no_detector_finds_a_face_in_the_copy_that_it_found_before(
    clip: Path, detectors: Detectors, tmp_path: Path
) -> None:
    heads = find_heads(clip)
    copy = blur_video(clip, tmp_path / "blurred.mp4", heads)
    pairs = list(zip(frames(clip, sample_fps=3), frames(copy, sample_fps=3), strict=True))
    circles = [heads.at(before.timestamp_s) for before, _ in pairs]
    assert all(len(one) >= 1 for one in circles)
    seen = [detectors.find(before.image_bgr, one[0]) for (before, _), one in zip(pairs, circles, strict=True)]
    assert sum(seen) == len(seen), "the detectors do find the faces"
    left = [
        after.timestamp_s
        for (_, after), found in zip(pairs, circles, strict=True)
        if any(detectors.find(after.image_bgr, one) for one in found)
    ]
    assert left == []
    assert probe(copy).duration_s == pytest.approx(probe(clip).duration_s, abs=0.1)


@pytest.fixture(scope="module")
def two_people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two samples side by side; the one on the right comes after a second and a half."""
    path = tmp_path_factory.mktemp("two") / "two.mp4"
    left, right = list(frames(FRONT)), list(frames(GUIDE))
    height, width = left[0].image_bgr.shape[:2]
    empty = right[0].image_bgr.copy()
    empty[:] = np.median(empty.reshape(-1, 3), axis=0).astype(np.uint8)
    with VideoWriter(path, (width, height), 25.0) as writer:
        for number, (one, other) in enumerate(zip(left[:90], right[:90], strict=True)):
            shown = other.image_bgr if number >= 38 else empty
            middle = [image[:, width // 4 : width // 4 + width // 2] for image in (one.image_bgr, shown)]
            writer.write(np.ascontiguousarray(np.hstack(middle)), number / 25.0)
    return path


@pytest.mark.model
def test_everybody_is_covered_also_who_comes_later_and_is_not_measured(
    two_people: Path, detectors: Detectors, tmp_path: Path
) -> None:
    heads = find_heads(two_people)
    copy = blur_video(two_people, tmp_path / "blurred.mp4", heads)
    with FaceFinder(confidence=0.3) as finder:
        for before, after in zip(frames(two_people, sample_fps=4), frames(copy, sample_fps=4), strict=True):
            found = heads.at(before.timestamp_s)
            if before.timestamp_s > 1.8:
                halves = {bool(x > before.size_wh[0] / 2) for x, _, _ in found}
                assert halves == {False, True}, before.timestamp_s
            assert not any(detectors.find(after.image_bgr, one) for one in found), before.timestamp_s
            assert len(finder.find(after.image_bgr)) == 0, before.timestamp_s


@pytest.mark.model
def test_what_is_written_with_faces_covered_differs_in_pictures_and_in_no_byte_of_the_numbers(
    detectors: Detectors, tmp_path: Path
) -> None:
    camera = load_camera(FRONT.with_suffix(".camera.json"))
    options = ScoreOptions(load_pack("telecom"), camera, Subject("Li", 166.0, "m"), Drill.BOW, sample_fps=8.0)
    assessment = score_recording(str(FRONT), options)
    plain, veiled = tmp_path / "plain", tmp_path / "veiled"
    formats = frozenset({"json", "html", "csv"})
    write_outputs(assessment, plain, formats, False, "zh")
    write_outputs(assessment, veiled, formats, True, "zh", Faces.COVERED_AND_COPY)
    for name in ("report.json", "series.csv", RECORD_FILE):
        assert (plain / name).read_bytes() == (veiled / name).read_bytes(), name
    assert not (plain / BLURRED_NAME).exists()
    heads = find_heads(FRONT)
    for frame in frames(veiled / BLURRED_NAME, sample_fps=2):
        assert not any(detectors.find(frame.image_bgr, one) for one in heads.at(frame.timestamp_s))
    drawn = {frame.timestamp_s: frame.image_bgr for frame in frames(veiled / "annotated.mp4")}
    for source in frames(FRONT, sample_fps=2):
        at_s = min(drawn, key=lambda one: abs(one - source.timestamp_s))
        if abs(at_s - source.timestamp_s) < 0.01:
            assert _is_covered(drawn[at_s], source.image_bgr, heads.at(source.timestamp_s)), at_s
    assert _faces_in_pictures(plain, detectors) > 0
    assert _faces_in_pictures(veiled, detectors) == 0


@pytest.mark.model
def test_the_command_covers_faces_and_gives_the_same_verdicts(tmp_path: Path) -> None:
    common = [str(FRONT), "--height-cm", "166", "--quiet", "--sample-fps", "6", "--formats", "json,html", "--no-video"]
    assert main(["score", *common, "--out", str(tmp_path / "plain")]) == 0
    assert main(["score", *common, "--out", str(tmp_path / "veiled"), "--blurred-copy"]) == 0
    plain, veiled = tmp_path / "plain" / FRONT.stem, tmp_path / "veiled" / FRONT.stem
    assert (veiled / BLURRED_NAME).is_file()
    assert _verdicts(plain) == _verdicts(veiled)
    assert (plain / "report.html").read_bytes() != (veiled / "report.html").read_bytes()


def _verdicts(folder: Path) -> list[tuple[str, str]]:
    document = json.loads((folder / "report.json").read_text("utf-8"))
    return [(check["rule"], check["verdict"]) for segment in document["segments"] for check in segment["checks"]]


def _is_covered(drawn: ImageBgr, source: ImageBgr, circles: FloatArray) -> bool:
    """Whether the circles show the blot and what was drawn on it.

    Not asked of a detector: a label on a blot, with lines for eyes, is a face to one of them now and then.
    """
    goal = covered(source, circles).astype(int)
    rows, columns = np.mgrid[: source.shape[0], : source.shape[1]]
    inside = np.zeros(source.shape[:2], bool)
    for x, y, radius in circles:
        inside |= np.hypot(columns - x, rows - y) < 0.6 * radius
    blot = np.abs(drawn.astype(int) - goal).max(axis=2)[inside] < 25
    face = np.abs(source.astype(int) - goal).max(axis=2)[inside] < 25
    return bool(blot.mean() > 0.5 and blot.mean() > face.mean() + 0.2)


def _faces_in_pictures(folder: Path, detectors: Detectors) -> int:
    import base64
    import re

    text = (folder / "report.html").read_text("utf-8")
    pictures = re.findall(r"data:image/jpeg;base64,([A-Za-z0-9+/=]+)", text)
    assert pictures
    images = [cv2.imdecode(np.frombuffer(base64.b64decode(one), np.uint8), cv2.IMREAD_COLOR) for one in pictures]
    whole = [np.array([one.shape[1] / 2, one.shape[0] / 2, max(one.shape[:2])]) for one in images]
    return sum(detectors.find(np.asarray(one, np.uint8), at) for one, at in zip(images, whole, strict=True))


def test_the_circle_of_a_head_covers_every_landmark_of_it_at_every_size() -> None:
    for scale in (30.0, 100.0, 400.0):  # px a metre: from the back of a hall to a portrait
        landmarks = np.full((33, 2), np.nan)
        landmarks[:11] = np.random.default_rng(1).uniform((-0.08, -0.06), (0.08, 0.07), (11, 2)) * scale
        for side, (shoulder, elbow, hip) in ((-1, (11, 13, 23)), (1, (12, 14, 24))):
            landmarks[shoulder] = (side * 0.17 * scale, 0.25 * scale)
            landmarks[elbow] = (side * 0.2 * scale, 0.55 * scale)
            landmarks[hip] = (side * 0.1 * scale, 0.75 * scale)
        circle = head_circle(landmarks)
        assert circle is not None
        assert (np.hypot(*(landmarks[:11] - circle[:2]).T) < 0.8 * circle[2]).all()
        assert 0.15 * scale < circle[2] < 0.3 * scale
    assert head_circle(np.full((33, 2), np.nan)) is None
