"""Frame times without decoding are those that decoding gives."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.video.conftest import Clips
from vision.errors import MediaError
from vision.video import frame_times, frames

UNEVEN = [0, 30, 70, 100, 130, 180, 400, 430]


@pytest.mark.parametrize("ticks", [UNEVEN, [500 + tick for tick in UNEVEN]], ids=["from zero", "from half a second"])
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_times_are_the_readers(tmp_path: Path, ticks: list[int], suffix: str) -> None:
    path = Clips.write(tmp_path / f"clip.{suffix}", ticks=ticks, tick=Fraction(1, 1000))
    with frames(path) as stream:
        read = [frame.timestamp_s for frame in stream]
    assert frame_times(path).times_s == pytest.approx(read, abs=1e-6)


def test_a_still_has_one_frame(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (32, 32)).save(tmp_path / "still.png")
    assert frame_times(tmp_path / "still.png").times_s.tolist() == [0.0]


def test_what_is_no_video_is_said(tmp_path: Path) -> None:
    (tmp_path / "no.mp4").write_text("words")
    with pytest.raises(MediaError):
        frame_times(tmp_path / "no.mp4")
