"""Frames come with their own time, upright, whatever the codec and the container."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from vision.errors import MediaError, UsageError
from vision.video import frames, frames_at, probe, sha256_of

MS = Fraction(1, 1000)
FAST = {"preset": "ultrafast"}
CODECS = {
    "h264.mp4": {"options": FAST},
    "h264_b_frames.mkv": {"options": {"bf": "3"}},
    "h264.ts": {"options": FAST, "container": "mpegts"},
    "h264_444.mp4": {"pixels": "yuv444p", "options": FAST},
    "h264_gray.mp4": {"pixels": "gray", "options": FAST},
    "h264_10bit.mp4": {"pixels": "yuv420p10le", "options": FAST},
    "h264_odd.mp4": {"pixels": "yuv444p", "size_wh": (161, 97), "options": FAST},
    "hevc.mp4": {"codec": "libx265", "options": {"preset": "ultrafast", "x265-params": "log-level=none"}},
    "vp9.webm": {"codec": "libvpx-vp9", "tick": MS, "ticks": range(0, 1200, 40), "options": {"cpu-used": "8"}},
    "mjpeg.avi": {"codec": "mjpeg", "pixels": "yuvj420p"},
    "mjpeg.mov": {"codec": "mjpeg", "pixels": "yuvj422p"},
    "mpeg4.avi": {"codec": "mpeg4"},
    "ffv1_16bit.mkv": {"codec": "ffv1", "pixels": "gray16le", "tick": MS, "ticks": range(0, 1200, 40)},
    "animated.gif": {"codec": "gif", "pixels": "rgb8", "tick": Fraction(1, 100), "ticks": range(0, 120, 4)},
}


def codes(stream) -> set[str]:
    return {notice.code for notice in stream.notices}


@pytest.mark.parametrize("name", CODECS)
def test_every_frame_of_every_codec_comes_with_its_own_time(clips, tmp_path, name):
    clip = clips.write(tmp_path / name, **CODECS[name])
    with frames(clip) as stream:
        got = [(clips.number(f.image_bgr), f.index, f.timestamp_s, f.image_bgr.dtype, f.size_wh) for f in stream]
    size_wh = CODECS[name].get("size_wh", (160, 96))
    assert got == [(n, n, pytest.approx(n / 25, abs=1e-6), np.uint8, size_wh) for n in range(30)]
    assert stream.notices == ()
    assert stream.info == probe(clip)
    assert stream.info.kind == "video"
    assert stream.info.fps == pytest.approx(25, rel=0.04)  # the GIF's last frame has no length
    assert stream.info.duration_s == pytest.approx(1.2, abs=0.05)
    assert stream.info.frames == pytest.approx(30, abs=1)
    if "gray" not in name and "ffv1" not in name:
        assert clips.corners(next(frames(clip)).image_bgr) == clips.upright_corners


def test_a_variable_frame_rate_keeps_its_times_and_is_noticed(clips, tmp_path):
    times_ms = np.cumsum([0] + [33, 34, 100, 33, 250, 33, 34, 66, 33, 100, 33, 500, 33, 66, 40] * 3)
    clip = clips.write(tmp_path / "vfr.mp4", tick=MS, ticks=[int(t) for t in times_ms], options=FAST)
    with frames(clip) as stream:
        got = [(clips.number(f.image_bgr), f.timestamp_s) for f in stream]
    assert got == [(n, pytest.approx(t / 1000, abs=1e-4)) for n, t in enumerate(times_ms)]
    assert codes(stream) == {"variable_frame_rate"}


def test_times_count_from_the_first_frame_when_the_container_starts_late(clips, tmp_path):
    clip = clips.write(tmp_path / "late.mkv", tick=MS, ticks=range(7000, 7400, 40), options=FAST)
    assert [f.timestamp_s for f in frames(clip)] == pytest.approx([n * 0.04 for n in range(10)])


@pytest.mark.parametrize(
    ("counterclockwise_deg", "mirrored", "rotation_deg"),
    [(0, False, 0), (-90, False, 90), (180, False, 180), (90, False, 270), (0, True, 0), (90, True, 90)],
)
def test_portrait_and_mirrored_recordings_come_upright(clips, tmp_path, counterclockwise_deg, mirrored, rotation_deg):
    def turn(stream: av.VideoStream) -> None:
        stream.set_display_rotation(counterclockwise_deg, hflip=mirrored)

    clip = clips.write(tmp_path / "phone.mp4", ticks=range(3), options=FAST, prepare=turn)
    turned = np.rot90(clips.image(0), counterclockwise_deg // 90)
    turned = turned[:, ::-1] if mirrored else turned
    frame = next(frames(clip))
    assert clips.corners(frame.image_bgr) == clips.corners(turned)
    assert frame.size_wh == turned.shape[1::-1] == probe(clip).size_wh
    assert probe(clip).rotation_deg == rotation_deg


def test_pixels_that_are_not_square_are_stretched_to_their_true_shape(clips, tmp_path):
    def anamorphic(stream: av.VideoStream) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)

    clip = clips.write(tmp_path / "dv.mp4", size_wh=(144, 96), ticks=range(3), options=FAST, prepare=anamorphic)
    with frames(clip) as stream:
        assert [f.size_wh for f in stream] == [(192, 96)] * 3
    assert codes(stream) == {"non_square_pixels"}
    assert stream.info.size_wh == (192, 96)


@pytest.mark.parametrize("extension", ["mp4", "mkv", "ts"])
def test_sound_beside_the_picture_changes_nothing(clips, tmp_path, extension):
    clip = clips.write_with_sound(tmp_path / f"phone.{extension}")
    with frames(clip) as stream:
        got = [(clips.number(f.image_bgr), f.timestamp_s) for f in stream]
    assert got == [(n, pytest.approx(n / 25, abs=1e-3)) for n in range(25)]
    assert codes(stream) <= {"variable_frame_rate"}
    assert [clips.number(f.image_bgr) for f in frames_at(clip, [0.5, 9.0])] == [12, 24]


def test_a_video_of_one_frame_is_read(clips, tmp_path):
    clip = clips.write(tmp_path / "one.mp4", ticks=[0])
    assert [(f.index, f.timestamp_s, clips.number(f.image_bgr)) for f in frames(clip)] == [(0, 0.0, 0)]


@pytest.mark.parametrize(
    ("sample_fps", "expected"),
    [(5, list(range(0, 50, 5))), (25, list(range(50))), (100, list(range(50))), (10, [0, 2, 5, 7, 10])],
)
def test_sampling_keeps_the_frame_nearest_to_each_tick(clips, tmp_path, sample_fps, expected):
    clip = clips.write(tmp_path / "a.mp4", ticks=range(50), options=FAST)
    with frames(clip, sample_fps=sample_fps) as stream:
        got = [(f.index, clips.number(f.image_bgr), round(f.timestamp_s * 25)) for f in stream]
    assert got[: len(expected)] == [(n, n, n) for n in expected]
    assert len(got) == pytest.approx(50 * min(1, sample_fps / 25), abs=1)


@pytest.mark.parametrize("name", ["long.mp4", "long.mkv", "long.ts", "long.avi"])
def test_a_span_far_inside_gives_the_same_frames_as_reading_from_the_start(clips, tmp_path, name):
    codec = {"codec": "mpeg4"} if name.endswith("avi") else {"options": {"preset": "veryfast", "bf": "2"}}
    tick = {} if name.endswith("avi") else {"tick": MS, "ticks": range(0, 10000, 40)}
    clip = clips.write(tmp_path / name, keyframe_every=30, **({"ticks": range(250)} | tick | codec))
    got = [(f.index, clips.number(f.image_bgr), f.timestamp_s) for f in frames(clip, start_s=7.0, end_s=8.0)]
    assert got == [(n, n, pytest.approx(n / 25)) for n in range(175, 201)]


def test_a_span_without_a_frame_is_a_clear_error(clips, tmp_path):
    clip = clips.write(tmp_path / "a.mp4", options=FAST)
    with frames(clip, start_s=20) as stream, pytest.raises(MediaError, match="no frame between"):
        next(stream)
    with pytest.raises(UsageError):
        frames(clip, start_s=2, end_s=1)
    with pytest.raises(UsageError):
        frames(clip, sample_fps=0)


@pytest.mark.parametrize("rotation", [0, 90])
def test_large_frames_are_shrunk_into_the_given_size_and_small_ones_left(clips, tmp_path, rotation):
    clip = clips.write(
        tmp_path / "a.mp4", ticks=range(5), options=FAST, prepare=lambda s: s.set_display_rotation(rotation)
    )
    expected = (60, 100) if rotation else (80, 48)
    got = list(frames(clip, max_size_wh=(80, 100)))
    assert {f.size_wh for f in got} == {expected}
    if not rotation:
        assert [clips.number(f.image_bgr) for f in got] == list(range(5))
    assert next(frames(clip, max_size_wh=(4000, 4000))).size_wh == probe(clip).size_wh


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.avi", "a.h264", "a.gif"])
def test_frames_at_gives_the_nearest_frame_exactly(clips, tmp_path, name):
    codec = {"gif": {"codec": "gif", "pixels": "rgb8"}, "avi": {"codec": "mpeg4"}}.get(name[2:], {})
    clip = clips.write(tmp_path / name, ticks=range(200), keyframe_every=25, **codec)
    asked = [0.0, 0.041, 0.97, 1.0, 1.01, 1.01, 3.979, 7.0, 7.63, 60.0]
    got = [(clips.number(f.image_bgr), f.index, f.timestamp_s) for f in frames_at(clip, asked)]
    nearest = [0, 1, 24, 25, 25, 25, 99, 175, 191, 199]
    assert got == [(n, n, pytest.approx(n / 25)) for n in nearest]


def test_frames_at_agrees_with_reading_a_recording_of_variable_rate(clips, tmp_path):
    steps = np.random.default_rng(4).choice([20, 33, 40, 90, 200], size=150)
    times_ms = [0, *(int(t) for t in np.cumsum(steps))]
    clip = clips.write(tmp_path / "vfr.mkv", tick=MS, ticks=times_ms, options={"bf": "3"}, keyframe_every=20)
    asked = np.sort(np.random.default_rng(5).uniform(0, times_ms[-1] / 1000, 40))
    expected = [int(np.abs(np.array(times_ms) / 1000 - t).argmin()) for t in asked]
    assert [clips.number(f.image_bgr) for f in frames_at(clip, asked)] == expected


def test_frames_at_refuses_falling_times(clips, tmp_path):
    clip = clips.write(tmp_path / "a.mp4", ticks=range(3))
    with pytest.raises(ValueError, match="rising"):
        frames_at(clip, [1.0, 0.5])


def test_the_hash_is_that_of_the_bytes(tmp_path: Path):
    (tmp_path / "a.bin").write_bytes(b"abc")
    assert sha256_of(tmp_path / "a.bin") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(MediaError):
        sha256_of(tmp_path / "none")
