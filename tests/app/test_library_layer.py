"""The trainer's layer keeps who said what and when, and never touches the report."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from app.library.layer import Entry, Kind, Layer, Tick, keep, read_layer, with_overrides
from tests.report.conftest import example_report
from vision.errors import UsageError, YitaiError
from vision.report.model import Report
from vision.types import Check, Verdict

WHO = "Wang"


def _failed(report: Report) -> tuple[int, Check]:
    return next(
        (number, check)
        for number, segment in enumerate(report.segments)
        for check in segment.checks
        if check.verdict is Verdict.FAIL and check.weight > 0
    )


def _without_failures() -> Report:
    report = example_report()
    segments = tuple(
        replace(segment, checks=tuple(check for check in segment.checks if check.verdict is not Verdict.FAIL))
        for segment in report.segments
    )
    return replace(report, segments=segments)


def _override(text: str = "seen from the side it is right") -> Entry:
    number, check = _failed(example_report())
    return Entry(Kind.OVERRIDE, WHO, text=text, segment=number, rule=check.rule, verdict=Verdict.PASS)


def test_an_override_changes_the_trainers_outcome_and_leaves_the_programs_alone(tmp_path: Path) -> None:
    report = example_report()
    number, check = _failed(report)
    layer = keep(tmp_path, _override())
    seen = with_overrides(report, layer)
    changed = next(one for one in seen.segments[number].checks if one.rule == check.rule)
    assert changed.verdict is Verdict.PASS
    assert seen.overall.counts["fail"] == report.overall.counts["fail"] - 1
    assert seen.overall.value is not None
    assert report.overall.value is not None
    assert seen.overall.value > report.overall.value
    assert check.verdict is Verdict.FAIL


def test_a_withdrawn_override_counts_no_more_but_stays_in_the_record(tmp_path: Path) -> None:
    entry = _override()
    keep(tmp_path, entry)
    layer = keep(tmp_path, Entry(Kind.WITHDRAW, WHO, segment=entry.segment, rule=entry.rule))
    assert with_overrides(example_report(), layer) == example_report()
    assert [one.kind for one in layer.entries] == [Kind.OVERRIDE, Kind.WITHDRAW]


def test_what_was_written_is_read_back_with_name_and_time(tmp_path: Path) -> None:
    keep(tmp_path, _override())
    keep(tmp_path, Entry(Kind.COMMENT, WHO, text="看前方", time_s=3.25))
    keep(tmp_path, Entry(Kind.TICK, WHO, rule="stand.smile", tick=Tick.OK))
    layer = read_layer(tmp_path)
    assert [entry.who for entry in layer.entries] == [WHO] * 3
    assert all(entry.when.endswith("+00:00") for entry in layer.entries)
    assert layer.comments[0][1].text == "看前方"
    assert layer.ticks["stand.smile"].tick is Tick.OK
    assert json.loads((tmp_path / "review.json").read_text(encoding="utf-8"))["schema"] == "yitai.review/1"


def test_comments_stand_in_the_order_of_the_recording_and_can_be_erased(tmp_path: Path) -> None:
    for time_s in (4.0, 1.0, 2.5):
        keep(tmp_path, Entry(Kind.COMMENT, WHO, text=f"at {time_s}", time_s=time_s))
    layer = keep(tmp_path, Entry(Kind.ERASE, WHO, number=1))
    assert [entry.text for _, entry in layer.comments] == ["at 2.5", "at 4.0"]


def test_a_manual_item_seen_wrong_fails_the_whole(tmp_path: Path) -> None:
    layer = keep(tmp_path, Entry(Kind.TICK, WHO, rule="stand.smile", tick=Tick.NOT_OK))
    assert with_overrides(_without_failures(), layer).overall.verdict is Verdict.FAIL
    layer = keep(tmp_path, Entry(Kind.TICK, WHO, rule="stand.smile", tick=Tick.OK))
    assert with_overrides(_without_failures(), layer).overall.verdict is not Verdict.FAIL


@pytest.mark.parametrize(
    "entry",
    [
        _override(text="   "),
        Entry(Kind.OVERRIDE, WHO, text="why", segment=0, rule="x"),
        Entry(Kind.COMMENT, WHO, time_s=1.0),
        Entry(Kind.COMMENT, "  ", text="hello"),
        Entry(Kind.SIGN, ""),
    ],
    ids=["no reason", "no verdict", "no words", "no name", "nobody signs"],
)
def test_an_entry_without_what_it_needs_is_refused_and_nothing_is_written(tmp_path: Path, entry: Entry) -> None:
    with pytest.raises(UsageError):
        keep(tmp_path, entry)
    assert read_layer(tmp_path) == Layer()


def test_signing_off_locks_until_somebody_unlocks_with_a_reason(tmp_path: Path) -> None:
    layer = keep(tmp_path, Entry(Kind.SIGN, WHO))
    assert layer.signed is not None
    for entry in (_override(), Entry(Kind.COMMENT, WHO, text="x"), Entry(Kind.TICK, WHO, rule="a", tick=Tick.OK)):
        with pytest.raises(UsageError, match="unlock"):
            keep(tmp_path, entry)
    assert keep(tmp_path, Entry(Kind.MODEL, WHO, drill="bow")).models == {"bow"}
    with pytest.raises(UsageError, match="reason"):
        keep(tmp_path, Entry(Kind.UNLOCK, WHO))
    layer = keep(tmp_path, Entry(Kind.UNLOCK, WHO, text="the wrong trainee"))
    assert layer.signed is None
    assert keep(tmp_path, _override()).overrides
    assert keep(tmp_path, Entry(Kind.NO_MODEL, WHO, drill="bow")).models == frozenset()


@pytest.mark.parametrize(
    "text", ["{", '{"schema": "yitai.review/2", "entries": []}', '{"schema": "yitai.review/1"}', "[]"]
)
def test_damaged_notes_are_said_and_never_overwritten(tmp_path: Path, text: str) -> None:
    path = tmp_path / "review.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(YitaiError) as caught:
        keep(tmp_path, Entry(Kind.COMMENT, WHO, text="x"))
    assert caught.value.zh != caught.value.en
    assert path.read_text(encoding="utf-8") == text


def test_entries_of_two_sessions_at_once_are_all_kept(tmp_path: Path) -> None:
    def write(name: str) -> None:
        for number in range(10):
            keep(tmp_path, Entry(Kind.COMMENT, name, text=str(number)))

    threads = [threading.Thread(target=write, args=(name,)) for name in ("A", "B")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_layer(tmp_path).entries) == 20
