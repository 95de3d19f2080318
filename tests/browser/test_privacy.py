"""Consent before anything else, one's own data taken out, withdrawing, a trainer's word, copies with faces covered."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.library.records import store_of
from app.library.takes import list_takes
from app.practice.takes import take_folder
from app.privacy.consents import NoConsentError, agreed
from app.privacy.periods import Kind, periods
from tests.browser.site import running_page, settled, signed_in
from tests.store.people import PASSWORD, Cast

pytestmark = pytest.mark.browser
WAIT_MS = 60_000
CLIP = Path(__file__).resolve().parents[2] / "sample_media" / "d04_bow30_front.mp4"


@pytest.fixture(scope="module")
def shared(everybody: Cast, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page where people sign in; nobody has agreed to anything."""
    with running_page(everybody.places.root, tmp_path_factory.mktemp("log") / "log", "--login") as url:
        yield url


def test_the_notice_comes_before_the_drills_and_agreeing_leads_to_them(
    shared: str, browser: Browser, everybody: Cast
) -> None:
    li = everybody.seen_by("Li")
    page = signed_in(browser, shared, "Li", PASSWORD, "/practise?lang=en")
    notice = page.locator(".consent-notice")
    for words in ("Purpose", "How long", "365 days", "no face template", "withdraw", "Under 14"):
        expect(notice).to_contain_text(words, timeout=WAIT_MS)
    expect(page.locator(".card")).to_have_count(0)
    with pytest.raises(NoConsentError):
        take_folder(li)
    page.get_by_text("中文").click()
    expect(notice).to_contain_text("不保存人脸模板", timeout=WAIT_MS)
    page.get_by_role("button", name="同意").click()
    expect(page.locator(".card[data-drill=bow]")).to_be_visible(timeout=WAIT_MS)
    take_folder(li)
    page.context.close()


def test_a_trainee_takes_out_everything_and_withdraws(
    shared: str, browser: Browser, everybody: Cast, tmp_path: Path
) -> None:
    li = everybody.seen_by("Li")
    page = signed_in(browser, shared, "Li", PASSWORD, "/setup?lang=en")
    expect(page.get_by_text("You agreed to being recorded on")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("How long things are kept")).to_have_count(0)
    page.get_by_role("button", name="Take out all my data").click()
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download Li.zip").click()
    archive = tmp_path / "li.zip"
    coming.value.save_as(archive)
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
    assert "index.html" in names
    assert {name.split("/")[1] for name in names if name.startswith("takes/")} == {
        take.id for take in everybody.takes.values() if take.title != "made by a trainer, showing nobody known"
    }
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_text("Delete all my takes and reports now, too").click()
    expect(page.get_by_role("checkbox")).to_be_checked(timeout=WAIT_MS)
    settled(page)
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("button", name="I agree")).to_be_visible(timeout=WAIT_MS)
    until = time.monotonic() + 60.0  # the page is drawn anew while the takes go
    while list_takes(li) and time.monotonic() < until:
        time.sleep(0.1)
    assert list_takes(li) == ()
    assert len(list_takes(everybody.places)) == 1
    page.context.close()


def test_a_trainer_adds_nobody_without_saying_that_they_agreed(shared: str, browser: Browser, everybody: Cast) -> None:
    coach = everybody.seen_by("Coach")
    page = signed_in(browser, shared, "Coach", PASSWORD, "/review?lang=en")
    page.get_by_role("button", name="Add a recording").click()
    page.get_by_label("Trainee (optional)").fill("Wang")
    page.get_by_label("Trainee (optional)").press("Enter")
    settled(page)
    page.locator("input[type=file]").first.set_input_files(CLIP)
    expect(page.get_by_text("uploaded")).to_be_visible(timeout=WAIT_MS)
    start = page.get_by_role("button", name="Score it")
    expect(start).to_be_disabled(timeout=WAIT_MS)
    assert not agreed(coach, "Wang")
    page.get_by_text("Wang read the notice and agreed to being recorded").click()
    expect(start).to_be_enabled(timeout=WAIT_MS)
    start.click()
    expect(page.get_by_text("scoring", exact=False).first).to_be_visible(timeout=WAIT_MS)
    assert agreed(coach, "Wang")
    page.context.close()


def test_an_administrator_sets_how_long_things_are_kept(shared: str, browser: Browser, everybody: Cast) -> None:
    page = signed_in(browser, shared, "Root", PASSWORD, "/setup?lang=en")
    page.get_by_text("How long things are kept").click()
    field = page.get_by_label("Takes that a trainer added")
    expect(field).to_be_visible(timeout=WAIT_MS)
    field.fill("90")
    field.press("Enter")
    settled(page)
    store = store_of(replace(everybody.places))
    for _ in range(50):
        if periods(store)[Kind.TAKES] == 90:
            break
        page.wait_for_timeout(200)
    assert periods(store)[Kind.TAKES] == 90
    page.context.close()
