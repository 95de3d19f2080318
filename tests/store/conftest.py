"""Every test of the store runs on SQLite and, where Debian's package is installed, on a real PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from app.places import Places
from app.store.database import Store, database_url, forget_stores, store_at
from tests.store.postgres import binaries, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server, with a gap for the database's name."""
    programs = binaries()
    if programs is None:
        pytest.skip("no /usr/lib/postgresql; on Debian: apt-get install postgresql")
    with running_postgres(programs) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database; "" is the file in the data folder."""
    if request.param == "sqlite":
        return ""
    address: str = request.getfixturevalue("postgres")
    name = f"t{secrets.token_hex(6)}"
    admin = create_engine(database_url(Path(), address.format("postgres")), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    admin.dispose()
    return address.format(name)


@pytest.fixture
def places(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    """A data folder whose records are in that database."""
    monkeypatch.setenv("YITAI_DATABASE_URL", url)
    yield Places(tmp_path / "home")
    forget_stores()


@pytest.fixture
def store(places: Places, url: str) -> Store:
    """The store of it."""
    return store_at(places.root, url)
