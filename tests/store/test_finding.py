"""Looking for takes among many: what fits, how many are loaded, how often the database is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from app.library.desk import write_note
from app.library.layer import Entry, Kind
from app.library.records import store_of
from app.library.takes import comparable_takes, list_takes, search_takes
from app.places import Places
from app.store.database import Store
from app.store.finding import day_span
from app.trends.agreement import agreements
from app.trends.class_map import class_map
from app.trends.rows import seen_of
from app.trends.scope import ClassScope, people
from tests.store.people import KINDS, cast
from tests.trends.takes import stood
from tests.trends.test_courses import GOOD, TILTED
from vision.types import Drill


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """The statements that the database is asked meanwhile."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def titles(places: Places, search: str, most: int = 50) -> list[str]:
    return [take.title for take in search_takes(places, search, most=most).takes]


def test_words_find_titles_trainees_drills_and_days(places: Places) -> None:
    stood(places, "Li Na", 0, GOOD, title="Morning")
    stood(places, "王芳", 1, GOOD, title="100%_sure")
    stood(places, None, 40, {"bow_angle": (15.0, 1.0)}, title="Evening", drill=Drill.BOW)
    assert titles(places, "") == ["Evening", "100%_sure", "Morning"]
    assert titles(places, "li na") == titles(places, "MORNING") == ["Morning"]
    assert titles(places, "王") == titles(places, "100%_") == ["100%_sure"]
    assert titles(places, "鞠躬") == titles(places, "bow") == titles(places, "2026-02-19") == ["Evening"]
    assert titles(places, "2026-01") == ["100%_sure", "Morning"]
    assert titles(places, "standing li") == ["Morning"]
    assert titles(places, "bow li") == []
    assert titles(places, "%") == ["100%_sure"], "no wildcard"


def test_a_page_is_the_newest_and_the_count_is_of_all(places: Places) -> None:
    for day in range(5):
        stood(places, "Li", day, GOOD, title=f"day {day}")
    found = search_takes(places, most=2)
    assert ([take.title for take in found.takes], found.count) == (["day 4", "day 3"], 5)
    assert [take.id for take in search_takes(places, most=9).takes] == [take.id for take in list_takes(places)]


def test_a_search_finds_nothing_that_may_not_be_seen(places: Places, tmp_path: Path) -> None:
    made = cast(places, tmp_path)
    for who in ("Li", "Wang", "Coach", "Root"):
        seen = made.seen_by(who)
        allowed = {take.title for take in list_takes(seen)}
        found = search_takes(seen, most=50)
        assert {take.title for take in found.takes} == allowed
        assert found.count == len(allowed)
        for kind in KINDS:
            assert set(titles(seen, kind)) <= allowed


@pytest.mark.parametrize("word", ["2026-13", "2026-02-30", "20260", "abc", "0001", "9999-01-01", "-", "2026-"])
def test_what_names_no_day_is_a_word_like_others(word: str) -> None:
    assert day_span(word) is None


def test_a_month_ends_where_the_next_begins() -> None:
    december = day_span("2025-12")
    assert december is not None
    assert (december[1] - december[0]) == timedelta(days=31)
    assert december[0] == datetime(2025, 12, 1).astimezone(UTC)


def test_takes_to_compare_with_show_a_drill_of_ones_own_models_first(places: Places) -> None:
    old = stood(places, "Wang", 0, GOOD, title="model")
    stood(places, "Wang", 1, {"bow_angle": (15.0, 1.0)}, drill=Drill.BOW)
    newer = stood(places, "Zhao", 2, GOOD)
    mine = stood(places, "Li", 3, GOOD)
    write_note(places, old, Entry(Kind.MODEL, "Coach", drill="stand"))
    found = comparable_takes(places, mine, most=10)
    assert [(take.id, models) for take, models in found] == [(old.id, {"stand"}), (newer.id, frozenset())]
    write_note(places, old, Entry(Kind.NO_MODEL, "Coach", drill="stand"))
    assert [take.id for take, _ in comparable_takes(places, mine, most=10)] == [newer.id, old.id]
    assert len(comparable_takes(places, mine, most=1)) == 1


def test_no_page_asks_the_database_more_often_when_there_is_more_in_it(places: Places) -> None:
    def asked() -> list[int]:
        store, viewer = store_of(places), places.viewer
        counts = []
        for page in (
            lambda: search_takes(places, "li", most=3),
            lambda: comparable_takes(places, search_takes(places, most=1).takes[0], most=3),
            lambda: people(store, viewer),
            lambda: seen_of(store, viewer, people(store, viewer)[0].id),
            lambda: class_map(store, viewer, ClassScope(Drill.STAND)),
            lambda: agreements(store, viewer),
        ):
            with statements(store) as found:
                page()
            counts.append(len(found))
        return counts

    def some(first: int, last: int) -> None:
        for day in range(first, last):
            take = stood(places, f"Li {day % 3}", day, TILTED)
            write_note(places, take, Entry(Kind.SIGN, "Coach"))

    some(0, 4)
    few = asked()
    some(4, 12)
    assert asked() == few
