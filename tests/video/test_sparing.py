"""Which frames are looked at: few while the picture rests, more while something moves, and always the last."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vision.video import Sparing, VideoWriter, frames
from vision.video.sparing import SETTLING_S

SIZE_WH, FPS, SECONDS = (320, 180), 30.0, 4.0
SPARING = Sparing(still_fps=3.0, moving_fps=10.0)


def film(path: Path, place: Callable[[float], float], noise: float = 0.0, light: float = 0.0) -> Path:
    """A bright block, left edge at ``place(t)`` px, before a grey wall; noise and flickering light as standard dev."""
    rng = np.random.default_rng(3)
    with VideoWriter(path, SIZE_WH, FPS) as writer:
        for number in range(round(SECONDS * FPS)):
            t = number / FPS
            image = np.full((SIZE_WH[1], SIZE_WH[0], 3), 90.0)
            left = round(place(t))
            image[40:140, left : left + 40] = 200.0
            image += rng.normal(0, noise, image.shape) + rng.normal(0, light)
            writer.write(np.clip(image, 0, 255).astype(np.uint8), t)
    return path


def looked_at(path: Path) -> list[float]:
    with frames(path, sparing=SPARING) as stream:
        return [frame.timestamp_s for frame in stream]


@pytest.mark.parametrize(("noise", "light"), [(0.0, 0.0), (6.0, 0.0), (0.0, 4.0)], ids=["clean", "noise", "flicker"])
def test_a_picture_at_rest_is_looked_at_three_times_a_second(tmp_path: Path, noise: float, light: float) -> None:
    times = np.array(looked_at(film(tmp_path / "rest.mp4", lambda t: 100, noise, light)))
    settled = times > SETTLING_S
    assert settled.sum() == pytest.approx((SECONDS - SETTLING_S) * SPARING.still_fps, abs=2)
    assert (~settled).sum() == pytest.approx(SETTLING_S * SPARING.moving_fps, abs=1), "the network comes to rest first"


def test_a_movement_is_looked_at_ten_times_a_second_from_its_first_frames_on(tmp_path: Path) -> None:
    times = np.array(looked_at(film(tmp_path / "move.mp4", lambda t: 100 + 60 * np.clip(t - 1.5, 0, 1))))
    moving = times[(times > 1.5) & (times < 2.5)]
    assert len(moving) == pytest.approx(SPARING.moving_fps, abs=1)
    assert moving[0] - 1.5 < 0.12


def test_every_frame_is_either_looked_at_or_named_by_the_next(tmp_path: Path) -> None:
    path = film(tmp_path / "all.mp4", lambda t: 100 + 60 * np.clip(t - 1.5, 0, 1))
    with frames(path) as stream:
        every = [(frame.index, frame.timestamp_s) for frame in stream]
    with frames(path, sparing=SPARING) as stream:
        found = []
        for frame in stream:
            found += [(one.index, one.timestamp_s) for one in frame.skipped]
            found.append((frame.index, frame.timestamp_s))
    assert found == every, "the last frame is always looked at"


def test_before_a_movement_the_picture_is_known_to_rest(tmp_path: Path) -> None:
    path = film(tmp_path / "start.mp4", lambda t: 100 + 60 * np.clip(t - 1.5, 0, 1))
    with frames(path, sparing=SPARING) as stream:
        begun = next(frame for frame in stream if frame.timestamp_s > 1.5)
    rested = [one.timestamp_s for one in begun.skipped if one.unchanged]
    assert rested
    assert begun.timestamp_s - rested[-1] < 1 / SPARING.moving_fps + 0.5 / FPS, "the tick before"
