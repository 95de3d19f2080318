"""A sample clip as the webcam that Chromium plays: raw pictures in a .y4m file, over and over."""

from __future__ import annotations

from pathlib import Path

import av

SAMPLES = Path(__file__).resolve().parents[2] / "sample_media"


def write_y4m(
    clip: str, folder: Path, size_wh: tuple[int, int] | None = None, seconds: float | None = None, repeat: int = 1
) -> Path:
    """The clip of that name in ``sample_media``, in its own size unless another is given.

    ``repeat``: each picture so often, at 25 a second, for clips of few pictures and for slow turns.
    """
    out = folder / f"{Path(clip).name}.y4m"
    with av.open(str(SAMPLES / f"{clip}.mp4")) as source, out.open("wb") as file:
        stream = source.streams.video[0]
        width, height = size_wh or (stream.width, stream.height)
        file.write(f"YUV4MPEG2 W{width} H{height} F25:1 Ip A1:1 C420jpeg\n".encode())
        for frame in source.decode(stream):
            if seconds is not None and frame.time is not None and frame.time >= seconds:
                break
            picture = frame.reformat(width=width, height=height, format="yuv420p")
            file.write((b"FRAME\n" + picture.to_ndarray().tobytes()) * repeat)
    return out
