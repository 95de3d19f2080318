"""A library with more takes than are shown at once: the server searches, and shows further ones when asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.places import Places
from app.store.database import forget_stores
from tests.browser.site import open_page, settled
from tests.trends.takes import stood
from tests.trends.test_courses import GOOD

pytestmark = pytest.mark.browser
WAIT_MS = 60_000
SHOWN, ALL = 48, 52


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home")
    for day in range(ALL):
        stood(Places(folder), "Li", day, GOOD, title=f"take-{day:02d}")
    forget_stores()
    yield folder
    forget_stores()


def test_older_takes_are_found_by_words_and_by_asking_for_more(site: str, browser: Browser) -> None:
    page = open_page(browser, f"{site}/review")
    cards, search = page.locator(".library .card"), page.locator(".library input[type=search]")
    expect(cards).to_have_count(SHOWN, timeout=WAIT_MS)
    settled(page)
    search.fill("take-01")
    expect(cards).to_have_count(1, timeout=WAIT_MS)
    expect(cards).to_contain_text("take-01")
    search.fill("nothing of the kind")
    expect(page.get_by_text("No take fits.")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("button", name="Add a recording")).to_be_visible()
    search.fill("")
    expect(cards).to_have_count(SHOWN, timeout=WAIT_MS)
    settled(page)
    page.get_by_role("button", name="Show more").click()
    expect(cards).to_have_count(ALL, timeout=WAIT_MS)
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)
    settled(page)
    search.fill("take-00")
    expect(cards).to_have_count(1, timeout=WAIT_MS)
    cards.locator(".open").click()
    expect(page.locator("h1")).to_contain_text("take-00", timeout=WAIT_MS)
    assert re.search(r"take=20260110-0000", page.url)
    page.context.close()
