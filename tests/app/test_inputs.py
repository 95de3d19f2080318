"""Inputs become tasks: files, folders, globs, manifests; report folders are distinct and stable."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inputs import Defaults, folder_names, gather
from app.manifest import read_manifest
from vision.types import Drill, Subject


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.mp4", "a.MOV", "notes.txt", "deep/b.jpg", "deep/.cache/x.mp4", ".hidden.mp4", "deep/a.camera.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path


def test_a_folder_gives_its_media_at_any_depth_and_nothing_hidden(tree: Path) -> None:
    found = gather([str(tree)], None, Defaults())
    assert [Path(task.path).relative_to(tree).as_posix() for task in found.tasks] == ["a.MOV", "b.mp4", "deep/b.jpg"]
    assert [task.folder for task in found.tasks] == ["a", "b", "b-2"]


def test_a_glob_gives_what_matches_and_a_file_named_twice_is_done_once(tree: Path) -> None:
    found = gather([f"{tree}/**/b.*", str(tree / "b.mp4")], None, Defaults())
    assert [Path(task.path).name for task in found.tasks] == ["b.mp4", "b.jpg"]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "take[1].mp4").write_bytes(b"x")
    (tmp_path / "take1.mp4").write_bytes(b"x")
    found = gather([str(tmp_path / "take[1].mp4")], None, Defaults())
    assert [task.file.name for task in found.tasks] == ["take[1].mp4"]


def test_inputs_without_any_recording_are_told_apart_from_those_with(tree: Path) -> None:
    (tree / "empty").mkdir()
    found = gather([str(tree / "empty"), f"{tree}/*.avi", str(tree / "gone.mp4")], None, Defaults())
    assert [item.path for item in found.nothing] == [str(tree / "empty"), f"{tree}/*.avi"]
    assert [task.path for task in found.tasks] == [str(tree / "gone.mp4")], "a missing file fails where it is read"


def test_a_manifest_alone_stands_for_all_its_recordings(tree: Path) -> None:
    manifest = tree / "manifest.csv"
    manifest.write_text("path,drill,height_cm\nb.mp4,bow,\ndeep/b.jpg,,171\n", encoding="utf-8")
    defaults = Defaults(height_cm=165.0, sex="f", standard="T1", drill=Drill.SIT)
    tasks = gather([], read_manifest(manifest), defaults).tasks
    assert [(task.path, task.drill) for task in tasks] == [("b.mp4", Drill.BOW), ("deep/b.jpg", Drill.SIT)]
    assert [task.subject for task in tasks] == [Subject(None, 165.0, "f"), Subject(None, 171.0, "f")]
    assert {task.standard for task in tasks} == {"T1"}


def test_with_inputs_a_manifest_only_adds_what_it_knows_of_them(tree: Path) -> None:
    manifest = tree / "manifest.csv"
    manifest.write_text("path,trainee\ndeep/../b.mp4,one\nb.mp4,two\ngone.mp4,three\n", encoding="utf-8")
    tasks = gather([str(tree / "a.MOV"), str(tree / "b.mp4")], read_manifest(manifest), Defaults()).tasks
    assert [(task.file.name, task.subject.trainee) for task in tasks] == [
        ("a.MOV", None),
        ("b.mp4", "one"),
        ("b.mp4", "two"),
    ]
    assert [task.folder for task in tasks] == ["a", "b", "b-2"]


@given(st.lists(st.text("aA-2. é录", min_size=1, max_size=6), max_size=12))
def test_report_folders_never_meet_even_where_case_does_not_count(stems: list[str]) -> None:
    files = [Path("x") / f"{stem}.mp4" for stem in stems]
    names = folder_names(files)
    assert len({name.casefold() for name in names}) == len(files)
    assert all(name and not name.startswith(".") for name in names)
    assert folder_names(files) == names
    for length in range(len(files)):
        assert folder_names(files[:length]) == names[:length] or "-" in "".join(stems)


def test_an_own_name_is_kept_from_a_counted_one() -> None:
    assert folder_names([Path("a.mp4"), Path("a.mov"), Path("a-2.mp4")]) == ["a", "a-3", "a-2"]


def test_a_name_too_long_for_a_file_system_is_cut() -> None:
    (name,) = folder_names([Path("长" * 85 + ".mp4")])
    assert len(f".{name}.part".encode()) < 255
