"""The frame round the pages: all of them open, in both languages, on both sizes, and nobody outside is asked."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from app.views.shell import PAGES
from tests.browser.site import DESKTOP, PHONE

pytestmark = pytest.mark.browser

PATIENT_MS = 120_000


@pytest.mark.parametrize(("size", "language"), [(DESKTOP, "zh"), (PHONE, "en")], ids=["desktop-zh", "phone-en"])
def test_every_page_opens_by_its_link_within_the_window_and_asks_nobody_outside(
    browser: Browser, site: str, size: dict[str, int], language: str
) -> None:
    context = browser.new_context(viewport=size)
    page = context.new_page()
    page.set_default_timeout(PATIENT_MS)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}/?lang={language}")
    for entry in PAGES:
        name = entry.zh if language == "zh" else entry.en
        page.locator(".st-key-navigation").get_by_role("link", name=name).click()
        expect(page.locator(f".st-key-to-{entry.module}-here")).to_be_visible()
        expect(page.locator("[data-testid=stSpinner]")).to_have_count(0)
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), entry.module
    hosts = {urlsplit(url).hostname for url in asked if urlsplit(url).scheme in ("http", "https", "ws", "wss")}
    assert hosts == {"127.0.0.1"}
    context.close()


@pytest.mark.parametrize("module", ["", *(entry.module for entry in PAGES)])
def test_every_page_has_an_address_of_its_own(browser: Browser, site: str, module: str) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.set_default_timeout(PATIENT_MS)
    page.goto(f"{site}/{module}?lang=en")
    expect(page.locator(f".st-key-to-{module or PAGES[0].module}-here")).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    context.close()


def test_the_language_switch_keeps_the_page_and_what_was_typed(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.set_default_timeout(PATIENT_MS)
    page.goto(f"{site}/standards?lang=en")
    page.get_by_placeholder("Find a clause").fill("bow")
    page.get_by_placeholder("Find a clause").press("Enter")
    page.get_by_text("中文", exact=True).click()
    expect(page.get_by_placeholder("查找条款")).to_have_value("bow")
    expect(page.locator(".st-key-to-standards-here")).to_be_visible()
    context.close()


def test_text_is_drawn_in_the_shipped_font(browser: Browser, site: str, tmp_path: Path) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.set_default_timeout(PATIENT_MS)
    page.goto(f"{site}/setup?lang=zh")
    page.wait_for_selector(".st-key-setup-general")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('16px \"Yitai Sans SC\"', '仪态')")
    context.close()
