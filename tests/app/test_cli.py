"""The command line as a user meets it: exit codes of the contract, one line for each error, no traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main
from app.commands.packs import DECIDED
from vision.standard import coverage, load_pack

CAMERA = {
    "schema": "yitai.camera/1",
    "level": "full",
    "image_size": [1280, 720],
    "K": [[900.0, 0, 640], [0, 900.0, 360], [0, 0, 1]],
    "distortion": [0, 0, 0, 0, 0],
    "R": [[1, 0, 0], [0, 0, -1], [0, 1, 0]],
    "t": [0, 1.2, 0],
}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """The only line on stderr; nothing on stdout."""
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith("yitai: ")
    return line.removeprefix("yitai: ")


def camera_file(folder: Path, **changes: object) -> Path:
    path = folder / "camera.json"
    path.write_text(json.dumps({**CAMERA, **changes}), encoding="utf-8")
    return path


def test_version_is_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("yitai 0.")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["score"], "--out"),
        (["score", "--out", "x"], "nothing to do"),
        (["score", "a.mp4", "--out", "x", "--sex", "z"], "--sex"),
        (["score", "a.mp4", "--out", "x", "--drill", "jump"], "--drill: expected one of auto, stand"),
        (["score", "a.mp4", "--out", "x", "--person", "0"], "--person"),
        (["score", "a.mp4", "--out", "x", "--sample-fps", "0"], "--sample-fps"),
        (["score", "a.mp4", "--out", "x", "--height-cm", "17"], "--height-cm"),
        (["score", "a.mp4", "--out", "x", "--formats", "json,docx"], "unknown docx"),
        (["score", "a.mp4", "--out", "x", "--jobs", "0"], "--jobs"),
        (["score", "a.mp4", "--out", "x", "--standard", "T9"], "T9"),
        (["score", "a.mp4", "--out", "x", "--calibration", "none.json"], "none.json"),
        (["score", "--manifest", "none.csv", "--out", "x"], "none.csv"),
        (["measure"], "nothing to do"),
        (["measure", "a.mp4", "--strict"], "--strict"),
        (["scor"], "scor"),
        (["packs", "show", "T9"], "T9"),
        (["packs", "validate", "none.toml"], "none.toml"),
        (["calibrate", "check", "none.json"], "none.json"),
        (["calibrate", "board", "clip.mp4", "--whatever"], "--whatever"),
        (["calibrate", "person", "clip.mp4", "--out", "x.json", "--height-cm", "17"], "--height-cm"),
        (["calibrate", "print", "poster", "--out", "x"], "no sheet poster"),
        (["app", "--port", "70000"], "--port"),
        (["app", "--cert", "a.pem"], "--cert and --key"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    arguments: list[str],
    part: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert part in one_line(capsys)
    assert list(tmp_path.iterdir()) == [], "nothing half-written"


@pytest.mark.parametrize("arguments", [["--language", "zh", "score"], ["score", "--language=zh"]])
def test_errors_speak_the_language_asked_for(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert one_line(capsys) == "缺少 --out"


def test_errors_speak_the_language_of_the_system(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert main(["score", "--out", "x"]) == 2
    assert one_line(capsys).startswith("没有输入")


def test_help_lists_every_command_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f" {name} " in text for name in ("score", "measure", "calibrate", "packs", "app", "bench"))


def test_score_help_lists_every_option_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "--help"]) == 0
    text = capsys.readouterr().out
    for name in (
        *("manifest", "calibration", "height-cm", "sex", "standard", "drill", "person", "jobs", "sample-fps"),
        *("no-video", "formats", "resume", "strict", "out", "quiet", "language"),
    ):
        assert f"--{name}" in text


def test_packs_list_names_every_shipped_pack(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["packs", "list"]) == 0
    first = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert first[0] == "telecom"
    assert set(first) == {"telecom", "T1", "T2", "U1", "U2", "I1"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_packs_show_hides_no_clause(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["packs", "show", "T1", "--language", language]) == 0
    shown = "".join(capsys.readouterr().out.split())
    items = coverage(load_pack("T1"))
    asks = [(item.clause.zh if language == "zh" else item.clause.en).split()[0][:3] for item in items]
    assert all(first in shown for first in asks)
    for decided, words in DECIDED.items():
        word = words[0 if language == "zh" else 1].replace(" ", "")
        assert shown.count(word) >= sum(item.decided == decided for item in items)


def test_a_broken_pack_names_line_and_key(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pack = tmp_path / "own.toml"
    pack.write_text('id = "own"\nversion = 3\nnonsense = 1\n', encoding="utf-8")
    assert main(["packs", "validate", str(pack)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert any("own.toml:2: " in line for line in lines)
    assert any("own.toml:3: " in line and "nonsense" in line for line in lines)


def test_a_sound_pack_and_a_sound_camera_pass_their_checks(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from vision.standard.packs import PACKS_DIR

    assert main(["packs", "validate", str(PACKS_DIR / "T2.toml")]) == 0
    assert main(["calibrate", "check", str(camera_file(tmp_path))]) == 0
    out = capsys.readouterr().out
    assert "sound (T2" in out
    assert "level full, 1280x720, focal length 900 px +-2.0 %" in out
    assert "camera 1.20 +-0.04 m above the floor" in out


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("{", "JSON"),
        ("[]", "camera.json"),
        (json.dumps({key: value for key, value in CAMERA.items() if key != "K"}), "K"),
        (json.dumps({**CAMERA, "R": [[2, 0, 0], [0, 2, 0], [0, 0, 2]]}), "R"),
        (json.dumps({**CAMERA, "schema": "other/9"}), "schema"),
    ],
)
def test_a_broken_camera_file_stops_before_anything_is_scored(
    content: str, part: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    camera, clip = tmp_path / "camera.json", tmp_path / "a.mp4"
    camera.write_text(content, encoding="utf-8")
    clip.write_bytes(b"")
    out = tmp_path / "out"
    assert main(["score", str(clip), "--calibration", str(camera), "--out", str(out)]) == 2
    assert part in one_line(capsys)
    assert not out.exists()


def test_a_camera_of_another_aspect_ratio_stops_before_anything_is_scored(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, grey_picture: Path
) -> None:
    camera, out = camera_file(tmp_path, image_size=[1000, 1000]), tmp_path / "out"
    assert main(["score", str(grey_picture), "--calibration", str(camera), "--out", str(out)]) == 2
    line = one_line(capsys)
    assert "camera.json" in line
    assert "aspect ratio" in line
    assert not out.exists()


def test_a_broken_manifest_stops_before_anything_is_scored(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    manifest, out = tmp_path / "m.csv", tmp_path / "out"
    manifest.write_text("path,height_cm\na.mp4,170\nb.mp4,tall\n", encoding="utf-8")
    assert main(["score", "--manifest", str(manifest), "--out", str(out)]) == 2
    assert "line 3, column height_cm" in one_line(capsys)
    assert not out.exists()


def test_out_that_is_a_file_is_wrong_usage(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("mine", encoding="utf-8")
    assert main(["score", str(tmp_path), "--out", str(out)]) == 2
    assert "is a file" in one_line(capsys)
    assert out.read_text(encoding="utf-8") == "mine"


def test_a_benchmark_needs_a_truth_set(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["bench", "accuracy", "--truth", str(tmp_path)]) == 2
    assert "truth" in one_line(capsys)


def test_a_speed_benchmark_needs_a_recording(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["bench", "speed"]) == 2
    assert "sample_media" in one_line(capsys)
