"""The records as an SQLite file, whatever database they are in, and back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, insert, select, text
from sqlalchemy.engine import URL

from app.store.database import Store, open_engine
from app.store.migrate import bring_up_to_date
from app.store.schema import Base

ROWS_AT_ONCE = 1000
FILLED_BY_PEOPLE = ("trainees", "groups", "accounts", "recordings")


def sqlite_url(file: Path) -> URL:
    """The address of an SQLite file."""
    return URL.create("sqlite", database=str(file))


def snapshot(store: Store, goal: Path) -> None:
    """One state of the records in a new SQLite file, also while others write."""
    if store.sqlite:
        source = Path(store.engine.url.database or "")
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(goal)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        return
    engine = open_engine(sqlite_url(goal), migrating=True)
    try:
        bring_up_to_date(engine, goal.parent)
        with store.engine.connect() as live, engine.connect() as copy:
            live.execution_options(isolation_level="REPEATABLE READ")
            with live.begin(), copy.begin():
                copy_rows(live, copy)
    finally:
        engine.dispose()
    with closing(sqlite3.connect(goal)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")


def copy_rows(source: Connection, goal: Connection) -> None:
    """Every row of every table, in place of those that are there (a new database has settings of its own)."""
    for table in reversed(Base.metadata.sorted_tables):
        goal.execute(delete(table))
    for table in Base.metadata.sorted_tables:
        rows = source.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table))
        for part in rows.mappings().partitions(ROWS_AT_ONCE):
            goal.execute(insert(table), [dict(row) for row in part])


def put_rows(file: Path, engine: Engine) -> None:
    """Put an SQLite file's rows in place of a PostgreSQL database's, in one transaction."""
    source = open_engine(sqlite_url(file), migrating=True)
    try:
        with source.connect() as kept, engine.connect() as goal, kept.begin(), goal.begin():
            copy_rows(kept, goal)
            _count_on(goal)
    finally:
        source.dispose()


def _count_on(goal: Connection) -> None:
    """Have PostgreSQL count new rows on from the highest number."""
    for table in Base.metadata.sorted_tables:
        for column in table.primary_key:
            name = goal.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
            ).scalar()
            if name is not None:
                highest = goal.execute(select(func.max(column))).scalar()
                goal.execute(
                    text("SELECT setval(:name, :value, :used)"),
                    {"name": name, "value": highest or 1, "used": highest is not None},
                )


def is_empty(engine: Engine) -> bool:
    """Whether nobody and nothing is in the records yet."""
    tables = [Base.metadata.tables[name] for name in FILLED_BY_PEOPLE]
    with engine.connect() as connection:
        return all(connection.execute(select(table).limit(1)).first() is None for table in tables)
