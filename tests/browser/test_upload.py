"""A recording of 300 MB on its way in: the page answers meanwhile, and the server's memory does not grow with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.site import open_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="reads memory from Linux' /proc"),
]

SIZE = 300 << 20
GROWTH_MB = 60
SLOW_BYTES_PER_S = 8 << 20
SHORT_MS = 60_000
PATIENT_MS = 240_000


def server_of(site: str) -> Path:
    """The folder of the server's process below /proc: the child of ours that was given this port."""
    port = site.rsplit(":", 1)[1]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            continue
        if parent == os.getpid() and port.encode() in words:
            return folder
    raise AssertionError("the server's process is not there")


def peak_mb(process: Path) -> float:
    """The most memory that was resident since the last `forget_peak`."""
    line = next(line for line in (process / "status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def forget_peak(process: Path) -> None:
    (process / "clear_refs").write_text("5")


def upload_speed(page: Page, bytes_per_s: int) -> None:
    """Hold the browser's uploads to this speed; -1 lets them go."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_s},
    )


def test_300_mb_hold_neither_the_page_nor_the_memory(site: str, browser: Browser, home: Path, tmp_path: Path) -> None:
    large = tmp_path / "long.mp4"
    marks = {0: b"first", SIZE // 2: b"middle", SIZE - 4: b"last"}
    with large.open("wb") as file:
        file.truncate(SIZE)
        for offset, mark in marks.items():
            file.seek(offset)
            file.write(mark)
    page = open_page(browser, f"{site}/batch", "en")
    expect(page.get_by_role("button", name="Start scoring")).to_be_visible(timeout=SHORT_MS)
    process = server_of(site)
    upload_speed(page, SLOW_BYTES_PER_S)
    forget_peak(process)
    before = peak_mb(process)
    page.locator(".st-key-batch-source input[type=file]").set_input_files(large)
    expect(page.locator(".st-key-batch-source li.sending")).to_be_visible(timeout=SHORT_MS)
    page.get_by_text("中文").click()
    expect(page.get_by_role("heading", name="批量评测")).to_be_visible(timeout=SHORT_MS)
    expect(page.locator(".st-key-batch-source li.sending")).to_be_visible()
    upload_speed(page, -1)
    expect(page.locator(".st-key-batch-source li.done")).to_be_visible(timeout=PATIENT_MS)
    growth = peak_mb(process) - before
    (arrived,) = home.glob("uploads/*/long.mp4")
    assert arrived.stat().st_size == SIZE
    with arrived.open("rb") as file:
        for offset, mark in marks.items():
            file.seek(offset)
            assert file.read(len(mark)) == mark
    assert growth < GROWTH_MB, f"the server grew by {growth:.0f} MB"
    page.context.close()
