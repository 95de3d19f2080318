"""``--routine``: which drill it goes with, what a broken file does, and what ``--strict`` makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.batch.summary import COLUMNS, SummaryRow
from app.commands.score import exit_code, parse_routine_file
from app.session import EXIT_CHECK_FAILED, EXIT_OK
from vision.errors import RoutineError, UsageError
from vision.types import Drill

TEXT = 'schema = "yitai.routine/1"\n[[step]]\ndrill = "bow"\n'


def test_the_text_of_a_sound_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text(TEXT, encoding="utf-8")
    assert parse_routine_file(path, None) == parse_routine_file(path, Drill.ROUTINE) == TEXT
    assert parse_routine_file(None, Drill.BOW) is None


def test_one_drill_leaves_no_room_for_a_routine(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--drill routine"):
        parse_routine_file(tmp_path / "r.toml", Drill.BOW)


def test_a_broken_file_stops_before_anything_is_scored(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text(TEXT + "times = 2\n", encoding="utf-8")
    with pytest.raises(RoutineError, match="line 4"):
        parse_routine_file(path, None)


@pytest.mark.parametrize(("verdict", "code"), [("fail", EXIT_CHECK_FAILED), ("uncertain", EXIT_OK), (None, EXIT_OK)])
def test_strict_fails_where_the_routine_does(verdict: str | None, code: int) -> None:
    rows = [SummaryRow("a.mp4", "scored", failed=0, routine=verdict)]
    assert exit_code(rows, strict=True) == code
    assert exit_code(rows, strict=False) == EXIT_OK


def test_the_verdict_is_the_last_column_of_the_summary() -> None:
    assert COLUMNS[-1] == "routine"
