"""A video file opened with PyAV: its picture track, decoded in display order, damage left out."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from numpy.typing import NDArray

from vision.errors import MediaError
from vision.video.kinds import has_iso_index, is_cut_off, other_kind
from vision.video.messages import NoticeLog, media_error

# Formats that only point to other files, or paint plain text: never a recording.
_NOT_RECORDINGS = {
    "hls",
    "concat",
    "concatf",
    "dash",
    "imf",
    "sdp",
    "tty",
    "image2",
    "lavfi",
    "ffmetadata",
    "subtitles",
}
_MAX_THREADS = 4
# One thread decodes up to full HD several times faster than the pose network runs. More threads cost
# half as much CPU again there, and lose undamaged frames near damaged ones.
_ONE_THREAD_PIXELS = 1920 * 1088
_SEEK_MARGIN_S = 10.0
_MAX_TAINTED = 300  # pictures; some recordings hold one keyframe only


def _open_container(path: Path, head: bytes) -> InputContainer:
    if (code := other_kind(head)) is not None:
        raise media_error(path, code)
    try:
        container = av.open(
            os.fspath(path.absolute()),
            metadata_errors="replace",  # titles in other encodings
            options={"protocol_whitelist": "file"},  # a file must not make us fetch another
        )
    except av.FFmpegError as error:
        raise _opening_error(path, error) from None
    if set(container.format.name.split(",")) & _NOT_RECORDINGS:
        container.close()
        raise media_error(path, "not_media")
    return container


def _opening_error(path: Path, error: av.FFmpegError) -> MediaError:
    if isinstance(error, PermissionError):
        return media_error(path, "permission")
    try:
        return media_error(path, "not_media" if has_iso_index(path) else "no_index")
    except FileNotFoundError:  # removed since its head was read
        return media_error(path, "missing")


def _picture_stream(container: InputContainer, path: Path) -> VideoStream:
    """The video track (a cover picture is none) that can be decoded; `MediaError` when there is none."""
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        raise media_error(path, "audio_only" if container.streams.audio else "no_video")
    decodable = [s for s in streams if s.codec_context is not None]
    if not decodable:
        raise media_error(path, "codec")
    stream = max(decodable, key=lambda s: (s.width or 0) * (s.height or 0))
    stream.thread_type = "AUTO"
    large = (stream.width or 0) * (stream.height or 0) > _ONE_THREAD_PIXELS
    stream.codec_context.thread_count = min(_MAX_THREADS, os.cpu_count() or 1) if large else 1
    return stream


class VideoSource:
    """An opened video; one thread uses it at a time.

    ``first`` is the first picture that can be decoded; `MediaError` when there is none.
    """

    def __init__(self, path: Path, head: bytes, log: NoticeLog) -> None:
        self.path = path
        self.log = log
        self._head = head
        self.lost = 0  # pictures left out so far
        self._waiting = False  # for a keyframe, after damage
        self._tainted: set[int | None] = set()  # pts of what was decoded while waiting
        self._container = _open_container(path, head)
        try:
            self.stream = _picture_stream(self._container, path)
            self._decoder = self._decoded()
            first = next(self._decoder, None)
            if first is None:
                raise media_error(path, "no_frame")
        except BaseException:
            self._container.close()
            raise
        self.first: av.VideoFrame = first

    def close(self) -> None:
        """Close the file; safe to repeat."""
        self._container.close()

    @property
    def container_duration_s(self) -> float | None:
        """What the container says of its length."""
        if self.stream.duration and self.stream.time_base:
            return float(self.stream.duration * self.stream.time_base)
        return self._container.duration / av.time_base if self._container.duration else None

    @property
    def fps(self) -> float | None:
        """Average frames per second as the container tells it; None when unknown or absurd."""
        rate = self.stream.average_rate
        return float(rate) if rate and 0 < rate < 1000 else None

    @property
    def starts_after_s(self) -> float:
        """How long after the container's own beginning (sound may come first) the first picture is shown."""
        begins = self._container.start_time
        if begins is None or self.first.pts is None or self.stream.time_base is None:
            return 0.0
        return max(0.0, float(self.first.pts * self.stream.time_base) - begins / av.time_base)

    def pictures(self) -> Iterator[av.VideoFrame]:
        """All pictures from the first on, in display order. Once only, before any `pictures_from`."""
        yield self.first
        yield from self._decoder
        try:
            cut_off = is_cut_off(self.path)
        except OSError as error:  # a disk that went away
            raise media_error(self.path, "unreadable") from error
        if cut_off:
            self.log.add("truncated")

    def pictures_from(self, pts: int) -> Iterator[av.VideoFrame]:
        """Pictures from a keyframe at or before ``pts`` on, by seeking."""
        margin = round(_SEEK_MARGIN_S / self.stream.time_base) if self.stream.time_base else 0
        for target in (pts, max(self.first.pts or 0, pts - margin)):
            try:
                self._container.seek(target, stream=self.stream, backward=True)
            except av.FFmpegError:
                continue
            decoder = self._decoded()
            picture = next(decoder, None)
            if picture is not None and picture.pts is not None and picture.pts <= pts:
                return itertools.chain((picture,), decoder)
        self._container.close()  # it cannot seek: begin again
        self._container = _open_container(self.path, self._head)
        self.stream = _picture_stream(self._container, self.path)
        return self._decoded()

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """Decodable pictures from the present position to the end."""
        packets = self._container.demux(self.stream)
        while True:
            try:
                packet = next(packets, None)
            except IndexError:  # of a track that PyAV did not see at the beginning
                packets = self._container.demux(self.stream)
                continue
            except av.FFmpegError:
                self.log.add("truncated")
                yield from self._whole(None)
                return
            if packet is None:
                return
            self._taint(packet)
            yield from self._whole(packet)

    def _taint(self, packet: av.Packet[VideoStream]) -> None:
        """After damage, mark packets up to the next keyframe: decoders fill them in with older pictures."""
        if packet.is_corrupt:
            self._waiting = True
        elif self._waiting and (packet.is_keyframe or len(self._tainted) > _MAX_TAINTED):
            self._waiting = False
            self._tainted.discard(None)
        if self._waiting:
            self._tainted.add(packet.pts)

    def _whole(self, packet: av.Packet[VideoStream] | None) -> Iterator[av.VideoFrame]:
        """The undamaged pictures that ``packet`` (None: the end) brings out of the decoder."""
        try:
            pictures = self.stream.decode(packet)
        except av.EOFError:  # already drained
            return
        except av.FFmpegError:
            self._lose_one()
            self._waiting = True
            self._tainted.add(packet.pts if packet is not None else None)
            return
        for picture in pictures:
            if picture.is_corrupt or picture.pts in self._tainted:
                self._lose_one()
                if picture.pts is not None:
                    self._tainted.discard(picture.pts)
            else:
                yield picture

    def _lose_one(self) -> None:
        self.lost += 1
        self.log.add("undecodable_frames")


@dataclass(frozen=True, slots=True)
class PacketIndex:
    """Times of all pictures of a file, read without decoding: ``pts`` (N,) rising, keyframes' pts beside."""

    pts: NDArray[np.int64]
    key_pts: NDArray[np.int64]

    def rank(self, pts: int) -> int:
        """How many pictures come before ``pts``."""
        return int(np.searchsorted(self.pts, pts))

    def key_before(self, pts: int) -> int:
        """The last keyframe at or before ``pts`` (or the first one)."""
        place = int(np.searchsorted(self.key_pts, pts, side="right")) - 1
        return int(self.key_pts[max(place, 0)])


def scan_packets(path: Path, head: bytes) -> PacketIndex | None:
    """The packet times of a video; None where the container's times are missing or out of order."""
    times: list[int] = []
    keys: list[int] = []
    last_dts = -(1 << 62)
    with _open_container(path, head) as container:
        stream = _picture_stream(container, path)
        try:
            for packet in container.demux(stream):
                if packet.size == 0:  # the flush at the end
                    continue
                if packet.pts is None or packet.dts is None or packet.dts < last_dts:
                    return None
                last_dts = packet.dts
                if not packet.is_discard:
                    times.append(packet.pts)
                    if packet.is_keyframe:
                        keys.append(packet.pts)
        except IndexError:  # of a track that PyAV did not see at the beginning
            return None
        except av.FFmpegError:
            pass  # a cut file: what was listed can be used
    if not keys or len(set(times)) != len(times):
        return None
    return PacketIndex(np.sort(np.array(times, np.int64)), np.sort(np.array(keys, np.int64)))


def scanned_packets(path: Path, head: bytes) -> PacketIndex | None:
    """As `scan_packets`, remembered for a few files: the pieces of a long recording ask for it again and again."""
    try:
        status = path.stat()
    except OSError as error:
        raise media_error(path, "unreadable") from error
    return _scanned(path, head, (status.st_mtime_ns, status.st_size))


@functools.lru_cache(maxsize=4)
def _scanned(path: Path, head: bytes, stamp: tuple[int, int]) -> PacketIndex | None:
    return scan_packets(path, head)


def picture_pts(path: Path, head: bytes) -> NDArray[np.int64] | None:
    """Times of all pictures (N,), rising, whatever order they are decoded in; None where a packet carries none."""
    times: set[int] = set()
    with _open_container(path, head) as container, contextlib.suppress(IndexError, av.FFmpegError):
        for packet in container.demux(_picture_stream(container, path)):
            if packet.size == 0 or packet.is_discard:
                continue
            if packet.pts is None:
                return None
            times.add(packet.pts)
    return np.array(sorted(times), np.int64) if times else None
