"""From the first tables, with data, to today's; a copy before; a newer database is left alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, insert, select, text, update

from app.library.repair import repair
from app.library.takes import find_take
from app.places import Places
from app.privacy.periods import since
from app.store.database import Store, database_url, forget_stores, open_engine, store_at
from app.store.media import put
from app.store.migrate import BACKUPS, HEAD, bring_up_to_date, revision
from app.store.schema import (
    Account,
    Assessment,
    Base,
    Calibration,
    CheckRow,
    Consent,
    Note,
    PackVersion,
    Recording,
    Trainee,
)
from tests.report.conftest import example_report
from tests.store.people import recorded, scored
from vision.errors import YitaiError

FOLDER = Path(__file__).resolve().parents[2] / "app" / "store" / "migrations"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FIRST = "0001"


def test_the_newest_step_is_the_one_that_the_program_asks_for() -> None:
    scripts = ScriptDirectory(str(FOLDER))
    assert scripts.get_heads() == [HEAD]
    assert [step.revision for step in scripts.walk_revisions()][-1] == FIRST


def test_the_steps_make_the_tables_that_the_program_knows(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def _first_database(places: Places, url: str) -> Engine:
    engine = open_engine(database_url(places.root, url), migrating=True)
    places.root.mkdir(parents=True, exist_ok=True)
    bring_up_to_date(engine, places.root, FIRST)
    return engine


def _with_a_take(places: Places, engine: Engine, tmp_path: Path) -> None:
    """A take as it was kept then: a folder, a recording, rows without checks."""
    folder = scored(places.library / "old", "Li")
    media = "0" * 64 + ".mp4"
    put(places.root, recorded(tmp_path / "clip.mp4", b"clip"), media)
    known = {column.name for column in Recording.__table__.columns} - {"intake"}
    row = {
        "id": "old", "owner_id": 1001, "trainee_id": 1001, "title": "Old", "origin": "upload", "created": NOW,
        "media": media, "state": "present", "private": True,
    }  # fmt: skip
    assert known == row.keys()
    with engine.begin() as connection:
        connection.execute(insert(Trainee).values(id=1001, name="Li", created=NOW))
        connection.execute(
            insert(Account).values(
                id=1001, login="li", name="Li", role="trainee", trainee_id=1001, active=True, created=NOW
            )
        )
        connection.execute(insert(Recording.__table__).values(row))  # type: ignore[arg-type]
        connection.execute(insert(PackVersion).values(id=1001, pack="T1", version="1", sha256="a", first_used=NOW))
        connection.execute(
            insert(Calibration).values(id=1001, level="none", file_hash="", method="", sigma={}, first_used=NOW)
        )
        stamp = (folder / "report.json").stat()
        connection.execute(
            insert(Assessment).values(
                id=1001,
                recording_id="old",
                created=NOW,
                report_sha256="b",
                report_mtime_ns=stamp.st_mtime_ns,
                report_bytes=stamp.st_size,
                program_version="0.1",
                model="m",
                pack_version_id=1001,
                calibration_id=1001,
                source_sha256="c",
                trainee="Li",
                drills="stand",
                verdict="fail",
                score=50.0,
                unmeasured_share=0.0,
            )
        )
        connection.execute(
            text(
                "INSERT INTO consents (id, trainee_id, purpose, wording, retention_days, given)"
                " VALUES (1001, 1001, 'training', 'as it was shown', 30, :given)"
            ),
            {"given": NOW},
        )
        connection.execute(
            insert(Note).values(
                recording_id="old", number=0, kind="comment", who="Coach", time=NOW, text="look up", rule="", drill=""
            )
        )


def test_a_database_of_the_first_tables_comes_up_with_everything_in_it(
    places: Places, url: str, tmp_path: Path
) -> None:
    engine = _first_database(places, url)
    _with_a_take(places, engine, tmp_path)
    engine.dispose()
    store = store_at(places.root, url)
    with store.reading() as session:
        assert revision(session.connection()) == HEAD
        row = session.get_one(Recording, "old")
        assert (row.title, row.owner_id, row.private, row.intake, row.created) == ("Old", 1001, True, None, NOW)
        assert session.scalar(select(Note.text)) == "look up"
        assert session.scalar(select(func.count()).select_from(CheckRow)) == 0
        consent = session.get_one(Consent, 1001)
        assert (consent.trainee_id, consent.wording, consent.retention_days) == (1001, "as it was shown", 30)
        assert (consent.version, consent.how, consent.withdrawn) == ("0", "self", None)
    assert since(store) > NOW, "what was there before is kept for a whole period from the upgrade on"
    assert repair(places).read_again == 1
    with store.reading() as session:
        counted = session.scalar(select(func.count()).select_from(CheckRow))
        assert session.scalar(select(Note.text)) == "look up"
    assert counted == len(example_report().checks)
    take = find_take(places, "old")
    assert take is not None
    assert take.recording is not None
    assert take.headline is not None
    assert take.headline.score == example_report().overall.value


def test_a_copy_is_made_before_and_holds_what_was_there(places: Places, url: str, tmp_path: Path) -> None:
    if url:
        pytest.skip("the copy is of a file; PostgreSQL is backed up by who runs it")
    engine = _first_database(places, url)
    _with_a_take(places, engine, tmp_path)
    engine.dispose()
    store_at(places.root, url)
    (copy,) = (places.root / BACKUPS).iterdir()
    with closing(sqlite3.connect(copy)) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchall() == [(FIRST,)]
        assert old.execute("SELECT title FROM recordings").fetchall() == [("Old",)]
    forget_stores()
    store_at(places.root, url)
    assert len(list((places.root / BACKUPS).iterdir())) == 1, "nothing is copied when nothing changes"


def test_a_step_that_fails_changes_nothing(places: Places, url: str, tmp_path: Path) -> None:
    engine = _first_database(places, url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE checks (in_the_way INTEGER)")
    with pytest.raises(Exception, match="checks"):
        bring_up_to_date(engine, places.root)
    with engine.connect() as connection:
        assert revision(connection) == FIRST
        columns = connection.execute(text("SELECT * FROM recordings")).keys()
    assert "intake" not in columns
    engine.dispose()


def test_a_database_of_a_newer_program_is_left_alone(places: Places, store: Store, url: str) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    forget_stores()
    with pytest.raises(YitaiError, match="newer version"):
        store_at(places.root, url)


def test_times_come_back_with_their_zone(store: Store) -> None:
    with store.writing() as session:
        session.add(Trainee(name="Li", created=NOW))
    with store.writing() as session:
        session.execute(update(Trainee).values(sex="f"))
    with store.reading() as session:
        assert session.scalar(select(Trainee.created)) == NOW
