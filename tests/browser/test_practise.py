"""Practising in Chromium, sample clips as the webcam: from the card to the verdict, the summary and the library."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.site import DESKTOP, PHONE, chromium, open_page, running_page
from tests.browser.webcam import SAMPLES, write_y4m
from tests.consenting import consented

pytestmark = pytest.mark.browser

SIZE_WH = (640, 360)  # the clips' own format: their camera files hold for it
PATIENT_MS = 120_000  # a loaded machine of two cores
GOES_ON = """before => {
  const speed = document.querySelector(".speed");
  return speed === null || Number(speed.dataset.frames) > before;
}"""
TIMERS_LOST = """() => {
  const begin = window.setInterval;
  window.lost = [];
  window.setInterval = (...asked) => {
    const timer = begin(...asked);
    if (asked[1] < 1000) window.lost.push(timer);
    return timer;
  };
}"""
LOSE_TIMERS = "() => window.lost.splice(0).forEach(timer => clearInterval(timer))"
PEOPLE = {"d01_stand_v45": (176.0, "m"), "d02_stand_too_wide": (155.0, "f")}


def at_home(home: Path, clip: str, **changes: object) -> Path:
    """A data folder whose preferences fit the person and the camera of a clip."""
    height_cm, sex = PEOPLE[clip]
    kept = {"height_cm": height_cm, "sex": sex, "camera": str(SAMPLES / f"{clip}.camera.json"), **changes}
    home.mkdir()
    (home / "preferences.json").write_text(json.dumps(kept))
    return consented(home)


@contextmanager
def page_before(clip: str, folder: Path, *, plugged_in: bool = True, **changes: object) -> Iterator[Page]:
    """The practise page, its cards there, in a browser whose webcam plays the clip."""
    home = at_home(folder / "home", clip, **changes)
    file = write_y4m(clip, folder, SIZE_WH) if plugged_in else None
    with running_page(home, folder / "server.log") as url, chromium(file) as browser:
        page = open_page(browser, url, "en", DESKTOP)
        page.set_default_timeout(PATIENT_MS)
        expect(page.locator(".card[data-drill=stand]")).to_be_visible(timeout=PATIENT_MS)
        yield page


def begin(page: Page) -> None:
    """Choose standing, wait until the person stands well, start by the keyboard."""
    page.locator(".card[data-drill=stand]").press("Enter")
    expect(page.locator(".guidance.good[data-stage=placing]")).to_be_visible(timeout=PATIENT_MS)
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Start")).to_have_count(0, timeout=PATIENT_MS)


def wait_for_verdict(page: Page, rule: str, verdict: str) -> None:
    """Until the live view shows the verdict; what it shows instead is told."""
    try:
        page.wait_for_selector(f'.verdicts li[data-rule="{rule}"][data-verdict="{verdict}"]')
    except PlaywrightTimeoutError:
        pytest.fail(f"no {verdict} for {rule}; the page says: {page.locator('.st-key-practise').inner_text()[:600]}")


def frames_shown(page: Page) -> int:
    return int(page.locator(".speed").get_attribute("data-frames") or 0)


def test_a_right_stance_passes_live_though_the_language_changes_and_is_kept(tmp_path: Path) -> None:
    with page_before("d01_stand_v45", tmp_path) as page:
        begin(page)
        stream, before = page.locator("iframe").element_handle(), frames_shown(page)
        page.get_by_text("中文").click()
        expect(page.get_by_role("heading", name="站姿")).to_be_visible(timeout=PATIENT_MS)
        page.wait_for_function(GOES_ON, arg=before)
        assert stream.evaluate("frame => frame.isConnected")
        wait_for_verdict(page, "stand.feet_v.angle", "pass")
        page.wait_for_selector('.checks li[data-rule="stand.feet_v.angle"][data-verdict="pass"]')
        page.get_by_role("button", name="存入库").click()
        expect(page.get_by_role("link", name="在“回看”中打开")).to_be_visible(timeout=PATIENT_MS)
        page.wait_for_function("document.querySelector('video.replay').readyState >= 1")
    kept = list((tmp_path / "home" / "library").glob("*/report.json"))
    assert len(kept) == 1
    assert not list((tmp_path / "home" / "practice").glob("*/*.mp4"))


def test_a_live_view_whose_timer_was_lost_moves_on(tmp_path: Path) -> None:
    with page_before("d01_stand_v45", tmp_path) as page:
        page.evaluate(TIMERS_LOST)
        page.locator(".card[data-drill=stand]").press("Enter")
        page.wait_for_selector(".guidance.good")
        assert page.evaluate("window.lost.length") >= 1
        page.evaluate(LOSE_TIMERS)
        page.wait_for_timeout(1000)
        before = frames_shown(page)
        page.wait_for_timeout(2000)
        assert frames_shown(page) == before, "the timers were not lost: nothing is tried here"
        page.wait_for_function(GOES_ON, arg=before)
        before = frames_shown(page)
        page.wait_for_function(GOES_ON, arg=before, timeout=4000)  # sooner than another rescue: by a timer again


def test_a_stance_that_is_too_wide_fails_live_and_the_summary_says_by_how_much(tmp_path: Path) -> None:
    with page_before("d02_stand_too_wide", tmp_path) as page:
        begin(page)
        wait_for_verdict(page, "stand.feet_v.angle", "fail")
        page.wait_for_selector(".st-key-practise-keep")
        change = page.locator(".change")
        assert change.get_attribute("data-rule") == "stand.feet_v.angle"
        expect(change).to_contain_text("toes")
        page.get_by_role("button", name="Again").click()
        expect(page.locator(".guidance")).to_be_visible(timeout=PATIENT_MS)


def test_a_camera_file_of_another_format_is_said_before_anything_starts(tmp_path: Path) -> None:
    document = json.loads((SAMPLES / "d01_stand_v45.camera.json").read_text())
    document["image_size"] = [720, 540]
    square = tmp_path / "square.camera.json"
    square.write_text(json.dumps(document))
    with page_before("d01_stand_v45", tmp_path, camera=str(square)) as page:
        page.locator(".card[data-drill=stand]").click()
        page.wait_for_selector('.trouble[data-trouble="format"]')
        page.get_by_role("button", name="Go on without it").click()
        page.wait_for_selector(".guidance")


def test_without_a_camera_the_page_says_why_and_a_recording_gives_the_same_summary(tmp_path: Path) -> None:
    with page_before("d01_stand_v45", tmp_path, plugged_in=False) as page:
        page.locator(".card[data-drill=stand]").click()
        trouble = page.wait_for_selector(".trouble")
        assert trouble is not None
        assert trouble.get_attribute("data-trouble") in ("no_camera", "denied")
        page.locator("input[type=file]").set_input_files(SAMPLES / "d01_stand_v45.mp4")
        page.wait_for_selector(".st-key-practise-keep")
        page.wait_for_selector('.checks li[data-rule="stand.feet_v.angle"][data-verdict="pass"]')
        expect(page.locator(".change.well")).to_be_visible()


def test_the_grooming_station_asks_for_every_side_and_ends_in_a_sheet(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "preferences.json").write_text(json.dumps({"height_cm": 181.1, "sex": "m", "standard": "U1"}))
    consented(home)
    webcam = write_y4m("grooming/s01_turn", tmp_path, repeat=6)  # a turn of 17 s
    with running_page(home, tmp_path / "server.log") as url, chromium(webcam) as browser:
        page = open_page(browser, url, "en", DESKTOP)
        page.set_default_timeout(PATIENT_MS)
        page.locator(".card[data-drill=groom]").press("Enter")
        page.wait_for_selector(".speed")
        page.keyboard.press("s")
        page.wait_for_selector(".guidance[data-stage=practising]")
        asked = sides_asked(page)
        assert any("Turn" in words for words in asked), asked
        assert len(asked) >= 3, asked
        page.get_by_role("button", name="Finish").click()
        page.wait_for_selector(".st-key-practise-keep")
        for rule in ("hair.colour", "hair.forehead", "badge.present"):
            page.wait_for_selector(f'.checks li[data-rule="{rule}"]')
        assert page.locator('.checks li[data-rule="badge.present"]').get_attribute("data-verdict") == "pass"
        page.get_by_text("中文").click()
        expect(page.get_by_role("heading", name="仪容仪表")).to_be_visible()
        expect(page.locator('.checks li[data-rule="badge.present"]')).to_contain_text("工牌")
        page.set_viewport_size(PHONE)
        expect(page.locator(".score")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def sides_asked(page: Page) -> list[str]:
    """What the guidance said, until the station has four of its five stills: the clip never shows the whole person."""
    asked: list[str] = []
    until = time.monotonic() + PATIENT_MS / 1000
    while time.monotonic() < until and page.get_by_role("button", name="Finish").count():
        words = page.locator(".guidance > span > b").last.inner_text()
        if words not in asked:
            asked.append(words)
        ring = page.locator(".guidance .ring b")
        if ring.count() and ring.inner_text().startswith("4"):
            break
        page.wait_for_timeout(200)
    return asked
