"""What is behind the batch page: what may be named, what is kept, what is packed, what is said."""

from __future__ import annotations

import json
import os
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.batch.archive import Archive
from app.batch.asking import Reach, from_server, from_uploads, is_local
from app.batch.kept import Asked, Kept, contents, find_kept, forget, keep, list_kept, named, new_folder, take_in
from app.batch.run import failed_row
from app.batch.summary import SummaryRow, write_summary
from app.engine import Choices
from app.inputs import Defaults, Inputs, gather
from app.jobs import JobState
from app.places import Places
from app.presenter.batch import (
    batch_card,
    batch_title,
    failures,
    progress_html,
    progress_text,
    table_row,
    tallies,
    time_left_text,
)
from vision.errors import ManifestError, MediaError, UsageError
from vision.types import Drill

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HERE_ONLY = Reach(local=True, root=None)
SCORED = SummaryRow(
    "class/lin.mp4", "scored", "Lin", "telecom", ("stand", "bow", "bow"), "fail", 82.6, 5, 1, 2, 3, 0.1,
    "lin/report.json", "lin/report.html", seconds=3.0,
)  # fmt: skip
BROKEN = failed_row("class/b.mp4", MediaError("/data/class/b.mp4: is empty", "/data/class/b.mp4：文件为空"), "en")


def media(folder: Path, *names: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in names]
    for path in paths:
        path.write_bytes(b"pixels of " + path.name.encode())
    return paths


def asked(inputs: Inputs, title: str = "") -> Asked:
    return Asked(title, NOW.isoformat(), inputs, Choices(formats=frozenset({"json", "pdf"}), video=False))


@pytest.mark.parametrize(
    ("address", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("10.0.0.4", False),
     ("", False), (None, False), ("hall.example", False)],
)  # fmt: skip
def test_only_a_loopback_address_is_seen_by_this_machine_alone(address: str | None, local: bool) -> None:
    assert is_local(address) is local


def test_a_page_of_this_machine_may_name_any_folder_file_pattern_or_manifest(tmp_path: Path) -> None:
    media(tmp_path / "in", "a.mp4", "b.mp4", "notes.txt")
    (tmp_path / "in" / "class.csv").write_text("path,trainee\nb.mp4,Lin\n", encoding="utf-8")
    for text, names in (
        (str(tmp_path / "in"), ["a.mp4", "b.mp4"]),
        (f' "{tmp_path / "in" / "a.mp4"}" ', ["a.mp4"]),
        (str(tmp_path / "in" / "b*.mp4"), ["b.mp4"]),
        (str(tmp_path / "in" / "class.csv"), ["b.mp4"]),
    ):
        assert [task.file.name for task in from_server(text, HERE_ONLY, Defaults()).tasks] == names


def test_a_page_for_others_reads_nothing_outside_the_configured_folder(tmp_path: Path) -> None:
    root, secret = tmp_path / "root", tmp_path / "secret"
    media(root / "class", "a.mp4")
    (stolen,) = media(secret, "s.mp4")
    (root / "link").symlink_to(secret)
    (root / "linked.mp4").symlink_to(stolen)
    (root / "out.csv").write_text("path\n../secret/s.mp4\n", encoding="utf-8")
    (root / "camera.csv").write_text("path,calibration\nclass/a.mp4,../secret/c.json\n", encoding="utf-8")
    (root / "pack.csv").write_text("path,standard\nclass/a.mp4,../secret/p.toml\n", encoding="utf-8")
    reach = Reach(local=False, root=root)
    assert [task.file.name for task in from_server("class", reach, Defaults()).tasks] == ["a.mp4"]
    for text in (
        str(secret), "../secret", str(stolen), "link", "linked.mp4", "out.csv", "camera.csv", "pack.csv",
        "class/../../secret", "../secret/*.mp4", "/etc/passwd", "/", ".", "*.mp4",
    ):  # fmt: skip
        with pytest.raises(UsageError, match="YITAI_BATCH_ROOT"):
            from_server(text, reach, Defaults())
    with pytest.raises(UsageError, match="YITAI_BATCH_ROOT"):
        from_server(str(root), Reach(local=False, root=None), Defaults())


@pytest.mark.parametrize("text", ["", "  ", "\x00", "no/such*", "x" * 5000])
def test_what_leads_nowhere_is_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        from_server(text, Reach(local=True, root=tmp_path), Defaults())
    assert "\n" not in caught.value.zh


def test_an_empty_folder_and_a_broken_manifest_are_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no videos or pictures"):
        from_server(str(tmp_path / "empty"), HERE_ONLY, Defaults())
    (tmp_path / "m.csv").write_text("file\na.mp4\n", encoding="utf-8")
    with pytest.raises(ManifestError, match="no column 'path'"):
        from_server(str(tmp_path / "m.csv"), HERE_ONLY, Defaults())
    with pytest.raises(UsageError, match="at least one recording"):
        from_uploads([], Defaults())


def test_uploads_move_into_the_batch_and_are_called_by_their_names(tmp_path: Path) -> None:
    places = Places(tmp_path / "home")
    (one,) = media(places.uploads / "aa", "p.mp4")
    (two,) = media(places.uploads / "bb", "p.mp4")
    folder = new_folder(places, NOW)
    inputs = named(from_uploads(take_in(folder, [one, two]), Defaults(drill=Drill.BOW)), folder)
    assert [task.path for task in inputs.tasks] == ["p.mp4", "p-2.mp4"]
    assert [task.file.read_bytes() for task in inputs.tasks] == [b"pixels of p.mp4"] * 2
    assert list(places.uploads.iterdir()) == []


def test_a_kept_batch_comes_back_as_it_was_asked_even_after_its_home_moved(tmp_path: Path) -> None:
    places = Places(tmp_path / "home")
    files = media(places.uploads / "aa", "林.mp4")
    folder = new_folder(places, NOW)
    outside = media(tmp_path / "elsewhere", "b.jpg")
    inputs = gather(
        [str(path) for path in (*take_in(folder, files), *outside, tmp_path / "none*")],
        None,
        Defaults(height_cm=168.0, sex="f", standard="U1", drill=Drill.SIT, calibration=tmp_path / "c.json"),
    )
    kept = keep(folder, asked(inputs, "class"))
    same = find_kept(places, kept.id)
    assert same is not None
    assert same.asked.inputs.tasks == inputs.tasks
    moved = Places(tmp_path / "moved")
    places.root.rename(moved.root)
    back = find_kept(moved, kept.id)
    assert back is not None
    first, second = back.asked.inputs.tasks
    assert first.file == moved.batches / kept.id / "recordings" / "林.mp4"
    assert second == inputs.tasks[1]
    assert replace(first, file=inputs.tasks[0].file) == inputs.tasks[0]
    assert back.asked.choices == kept.asked.choices
    (nothing,) = back.asked.inputs.nothing
    assert nothing.error.zh == inputs.nothing[0].error.zh


def test_batches_are_listed_newest_first_and_other_folders_are_left_out(tmp_path: Path) -> None:
    places = Places(tmp_path)
    made = [keep(new_folder(places, NOW.replace(hour=hour)), asked(Inputs(()), str(hour))) for hour in (8, 12, 9)]
    (places.batches / "20270101-strange").mkdir()
    (places.batches / "20270102-broken").mkdir()
    (places.batches / "20270102-broken" / "batch.json").write_text("{", encoding="utf-8")
    assert [kept.asked.title for kept in list_kept(places)] == ["12", "9", "8"]
    forget(made[1])
    assert [kept.asked.title for kept in list_kept(places)] == ["9", "8"]
    for name in ("", "..", ".", "../secret", "nothing"):
        assert find_kept(places, name) is None


def kept_with_reports(places: Places) -> Kept:
    files = media(places.uploads / "aa", "lin.mp4")
    folder = new_folder(places, NOW)
    kept = keep(folder, asked(named(from_uploads(take_in(folder, files), Defaults()), folder)))
    media(kept.reports / "lin", "report.json", "report.html", "annotated.mp4")
    media(kept.reports / ".b.part", "report.json")
    write_summary(kept.reports, [SCORED], 1, "0")
    return kept


def test_the_outcome_on_disk_is_what_the_summary_says(tmp_path: Path) -> None:
    kept = kept_with_reports(Places(tmp_path))
    assert kept.outcome.rows == (SCORED,)
    assert kept.outcome.complete
    kept.summary.write_text("half a fi", encoding="utf-8")
    assert kept.outcome.rows == ()
    assert not kept.outcome.complete


def test_the_archive_holds_every_finished_file_whole_and_nothing_else(tmp_path: Path) -> None:
    kept = kept_with_reports(Places(tmp_path))
    large = kept.reports / "lin" / "annotated.mp4"
    large.write_bytes(os.urandom(3 << 20))
    archive = Archive(kept.reports, tuple(contents(kept)), kept.archive)
    archive.start()
    until_s = time.monotonic() + 60
    while not archive.state.finished and time.monotonic() < until_s:
        time.sleep(0.01)
    assert archive.state == type(archive.state)(1.0, True, None)
    with zipfile.ZipFile(kept.archive) as packed:
        assert packed.testzip() is None
        assert sorted(packed.namelist()) == [
            "lin/annotated.mp4", "lin/report.html", "lin/report.json", "summary.csv", "summary.json",
        ]  # fmt: skip
        assert packed.read("lin/annotated.mp4") == large.read_bytes()
        assert packed.getinfo("lin/annotated.mp4").compress_type == zipfile.ZIP_STORED


def test_an_archive_that_cannot_be_written_says_so_and_one_given_up_leaves_nothing(tmp_path: Path) -> None:
    kept = kept_with_reports(Places(tmp_path))
    files = tuple(contents(kept))
    (tmp_path / "in the way").write_text("a file", encoding="utf-8")
    archive = Archive(kept.reports, files, tmp_path / "in the way" / "all.zip")
    archive.start()
    while not archive.state.finished:
        time.sleep(0.01)
    assert archive.state.error is not None
    assert "cannot write" in archive.state.error.en
    given_up = Archive(kept.reports, files, kept.archive)
    given_up._stopped.set()
    given_up.start()
    given_up.stop()
    assert not kept.archive.exists()
    assert not list(kept.folder.glob(".*"))


def test_a_row_says_verdict_drills_counts_and_where_the_report_is() -> None:
    row = table_row(SCORED, Path("/home/reports"), str, "en")
    assert row == {
        "key": "lin", "name": "lin.mp4", "place": "class", "trainee": "Lin", "drills": "standing, bow",
        "outcome": "fail", "symbol": "✗", "word": "Fail", "score": 83, "counts": [5, 1, 2, 3], "error": "",
        "report": "/home/reports/lin/report.html",
    }  # fmt: skip
    json.dumps(row)


def test_a_failed_row_says_why_in_the_language_of_the_page_without_the_path() -> None:
    for language, sentence in (("zh", "文件为空"), ("en", "Is empty")):
        row = table_row(BROKEN, Path("r"), str, language)
        assert (row["outcome"], row["symbol"], row["error"], row["report"]) == ("failed", "!", sentence, "")
    assert failures([SCORED, BROKEN], "zh") == (("b.mp4", "文件为空"),)


def test_counts_come_by_outcome_without_those_that_do_not_occur() -> None:
    found = tallies([SCORED, BROKEN, SCORED, replace(SCORED, verdict=None)], "zh")
    assert [(one.key, one.word, one.count) for one in found] == [
        ("fail", "不符合", 2), ("not_measured", "未测得", 1), ("failed", "未能评测", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, ""), (3.0, "about 10 s left"), (44.0, "about 40 s left"), (55.0, "about 1 min left"),
     (1800.0, "about 30 min left"), (9000.0, "about 2.5 h left")],
)  # fmt: skip
def test_the_time_left_is_as_coarse_as_it_is_uncertain(seconds: float | None, said: str) -> None:
    assert time_left_text(seconds, "en") == said


def test_progress_is_said_in_one_line() -> None:
    running = JobState(40, 12, running=(("in/<b>.mp4", 0.5),), waiting=False, seconds_left=200.0)
    assert progress_text(running, "zh") == "已完成 12 / 40 · 约剩 3 分钟"
    assert progress_text(replace(running, waiting=True), "en") == "Waiting for another batch to finish"
    assert progress_text(replace(running, cancelled=True), "en") == "Stopping…"
    assert running.share == pytest.approx(12.5 / 40)
    shown = progress_html(running, "en")
    assert "&lt;b&gt;.mp4" in shown
    assert 'aria-valuenow="31"' in shown


def test_a_batch_is_called_after_its_recordings_unless_it_has_a_title(tmp_path: Path) -> None:
    inputs = gather([str(path) for path in media(tmp_path, "a.mp4", "b.mp4", "c.mp4")], None, Defaults())
    assert batch_title(asked(inputs), "en") == "a.mp4 and 2 more"
    assert batch_title(asked(inputs), "zh") == "a.mp4 等 3 个"
    assert batch_title(asked(Inputs(inputs.tasks[:1])), "zh") == "a.mp4"
    assert batch_title(asked(inputs, "spring class"), "zh") == "spring class"


def test_a_card_says_whether_a_batch_runs_is_done_or_can_go_on(tmp_path: Path) -> None:
    kept = kept_with_reports(Places(tmp_path))
    done = batch_card(kept, None, "en")
    assert (done.line, done.running, done.can_go_on) == ("1 recording", False, False)
    running = batch_card(kept, JobState(1, waiting=False), "en")
    assert (running.line, running.running) == ("0 of 1 done", True)
    kept.summary.unlink()
    stopped = batch_card(kept, JobState(1, finished=True, cancelled=True), "en")
    assert (stopped.line, stopped.running, stopped.can_go_on) == ("stopped at 0 of 1", False, True)
