"""Files written whole or not at all, with one kind of error.

Everything is written to a temporary name beside its goal and renamed when it
is complete, so that a reader (or a run that was killed) never meets half a file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from vision.errors import OutputError

_CAUSES: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("no space left on the disk; free some and run again", "磁盘已满，请清理空间后重试"),
    errno.EDQUOT: ("the disk quota is used up; free some space and run again", "磁盘配额已用完，请清理空间后重试"),
    errno.EFBIG: ("the file grew beyond the allowed size", "文件超过了允许的大小"),
    errno.EACCES: ("no permission to write there; choose another folder", "没有写入权限，请换一个文件夹"),
    errno.EPERM: ("no permission to write there; choose another folder", "没有写入权限，请换一个文件夹"),
    errno.EROFS: ("the disk is read-only; choose another folder", "磁盘是只读的，请换一个文件夹"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "路径中有一部分是文件而不是文件夹"),
    errno.EEXIST: ("a part of the path is a file, not a folder", "路径中有一部分是文件而不是文件夹"),
    errno.EISDIR: ("a folder of that name is in the way", "已有同名文件夹"),
    errno.ENAMETOOLONG: ("the file name is too long", "文件名太长"),
}


def output_error(path: Path | str, number: int | None, detail: str = "") -> OutputError:
    """The `OutputError` for an ``errno`` met while writing ``path``."""
    fallback = detail or "the system refused it"
    en, zh = _CAUSES.get(number or 0, (fallback, fallback))
    return OutputError(f"cannot write {path}: {en}", f"无法写入 {path}：{zh}")


@contextlib.contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """A temporary path beside ``path``: renamed to it when the block succeeds, removed when it fails.

    Missing folders are made. ``OSError`` inside the block becomes `OutputError`.
    """
    goal = Path(path)
    partial = goal.with_name(f".{secrets.token_hex(6)}.part")
    try:
        goal.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        os.replace(partial, goal)
    except OSError as error:
        raise output_error(goal, error.errno, error.strerror or "") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def atomic_write(path: Path | str, data: bytes | str) -> None:
    """Write ``data`` (text as UTF-8, line ends kept) to ``path`` whole or not at all; `OutputError` on failure."""
    content = data.encode() if isinstance(data, str) else data
    with replacing(path) as partial, partial.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
