"""Backups of records in a file and in PostgreSQL are alike, and restore into either."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.backup.make import make_backup
from app.backup.restore import restore
from app.doctor.finding import Outcome
from app.doctor.look import findings
from app.library.records import store_of
from app.library.repair import Repaired, repair
from app.library.takes import list_takes
from app.places import Places
from app.store.accounts import accounts, sign_in
from app.store.database import Store, forget_stores, store_at
from app.store.people import trainee_row
from app.store.schema import Base
from app.store.swap import decide
from tests.store.people import KINDS, PASSWORD, Cast, cast, taken
from vision.errors import UsageError

PASSING = {"sign_ins", "attempts"}


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but those of who is signed in."""
    with store.reading() as session:
        return {
            table.name: sorted((tuple(map(str, row)) for row in session.execute(select(table)).tuples()), key=str)
            for table in Base.metadata.sorted_tables
            if table.name not in PASSING
        }


def faults(root: Path, url: str = "") -> list[str]:
    """What `yitai doctor` finds wrong with a data folder."""
    found = [*findings(root, url)]
    return [one.en for one in found if one.outcome is not Outcome.GOOD and one.area not in ("models", "fonts")]


@pytest.fixture
def everybody(places: Places, tmp_path: Path) -> Cast:
    return cast(places, tmp_path)


def test_a_backup_goes_into_a_file_whatever_the_records_were_in(
    everybody: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = rows(store_of(everybody.places))
    make_backup(everybody.places, tmp_path / "b.zip")
    monkeypatch.setenv("YITAI_DATABASE_URL", "")
    there = Places(tmp_path / "new")
    restore(tmp_path / "b.zip", there.root)
    assert rows(store_of(there)) == wanted
    assert len(list_takes(there)) == len(KINDS)
    assert repair(there) == Repaired()
    assert faults(there.root) == []


def test_a_backup_goes_back_into_the_database_that_is_set(everybody: Cast, tmp_path: Path, url: str) -> None:
    places = everybody.places
    wanted = rows(store_of(places))
    make_backup(places, tmp_path / "b.zip")
    taken(places, tmp_path, "later", "Somebody else")
    assert rows(store_of(places)) != wanted
    forget_stores()
    with pytest.raises(UsageError, match="has data already"):
        restore(tmp_path / "b.zip", places.root, url)
    restore(tmp_path / "b.zip", places.root, url, force=True)
    assert rows(store_at(places.root, url)) == wanted
    assert {one.name for one in accounts(store_of(places))} == {"Li", "Wang", "Coach", "Root"}
    assert sign_in(store_of(places), "Li", PASSWORD, "10.0.0.1")
    with store_of(places).writing() as session:
        assert trainee_row(session, "new").id > 0, "numbers go on from the highest"
    assert faults(places.root, url) == []


def test_a_database_with_data_is_not_replaced_by_a_new_folder(everybody: Cast, tmp_path: Path, url: str) -> None:
    if not url:
        pytest.skip("a file lies in its folder")
    make_backup(everybody.places, tmp_path / "b.zip")
    wanted = rows(store_of(everybody.places))
    with pytest.raises(UsageError, match="the database has data already"):
        restore(tmp_path / "b.zip", tmp_path / "new", url)
    assert rows(store_of(everybody.places)) == wanted


def test_a_restore_that_was_decided_goes_on_into_the_database_at_the_next_start(
    everybody: Cast, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = everybody.places
    wanted = rows(store_of(places))
    make_backup(places, tmp_path / "b.zip")
    monkeypatch.setenv("YITAI_DATABASE_URL", "")
    restore(tmp_path / "b.zip", tmp_path / "whole")
    forget_stores()
    monkeypatch.setenv("YITAI_DATABASE_URL", url)
    taken(places, tmp_path, "later", "Somebody else")
    forget_stores()
    stage = tmp_path / "whole"
    for lock in stage.glob(".*"):
        lock.unlink()
    decide(places.root, stage)
    again = replace(places)
    assert len(list_takes(again)) == len(KINDS)
    assert rows(store_of(again)) == wanted
