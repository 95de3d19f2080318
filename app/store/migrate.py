"""Bringing a database up to date: at every start, in one transaction, with a copy of the file before."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from vision.errors import OutputError, YitaiError
from vision.files import replacing

HEAD = "0004"  # the newest step in ``migrations/versions``; a test holds them together
BACKUPS = "backups"
BACKUPS_KEPT_S = 30 * 24 * 3600.0
_FOLDER = Path(__file__).resolve().parent / "migrations"


def bring_up_to_date(engine: Engine, root: Path, target: str = HEAD) -> str | None:
    """Run the steps that are missing; the revision before (None: it was empty).

    YitaiError when a newer program made the database: it is left as it is.
    """
    with engine.connect() as connection:
        before = revision(connection)
    if before == target:
        return before
    if before is not None and before > HEAD:
        raise YitaiError(
            f"the database was made by a newer version of Yitai ({before}); update the program",
            f"数据库由更新版本的仪态创建（{before}），请升级程序",
        )
    if before is not None and engine.dialect.name == "sqlite":
        back_up(Path(engine.url.database or ""), root / BACKUPS, before)
    with engine.connect() as connection, connection.begin():
        _upgrade(connection, target)
        if engine.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
            raise OutputError(
                "the database's references do not hold; nothing was changed", "数据库引用不完整，未作更改"
            )
    return before


def revision(connection: Connection) -> str | None:
    """How far a database is; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def back_up(file: Path, folder: Path, name: str) -> Path:
    """A copy of an SQLite file as it stands, also while others use it."""
    goal = folder / f"yitai-{name}-{datetime.now(UTC):%Y%m%d-%H%M%S}.db"
    with (
        replacing(goal) as part,
        closing(sqlite3.connect(file)) as source,
        closing(sqlite3.connect(part)) as target,
    ):
        source.backup(target)
    return goal


def _upgrade(connection: Connection, target: str) -> None:
    from alembic.config import Config  # only a database that is behind pays for these
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)

    def steps(found: object, context: object) -> list[object]:
        return list(scripts._upgrade_revs(target, found))  # type: ignore[arg-type]

    with EnvironmentContext(config, scripts, fn=steps, destination_rev=target):
        scripts.run_env()
