"""A page that others use: signing in, what a trainee finds there, sharing, another's take by its address."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from app.library.takes import find_take
from tests.browser.site import DESKTOP, running_page, signed_in
from tests.store.people import OF_NOBODY, PASSWORD, PRIVATE, Cast

pytestmark = pytest.mark.browser
WAIT_MS = 60_000


@pytest.fixture(scope="module")
def site(everybody: Cast, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_page(everybody.places.root, tmp_path_factory.mktemp("log") / "log", "--login") as url:
        yield url


def _wait_until(there: Callable[[], bool]) -> None:
    until_s = time.monotonic() + WAIT_MS / 1000
    while not there():
        assert time.monotonic() < until_s
        time.sleep(0.05)


def test_a_wrong_password_stays_at_the_door(site: str, browser: Browser) -> None:
    page = browser.new_context(viewport=DESKTOP, locale="zh-CN").new_page()
    page.goto(site)
    page.get_by_label("用户名").fill("Li")
    page.get_by_label("密码").fill("guess guess")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_have_text("用户名或密码不正确")
    page.context.close()


def test_a_trainee_finds_their_own_takes_and_no_trainers_pages(site: str, browser: Browser, everybody: Cast) -> None:
    page = signed_in(browser, site, "Li", PASSWORD, "/review?lang=en")
    expect(page.locator(".card").first).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".card")).to_have_count(4)
    expect(page.locator(".card").filter(has_text=OF_NOBODY)).to_have_count(0)
    expect(page.get_by_role("link", name="Batch")).to_have_count(0)
    expect(page.locator(".account")).to_have_text("Li")
    page.goto(f"{site}/batch?lang=en")
    expect(page.get_by_role("button", name="Start scoring")).to_have_count(0)
    page.goto(f"{site}/review?lang=en&take={everybody.takes[OF_NOBODY].id}")
    expect(page.get_by_text("This take is not in the library any more.")).to_be_visible(timeout=WAIT_MS)
    page.context.close()


def test_a_take_is_shown_to_the_trainers_on_purpose(site: str, browser: Browser, everybody: Cast) -> None:
    take = everybody.takes[PRIVATE]
    address = f"/review?lang=en&take={take.id}"
    coach = everybody.seen_by("Coach")
    assert find_take(coach, take.id) is None
    page = signed_in(browser, site, "Li", PASSWORD, address)
    page.locator(".check").first.click(timeout=WAIT_MS)
    expect(page.locator(".detail .jump").first).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("button", name="Override")).to_have_count(0)
    expect(page.get_by_role("button", name="Sign off")).to_have_count(0)
    page.goto(f"{site}{address}&view=files")
    page.get_by_text("Show it to the trainers").click(timeout=WAIT_MS)
    expect(page.get_by_role("switch", name="Show it to the trainers")).to_be_checked(timeout=WAIT_MS)
    _wait_until(lambda: find_take(coach, take.id) is not None)  # the switch moves before the server has heard of it
    theirs = signed_in(browser, site, "Coach", PASSWORD, address)
    expect(theirs.get_by_role("button", name="Sign off")).to_be_visible(timeout=WAIT_MS)
    theirs.get_by_role("button", name="Sign off").click()
    theirs.get_by_role("dialog").get_by_role("button", name="Sign off").click()
    expect(theirs.locator(".signed-mark")).to_contain_text("Coach", timeout=WAIT_MS)
    theirs.context.close()
    page.context.close()


def test_signing_out_leaves_nothing_behind_in_the_window(site: str, browser: Browser) -> None:
    page = signed_in(browser, site, "Wang", PASSWORD, "/review?lang=en")
    page.locator(".account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible(timeout=WAIT_MS)
    page.goto(f"{site}/review?lang=en")
    expect(page.get_by_label("Password")).to_be_visible(timeout=WAIT_MS)
    page.context.close()
