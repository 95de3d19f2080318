"""Every fault of a broken data folder is named in one line, and looking changes nothing."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.cli import main
from app.doctor.finding import Outcome
from app.doctor.look import findings
from app.doctor.shipped import look_at_models, shipped_sums
from app.library.desk import write_note
from app.library.layer import LAYER_FILE, Entry, Kind
from app.library.records import CARD_FILE
from app.library.takes import REPORT_FILE, Take
from app.places import Places
from app.store.database import DATABASE_FILE, forget_stores
from app.store.swap import READY
from tests.store.people import recorded, taken
from tools.shipped_sums import sums

Found = set[tuple[str, str, str]]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Places, list[Take]]]:
    places = Places(tmp_path / "home")
    takes = [taken(places, tmp_path, f"take {number}", "Li") for number in range(3)]
    write_note(places, takes[0], Entry(Kind.COMMENT, "Coach", text="x", time_s=1.0))
    forget_stores()
    yield places, takes
    forget_stores()


def faults(root: Path, url: str = "") -> Found:
    """What is not good, each in one line of both languages."""
    found = list(findings(root, url))
    assert all(one.zh and one.en and "\n" not in one.zh + one.en for one in found)
    return {(one.area, str(one.outcome), one.subject) for one in found if one.outcome is not Outcome.GOOD}


def test_a_sound_folder_has_no_fault_and_every_area_is_named(home: tuple[Places, list[Take]]) -> None:
    found = list(findings(home[0].root))
    assert {one.outcome for one in found} == {Outcome.GOOD}
    areas = {"folder", "disk", "records", "takes", "media", "cameras", "packs", "fonts", "models", "video"}
    assert {one.area for one in found} == areas


def test_looking_changes_nothing(home: tuple[Places, list[Take]], tmp_path: Path) -> None:
    def state() -> dict[str, bytes]:
        return {
            str(path): path.read_bytes()
            for path in home[0].root.rglob("*")
            if path.is_file() and not path.name.endswith(("-shm", "-wal"))  # SQLite's own, also while reading
        }

    before = state()
    assert faults(home[0].root) == set()
    assert state() == before
    assert {outcome for _, outcome, _ in faults(tmp_path / "nowhere")} == {"note"}
    assert not (tmp_path / "nowhere").exists()


def _recording(take: Take) -> Path:
    assert take.recording is not None
    return take.recording


def _overwrite(path: Path, content: bytes = b"{broken") -> None:
    path.write_bytes(content)


def _sql(root: Path, *lines: str) -> None:
    with closing(sqlite3.connect(root / DATABASE_FILE)) as database:
        for line in lines:
            database.execute(line)
        database.commit()


def _destroy(root: Path) -> None:
    for name in (f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm"):
        (root / name).unlink(missing_ok=True)
    content = bytearray((root / DATABASE_FILE).read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    (root / DATABASE_FILE).write_bytes(content)


Break = Callable[[Path, list[Take]], object]
BROKEN: dict[str, tuple[Break, Callable[[list[Take]], Found]]] = {
    "report damaged": (
        lambda root, takes: _overwrite(takes[0].folder / REPORT_FILE),
        lambda takes: {("takes", "bad", takes[0].id)},
    ),
    "report gone": (
        lambda root, takes: (takes[1].folder / REPORT_FILE).unlink(),
        lambda takes: {("takes", "bad", takes[1].id)},
    ),
    "notes damaged": (
        lambda root, takes: _overwrite(takes[0].folder / LAYER_FILE),
        lambda takes: {("takes", "bad", f"{takes[0].id}/{LAYER_FILE}")},
    ),
    "card damaged": (
        lambda root, takes: _overwrite(takes[0].folder / CARD_FILE),
        lambda takes: {("takes", "note", f"{takes[0].id}/{CARD_FILE}")},
    ),
    "folder gone": (
        lambda root, takes: takes[2].folder.rename(root.parent / "elsewhere"),
        lambda takes: {("takes", "bad", takes[2].id)},
    ),
    "folder unknown": (
        lambda root, takes: _sql(
            root, "PRAGMA foreign_keys = ON", f"DELETE FROM recordings WHERE id = '{takes[0].id}'"
        ),
        lambda takes: {("takes", "note", takes[0].id)},
    ),
    "removal begun": (
        lambda root, takes: _sql(root, f"UPDATE recordings SET state = 'deleting' WHERE id = '{takes[0].id}'"),
        lambda takes: {("takes", "note", takes[0].id)},
    ),
    "recording gone": (
        lambda root, takes: _recording(takes[0]).unlink(),
        lambda takes: {("media", "bad", _recording(takes[0]).name)},
    ),
    "recording changed": (
        lambda root, takes: _overwrite(_recording(takes[1]), b"other"),
        lambda takes: {("media", "bad", _recording(takes[1]).name)},
    ),
    "recording of nobody": (
        lambda root, takes: recorded(root / "media" / "2d" / f"{'2d' + 62 * '0'}.mp4", b""),
        lambda takes: {("media", "bad", f"{'2d' + 62 * '0'}.mp4"), ("media", "note", f"{'2d' + 62 * '0'}.mp4")},
    ),
    "strange file": (
        lambda root, takes: recorded(root / "media" / "ab" / "holiday.jpg", b"x"),
        lambda takes: {("media", "note", "media/ab/holiday.jpg")},
    ),
    "halves": (
        lambda root, takes: (recorded(root / ".x.part", b""), (root / READY).mkdir()),
        lambda takes: {("halves", "note", ".x.part"), ("halves", "note", READY)},
    ),
    "camera file": (
        lambda root, takes: recorded(root / "cameras" / "hall.json", b'{"schema": "yitai.camera/1"}'),
        lambda takes: {("cameras", "bad", "hall.json")},
    ),
    "house pack": (
        lambda root, takes: recorded(root / "packs" / "T1+1.toml", b"id = ["),
        lambda takes: {("packs", "bad", "T1+1.toml")},
    ),
    "settings": (
        lambda root, takes: recorded(root / "people" / "3" / "preferences.json", b"[1"),
        lambda takes: {("settings", "bad", "people/3/preferences.json")},
    ),
    "database of a newer program": (
        lambda root, takes: _sql(root, "UPDATE alembic_version SET version_num = '9999'"),
        lambda takes: {("records", "bad", "9999")},
    ),
    "table missing": (
        lambda root, takes: _sql(root, "DROP TABLE shares"),
        lambda takes: {("records", "bad", "shares")},
    ),
    "references loose": (
        lambda root, takes: _sql(
            root, "PRAGMA foreign_keys = OFF", "INSERT INTO shares (recording_id, created) VALUES ('x', '2026-01-01')"
        ),
        lambda takes: {("records", "bad", "shares 1")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_fault_is_named(home: tuple[Places, list[Take]], what: str) -> None:
    places, takes = home
    breaks, names = BROKEN[what]
    wanted = names(takes)  # before anything is moved away
    breaks(places.root, takes)
    assert faults(places.root) == wanted


def test_a_destroyed_or_lost_database_is_named_and_the_rest_is_still_looked_at(home: tuple[Places, list[Take]]) -> None:
    places, takes = home
    _overwrite(takes[0].folder / REPORT_FILE)
    _destroy(places.root)
    found = faults(places.root)
    assert ("records", "bad", DATABASE_FILE) in found
    assert ("takes", "bad", takes[0].id) in found
    (places.root / DATABASE_FILE).unlink()
    assert ("records", "bad", DATABASE_FILE) in faults(places.root)


def test_a_database_server_that_does_not_answer_is_named(home: tuple[Places, list[Take]]) -> None:
    url = "postgresql://nobody:x@127.0.0.1:1/none"
    assert faults(home[0].root, url) == {("records", "bad", "YITAI_DATABASE_URL")}
    assert faults(home[0].root, "mysql://x") == {("records", "bad", "YITAI_DATABASE_URL")}


def test_a_model_that_is_missing_or_changed_is_named() -> None:
    changed = {**shipped_sums(), "vision/data/feet.onnx": "0" * 64, "vision/data/gone.onnx": "0" * 64}
    found = {(one.subject, str(one.outcome)) for one in look_at_models(changed)}
    assert found == {("vision/data/feet.onnx", "bad"), ("vision/data/gone.onnx", "bad")}


def test_the_sums_are_those_of_the_files() -> None:
    assert shipped_sums() == sums(), "a model changed: python tools/shipped_sums.py"


def test_the_command_ends_with_0_or_1_and_speaks_both_languages_and_json(
    home: tuple[Places, list[Take]], capsys: pytest.CaptureFixture[str]
) -> None:
    places, takes = home
    assert main(["doctor", "--home", str(places.root), "--language", "zh"]) == 0
    assert "✓ 数据库完好" in capsys.readouterr().out
    _recording(takes[0]).unlink()
    assert main(["doctor", "--home", str(places.root), "--language", "en"]) == 1
    said = capsys.readouterr()
    assert f"✗ {takes[0].id}: its recording" in said.out
    assert "1 thing wrong" in said.err
    assert main(["doctor", "--home", str(places.root), "--json", "--quick"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["ok"]) == ("yitai.doctor/1", False)
    wrong = [one for one in document["findings"] if one["outcome"] == "bad"]
    assert [(one["area"], one["subject"]) for one in wrong] == [("media", _recording(takes[0]).name)]
    assert main(["doctor", "--nonsense"]) == 2
