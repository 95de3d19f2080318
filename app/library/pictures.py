"""Small pictures of takes, for lists."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from app.library.takes import ANNOTATED_FILE, THUMBNAIL_FILE, Take
from app.store.media import media_lock
from vision.errors import MediaError, OutputError
from vision.files import atomic_write
from vision.report.model import Report

if TYPE_CHECKING:
    from vision.veil import Heads

WIDTH_PX = 480
JPEG_QUALITY = 82


def thumbnail(take: Take) -> Path | None:
    """The take's small picture, made when it is first asked for; None when nothing can be made of it."""
    path = take.folder / THUMBNAIL_FILE
    if path.is_file():
        return path
    source = next((one for one in (take.recording, take.folder / ANNOTATED_FILE) if one and one.is_file()), None)
    if source is None:
        return None
    with suppress(MediaError, OutputError):
        jpeg = frame_jpeg(source, telling_moment_s(take.report))
        with media_lock(take.folder.parent.parent):
            if take.folder.is_dir():  # not removed meanwhile
                atomic_write(path, jpeg)
                return path
    return None


def telling_moment_s(report: Report | None) -> float:
    """The moment that shows a take best: that of its first drill's checks."""
    if report is None:
        return 0.0
    for segment in report.segments:
        for time_s in (segment.frame_s, *(check.frame_s for check in segment.checks)):
            if time_s is not None:
                return time_s
    return 0.0


def frame_jpeg(source: Path, time_s: float, heads: Heads | None = None) -> bytes:
    """The frame nearest to a time, `WIDTH_PX` wide, ``heads`` covered. MediaError when it cannot be read."""
    import cv2  # with the video library: only who makes pictures needs it

    from vision.veil import covered
    from vision.video import frames_at

    image = next(frames_at(source, [time_s])).image_bgr
    image = image if heads is None else covered(image, heads.at(time_s))
    height, width = image.shape[:2]
    small = cv2.resize(image, (WIDTH_PX, max(1, round(height * WIDTH_PX / width))), interpolation=cv2.INTER_AREA)
    written, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not written:
        raise MediaError(f"{source.name}: no picture could be made", f"{source.name}：无法生成缩略图")
    return data.tobytes()
