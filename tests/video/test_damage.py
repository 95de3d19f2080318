"""Damaged recordings give what can be decoded and say so; readers that leave early leave nothing behind."""

from __future__ import annotations

import contextlib
import gc
import os
import threading
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from vision.errors import MediaError
from vision.video import frames, frames_at, probe

FAST = {"preset": "ultrafast"}
FASTSTART = {"movflags": "faststart"}
CUTTABLE = {
    "a.mp4": {"options": {"bf": "0"}, "muxer": FASTSTART},
    "a.mkv": {"options": FAST},
    "a.webm": {"codec": "libvpx-vp9", "options": {"cpu-used": "8"}},
    "a.ts": {"options": FAST, "container": "mpegts"},
    "a.avi": {"codec": "mjpeg", "pixels": "yuvj420p"},
    "a.gif": {"codec": "gif", "pixels": "rgb8"},
}


def codes(stream) -> set[str]:
    return {notice.code for notice in stream.notices}


def reader_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "frame reader"]


@pytest.mark.parametrize("name", CUTTABLE)
def test_a_cut_recording_gives_its_frames_and_a_notice(clips, tmp_path, capfd, name):
    whole = clips.write(tmp_path / name, ticks=range(60), **CUTTABLE[name])
    with frames(clips.cut(whole, 0.7)) as stream:
        got = [(clips.number(f.image_bgr), round(f.timestamp_s * 25)) for f in stream]
    assert 20 < len(got) < 60
    assert got[:-1] == [(n, n) for n in range(len(got) - 1)]  # the very last may be half a picture
    assert "truncated" in codes(stream)
    assert capfd.readouterr().err == ""  # the libraries keep quiet


@pytest.mark.parametrize("share", [0.001, 0.05])
@pytest.mark.parametrize("name", CUTTABLE)
def test_a_recording_cut_before_its_first_frame_is_an_error_or_has_frames(clips, tmp_path, name, share):
    whole = clips.write(tmp_path / name, ticks=range(60), **CUTTABLE[name])
    short = clips.cut(whole, share)
    with contextlib.suppress(MediaError):  # any other error fails
        assert len(list(frames(short))) > 0


def test_an_mp4_without_its_index_says_that_the_recording_was_cut(clips, tmp_path):
    whole = clips.write(tmp_path / "a.mp4", options=FAST)
    with pytest.raises(MediaError, match="index") as caught:
        probe(clips.cut(whole, 0.5))
    assert "索引" in caught.value.zh


def damaged(path: Path, start: float, end: float) -> Path:
    data = bytearray(path.read_bytes())
    span = slice(int(len(data) * start), int(len(data) * end))
    data[span] = np.random.default_rng(0).integers(0, 256, span.stop - span.start, dtype=np.uint8).tobytes()
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_damage_in_the_middle_is_left_out_and_the_rest_keeps_its_time(clips, tmp_path, capfd, name):
    options = {"options": {"bf": "2"}, "keyframe_every": 12} | ({"muxer": FASTSTART} if name == "a.mp4" else {})
    clip = damaged(clips.write(tmp_path / name, ticks=range(120), **options), 0.4, 0.5)
    with frames(clip) as stream:
        got = [(clips.number(f.image_bgr), f.timestamp_s) for f in stream]
    times = [t for _, t in got]
    assert times == sorted(set(times))
    assert [n for n, _ in got] == [round(t * 25) for t in times]  # no older picture under a later time
    assert got[:15] == [(n, pytest.approx(n / 25)) for n in range(15)]
    if name != "a.mkv":  # Matroska may lose its place for good
        assert got[-30:] == [(n, pytest.approx(n / 25)) for n in range(90, 120)]
    assert codes(stream) & {"undecodable_frames", "truncated"}
    assert all(notice.zh and notice.en and "{" not in notice.en for notice in stream.notices)
    assert [clips.number(f.image_bgr) for f in frames_at(clip, [0.2, 0.48])] == [5, 12]
    assert capfd.readouterr().err == ""


def test_two_recordings_glued_together_keep_rising_times(clips, tmp_path):
    first = clips.write(tmp_path / "a.ts", ticks=range(100), options=FAST).read_bytes()
    glued = tmp_path / "glued.ts"
    glued.write_bytes(first + first)
    with frames(glued) as stream:
        times = [f.timestamp_s for f in stream]
    assert 198 <= len(times) <= 200  # the frame at the seam is marked as damaged
    assert np.diff(times).min() > 0
    assert times[-1] == pytest.approx((len(times) - 1) / 25, abs=0.1)
    assert "timestamps_not_rising" in codes(stream)


def test_a_bare_stream_without_times_gets_them_filled_in_and_says_so(clips, tmp_path):
    clip = clips.write(tmp_path / "a.h264", options=FAST)
    with frames(clip) as stream:
        assert [f.timestamp_s for f in stream] == pytest.approx([n / 25 for n in range(30)])
    assert codes(stream) == {"timestamps_missing"}


def test_a_change_of_size_keeps_the_first_size_and_the_shapes(clips, tmp_path):
    parts = [
        clips.write(tmp_path / f"{w}.ts", size_wh=(w, h), ticks=range(10 * n, 10 * n + 10), options=FAST)
        for n, (w, h) in enumerate([(160, 96), (320, 192), (96, 160)])
    ]
    changing = tmp_path / "changing.ts"
    changing.write_bytes(b"".join(part.read_bytes() for part in parts))
    with frames(changing) as stream:
        got = list(stream)
    assert {f.size_wh for f in got} == {(160, 96)}
    assert [clips.number(f.image_bgr) for f in got[:16]] == [*range(8), *range(8)]  # 8 and 9: the seam
    assert codes(stream) >= {"resolution_change"}
    upright = got[-1].image_bgr  # 96x160 fitted into 160x96: 58 wide in the middle
    assert upright[:, :45].max() < 40
    assert clips.corners(upright[:, 51:109]) == clips.upright_corners


def test_leaving_early_ends_the_thread_and_closes_the_file(clips, tmp_path):
    clip = clips.write(tmp_path / "a.mp4", ticks=range(100), options=FAST)
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else None
    with frames(clip) as stream:
        next(stream)
        assert reader_threads()
    assert not reader_threads()
    never_started = frames(clip)
    never_started.close()
    with pytest.raises(StopIteration):
        next(never_started)
    if before is not None:
        assert len(os.listdir("/proc/self/fd")) == before


def test_a_stream_dropped_without_closing_ends_its_thread(clips, tmp_path):
    stream = frames(clips.write(tmp_path / "a.mp4", ticks=range(100), options=FAST))
    next(stream)
    (thread,) = reader_threads()
    del stream
    gc.collect()
    thread.join(timeout=5)
    assert not thread.is_alive()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory in use from /proc")
def test_memory_stays_flat_over_a_long_video(clips, tmp_path):
    clip = clips.write(tmp_path / "long.mp4", size_wh=(640, 360), ticks=range(1500), options=FAST)

    def resident_mb() -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    with frames(clip) as stream:
        next(stream)
        time.sleep(0.3)  # a slow consumer: the reader fills its queue
        start = resident_mb()
        peak = max(resident_mb() for _ in stream)
    assert peak - start < 40  # all frames together would be 1040 MB
    assert stream.info.frames == 1500


def test_a_tick_is_the_containers_not_the_rates(clips, tmp_path):
    """29.97 frames a second over a while: a rate cut to 30 would be 40 ms off at the end."""
    clip = clips.write(
        tmp_path / "ntsc.mp4", tick=Fraction(1001, 30000), ticks=range(1200), options=FAST, size_wh=(64, 48)
    )
    last = list(frames(clip, sample_fps=1))[-1]
    assert last.timestamp_s == pytest.approx(last.index * 1001 / 30000, abs=1e-6)
    assert last.timestamp_s > 39


def test_a_decoder_error_reaches_the_consumer_after_the_frames_before_it(clips, tmp_path):
    """Whatever goes wrong in the reader thread is raised by next(), here a file that vanishes."""
    clip = clips.write(tmp_path / "a.mp4", ticks=range(60), options=FAST)
    stream = frames(clip)
    clip.unlink()  # the open handle still reads; asking for its size at the end does not
    assert [next(stream).index for _ in range(60)] == list(range(60))
    with pytest.raises(MediaError, match="disk or network"):
        next(stream)
    with pytest.raises(StopIteration):
        next(stream)
    assert not reader_threads() or not reader_threads()[0].is_alive()


def test_libav_is_told_to_open_nothing_but_the_file(tmp_path):
    playlist = tmp_path / "list.mp4"
    playlist.write_bytes(b"\x00\x00\x00\x00#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n")
    with pytest.raises(MediaError):
        probe(playlist)
    assert av.logging.get_level() is None
