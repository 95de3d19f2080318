"""Written video keeps times and colours, plays in a browser, and is whole or absent."""

from __future__ import annotations

import contextlib
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from vision.errors import OutputError
from vision.files import atomic_write, replacing
from vision.video import VideoWriter, frames, probe


@pytest.mark.parametrize("size_wh", [(160, 96), (161, 97), (320, 181)])
def test_written_frames_come_back_with_their_times(clips, tmp_path, size_wh):
    times = [0.0, 0.04, 0.051, 0.2, 0.9, 0.9333, 2.5, 2.52]
    with VideoWriter(tmp_path / "out" / "a.mp4", size_wh, 29.97) as writer:
        for number, time_s in enumerate(times):
            writer.write(clips.image(number, size_wh), time_s)
    got = list(frames(tmp_path / "out" / "a.mp4"))
    assert [f.timestamp_s for f in got] == pytest.approx(times, abs=1e-4)
    assert [clips.number(f.image_bgr) for f in got] == list(range(8))
    assert got[0].size_wh == (size_wh[0] + size_wh[0] % 2, size_wh[1] + size_wh[1] % 2)
    assert list(tmp_path.joinpath("out").iterdir()) == [tmp_path / "out" / "a.mp4"]
    assert probe(tmp_path / "out" / "a.mp4").duration_s == pytest.approx(2.52 + 1 / 29.97, abs=0.01)


def test_a_browser_can_play_it_from_the_first_bytes(clips, tmp_path):
    path = tmp_path / "a.mp4"
    with VideoWriter(path, (160, 96), 25) as writer:
        for number in range(10):
            writer.write(clips.image(number), 5 + number / 25)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.start_time == 0
    assert stat.S_IMODE(path.stat().st_mode) & 0o600 == 0o600


@pytest.mark.parametrize("bgr", [(0, 0, 255), (0, 255, 0), (255, 0, 0), (255, 255, 255), (60, 120, 200), (0, 0, 0)])
@pytest.mark.parametrize("size_wh", [(160, 96), (1280, 720)])
def test_colours_survive(tmp_path, bgr, size_wh):
    image = np.full((size_wh[1], size_wh[0], 3), bgr, np.uint8)
    with VideoWriter(tmp_path / "a.mp4", size_wh, 25) as writer:
        writer.write(image, 0.0)
    back = next(frames(tmp_path / "a.mp4")).image_bgr
    np.testing.assert_allclose(back[size_wh[1] // 2, size_wh[0] // 2], bgr, atol=6)


def test_an_error_in_between_leaves_what_was_there_before(clips, tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"the last good one")

    def fail_half_way() -> None:
        with VideoWriter(path, (160, 96), 25) as writer:
            writer.write(clips.image(0), 0.0)
            raise RuntimeError("drawing failed")

    with pytest.raises(RuntimeError, match="drawing failed"):
        fail_half_way()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"the last good one"


def test_no_frames_make_no_file(tmp_path):
    with pytest.raises(OutputError, match="no frame"), VideoWriter(tmp_path / "a.mp4", (160, 96), 25):
        pass
    assert list(tmp_path.iterdir()) == []


def test_images_of_another_shape_are_refused(tmp_path):
    with pytest.raises(ValueError, match="expected uint8"), VideoWriter(tmp_path / "a.mp4", (160, 96), 25) as writer:
        writer.write(np.zeros((96, 161, 3), np.uint8), 0.0)
    with pytest.raises(ValueError, match="fps"):
        VideoWriter(tmp_path / "a.mp4", (160, 96), 0)


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """The system lets no file grow beyond ``size``: to a program, the same as a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_a_clear_error_and_leaves_nothing(tmp_path, capfd):
    noise = np.random.default_rng(0).integers(0, 256, (20, 360, 640, 3), dtype=np.uint8)

    def fill() -> None:
        with VideoWriter(tmp_path / "a.mp4", (640, 360), 25) as writer:
            for number, image in enumerate(noise):
                writer.write(image, number / 25)

    with largest_file(100_000), pytest.raises(OutputError) as caught:
        fill()
    assert caught.value.en.startswith(f"cannot write {tmp_path / 'a.mp4'}: ")
    assert caught.value.zh != caught.value.en
    assert list(tmp_path.iterdir()) == []
    with largest_file(100), pytest.raises(OutputError):
        atomic_write(tmp_path / "report.json", "x" * 1000)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr().err == ""


def test_text_and_bytes_are_written_as_they_are(tmp_path):
    atomic_write(tmp_path / "new" / "a.txt", "仪态\r\n行\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == "仪态\r\n行\n".encode()
    atomic_write(str(tmp_path / "new" / "a.txt"), b"\x00\xff")
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"\x00\xff"


def test_a_failed_block_keeps_the_old_file(tmp_path):
    goal = tmp_path / "a.csv"
    atomic_write(goal, "old")

    def fail_half_way() -> None:
        with replacing(goal) as partial:
            partial.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    assert goal.read_text() == "old"
    assert list(tmp_path.iterdir()) == [goal]


@pytest.mark.parametrize("bad", ["file/inside", "folder", "x" * 300])
def test_places_that_cannot_be_written_are_named(tmp_path, bad):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()

    def write_video(path: Path) -> None:
        with VideoWriter(path, (16, 16), 25) as writer:
            writer.write(np.zeros((16, 16, 3), np.uint8), 0.0)

    for write in (lambda path: atomic_write(path, "data"), write_video):
        with pytest.raises(OutputError) as caught:
            write(tmp_path / bad)
        assert str(tmp_path / bad) in caught.value.en
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]


def test_no_space_is_said_in_both_languages():
    from vision.files import output_error

    error = output_error(Path("a.mp4"), 28)
    assert "no space" in error.en
    assert "磁盘已满" in error.zh
