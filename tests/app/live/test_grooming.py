"""The grooming station live, on pictures of people from four sides: what it asks, what it keeps, what it records."""

from __future__ import annotations

import gc
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.live.grooming import SHOWN_WIDE_PX, GroomingWorker, hint_of
from app.live.state import Arrow, LiveSetup, Stage
from app.presenter.practise_live import cue_lines, guidance
from vision.estimators.pose import PoseEstimator
from vision.grooming.examine import chosen_stills
from vision.grooming.portrait import POSE_CONFIDENCE
from vision.grooming.station import Ask
from vision.standard import load_pack
from vision.types import Drill, ImageBgr
from vision.video import probe

DATA = Path(__file__).resolve().parents[2] / "data" / "grooming"
STEP_S = 0.07

pytestmark = pytest.mark.model


def portrait(name: str, *, mirrored: bool = False) -> ImageBgr:
    """A rendered portrait."""
    image = np.asarray(cv2.imread(str(DATA / f"{name}.jpg")), np.uint8)
    return np.ascontiguousarray(image[:, ::-1]) if mirrored else image


@pytest.fixture(scope="module", autouse=True)
def _bundles() -> None:
    """The network's file, made once: the vendor's metadata writer leaves files open."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        PoseEstimator(confidence=POSE_CONFIDENCE).close()
        gc.collect()


SIDES = (portrait("g103_front"), portrait("g122_left"), portrait("g132_back"), portrait("g122_left", mirrored=True))


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[GroomingWorker]:
    made = GroomingWorker(LiveSetup(load_pack("telecom"), Drill.GROOM, record_to=tmp_path / "take.mp4"))
    assert made.wait(60)
    yield made
    made.close()


def show(worker: GroomingWorker, image: ImageBgr, start_s: float, count: int = 8) -> float:
    """Keep one picture before the camera; when it ended."""
    for k in range(count):
        worker.process(image, start_s + k * STEP_S)
    return start_s + count * STEP_S


def test_the_sides_are_asked_for_one_after_the_other_and_the_recording_holds_a_still_of_each(
    worker: GroomingWorker,
) -> None:
    worker.start()
    now_s = show(worker, SIDES[0], 0.0, 14)
    assert worker.state().stage is Stage.PRACTISING
    asked = []
    for image in SIDES:
        now_s = show(worker, image, now_s, 20)
        asked.append(worker.state().hint)
    said = [hint.en if hint else "" for hint in asked]
    assert [text.split(",")[0] for text in said] == [
        "Turn to your right",
        "Turn your back to the camera",
        "Turn on",
        "Face the camera and step back until your shoes are in view",
    ]
    assert [turn.done for turn in worker.state().turns] == [True, True, True, True, False]
    worker.stop()
    until = time.monotonic() + 30
    while worker.state().recording is None and time.monotonic() < until:
        time.sleep(0.05)
    path = worker.state().recording
    assert path is not None
    stills, _notices, _count = chosen_stills(str(path), probe(path), None)
    assert len(stills) == 4


def test_nobody_before_the_camera_begins_nothing(worker: GroomingWorker) -> None:
    worker.start()
    show(worker, np.full((480, 360, 3), 120, np.uint8), 0.0, 20)
    state = worker.state()
    assert state.stage is Stage.PLACING
    assert state.hint is not None
    assert "camera" in state.hint.en
    assert state.recording is None


def test_who_shows_the_back_hears_what_comes_next(worker: GroomingWorker) -> None:
    worker.start()
    now_s = show(worker, SIDES[0], 0.0, 14)
    show(worker, SIDES[0], now_s, 16)
    state = worker.state()
    assert state.hint is not None
    lines = cue_lines(state, "zh")
    assert [line.text for line in lines] == [state.hint.zh]
    panel = guidance(state, "zh")
    assert panel.count == "1/5"
    assert "✓ 正面" in panel.text
    assert "○ 背面" in panel.text


def test_the_picture_given_back_is_small_however_large_the_camera_s(worker: GroomingWorker) -> None:
    large = np.asarray(cv2.resize(SIDES[0], (1440, 1920)), np.uint8)
    drawn = worker.process(large, 0.0)
    assert drawn.shape[1] == SHOWN_WIDE_PX


@pytest.mark.parametrize(("mirrored", "arrow"), [(True, Arrow.TURN_RIGHT), (False, Arrow.TURN_LEFT)])
def test_arrows_turn_on_the_picture_as_it_is_shown(mirrored: bool, arrow: Arrow) -> None:
    """Turning to the own right, a mirror image turns to the right, a plain picture to the left."""
    assert hint_of(Ask.SHOW_LEFT, mirrored).arrow is arrow
