"""Progress in the browser: a trainee finds their own, a trainer the class; every press leads where it says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.library.records import store_of
from app.places import Places
from app.store.database import forget_stores
from app.store.people import trainees
from app.trends.groups import add_group
from tests.browser.site import DESKTOP, PHONE, running_page, settled, signed_in
from tests.store.people import KINDS, OF_LI, PASSWORD, PRIVATE, TO_TRAINERS, Cast, cast, taken

pytestmark = pytest.mark.browser
WAIT_MS = 60_000


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    folder = tmp_path_factory.mktemp("people")
    made = cast(Places(folder / "home"), folder)
    taken(made.seen_by("Coach"), folder, "Wang's", "Wang")
    add_group(store_of(made.places), made.viewers["Coach"], "Class 1")
    yield made
    forget_stores()


@pytest.fixture(scope="module")
def site(everybody: Cast, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_page(everybody.places.root, tmp_path_factory.mktemp("log") / "log", "--login") as url:
        yield url


def number(everybody: Cast, name: str) -> int:
    return next(person.id for person in trainees(store_of(everybody.places)) if person.name == name)


def in_it(page: Page, text: str) -> None:
    expect(page.get_by_text(text).first).to_be_visible(timeout=WAIT_MS)


def test_a_trainee_finds_their_own_courses_and_no_class(site: str, browser: Browser, everybody: Cast) -> None:
    page = signed_in(browser, site, "Li", PASSWORD, "/progress?lang=en")
    expect(page.locator("svg.course").first).to_be_visible(timeout=WAIT_MS)
    in_it(page, "What to practise next")
    expect(page.get_by_role("radio", name="Class")).to_have_count(0)
    for address in (f"person={number(everybody, 'Wang')}", "part=class", "part=agreement", "part=groups"):
        page.goto(f"{site}/progress?lang=en&{address}")
        expect(page.locator("svg.course").first).to_be_visible(timeout=WAIT_MS)
        settled(page)
        expect(page.get_by_text("Wang")).to_have_count(0)
        expect(page.locator(".map, table.agreement")).to_have_count(0)
    marks = page.locator("svg.course .mark[data-pick]")
    shown = {str(mark.get_attribute("data-pick")).removeprefix("take:") for mark in marks.all()}
    assert shown == {everybody.takes[kind].id for kind in KINDS[:4]}
    page.context.close()


def test_a_trainer_goes_from_the_class_to_a_cell_to_its_take(site: str, browser: Browser, everybody: Cast) -> None:
    page = signed_in(browser, site, "Coach", PASSWORD, "/progress?lang=en")
    rows = page.locator(".map tbody tr")
    expect(rows).to_have_count(3, timeout=WAIT_MS)
    settled(page)
    rows.filter(has_text="Li").locator("td [data-pick]").first.click()
    behind = page.locator(".behind li")
    expect(behind).to_have_count(2, timeout=WAIT_MS)
    expect(behind.filter(has_text=TO_TRAINERS)).to_have_count(1)
    expect(behind.filter(has_text=PRIVATE).filter(has_not_text="shared")).to_have_count(0)
    behind.filter(has_text=OF_LI).locator("[data-pick]").press("Enter")
    expect(page.locator("h1")).to_contain_text(OF_LI, timeout=WAIT_MS)
    assert f"take={everybody.takes[OF_LI].id}" in page.url
    page.context.close()


def test_a_name_in_the_class_opens_that_persons_courses(site: str, browser: Browser, everybody: Cast) -> None:
    page = signed_in(browser, site, "Coach", PASSWORD, "/progress?lang=zh")
    page.locator(".map [data-pick^=person]", has_text="Wang").click(timeout=WAIT_MS)
    expect(page.locator("svg.course").first).to_be_visible(timeout=WAIT_MS)
    assert f"person={number(everybody, 'Wang')}" in page.url
    in_it(page, "接下来练什么")
    page.reload()
    expect(page.get_by_role("combobox", name="学员")).to_have_value("Wang", timeout=WAIT_MS)
    page.context.close()


def test_two_takes_are_set_beside_each_other_with_what_is_assumed(site: str, browser: Browser) -> None:
    page = signed_in(browser, site, "Li", PASSWORD, "/progress?lang=en&part=change")
    expect(page.locator("table.compared tbody tr").first).to_be_visible(timeout=WAIT_MS)
    in_it(page, "no difference that one camera can show")
    in_it(page, "the two errors are taken as independent")
    page.get_by_role("radio", name="Two periods").click()
    in_it(page, "The value of a period is the mean of its takes")
    page.context.close()


def test_a_trainer_fills_a_group_and_sees_only_it(site: str, browser: Browser, everybody: Cast) -> None:
    page = signed_in(browser, site, "Coach", PASSWORD, "/progress?lang=en&part=groups")
    page.get_by_label("New trainee").fill("<b>Zhao</b>")
    page.locator(".st-key-progress-groups").get_by_role("button", name="Add").nth(1).click()
    settled(page)
    page.get_by_role("combobox", name="Members").click()
    page.get_by_role("option", name="Wang").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keep members").click()
    in_it(page, "Members (1)")
    page.goto(f"{site}/progress?lang=en")
    expect(page.locator(".map tbody tr")).to_have_count(3, timeout=WAIT_MS)
    settled(page)
    page.get_by_label("Group").click()
    page.get_by_role("option", name="Class 1").click()
    expect(page.locator(".map tbody tr")).to_have_count(2, timeout=WAIT_MS)
    expect(page.locator(".map")).to_contain_text("Wang")
    page.context.close()


@pytest.mark.parametrize("part", ["class", "person", "change", "agreement", "groups"])
def test_every_part_fits_a_phone(site: str, browser: Browser, part: str) -> None:
    page = signed_in(browser, site, "Root", PASSWORD, f"/progress?lang=en&part={part}")
    page.set_viewport_size(PHONE)
    expect(page.locator(".st-key-progress-part")).to_be_visible(timeout=WAIT_MS)
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    page.set_viewport_size(DESKTOP)
    page.context.close()
