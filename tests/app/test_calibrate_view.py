"""The Calibrate page without a browser: its words, its table of worth, its screens, what it does with files."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.calibrating.burst import Shot, write_clip
from app.calibrating.cameras import FloorTask, PersonTask, floor_camera, person_camera
from app.calibrating.made import Made
from app.calibrating.running import Running
from app.calibrating.seats import SeatTask, seat_camera
from app.components.camera_picture import Burst, Still, overlay_lines, parse_bursts
from app.components.point_picker import parse_points
from app.presenter.calibrate import LEVELS, SHEET_WORDS, TYPICAL, WAYS, camera_numbers, plain, remarks
from app.presenter.calibrate_stops import board_stops, floor_stops, person_stops
from app.presenter.sheets import sheet_svg
from app.presenter.worth import worth_rows
from app.texts import literal
from app.views.calibrating_page.outcome import free_path
from app.views.calibrating_page.state import STEPS, UPLOAD, WAY, Step
from calibration.camera import Camera, project
from calibration.check import Finding
from calibration.errors import CameraError
from calibration.files import load_camera, save_camera
from calibration.seat import in_sitters_order
from calibration.sheets import SHEETS
from tests.calibration.scenes import camera
from tools.worth import OUT, worth
from vision.video import frames, probe

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_media"
TRUTH = camera(-17.0, 1.5, 1.5)


@pytest.fixture(autouse=True)
def own_main() -> Iterator[None]:
    """AppTest leaves its script behind as ``__main__``, which worker processes of later tests would run again."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YITAI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def page(way: str | None = None, step: Step | None = None, language: str = "en") -> AppTest:
    """The Calibrate page at a way whose step is as given."""

    def script(language: str) -> None:
        import streamlit as st

        from app.views.calibrate import show
        from app.views.context import LANGUAGE

        st.session_state[LANGUAGE] = language
        show()

    at = AppTest.from_function(script, kwargs={"language": language}, default_timeout=60)
    at.session_state[WAY] = way
    at.session_state[STEPS] = {} if step is None or way is None else {way: step}
    return at.run()


def text_of(at: AppTest) -> str:
    """All that the page says."""
    parts = [*at.title, *at.caption, *at.error, *at.success, *at.info, *at.subheader]
    words = [str(one.value) for one in parts] + [one.label for one in at.button]
    return "\n".join([*words, *(str(one.proto.body) for one in at.get("html"))])


# words and numbers


def test_the_worth_of_each_level_is_that_of_the_measured_tables() -> None:
    pages = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("accuracy.md", "accuracy-person.md")]
    assert json.loads(OUT.read_text(encoding="utf-8")) == worth(pages[0], pages[1]), "run python tools/worth.py"
    rows = worth_rows("en")
    assert all(len(row.cells) == 3 for row in rows)
    assert rows[0].name == "shoulder tilt (front)"
    assert rows[-1].cells[0].u == "not measured", "no seat depth without a camera file"


def test_typical_spreads_are_twice_those_of_the_documents_table() -> None:
    table = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| (.+?) \| .+? \| `(\w+)` \| ([\d.]+) deg, ([\d.]+)(?:-([\d.]+))? cm, ([\d.]+) %", table, re.M
    )
    documented = {}
    for _, level, pitch, low, high, focal in rows:
        documented.setdefault(level, (2 * float(pitch), float(low) + float(high or low), 2 * float(focal)))
    assert [one.level for one in TYPICAL] == list(LEVELS)
    for one in TYPICAL:
        assert (one.pitch_deg, one.height_cm, one.focal_percent) == pytest.approx(documented[one.level])


def test_numbers_of_a_camera_say_what_they_were_before() -> None:
    height, pitch, roll, field = camera_numbers(TRUTH, "en", beside_none=True)
    assert (height.value, pitch.value, roll.value) == ("150 cm", "−17.0°", "+1.5°")
    assert height.note == "uncalibrated ± 50 cm"
    assert pitch.note == "uncalibrated ± 16.0°"
    assert field.value.endswith("°")
    coarse = camera_numbers(replace(TRUTH, sigma=replace(TRUTH.sigma, height_m=0.2)), "zh")[0]
    assert (coarse.spread, coarse.good) == ("± 40 cm", False)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("请重新标定镜头（calibrate board）", "请重新标定镜头"),
        ("or use the sheets (calibrate floor, calibrate board)", "or use the sheets"),
        (
            "measure the printed ruler line and give it as --ruler-mm, and",
            "measure the printed ruler line and enter it, and",
        ),
        ("请量打印的标尺线并用 --ruler-mm 给出，四张纸", "请量打印的标尺线并填写，四张纸"),
    ],
)
def test_the_page_never_names_commands_or_options(line: str, expected: str) -> None:
    assert plain(line) == expected


def test_errors_come_before_warnings() -> None:
    found = remarks([Finding("a", "warning", "甲", "one"), Finding("b", "error", "乙", "two")], "en")
    assert [(one.bad, one.text) for one in found] == [(True, "two"), (False, "one")]


def test_every_place_to_stand_has_words_in_both_languages() -> None:
    for stops in (person_stops(4, "zh"), floor_stops("zh"), board_stops("zh")):
        assert all(re.search(r"[\u4e00-\u9fff]", stop.title + stop.hint) for stop in stops)
    assert [stop.id for stop in person_stops(2, "en")] == ["middle", "near"]
    assert set(SHEET_WORDS) == set(SHEETS)


def test_the_little_picture_of_a_sheet_shows_its_pages() -> None:
    assert sheet_svg("floor-poster").count("<path") == 4
    assert sheet_svg("board-a4").count("<path") == 1


# what comes from the browser


def test_bursts_of_another_form_are_left_out() -> None:
    good = {"id": "1", "stop": "near", "stills": [{"number": "ab", "t": 0.25, "width": 4, "height": 3}]}
    assert parse_bursts([good, {"id": "2"}, "x", {"id": "3", "stop": "far", "stills": []}]) == (
        Burst("1", "near", (Still("ab", 0.25),)),
    )
    assert parse_bursts("nothing") == ()


def test_points_of_another_form_are_none() -> None:
    assert parse_points([[1, 2.5], [3, 4]], 4) == ((1.0, 2.5), (3.0, 4.0))
    assert parse_points([[1, 2, 3]], 4) is None
    assert parse_points(None, 4) is None


def test_the_drawn_floor_reaches_the_live_picture_as_shares_of_it() -> None:
    lines = overlay_lines(TRUTH)
    points = np.concatenate([line["points"] for line in lines])
    assert {line["kind"] for line in lines} == {"grid", "pole", "pole_white"}
    assert points.min() >= -0.2
    assert points.max() <= 1.2
    foot = next(line for line in lines if line["kind"] == "pole")["points"][0]
    assert foot[0] == pytest.approx(0.5, abs=0.03), "the pole stands in the middle of the picture"


# stills that become a recording


def test_a_burst_becomes_a_recording_with_its_own_pictures_and_times(tmp_path: Path) -> None:
    times = [3.0, 3.13, 3.3, 3.41, 3.58]
    shots = []
    for number, time_s in enumerate(times):
        file = tmp_path / f"{number}.jpg"
        cv2.imwrite(str(file), np.full((120, 160, 3), 40 * number, np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 95])
        shots.append(Shot(file, time_s))
    write_clip(shots[::-1], tmp_path / "clip.mkv")
    assert probe(tmp_path / "clip.mkv").size_wh == (160, 120)
    with frames(tmp_path / "clip.mkv") as stream:
        seen = [(frame.timestamp_s, float(frame.image_bgr.mean())) for frame in stream]
    assert [time_s for time_s, _ in seen] == pytest.approx([time_s - 3.0 for time_s in times], abs=2e-3)
    assert [level for _, level in seen] == pytest.approx([0, 40, 80, 120, 160], abs=2)


def test_a_still_that_is_none_is_refused_with_what_to_do(tmp_path: Path) -> None:
    broken = tmp_path / "a.jpg"
    broken.write_bytes(b"nothing of a picture")
    with pytest.raises(CameraError, match="take it again"):
        write_clip([Shot(broken, 0.0)], tmp_path / "clip.mkv")
    assert not (tmp_path / "clip.mkv").exists()


def test_stills_of_two_sizes_are_refused(tmp_path: Path) -> None:
    for name, shape in (("a", (60, 80, 3)), ("b", (80, 60, 3))):
        cv2.imwrite(str(tmp_path / f"{name}.jpg"), np.zeros(shape, np.uint8))
    with pytest.raises(CameraError, match="changed its format"):
        write_clip([Shot(tmp_path / f"{name}.jpg", 0.0) for name in "ab"], tmp_path / "clip.mkv")


def test_work_in_the_background_ends_with_its_refusal(grey_picture: Path) -> None:
    now = Running(floor_camera, FloorTask([grey_picture])).wait(60)
    assert now.finished
    assert now.error is not None
    assert "floor sheet was not found" in now.error.en


@pytest.mark.model
def test_two_pictures_of_one_place_are_said_to_be_no_better_than_one(tmp_path: Path) -> None:
    with frames(SAMPLES / "d02_stand_too_wide.mp4") as stream:
        picture = next(iter(stream)).image_bgr
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / name), picture)
    now = Running(person_camera, PersonTask([tmp_path / "a.png", tmp_path / "b.png"], 155.0)).wait(120)
    assert now.error is None
    assert [one.code for one in now.result.findings] == ["same_place"]


# the seat


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 2, 3), (0, 1, 3, 2), (1, 0, 3, 2)])
def test_a_seat_is_the_same_whichever_end_of_an_edge_was_clicked_first(tmp_path: Path, order: tuple[int, ...]) -> None:
    save_camera(tmp_path / "c.json", TRUTH, "")
    corners = np.array([[0.22, 2.6, 0.45], [-0.22, 2.6, 0.45], [-0.22, 3.02, 0.45], [0.22, 3.02, 0.45]])
    clicked = in_sitters_order(TRUTH, project(TRUTH, corners)[list(order)], 0.45)
    seat = seat_camera(SeatTask(tmp_path / "c.json", 0.45, corners_px=clicked)).camera.seat
    assert seat is not None
    assert seat.front_left == pytest.approx(corners[0], abs=1e-6)
    assert seat.depth_m == pytest.approx(0.42, abs=1e-6)


def test_a_seat_clicked_in_a_smaller_picture_is_the_same_seat(tmp_path: Path) -> None:
    save_camera(tmp_path / "c.json", TRUTH, "")
    corners = np.array([[0.22, 2.6, 0.45], [-0.22, 2.6, 0.45], [-0.22, 3.02, 0.45], [0.22, 3.02, 0.45]])
    width, height = TRUTH.image_size
    half = project(TRUTH, corners) / 2
    task = SeatTask(tmp_path / "c.json", 0.45, corners_px=half, size_wh=(width // 2, height // 2))
    made = seat_camera(task)
    assert made.camera.image_size == TRUTH.image_size
    assert made.camera.seat is not None
    assert made.camera.seat.front_right == pytest.approx(corners[1], abs=0.01)


# the screens


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("way", [None, *(one.id for one in WAYS)])
def test_every_screen_is_drawn_in_both_languages(way: str | None, language: str, home: Path) -> None:
    at = page(way, language=language)
    assert not at.exception
    said = text_of(at)
    assert ("标定" if language == "zh" else "Calibrate") in said
    if way is None:
        assert len([one for one in at.button if one.key.startswith("go-")]) == len(WAYS)


def made_camera(found: Camera = TRUTH, findings: tuple[Finding, ...] = ()) -> Made:
    return Made(found, "", "", np.full((found.image_size[1], found.image_size[0], 3), 90, np.uint8), findings)


def test_what_was_found_is_saved_under_its_name_and_used(home: Path) -> None:
    at = page("person", Step(source=UPLOAD, result=made_camera()))
    at.text_input[0].set_value("hall/../ 1").run()
    at.button(key="save-person").click().run()
    assert not at.exception
    (saved,) = (home / "cameras").iterdir()
    assert saved.parent == home / "cameras"
    assert load_camera(saved).centre_m == pytest.approx(TRUTH.centre_m)
    assert json.loads((home / "preferences.json").read_text())["camera"] == str(saved)
    assert "Saved and in use" in text_of(at)


def test_a_camera_with_an_error_offers_no_saving(home: Path) -> None:
    wrong = Finding("stature", "error", "人高 208 厘米", "the person is 208 cm tall")
    at = page("person", Step(source=UPLOAD, result=made_camera(findings=(wrong,))))
    assert not at.exception
    assert not [one for one in at.button if one.key == "save-person"]
    assert "the person is 208 cm tall" in text_of(at)
    assert not (home / "cameras").exists()


def test_a_refusal_is_a_sentence_and_the_step_is_still_there(home: Path) -> None:
    at = page("floor", Step(error=CameraError("the floor sheet was not found: lay it flat", "未找到")))
    assert not at.exception
    assert [one.value for one in at.error] == [literal("the floor sheet was not found: lay it flat")]
    assert at.button(key="compute-floor").disabled


def test_a_changed_language_keeps_what_was_filled_in_and_found(home: Path) -> None:
    at = page("person", Step(entries={"height_cm": 171.0, "spots": "3"}))
    assert at.number_input[0].value == 171.0
    again = page("person", at.session_state[STEPS]["person"], language="zh")
    assert again.number_input[0].value == 171.0
    assert at.session_state[STEPS]["person"].entries["spots"] == "3"


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    (tmp_path / "hall.json").touch()
    (tmp_path / "hall 2.json").touch()
    assert free_path(tmp_path, "hall") == tmp_path / "hall 3.json"
    assert free_path(tmp_path, "hall.json") == tmp_path / "hall 3.json"
    assert free_path(tmp_path, "../x").parent == tmp_path
