"""Pictures of every page, in both languages, on a desktop and on a phone: ``docs/screenshots/PAGE_LANGUAGE_SIZE.jpg``.

Usage: ``python tools/screenshots.py --out docs/screenshots [--only review]``. Needs Debian's Chromium; the people in
the pictures are the rendered ones of ``sample_media``.
"""

from __future__ import annotations

import argparse
import csv
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from app.batch.kept import Asked, keep, new_folder
from app.cli import main as yitai
from app.engine import Choices
from app.inputs import Defaults, gather
from app.library.takes import add_take, list_takes
from app.manifest import read_manifest
from app.places import Places
from app.store.database import forget_stores
from tests.browser.site import DESKTOP, PHONE, chromium, running_page
from tests.browser.test_practise import SIZE_WH, at_home
from tests.browser.webcam import write_y4m
from tests.consenting import consented
from tools.records_home import Wanted, fill

SAMPLES = Path(__file__).resolve().parent.parent / "sample_media"
CLIP = "d01_stand_v45"
TAKES = ("d02_stand_too_wide", "d01_stand_v45", "d05_guide45_right", "d04_bow30_front")
LANGUAGES = ("zh", "en")
SIZES = {"desktop": DESKTOP, "phone": PHONE}
PATIENT_MS = 180_000
SETTLE_MS = 1500
QUALITY = 84
RECORDS, PEOPLE = 240, 14  # behind the pictures of Progress


@dataclass(frozen=True)
class Shot:
    """A page in a state: its address, and what to do before the picture is taken."""

    name: str
    address: str
    prepare: Callable[[Page], None] = lambda page: None


def _live(page: Page) -> None:
    page.locator(".card[data-drill=stand]").press("Enter")
    page.wait_for_selector(".guidance.good[data-stage=placing]", timeout=40_000)
    page.keyboard.press("s")
    page.wait_for_selector(".verdicts li[data-verdict=pass]", timeout=PATIENT_MS)


def _summary(page: Page) -> None:
    _live(page)
    page.wait_for_selector(".st-key-practise-keep", timeout=PATIENT_MS)


def _there(selector: str) -> Callable[[Page], None]:
    def prepare(page: Page) -> None:
        page.wait_for_selector(selector, timeout=PATIENT_MS)

    return prepare


def _press(selector: str, then: str) -> Callable[[Page], None]:
    def prepare(page: Page) -> None:
        page.locator(selector).first.click()
        page.wait_for_selector(then, timeout=PATIENT_MS)

    return prepare


def shots(take: str) -> list[Shot]:
    """Everything worth a picture."""
    return [
        Shot("practise", "practise", _there(".card[data-drill=stand]")),
        Shot("practise-live", "practise", _live),
        Shot("practise-summary", "practise", _summary),
        Shot("review", "review", _there(".cards .card")),
        Shot("review-take", f"review?take={take}", _there("video.shown")),
        Shot("review-compare", f"review?take={take}&view=compare", _there("video")),
        Shot("batch", "batch"),
        Shot("standards", "standards"),
        Shot("standards-edit", "standards", _press("text=/修改容差|Edit tolerances/", ".st-key-edit-panel")),
        Shot("calibrate", "calibrate"),
        Shot("calibrate-person", "calibrate", _press(".st-key-go-person button", ".st-key-calibrate-back")),
        Shot("setup", "setup"),
    ]


PROGRESS = [
    Shot("progress-class", "progress?part=class", _there(".map tbody tr")),
    Shot("progress-person", "progress?part=person", _there("svg.course")),
]


@contextmanager
def with_records(folder: Path) -> Iterator[str]:
    """A page with made-up assessments of numbered trainees; gives its address."""
    home = Places(consented(folder / "records"))
    for _ in fill(home, SAMPLES / f"{CLIP}.mp4", Wanted(takes=RECORDS, people=PEOPLE, groups=2)):
        pass
    forget_stores()
    with running_page(home.root, folder / "records.log") as url:
        yield url


def _keep_batch(home: Places, manifest: Path, reports: Path) -> None:
    """The same recordings as a batch that was run."""
    folder = new_folder(home, datetime.now())
    inputs = gather((), read_manifest(manifest), Defaults())
    keep(folder, Asked("", datetime.now().isoformat(timespec="seconds"), inputs, Choices()))
    shutil.copytree(reports, folder / "reports")


@contextmanager
def furnished(folder: Path) -> Iterator[str]:
    """A page whose library holds a few takes; gives its address."""
    home = Places(at_home(folder / "home", CLIP))
    wanted = folder / "wanted.csv"
    with (SAMPLES / "manifest.csv").open(encoding="utf-8-sig") as file, wanted.open("w", encoding="utf-8") as out:
        rows = list(csv.DictReader(file))
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        for row in rows:
            if Path(row["path"]).stem in TAKES:
                placed = {key: str(SAMPLES / row[key]) if key in ("path", "calibration") else row[key] for key in row}
                writer.writerow(placed)
    yitai(["score", "--manifest", str(wanted), "--out", str(folder / "reports"), "--quiet", "--language", "zh"])
    _keep_batch(home, wanted, folder / "reports")
    for name in TAKES:
        add_take(home, folder / "reports" / name, SAMPLES / f"{name}.mp4", "upload")
    with running_page(home.root, folder / "page.log") as url:
        yield url


def take_picture(browser: Browser, url: str, shot: Shot, language: str, size: str, out: Path) -> None:
    """One picture, as JPEG."""
    context = browser.new_context(viewport=SIZES[size], locale="zh-CN" if language == "zh" else "en-US")
    page = context.new_page()
    page.set_default_timeout(PATIENT_MS)
    joint = "&" if "?" in shot.address else "?"
    page.goto(f"{url}/{shot.address}{joint}lang={language}")
    page.wait_for_selector("h1, h2, .card, [class*=st-key-review]")
    shot.prepare(page)
    page.wait_for_timeout(SETTLE_MS)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.save(out / f"{shot.name}_{language}_{size}.jpg", quality=QUALITY, optimize=True)
    context.close()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="", help="part of a name")
    parser.add_argument("--size", choices=tuple(SIZES), default=None)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if any(arguments.only in shot.name for shot in PROGRESS):
            with with_records(folder) as url, chromium() as browser:
                take_pictures(browser, url, PROGRESS, arguments)
        if arguments.only.startswith("progress"):
            return
        camera = write_y4m(CLIP, folder, SIZE_WH)
        with furnished(folder) as url, chromium(camera) as browser:
            take_pictures(browser, url, shots(list_takes(Places(folder / "home"))[-1].id), arguments)


def take_pictures(browser: Browser, url: str, wanted: list[Shot], arguments: argparse.Namespace) -> None:
    """In both languages and sizes."""
    for shot in wanted:
        for language in LANGUAGES:
            for size in [arguments.size] if arguments.size else SIZES:
                if arguments.only in shot.name:
                    take_picture(browser, url, shot, language, size, arguments.out)
                    print(shot.name, language, size)


if __name__ == "__main__":
    main()
