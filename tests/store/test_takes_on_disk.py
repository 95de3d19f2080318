"""Recordings by their content, complete removal, and what a start puts right."""

from __future__ import annotations

import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.engine import Choices
from app.inputs import Task
from app.library import takes as library
from app.library.desk import write_note
from app.library.intake import TASK_FOLDER, interrupted, order, take_in
from app.library.layer import Entry, Kind, read_layer
from app.library.pictures import thumbnail
from app.library.records import store_of
from app.library.repair import Repaired, repair
from app.library.takes import add_take, find_take, list_takes, remove_take
from app.places import Places
from app.privacy.consents import agree
from app.store import media, recordings
from app.store.accounts import add_account, remove_account
from app.store.database import DATABASE_FILE, Store
from app.store.schema import Account, Assessment, Base, Calibration, CheckRow, Note, PackVersion, Recording
from app.store.viewers import Role
from tests.report.conftest import example_report
from tests.store.people import PASSWORD, recorded, scored, taken, viewer
from vision.errors import UsageError
from vision.types import Subject

SECRET = "Zhang Xiaohua 张小花"


def files(root: Path) -> set[str]:
    """Every file below a folder but locks and the database's own."""
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and not path.name.endswith(".lock") and not path.name.startswith(DATABASE_FILE)
    }


def test_an_assessment_keeps_with_what_it_was_made(places: Places, store: Store, tmp_path: Path) -> None:
    taken(places, tmp_path, "clip", "Li")
    report = example_report()
    with store.reading() as session:
        row = session.scalars(select(Assessment)).one()
        pack = session.get_one(PackVersion, row.pack_version_id)
        calibration = session.get_one(Calibration, row.calibration_id)
        checks = session.scalars(select(CheckRow)).all()
    assert (row.program_version, row.model) == (report.program.version, report.program.model)
    assert (pack.pack, pack.version, pack.sha256) == (
        report.standard.id, report.standard.version, report.standard.hash
    )  # fmt: skip
    assert (calibration.level, calibration.file_hash) == (
        report.calibration.level, report.calibration.file_hash or ""
    )  # fmt: skip
    assert (row.verdict, row.score, row.source_sha256) == (
        report.overall.verdict, report.overall.value, report.source.sha256
    )  # fmt: skip
    assert {(row.rule, row.verdict) for row in checks} == {(check.rule, check.verdict) for check in report.checks}


def test_the_same_recording_lies_there_once_and_goes_with_its_last_take(places: Places, tmp_path: Path) -> None:
    first = taken(places, tmp_path, "a", content=b"the same")
    second = taken(places, tmp_path, "b", content=b"the same")
    assert first.recording == second.recording
    assert len(list(media.names(places.root))) == 1
    remove_take(places, first.id)
    assert list(media.names(places.root)) != []
    assert media.sound(places.root, next(media.names(places.root)))
    remove_take(places, second.id)
    assert list(media.names(places.root)) == []


def test_a_removed_take_leaves_nothing_anywhere(places: Places, store: Store, tmp_path: Path) -> None:
    before = files(places.root)
    take = taken(places, tmp_path, "clip", SECRET, content=b"moving pictures of " + SECRET.encode())
    (take.folder / "annotated.mp4").write_bytes(b"drawn on " + SECRET.encode())
    thumbnail(take)
    write_note(places, take, Entry(Kind.COMMENT, "Coach", text=f"well done, {SECRET}", time_s=1.0))
    remove_take(places, take.id)
    assert files(places.root) == before
    with store.reading() as session:
        for table in (Recording, Assessment, CheckRow, Note):
            assert session.scalar(select(func.count()).select_from(table)) == 0, table
    assert list_takes(places) == ()
    if store.sqlite:
        raw = b"".join(path.read_bytes() for path in places.root.glob(f"{DATABASE_FILE}*"))
        assert b"well done" not in raw
        assert take.id.encode() not in raw


def test_notes_are_in_the_records_with_their_account(places: Places, store: Store, tmp_path: Path) -> None:
    coach = viewer(add_account(store, "Coach", Role.TRAINER, PASSWORD))
    take = taken(places, tmp_path, "clip")
    write_note(places, take, Entry(Kind.COMMENT, "Wang", text="first", time_s=1.0))
    write_note(replace(places, viewer=coach), take, Entry(Kind.SIGN, ""))
    with store.reading() as session:
        rows = session.scalars(select(Note).order_by(Note.number)).all()
    assert [(row.kind, row.who, row.account_id) for row in rows] == [
        ("comment", "Wang", None),
        ("sign", "Coach", coach.account),
    ]


@pytest.mark.parametrize("damage", ["rows", "database"])
def test_folders_without_rows_are_entered_again_with_owner_and_notes(
    places: Places, store: Store, tmp_path: Path, damage: str
) -> None:
    li = viewer(add_account(store, "Li", Role.TRAINEE, PASSWORD))
    take = taken(replace(places, viewer=li), tmp_path, "clip")
    write_note(places, take, Entry(Kind.COMMENT, "Coach", text="kept", time_s=1.0))
    with store.writing() as session:
        for table in reversed(Base.metadata.sorted_tables) if damage == "database" else [Recording.__table__]:
            session.execute(table.delete())
    assert repair(places).entered == 1
    again = find_take(places, take.id)
    assert again is not None
    assert (again.title, again.recording, again.headline) == (take.title, take.recording, take.headline)
    facts = recordings.listed(store, places.viewer, take.id)[0].facts
    assert facts.private, "a trainee's take does not become everybody's because its rows were lost"
    assert facts.owner == (li.account if damage == "rows" else None)
    assert [entry.text for _, entry in read_layer(again.folder).comments] == ["kept"]
    with store.reading() as session:
        assert session.scalar(select(Note.text)) == "kept"


def test_a_start_removes_halves_and_unused_recordings_and_says_so(places: Places, tmp_path: Path) -> None:
    kept = taken(places, tmp_path, "kept")
    before = files(places.root)
    for half in (
        places.library / ".20260101-000000-ab.part" / "report.json",
        places.uploads / "1a" / ".part",
        places.root / "media" / "ab" / ".0011.part",
        places.practice / "2b" / ".aabb.part",
        places.root / "people" / "7" / "uploads" / "3c" / ".part",
    ):
        recorded(half, b"half")
    recorded(places.root / "media" / "cd" / ("cd" + "0" * 62 + ".mp4"), b"nobody's")
    done = repair(places)
    assert (done.halves, done.unused) == (5, 1)
    assert files(places.root) == before
    assert find_take(places, kept.id) is not None
    assert repair(places) == Repaired()


def test_a_removal_that_was_cut_short_is_never_seen_again(
    places: Places, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = taken(places, tmp_path, "clip")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(library, "finish_removal", killed)
    with pytest.raises(KeyboardInterrupt):
        remove_take(places, take.id)
    monkeypatch.undo()
    monkeypatch.setenv("YITAI_DATABASE_URL", "" if store.sqlite else str(_address(store)))
    assert list_takes(places) == ()
    assert find_take(places, take.id) is None
    assert repair(places).removed == 1
    assert not take.folder.exists()
    assert list(media.names(places.root)) == []


def _address(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def test_a_folder_that_is_away_is_not_forgotten(places: Places, tmp_path: Path) -> None:
    take = taken(places, tmp_path, "clip")
    away = shutil.move(take.folder, tmp_path / "away")
    assert repair(places).missing == 1
    assert list_takes(places) == ()
    assert take.recording is not None
    assert take.recording.is_file(), "its recording waits for it"
    shutil.move(away, take.folder)
    repair(places)
    assert [one.id for one in list_takes(places)] == [take.id]


def test_takes_from_before_there_was_a_store_are_taken_in(places: Places, store: Store) -> None:
    folder = scored(places.library / "20250101-000000-aabbccdd", "Li")
    recorded(folder / "recording.mov", b"old clip")
    card = {"schema": "yitai.take/1", "title": "Old", "created": "2025-01-01T00:00:00.000+00:00", "origin": "upload"}
    (folder / "take.json").write_text(json.dumps(card), encoding="utf-8")
    note = {"kind": "comment", "who": "Wang", "when": "2025-01-02T00:00:00+00:00", "text": "hm", "time_s": 1.0}
    (folder / "review.json").write_text(json.dumps({"schema": "yitai.review/1", "entries": [note]}), encoding="utf-8")
    (take,) = list_takes(places)
    assert take.recording == folder / "recording.mov"
    done = repair(places)
    assert done.moved == 1
    (take,) = list_takes(places)
    assert take.recording is not None
    assert take.recording.read_bytes() == b"old clip"
    assert take.recording.relative_to(places.root).parts[0] == "media"
    assert not (folder / "recording.mov").exists()
    assert (take.title, take.origin, take.created) == ("Old", "upload", "2025-01-01T00:00:00.000+00:00")
    with store.reading() as session:
        assert session.scalar(select(Note.text)) == "hm"
    assert repair(places) == Repaired()


def test_a_note_or_a_picture_does_not_bring_a_removed_take_back(places: Places, tmp_path: Path) -> None:
    take = taken(places, tmp_path, "clip")
    remove_take(places, take.id)
    with pytest.raises(UsageError, match="not in the library"):
        write_note(places, take, Entry(Kind.COMMENT, "Wang", text="late", time_s=1.0))
    thumbnail(take)
    assert not take.folder.exists()
    assert list_takes(places) == ()


def test_a_number_that_meant_another_account_gives_that_account_nothing(
    places: Places, store: Store, tmp_path: Path
) -> None:
    li = viewer(add_account(store, "Li", Role.TRAINEE, PASSWORD))
    take = taken(replace(places, viewer=li), tmp_path, "clip")
    with store.writing() as session:  # another database, in which the number is somebody else's
        session.execute(Recording.__table__.delete())  # type: ignore[attr-defined]
        session.execute(update(Account).values(name="Wang", login="wang"))
    wang = replace(places, viewer=replace(li, name="Wang", trainee=None))
    assert repair(places).entered == 1
    assert find_take(wang, take.id) is None
    assert find_take(places, take.id) is not None


def test_two_who_take_in_the_same_recording_at_once_both_have_it(places: Places, tmp_path: Path) -> None:
    places.root.mkdir(parents=True)
    store_of(places)

    def work(number: int) -> None:
        for turn in range(4):
            take = taken(places, tmp_path, f"{number}-{turn}", content=b"the same")
            if turn % 2:
                remove_take(places, take.id)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = list_takes(places)
    assert len(found) == 6
    assert all(take.recording is not None and take.recording.read_bytes() == b"the same" for take in found)


def _task(file: Path) -> Task:
    return Task(file.name, file, TASK_FOLDER, Subject("Li", 170.0, "f"), "telecom", None, None)


def test_what_was_being_scored_is_begun_again_for_who_asked(places: Places, store: Store) -> None:
    li = replace(places, viewer=viewer(add_account(store, "Li", Role.TRAINEE, PASSWORD)))
    task = _task(recorded(li.uploads / "1a" / "clip.mp4", b"clip"))
    agree(li, "zh")
    placed = order(li, task, "Li", "upload", Choices(formats=frozenset({"json"}), language="zh"))
    assert interrupted(places, set()) == ()
    assert interrupted(li, {placed.folder.name}) == ()
    ((again, its_task, choices),) = interrupted(li, set())
    assert (again.folder, its_task, choices.formats, choices.language) == (placed.folder, task, {"json"}, "zh")
    assert len(interrupted(li, set())) == 1
    assert len(interrupted(li, set())) == 1
    assert interrupted(li, set()) == (), "what ends the program again and again is given up"


def test_an_order_whose_take_is_there_already_is_cleared_away(places: Places, store: Store) -> None:
    task = _task(recorded(places.uploads / "1a" / "clip.mp4", b"clip"))
    agree(places, "zh")
    placed = order(places, task, "Li", "upload")
    folder = scored(placed.out / TASK_FOLDER, "Li")
    add_take(places, folder, task.file, "upload", intake=placed.folder.name)
    recorded(task.file, b"clip")  # as if the program had ended before it was removed
    assert take_in(places) == ()
    assert len(list_takes(places)) == 1
    assert not placed.folder.exists()
    assert not task.file.exists()


def test_a_trainees_take_stays_private_when_the_account_is_removed(
    places: Places, store: Store, tmp_path: Path
) -> None:
    li = viewer(add_account(store, "Li", Role.TRAINEE, PASSWORD))
    coach = viewer(add_account(store, "Coach", Role.TRAINER, PASSWORD))
    take = taken(replace(places, viewer=li), tmp_path, "clip")
    remove_account(store, "Li")
    assert find_take(replace(places, viewer=coach), take.id) is None
    assert find_take(places, take.id) is not None
