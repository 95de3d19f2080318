"""A copy of a video with every face covered, without sound: a voice tells who speaks, too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2

from vision.errors import MediaError
from vision.files import atomic_write
from vision.veil.heads import Heads
from vision.veil.paint import covered
from vision.video import VideoWriter, frames, probe

BLURRED_NAME = "blurred.mp4"
BLURRED_STILL_NAME = "blurred.jpg"
FALLBACK_FPS = 25.0
JPEG_QUALITY = 90


def blur_video(source: Path | str, goal: Path, heads: Heads, progress: Callable[[float], None] | None = None) -> Path:
    """Write ``source`` with its heads covered to ``goal``: H.264, or a JPEG where the source is a picture.

    MediaError when the source cannot be read, OutputError when the disk refuses.
    """
    info = probe(source)
    if info.duration_s is None:
        return _blur_still(source, goal.with_suffix(".jpg"), heads)
    with frames(source) as stream, VideoWriter(goal, info.size_wh, info.fps or FALLBACK_FPS) as writer:
        for frame in stream:
            writer.write(covered(frame.image_bgr, heads.at(frame.timestamp_s)), frame.timestamp_s)
            if progress is not None:
                progress(frame.timestamp_s)
    return goal


def _blur_still(source: Path | str, goal: Path, heads: Heads) -> Path:
    with frames(source) as stream:
        frame = next(iter(stream))
    image = covered(frame.image_bgr, heads.at(frame.timestamp_s))
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise MediaError(f"{source}: no picture could be made", f"{source}：无法生成图片")
    atomic_write(goal, data.tobytes())
    return goal
