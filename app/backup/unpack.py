"""Opening a backup that may be broken or made by somebody hostile: nothing is believed before it was checked."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

from app.backup.make import PIECE_BYTES, Backup, Kept
from app.backup.names import MANIFEST, ODD, SCHEMA, is_plain, is_safe
from app.files import writing_to
from app.store.database import DATABASE_FILE
from vision.errors import OutputError, UsageError

MOST_MANIFEST_BYTES = 256 << 20
# Recordings do not shrink and text shrinks some tens of times: what shrinks more was made to fill a disk.
MOST_SHRINKING, SHRINKING_FROM_BYTES = 100, 1 << 30
SPARE_BYTES = 100 << 20
LATEST_NS = 4_000_000_000 * 10**9  # in 2096


class BackupError(UsageError):
    """The file is no sound backup; nothing was changed."""


def broken(en: str, zh: str) -> BackupError:
    """What is wrong with it, and that nothing happened."""
    return BackupError(f"{en}; nothing was restored", f"{zh}；未作任何更改")


def opened(file: Path) -> zipfile.ZipFile:
    """The archive; BackupError when it is none."""
    try:
        return zipfile.ZipFile(file)
    except FileNotFoundError:
        raise UsageError(f"{file}: no such file", f"{file}：没有这个文件") from None
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise broken(f"{file}: not a backup, or cut short ({error})", f"{file}：不是备份文件，或不完整") from error


def read_manifest(archive: zipfile.ZipFile) -> Backup:
    """What the backup says it holds, held against what is in it; BackupError for every difference."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    _require_no_doubles(names)
    said = next((entry for entry in entries if entry.filename == MANIFEST), None)
    if said is None or said.file_size > MOST_MANIFEST_BYTES or not is_plain(said):
        raise broken("the file has no manifest of a backup", "文件中没有备份清单")
    backup = _parsed(_content(archive, said, said.file_size))
    listed = {one.member: one for one in backup.files}
    for entry in entries:
        name = entry.filename
        if name == MANIFEST:
            continue
        if not is_plain(entry) or name not in listed or listed[name].size != entry.file_size:
            raise broken(f"{name[:200]!r} is not as the manifest says", f"{name[:200]!r} 与清单不符")
    for one in backup.files:
        if not is_safe(one.path) or not (one.member == one.path or one.member.startswith(ODD)):
            raise broken(
                f"a name in the backup is not allowed: {one.path[:200]!r}",
                f"备份中有不允许的文件名：{one.path[:200]!r}",
            )
    absent = sorted(listed.keys() - set(names))
    if absent or len(listed) != len(backup.files):
        what = absent[0][:200] if absent else MANIFEST
        raise broken(f"{what} is missing in the backup", f"备份中缺少 {what}")
    paths = [one.path for one in backup.files]
    _require_no_doubles(paths)
    if DATABASE_FILE not in paths:
        raise broken("the backup holds no records", "备份中没有数据库")
    packed = sum(entry.compress_size for entry in entries)
    if backup.size > SHRINKING_FROM_BYTES and backup.size > MOST_SHRINKING * max(1, packed):
        raise broken("the file would grow beyond all measure", "文件解压后会异常膨胀")
    return backup


def _require_no_doubles(names: list[str]) -> None:
    """Two names that the file system takes for one would hide each other."""
    seen: set[str] = set()
    for name in names:
        same = name if sys.platform == "linux" else name.casefold()
        if same in seen:
            raise broken(f"{name[:200]!r} stands in the backup twice", f"备份中有重复的文件名：{name[:200]!r}")
        seen.add(same)


def _parsed(text: bytes) -> Backup:
    try:
        document: dict[str, Any] = json.loads(text)
        if document["schema"] != SCHEMA:
            raise ValueError(document["schema"])
        files = tuple(
            Kept(str(one["path"]), int(one["size"]), str(one["sha256"]), str(one["member"]), _time(one))
            for one in document["files"]
        )
        return Backup(str(document["created"]), str(document["version"]), str(document["revision"]), files)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise broken("the manifest of the backup cannot be read", "备份清单无法读取") from error


def _time(document: dict[str, Any]) -> int:
    """A time that every file system takes."""
    return min(max(int(document.get("changed_ns", 0)), 0), LATEST_NS)


def unpack(archive: zipfile.ZipFile, backup: Backup, stage: Path | None) -> None:
    """Check every file against its sum, and write it below ``stage`` if one is given.

    BackupError for the first that differs, OutputError when the disk is too small or refuses.
    """
    if stage is not None:
        _require_room(stage.parent, backup.size)
    for one in backup.files:
        entry = archive.getinfo(one.member)
        goal = None if stage is None else stage / one.path
        if _sum(archive, entry, one.size, goal) != one.sha256:
            raise broken(f"{one.path} is damaged in the backup", f"备份中的 {one.path} 已损坏")
        if goal is not None and one.changed_ns:
            os.utime(goal, ns=(one.changed_ns, one.changed_ns))
        name = Path(one.path)
        if name.parts[0] == "media" and name.stem != one.sha256:
            raise broken(f"{one.path} is not the recording that its name says", f"{one.path} 的内容与名称不符")


def _require_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + SPARE_BYTES:
        need = f"{(size + SPARE_BYTES) / 1e9:.1f} GB"
        raise OutputError(
            f"restoring needs {need} and {free / 1e9:.1f} GB are free", f"恢复需要 {need}，磁盘只剩 {free / 1e9:.1f} GB"
        )


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    try:
        with archive.open(entry) as stream:
            content = stream.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise broken(f"{entry.filename} is damaged in the backup", f"备份中的 {entry.filename} 已损坏") from error
    if len(content) > most:
        raise broken(f"{entry.filename} is larger than it says", f"{entry.filename} 比清单所写更大")
    return content


def _sum(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, size: int, goal: Path | None) -> str:
    """The SHA-256 of at most ``size`` bytes, written to ``goal`` on the way."""
    found, left = hashlib.sha256(), size
    if goal is not None:
        with writing_to(goal):
            goal.parent.mkdir(parents=True, exist_ok=True)
    with writing_to(goal or Path(os.devnull)):
        handle = os.open(goal or os.devnull, os.O_WRONLY | (0 if goal is None else os.O_CREAT | os.O_EXCL), 0o644)
    with os.fdopen(handle, "wb") as written:
        try:
            with archive.open(entry) as stream:
                while piece := stream.read(min(PIECE_BYTES, left + 1)):
                    left -= len(piece)
                    if left < 0:
                        return ""
                    found.update(piece)
                    with writing_to(goal or Path(os.devnull)):
                        written.write(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            return ""
        if goal is not None:
            with writing_to(goal):
                written.flush()
                os.fsync(written.fileno())
    return found.hexdigest() if left == 0 else ""
