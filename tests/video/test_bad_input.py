"""What is no video and no picture gets one clear line in each language."""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from vision.errors import MediaError
from vision.video import frames, frames_at, probe, read_still
from vision.video.container import VideoSource
from vision.video.kinds import read_head
from vision.video.messages import NoticeLog


def _write(data: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data) and None


def _archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("video.mp4", b"\x00" * 100)


def _sound(path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("aac", rate=16000, layout="mono")
        for n in range(4):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 16000, n * 1024, Fraction(1, 16000)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


BAD = {
    "missing": (lambda path: None, "no such file", "不存在"),
    "folder": (lambda path: path.mkdir(), "folder", "文件夹"),
    "pipe": (lambda path: os.mkfifo(path), "not a regular file", "普通文件"),
    "empty": (lambda path: path.touch(), "0 bytes", "0 字节"),
    "english text": (_write(b"Dear trainer,\nplease find the video.\n" * 20), "text file", "文本"),
    "chinese text": (_write("仪态训练记录\n".encode("gbk") * 900), "text file", "文本"),
    "utf-8 text": (_write("仪态训练记录\n".encode() * 900), "text file", "文本"),
    "web page": (_write(b"\n<!DOCTYPE html><html><body>Please log in</body></html>"), "web page", "网页"),
    "playlist": (_write(b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n"), "text", "文本"),
    "file list": (_write(b"ffconcat version 1.0\nfile /etc/hostname\n"), "text file", "文本"),
    "pdf": (_write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(500)), "PDF", "PDF"),
    "archive with a password": (_archive, "archive", "压缩包"),
    "noise": (_write(np.random.default_rng(3).bytes(50_000)), "not a video", "不是"),
    "zeros": (_write(bytes(50_000)), "not a video", "不是"),
    "sound only": (_sound, "no picture", "没有画面"),
    "jpeg head only": (_write(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(40)), "damaged or cut off", "损坏"),
    "png head only": (_write(b"\x89PNG\r\n\x1a\n\x00\x00"), "damaged or cut off", "损坏"),
    "heic head only": (_write(b"\x00\x00\x00\x18ftypheic" + bytes(40)), "damaged or cut off", "损坏"),
    "gif head only": (_write(b"GIF89a\x10\x00\x10\x00"), "", ""),
}


def assert_clear(error: MediaError, path: Path, en: str, zh: str) -> None:
    assert str(error) == error.en
    assert en in error.en
    assert zh in error.zh
    for line in (error.en, error.zh):
        assert line.startswith(str(path))
        assert "\n" not in line
        rest = line.removeprefix(str(path))
        assert not any(word in rest for word in ("Errno", "av.", "avcodec", "Traceback", "Invalid data", "{"))


@pytest.mark.parametrize("extension", [".mp4", ".txt", ".jpg", ""])
@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_told_in_one_clear_line(tmp_path, capfd, kind, extension):
    make, en, zh = BAD[kind]
    path = tmp_path / f"input{extension}"
    make(path)
    for read in (probe, frames, lambda p: frames_at(p, [0.0])):
        with pytest.raises(MediaError) as caught:
            read(path)
        assert_clear(caught.value, path, en, zh)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", [k for k in BAD if "head" not in k])
def test_what_is_no_picture_is_refused_as_a_still(tmp_path, kind):
    path = tmp_path / "input.jpg"
    BAD[kind][0](path)
    with pytest.raises(MediaError) as caught:
        read_still(path)
    assert_clear(caught.value, path, "", "")


def test_a_cover_picture_is_no_video(clips, tmp_path):
    song = clips.write_with_sound(tmp_path / "song.mp4", cover=True)
    with av.open(str(song)) as container:
        assert container.streams.video
    with pytest.raises(MediaError, match="no picture"):
        probe(song)


def test_a_video_is_no_still(clips, tmp_path):
    with pytest.raises(MediaError):
        read_still(clips.write(tmp_path / "a.mp4", ticks=range(3)))


def test_an_unknown_codec_is_told(clips, tmp_path):
    clip = clips.write(tmp_path / "a.mp4", ticks=range(3))
    clip.write_bytes(clip.read_bytes().replace(b"avc1", b"zz9z"))
    with pytest.raises(MediaError) as caught:
        probe(clip)
    assert_clear(caught.value, clip, "codec", "编码")


def test_a_video_of_which_no_frame_can_be_decoded_is_an_error(clips, tmp_path):
    clip = clips.write(tmp_path / "a.mp4", ticks=range(30), muxer={"movflags": "faststart"})
    data = bytearray(clip.read_bytes())
    start = data.index(b"mdat") + 4
    data[start:] = bytes([255]) * (len(data) - start)  # as an encrypted one looks to the decoder
    clip.write_bytes(data)
    with pytest.raises(MediaError) as caught:
        frames(clip)
    assert_clear(caught.value, clip, "not one frame", "没有一帧")


def test_a_file_that_may_not_be_read_says_so(clips, tmp_path):
    clip = clips.write(tmp_path / "a.mp4", ticks=range(3))
    clip.chmod(0)
    if os.access(clip, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(MediaError, match="permission"):
        probe(clip)


def test_a_file_that_is_removed_between_two_looks_is_told_as_missing(clips, tmp_path):
    """The library removes takes while it makes pictures of them."""
    clip = clips.write(tmp_path / "a.mp4", ticks=range(3))
    head = read_head(clip)
    clip.unlink()
    with pytest.raises(MediaError) as caught:
        VideoSource(clip, head, NoticeLog())
    assert_clear(caught.value, clip, "no such file", "文件不存在")


@pytest.mark.parametrize("name", ["视频 演示.mp4", "a%03d.mp4", "http:clip.mp4", "-i.mp4", "a'b\"c;d.mp4"])
def test_unusual_names_are_just_names(clips, tmp_path, monkeypatch, name):
    plain = clips.write(tmp_path / "plain.mp4", ticks=range(3))
    plain.rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert len(list(frames(name))) == 3
    assert len(list(frames(tmp_path / name))) == 3


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.avi", "a.gif", "a.jpg", "a.png", "a.webp"])
def test_whatever_happens_to_a_file_only_a_media_error_comes_out(clips, tmp_path, name):
    """Bytes changed, cut and removed at random (seeded): rising times or a `MediaError`, never another error."""
    path = tmp_path / name
    if name.endswith(("jpg", "png", "webp")):
        Image.fromarray(clips.image(3)).save(path)
    else:
        codec = {"avi": ("mjpeg", "yuvj420p"), "gif": ("gif", "rgb8")}.get(name[2:], ("libx264", "yuv420p"))
        clips.write(path, ticks=range(20), codec=codec[0], pixels=codec[1])
    whole = path.read_bytes()
    rng = np.random.default_rng(12)
    for _ in range(12):
        data = bytearray(whole)
        for place in rng.integers(0, len(data), rng.integers(1, 12)):
            data[place] = rng.integers(256)
        cut, end = np.sort(rng.integers(0, len(data), 2))
        if rng.random() < 0.5:
            del data[cut : min(end, cut + 100)]
        path.write_bytes(data[: len(data) if rng.random() < 0.5 else end + 1])
        with contextlib.suppress(MediaError):
            times = [f.timestamp_s for f in frames(path)]
            assert times == sorted(set(times))
        with contextlib.suppress(MediaError):
            list(frames_at(path, [0.0, 0.5]))
