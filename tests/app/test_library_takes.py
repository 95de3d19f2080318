"""The library keeps takes whole, newest first, and says what is wrong with a broken one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from app.library.takes import add_take, find_take, list_takes, remove_take
from app.places import Places
from tests.report.conftest import example_report as sample_report
from vision.errors import OutputError, UsageError
from vision.report import write_reports
from vision.types import Verdict


def _scored(folder: Path) -> Path:
    write_reports(sample_report(), None, (), folder, {"json"})
    return folder


def _recording(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"not looked at")
    return path


def test_a_take_keeps_the_report_and_the_recording_together(tmp_path: Path) -> None:
    places = Places(tmp_path / "home")
    report_folder, recording = _scored(places.uploads / "1" / "scored"), _recording(places.uploads / "1" / "Bow.MP4")
    take = add_take(places, report_folder, recording, "upload")
    assert take.report == sample_report()
    assert take.recording is not None
    assert take.recording.relative_to(places.root).parts[0] == "media"
    assert take.recording.suffix == ".mp4"
    assert take.recording.stem == hashlib.sha256(b"not looked at").hexdigest()
    assert (take.title, take.origin, take.problem) == ("Bow", "upload", None)
    assert not report_folder.exists(), "moved: it lay in the data folder"
    assert not recording.exists()
    assert [path.name for path in places.library.iterdir()] == [take.id]


def test_a_users_own_file_is_copied_and_stays_where_it_was(tmp_path: Path) -> None:
    places = Places(tmp_path / "home")
    recording = _recording(tmp_path / "elsewhere" / "clip.mov")
    take = add_take(places, _scored(tmp_path / "out"), recording, "sample", title="A sample")
    assert recording.exists()
    assert take.title == "A sample"


def test_a_batch_keeps_its_own_folder_when_asked(tmp_path: Path) -> None:
    places = Places(tmp_path / "home")
    folder = _scored(places.batches / "b" / "clip")
    add_take(places, folder, _recording(places.uploads / "2" / "clip.mp4"), "batch", keep=True)
    assert (folder / "report.json").is_file()


def test_takes_come_newest_first_with_ids_that_sort_and_cannot_be_guessed(tmp_path: Path) -> None:
    places = Places(tmp_path)
    ids = [add_take(places, _scored(tmp_path / "o"), _recording(tmp_path / "r.mp4"), "upload").id for _ in range(3)]
    assert [take.id for take in list_takes(places)] == ids[::-1]
    assert len({take_id.rsplit("-", 1)[1] for take_id in ids}) == 3


def test_broken_folders_are_listed_with_a_sentence_and_do_not_hide_the_others(tmp_path: Path) -> None:
    places = Places(tmp_path)
    good = add_take(places, _scored(tmp_path / "o"), _recording(tmp_path / "r.mp4"), "upload")
    (places.library / "empty").mkdir()
    for name, text in (("cut", '{"schema": "yitai.rep'), ("other", '{"schema": "x/1"}'), ("list", "[1]")):
        folder = places.library / name
        folder.mkdir()
        (folder / "report.json").write_text(text, encoding="utf-8")
        (folder / "take.json").write_text("{", encoding="utf-8")
    takes = {take.id: take for take in list_takes(places)}
    assert set(takes) == {good.id, "empty", "cut", "other", "list"}
    for name in ("empty", "cut", "other", "list"):
        problem = takes[name].problem
        assert problem is not None
        assert problem.zh != problem.en
        assert takes[name].report is None
    assert takes[good.id].headline is not None


def test_a_changed_report_is_read_again(tmp_path: Path) -> None:
    places = Places(tmp_path)
    take = add_take(places, _scored(tmp_path / "o"), _recording(tmp_path / "r.mp4"), "upload")
    path = take.folder / "report.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["overall"]["verdict"] = "not_measured"
    path.write_text(json.dumps(document), encoding="utf-8")
    again = find_take(places, take.id)
    assert again is not None
    assert again.headline is not None
    assert again.headline.verdict is Verdict.NOT_MEASURED


@pytest.mark.parametrize("name", ["", ".", "..", "../library", ".x.part", "nothing"])
def test_a_name_that_is_no_take_finds_nothing(tmp_path: Path, name: str) -> None:
    places = Places(tmp_path)
    (places.library / ".x.part").mkdir(parents=True)
    assert find_take(places, name) is None
    with pytest.raises(UsageError):
        remove_take(places, name)


def test_a_removed_take_is_gone(tmp_path: Path) -> None:
    places = Places(tmp_path)
    take = add_take(places, _scored(tmp_path / "o"), _recording(tmp_path / "r.mp4"), "upload")
    remove_take(places, take.id)
    assert list_takes(places) == ()


def test_a_missing_recording_leaves_no_half_take(tmp_path: Path) -> None:
    places = Places(tmp_path)
    with pytest.raises(OutputError):
        add_take(places, _scored(tmp_path / "o"), tmp_path / "gone.mp4", "upload")
    assert not places.library.exists()
    assert list_takes(places) == ()
