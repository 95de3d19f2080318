"""A grooming station's pictures with the face covered: stills, slides, Review's copies; the verdicts unchanged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.cli import main
from app.library.layer import Layer
from app.library.takes import add_take, read_report
from app.library.veiled import make_veiled
from app.places import Places
from tests.veil.detectors import Detectors
from tests.veil.test_veil import SAMPLES, _faces_in_pictures, _verdicts
from vision.estimators.faces import FaceFinder
from vision.veil import BLURRED_NAME
from vision.veil.find import heads_in
from vision.video import frames

pytestmark = [
    pytest.mark.model,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # the vendor's metadata writer leaves files open
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PORTRAIT = SAMPLES / "grooming" / "s02_front.jpg"
TURN = SAMPLES / "grooming" / "s01_turn.mp4"


def faces_left(path: Path, detectors: Detectors) -> list[float]:
    """The times of pictures in which a face is still found, by any detector, anywhere in it."""
    left = []
    with FaceFinder(confidence=0.3) as finder:
        for frame in frames(path, sample_fps=4):
            height, width = frame.image_bgr.shape[:2]
            whole = np.array([width / 2, height / 2, max(width, height)])
            if len(finder.find(frame.image_bgr)) or detectors.find(frame.image_bgr, whole):
                left.append(frame.timestamp_s)
    return left


def test_a_portrait_is_scored_with_the_face_covered_in_every_picture_and_the_same_verdicts(
    detectors: Detectors,
    tmp_path: Path,
) -> None:
    common = [str(PORTRAIT), "--drill", "groom", "--standard", "U1", "--sex", "f", "--quiet", "--formats", "json,html"]
    assert main(["score", *common, "--out", str(tmp_path / "plain")]) == 0
    assert main(["score", *common, "--out", str(tmp_path / "veiled"), "--blur-faces", "--blurred-copy"]) == 0
    plain, veiled = tmp_path / "plain" / PORTRAIT.stem, tmp_path / "veiled" / PORTRAIT.stem
    assert _verdicts(plain) == _verdicts(veiled)
    assert len(_verdicts(plain)) > 5
    assert faces_left(PORTRAIT, detectors) == [0.0], "the detectors do find the face"
    assert _faces_in_pictures(plain, detectors) > 0
    assert _faces_in_pictures(veiled, detectors) == 0
    assert faces_left(plain / "annotated.mp4", detectors)
    assert faces_left(veiled / "annotated.mp4", detectors) == []
    copy = (veiled / BLURRED_NAME).with_suffix(".jpg")
    assert faces_left(copy, detectors) == []


def test_review_covers_the_slides_of_a_station_though_they_have_a_time_of_their_own(
    detectors: Detectors,
    tmp_path: Path,
) -> None:
    scored = ["score", str(TURN), "--drill", "groom", "--standard", "U1", "--sex", "m", "--quiet"]
    assert main([*scored, "--out", str(tmp_path / "out"), "--formats", "json,html"]) == 0
    places = Places(tmp_path / "home")
    take = add_take(places, tmp_path / "out" / TURN.stem, TURN, "upload", keep=True)
    report = read_report(take.folder / "report.json")
    before = (take.folder / "report.json").read_bytes()
    shown = faces_left(take.folder / "annotated.mp4", detectors)
    assert shown
    made = {path.name.removeprefix("s01_turn-"): path for path in make_veiled(places, take, report, Layer(), "en")}
    assert made.keys() == {"annotated-blurred.mp4", "recording-blurred.mp4", "blurred.html"}
    assert faces_left(made["annotated-blurred.mp4"], detectors) == []
    assert faces_left(made["recording-blurred.mp4"], detectors) == []
    assert (take.folder / "report.json").read_bytes() == before
    with_face = next(frame for frame in frames(take.folder / "annotated.mp4") if frame.timestamp_s >= shown[0])
    assert len(heads_in(with_face.image_bgr)) >= 1
