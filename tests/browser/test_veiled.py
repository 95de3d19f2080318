"""Review's button for copies with faces covered: pressed, waited for, taken away and looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from app.cli import main
from app.library.takes import add_take
from app.places import Places
from app.store.database import forget_stores
from tests.browser.site import open_page, running_page
from vision.estimators.faces import FaceFinder
from vision.veil import Heads, find_heads
from vision.video import frames

pytestmark = [
    pytest.mark.browser,
    pytest.mark.model,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # the vendor's metadata writer leaves files open
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
WAIT_MS = 180_000
CLIP = Path(__file__).resolve().parents[2] / "sample_media" / "d04_bow30_front.mp4"
NAMES = {"annotated-blurred.mp4", "recording-blurred.mp4", "blurred.html"}


def faces(path: Path, heads: Heads) -> int:
    """In how many pictures of a video a face is found where a head is: folded hands are one to the detector, too."""
    count = 0
    with FaceFinder(confidence=0.3) as finder:
        for frame in frames(path, sample_fps=4):
            near = [head for head in heads.at(frame.timestamp_s) for one in finder.find(frame.image_bgr)
                    if np.hypot(*(one[:2] - head[:2])) < 1.5 * head[2]]  # fmt: skip
            count += bool(near)
    return count


def test_covered_copies_are_made_on_asking_and_the_take_stays_as_it_is(browser: Browser, tmp_path: Path) -> None:
    scored = ["score", str(CLIP), "--height-cm", "166", "--quiet", "--sample-fps", "6", "--formats", "json,html"]
    assert main([*scored, "--out", str(tmp_path / "out")]) == 0
    places = Places(tmp_path / "home")
    take = add_take(places, tmp_path / "out" / CLIP.stem, CLIP, "upload", title="bow", keep=True)
    forget_stores()
    before = {path.name: path.read_bytes() for path in take.folder.iterdir()}
    with running_page(places.root, tmp_path / "log") as url:
        page = open_page(browser, f"{url}/review?take={take.id}&view=files")
        page.get_by_role("button", name="Make copies with faces covered").click(timeout=WAIT_MS)
        links = page.locator(".st-key-review-files a.take-file", has_text="blurred")
        expect(links).to_have_count(len(NAMES), timeout=WAIT_MS)
        copies = {}
        for link in links.all():
            with page.expect_download() as coming:
                link.click()
            name = coming.value.suggested_filename.removeprefix("bow-")
            copies[name] = tmp_path / name
            coming.value.save_as(copies[name])
        page.context.close()
    assert copies.keys() == NAMES
    heads = find_heads(CLIP)
    assert faces(CLIP, heads) > 3, "there are faces to be covered"
    assert faces(copies["recording-blurred.mp4"], heads) == 0
    assert faces(copies["annotated-blurred.mp4"], heads) == 0
    assert {path.name: path.read_bytes() for path in take.folder.iterdir() if path.name in before} == before
