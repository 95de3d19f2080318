"""When every frame of a video is shown, read from its packets without decoding."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vision.types import FloatArray, frozen_array
from vision.video.container import VideoSource, picture_pts, scanned_packets
from vision.video.kinds import read_head
from vision.video.messages import NoticeLog
from vision.video.probe import holds_one_picture

_FALLBACK_FPS = 25.0


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """``times_s`` (N,) since the first frame, rising; ``offset_s``: what a player's clock shows at the first frame."""

    times_s: FloatArray
    offset_s: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "times_s", frozen_array(self.times_s, (None,), "times_s"))


def frame_times(path: Path | str) -> FrameTimes:
    """The frames of a video (one of a still); from the average rate where the container's times cannot be used.

    Raises `MediaError` when the file cannot be read.
    """
    path = Path(path)
    head = read_head(path)
    if holds_one_picture(path, head):
        return FrameTimes(np.zeros(1))
    with contextlib.closing(VideoSource(path, head, NoticeLog())) as source:
        first, tick, offset_s = source.first.pts, source.stream.time_base, source.starts_after_s
        fps, duration_s = source.fps or _FALLBACK_FPS, source.container_duration_s or 0.0
    pts = picture_pts(path, head)
    if pts is None or first is None or tick is None:
        return FrameTimes(np.arange(max(1, round(duration_s * fps))) / fps, offset_s)
    return FrameTimes((pts[pts >= first] - first) * float(tick), offset_s)


def last_seekable_s(path: Path | str) -> float | None:
    """When the last frame of a video is shown; None where a reader cannot jump in it by its times.

    Raises `MediaError` when the file cannot be read.
    """
    path = Path(path)
    head = read_head(path)
    index = scanned_packets(path, head)
    if index is None:
        return None
    with contextlib.closing(VideoSource(path, head, NoticeLog())) as source:
        first, tick = source.first.pts, source.stream.time_base
    return None if first is None or tick is None else float((int(index.pts[-1]) - first) * tick)
