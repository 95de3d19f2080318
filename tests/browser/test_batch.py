"""The batch page in a browser: three recordings with a broken one, stop and go on, downloads, languages."""

from __future__ import annotations

import csv
import io
import json
import re
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.site import PHONE, open_page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_media"
PERSON = ROOT / "tests" / "data" / "person.jpg"
CLIPS = ("d01_stand_v45.mp4", "d02_stand_too_wide.mp4")
PATIENT_MS = 240_000
SHORT_MS = 30_000


def send(page: Page, files: list[Path]) -> None:
    """Choose files, and wait until all have arrived."""
    page.locator(".st-key-batch-source input[type=file]").set_input_files(files)
    expect(page.locator(".st-key-batch-source li.done")).to_have_count(len(files), timeout=SHORT_MS)


def start_without_video(page: Page) -> None:
    page.locator(".st-key-batch-options").get_by_text("Annotated video").click()
    expect(page.get_by_role("switch", name="Annotated video")).not_to_be_checked(timeout=SHORT_MS)
    page.get_by_role("button", name="Start scoring").click()
    expect(page).to_have_url(re.compile(r"batch="), timeout=SHORT_MS)


def summary_of(home: Path, page: Page) -> dict[str, Any]:
    found = re.search(r"batch=([\w-]+)", page.url)
    assert found
    document: dict[str, Any] = json.loads(
        (home / "batches" / found[1] / "reports" / "summary.json").read_text(encoding="utf-8")
    )
    return document


@pytest.fixture(scope="module")
def scored(site: str, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page of a batch of two clips and a text file that calls itself a video, when it is done."""
    broken = tmp_path_factory.mktemp("in") / "broken.mp4"
    broken.write_text("dear trainer, the video is in the other folder", encoding="utf-8")
    page = open_page(browser, f"{site}/batch", "en")
    send(page, [*(SAMPLES / clip for clip in CLIPS), broken])
    start_without_video(page)
    expect(page.get_by_role("button", name="Download everything")).to_be_visible(timeout=PATIENT_MS)
    return page


def test_three_recordings_give_two_verdicts_and_one_sentence(scored: Page, home: Path) -> None:
    rows = scored.locator("tbody tr")
    expect(rows).to_have_count(3)
    for at, (clip, row) in enumerate(zip(CLIPS, summary_of(home, scored)["inputs"], strict=False)):
        assert row["status"] == "scored"
        expect(rows.nth(at)).to_contain_text(clip)
        expect(rows.nth(at).locator(f".chip.{row['verdict']}")).to_be_visible()
        expect(rows.nth(at).locator(".score")).to_have_text("–" if row["score"] is None else f"{row['score']:.0f}")
    expect(rows.nth(2)).to_contain_text("broken.mp4")
    expect(rows.nth(2).locator(".error")).to_have_text("This is a text file, not a video or picture")
    expect(rows.nth(2).get_by_role("link")).to_have_count(0)


def test_the_table_sorts_and_filters(scored: Page) -> None:
    rows, by_name = scored.locator("tbody tr"), scored.locator("th.by-name")
    by_name.get_by_role("button").click()
    expect(by_name).to_have_attribute("aria-sort", "ascending", timeout=SHORT_MS)
    expect(rows.first).to_contain_text("broken")
    by_name.get_by_role("button").click()
    expect(by_name).to_have_attribute("aria-sort", "descending", timeout=SHORT_MS)
    expect(rows.first).to_contain_text("d02")
    scored.get_by_label("Find a file or trainee").fill("BROKEN")
    expect(rows).to_have_count(1, timeout=SHORT_MS)
    scored.get_by_label("Find a file or trainee").fill("")
    scored.get_by_role("button", name=re.compile("Not scored 1")).click()
    expect(rows).to_have_count(1, timeout=SHORT_MS)
    scored.get_by_role("button", name=re.compile("^All 3")).click()
    by_name.get_by_role("button").click()
    expect(rows.first).to_contain_text("d01", timeout=SHORT_MS)


def test_a_report_opens_and_everything_can_be_downloaded(scored: Page, site: str, tmp_path: Path) -> None:
    address = scored.get_by_role("link", name=re.compile("^Report: d01")).get_attribute("href")
    with urllib.request.urlopen(f"{site}{address}", timeout=30) as answer:
        assert b"d01_stand_v45.mp4" in answer.read()
    with scored.expect_download() as sheet:
        scored.get_by_role("link", name="Summary CSV").click()
    sheet.value.save_as(tmp_path / "summary.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "summary.csv").read_text(encoding="utf-8"))))
    assert [row["status"] for row in rows] == ["scored", "scored", "failed"]
    scored.get_by_role("button", name="Download everything").click()
    link = scored.get_by_role("link", name=re.compile("^Save ZIP"))
    expect(link).to_be_visible(timeout=SHORT_MS)
    with scored.expect_download() as everything:
        link.click()
    everything.value.save_as(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        assert packed.testzip() is None
        names = set(packed.namelist())
    assert {"summary.csv", "d01_stand_v45/report.html", "d02_stand_too_wide/report.json"} <= names


def test_a_batch_is_there_after_a_reload_in_the_other_language_and_on_a_phone(
    scored: Page, browser: Browser, site: str
) -> None:
    found = re.search(r"batch=[\w-]+", scored.url)
    assert found
    phone = open_page(browser, f"{site}/batch?{found[0]}", "zh", PHONE)
    expect(phone.locator("tbody tr")).to_have_count(3, timeout=SHORT_MS)
    expect(phone.locator("tbody .error")).to_have_text("这是文本文件，不是视频或图片")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    phone.get_by_role("button", name="全部批次").click()
    expect(phone.get_by_text("已有批次")).to_be_visible(timeout=SHORT_MS)
    expect(phone.get_by_text("d01_stand_v45.mp4 等 3 个")).to_be_visible()
    phone.context.close()


def test_switching_the_language_keeps_the_batch_and_its_table(scored: Page) -> None:
    before = scored.url
    scored.get_by_text("中文").click()
    expect(scored.locator("tbody .error")).to_have_text("这是文本文件，不是视频或图片", timeout=SHORT_MS)
    assert re.search(r"batch=[\w-]+", scored.url)[0] == re.search(r"batch=[\w-]+", before)[0]  # type: ignore[index]
    scored.get_by_text("English").click()
    expect(scored.get_by_role("button", name="All batches")).to_be_visible(timeout=SHORT_MS)


def test_a_row_opens_in_review_and_is_taken_into_the_library_once(scored: Page, home: Path) -> None:
    batch = scored.url
    for _ in range(2):
        scored.get_by_role("button", name=re.compile("^Review: d02")).click()
        expect(scored).to_have_url(re.compile(r"/review\?.*take="), timeout=SHORT_MS)
        scored.goto(batch)
        expect(scored.locator("tbody tr")).to_have_count(3, timeout=SHORT_MS)
    takes = [path for path in (home / "library").iterdir() if not path.name.startswith(".")]
    assert len(takes) == 1
    recorded = (SAMPLES / CLIPS[1]).read_bytes()
    kept = [file for file in (home / "media").rglob("*") if file.is_file() and file.read_bytes() == recorded]
    assert len(kept) == 1


def test_stopping_keeps_what_is_done_and_going_on_does_the_rest(
    site: str, browser: Browser, home: Path, tmp_path: Path
) -> None:
    photos = [tmp_path / f"p{number}.jpg" for number in range(2)]
    for number, file in enumerate(photos):
        file.write_bytes(PERSON.read_bytes() + bytes([number]))  # what follows a JPEG's end is not looked at
    files = [*photos, *sorted(SAMPLES.glob("*.mp4"))]  # the photos are done in a moment, the others are not
    page = open_page(browser, f"{site}/batch", "en")
    send(page, files)
    start_without_video(page)
    expect(page.locator("tbody tr").first).to_be_visible(timeout=PATIENT_MS)
    page.get_by_role("button", name="Stop").click()
    go_on = page.get_by_role("button", name="Go on")
    expect(go_on).to_be_visible(timeout=SHORT_MS)
    stopped = summary_of(home, page)
    assert 1 <= stopped["done"] < stopped["total"] == len(files)
    go_on.click()
    expect(page.locator("tbody tr")).to_have_count(len(files), timeout=PATIENT_MS)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0, timeout=PATIENT_MS)
    assert [row["status"] for row in summary_of(home, page)["inputs"]] == ["scored"] * len(files)
    page.context.close()


def test_a_folder_of_the_server_is_scored_where_the_page_is_this_machines_own(
    site: str, browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "class" / "x.mp4").parent.mkdir()
    (tmp_path / "class" / "x.mp4").write_bytes(b"")
    page = open_page(browser, f"{site}/batch", "en")
    page.get_by_text("Folder on the server").click()
    field = page.get_by_label("Path of a folder, a file or a manifest (.csv)")
    field.fill(str(tmp_path / "nothing here"))
    field.press("Enter")
    field.fill(str(tmp_path / "class"))
    field.press("Enter")
    page.get_by_role("button", name="Start scoring").click()
    expect(page.locator("tbody .error")).to_contain_text("The file is empty", timeout=PATIENT_MS)
    page.context.close()
