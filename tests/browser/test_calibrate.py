"""The Calibrate page in a browser: a person before the webcam, a wrong file, a seat by four clicks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from calibration.camera import Camera, Seat, project
from calibration.files import load_camera, save_camera
from calibration.pose import pitch_roll_deg
from tests.browser.site import choose_option, chromium, open_page, running_page
from tests.browser.webcam import SAMPLES, write_y4m

pytestmark = pytest.mark.browser

STANDING, STANDING_CM = "d01_stand_v45", 176
SITTING = "d07_sit_shallow"
PATIENT_MS = 120_000
SHORT_MS = 30_000


def truth_of(clip: str) -> Camera:
    return load_camera(SAMPLES / f"{clip}.camera.json")


def first_picture(clip: str, out: Path) -> Path:
    with av.open(str(SAMPLES / f"{clip}.mp4")) as container:
        frame = next(iter(container.decode(video=0)))
        Image.fromarray(frame.to_ndarray(format="rgb24")).save(out)
    return out


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of a program that already has one calibrated camera in use: that of the sitting clip, without its seat."""
    folder = tmp_path_factory.mktemp("home")
    known = folder / "cameras" / "lounge.json"
    save_camera(known, replace(truth_of(SITTING), seat=None), "")
    (folder / "preferences.json").write_text(json.dumps({"camera": str(known)}))
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("webcam")
    with chromium(write_y4m(STANDING, folder, seconds=2.0)) as started:
        yield started


@pytest.fixture(scope="module")
def url(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_page(home, tmp_path_factory.mktemp("log") / "page.log") as address:
        yield address


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    opened = open_page(browser, f"{url}/calibrate")
    opened.set_default_timeout(SHORT_MS)
    yield opened
    opened.context.close()


def choose_way(page: Page, way: str) -> None:
    page.locator(f".st-key-go-{way} button").click()
    expect(page.locator(".st-key-calibrate-back")).to_be_visible(timeout=SHORT_MS)


def fill_number(page: Page, label: str, value: float) -> None:
    field = page.locator(f'input[aria-label="{label}"]')
    field.fill(f"{value:g}")
    field.press("Enter")


def upload_to(picker: Locator, file: Path) -> None:
    picker.locator("input[type=file]").set_input_files(str(file))
    expect(picker.locator("li.done")).to_have_count(1, timeout=SHORT_MS)


def test_a_person_before_the_webcam_makes_the_camera_file_in_use(page: Page, home: Path, url: str) -> None:
    choose_way(page, "person")
    fill_number(page, "Height without shoes (cm)", STANDING_CM)
    page.get_by_role("radio", name="1", exact=True).click()
    frame = page.locator(".frame")
    expect(frame).to_have_attribute("data-state", "live", timeout=PATIENT_MS)
    expect(page.locator(".badge")).to_have_text("960 × 540")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".numbers")).to_be_visible(timeout=PATIENT_MS)
    page.get_by_role("textbox", name="Name").fill("hall")
    page.get_by_role("textbox", name="Name").press("Enter")
    page.get_by_role("button", name=re.compile("Save and use")).click()
    expect(page.get_by_text("Saved and in use: “hall”")).to_be_visible(timeout=SHORT_MS)

    found, truth = load_camera(home / "cameras" / "hall.json"), truth_of(STANDING)
    pitches = [pitch_roll_deg(one.rotation_cam_from_floor)[0] for one in (found, truth)]
    assert abs(pitches[0] - pitches[1]) < 1.5
    assert abs(found.centre_m[2] - truth.centre_m[2]) < 0.08
    assert found.image_size == (960, 540)
    assert json.loads((home / "preferences.json").read_text())["camera"] == str(home / "cameras" / "hall.json")
    page.goto(f"{url}/setup?lang=en")
    expect(page.get_by_role("combobox", name="Camera file")).to_have_value(re.compile("hall"), timeout=SHORT_MS)


def test_a_wrong_camera_file_is_refused_with_what_to_do(page: Page, tmp_path: Path, home: Path) -> None:
    truth = truth_of(STANDING)
    lifted = truth.centre_m + np.array([0.0, 0.0, 0.25])
    wrong = replace(truth, translation_m=-truth.rotation_cam_from_floor @ lifted)
    save_camera(tmp_path / "wrong.json", wrong, "")
    choose_way(page, "check")
    uploader = page.locator(".stBidiComponent, [data-testid=stBidiComponent]")
    choose_option(page, "Camera file", "Upload a file")
    upload_to(uploader.filter(has=page.locator("input[accept*='.json']")), tmp_path / "wrong.json")
    fill_number(page, "Height of who is in it (cm, optional)", STANDING_CM)
    page.get_by_role("radio", name="Upload pictures or a video").click()
    upload_to(
        uploader.filter(has=page.locator("input[accept*='image/*']")), first_picture(STANDING, tmp_path / "look.png")
    )
    page.get_by_role("button", name=re.compile("Check")).last.click()
    refusal = page.locator(".remark.bad").first
    expect(refusal).to_contain_text("check the sheet's size, the ruler line, the height given", timeout=PATIENT_MS)
    expect(page.get_by_text("This file should not be used.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Use this file"))).to_have_count(0)
    assert not (home / "cameras" / "wrong.json").exists()


def column_of(handle: Locator) -> int:
    """Where a point lies across the picture, as its name for screen readers says."""
    (column,) = re.findall(r"(\d+), \d+$", handle.get_attribute("aria-label") or "")
    return int(column)


def corners_px(camera: Camera, seat: Seat) -> np.ndarray:
    """Pixels of front left, front right, back right, back left (4, 2)."""
    across = seat.front_left - seat.front_right
    back = np.cross([0.0, 0.0, 1.0], across)
    back *= seat.depth_m / np.linalg.norm(back)
    edges = [seat.front_left, seat.front_right, seat.front_right + back, seat.front_left + back]
    return project(camera, np.array(edges))


def test_four_clicks_give_a_seat_where_they_were_made(page: Page, tmp_path: Path, home: Path) -> None:
    truth = truth_of(SITTING)
    assert truth.seat is not None
    choose_way(page, "seat")
    fill_number(page, "Seat height (cm)", 100 * truth.seat.height_m)
    choose_option(page, "Which camera", "lounge")
    page.get_by_role("radio", name="Upload pictures or a video").click()
    uploader = page.locator(".stBidiComponent, [data-testid=stBidiComponent]")
    picture = first_picture(SITTING, tmp_path / "seat.png")
    uploader.locator("input[type=file]").set_input_files(str(picture))
    image = page.locator(".frame img")
    expect(image).to_be_visible(timeout=SHORT_MS)
    meant = corners_px(truth, truth.seat)
    for number, (x, y) in enumerate(meant, start=1):
        box = image.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + x * box["width"] / 960, box["y"] + y * box["height"] / 540)
        expect(page.locator(".handle")).to_have_count(number)
    last = page.locator(".handle").last
    before = column_of(last)
    last.press("Shift+ArrowRight")
    assert column_of(last) == before + 10, "keys move the chosen point"
    grip = last.bounding_box()
    assert grip is not None
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    back_px = 10 * box["width"] / 960
    page.mouse.move(grip["x"] + grip["width"] / 2 - back_px, grip["y"] + grip["height"] / 2, steps=4)
    page.mouse.up()
    assert abs(column_of(last) - before) <= 1, "and the mouse drags it"
    page.get_by_role("button", name=re.compile("Add to “lounge”")).click(timeout=SHORT_MS)
    expect(page.get_by_text("Added to “lounge”")).to_be_visible(timeout=SHORT_MS)

    found = load_camera(home / "cameras" / "lounge.json")
    assert found.seat is not None
    off = np.linalg.norm(corners_px(found, found.seat)[:2] - meant[:2], axis=1)
    assert off.max() < 2.0, "the front edge lies where it was clicked, within a screen pixel or two"
    assert found.seat.depth_m == pytest.approx(truth.seat.depth_m, abs=0.02)
    assert found.seat.front_left == pytest.approx(truth.seat.front_left, abs=0.02)
