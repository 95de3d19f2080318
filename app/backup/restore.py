"""``yitai restore``: a backup back into a data folder, all of it or nothing."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.backup.make import Backup
from app.backup.names import FILES, FOLDERS
from app.backup.unpack import broken, opened, read_manifest, unpack
from app.files import remove, writing_to
from app.library.repair import serving
from app.places import Places
from app.store.copying import is_empty, put_rows, sqlite_url
from app.store.database import (
    DATABASE_FILE,
    LOCK_FILE,
    PATIENCE_S,
    database_url,
    forget_stores,
    open_engine,
    store_at,
)
from app.store.locks import holding
from app.store.media import media_lock
from app.store.migrate import BACKUPS, HEAD, bring_up_to_date
from app.store.swap import READY, decide, finish_restore
from vision.errors import UsageError

STAGE = ".restore.part"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored. ``before``: the revision of its records, if an older one."""

    backup: Backup
    before: str | None


def check_backup(file: Path) -> Backup:
    """Everything about a backup that can be checked without restoring it; BackupError says what is wrong."""
    with opened(file) as archive:
        backup = read_manifest(archive)
        unpack(archive, backup, None)
        with tempfile.TemporaryDirectory(prefix="yitai-") as folder:
            records = tuple(one for one in backup.files if one.path == DATABASE_FILE)
            unpack(archive, replace(backup, files=records), Path(folder) / "records")
            _ready(Path(folder) / "records")
    return backup


def restore(file: Path, root: Path, url: str = "", *, force: bool = False) -> Restored:
    """Restore into ``root``, and into the PostgreSQL database of ``url`` where one is named.

    Everything is unpacked beside, checked and brought up to date before anything that was there is touched; then one
    rename decides. BackupError for an unsound file, UsageError for a folder that has data (without ``force``) or is
    served now, OutputError when the disk refuses.
    """
    places = Places(root)
    with opened(file) as archive:
        backup = read_manifest(archive)
        with writing_to(root):
            root.mkdir(parents=True, exist_ok=True)
        if (root / READY).is_dir():
            store_at(root, url)  # an earlier restore was decided and not finished
            forget_stores()
        with _alone(places):
            _require_room_for(root, url, force)
            stage = root / STAGE
            remove(stage)
            try:
                with writing_to(stage):
                    stage.mkdir()
                unpack(archive, backup, stage)
                before = _ready(stage)
                _take_into_use(root, stage, url)
            finally:
                remove(stage)
    forget_stores()
    return Restored(backup, before)


@contextmanager
def _alone(places: Places) -> Iterator[None]:
    """While nobody serves or changes the folder."""
    with serving(places) as first:
        if not first:
            raise UsageError(
                "the page is being served from this folder; stop it first", "网页服务正在使用这个文件夹，请先停止"
            )
        with media_lock(places.root), holding(places.root / LOCK_FILE, PATIENCE_S):
            yield


def has_data(root: Path) -> bool:
    """Whether a folder holds anything that a restore would replace."""
    names = (DATABASE_FILE, *FOLDERS, *FILES)
    return any((root / name).is_file() or _filled(root / name) for name in names)


def _filled(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _require_room_for(root: Path, url: str, force: bool) -> None:
    if force:
        return
    if has_data(root):
        raise UsageError(
            f"{root} has data already; choose another folder with --home, or replace all of it with --force",
            f"{root} 中已有数据；请用 --home 换一个文件夹，或用 --force 全部替换",
        )
    if database_url(root, url).get_backend_name() != "sqlite":
        engine = open_engine(database_url(root, url), migrating=True)
        try:
            bring_up_to_date(engine, root)
            if not is_empty(engine):
                raise UsageError(
                    "the database has data already; replace all of it with --force",
                    "数据库中已有数据；如需全部替换请用 --force",
                )
        finally:
            engine.dispose()


def _ready(stage: Path) -> str | None:
    """Check and upgrade the staged records, and have a place for everything; the revision if it was an older one."""
    file = stage / DATABASE_FILE
    engine = open_engine(sqlite_url(file), migrating=True)
    try:
        with engine.connect() as connection:
            sound = connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            loose = connection.execute(text("PRAGMA foreign_key_check")).first() is not None
        if not sound or loose:
            raise broken("the records in the backup are damaged", "备份中的数据库已损坏")
        before = bring_up_to_date(engine, stage)
        with engine.connect() as connection, connection.begin():
            for table in ("sign_ins", "attempts"):  # who was signed out since stays signed out
                connection.execute(text(f"DELETE FROM {table}"))
    except DBAPIError as error:
        raise broken("the records in the backup cannot be read", "备份中的数据库无法读取") from error
    finally:
        engine.dispose()
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    remove(stage / BACKUPS)
    for name in FOLDERS:
        (stage / name).mkdir(exist_ok=True)
    return None if before == HEAD else before


def _take_into_use(root: Path, stage: Path, url: str) -> None:
    """One rename decides; what follows is done again at the next start if it is interrupted."""
    goal = database_url(root, url)
    decide(root, stage)
    if goal.get_backend_name() == "sqlite":
        finish_restore(root)
        return
    engine = open_engine(goal, migrating=True)
    try:
        bring_up_to_date(engine, root)
        finish_restore(root, lambda file: put_rows(file, engine))
    finally:
        engine.dispose()
