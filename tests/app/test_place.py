"""Where reports go: one suite for a folder, a file system in memory, and an SFTP server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from app import remote
from app.batch.place import MARKER, LocalPlace, Place, RemotePlace, place_of
from app.inputs import MEDIA_SUFFIXES, Defaults, gather
from app.manifest import read_manifest
from tests.app.sftp_server import sftp_server
from vision.errors import MediaError, OutputError


@pytest.fixture(params=["folder", "memory", "sftp"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "folder":
        yield place_of(tmp_path / "out")
    elif request.param == "memory":
        yield place_of("memory://reports/day")
        fsspec.filesystem("memory").rm("/reports", recursive=True)
    else:
        (tmp_path / "served").mkdir()
        with sftp_server(tmp_path / "served") as url:
            yield place_of(f"{url}/reports/day")


def grown(place: Place, scratch: Path, text: str, *more: str) -> Path:
    folder = place.growing("take", scratch)
    for name in ("report.json", MARKER, *more):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{text} {name}", encoding="utf-8")
    return folder


def test_a_report_is_there_with_its_marker_and_replaces_an_older_one(place: Place, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    place.prepare()
    assert not place.has(f"take/{MARKER}")
    assert place.read("take/report.json") is None
    for text in ("first", "第二"):
        folder = grown(place, scratch, text, "stills/one.jpg")
        place.publish(folder, "take")
        assert not folder.exists()
        assert place.has(f"take/{MARKER}")
        assert place.at("take").read("report.json") == f"{text} report.json"
        assert place.read("take/stills/one.jpg") == f"{text} stills/one.jpg"


def test_texts_and_files_go_in_and_out_whole(place: Place, tmp_path: Path) -> None:
    place.prepare()
    place.write("summary.csv", "一\r\n二\r\n")
    place.write("summary.csv", "三\r\n")
    assert place.fetch("summary.csv", tmp_path / "back.csv")
    assert (tmp_path / "back.csv").read_bytes() == "三\r\n".encode()
    assert not place.fetch("nothing.csv", tmp_path / "nothing.csv")
    piece = tmp_path / "piece.npz"
    piece.write_bytes(bytes(range(256)) * 999)
    place.put(piece, ".pieces/abc/piece-0000.npz")
    assert place.fetch(".pieces/abc/piece-0000.npz", tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == piece.read_bytes()
    place.remove(".pieces/abc")
    assert not place.has(".pieces/abc/piece-0000.npz")
    place.remove(".pieces/abc")  # nothing there: nothing to do


def test_what_a_dead_worker_left_is_tidied_away(tmp_path: Path) -> None:
    place = LocalPlace(tmp_path)
    kept, left = place.growing("take [1]", tmp_path), place.growing("take", tmp_path)
    assert kept != left
    place.tidy(["take"])
    assert [path.name for path in tmp_path.iterdir()] == [kept.name]
    place.tidy(["take [1]"])
    assert not list(tmp_path.iterdir())


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    place = RemotePlace("sftp://nobody@127.0.0.1:1/reports")
    with pytest.raises((OutputError, MediaError)) as caught:
        place.prepare()
    assert "127.0.0.1" in caught.value.en


def test_recordings_behind_a_url_are_found_by_file_folder_and_pattern(tmp_path: Path) -> None:
    (tmp_path / "day" / "team").mkdir(parents=True)
    for name in ("b.mp4", "a.MP4", "team/c.jpg", "notes.txt", "team/.hidden.mp4"):
        (tmp_path / "day" / name).write_bytes(name.encode())
    with sftp_server(tmp_path) as url:
        names = [[f"{url}/day/{name}" for name in some] for some in (("a.MP4", "b.mp4", "team/c.jpg"), ("b.mp4",))]
        assert remote.media_below(f"{url}/day", MEDIA_SUFFIXES) == names[0]
        assert remote.media_below(f"{url}/day/*.mp4", MEDIA_SUFFIXES) == names[1]
        assert remote.media_below(f"{url}/day/b.mp4", MEDIA_SUFFIXES) is None
        tasks = gather([f"{url}/day", f"{url}/day/b.mp4"], None, Defaults()).tasks
        assert [(task.url, task.folder) for task in tasks] == list(zip(names[0], ("a", "b", "c"), strict=True))
        goal = tmp_path / "fetched" / "b.mp4"
        mark = remote.fingerprint(names[1][0])
        remote.download(names[1][0], goal)
        assert goal.read_bytes() == b"b.mp4"
        (tmp_path / "day" / "b.mp4").write_bytes(b"another one")
        assert remote.fingerprint(names[1][0]) != mark
        with pytest.raises(MediaError, match="no such file"):
            remote.download(f"{url}/day/gone.mp4", goal)
        assert sorted(path.name for path in goal.parent.iterdir()) == ["b.mp4"]


def test_a_manifest_may_name_urls_and_what_is_said_of_them_counts(tmp_path: Path) -> None:
    manifest = tmp_path / "class.csv"
    manifest.write_text("path,trainee\ns3://b/day/take.mp4,学员甲\nlocal.mp4,学员乙\n", encoding="utf-8")
    rows = read_manifest(manifest)
    assert [row.url for row in rows] == ["s3://b/day/take.mp4", None]
    tasks = gather([], rows, Defaults()).tasks
    assert [(task.folder, task.subject.trainee) for task in tasks] == [("take", "学员甲"), ("local", "学员乙")]
    assert (tasks[0].path, tasks[1].file) == ("s3://b/day/take.mp4", tmp_path / "local.mp4")


def test_a_file_url_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    (task,) = gather([f"file://{tmp_path}/a.mp4"], None, Defaults()).tasks
    assert (task.url, task.file) == (None, tmp_path / "a.mp4")
    assert place_of(f"file://{tmp_path}") == LocalPlace(tmp_path)
