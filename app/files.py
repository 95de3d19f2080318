"""Report folders that appear whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vision.files import output_error

LONGEST_ID = 100  # ours have up to 24 letters; a file system refuses to look for names of more than 255


@contextmanager
def writing_to(place: Path) -> Iterator[None]:
    """Turn a failed write inside into an `OutputError` that names ``place``."""
    try:
        yield
    except OSError as error:
        raise output_error(place, error.errno, error.strerror or str(error)) from error


def is_plain_name(text: str) -> bool:
    """Whether this can be one of our ids, the name of a folder beside others, whoever sent it."""
    return 0 < len(text) <= LONGEST_ID and "\0" not in text and not text.startswith(".") and Path(text).name == text


def part_folder(final: Path) -> Path:
    """Where a report folder grows before it takes its name."""
    return final.with_name(f".{final.name}.part")


def replace_folder(part: Path, final: Path) -> None:
    """Give a finished folder its name, in place of an older one."""
    old = final.with_name(f".{final.name}.old")
    remove(old)
    if final.exists():
        final.rename(old)
    part.rename(final)
    remove(old)


def remove(path: Path) -> None:
    """Delete a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
