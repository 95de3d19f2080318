"""The connection: SQLite beside the recordings without any setup, or PostgreSQL by URL."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from app.store.locks import holding
from app.store.migrate import bring_up_to_date
from app.store.schema import Base
from app.store.swap import finish_restore
from vision.errors import OutputError, UsageError

DATABASE_FILE = "yitai.db"
LOCK_FILE = ".database.lock"
BUSY_S = 20.0
PATIENCE_S = 60.0
_WRITES = "yitai_writes"
_STORES: dict[tuple[Path, str], Store] = {}
_OPENING = threading.Lock()


class Store:
    """The database of one installation. ``root`` is the data folder that the files lie in."""

    def __init__(self, root: Path, engine: Engine) -> None:
        self.root = root
        self.engine = engine
        self._writing = engine.execution_options(**{_WRITES: True})

    @property
    def sqlite(self) -> bool:
        """Whether the database is a file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database."""
        with _said(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are kept together at the end of the block, or not at all."""
        with _said(), Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def checkpoint(self) -> None:
        """Leave nothing of what was deleted in the write-ahead log (SQLite; PostgreSQL sees to its own)."""
        if self.sqlite:
            with _said(), self.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def compact(self) -> None:
        """Write the database anew without what was deleted: no old row is left in its files."""
        if self.sqlite:
            with _said(), closing(self.engine.raw_connection()) as raw:  # every other way begins a transaction first
                raw.cursor().execute("VACUUM")
        else:
            with _said(), self.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT")
                connection.exec_driver_sql(f"VACUUM FULL {', '.join(Base.metadata.tables)}")
        self.checkpoint()

    def close(self) -> None:
        """End all connections."""
        self.engine.dispose()


def database_url(root: Path, wanted: str) -> URL:
    """Where the database is: the URL that was set, else a file in the data folder. UsageError for another kind."""
    if not wanted:
        return URL.create("sqlite", database=str(root / DATABASE_FILE))
    try:
        url = make_url(wanted)
    except (ArgumentError, ValueError) as error:
        raise UsageError(
            "YITAI_DATABASE_URL is no address of a database", "YITAI_DATABASE_URL 不是数据库地址"
        ) from error
    if url.get_backend_name() in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database:
        return url
    raise UsageError(
        "YITAI_DATABASE_URL: use postgresql://... or leave it out",
        "YITAI_DATABASE_URL：请使用 postgresql://...，或不设置",
    )


def open_engine(url: URL, *, migrating: bool = False) -> Engine:
    """An engine; ``migrating``: one connection at a time, and tables may be made anew under their references."""
    options: dict[str, Any] = {"poolclass": NullPool} if migrating else {"pool_pre_ping": url.drivername != "sqlite"}
    try:
        engine = create_engine(url, **options)
    except (NoSuchModuleError, ImportError) as error:
        raise UsageError(f"no driver for {url.drivername}", f"缺少 {url.drivername} 的驱动") from error
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, foreign_keys=not migrating)
    return engine


def _prepare_sqlite(engine: Engine, *, foreign_keys: bool) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver begins nothing itself; see `begun`
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {int(1000 * BUSY_S)}",
            "journal_mode = WAL",
            "synchronous = FULL",  # what was confirmed survives a power cut
            "secure_delete = ON",
            f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False) or not foreign_keys
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def store_at(root: Path, wanted: str = "") -> Store:
    """The store of a data folder, made and brought up to date when it is first asked for in a process.

    OutputError when it cannot be written, YitaiError when a newer program made it.
    """
    key = (root.absolute(), wanted)
    with _OPENING:
        store = _STORES.get(key)
        if store is None or (store.sqlite and not _file_of(store).exists()):
            store = _STORES[key] = _opened(*key)
        return store


def forget_stores() -> None:
    """Close every store of this process."""
    with _OPENING:
        for store in _STORES.values():
            store.close()
        _STORES.clear()


def _opened(root: Path, wanted: str) -> Store:
    url = database_url(root, wanted)
    with _said(), holding(root / LOCK_FILE, PATIENCE_S):
        if url.get_backend_name() == "sqlite":
            finish_restore(root)
        migrator = open_engine(url, migrating=True)
        try:
            bring_up_to_date(migrator, root)
            if migrator.dialect.name != "sqlite":
                from app.store.copying import put_rows  # which opens databases by the functions of this module

                finish_restore(root, lambda file: put_rows(file, migrator))
        finally:
            migrator.dispose()
    return Store(root, open_engine(url))


def _file_of(store: Store) -> Path:
    return Path(store.engine.url.database or "")


@contextmanager
def _said() -> Iterator[None]:
    """What the database refuses, in one sentence."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
        raise OutputError(f"the database refused: {cause}", f"数据库拒绝了操作：{cause}") from error
