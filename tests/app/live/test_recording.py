"""The take on disk: as it came, at its own times, and never at the cost of the view."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from app.live.recording import BUFFER_FRAMES, Recorder
from vision.video import frames

SIZE_WH = (160, 120)


def picture(level: int) -> np.ndarray:
    return np.full((SIZE_WH[1], SIZE_WH[0], 3), level, np.uint8)


def test_frames_keep_their_own_times(tmp_path: Path) -> None:
    times = [10.0, 10.04, 10.11, 10.15, 10.31]
    recorder = Recorder(tmp_path / "take.mp4", SIZE_WH)
    for number, time_s in enumerate(times):
        recorder.add(picture(40 * number), time_s)
    recorder.finish()
    assert recorder.wait(20.0)
    assert recorder.finished == tmp_path / "take.mp4"
    with frames(tmp_path / "take.mp4") as stream:
        read = [(frame.timestamp_s, float(frame.image_bgr.mean())) for frame in stream]
    assert [time_s for time_s, _ in read] == pytest.approx([time_s - times[0] for time_s in times], abs=0.001)
    assert [level for _, level in read] == pytest.approx([0, 40, 80, 120, 160], abs=4)


def test_a_full_buffer_drops_frames_instead_of_waiting(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "take.mp4", (1280, 720))
    noise = np.random.default_rng(1).integers(0, 255, (720, 1280, 3), dtype=np.uint8)
    began_s, count = time.monotonic(), 4 * BUFFER_FRAMES
    for number in range(count):
        recorder.add(noise, number / 25)
    took_s = time.monotonic() - began_s
    recorder.finish()
    assert recorder.wait(120.0)
    assert recorder.dropped > 0
    (notice,) = recorder.notices
    assert (notice.code, str(recorder.dropped) in notice.en) == ("recording_dropped", True)
    assert recorder.written + recorder.dropped == count
    assert took_s < 2.0  # encoding them all takes far longer


def test_a_place_that_cannot_be_written_to_is_an_error_and_not_a_crash(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    recorder = Recorder(blocked / "take.mp4", SIZE_WH)
    recorder.add(picture(1), 0.0)
    recorder.finish()
    assert recorder.wait(20.0)
    assert recorder.finished is None
    assert recorder.error is not None
    assert [notice.code for notice in recorder.notices] == ["recording"]
    assert recorder.notices[0].zh


def test_finishing_twice_and_adding_after_it_do_nothing(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "take.mp4", SIZE_WH)
    recorder.add(picture(1), 0.0)
    for _ in range(3):
        recorder.finish()
    recorder.add(picture(2), 1.0)
    assert recorder.wait(20.0)
    assert recorder.written == 1
