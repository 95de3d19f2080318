"""Pictures to calibrate from: files and folders of stills, or videos sampled; all of one size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from app.inputs import Defaults, gather
from app.session import require
from calibration.errors import CameraError
from vision.types import Frame, ImageBgr

SAMPLE_FPS = 4.0
MOST_FRAMES = 120

Progress = Callable[[float], None]


def unwatched(_share: float) -> None:
    """Progress that nobody looks at."""


def files_of(inputs: Sequence[str]) -> list[Path]:
    """Every recording of the inputs; MediaError of the first that is none."""
    require(bool(inputs), "没有输入：请给出图片或视频", "nothing to do: give pictures or videos")
    found = gather(inputs, None, Defaults())
    for nothing in found.nothing:
        raise nothing.error
    return [task.file for task in found.tasks]


def sampled(
    files: Sequence[Path],
    sample_fps: float = SAMPLE_FPS,
    most: int = MOST_FRAMES,
    *,
    progress: Progress = unwatched,
) -> Iterator[Frame]:
    """Frames of all files; CameraError when they differ in size."""
    from vision.video import frames, probe

    size_wh: tuple[int, int] | None = None
    count = 0
    for number, file in enumerate(files):
        duration_s = probe(file).duration_s
        with frames(file, sample_fps=sample_fps) as stream:
            for frame in stream:
                size_wh = same_size(size_wh, frame.size_wh, file)
                yield frame
                progress((number + part_of(frame.timestamp_s, duration_s)) / len(files))
                count += 1
                if count >= most:
                    return


def same_size(before: tuple[int, int] | None, now: tuple[int, int], file: Path) -> tuple[int, int]:
    """The size of all pictures so far."""
    if before is not None and before != now:
        raise CameraError(
            f"{file.name} is {now[0]}x{now[1]}, the others are {before[0]}x{before[1]}: use one camera and one format",
            f"{file.name} 为 {now[0]}x{now[1]}，其他为 {before[0]}x{before[1]}：请使用同一相机、同一画幅",
        )
    return now


def gray(image_bgr: ImageBgr) -> NDArray[np.uint8]:
    """One channel."""
    return np.asarray(cv2.cvtColor(image_bgr, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def part_of(time_s: float, duration_s: float | None) -> float:
    """How much of a recording lies before a moment, 0..1; a still is over at once."""
    return min(time_s / duration_s, 1.0) if duration_s else 1.0
