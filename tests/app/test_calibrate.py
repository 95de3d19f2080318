"""``yitai calibrate`` as a user meets it, on photographed sheets and drawn rooms."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.cli import main
from calibration.camera import Camera
from calibration.files import load_background, load_camera, save_camera
from calibration.neutral import load_neutral
from calibration.pose import pitch_roll_deg
from calibration.sheets import SHEETS, sheet_pdf
from tests.calibration.scenes import SIZE, camera, picture_of_sheet, pictures_of_board, rasterised

SAMPLES = Path(__file__).resolve().parents[2] / "sample_media"
TRUTH = camera(-17.0, 1.5, 1.5)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


def photograph(folder: Path, name: str, place: tuple[float, float], truth: Camera = TRUTH) -> Path:
    """The A3 floor sheet on the floor before a camera, as a file."""
    page = rasterised(sheet_pdf("floor-a3"))[0]
    path = folder / name
    cv2.imwrite(str(path), picture_of_sheet(truth, page, "a3", place))
    return path


def test_every_sheet_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "print", "--out", str(tmp_path)]) == 0
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(SHEETS)
    assert "--ruler-mm" in capsys.readouterr().out
    assert main(["calibrate", "print", "board-a3", "--out", str(tmp_path / "one")]) == 0
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["board-a3.pdf"]


def test_the_floor_sheet_makes_a_camera_file_with_a_preview(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures = [photograph(tmp_path, f"{i}.png", place) for i, place in enumerate([(0.1, 2.2), (-0.5, 2.9)])]
    out, view = tmp_path / "camera.json", tmp_path / "view.jpg"
    lens = tmp_path / "lens.json"
    save_camera(lens, TRUTH, "")
    arguments = [
        "calibrate",
        "floor",
        *map(str, pictures),
        "--out",
        str(out),
        "--lens",
        str(lens),
        "--preview",
        str(view),
    ]
    assert main(arguments) == 0
    found = load_camera(out)
    assert found.level == "full"
    assert pitch_roll_deg(found.rotation_cam_from_floor) == pytest.approx((-17.0, 1.5), abs=0.4)
    assert found.centre_m[2] == pytest.approx(1.5, abs=0.02)
    assert json.loads(out.read_text())["created"]
    assert load_background(out) is not None
    assert cv2.imread(str(view)).shape == (SIZE[1], SIZE[0], 3)
    assert "2 place(s) of the sheet" in capsys.readouterr().out


def test_photographs_of_the_board_make_a_lens_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truth = camera(focal_px=880.0)
    for i, picture in enumerate(pictures_of_board(truth, 15, seed=2)):
        cv2.imwrite(str(tmp_path / f"{i:02}.png"), picture)
    out = tmp_path / "out" / "lens.json"
    assert main(["calibrate", "board", str(tmp_path), "--out", str(out)]) == 0
    found = load_camera(out)
    assert found.focal_px == pytest.approx(880.0, rel=0.006)
    assert found.focal_px == pytest.approx(880.0, rel=2.5 * found.sigma.focal_rel)
    assert found.level == "none", "a lens file knows no pose"
    assert "go on with calibrate floor or person --lens" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (["floor", "grey.png", "--out", "x.json"], 2, "floor sheet was not found"),
        (["board", "grey.png", "--out", "x.json"], 2, "only 0 different sharp views"),
        (["floor", "grey.png", "--out", "x.json", "--ruler-mm", "10"], 2, "--ruler-mm"),
        (["floor", "none.png", "--out", "x.json"], 1, "none.png"),
        (["seat", "--calibration", "c.json", "--out", "x.json", "--seat-height-cm", "45"], 2, "give one way"),
        (
            ["seat", "--calibration", "c.json", "--out", "x.json", "--seat-height-cm", "45", "--corner", "1,2"],
            2,
            "four times",
        ),
        (["person", "grey.png", "--out", "x.json"], 2, "--height-cm"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_leaves_nothing(
    arguments: list[str],
    code: int,
    part: str,
    grey_picture: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    save_camera("c.json", TRUTH, "")
    assert main(["calibrate", *arguments]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert part in err.splitlines()[-1]
    assert not Path("x.json").exists()
    assert grey_picture.exists()


def test_a_mirrored_picture_of_the_sheet_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = photograph(tmp_path, "a.png", (0.1, 2.2))
    cv2.imwrite(str(path), cv2.imread(str(path))[:, ::-1])
    assert main(["calibrate", "floor", str(path), "--out", str(tmp_path / "x.json")]) == 2
    assert "mirrored" in capsys.readouterr().err


def test_clicked_corners_add_a_seat_and_keep_the_camera(tmp_path: Path) -> None:
    from calibration.camera import project

    save_camera(tmp_path / "c.json", TRUTH, "")
    corners = np.array([[0.22, 2.6, 0.45], [-0.22, 2.6, 0.45], [-0.22, 3.02, 0.45], [0.22, 3.02, 0.45]])
    words = [word for x, y in project(TRUTH, corners) for word in ("--corner", f"{x},{y}")]
    arguments = ["seat", "--calibration", str(tmp_path / "c.json"), "--out", str(tmp_path / "s.json"), *words]
    assert main(["calibrate", *arguments, "--seat-height-cm", "45", "--seat-depth-cm", "42"]) == 0
    found = load_camera(tmp_path / "s.json")
    assert found.seat is not None
    assert found.seat.front_left == pytest.approx(corners[0])
    assert found.centre_m == pytest.approx(TRUTH.centre_m)


@pytest.mark.model
def test_a_person_makes_a_camera_file_that_its_own_check_believes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip, out = SAMPLES / "d02_stand_too_wide.mp4", tmp_path / "camera.json"
    assert main(["calibrate", "person", str(clip), "--height-cm", "155", "--out", str(out)]) == 0
    found, truth = load_camera(out), load_camera(clip.with_name("d02_stand_too_wide.camera.json"))
    off = np.subtract(*(pitch_roll_deg(one.rotation_cam_from_floor) for one in (found, truth)))
    assert np.abs(off).max() < 1.0
    assert abs(found.centre_m[2] - truth.centre_m[2]) < 0.05
    assert main(["calibrate", "check", str(out), str(clip), "--height-cm", "155"]) == 0
    assert "sound" in capsys.readouterr().out
    assert main(["calibrate", "check", str(out), str(clip), "--height-cm", "180"]) == 1
    assert "yitai: error: by this calibration the person is" in capsys.readouterr().err


@pytest.mark.model
def test_two_seconds_of_standing_make_a_neutral_file(tmp_path: Path) -> None:
    clip, out = SAMPLES / "d01_stand_v45.mp4", tmp_path / "neutral.json"
    camera_file = clip.with_name("d01_stand_v45.camera.json")
    arguments = ["--height-cm", "176", "--calibration", str(camera_file), "--trainee", "A", "--out", str(out)]
    assert main(["calibrate", "neutral", str(clip), *arguments]) == 0
    found = load_neutral(out)
    assert found.stature_cm == pytest.approx(176.0)
    assert 125 < found.shoulder_height_cm < 150
    assert 38 < found.segments_cm["thigh"] < 46
    assert abs(found.angles_deg["head_roll"]) < 5
    assert found.face["mouth_width"] > 0.2


@pytest.mark.model
def test_a_deep_sitter_shows_where_the_seat_is(tmp_path: Path) -> None:
    clip, out = SAMPLES / "d08_sit_deep_lean_back.mp4", tmp_path / "seat.json"
    camera_file = clip.with_name("d08_sit_deep_lean_back.camera.json")
    words = ["--seat-height-cm", "44", "--seat-depth-cm", "45", "--deep-sit", str(clip), "--out", str(out)]
    assert main(["calibrate", "seat", "--calibration", str(camera_file), *words]) == 0
    found, truth = load_camera(out).seat, load_camera(camera_file).seat
    assert found is not None
    assert truth is not None
    middles = [(one.front_left + one.front_right) / 2 for one in (found, truth)]
    assert np.linalg.norm(middles[0] - middles[1]) < 0.12
