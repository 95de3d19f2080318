"""Clips whose frames carry their own number as a row of black and white blocks, and coloured corners."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

BITS = 8
CORNERS_BGR = {"top left": (0, 0, 255), "top right": (0, 255, 0), "bottom left": (255, 0, 0), "bottom right": (0, 0, 0)}


def numbered_image(number: int, size_wh: tuple[int, int] = (160, 96)) -> np.ndarray:
    """A grey picture with ``number`` in blocks across its middle and four coloured corners."""
    width, height = size_wh
    image = np.full((height, width, 3), 128, np.uint8)
    for bit in range(BITS):
        columns = slice(round(bit * width / BITS), round((bit + 1) * width / BITS))
        image[round(0.35 * height) : round(0.65 * height), columns] = 255 if number >> bit & 1 else 0
    rows, columns = round(0.25 * height), round(0.25 * width)
    image[:rows, :columns] = CORNERS_BGR["top left"]
    image[:rows, -columns:] = CORNERS_BGR["top right"]
    image[-rows:, :columns] = CORNERS_BGR["bottom left"]
    image[-rows:, -columns:] = CORNERS_BGR["bottom right"]
    return image


def number_in(image: np.ndarray) -> int:
    """The number that `numbered_image` wrote, at any size."""
    height, width = image.shape[:2]
    row = image[height // 2 - 1 : height // 2 + 2].mean(axis=(0, 2))
    return sum(1 << bit for bit in range(BITS) if row[int((bit + 0.5) * width / BITS)] > 127)


def corners_bgr(image: np.ndarray) -> dict[str, tuple[int, int, int]]:
    """Which pure colour stands in each corner."""
    height, width = image.shape[:2]
    y, x = height // 10, width // 10
    spots = {
        "top left": image[y, x],
        "top right": image[y, -x],
        "bottom left": image[-y, x],
        "bottom right": image[-y, -x],
    }
    return {name: tuple(255 if v > 127 else 0 for v in spot) for name, spot in spots.items()}


def write_clip(
    path: Path,
    *,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    size_wh: tuple[int, int] = (160, 96),
    ticks: Iterable[int] = range(30),
    tick: Fraction = Fraction(1, 25),
    container: str | None = None,
    options: dict[str, str] | None = None,
    muxer: dict[str, str] | None = None,
    keyframe_every: int = 12,
    prepare: Callable[[av.VideoStream], None] | None = None,
) -> Path:
    """Encode frame n (its number in the picture) at ``ticks[n] * tick`` seconds."""
    with av.open(str(path), "w", format=container, options=muxer or {}) as output:
        stream = output.add_stream(codec, rate=25, options=options or {})
        stream.width, stream.height = size_wh
        stream.pix_fmt, stream.gop_size = pixels, keyframe_every
        stream.codec_context.time_base = stream.time_base = tick
        if prepare:
            prepare(stream)
        for number, time in enumerate(ticks):
            frame = av.VideoFrame.from_ndarray(numbered_image(number % (1 << BITS), size_wh), format="bgr24")
            frame.pts, frame.time_base = time, tick
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def write_with_sound(path: Path, *, cover: bool = False, seconds: int = 3) -> Path:
    """Sound for some seconds beside one second of video, or with nothing but a cover picture."""
    with av.open(str(path), "w") as output:
        sound = output.add_stream("aac", rate=16000, layout="mono")
        video = output.add_stream("mjpeg" if cover else "libx264", rate=25)
        video.width, video.height, video.pix_fmt = 160, 96, "yuvj420p" if cover else "yuv420p"
        if cover:
            video.disposition = Disposition.attached_pic
        for number in range(1 if cover else 25):
            output.mux(video.encode(av.VideoFrame.from_ndarray(numbered_image(number), format="bgr24")))
        output.mux(video.encode(None))
        for number in range(seconds * 16000 // 1024):
            samples = np.zeros((1, 1024), np.float32)
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 16000, number * 1024, Fraction(1, 16000)
            output.mux(sound.encode(frame))
        output.mux(sound.encode(None))
    return path


class Clips:
    """What the tests of this folder share."""

    write = staticmethod(write_clip)
    write_with_sound = staticmethod(write_with_sound)
    image = staticmethod(numbered_image)
    number = staticmethod(number_in)
    corners = staticmethod(corners_bgr)
    upright_corners = CORNERS_BGR

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def cut(self, path: Path, share: float) -> Path:
        """A copy that ends after ``share`` of its bytes."""
        data = path.read_bytes()
        short = self.folder / f"cut_{path.name}"
        short.write_bytes(data[: int(len(data) * share)])
        return short


@pytest.fixture
def clips(tmp_path: Path) -> Clips:
    return Clips(tmp_path)
