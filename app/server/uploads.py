"""Files that users send: written to disk piece by piece, so that size costs no memory.

Each file lies below a folder of its own with a random number, which is how
pages name it.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import time
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path

from anyio import to_thread

from app.files import remove, writing_to
from vision.errors import UsageError
from vision.files import output_error

PIECE_BYTES = 1 << 20
PART = ".part"
KEPT_S = 24 * 3600.0  # an upload that nothing was made of is removed after a day
MOST_BYTES = 64_000_000_000  # two hours of 4K at 70 Mbit/s
SPARE_BYTES, LOOK_EVERY_BYTES = 500_000_000, 64_000_000
LONGEST_NAME_BYTES = 200  # file systems allow 255, and names grow by a number or ".part"


def safe_name(name: str) -> str:
    """The file's own name without folders and without what file systems refuse."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*').strip(". ")
    stem, dot, suffix = kept.rpartition(".")
    if not dot:
        stem, suffix = kept, ""
    stem = stem.encode("utf-8", errors="replace")[:LONGEST_NAME_BYTES].decode("utf-8", errors="ignore")
    return f"{stem}{dot}{suffix[:12]}" if kept else "upload"


def upload_path(uploads: Path, number: str) -> Path:
    """The file of an upload; UsageError when there is none (removed meanwhile)."""
    folder = uploads / number
    there = [] if not number.isalnum() or not folder.is_dir() else sorted(folder.iterdir())
    files = [path for path in there if not path.name.startswith(".")]  # what is not whole yet has no name
    if not files:
        raise UsageError("the uploaded file is gone; upload it again", "上传的文件已不在，请重新上传")
    return files[0]


def too_large(most: int) -> UsageError:
    """What is said of a file that is larger than allowed."""
    size = f"{most / 1e9:g} GB"
    return UsageError(f"the file is larger than {size}", f"文件超过 {size}")


async def receive(stream: AsyncIterator[bytes], name: str, uploads: Path, most: int = MOST_BYTES) -> tuple[str, int]:
    """Write an upload; its number and size in bytes.

    OutputError when the disk refuses or would run full, UsageError for more than ``most`` bytes; nothing is left then.
    """
    number = secrets.token_hex(8)
    folder = uploads / number
    size, pieces, held = 0, bytearray(), False
    with writing_to(uploads):
        folder.mkdir(parents=True)
    try:
        _require_room(uploads)
        with writing_to(uploads):
            with (folder / PART).open("xb") as file:
                async for piece in stream:
                    pieces += piece
                    size += len(piece)
                    if size > most:
                        raise too_large(most)
                    if size // LOOK_EVERY_BYTES != (size - len(piece)) // LOOK_EVERY_BYTES:
                        _require_room(uploads)
                    if len(pieces) >= PIECE_BYTES:
                        await to_thread.run_sync(file.write, bytes(pieces))
                        pieces.clear()
                await to_thread.run_sync(file.write, bytes(pieces))
                file.flush()
                await to_thread.run_sync(os.fsync, file.fileno())
            (folder / PART).rename(folder / safe_name(name))
        held = True
    finally:
        if not held:
            remove(folder)
    return number, size


def _require_room(uploads: Path) -> None:
    """Uploads never take the last of the disk, which the records need."""
    if shutil.disk_usage(uploads).free < SPARE_BYTES:
        raise output_error(uploads, errno.ENOSPC)


def forget_old(uploads: Path, now_s: float | None = None) -> None:
    """Remove uploads older than a day."""
    now_s = time.time() if now_s is None else now_s
    for folder in uploads.iterdir() if uploads.is_dir() else ():
        if now_s - folder.stat().st_mtime > KEPT_S:
            remove(folder)
