"""Review from end to end: upload to signature with a real clip; exact frames and comparing on numbered ones."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.library.layer import read_layer
from app.library.takes import Take, add_take
from app.places import Places
from app.preferences import Preferences, save_preferences
from tests.browser.site import chromium, open_page, running_page
from tests.consenting import consented
from tests.report.conftest import example_report, example_series
from tests.video.conftest import write_clip
from vision.report import write_reports

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).resolve().parents[2] / "sample_media"
CLIP = SAMPLES / "d02_stand_too_wide.mp4"
SCORING_MS = 150_000
WAIT_MS = 30_000
TICKS = [0, 30, 70, 100, 130, 180, 210, 240, 270, 330, *range(360, 5000, 40)]  # milliseconds: an uneven rate at first

# The number that a clip carries in its picture, read from what the shown video paints.
NUMBER = """video => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const brush = canvas.getContext("2d");
  brush.drawImage(video, 0, 0);
  const light = bit => brush.getImageData((bit + .5) * canvas.width / 8, canvas.height / 2, 1, 1).data[0] > 127;
  return [...Array(8).keys()].reduce((number, bit) => number | (light(bit) << bit), 0);
}"""
SETTLED = """() => {
  const roots = root => [...root.querySelectorAll("*")]
    .flatMap(e => e.shadowRoot ? [e.shadowRoot, ...roots(e.shadowRoot)] : []);
  const videos = roots(document).flatMap(root => [...root.querySelectorAll("video.shown")]);
  return videos.length && videos.every(v => v.readyState >= 2 && !v.seeking);
}"""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    home = Places(consented(tmp_path_factory.mktemp("home")))
    camera = CLIP.with_suffix(".camera.json")
    save_preferences(home.preferences, Preferences(camera=str(camera), height_cm=155.0, sex="f"))
    return home


@pytest.fixture(scope="module")
def site(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_page(places.root, tmp_path_factory.mktemp("log") / "page.log") as url:
        yield f"{url}/review"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def _numbered_take(places: Places, folder: Path, title: str, shift_s: float = 0.0) -> Take:
    """A take whose recording and annotated video carry the number of each frame; its drills begin ``shift_s`` later."""
    report = example_report()
    segments = tuple(
        replace(
            segment,
            start_s=round((segment.start_s + shift_s) / 2, 3),
            end_s=round((segment.end_s + shift_s) / 2, 3),
            hold_start_s=None if segment.hold_start_s is None else round((segment.hold_start_s + shift_s) / 2, 3),
            hold_end_s=None if segment.hold_end_s is None else round((segment.hold_end_s + shift_s) / 2, 3),
            checks=tuple(
                replace(check, frame_s=None if check.frame_s is None else (check.frame_s + shift_s) / 2)
                for check in segment.checks
            ),
        )
        for segment in report.segments
    )
    report = replace(report, segments=segments, source=replace(report.source, duration_s=5.0, size_wh=(320, 192)))
    write_reports(report, example_series(), (), folder / "out", {"json", "csv"})
    clip = write_clip(folder / f"{title}.mp4", size_wh=(320, 192), ticks=TICKS, tick=Fraction(1, 1000))
    shutil.copyfile(clip, folder / "out" / "annotated.mp4")
    return add_take(places, folder / "out", clip, "upload", title=title)


def _shown(page: Page) -> Locator:
    return page.locator(".screen .shown").first


def _time(page: Page) -> float:
    return float(_shown(page).evaluate("video => video.seeking ? NaN : video.currentTime"))


def _settled(page: Page) -> None:
    page.wait_for_function(SETTLED, timeout=WAIT_MS)


def _number(page: Page) -> int:
    _settled(page)
    return int(_shown(page).evaluate(NUMBER))


def _frame_shown(page: Page) -> int:
    return int(re.findall(r"\d+", page.locator(".controls .clock i").inner_text())[-1])


def test_upload_to_report_to_evidence_to_override_to_signature(site: str, browser: Browser, places: Places) -> None:
    page = open_page(browser, site)
    expect(page.get_by_text("Add a first recording")).to_be_visible(timeout=WAIT_MS)
    page.get_by_label("Trainee (optional)").fill("Li Na")
    page.locator("input[type=file]").set_input_files(str(CLIP))
    expect(page.get_by_text("uploaded")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("button", name="Score it").click()
    expect(page.locator(".check").first).to_be_visible(timeout=SCORING_MS)
    expect(page.locator("h1")).to_have_text("Li Na")

    row = page.locator(".check[data-rule='stand.feet_v.angle']")
    moment_s = float(row.get_attribute("data-frame") or "nan")
    assert moment_s > 0.2
    _settled(page)
    assert _time(page) < 0.2
    row.click()
    _settled(page)
    assert _time(page) == pytest.approx(moment_s, abs=0.05)

    page.get_by_role("button", name="Override").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="pass").click()
    dialog.get_by_label("Trainer's name").fill("Wang")
    dialog.get_by_role("button", name="Override").click()
    expect(dialog.get_by_text("give the reason")).to_be_visible(timeout=WAIT_MS)
    dialog.get_by_label("Reason (required)").fill("The shoes are splayed, the feet are not.")
    dialog.get_by_label("Reason (required)").press("Tab")
    dialog.get_by_role("button", name="Override").click()
    expect(page.locator(".overridden")).to_contain_text("The shoes are splayed", timeout=WAIT_MS)
    expect(page.locator(".overridden")).to_contain_text("fail")
    expect(page.locator(".outcomes")).to_contain_text("trainer")

    page.get_by_role("button", name="Sign off").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Sign off").click()
    expect(page.locator(".signed-mark")).to_contain_text("signed off · Wang", timeout=WAIT_MS)

    page.reload()
    expect(page.locator(".signed-mark")).to_contain_text("Wang", timeout=WAIT_MS)
    expect(page.locator(".overridden")).to_contain_text("Wang")
    row.click()
    expect(page.get_by_role("button", name="Override")).to_have_count(0)

    page.get_by_role("radio", name="中文").click()
    expect(page.locator(".signed-mark")).to_contain_text("已签字", timeout=WAIT_MS)
    expect(page.locator("h1")).to_have_text("Li Na")
    expect(page.get_by_role("tab", name="检查项")).to_be_visible()
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_role("tab", name="Checks")).to_be_visible(timeout=WAIT_MS)

    page.get_by_role("button", name="Unlock").click()
    dialog.get_by_label("Reason (required)").fill("The wrong trainee.")
    dialog.get_by_label("Reason (required)").press("Tab")
    dialog.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("button", name="Sign off")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("button", name="All takes").click()
    expect(page.locator(".card").filter(has_text="Li Na")).to_be_visible(timeout=WAIT_MS)
    page.context.close()


def test_steps_and_overlay_keep_the_exact_frame(site: str, browser: Browser, places: Places, tmp_path: Path) -> None:
    take = _numbered_take(places, tmp_path, "numbers")
    page = open_page(browser, f"{site}?take={take.id}")
    expect(page.locator(".check").first).to_be_visible(timeout=WAIT_MS)
    assert _number(page) == 0
    for expected in (1, 2, 3, 4, 5):
        page.keyboard.press(".")
        assert _number(page) == expected
        assert _frame_shown(page) == expected + 1
    page.keyboard.press("o")
    expect(page.locator(".screen .recording")).to_have_class("recording shown")
    assert _number(page) == 5
    page.keyboard.press(",")
    assert _number(page) == 4
    page.keyboard.press("o")
    assert _number(page) == 4
    page.keyboard.press("End")
    assert _number(page) == len(TICKS) - 1
    page.keyboard.press("1")
    expect(page.get_by_role("radio", name="0.25×")).to_have_attribute("aria-checked", "true")
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    expect(page.locator(".play.playing")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.locator(".play.playing")).to_have_count(0)
    page.context.close()


def test_a_chart_point_jumps_and_comments_and_ticks_are_kept(
    site: str, browser: Browser, places: Places, tmp_path: Path
) -> None:
    take = _numbered_take(places, tmp_path, "comments")
    page = open_page(browser, f"{site}?take={take.id}", "zh")
    expect(page.locator(".plot svg")).to_be_visible(timeout=WAIT_MS)
    box = page.locator(".plot").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 44 + 0.5 * (box["width"] - 54), box["y"] + box["height"] / 2)
    _settled(page)
    assert _time(page) == pytest.approx(2.5, abs=0.2)
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog")
    dialog.locator("textarea").fill("手再低一点")
    dialog.get_by_label("教练姓名").fill("王")
    dialog.get_by_label("教练姓名").press("Tab")
    dialog.get_by_role("button", name="保存评语").click()
    expect(page.get_by_role("tab", name="评语")).to_contain_text("1", timeout=WAIT_MS)
    page.keyboard.press("Home")
    page.get_by_role("tab", name="评语").click()
    page.locator(".moment").click()
    _settled(page)
    assert _time(page) == pytest.approx(2.5, abs=0.2)
    page.get_by_role("tab", name="目测项").click()
    page.get_by_role("radio", name="不合格").first.click()
    expect(page.locator(".tick.not_ok.on")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".outcomes")).to_contain_text("教练")
    layer = read_layer(take.folder)
    assert [entry.text for _, entry in layer.comments] == ["手再低一点"]
    assert len(layer.ticks) == 1
    page.context.close()


def test_two_takes_are_laid_beside_each_other_at_the_same_event(
    site: str, browser: Browser, places: Places, tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = _numbered_take(places, tmp_path / "a", "left")
    second = _numbered_take(places, tmp_path / "b", "right", shift_s=0.4)
    page = open_page(browser, f"{site}?take={first.id}&view=compare")
    expect(page.locator(".pair .screen").first).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("combobox", name="Compare with").click()
    page.get_by_role("option", name="right").first.click()
    expect(page.locator("figcaption").nth(1)).to_have_text(re.compile("right$"), timeout=WAIT_MS)
    page.locator(".event select").select_option(label="start of the drill")
    page.keyboard.press(".")
    _settled(page)
    times = page.locator(".pair .shown").evaluate_all("videos => videos.map(video => video.currentTime)")
    starts = [
        json.loads((take.folder / "report.json").read_text())["segments"][0]["start_s"] for take in (first, second)
    ]
    assert starts[1] - starts[0] == pytest.approx(0.2)
    assert times[1] - times[0] == pytest.approx(0.2, abs=0.045)
    page.context.close()


def test_a_broken_take_is_said_and_can_be_removed(site: str, browser: Browser, places: Places) -> None:
    folder = places.library / "broken"
    folder.mkdir(parents=True)
    (folder / "report.json").write_text("{", encoding="utf-8")
    page = open_page(browser, site)
    expect(page.locator(".problem")).to_contain_text("damaged", timeout=WAIT_MS)
    page.locator(".card.broken").get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator(".problem")).to_have_count(0, timeout=WAIT_MS)
    assert not folder.exists()
    page.context.close()


def test_another_standard_is_tried_kept_and_taken_away(
    site: str, browser: Browser, places: Places, tmp_path: Path
) -> None:
    take = _numbered_take(places, tmp_path, "again")
    page = open_page(browser, f"{site}?take={take.id}&view=rejudge")
    page.get_by_role("combobox", name="Standard").click()
    page.get_by_role("option").nth(1).click()
    expect(page.locator(".changes tbody tr").first).to_be_visible(timeout=WAIT_MS)
    assert not (take.folder / "report-1.json").exists(), "nothing is kept unasked"
    page.get_by_role("button", name="Keep this judgement").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Trainer's name").fill("Wang")
    dialog.get_by_label("Trainer's name").press("Tab")
    dialog.get_by_role("button", name="Keep").click()
    expect(page.locator(".notice").filter(has_text="judged again")).to_be_visible(timeout=WAIT_MS)
    assert (take.folder / "report-1.json").is_file()
    page.get_by_role("radio", name="Files").click()
    with page.expect_download(timeout=WAIT_MS) as waiting:
        page.get_by_role("button", name="Report as PDF").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF")
    page.context.close()
