"""The database, opened for reading only: is it sound, is it of this program, does it fit the folders."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.exc import SQLAlchemyError

from app.doctor.finding import Finding, bad, good, note
from app.store.database import database_url, open_engine
from app.store.migrate import HEAD, revision
from app.store.recordings import DELETING, MISSING, PRESENT
from app.store.schema import Base, Recording
from vision.errors import YitaiError

AREA = "records"


@dataclass(slots=True)
class Known:
    """What the records say of takes; empty where they cannot be read."""

    states: Mapping[str, str] = field(default_factory=dict)
    media: Mapping[str, str | None] = field(default_factory=dict)
    readable: bool = False


def look_at_records(root: Path, url: str, known: Known) -> Iterator[Finding]:
    """Faults of the database; ``known`` is filled with what it says."""
    try:
        sqlite = database_url(root, url).get_backend_name() == "sqlite"
    except YitaiError as error:
        yield bad(AREA, "YITAI_DATABASE_URL", error.zh, error.en)
        return
    if sqlite:
        file = Path(database_url(root, url).database or "")
        if not file.is_file():
            yield from _no_file(root, file)
            return
        yield from _sqlite(file, known)
    else:
        yield from _server(root, url, known)


def _no_file(root: Path, file: Path) -> Iterator[Finding]:
    if any((root / name).is_dir() and any((root / name).iterdir()) for name in ("library", "media")):
        yield bad(
            AREA, file.name, f"{file.name} 不见了，但录像还在：下次启动会重新登记，账号需要重建，或从备份恢复",
            f"{file.name} is gone and takes are there: the next start enters them again without accounts, "
            "or restore a backup",
        )  # fmt: skip
    else:
        yield note(AREA, file.name, "还没有数据库：第一次启动时建立", "no database yet: the first start makes it")


def _sqlite(file: Path, known: Known) -> Iterator[Finding]:
    faults: list[Finding] = []
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            faults += _soundness(file, database)
            faults += _tables(database)
            rows = database.execute("SELECT id, state, media FROM recordings").fetchall()
    except sqlite3.Error as error:
        if not any(one.subject == file.name for one in faults):
            faults.append(
                bad(AREA, file.name, f"{file.name} 读不出来（{error}）：从备份恢复",
                    f"{file.name} cannot be read ({error}): restore a backup")
            )  # fmt: skip
        yield from faults
        return
    known.states = {take: state for take, state, _ in rows}
    known.media = {take: media for take, _, media in rows}
    known.readable = True
    yield from faults or [_fine(len(rows))]


def _soundness(file: Path, database: sqlite3.Connection) -> Iterator[Finding]:
    found = [str(row[0]) for row in database.execute("PRAGMA integrity_check(5)")]
    if found != ["ok"]:
        said = " ".join(found[0].split())
        yield bad(
            AREA,
            file.name,
            f"{file.name} 已损坏（{said}）：从备份恢复",
            f"{file.name} is damaged ({said}): restore a backup",
        )
    for table, row, parent, _ in database.execute("PRAGMA foreign_key_check").fetchmany(5):
        where = f"{table} {row}"
        yield bad(
            AREA, where, f"{where} 指向不存在的 {parent}", f"{where} refers to a row of {parent} that is not there"
        )


def _tables(database: sqlite3.Connection) -> Iterator[Finding]:
    there = {str(row[0]) for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    at = None
    if "alembic_version" in there:
        row = database.execute("SELECT version_num FROM alembic_version").fetchone()
        at = None if row is None else str(row[0])
    yield from _version(at)
    yield from _missing(there, at)


def _version(at: str | None) -> Iterator[Finding]:
    if at is None:
        yield bad(
            AREA,
            "alembic_version",
            "数据库没有版本号，不是本程序建立的",
            "the database has no version: not of this program",
        )
    elif at > HEAD:
        yield bad(
            AREA, at, f"数据库由更新版本的仪态创建（{at}）：请升级程序",
            f"a newer version of Yitai made the database ({at}): update the program",
        )  # fmt: skip
    elif at < HEAD:
        yield note(
            AREA, at, f"数据库是旧版（{at}）：下次启动自动升级到 {HEAD}",
            f"the database is of an earlier version ({at}): the next start brings it to {HEAD}",
        )  # fmt: skip


def _missing(there: set[str], at: str | None) -> Iterator[Finding]:
    if at == HEAD:
        for name in sorted(Base.metadata.tables.keys() - there):
            yield bad(AREA, name, f"数据库缺少表 {name}：从备份恢复", f"the table {name} is missing: restore a backup")


def _server(root: Path, url: str, known: Known) -> Iterator[Finding]:
    """The same over SQLAlchemy; a server checks its own pages."""
    faults: list[Finding] = []
    try:
        engine = open_engine(database_url(root, url), migrating=True)
        try:
            with engine.connect() as connection:
                at = revision(connection)
                faults += _version(at)
                faults += _missing(set(inspect(connection).get_table_names()), at)
                rows = connection.execute(select(Recording.id, Recording.state, Recording.media)).tuples().all()
        finally:
            engine.dispose()
    except (SQLAlchemyError, YitaiError) as error:
        said = " ".join(str(error).split())[:200]
        yield from faults
        yield bad(AREA, "YITAI_DATABASE_URL", f"数据库无法使用（{said}）", f"the database cannot be used ({said})")
        return
    known.states = {take: state for take, state, _ in rows}
    known.media = {take: media for take, _, media in rows}
    known.readable = True
    yield from faults or [_fine(len(rows))]


def _fine(takes: int) -> Finding:
    return good(
        AREA, f"数据库完好（{takes} 段录像，版本 {HEAD}）", f"the records are sound ({takes} takes, version {HEAD})"
    )


def unsettled(known: Known, folders: set[str]) -> Iterator[Finding]:
    """Takes that only one of records and folders knows."""
    for take in sorted(folders - known.states.keys() if known.readable else ()):
        yield note(
            "takes",
            take,
            f"{take}：尚未登记，下次启动时登记",
            f"{take}: not in the records yet; the next start enters it",
        )
    for take, state in sorted(known.states.items()):
        if state == DELETING:
            yield note(
                "takes",
                take,
                f"{take}：删除未完成，下次启动时完成",
                f"{take}: its removal is finished at the next start",
            )
        elif state in (PRESENT, MISSING) and take not in folders:
            yield bad(
                "takes",
                take,
                f"{take}：文件夹不见了：从备份恢复，或移除",
                f"{take}: its folder is gone: restore a backup",
            )
