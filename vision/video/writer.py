"""H.264 video out: plays in a browser, keeps the given times, appears whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, VideoReformatter
from av.video.stream import VideoStream

from vision.files import output_error, replacing
from vision.types import ImageBgr

_TICKS_PER_S = 90_000
# No B-frames: with them the file's length ends early when the last gaps are long.
_QUALITY = {"crf": "23", "preset": "veryfast", "bf": "0"}


class VideoWriter:
    """Writes BGR images as H.264 (yuv420p, index in front) MP4; a context manager.

    Times are kept as given, counted from the first one; ``fps`` only tells the
    encoder what to expect and how long the last frame lasts. Odd sizes get one
    more row or column, a copy of the last. ``keyframe_s``: how often a picture
    is written whole, from which a reader can begin; None leaves it to the
    encoder. The file appears under its name when the block ends well;
    `OutputError` when it cannot be written.
    """

    def __init__(
        self, path: Path | str, size_wh: tuple[int, int], fps: float, *, keyframe_s: float | None = None
    ) -> None:
        if min(size_wh) < 1 or not 0 < fps <= 1000:
            raise ValueError(f"expected a size of at least 1x1 and 0 < fps <= 1000, got {size_wh} and {fps}")
        self.path = Path(path)
        self.size_wh = size_wh
        self._fps = Fraction(fps).limit_denominator(1001)
        self._options = _QUALITY if keyframe_s is None else {**_QUALITY, "g": str(max(1, round(keyframe_s * fps)))}
        self._reformatter = VideoReformatter()
        self._zero_s: float | None = None
        self._last_pts = -1
        self._session = self._opened()

    def __enter__(self) -> Self:
        self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._session.__exit__(kind, error, traceback)

    def write(self, image_bgr: ImageBgr, timestamp_s: float) -> None:
        """Add a frame (H, W, 3) uint8 of the writer's size, shown from ``timestamp_s`` on (rising)."""
        width, height = self.size_wh
        if image_bgr.shape != (height, width, 3) or image_bgr.dtype != np.uint8:
            raise ValueError(f"expected uint8 {(height, width, 3)}, got {image_bgr.dtype} {image_bgr.shape}")
        frame = av.VideoFrame.from_ndarray(self._evened(image_bgr), format="bgr24")
        frame = self._reformatter.reformat(
            frame, format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG, threads=1
        )
        if self._zero_s is None:
            self._zero_s = timestamp_s
        frame.pts = max(round((timestamp_s - self._zero_s) * _TICKS_PER_S), self._last_pts + 1)
        frame.time_base = Fraction(1, _TICKS_PER_S)
        frame.duration = round(_TICKS_PER_S / self._fps)
        self._last_pts = frame.pts
        with _libav_errors_named(self.path):
            self._container.mux(self._stream.encode(frame))

    def _evened(self, image_bgr: ImageBgr) -> ImageBgr:
        bottom, right = image_bgr.shape[0] % 2, image_bgr.shape[1] % 2
        if not (bottom or right):
            return np.ascontiguousarray(image_bgr)
        return np.asarray(cv2.copyMakeBorder(image_bgr, 0, bottom, 0, right, cv2.BORDER_REPLICATE), np.uint8)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[None]:
        with (
            replacing(self.path) as partial,
            _libav_errors_named(self.path),
            av.open(str(partial), "w", format="mp4", options={"movflags": "faststart"}) as self._container,
        ):
            self._stream = self._new_stream()
            yield
            if self._zero_s is None:
                raise output_error(self.path, None, "no frame was given")
            self._container.mux(self._stream.encode(None))

    def _new_stream(self) -> VideoStream:
        stream = self._container.add_stream("libx264", rate=self._fps, options=self._options)
        stream.width, stream.height = (side + side % 2 for side in self.size_wh)
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS_PER_S)
        stream.codec_context.colorspace = Colorspace.ITU709  # told to the player, or it guesses by size
        stream.codec_context.color_range = ColorRange.MPEG
        stream.codec_context.color_primaries = ColorPrimaries.BT709
        stream.codec_context.color_trc = ColorTrc.BT709
        return stream


@contextlib.contextmanager
def _libav_errors_named(path: Path) -> Iterator[None]:
    try:
        yield
    except av.FFmpegError as error:
        raise output_error(path, error.errno, error.strerror or "") from error
