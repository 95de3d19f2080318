"""What has been kept for its period goes, and nothing else; what is going to go can be seen beforehand."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cli import main
from app.library.takes import list_takes
from app.places import Places
from app.practice.takes import take_folder
from app.privacy.consents import agree, withdraw
from app.privacy.daily import forget_practices, purging
from app.privacy.periods import PERIODS, Kind, periods, set_period
from app.privacy.purge import due, purge
from app.store import audit
from app.store.database import Store
from app.store.schema import Audit, Consent
from app.store.viewers import LOCAL
from tests.store.people import OF_LI, OF_NOBODY, PRIVATE, cast, recorded
from vision.errors import UsageError

DAY = timedelta(days=1)


def later(days: float) -> datetime:
    return datetime.now(UTC) + days * DAY


def test_nothing_goes_before_its_time(places: Places, store: Store, tmp_path: Path) -> None:
    everybody = cast(places, tmp_path)
    assert purge(places, later(364)) == ()
    assert len(list_takes(places)) == len(everybody.takes)


def test_takes_go_by_their_own_periods_with_their_recordings(places: Places, store: Store, tmp_path: Path) -> None:
    everybody = cast(places, tmp_path)
    set_period(store, LOCAL, Kind.TAKES, 30)
    seen = {one.name for one in due(places, later(31))}
    assert seen == {everybody.takes[kind].id for kind in (OF_LI, OF_NOBODY)}
    assert {one.name for one in purge(places, later(31))} == seen
    assert {take.id for take in list_takes(places)} == {
        take.id for kind, take in everybody.takes.items() if kind not in (OF_LI, OF_NOBODY)
    }
    gone = everybody.takes[OF_LI]
    assert gone.recording is not None
    assert not gone.recording.exists()
    assert not gone.folder.exists()
    assert {line.subject for line in audit.entries(store) if line.action == "purged"} == seen


def test_a_kind_without_an_end_stays(places: Places, store: Store, tmp_path: Path) -> None:
    cast(places, tmp_path)
    for kind in Kind:
        set_period(store, LOCAL, kind, None)
    assert due(places, later(50_000)) == ()


def test_what_was_there_before_periods_began_is_kept_for_a_whole_one(
    places: Places, store: Store, tmp_path: Path
) -> None:
    everybody = cast(places, tmp_path)
    with store.writing() as session:
        session.connection().exec_driver_sql(
            "UPDATE recordings SET created = '2020-01-01 00:00:00'" + ("" if store.sqlite else "::timestamptz")
        )
    assert not [one for one in due(places, later(364)) if one.kind in (Kind.PRIVATE, Kind.TAKES)]
    assert len(due(places, later(366))) >= len(everybody.takes)


def test_practices_and_uploads_go_after_a_day_and_practices_at_the_start(
    places: Places, store: Store, tmp_path: Path
) -> None:
    agree(places, "en")
    li = cast(places, tmp_path).seen_by("Li")
    agree(li, "en")
    old, new, theirs = take_folder(places), take_folder(places), take_folder(li)
    upload = recorded(li.uploads / "ab" / "clip.mp4", b"clip")
    hours_ago = time.time() - 25 * 3600
    for path in (old, upload, upload.parent):
        os.utime(path, (hours_ago, hours_ago))
    assert {one.kind for one in purge(places)} == {Kind.PRACTICE, Kind.UPLOADS}
    assert not old.exists()
    assert not upload.exists()
    assert new.exists()
    assert forget_practices(places) == 2
    assert not new.exists()
    assert not theirs.exists()


def test_the_takes_of_who_withdrew_go_after_a_week_unless_they_agree_again(
    places: Places, store: Store, tmp_path: Path
) -> None:
    everybody = cast(places, tmp_path)
    li = everybody.seen_by("Li")
    agree(li, "en")
    withdraw(store, li.viewer)
    assert due(places, later(6)) == ()
    agree(li, "en")
    assert due(places, later(8)) == ()
    withdraw(store, li.viewer)
    gone = {one.name for one in purge(places, later(8))}
    assert gone == {take.id for kind, take in everybody.takes.items() if kind != OF_NOBODY}
    assert everybody.takes[OF_NOBODY].folder.exists()


def test_old_lines_of_the_log_and_ended_consents_go(places: Places, store: Store) -> None:
    agree(places, "en")
    withdraw(store, LOCAL)
    agree(places, "en")
    before = len(audit.entries(store))
    kinds = {one.kind: one.count for one in purge(places, later(1096))}
    assert kinds == {Kind.AUDIT: before, Kind.CONSENTS: 1}
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Consent)) == 1
        assert set(session.scalars(select(Audit.action))) == {"purged"}


def test_the_running_page_purges_by_itself(places: Places, store: Store) -> None:
    agree(places, "en")
    folder = take_folder(places)
    with purging(places, every_s=0.05):
        time.sleep(0.3)
        assert folder.exists()
        past = time.time() - 2 * 24 * 3600
        os.utime(folder, (past, past))
        until = time.monotonic() + 20
        while folder.exists() and time.monotonic() < until:
            time.sleep(0.05)
    assert not folder.exists()


def test_a_period_that_makes_no_sense_is_refused(store: Store) -> None:
    for days in (-1, 0, 99_999):
        with pytest.raises(UsageError):
            set_period(store, LOCAL, Kind.TAKES, days)
    assert periods(store) == {kind: period.days for kind, period in PERIODS.items()}


def test_periods_and_purge_on_the_command_line(
    places: Places, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    everybody = cast(places, tmp_path)
    home = ["--home", str(places.root), "--language", "en"]
    assert main(["privacy", "retention", "private", "20", *home]) == 0
    assert "private  20 days" in capsys.readouterr().out
    assert main(["privacy", "retention", "privte", "20", *home]) == 2
    assert main(["privacy", "retention", "private", "soon", *home]) == 2
    assert periods(store)[Kind.PRIVATE] == 20
    take = everybody.takes[PRIVATE]
    with store.writing() as session:
        session.connection().exec_driver_sql("UPDATE retention SET changed = '2020-01-01 00:00:00+00:00'")
        session.connection().exec_driver_sql(
            f"UPDATE recordings SET created = '2020-01-01 00:00:00' WHERE id = '{take.id}'"
        )
    capsys.readouterr()
    assert main(["privacy", "purge", "--dry-run", *home]) == 0
    told = capsys.readouterr().out
    assert take.id in told
    assert "1 would be removed" in told
    assert take.folder.exists()
    assert main(["privacy", "purge", *home]) == 0
    assert not take.folder.exists()
    assert len(list_takes(replace(places, viewer=LOCAL))) == len(everybody.takes) - 1
