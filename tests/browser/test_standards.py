"""The standards and setup pages in a browser: a tolerance edited, a figure locked, a camera file refused and taken."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.site import PHONE, open_page, settled

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).resolve().parents[2] / "sample_media"
SHORT_MS = 30_000


def choose(page: Page, *words: str) -> None:
    """Press these, one after another, each when the page has come to rest."""
    for word in words:
        settled(page)
        page.get_by_role("radio", name=word, exact=True).or_(page.get_by_role("button", name=word, exact=True)).click()
    settled(page)


def enter(page: Page, field: Locator, text: str, key: str = "Enter") -> None:
    """Type, and wait until the page has heard it."""
    settled(page)
    field.fill(text)
    field.press(key)
    settled(page)


def test_clauses_are_found_and_a_documented_limit_is_locked(site: str, browser: Browser) -> None:
    page = open_page(browser, f"{site}/standards", "en")
    cards = page.locator("article.clause")
    expect(cards.first).to_be_visible(timeout=SHORT_MS)
    everything = cards.count()
    enter(page, page.get_by_label("Find"), "knees")
    knees = page.locator("article[id='sit.knees']")
    expect(knees.get_by_text("documented")).to_be_visible(timeout=SHORT_MS)
    expect(knees.locator(".lock").first).to_be_visible()
    expect(cards).not_to_have_count(everything)
    choose(page, "Edit tolerances")
    locked = page.locator(".edit-locked").filter(has_text="at most 20 cm")
    expect(locked).to_be_visible(timeout=SHORT_MS)
    expect(page.get_by_text("stated by the document: locked")).to_be_visible()
    page.context.close()


def test_an_edited_tolerance_becomes_a_version_and_survives_the_language_switch(
    site: str, browser: Browser, home: Path
) -> None:
    page = open_page(browser, f"{site}/standards", "en")
    choose(page, "Edit tolerances", "bow")
    low = page.locator("[class*='bow.angle'], [class*='bow-angle']").get_by_label("From (°)")
    enter(page, low, "28")
    sentence = "bow angle: the lower limit 28° is above the upper limit 20°"
    expect(page.get_by_role("alert")).to_contain_text(sentence, timeout=SHORT_MS)
    expect(page.get_by_role("button", name="Save as a new version")).to_have_count(0)
    enter(page, low, "8")
    expect(page.locator(".limit-changes li")).to_contain_text("10° to 20° → 8° to 20°", timeout=SHORT_MS)
    enter(page, page.get_by_label("Author"), "Lin Mei", "Tab")
    page.get_by_label("Reason").fill("low counter")
    page.get_by_label("Reason").press("Tab")
    page.get_by_text("中文").click()
    expect(page.locator(".limit-changes li")).to_contain_text("10° 至 20° → 8° 至 20°", timeout=SHORT_MS)
    expect(page.get_by_label("修改人")).to_have_value("Lin Mei")
    expect(page.get_by_label("原因")).to_have_value("low counter")
    page.get_by_role("button", name="保存为新版本").click()
    expect(page.get_by_role("status")).to_contain_text("内部版 1", timeout=SHORT_MS)
    assert [path.name for path in (home / "packs").iterdir()] == ["telecom+1.toml"]
    choose(page, "版本记录")
    version = page.locator("[class*='st-key-version-telecom']")
    for words in ("内部版 1", "Lin Mei", "low counter", "8° 至 20°"):
        expect(version.first).to_contain_text(words, timeout=SHORT_MS)
    version.get_by_role("button", name="设为默认").click()
    expect(version.get_by_text("默认标准")).to_be_visible(timeout=SHORT_MS)
    kept = json.loads((home / "preferences.json").read_text(encoding="utf-8"))
    assert kept["standard"] == str(home / "packs" / "telecom+1.toml")
    page.context.close()


def test_the_pages_fit_a_phone(site: str, browser: Browser) -> None:
    for name in ("standards", "setup", "batch"):
        page = open_page(browser, f"{site}/{name}", "en", PHONE)
        expect(page.locator("h1")).to_be_visible(timeout=SHORT_MS)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.context.close()


def test_a_broken_camera_file_is_one_sentence_and_a_sound_one_is_used(
    site: str, browser: Browser, home: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"schema": "yitai.camera/1"}', encoding="utf-8")
    page = open_page(browser, f"{site}/setup", "en")
    expect(page.get_by_text("No camera file.")).to_be_visible(timeout=SHORT_MS)
    page.get_by_role("button", name=re.compile("Send a camera file")).click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(broken)
    sentence = "camera file broken.json: key 'level' must be full, floor, person or none"
    expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible(timeout=SHORT_MS)
    expect(page.get_by_text("No camera file.")).to_be_visible()
    assert not (home / "cameras").exists()
    page.get_by_role("button", name=re.compile("Send a camera file")).click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(SAMPLES / "d07_sit_shallow.camera.json")
    expect(page.locator(".camera-about")).to_contain_text("fully calibrated", timeout=SHORT_MS)
    expect(page.locator(".camera-about")).to_contain_text("with a seat")
    assert page.get_by_role("alert").filter(has_text="broken.json").count() == 0
    kept = json.loads((home / "preferences.json").read_text(encoding="utf-8"))
    assert kept["camera"] == str(home / "cameras" / "d07_sit_shallow.camera.json")
    page.context.close()
