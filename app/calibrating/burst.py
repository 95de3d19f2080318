"""Stills that a webcam took in quick succession, as a recording: their own bytes and times, nothing encoded again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, UnidentifiedImageError

from calibration.errors import CameraError
from vision.files import replacing

TIME_BASE = Fraction(1, 1000)
TYPICAL_FPS = 8


@dataclass(frozen=True, slots=True)
class Shot:
    """One JPEG still and when it was taken."""

    file: Path
    time_s: float


def write_clip(shots: Sequence[Shot], out: Path) -> None:
    """A Matroska recording of the stills, first one at 0 s; CameraError when they are none or differ in size."""
    if not shots:
        raise CameraError("no picture arrived: take them again", "没有收到画面：请重新拍摄")
    sizes = {_size_of(shot.file) for shot in shots}
    if len(sizes) != 1:
        raise CameraError(
            "the camera changed its format while the pictures were taken: keep the device upright and take them again",
            "拍摄过程中画面尺寸发生变化：请固定设备后重新拍摄",
        )
    width, height = sizes.pop()
    ordered = sorted(shots, key=lambda shot: shot.time_s)
    with replacing(out) as partial, av.open(str(partial), "w", format="matroska") as container:
        stream = container.add_stream("mjpeg", rate=TYPICAL_FPS)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        last = -1
        for shot in ordered:
            packet = av.Packet(shot.file.read_bytes())
            packet.stream, packet.time_base = stream, TIME_BASE
            last = max(last + 1, round(1000 * (shot.time_s - ordered[0].time_s)))
            packet.pts = packet.dts = last
            packet.duration = 1000 // TYPICAL_FPS
            packet.is_keyframe = True
            container.mux(packet)


def _size_of(file: Path) -> tuple[int, int]:
    try:
        with Image.open(file) as picture:
            if picture.format != "JPEG":
                raise UnidentifiedImageError
            return picture.size
    except OSError as error:  # UnidentifiedImageError is one
        raise CameraError(
            f"{file.name}: a still did not arrive whole: take it again", f"{file.name}：画面传输不完整，请重新拍摄"
        ) from error
