"""Recordings on disk by what is in them: ``media/ab/abcd....mp4``, whole or not there, once however often taken in.

The source is linked or copied, never moved: it is removed only when the take
that uses it stands in the database.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.store.locks import holding
from vision.files import output_error

FOLDER = "media"
LOCK_FILE = ".media.lock"
PATIENCE_S = 60.0
PIECE_BYTES = 1 << 20
_NAME = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]{1,12})?")


def media_name(file: Path) -> str:
    """What a file is called here: the SHA-256 of its content and its suffix. OutputError when it cannot be read."""
    suffix = file.suffix.lower()
    try:
        return _sha256(file) + (suffix if re.fullmatch(r"\.[a-z0-9]{1,12}", suffix) else "")
    except OSError as error:
        raise output_error(file, error.errno, error.strerror or "") from error


def media_path(root: Path, name: str) -> Path:
    """Where the file of a name lies; ValueError for what is none of our names."""
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return root / FOLDER / name[:2] / name


def is_media_name(name: object) -> bool:
    """Whether a text can be a name of `media_name`."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


@contextmanager
def media_lock(root: Path) -> Iterator[None]:
    """While it is held, no take comes, goes or is written into. Not to be taken twice by one thread.

    Without it a note on a take that is being removed would bring its folder back.
    """
    with holding(root / LOCK_FILE, PATIENCE_S):
        yield


def put(root: Path, file: Path, name: str) -> Path:
    """Have the content of ``file`` under ``name`` (of `media_name`); OutputError when the disk refuses."""
    goal = media_path(root, name)
    if goal.is_file() and goal.stat().st_size == file.stat().st_size:
        return goal
    part = goal.with_name(f".{secrets.token_hex(6)}.part")
    try:
        goal.parent.mkdir(parents=True, exist_ok=True)
        _link_or_copy(file, part, file.resolve().is_relative_to(root.resolve()))
        os.replace(part, goal)
        settle(goal.parent)
    except OSError as error:
        raise output_error(goal, error.errno, error.strerror or "") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return goal


def drop(root: Path, name: str) -> None:
    """Remove the file of a name, and its folder when it was the last there."""
    path = media_path(root, name)
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
        path.parent.rmdir()


def names(root: Path) -> Iterator[str]:
    """All names there are."""
    for folder in sorted((root / FOLDER).glob("??")):
        yield from (path.name for path in sorted(folder.iterdir()) if is_media_name(path.name))


def sound(root: Path, name: str) -> bool:
    """Whether the file is there and its content is what its name says."""
    path = media_path(root, name)
    try:
        return _sha256(path) == name[:64]
    except OSError:
        return False


def settle(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _link_or_copy(file: Path, part: Path, ours: bool) -> None:
    """A second name where the file is ours (nobody writes into it any more), else a copy of its own."""
    if ours:
        try:
            os.link(file, part)
        except OSError:  # a file system without links
            pass
        else:
            return
    with file.open("rb") as source, part.open("xb") as target:
        shutil.copyfileobj(source, target, PIECE_BYTES)
        target.flush()
        os.fsync(target.fileno())


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
