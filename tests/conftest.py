"""The only place of the tests that reads the environment: where the development set lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DEVSET = os.environ.get("YITAI_DEVSET", "")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the development set where there is none."""
    if DEVSET:
        return
    without = [item for item in items if item.get_closest_marker("devset")]
    if without:
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if not item.get_closest_marker("devset")]


@pytest.fixture(scope="session")
def devset() -> Path:
    """The folder with ``stills/`` and ``clips/``; only for tests marked ``devset``."""
    return Path(DEVSET).resolve(strict=True)
