"""Data folders with a few takes of made-up values: what is counted in them is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.places import Places
from app.store.database import forget_stores


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    """An empty data folder with its records in a file."""
    monkeypatch.setenv("YITAI_DATABASE_URL", "")
    yield Places(tmp_path / "home")
    forget_stores()
