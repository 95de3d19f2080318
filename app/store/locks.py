"""A lock between processes that vanishes with its holder, however that ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vision.errors import OutputError
from vision.files import output_error

RETRY_S = 0.02


@contextmanager
def locked(path: Path, patience_s: float) -> Iterator[bool]:
    """Hold the lock of a file; False when another process still holds it after ``patience_s``.

    OutputError when the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise output_error(path, error.errno, error.strerror or "") from error
    try:
        until = time.monotonic() + patience_s
        while not (held := _try(handle)) and time.monotonic() < until:
            time.sleep(RETRY_S)
        yield held
    finally:
        os.close(handle)


@contextmanager
def holding(path: Path, patience_s: float) -> Iterator[None]:
    """The same for who cannot go on without it: OutputError."""
    with locked(path, patience_s) as held:
        if not held:
            raise OutputError(
                f"{path}: another process is busy there; try again", f"{path}：另一个进程正在使用，请稍后再试"
            )
        yield


def _try(handle: int) -> bool:
    """Take the lock if it is free; closing the handle gives it back."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
