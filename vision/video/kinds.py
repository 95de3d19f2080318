"""What a file is, by its first bytes (names lie), and whether its end is missing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from vision.video.messages import media_error

_HEAD_BYTES = 4096
_STILL_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif"}
_RAW_MOTION_JPEG = {".mjpeg", ".mjpg"}  # starts like one JPEG
_RIFF_VIDEO = {b"AVI ", b"AVIX"}
_EBML_MAGIC = b"\x1a\x45\xdf\xa3"
_MATROSKA_SEGMENT = b"\x18\x53\x80\x67"
_TS_PACKET_BYTES = 188
_ISO_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip", b"moof", b"styp", b"sidx", b"uuid", b"pnot"}


def read_head(path: Path) -> bytes:
    """The first bytes of a regular file; `MediaError` when it is missing, a folder, empty or unreadable."""
    try:
        if path.is_dir():
            raise media_error(path, "folder")
        if path.exists() and not path.is_file():
            raise media_error(path, "special")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        raise media_error(path, "missing") from None
    except PermissionError:
        raise media_error(path, "permission") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise media_error(path, "unreadable") from error
    if not head:
        raise media_error(path, "empty")
    return head


def is_still(head: bytes, path: Path) -> bool:
    """Whether the file is one picture (an animated GIF is decided by its reader)."""
    if head.startswith(b"\xff\xd8\xff"):
        return path.suffix.lower() not in _RAW_MOTION_JPEG
    if head[4:8] == b"ftyp":
        return head[8:12] in _STILL_BRANDS
    if head.startswith(b"RIFF"):
        return head[8:12] == b"WEBP"
    return head.startswith((b"\x89PNG\r\n\x1a\n", b"BM", b"II*\x00", b"MM\x00*"))


def is_gif(head: bytes) -> bool:
    """Whether the file is a GIF, animated or not."""
    return head.startswith((b"GIF87a", b"GIF89a"))


def other_kind(head: bytes) -> str | None:
    """The error code for well-known files that are no media, or None."""
    if head.startswith(b"%PDF"):
        return "document"
    if head.startswith(
        (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")
    ):
        return "archive"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "web_page"
    return "text" if _looks_like_text(head) else None


def _looks_like_text(head: bytes) -> bool:
    if any(byte < 9 or 13 < byte < 27 for byte in head):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            head[:-4].decode(encoding) if len(head) == _HEAD_BYTES else head.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(head) - 8:
                continue
        return True
    return False


def is_cut_off(path: Path) -> bool:
    """Whether the file is shorter than its own container says it is (False when it does not say)."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[4:8] in _ISO_BOXES:
            return _iso_end(file, size) > size
        if head.startswith(_EBML_MAGIC):
            return _matroska_end(file) > size
        if head.startswith(b"RIFF"):
            return int.from_bytes(head[4:8], "little") + 8 > size
        if is_gif(head):
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b";"
        if head[:1] == b"G" and path.suffix.lower() in {".ts", ".m2t"}:
            return size % _TS_PACKET_BYTES != 0
    return False


def has_iso_index(path: Path) -> bool:
    """Whether an MP4/MOV holds its index (``moov``); True for any other kind of file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(12)[4:8] not in _ISO_BOXES:
            return True
        return any(kind == b"moov" and end <= size for kind, end in _iso_boxes(file, size))


def _iso_boxes(file: BinaryIO, size: int) -> list[tuple[bytes, int]]:
    """Kind and end offset of each top-level box of an ISO base media file."""
    boxes: list[tuple[bytes, int]] = []
    start = 0
    while start + 8 <= size and len(boxes) < 100_000:
        file.seek(start)
        header = file.read(16)
        length = int.from_bytes(header[:4], "big")
        if length == 1:  # 64 bit length follows
            length = int.from_bytes(header[8:16], "big")
        elif length == 0:  # to the end of the file
            length = size - start
        if length < 8:
            break
        start += length
        boxes.append((header[4:8], start))
    return boxes


def _iso_end(file: BinaryIO, size: int) -> int:
    boxes = _iso_boxes(file, size)
    return max((end for kind, end in boxes if kind in _ISO_BOXES), default=0)


def _matroska_end(file: BinaryIO) -> int:
    """Where the Matroska/WebM segment ends; 0 when unknown (live recordings)."""
    file.seek(4)
    header = file.read(_HEAD_BYTES)
    length, used, _ = _ebml_size(header)
    segment = used + length
    if header[segment : segment + 4] != _MATROSKA_SEGMENT:
        return 0
    length, used, known = _ebml_size(header[segment + 4 :])
    return 4 + segment + 4 + used + length if known else 0


def _ebml_size(data: bytes) -> tuple[int, int, bool]:
    """Value, bytes used and whether known (all ones means unknown) of a variable-length size."""
    if not data or data[0] == 0:
        return 0, 1, False
    used = 9 - data[0].bit_length()
    mask = (1 << (7 * used)) - 1
    value = int.from_bytes(data[:used], "big") & mask
    return value, used, value != mask
