"""A backup is one moment of a data folder; a restore is all of it or nothing, whatever the file holds."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from app.backup.make import STAGE, make_backup
from app.backup.names import MANIFEST, is_safe
from app.backup.restore import check_backup, restore
from app.cli import main
from app.library.desk import write_note
from app.library.layer import Entry, Kind, read_layer
from app.library.records import store_of
from app.library.repair import Repaired, repair, serving
from app.library.takes import list_takes
from app.places import Places
from app.store.accounts import accounts
from app.store.database import DATABASE_FILE, forget_stores, store_at
from app.store.media import names, sound
from app.store.migrate import bring_up_to_date
from app.store.swap import READY, decide
from tests.store.people import KINDS, Cast, cast, recorded, taken
from vision.errors import OutputError, UsageError, YitaiError

Change = Callable[[dict[str, Any], dict[str, bytes]], None]


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """One data folder for all tests: they only read it, or add to it."""
    folder = tmp_path_factory.mktemp("backup")
    made = cast(Places(folder / "home"), folder)
    recorded(made.places.root / "preferences.json", b'{"language": "zh"}')
    recorded(made.places.root / "packs" / "T1+1.toml", b"id = 'T1+1'")
    recorded(made.places.root / "batches" / "b1" / "a \\ :b\n" / "report.json", b"{}")
    recorded(made.seen_by("Li").uploads / "cd34" / "mine.mp4", b"passing")
    recorded(made.seen_by("Li").preferences, b"{}")
    recorded(made.places.root / "library" / ".incoming" / "x" / "order.json", b"{}")
    write_note(made.places, made.takes[KINDS[3]], Entry(Kind.COMMENT, "Coach", text="看肩膀", time_s=1.0))
    yield made
    forget_stores()


def contents(root: Path) -> dict[str, str]:
    """Every kept file by its name, with the sum of its content; of the database the rows."""
    found = {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith((".", DATABASE_FILE)) and ".incoming" not in path.parts
    }
    with closing(sqlite3.connect(root / DATABASE_FILE)) as database:
        rows = "\n".join(line for line in database.iterdump() if '"sign_ins"' not in line and '"attempts"' not in line)
    return {**found, "rows": hashlib.sha256(rows.encode()).hexdigest()}


def test_a_restored_folder_is_the_one_that_was_backed_up(everybody: Cast, tmp_path: Path) -> None:
    root = everybody.places.root
    made = make_backup(everybody.places, tmp_path / "b.zip")
    assert {one.path for one in made.files} >= {DATABASE_FILE, "preferences.json", "packs/T1+1.toml"}
    assert not any("uploads" in one.path or ".incoming" in one.path for one in made.files)
    restore(tmp_path / "b.zip", tmp_path / "new")
    wanted = {name: sum_ for name, sum_ in contents(root).items() if "/uploads/" not in name}
    assert contents(tmp_path / "new") == wanted
    there = Places(tmp_path / "new")
    assert [take.id for take in list_takes(there)] == [take.id for take in list_takes(everybody.places)]
    assert all(sound(there.root, name) for name in names(there.root))
    assert repair(there) == Repaired(), "nothing to put right"
    assert {one.name for one in accounts(store_of(there))} == {"Li", "Wang", "Coach", "Root"}


def test_unzip_and_other_programs_find_the_archive_whole(everybody: Cast, tmp_path: Path) -> None:
    make_backup(everybody.places, tmp_path / "b.zip")
    if shutil.which("unzip") is None:
        pytest.skip("unzip is not installed")
    subprocess.run(["unzip", "-tqq", str(tmp_path / "b.zip")], check=True)
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600, "it shows people"


def test_a_backup_made_while_takes_come_and_go_is_one_moment(everybody: Cast, tmp_path: Path) -> None:
    stop, failed = threading.Event(), []

    def busy() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                take = taken(everybody.places, tmp_path, f"busy{number}", "Li")
                write_note(everybody.places, take, Entry(Kind.COMMENT, "Coach", text=f"n{number}", time_s=0.5))
            except YitaiError as error:
                failed.append(error)

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        for number in range(3):
            time.sleep(0.2)
            make_backup(everybody.places, tmp_path / f"b{number}.zip")
    finally:
        stop.set()
        thread.join()
    assert failed == []
    for number in range(3):
        there = Places(tmp_path / f"new{number}")
        restore(tmp_path / f"b{number}.zip", there.root)
        takes = list_takes(there)
        assert all(take.problem is None and take.recording is not None for take in takes)
        assert repair(there) == Repaired()
        with store_of(there).reading() as session:
            rows = dict(session.execute(text("SELECT recording_id, count(*) FROM notes GROUP BY 1")).tuples().all())
        for take in takes:
            assert rows.get(take.id, 0) == len(read_layer(take.folder).entries)


def test_data_that_is_there_is_replaced_only_by_force(everybody: Cast, tmp_path: Path) -> None:
    make_backup(everybody.places, tmp_path / "b.zip")
    other = Places(tmp_path / "other")
    lost = taken(other, tmp_path, "other take")
    recorded(other.root / "mine.txt", b"not of the program")
    before = contents(other.root)
    forget_stores()
    with pytest.raises(UsageError, match="has data already"):
        restore(tmp_path / "b.zip", other.root)
    assert contents(other.root) == before
    restore(tmp_path / "b.zip", other.root, force=True)
    assert lost.id not in {take.id for take in list_takes(other)}
    assert len(list_takes(other)) == len(list_takes(everybody.places))
    assert (other.root / "mine.txt").read_bytes() == b"not of the program"
    assert not [one.name for one in other.root.iterdir() if one.name.endswith(".part") or one.name.startswith(".re")]


def test_a_served_folder_is_left_alone(everybody: Cast, tmp_path: Path) -> None:
    make_backup(everybody.places, tmp_path / "b.zip")
    with serving(everybody.places) as first:
        assert first
        with pytest.raises(UsageError, match="stop it first"):
            restore(tmp_path / "b.zip", everybody.places.root, force=True)


def test_who_was_signed_in_is_not_after_a_restore(everybody: Cast, tmp_path: Path) -> None:
    with store_of(everybody.places).writing() as session:
        session.execute(
            text("INSERT INTO sign_ins VALUES ('h', 1, '2026-01-01', '2026-01-01', '2036-01-01')"),
        )
    make_backup(everybody.places, tmp_path / "b.zip")
    restore(tmp_path / "b.zip", tmp_path / "new")
    with closing(sqlite3.connect(tmp_path / "new" / DATABASE_FILE)) as database:
        assert database.execute("SELECT count(*) FROM sign_ins").fetchone() == (0,)


def test_an_older_database_is_brought_up_to_date(everybody: Cast, tmp_path: Path) -> None:
    make_backup(everybody.places, tmp_path / "b.zip")
    old = tmp_path / "old.db"
    engine = create_engine(f"sqlite:///{old}")
    bring_up_to_date(engine, tmp_path, "0001")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO trainees (name, created) VALUES ('老学员', '2025-01-01')"))
    engine.dispose()

    def older(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
        files[DATABASE_FILE] = old.read_bytes()

    done = restore(forged(tmp_path, older), tmp_path / "new")
    assert done.before == "0001"
    with store_at(tmp_path / "new").reading() as session:
        assert "老学员" in set(session.scalars(text("SELECT name FROM trainees")))


def forged(tmp_path: Path, change: Change, sums: bool = True, kept: str = "b.zip") -> Path:
    """A copy of a backup after ``change``; with ``sums`` its manifest agrees with what is in it."""
    with zipfile.ZipFile(tmp_path / kept) as archive:
        manifest = json.loads(archive.read(MANIFEST))
        files = {name: archive.read(name) for name in archive.namelist() if name != MANIFEST}
    change(manifest, files)
    if sums:
        paths = {one["member"]: one["path"] for one in manifest["files"]}
        manifest["files"] = [
            {
                "path": paths.get(name, name),
                "member": name,
                "size": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
            for name, data in files.items()
        ]
    goal = tmp_path / "forged.zip"
    with zipfile.ZipFile(goal, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr(MANIFEST, json.dumps(manifest))
    return goal


def _adds(name: str) -> Change:
    def change(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
        files[name] = b"hostile"

    return change


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt", "library/../../evil.txt", "/etc/evil", "library//evil", "./library/evil", "library/./evil",
        ".bashrc", "yitai.db-wal", ".restored/evil", "unknown/evil", "library", "evil.txt", "people/../evil",
        "backups/yitai.db", "x" * 2000,
    ],
)  # fmt: skip
def test_path_tricks_are_refused_before_anything_is_written(everybody: Cast, tmp_path: Path, name: str) -> None:
    assert not is_safe(name)
    make_backup(everybody.places, tmp_path / "b.zip")
    refused(forged(tmp_path, _adds(name)), everybody, tmp_path)


def refused(file: Path, everybody: Cast, tmp_path: Path) -> None:
    """Nothing is restored, neither into a new folder nor over data, and nothing lies elsewhere."""
    home = everybody.places.root
    before = contents(home)
    around = {path for path in tmp_path.iterdir()}
    for root, force in ((tmp_path / "new", False), (home, True)):
        with pytest.raises(YitaiError):
            restore(file, root, force=force)
    assert contents(home) == before
    assert [path.name for path in (tmp_path / "new").rglob("*") if not path.name.endswith(".lock")] == []
    assert {path for path in tmp_path.iterdir()} - around <= {tmp_path / "new"}
    with pytest.raises(YitaiError):
        check_backup(file)


def _damaged(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    name = next(name for name in files if name.startswith("media/"))
    files[name] = b"X" * len(files[name])


def _missing(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    del files[next(name for name in files if name.startswith("library/"))]


def _no_records(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    del files[DATABASE_FILE]


def _broken_records(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    files[DATABASE_FILE] = b"SQLite format 3\0" + os.urandom(4096)


def _newer(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    file = Path(os.environ["PYTEST_TMP"]) / "newer.db"
    file.write_bytes(files[DATABASE_FILE])
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    files[DATABASE_FILE] = file.read_bytes()


def _other_media(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    files[next(name for name in files if name.startswith("media/"))] = b"another recording"


def _other_schema(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    manifest["schema"] = "other/1"


def _no_list(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    manifest["files"] = "many"


@pytest.mark.parametrize(
    ("change", "sums"),
    [
        (_damaged, False), (_missing, False), (_adds("library/unlisted.txt"), False), (_no_records, True),
        (_broken_records, True), (_newer, True), (_other_media, True), (_other_schema, True), (_no_list, False),
    ],
)  # fmt: skip
def test_a_backup_that_is_not_whole_or_not_ours_is_refused(
    everybody: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Change, sums: bool
) -> None:
    monkeypatch.setenv("PYTEST_TMP", str(tmp_path))
    make_backup(everybody.places, tmp_path / "b.zip")
    refused(forged(tmp_path, change, sums), everybody, tmp_path)


def test_a_file_cut_short_or_of_another_kind_is_refused(everybody: Cast, tmp_path: Path) -> None:
    make_backup(everybody.places, tmp_path / "b.zip")
    whole = (tmp_path / "b.zip").read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"not a zip", whole[:-10], b"PK\x05\x06" + bytes(18)):
        (tmp_path / "cut.zip").write_bytes(content)
        refused(tmp_path / "cut.zip", everybody, tmp_path)


def test_links_and_doubled_names_are_refused(everybody: Cast, tmp_path: Path) -> None:
    make_backup(everybody.places, tmp_path / "b.zip")
    file = forged(tmp_path, _adds("library/link"))
    with zipfile.ZipFile(file) as archive:
        kept = [(entry, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(file, "w") as archive:
        for entry, data in kept:
            if entry.filename == "library/link":
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, data)
    refused(file, everybody, tmp_path)
    with zipfile.ZipFile(file, "w") as archive:
        for entry, data in kept:
            archive.writestr(entry, data)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(*kept[0])
    refused(file, everybody, tmp_path)


def test_a_zip_bomb_is_refused_by_what_it_says_and_by_what_it_does(everybody: Cast, tmp_path: Path) -> None:
    make_backup(everybody.places, tmp_path / "b.zip")

    def bomb(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
        files["library/bomb/zeros.json"] = bytes(20_000_000)

    honest = forged(tmp_path, bomb)
    packed = honest.stat().st_size
    claim, lies = tmp_path / "claim.zip", tmp_path / "lies.zip"
    shutil.copy(honest, claim)
    _rewrite(claim, 1 << 45, 1 << 45)
    refused(claim, everybody, tmp_path)  # 35 TB: neither the disk nor the shrinking allows it
    shutil.copy(honest, lies)
    _rewrite(lies, 1000, 1000)  # says little and grows on and on
    refused(lies, everybody, tmp_path)
    assert packed < 2_000_000


def _rewrite(file: Path, listed: int, header: int) -> None:
    """Give the bomb another size in the manifest and in the ZIP's own directory."""
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read(MANIFEST))
        kept = [(entry, archive.read(entry)) for entry in archive.infolist() if entry.filename != MANIFEST]
    for one in manifest["files"]:
        if one["path"].endswith("zeros.json"):
            one["size"] = listed
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in kept:
            archive.writestr(entry, data)
        archive.writestr(MANIFEST, json.dumps(manifest))
        next(entry for entry in archive.infolist() if entry.filename.endswith("zeros.json")).file_size = header


def test_a_full_disk_is_said_before_anything_is_written(
    everybody: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_backup(everybody.places, tmp_path / "b.zip")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(OutputError, match="are free"):
        restore(tmp_path / "b.zip", tmp_path / "new")


def test_a_restore_that_was_decided_is_finished_by_the_next_start(everybody: Cast, tmp_path: Path) -> None:
    """The rename decides; killed at any later moment, the next start carries it out."""
    make_backup(everybody.places, tmp_path / "b.zip")
    wanted = [take.id for take in list_takes(everybody.places)]
    other = Places(tmp_path / "other")
    taken(other, tmp_path, "other take")
    forget_stores()
    for step in range(6):
        root = tmp_path / f"killed{step}"
        shutil.copytree(other.root, root)
        restore(tmp_path / "b.zip", tmp_path / "whole", force=True)
        forget_stores()
        stage = root / ".stage"
        shutil.copytree(tmp_path / "whole", stage, ignore=shutil.ignore_patterns(".*"))
        decide(root, stage)
        (root / ".replaced").mkdir()
        for name in sorted(path.name for path in (root / READY).iterdir())[:step]:
            if (root / name).exists():
                (root / name).rename(root / ".replaced" / name)
            if step % 2:
                (root / READY / name).rename(root / name)
        assert [take.id for take in list_takes(Places(root))] == wanted
        assert not (root / READY).exists()
        assert not (root / ".replaced").exists()
        assert repair(Places(root)) == Repaired()


KILLED = """
import sys
from pathlib import Path
from app.backup.make import make_backup
from app.backup.restore import restore
from app.places import Places
print("begun", flush=True)
while True:
    make_backup(Places(Path(sys.argv[1])), Path(sys.argv[2]))
    restore(Path(sys.argv[2]), Path(sys.argv[3]), force=True)
"""


def test_killed_at_any_moment_nothing_is_half(everybody: Cast, tmp_path: Path) -> None:
    for number in range(40):
        recorded(everybody.places.root / "batches" / "b2" / f"{number}.json", os.urandom(50_000))
    wanted = [take.id for take in list_takes(everybody.places)]
    goal, root = tmp_path / "out" / "b.zip", tmp_path / "restored"
    for after_s in (0.02, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.1):
        command = [sys.executable, "-c", KILLED, str(everybody.places.root), str(goal), str(root)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(after_s)
        process.kill()
        process.wait()
        process.stdout.close()
        if goal.exists():
            check_backup(goal)
        there = [take.id for take in list_takes(Places(root))] if root.exists() else []
        assert there in ([], wanted)
        assert all(take.problem is None and take.recording for take in list_takes(Places(root)))
        repair(Places(root))
        repair(everybody.places)
        assert not list(root.glob(".re*")), "no half is left"
        assert not (everybody.places.root / STAGE).exists()
        forget_stores()


def test_the_commands_say_what_they_did(everybody: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forget_stores()
    home, goal = str(everybody.places.root), str(tmp_path / "b.zip")
    assert main(["backup", goal, "--home", home, "--language", "en"]) == 0
    said = capsys.readouterr()
    assert "backed up" in said.out
    assert "not encrypted" in said.err
    assert main(["restore", goal, "--check", "--language", "zh"]) == 0
    assert "备份完好" in capsys.readouterr().out
    assert main(["restore", goal, "--home", home, "--language", "en"]) == 2
    assert "has data already" in capsys.readouterr().err
    assert main(["restore", goal, "--home", str(tmp_path / "new"), "--language", "en"]) == 0
    assert "restored" in capsys.readouterr().out
    assert main(["backup", str(everybody.places.root / "in.zip"), "--home", home]) == 2
    assert main(["backup", str(tmp_path / "b.tar"), "--home", home]) == 2
    assert main(["restore", str(tmp_path / "nothing.zip"), "--home", str(tmp_path / "x")]) == 2
    assert main(["backup", goal, "--home", str(tmp_path / "nowhere")]) == 2
