"""What a media file is, without reading all of it."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image

from vision.video.container import VideoSource
from vision.video.kinds import is_gif, is_still, read_head
from vision.video.messages import NoticeLog, media_error
from vision.video.picture import clockwise_deg, orientation_of, upright_size
from vision.video.stills import BROKEN_PICTURE, open_picture, still_size

_HASH_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """A video or still as its container describes it.

    ``size_wh`` is that of the frames as they are given out: upright, square
    pixels. ``rotation_deg`` is how far stored pictures are turned clockwise
    for that. ``fps`` is an average (None for stills and where unknown) and
    ``frames`` an estimate: neither is used for time.
    """

    path: Path
    kind: Literal["video", "still"]
    size_wh: tuple[int, int]
    fps: float | None
    duration_s: float | None
    rotation_deg: int
    codec: str
    frames: int | None


def probe(path: Path | str) -> MediaInfo:
    """Describe a video or still; its first frame is decoded, so what passes can be read.

    Raises `MediaError` when the file is none, or nothing in it can be decoded.
    """
    path = Path(path)
    head = read_head(path)
    if holds_one_picture(path, head):
        return still_info(path, head)
    with contextlib.closing(VideoSource(path, head, NoticeLog())) as source:
        return video_info(source)


def holds_one_picture(path: Path, head: bytes) -> bool:
    """Whether the file is a still (a GIF with one picture is)."""
    if not is_gif(head):
        return is_still(head, path)
    try:
        with Image.open(path) as picture:
            return not getattr(picture, "is_animated", False)
    except BROKEN_PICTURE:
        return False  # the video decoder may get further in a damaged one


def still_info(path: Path, head: bytes) -> MediaInfo:
    """`MediaInfo` of a picture file (header only)."""
    picture, orientation = open_picture(path, head)
    with picture:
        size_wh = still_size(picture, orientation)
        codec = (picture.format or "heif").lower()
    return MediaInfo(path, "still", size_wh, None, None, clockwise_deg(orientation), codec, 1)


def video_info(source: VideoSource) -> MediaInfo:
    """`MediaInfo` of an opened video."""
    stream, first = source.stream, source.first
    orientation = orientation_of(first)
    size_wh = upright_size(first.width, first.height, orientation, stream.sample_aspect_ratio)
    duration_s, fps = source.container_duration_s, source.fps
    frames = stream.frames or (round(duration_s * fps) if duration_s and fps else None)
    codec = stream.codec_context.name
    return MediaInfo(source.path, "video", size_wh, fps, duration_s, clockwise_deg(orientation), codec, frames)


def sha256_of(path: Path | str) -> str:
    """SHA-256 of the file's bytes, in hexadecimal; `MediaError` when it cannot be read."""
    path = Path(path)
    read_head(path)
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_HASH_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise media_error(path, "unreadable") from error
    return digest.hexdigest()
