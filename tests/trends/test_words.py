"""The words and signs of progress: both languages, and a font that has them."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from app.components.picks import parse_pick
from app.presenter.progress_words import OUTCOME_SYMBOL, OUTCOME_WORDS, PERIODS, demand_head, demand_text, since
from app.trends.book import book
from app.trends.change import Outcome
from vision.font import font_bytes

TEXTS = ("app/presenter", "app/views")


def test_every_sign_on_the_page_is_in_the_shipped_font() -> None:
    known = set(TTFont(io.BytesIO(font_bytes())).getBestCmap())
    root = Path(__file__).resolve().parents[2]
    files = [path for folder in TEXTS for path in (root / folder).rglob("progress*") if path.suffix == ".py"]
    files += sorted((root / "app" / "views" / "progressing").glob("*.py"))
    assert len(files) > 8
    missing = {
        (path.name, sign) for path in files for sign in path.read_text("utf-8") if sign > "~" and ord(sign) not in known
    }
    assert missing == set()


def test_every_outcome_has_words_in_both_languages_and_a_sign_of_its_own() -> None:
    assert OUTCOME_WORDS.keys() == OUTCOME_SYMBOL.keys() == set(Outcome)
    assert len(set(OUTCOME_SYMBOL.values())) == len(Outcome)
    assert all(zh and en and zh != en for zh, en in OUTCOME_WORDS.values())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_demand_has_a_text_and_a_short_head(language: str) -> None:
    for demand in book().order:
        assert demand_text(demand, language) not in ("", demand)
        assert 0 < len(demand_head(demand, language)) <= 26


def test_a_demand_that_no_shipped_standard_knows_is_shown_by_its_name() -> None:
    assert demand_text("own.clause", "zh") == demand_head("own.clause", "zh") == "own.clause"


def test_a_period_begins_so_many_days_ago() -> None:
    now = datetime(2026, 5, 31, tzinfo=UTC)
    assert since("month", now) == now - timedelta(days=30)
    assert since("all", now) is None
    assert all(zh and en for zh, en, _ in PERIODS.values())


@pytest.mark.parametrize("said", [None, "", 7, {"kind": "take"}, "x" * 301])
def test_what_is_no_pick_is_not_heeded(said: object) -> None:
    assert parse_pick(said) is None
