"""Rows, events and words of the review page say what the report and the trainer said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.library.layer import Entry, Kind, Layer, Tick, keep
from app.library.rejudge import changes, rejudged
from app.library.takes import add_take, list_takes
from app.places import Places
from app.presenter.review_changes import changes_html
from app.presenter.review_events import Event, events_of, pairs, preferred_event
from app.presenter.review_list import card, length_text, list_words
from app.presenter.review_player import WORDS, Footage, footage, player_data
from app.presenter.review_rows import comments, manual, outcome, segments
from tests.report.conftest import example_report, example_series
from vision.report import write_reports
from vision.standard import load_pack
from vision.types import Drill, Series, Verdict


def _failed() -> tuple[int, str]:
    return next(
        (number, check.rule)
        for number, segment in enumerate(example_report().segments)
        for check in segment.checks
        if check.verdict is Verdict.FAIL
    )


def _overridden(folder: Path) -> Layer:
    number, rule = _failed()
    return keep(folder, Entry(Kind.OVERRIDE, "Wang", text="why", segment=number, rule=rule, verdict=Verdict.PASS))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_check_of_the_report_stands_in_one_row(language: str) -> None:
    report = example_report()
    rows = segments(report, Layer(), language)
    for made, segment in zip(rows, report.segments, strict=True):
        listed = [
            check["rule"]
            for group in made["groups"]
            for unit in group["units"]
            for clause in unit["clauses"]
            for check in clause["checks"]
        ]
        counted = [check.rule for check in segment.checks if check.weight > 0 or check.value is not None]
        assert sorted(listed) == sorted(counted)


def test_an_overridden_row_shows_both_verdicts(tmp_path: Path) -> None:
    layer = _overridden(tmp_path)
    number, rule = _failed()
    row = next(
        check
        for group in segments(example_report(), layer, "en")[number]["groups"]
        for unit in group["units"]
        for clause in unit["clauses"]
        for check in clause["checks"]
        if check["rule"] == rule
    )
    assert row["verdict"] == "pass"
    assert row["override"]["machine"] == "fail"
    assert row["override"]["who"] == "Wang"
    made = outcome(example_report(), layer, "en")
    assert made["machine"]["counts"]["fail"] == made["trainer"]["counts"]["fail"] + 1


def test_without_a_trainer_there_is_one_outcome() -> None:
    assert outcome(example_report(), Layer(), "zh")["trainer"] is None


def test_ticks_and_comments_name_who_and_when(tmp_path: Path) -> None:
    report = example_report()
    keep(tmp_path, Entry(Kind.TICK, "Wang", rule=report.manual_items[0].rule, tick=Tick.NOT_SEEN))
    layer = keep(tmp_path, Entry(Kind.COMMENT, "Wang", text="<b>look up</b>", time_s=2.0))
    assert manual(report, layer, "en")[0]["tick"] == "not_seen"
    assert manual(report, layer, "en")[0]["by"].startswith("Wang · 20")
    (said,) = comments(layer, "en")
    assert (said["text"], said["moment"], said["number"]) == ("<b>look up</b>", "2.0 s", 1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_players_data_is_plain_json(language: str, tmp_path: Path) -> None:
    source = Footage("/a", "/b", np.arange(75) / 25)
    data = player_data("x", example_report(), _overridden(tmp_path), example_series(), source, language)
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert all(words[0] != words[1] for words in WORDS.values())


def test_even_frames_are_told_by_their_rate_and_uneven_ones_by_their_times() -> None:
    report = example_report()
    even = footage(Footage("/a", None, np.arange(250) * 1001 / 30000), report)
    assert even["times"] is None
    assert even["fps"] == pytest.approx(29.97, abs=0.001)
    uneven = footage(Footage("/a", None, np.array([0.0, 0.03, 0.1, 0.14])), report)
    assert uneven["times"] == [0.0, 30.0, 100.0, 140.0]
    assert footage(Footage("/a", None, np.zeros(1), still=True), report)["count"] == 1


def test_a_bow_has_its_deepest_point_and_takes_are_paired_by_drill() -> None:
    report = example_report()
    bow = next(segment for segment in report.segments if segment.drill is Drill.BOW)
    times = np.linspace(0, 10, 201)
    deepest_s = (bow.start_s + bow.end_s) / 2
    series = Series(times, {"trunk_flexion": 20 - np.abs(times - deepest_s)}, {"trunk_flexion": np.ones(201)})
    found = events_of(bow, series)
    assert found[Event.DEEPEST] == pytest.approx(deepest_s, abs=0.03)
    assert found[Event.START] == bow.start_s
    only_bow = replace(report, segments=(bow,))
    (pair,) = pairs(only_bow, series, report, series, "en")
    assert report.segments[pair.second].drill is Drill.BOW
    assert pair.events[preferred_event(pair)][0] is Event.DEEPEST
    twice = pairs(replace(report, segments=(bow, bow)), None, only_bow, None, "en")
    assert [pair.label for pair in twice] == ["bow 1", "bow 2"]
    assert {pair.second for pair in twice} == {0}
    assert all(event is not Event.DEEPEST for pair in twice for event, _, _ in pair.events)


def test_cards_carry_the_trainers_outcome_and_can_be_searched(tmp_path: Path) -> None:
    places = Places(tmp_path)
    write_reports(example_report(), None, (), tmp_path / "out", {"json"})
    (tmp_path / "r.mp4").write_bytes(b"")
    take = add_take(places, tmp_path / "out", tmp_path / "r.mp4", "upload", title="Morning")
    layer = _overridden(take.folder)
    layer = keep(take.folder, Entry(Kind.SIGN, "Wang"))
    plain, own = card(take, Layer(), None, "en"), card(take, layer, None, "en")
    assert plain["score"] != own["score"]
    assert plain["signed"] is None
    assert "Wang" in own["signed"]
    assert "morning" in own["search"]
    assert "bow" in own["search"]
    (places.library / "bad").mkdir()
    bad = next(one for one in list_takes(places) if one.id == "bad")
    assert card(bad, Layer(), None, "zh")["problem"]
    assert set(list_words("zh")) == set(list_words("en"))
    assert (length_text(65.4), length_text(None)) == ("1:05", "")


def test_changes_are_told_without_letting_markup_in() -> None:
    report = example_report()
    after = rejudged(report, load_pack("U1"))
    text = changes_html(changes(report, after), report, "en")
    assert "<s>" in text
    assert text.count("<tr") == len(changes(report, after)) + 1
