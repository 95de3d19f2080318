"""Everything about a person can be taken out, and erased: with a receipt, and with a search of disk and database.

The search of the program is held against one of the test's own, which knows nothing of its exceptions.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Text, cast, select

from app.batch.kept import Asked, keep, list_kept
from app.batch.summary import SummaryRow, write_summary
from app.cli import main
from app.engine import Choices
from app.inputs import Inputs, Task
from app.library.desk import share, write_note
from app.library.intake import TASK_FOLDER, order
from app.library.layer import Entry, Kind
from app.library.takes import Take, find_take, list_takes
from app.places import Places
from app.practice.takes import take_folder
from app.preferences import Preferences, save_preferences
from app.privacy.consents import agree, vouch
from app.privacy.erase import erase, verify
from app.privacy.people import find_person
from app.privacy.receipt import holds, key_of, load
from app.privacy.search import Wanted, names_in, search
from app.privacy.take_out import take_out
from app.store import audit
from app.store.accounts import add_account, sign_in
from app.store.database import Store
from app.store.migrate import back_up
from app.store.people import groups, set_group
from app.store.schema import Base, Consent
from app.store.viewers import Role
from tests.report.conftest import example_report
from tests.store.people import PASSWORD, Cast, recorded, scored, taken, viewer
from vision.errors import UsageError
from vision.types import Subject

NAME = "李小雨"  # as she is called; her account is "lixy"
LOGIN = "lixiaoyu"
CLIP = b"only she is seen in this"


@dataclass
class Office:
    """An installation with a few people, and all that there can be of one of them."""

    people: Cast
    hers: list[Take]
    shared: Take  # the same recording, in Wang's take
    other: Take


@pytest.fixture
def office(places: Places, store: Store, tmp_path: Path) -> Office:
    """Li Xiaoyu's takes, uploads, notes and batches among those of others."""
    roles = {LOGIN: Role.TRAINEE, "Wang": Role.TRAINEE, "Coach": Role.TRAINER, "Root": Role.ADMIN}
    viewers = {
        name: viewer(add_account(store, name, role, PASSWORD, trainee=NAME if name == LOGIN else None))
        for name, role in roles.items()
    }
    people = Cast(places, viewers, {})
    her, wang, coach = (people.seen_by(name) for name in (LOGIN, "Wang", "Coach"))
    agree(her, "zh")
    agree(wang, "zh")
    vouch(coach, NAME, "zh")
    both = b"two people in one recording"
    hers = [
        taken(her, tmp_path, "own", NAME, CLIP),
        taken(her, tmp_path, "both", NAME, both),
        taken(coach, tmp_path, "by coach", NAME, b"coach's camera"),
    ]
    shared = taken(wang, tmp_path, "wang both", "Wang", both)
    other = taken(coach, tmp_path, f"{NAME}和Wang的对比", "Wang", b"wang alone")
    for take, by in ((hers[2], coach), (shared, wang)):
        write_note(by, take, Entry(Kind.COMMENT, "", text="look up", time_s=1.0))
    share(wang, shared, viewers[LOGIN].account)
    write_note(her, shared, Entry(Kind.COMMENT, "", text="like mine", time_s=1.0))
    write_note(coach, other, Entry(Kind.COMMENT, "", text=f"better than {NAME}, worse than 李小雨燕", time_s=1.0))
    save_preferences(her.preferences, Preferences(height_cm=163.0))
    recorded(her.uploads / "1a" / "new.mp4", b"sent, not used")
    recorded(coach.uploads / "2b" / "again.mp4", CLIP)
    take_folder(her)
    file = recorded(her.uploads / "3c" / "waits.mp4", b"waits")
    order(her, Task(file.name, file, TASK_FOLDER, Subject(NAME), "telecom", None, None), "waits", "upload")
    sign_in(store, LOGIN, PASSWORD, "10.0.0.1")
    ids = {person: find_person(store, person).owned.trainee or 0 for person in (NAME, "Wang")}
    set_group(store, "Class 1", tuple(ids.values()))
    add_account(store, "李小雨燕", Role.TRAINEE, PASSWORD)
    _batch(places, "20260101-000000-aaaaaa", (NAME, "Wang"))
    _batch(places, "20260101-000000-bbbbbb", (NAME,))
    return Office(people, hers, shared, other)


def _batch(places: Places, name: str, trainees: tuple[str, ...]) -> None:
    folder = places.batches / name
    tasks, rows = [], []
    for number, trainee in enumerate(trainees):
        clip = recorded(folder / "recordings" / f"clip{number}.mp4", f"{name} {number}".encode())
        scored(folder / "reports" / f"clip{number}", trainee)
        tasks.append(Task(clip.name, clip, clip.stem, Subject(trainee), "telecom", None, None))
        rows.append(SummaryRow(clip.name, "scored", trainee, report=f"{clip.stem}/report.json"))
    keep(folder, Asked("", "2026-01-01T00:00:00+00:00", Inputs(tuple(tasks)), Choices()))
    write_summary(folder / "reports", rows, len(rows), "0")
    with zipfile.ZipFile(folder / f"yitai-{name}.zip", "w") as archive:
        archive.writestr("summary.csv", "\n".join(trainees))


def everything(office: Office, store: Store) -> Iterator[tuple[str, bytes]]:
    """Every file (the database's own among them) and every value of every row, by where it is."""
    root = office.people.places.root
    for path in root.rglob("*"):
        if path.is_file() and path.relative_to(root).parts[0] != "backups":
            yield path.relative_to(root).as_posix(), path.relative_to(root).as_posix().encode() + path.read_bytes()
    with store.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(*(cast(column, Text) for column in table.columns))):
                yield table.name, " ".join(str(value) for value in row).encode()


def where(office: Office, store: Store, sought: bytes) -> set[str]:
    found = set()
    for place, content in everything(office, store):
        content = content.replace("李小雨燕".encode(), b"").replace(json.dumps("李小雨燕")[1:-1].encode(), b"")
        if sought in content:
            found.add(place)
    return found


def test_everything_about_a_person_is_taken_out_and_nothing_of_others(
    office: Office, store: Store, places: Places, tmp_path: Path
) -> None:
    goal = tmp_path / "out.zip"
    done = take_out(places, find_person(store, NAME), goal, "zh")
    assert done.takes == len(office.hers)
    with zipfile.ZipFile(goal) as archive:
        names = archive.namelist()
        texts = {name: archive.read(name) for name in names}
    for take in office.hers:
        assert f"takes/{take.id}/report.json" in names
        assert f"takes/{take.id}/recording.mp4" in names
    assert texts[f"takes/{office.hers[0].id}/recording.mp4"] == CLIP
    assert {"own/preferences.json", "own/uploads/1a/new.mp4"} <= set(names)
    assert any(name.startswith("waiting/") for name in names)
    assert "batches/20260101-000000-aaaaaa/clip0/report.json" in names
    assert not any("clip1" in name for name in names), "Wang's part of the batch"
    assert not any(office.other.id in name or office.shared.id in name for name in names)
    rows = {name.removeprefix("records/"): json.loads(text) for name, text in texts.items() if "records/" in name}
    assert [one["how"] for one in rows["consents.json"]] == ["self", "vouched"]
    assert sorted(one["text"] for one in rows["notes.json"]) == ["like mine", "look up"]
    assert rows["accounts.json"][0]["name"] == LOGIN
    assert "password_hash" not in rows["accounts.json"][0]
    assert b"argon2" not in b"".join(texts.values())
    assert {"consent", "consent vouched for"} <= {one["action"] for one in rows["audit.json"]}
    assert len(rows["recordings.json"]) == 3
    page = texts["index.html"].decode()
    assert NAME in page
    assert all(f'href="{name}"' in page for name in names if name != "index.html")
    assert audit.entries(store)[0].action == "data taken out"


def test_nothing_is_left_of_who_was_erased(office: Office, store: Store, places: Places, tmp_path: Path) -> None:
    contents = [hashlib.sha256(text).hexdigest() for text in (CLIP, b"coach's camera", b"waits", b"sent, not used")]
    assert where(office, store, NAME.encode())
    receipt = tmp_path / "receipt.json"
    done = erase(places, NAME, receipt)
    assert done.found == ()
    for sought in (NAME, LOGIN, json.dumps(NAME)[1:-1], *contents):
        assert where(office, store, sought.encode()) == set(), sought
    for file in places.root.rglob("*"):
        if file.is_file():
            assert hashlib.sha256(file.read_bytes()).hexdigest() not in contents, file
    for take in office.hers:
        assert where(office, store, take.id.encode()) <= {"audit", "yitai.db"}, "that it was seen and went"
    with pytest.raises(UsageError, match="nobody named"):
        find_person(store, NAME)


def test_what_others_have_stays_whole(office: Office, store: Store, places: Places, tmp_path: Path) -> None:
    done = erase(places, LOGIN, tmp_path / "receipt.json")
    assert {take.id for take in list_takes(places)} == {office.shared.id, office.other.id}
    shared = find_take(office.people.seen_by("Wang"), office.shared.id)
    assert shared is not None
    assert shared.recording is not None
    assert shared.recording.read_bytes() == b"two people in one recording"
    assert [one["file"] for one in done.receipt["kept"]] == [shared.recording.name]
    notes = json.loads((shared.folder / "review.json").read_text("utf-8"))["entries"]
    assert [(one["who"], one["text"]) for one in notes] == [
        ("Wang", "look up"),
        (f"erased-{done.id}", "like mine"),
    ]
    other = find_take(places, office.other.id)
    assert other is not None
    assert other.title == f"erased-{done.id}和Wang的对比"
    (note,) = json.loads((other.folder / "review.json").read_text("utf-8"))["entries"]
    assert note["text"] == f"better than erased-{done.id}, worse than 李小雨燕"
    (batch,) = list_kept(places)
    assert [task.subject.trainee for task in batch.asked.inputs.tasks] == ["Wang"]
    assert [row.trainee for row in batch.outcome.rows] == ["Wang"]
    assert [path.name for path in batch.recordings.iterdir()] == ["clip1.mp4"]
    assert (batch.reports / "clip1" / "report.json").is_file()
    assert len(groups(store)["Class 1"]) == 1
    with store.reading() as session:
        left = session.scalars(select(Consent)).all()
    assert [one.how for one in left] == ["self"]
    assert find_person(store, "李小雨燕").name == "李小雨燕"


def test_the_log_still_tells_that_something_was_done_but_not_to_whom(
    office: Office, store: Store, places: Places, tmp_path: Path
) -> None:
    before = len(audit.entries(store, 1000))
    done = erase(places, NAME, tmp_path / "receipt.json")
    lines = audit.entries(store, 1000)
    assert len(lines) == before + 1
    assert lines[0].action == "erased"
    assert lines[0].detail == done.receipt["seal"]["sha256"]
    assert f"erased-{done.id}" in {line.account for line in lines}


def test_the_receipt_lists_what_went_and_shows_changes(
    office: Office, store: Store, places: Places, tmp_path: Path
) -> None:
    path = tmp_path / "receipt.json"
    done = erase(places, NAME, path)
    receipt = load(path)
    assert receipt == done.receipt
    removed = receipt["removed"]
    assert {one["name"] for one in removed if one["kind"] == "take"} == {take.id for take in office.hers}
    hashes = {one["sha256"] for one in removed if one["kind"] == "file"}
    assert {hashlib.sha256(text).hexdigest() for text in (CLIP, b"waits", b"sent, not used")} <= hashes
    assert NAME not in path.read_text("utf-8")
    assert LOGIN not in path.read_text("utf-8")
    key = key_of(places.root)
    assert holds(receipt, key)
    assert not holds({**receipt, "removed": removed[1:]}, key)
    assert not holds(receipt, b"another installation's key")
    assert receipt["verification"]["searched"]["rows"] > 0
    assert receipt["verification"]["searched"]["files"] > 0


def test_the_search_finds_what_is_put_back(office: Office, store: Store, places: Places, tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    erase(places, NAME, path)
    receipt = load(path)
    assert verify(places, receipt, (NAME,)) == ()
    for name, content in {
        "uploads/9z/clip.mp4": CLIP,
        "packs/house.toml": f'author = "{NAME}"'.encode(),
        "library/.incoming/x/note.json": json.dumps({"trainee": NAME}).encode(),
        f"cameras/{NAME}.bin": b"\0",
        "odd.bin": b"\1\2" + NAME.encode() + b"\3",
    }.items():
        file = recorded(places.root / name, content)
        assert [one.where for one in verify(places, receipt, (NAME,))] == [name]
        file.unlink()
    with store.writing() as session:
        session.add(Consent(
            purpose=NAME, wording="", version="0", language="zh", how="self", given=audit.entries(store)[0].time
        ))  # fmt: skip
    found = {one.where for one in verify(places, receipt, (NAME,))}
    assert "database: consents.purpose" in found


def test_copies_that_may_still_hold_the_person_are_named(
    office: Office, store: Store, places: Places, tmp_path: Path, url: str
) -> None:
    if url:
        pytest.skip("PostgreSQL is backed up by who runs it")
    copy = back_up(places.root / "yitai.db", places.root / "backups", "before")
    recorded(places.root / "backups" / "yitai-older.db", b"nothing of hers")
    done = erase(places, NAME, tmp_path / "receipt.json")
    assert done.receipt["may_still_hold"]["copies"] == [
        {"file": f"backups/{copy.name}", "holds": True},
        {"file": "backups/yitai-older.db", "holds": False},
    ]


def test_an_erasure_that_was_interrupted_is_finished_by_asking_again(
    office: Office, store: Store, places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("app.privacy.erase.redact", ends)
        with pytest.raises(KeyboardInterrupt):
            erase(places, NAME, tmp_path / "receipt.json")
    assert list_takes(office.people.seen_by(LOGIN)) == (find_take(places, office.shared.id),)
    assert erase(places, NAME, tmp_path / "receipt.json").found == ()
    assert where(office, store, NAME.encode()) == set()


def test_the_last_administrator_is_not_erased_and_no_receipt_lies_inside(
    office: Office, store: Store, places: Places, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="last administrator"):
        erase(places, "Root", tmp_path / "receipt.json")
    with pytest.raises(UsageError, match="outside"):
        erase(places, NAME, places.root / "receipt.json")
    assert len(list_takes(places)) == 5


def test_a_trainer_goes_and_the_trainees_takes_stay(
    office: Office, store: Store, places: Places, tmp_path: Path
) -> None:
    agree(office.people.seen_by("Coach"), "en")
    before = {take.id for take in list_takes(places)}
    done = erase(places, "Coach", tmp_path / "receipt.json")
    assert done.found == ()
    assert {take.id for take in list_takes(places)} == before
    for place, content in everything(office, store):
        assert not names_in(content.decode("utf-8", "ignore"), Wanted(("Coach",))), place
    with store.reading() as session:
        assert {one.how for one in session.scalars(select(Consent))} == {"self", "vouched"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Li", True), ("li stands", True), ("by Li.", True), ("Lili", False), ("List", False), ("Li Ming bows", False),
        ("Li and Li Ming", True), ("the Li_2 folder", True),
    ],
)  # fmt: skip
def test_a_name_is_found_as_a_word_of_its_own_and_not_in_anothers(text: str, found: bool) -> None:
    assert names_in(text, Wanted(("Li",), others=("Li Ming",))) is found


def test_on_the_command_line_with_its_exit_codes(
    office: Office, store: Store, places: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(places.root), "--language", "en"]
    receipt, archive = tmp_path / "r.json", tmp_path / "o.zip"
    assert main(["privacy", "export", NAME, "--out", str(archive), *home]) == 0
    assert zipfile.is_zipfile(archive)
    assert main(["privacy", "consents", *home]) == 0
    assert f"{NAME}  self" in capsys.readouterr().out
    assert main(["privacy", "erase", "Nobody", "--receipt", str(receipt), *home]) == 2
    assert main(["privacy", "erase", NAME, "--receipt", str(receipt), *home]) == 0
    assert "nothing is left" in capsys.readouterr().out
    assert main(["privacy", "verify", str(receipt), "--name", NAME, *home]) == 0
    assert main(["privacy", "verify", str(receipt), "--name", "Wang", *home]) == 2
    recorded(places.root / "uploads" / "9z" / "clip.mp4", CLIP)
    assert main(["privacy", "verify", str(receipt), *home]) == 1
    document = json.loads(receipt.read_text("utf-8"))
    document["removed"] = []
    receipt.write_text(json.dumps(document), "utf-8")
    assert main(["privacy", "verify", str(receipt), *home]) == 2


def test_a_search_counts_what_it_looked_at(places: Places, store: Store) -> None:
    recorded(places.root / "a.bin", b"12345")
    done = search(places.root, store, Wanted(("Nobody at all",)))
    assert done.files >= 1
    assert done.file_bytes >= 5
    assert replace(done, found=()) == done
    assert example_report().subject is not None
