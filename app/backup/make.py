"""``yitai backup``: one moment of a data folder in a ZIP, made while the server runs."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.backup.names import MANIFEST, ODD, SCHEMA, is_portable, kept_files
from app.batch.archive import COMPRESSED_ALREADY
from app.files import remove, writing_to
from app.library.records import store_of
from app.places import Places
from app.settings import program_version
from app.store.copying import snapshot
from app.store.database import DATABASE_FILE
from app.store.locks import holding
from app.store.media import media_lock, settle
from app.store.migrate import HEAD
from vision.errors import OutputError, UsageError

PIECE_BYTES = 1 << 20
LOCK = ".backup.lock"
STAGE = ".backup.part"  # a start of the program removes what a killed backup left


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a backup: its name below the data folder, size, the SHA-256 of its content, and its name inside.

    ``changed_ns``: when it was last changed; the records tell by it whether a report is the one they know.
    """

    path: str
    size: int
    sha256: str
    member: str
    changed_ns: int = 0


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself."""

    created: str
    version: str
    revision: str
    files: tuple[Kept, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one.size for one in self.files)


def make_backup(places: Places, goal: Path) -> Backup:
    """Write the backup to ``goal``, whole or not at all; what it holds.

    Takes wait only while one moment is held fast: the records are copied, and every file is given a second name
    (files of takes are replaced, never written into, so that name keeps the moment's content).
    UsageError when the goal lies in the data folder, OutputError when the disk refuses.
    """
    if not places.root.is_dir():
        raise UsageError(f"there is no data folder {places.root}", f"没有数据文件夹 {places.root}")
    if goal.resolve().is_relative_to(places.root.resolve()):
        raise UsageError(
            f"{goal} lies in the data folder itself; choose another place", f"{goal} 就在数据文件夹里，请换一个位置"
        )
    store = store_of(places)
    stage = places.root / STAGE
    with holding(places.root / LOCK, 0.0):
        remove(stage)
        try:
            with writing_to(stage):
                stage.mkdir()
                with media_lock(places.root):
                    snapshot(store, stage / DATABASE_FILE)
                    for file in kept_files(places.root):
                        _hold(file, stage / file.relative_to(places.root))
            return _pack(stage, goal)
        finally:
            remove(stage)


def _hold(file: Path, second: Path) -> None:
    """A second name for a file, or a copy where the file system has no links; gone meanwhile is not there."""
    second.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, second)
    except FileNotFoundError:
        return
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(file, second)


def _pack(stage: Path, goal: Path) -> Backup:
    with _replacing(goal) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        found = sorted(path for path in stage.rglob("*") if path.is_file())
        files = tuple(_add(archive, stage, file, number) for number, file in enumerate(found))
        made = Backup(datetime.now(UTC).isoformat(timespec="seconds"), program_version(), HEAD, files)
        archive.writestr(MANIFEST, json.dumps({"schema": SCHEMA, **asdict(made)}, indent=1))
    return made


def _add(archive: zipfile.ZipFile, stage: Path, file: Path, number: int) -> Kept:
    name = file.relative_to(stage).as_posix()
    member = name if is_portable(name) else f"{ODD}{number}"
    entry = zipfile.ZipInfo.from_file(file, member, strict_timestamps=False)
    done = file.suffix.lower() in COMPRESSED_ALREADY
    entry.compress_type = zipfile.ZIP_STORED if done else zipfile.ZIP_DEFLATED
    found, size = hashlib.sha256(), 0
    with file.open("rb") as source, archive.open(entry, "w", force_zip64=entry.file_size > 1 << 30) as goal:
        while piece := source.read(PIECE_BYTES):
            goal.write(piece)
            found.update(piece)
            size += len(piece)
    return Kept(name, size, found.hexdigest(), member, file.stat().st_mtime_ns)


@contextmanager
def _replacing(goal: Path) -> Iterator[Path]:
    """A hidden name beside the goal, the same at every try: what a killed one left is written over.

    The file holds personal data: only its owner may read it.
    """
    part = goal.with_name(f".{goal.name}.part")
    whole = False
    with writing_to(goal):
        goal.parent.mkdir(parents=True, exist_ok=True)
        remove(part)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            yield part
            with part.open("rb") as written:
                os.fsync(written.fileno())
            if goal.is_dir():
                raise OutputError(f"{goal} is a folder", f"{goal} 是文件夹")
            os.replace(part, goal)
            settle(goal.parent)
            whole = True
        finally:
            if not whole:
                remove(part)
