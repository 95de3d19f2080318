"""Hostile words in every field, on every page that shows them: they are read as they are and do nothing."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app.house_packs import Edit, list_all_packs, save_version
from app.library.desk import write_note
from app.library.layer import Entry, Kind
from app.library.records import store_of
from app.library.takes import Take, add_take
from app.places import Places
from app.store.database import forget_stores
from app.store.people import set_group, trainees
from tests.browser.site import DESKTOP, PHONE, open_page, running_page, settled
from tests.consenting import consented
from tests.exporting.takes import report_of
from tests.video.conftest import write_clip
from vision.report import write_reports
from vision.types import Notice, Verdict

pytestmark = pytest.mark.browser

WORDS = (
    "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script> ![i](http://evil.test/x.png) "
    "[l](http://evil.test/) **bold** $x^2$ :red[red] `code`"
)
# Elements that came out of the words; Streamlit's own pages have none of these with such content.
MADE_OF_THEM = """() => {
  const inside = root => [...root.querySelectorAll("*")];
  const roots = root => [root, ...inside(root).flatMap(e => e.shadowRoot ? roots(e.shadowRoot) : [])];
  const all = roots(document).flatMap(inside);
  const evil = value => String(value || "").includes("evil.test");
  return all.filter(e =>
      e.matches("img[src='x'], .katex, iframe[src*='evil']") || evil(e.src) || evil(e.href)
      || (e.matches("strong, b, code, script, span[style*='color']") && /^(bold|code|red|window.hacked=1)$/
        .test(e.textContent.trim()))
    ).map(e => e.outerHTML.slice(0, 200)).concat(window.hacked ? ["a script ran"] : []);
}"""


@pytest.fixture(scope="module")
def take_and_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Take, str]]:
    folder = tmp_path_factory.mktemp("hostile")
    places = Places(consented(folder / "home"))
    report = replace(report_of(1, WORDS, clip=WORDS.replace("/", "")), warnings=(Notice("x", WORDS, WORDS),))
    write_reports(report, None, (), folder / "out", {"json"})
    take = add_take(places, folder / "out", write_clip(folder / "clip.mp4"), "upload", title=WORDS)
    first = report.segments[0].checks[0]
    write_note(places, take, Entry(Kind.OVERRIDE, WORDS, "", WORDS, 0, first.rule, Verdict.PASS))
    write_note(places, take, Entry(Kind.COMMENT, WORDS, text=WORDS, time_s=1.0))
    write_note(places, take, Entry(Kind.SIGN, WORDS))
    set_group(store_of(places), WORDS, tuple(person.id for person in trainees(store_of(places))))
    _house_pack(places)
    forget_stores()
    with running_page(places.root, folder / "log") as url:
        yield take, url


def _house_pack(places: Places) -> None:
    shipped = next(one for one in list_all_packs(places) if one.id == "T1")
    wider = [Edit("bow.angle", 8.0, 22.0)]
    save_version(places, shipped, wider, "<b>**x**</b> $x^2$", WORDS, datetime(2026, 3, 1, tzinfo=UTC))


def seen(page: Page) -> list[str]:
    settled(page)
    page.wait_for_timeout(800)
    found: list[str] = page.evaluate(MADE_OF_THEM)
    return found


@pytest.mark.parametrize(("language", "viewport"), [("zh", DESKTOP), ("en", PHONE)])
def test_no_page_makes_anything_of_hostile_words(
    take_and_site: tuple[Take, str], browser: Browser, language: str, viewport: dict[str, int]
) -> None:
    take, url = take_and_site
    asked: list[str] = []
    page = open_page(browser, f"{url}/review", language, viewport)
    page.on("request", lambda request: asked.append(request.url))
    assert seen(page) == [], "the library"
    for view in ("watch", "compare", "rejudge", "files"):
        page.goto(f"{url}/review?take={take.id}&view={view}&lang={language}")
        page.wait_for_selector("h1")
        assert seen(page) == [], view
        heading = page.locator("h1").first.inner_text().replace("\u2060", "")
        assert "![i](http://evil.test/x.png)" in heading, "read as it was typed"
    for name in ("progress", "progress?part=person", "progress?part=groups", "standards", "setup", "batch", "practise"):
        page.goto(f"{url}/{name}{'&' if '?' in name else '?'}lang={language}")
        page.wait_for_selector("h1")
        assert seen(page) == [], name
    assert not [one for one in asked if "evil.test" in one]
    page.close()


def test_the_web_report_of_hostile_words_makes_nothing_of_them(
    take_and_site: tuple[Take, str], browser: Browser, tmp_path: Path
) -> None:
    take, _ = take_and_site
    report = take.report
    assert report is not None
    (file,) = write_reports(report, None, (), tmp_path, {"html"}, "zh")
    page = browser.new_page()
    page.goto(file.as_uri())
    assert page.evaluate(MADE_OF_THEM) == []
    assert WORDS.split(" ")[0][:8] in page.inner_text("body")
    assert json.loads((take.folder / "report.json").read_text("utf-8"))["subject"]["trainee"] == WORDS
    page.close()


def test_hostile_names_make_plain_download_names(take_and_site: tuple[Take, str], browser: Browser) -> None:
    take, url = take_and_site
    page = open_page(browser, f"{url}/review?take={take.id}&view=files", "zh")
    settled(page)
    for kind in ("csv", "json"):
        with page.expect_download() as begun:
            page.locator(f".st-key-review-export-{kind} button").click()
        name = begun.value.suggested_filename
        assert not set(name) & set('<>:"|?*/\\')
        assert begun.value.path().stat().st_size > 1000
    page.goto(f"{url}/review?lang=zh")
    settled(page)
    page.locator(".st-key-review-download button").first.click()
    with page.expect_download(timeout=120_000) as begun:
        page.get_by_text("下载压缩包").click()
    with zipfile.ZipFile(begun.value.path()) as archive:
        assert archive.testzip() is None
        assert sum(name.endswith(".pdf") for name in archive.namelist()) == 1
    page.close()
