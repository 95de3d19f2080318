"""A running page and a Chromium that looks at it: for the browser tests and for ``tools/screenshots.py``."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip
FAKE_CAMERA = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)
START_S = 60.0


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_page(
    home: Path, log: Path, *options: str, port: int | None = None, folder: Path | None = None
) -> Iterator[str]:
    """``yitai app`` with its data in ``home``, started in ``folder``; gives its address and ends it afterwards."""
    port = free_port() if port is None else port
    command = [sys.executable, "-m", "app.cli", "app", "--no-browser", "--port", str(port), *options]
    environment = {**os.environ, "YITAI_HOME": str(home), "OMP_NUM_THREADS": "1"}
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT, cwd=folder)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, process, log)
            yield url
        except BaseException as error:
            error.add_note(f"what the page's server printed last:\n{log.read_text(errors='replace')[-6000:]}")
            raise
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the page ended: {log.read_text(errors='replace')[-2000:]}")
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the page did not start: {log.read_text(errors='replace')[-2000:]}")


@contextmanager
def chromium(camera: Path | None = None) -> Iterator[Browser]:
    """Debian's Chromium, headless; ``camera`` is a .y4m or .mjpeg file that plays as its webcam."""
    arguments = [*QUIET]
    if camera is not None:
        arguments += [*FAKE_CAMERA, f"--use-file-for-fake-video-capture={camera}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def settled(page: Page, timeout_ms: float = 60_000) -> None:
    """Wait until the script has run to its end: acting meanwhile is what nobody is quick enough for."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=timeout_ms)


def choose_option(page: Page, label: str, option: str) -> None:
    """Choose in a select box once the page has come to rest."""
    settled(page)
    page.get_by_label(label).first.click()
    page.get_by_role("option", name=option).click()


def open_page(browser: Browser, url: str, language: str = "en", viewport: dict[str, int] | None = None) -> Page:
    """A new window on an address of the page, in a language."""
    context = browser.new_context(viewport=viewport or DESKTOP, locale="zh-CN" if language == "zh" else "en-US")
    page = context.new_page()
    page.goto(f"{url}{'&' if '?' in url else '?'}lang={language}")
    page.wait_for_selector("h1", timeout=60_000)
    return page


def signed_in(browser: Browser, url: str, who: str, password: str, goal: str = "/?lang=en") -> Page:
    """A window of somebody's own, who came by an address and signed in."""
    page = browser.new_context(viewport=DESKTOP, locale="en-US", accept_downloads=True).new_page()
    page.goto(f"{url}{goal}")
    page.get_by_label("Name").fill(who)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector("h1", timeout=1000 * START_S)
    return page
