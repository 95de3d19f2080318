"""Camera files that are sent to the page: sound ones are kept, others are one sentence and change nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.camera_files import camera_paths, read_camera, remove_camera, take_in_camera
from app.places import Places
from app.presenter.setup import camera_option, camera_words, size_text, space_is_low, space_text
from calibration.errors import CameraError

SAMPLE = Path(__file__).parent.parent.parent / "sample_media" / "d07_sit_shallow.camera.json"


def test_a_sound_file_is_kept_under_its_name_and_read_back(tmp_path: Path) -> None:
    places = Places(tmp_path)
    path = take_in_camera(places, "../大厅.camera.json", SAMPLE.read_bytes())
    assert path == places.cameras / "大厅.camera.json"
    assert path.read_bytes() == SAMPLE.read_bytes()
    file = read_camera(path)
    assert file.name == "大厅"
    assert file.camera is not None
    words = camera_words(file, "en")
    assert (words.level, words.size, words.seat, words.problem) == (
        "fully calibrated", "960 × 540", "with a seat", "",
    )  # fmt: skip


def test_the_same_file_twice_is_one_and_another_of_that_name_gets_a_number(tmp_path: Path) -> None:
    places = Places(tmp_path)
    first = take_in_camera(places, "hall.json", SAMPLE.read_bytes())
    assert take_in_camera(places, "hall.json", SAMPLE.read_bytes()) == first
    other = json.loads(SAMPLE.read_text(encoding="utf-8")) | {"level": "floor"}
    second = take_in_camera(places, "hall.json", json.dumps(other).encode())
    assert second.name == "hall-2.json"
    assert camera_paths(places, None) == (second, first)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "other"}, "schema"),
        ({"K": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}, "field of view"),
        ({"t": [0, 0, "x"]}, "'t'"),
        ({"R": [[1, 0, 0], [0, 1, 0], [0, 0, 2]]}, "'R'"),
    ],
)
def test_a_broken_file_is_one_sentence_and_nothing_is_kept(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    places = Places(tmp_path)
    data = json.dumps(json.loads(SAMPLE.read_text(encoding="utf-8")) | change).encode()
    with pytest.raises(CameraError, match=said) as caught:
        take_in_camera(places, "hall.json", data)
    assert "hall.json" in caught.value.zh
    assert not places.cameras.exists()


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"[1, 2]", b"not json"])
def test_what_is_no_camera_file_at_all_is_said(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(CameraError, match=r"notes\.txt"):
        take_in_camera(Places(tmp_path), "notes.txt", data)
    assert not Places(tmp_path).cameras.exists()


def test_a_file_of_ones_own_elsewhere_is_listed_and_never_deleted(tmp_path: Path) -> None:
    places, own = Places(tmp_path / "home"), tmp_path / "own.json"
    own.write_bytes(SAMPLE.read_bytes())
    inside = take_in_camera(places, "hall.json", SAMPLE.read_bytes())
    assert camera_paths(places, str(own)) == (inside, own)
    assert camera_paths(places, str(tmp_path / "gone.json")) == (inside,)
    remove_camera(places, own)
    remove_camera(places, inside)
    assert own.exists()
    assert camera_paths(places, None) == ()


def test_a_file_that_broke_later_is_shown_with_its_sentence(tmp_path: Path) -> None:
    path = tmp_path / "hall.json"
    path.write_text("{", encoding="utf-8")
    file = read_camera(path)
    assert file.camera is None
    assert "hall.json" in camera_words(file, "zh").problem
    assert camera_option(file, "en") == "hall · cannot be used"
    assert camera_option(None, "zh").startswith("不使用")


def test_sizes_are_said_as_people_read_them() -> None:
    sizes = (0.0, 820e3, 3.44e6, 12e6, 1.25e9, 512e9)
    assert [size_text(size) for size in sizes] == ["0 KB", "820 KB", "3.4 MB", "12 MB", "1.2 GB", "512 GB"]
    assert space_text(1e9, 7e10, "en") == "1.0 GB used, 70 GB free on the disk"
    assert space_is_low(1e9)
    assert not space_is_low(2e10)
