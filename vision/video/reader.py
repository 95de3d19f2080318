"""Frames of a video or still, one after the other or at chosen times.

Time is the container's own: seconds since the file's first frame, never
counted from a frame rate. Damage is left out and told by notices.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np

from vision.errors import UsageError
from vision.types import Frame, Notice, Skipped
from vision.video.channel import Channel
from vision.video.clock import FrameClock
from vision.video.container import PacketIndex, VideoSource, scanned_packets
from vision.video.kinds import read_head
from vision.video.messages import NoticeLog, media_error
from vision.video.picture import PictureMaker, fitted
from vision.video.probe import MediaInfo, holds_one_picture, still_info, video_info
from vision.video.sparing import Attention, Sparing
from vision.video.stills import decode_still

_AHEAD_BYTES = 32 << 20  # decoded ahead of the consumer
_AHEAD_FRAMES = (2, 8)
_SEEK_FROM_S = 5.0  # below this, decoding from the start is as quick as seeking
_TIME_SLACK_S = 1e-6


class FrameStream:
    """An iterator over the frames of a file, decoded ahead by a thread of its own.

    Also a context manager; leaving it, `close` or dropping the last reference
    ends the thread and closes the file. ``info`` describes the file.
    """

    def __init__(
        self, info: MediaInfo, frames: Iterator[Frame], log: NoticeLog, release: Callable[[], None], ahead: int
    ) -> None:
        self.info = info
        self._log = log
        self._release = release
        self._channel = Channel(ahead)
        self._thread: threading.Thread | None = threading.Thread(
            target=_pump, args=(frames, self._channel, release), name="frame reader", daemon=True
        )
        self._finalizer = weakref.finalize(self, self._channel.abandon)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What was noticed so far (decoding runs ahead of iteration); complete after the last frame."""
        return self._log.notices

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Frame:
        if self._thread is not None and self._thread.ident is None:
            self._thread.start()
        frame = self._channel.get()
        if frame is None:
            self.close()
            raise StopIteration
        return frame

    def close(self) -> None:
        """Stop decoding and close the file; safe to repeat."""
        self._channel.abandon()
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if thread.ident is None:
            self._release()
        else:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _pump(frames: Iterator[Frame], channel: Channel, release: Callable[[], None]) -> None:
    """The reader thread: hands frames over until they end or nobody wants them."""
    failure: BaseException | None = None
    try:
        for frame in frames:
            if not channel.put(frame):
                break
    except BaseException as error:  # noqa: BLE001  nothing is swallowed: the consumer's next() raises it
        failure = error
    finally:
        release()
        channel.finish(failure)


@dataclass(frozen=True, slots=True)
class _Selection:
    """Which frames are wanted: seconds since the first frame, ends included."""

    sample_fps: float | None
    start_s: float
    end_s: float
    sparing: Sparing | None = None

    @classmethod
    def of(
        cls, sample_fps: float | None, start_s: float | None, end_s: float | None, sparing: Sparing | None
    ) -> _Selection:
        if sample_fps is not None and not (math.isfinite(sample_fps) and sample_fps > 0):
            raise UsageError(
                f"sampling rate: expected a number above 0, got {sample_fps}", f"采样帧率应大于 0，现为 {sample_fps}"
            )
        start, end = start_s or 0.0, math.inf if end_s is None else end_s
        if not (math.isfinite(start) and end >= start):
            raise UsageError(
                f"time span: expected start <= end, got {start} and {end}",
                f"起始时间应不晚于结束时间，现为 {start} 与 {end}",
            )
        return cls(sample_fps, start, end, sparing)


class _Sampler:
    """Keeps the frame nearest to each tick of ``sample_fps``; keeps all when it is None."""

    def __init__(self, sample_fps: float | None, start_s: float, step_s: float | None) -> None:
        self._period_s = 1 / sample_fps if sample_fps else None
        self._origin_s = start_s
        self._slack_s = min(step_s or 0.0, self._period_s or 0.0) / 2
        self._due_s = -math.inf

    def keeps(self, time_s: float) -> bool:
        """Whether the frame at ``time_s`` is wanted; call with rising times."""
        if self._period_s is None:
            return True
        early = time_s + self._slack_s + _TIME_SLACK_S
        if early < self._due_s:
            return False
        ticks = math.floor((early - self._origin_s) / self._period_s)
        self._due_s = self._origin_s + (ticks + 1) * self._period_s
        return True


def frames(
    path: Path | str,
    *,
    sample_fps: float | None = None,
    start_s: float | None = None,
    end_s: float | None = None,
    max_size_wh: tuple[int, int] | None = None,
    sparing: Sparing | None = None,
) -> FrameStream:
    """Stream the frames of a video (or the one frame of a still) in constant memory.

    Parameters
    ----------
    sample_fps : keep about this many frames a second (the nearest to each tick); None keeps all.
    start_s, end_s : the wanted span in seconds since the first frame, ends included (a still ignores them).
    max_size_wh : frames larger than this, after turning upright, are shrunk into it.
    sparing : leave out frames that show nothing new; the next one names them. The last one always comes.

    Returns a stream of `Frame`: BGR uint8, upright, ``index`` counting the
    file's frames (skipped ones too), ``timestamp_s`` from the container.
    Raises `MediaError` at once when the file cannot be opened or no frame of
    it can be decoded, and from the iterator when the span holds no frame.
    """
    path = Path(path)
    selection = _Selection.of(sample_fps, start_s, end_s, sparing)
    head = read_head(path)
    log = NoticeLog()
    if holds_one_picture(path, head):
        still = _shrunk(decode_still(path, head, log), max_size_wh)
        return FrameStream(still_info(path, head), iter((still,)), log, _nothing, ahead=1)
    source = VideoSource(path, head, log)
    info = video_info(source)
    maker = PictureMaker(source.first, source.stream.sample_aspect_ratio, log, max_size_wh)
    least, most = _AHEAD_FRAMES
    ahead = min(most, max(least, _AHEAD_BYTES // (3 * maker.size_wh[0] * maker.size_wh[1])))
    return FrameStream(info, _video_frames(source, head, maker, selection), log, source.close, ahead)


def _nothing() -> None:
    """A still holds no file open."""


def _shrunk(frame: Frame, max_size_wh: tuple[int, int] | None) -> Frame:
    size_wh = fitted(frame.size_wh, max_size_wh)
    if size_wh == frame.size_wh:
        return frame
    small = cv2.resize(frame.image_bgr, size_wh, interpolation=cv2.INTER_AREA)
    return Frame(np.asarray(small, np.uint8), frame.index, frame.timestamp_s, frame.source)


def _clock(source: VideoSource) -> FrameClock:
    step_s = 1 / source.fps if source.fps else None
    assert source.stream.time_base is not None
    return FrameClock(source.stream.time_base, source.first.pts, step_s, source.log)


def _video_frames(source: VideoSource, head: bytes, maker: PictureMaker, wanted: _Selection) -> Iterator[Frame]:
    clock = _clock(source)
    step_s = 1 / source.fps if source.fps else None
    sampler = _Sampler(wanted.sample_fps, wanted.start_s, step_s)
    attention = None if wanted.sparing is None else Attention(wanted.sparing, step_s)
    count = 0
    skipped: list[Skipped] = []
    left: av.VideoFrame | None = None  # the picture of the last one skipped
    for index, picture in _numbered(source, head, wanted.start_s):
        time_s = clock.at(picture.pts)
        if time_s > wanted.end_s + _TIME_SLACK_S:
            break
        if time_s < wanted.start_s - _TIME_SLACK_S or not sampler.keeps(time_s):
            continue
        count += 1
        if attention is not None and not attention.wants(picture, time_s):
            skipped.append(Skipped(index, time_s, attention.unchanged))
            left = picture
            continue
        rested = attention is not None and attention.unchanged
        yield Frame(maker.image_bgr(picture), index, time_s, str(source.path), _passed(skipped, rested))
        skipped, left = [], None
    if left is not None:
        last = skipped.pop()
        yield Frame(maker.image_bgr(left), last.index, last.timestamp_s, str(source.path), _passed(skipped, True))
    if not count:
        raise media_error(source.path, "no_frame_in_span")


def _passed(skipped: list[Skipped], rested: bool) -> tuple[Skipped, ...]:
    """What was passed over; while all rests, a slow drift may be spread over all of it."""
    return tuple(replace(one, unchanged=False) for one in skipped) if rested else tuple(skipped)


def _numbered(source: VideoSource, head: bytes, start_s: float) -> Iterator[tuple[int, av.VideoFrame]]:
    """Pictures with their number in the file, from the start or, where it saves time, from near ``start_s``."""
    index = scanned_packets(source.path, head) if start_s > _SEEK_FROM_S else None
    if index is None:
        for count, picture in enumerate(source.pictures()):
            yield count + source.lost, picture
    else:
        zero = index.rank(_pts(source.first))
        for picture in source.pictures_from(_pts_at(source, start_s)):
            yield index.rank(_pts(picture)) - zero, picture


def _pts(picture: av.VideoFrame) -> int:
    return picture.pts if picture.pts is not None else 0


def _pts_at(source: VideoSource, time_s: float) -> int:
    assert source.stream.time_base is not None
    return _pts(source.first) + math.floor(time_s / source.stream.time_base)


def frames_at(path: Path | str, times_s: Iterable[float]) -> Iterator[Frame]:
    """The frame nearest to each of ``times_s`` (rising, seconds since the first frame), by seeking.

    One frame per time, the same one again where two times share it; times
    beyond the end give the last frame. Raises `MediaError` at once when the
    file cannot be read, ``ValueError`` when the times fall.
    """
    path = Path(path)
    times = [float(t) for t in times_s]
    if any(later < sooner for sooner, later in itertools.pairwise(times)):
        raise ValueError("times_s: expected rising times")
    head = read_head(path)
    if holds_one_picture(path, head):
        return iter([decode_still(path, head, NoticeLog())] * len(times))
    source = VideoSource(path, head, NoticeLog())
    return _frames_nearest(source, scanned_packets(path, head), times)


def _frames_nearest(source: VideoSource, index: PacketIndex | None, times_s: list[float]) -> Iterator[Frame]:
    maker = PictureMaker(source.first, source.stream.sample_aspect_ratio, source.log)
    last: tuple[int, Frame] | None = None
    with contextlib.closing(source):
        for number, time_s, picture in _nearest(source, index, times_s):
            if last is None or last[0] != number:
                last = (number, Frame(maker.image_bgr(picture), number, time_s, str(source.path)))
            yield last[1]


_Timed = tuple[int, float, av.VideoFrame]  # number in the file, seconds, picture


def _nearest(source: VideoSource, index: PacketIndex | None, times_s: list[float]) -> Iterator[_Timed]:
    """For each time the nearest picture; jumps ahead by keyframes where the packet index allows."""
    rest = _timed(source, source.pictures(), index)
    before: _Timed | None = None
    after = next(rest, None)
    for time_s in times_s:
        if index is not None and after is not None:
            goal = _pts_at(source, time_s)
            if _pts(after[2]) < index.key_before(goal):
                rest = _timed(source, source.pictures_from(goal), index)
                before, after = None, next(rest, None)
        while after is not None and after[1] < time_s:
            before, after = after, next(rest, None)
        nearest = min((c for c in (before, after) if c is not None), key=lambda c: abs(c[1] - time_s), default=None)
        if nearest is None:
            return
        yield nearest


def _timed(source: VideoSource, pictures: Iterator[av.VideoFrame], index: PacketIndex | None) -> Iterator[_Timed]:
    clock = _clock(source)
    zero = index.rank(_pts(source.first)) if index is not None else 0
    for count, picture in enumerate(pictures):
        number = index.rank(_pts(picture)) - zero if index is not None else count + source.lost
        yield number, clock.at(picture.pts), picture
