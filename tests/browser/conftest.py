"""Browser tests run where Debian's Chromium is (``.ci/run`` installs it); a page and a browser for each file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.places import Places
from app.store.database import forget_stores
from tests.browser.site import CHROMIUM, chromium, running_page
from tests.consenting import consented
from tests.store.people import Cast, cast


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, visibly, where there is no Chromium."""
    for item in items:
        if item.get_closest_marker("browser") and not CHROMIUM.exists():
            item.add_marker(pytest.mark.skip(reason="no /usr/bin/chromium; on Debian: apt-get install chromium"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the page, empty at first."""
    return consented(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def site(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running page."""
    with running_page(home, tmp_path_factory.mktemp("log") / "log") as url:
        yield url


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """People with accounts, and their takes."""
    folder = tmp_path_factory.mktemp("people")
    yield cast(Places(folder / "home"), folder)
    forget_stores()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a camera."""
    with chromium() as started:
        yield started
