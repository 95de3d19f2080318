"""What the standards page says: clauses in both languages, tolerances to edit, differences."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.house_packs import Edit, PackChoice, changes, list_all_packs, save_version
from app.places import Places
from app.presenter.standards import (
    cards_html,
    change_rows,
    changes_html,
    clause_cards,
    drills_in,
    edit_rows,
    pack_label,
    shown,
    stored,
    summary_text,
)
from vision.standard import list_packs, load_pack
from vision.standard.rules import Decided, Rule
from vision.types import Basis, Drill

TELECOM = load_pack("telecom")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def choice(places: Places, name: str) -> PackChoice:
    return next(one for one in list_all_packs(places) if one.id == name)


def rules() -> list[Rule]:
    return [rule for info in list_packs() for clause in load_pack(info.id).clauses for rule in clause.rules]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", [info.id for info in list_packs()])
def test_every_clause_of_every_pack_has_a_card_with_its_words(name: str, language: str) -> None:
    pack = load_pack(name)
    cards = clause_cards(pack, pack, language)
    assert [card.id for card in cards] == [clause.id for clause in pack.clauses]
    assert all(card.ask and card.cited for card in cards)
    assert all(card.rules for card in cards if card.decided is Decided.MEASURED)
    assert all(row.label and row.accept and not row.was for card in cards for row in card.rules)
    shown_html = cards_html(cards, language)
    assert shown_html.count("<article") == len(cards)


def test_a_card_says_figure_basis_and_view() -> None:
    cards = {card.id: card for card in clause_cards(TELECOM, TELECOM, "en")}
    bow = cards["bow.angle"]
    assert bow.figure == "15°"
    assert [(row.accept, row.basis) for row in bow.rules] == [("10° to 20°", Basis.HOUSE)]
    assert cards["stand.chin"].view == "a side or oblique view"
    assert "men" in cards["sit.knees"].tags
    assert cards["sit.knees"].rules[0].basis is Basis.DOCUMENTED
    html = cards_html([cards["sit.knees"], cards["stand.chin"]], "zh")
    assert html.count('class="lock"') == 2  # the figure, and the limit that the document gives
    assert "文件未给出数值" in html


def test_search_finds_words_of_either_language_within_a_drill() -> None:
    def found(drill: Drill | None, text: str) -> set[str]:
        return {card.id for card in clause_cards(TELECOM, TELECOM, "en", drill, text)}

    assert found(None, "鞠躬 角度") == found(None, "BOW angle") == {"bow.angle"}
    assert found(Drill.BOW, "") == {clause.id for clause in TELECOM.clauses if Drill.BOW in clause.drills}
    assert found(Drill.SIT, "鞠躬 角度") == set()
    assert found(None, "no such word") == set()
    assert Drill.BOW in drills_in(TELECOM)


def test_the_summary_counts_every_clause_once() -> None:
    numbers = [int(word.strip(":,")) for word in summary_text(TELECOM, "en").split() if word.strip(":,").isdigit()]
    assert numbers[0] == len(TELECOM.clauses) == sum(numbers[1:])


def test_numbers_survive_being_shown_and_edited() -> None:
    for rule in rules():
        name = rule.quantity_names[0]
        for limit in (rule.low, rule.high):
            assert stored(shown(limit, name), rule) == limit


def test_only_judged_rules_are_edited_and_documented_ones_are_locked() -> None:
    rows = {row.rule: row for row in edit_rows(TELECOM, "en")}
    wanted = {rule.id for clause in TELECOM.clauses if clause.decided is Decided.MEASURED for rule in clause.rules}
    assert rows.keys() == wanted
    assert rows["sit.knees"].locked == "stated by the document: locked"
    bow = rows["bow.angle"]
    assert (bow.low, bow.high, bow.sign, bow.locked, bow.figure) == (10.0, 20.0, "°", "", "15°")
    seat = rows["sit.depth_shallow"]
    assert (seat.low, seat.high, seat.sign, seat.step) == (23.0, 43.0, "%", 5.0)
    assert rows["bow.hands"].known_words


def test_a_difference_is_said_old_to_new_and_marked_on_the_clause(tmp_path: Path) -> None:
    places = Places(tmp_path)
    edits = [Edit("bow.angle", 8.0, 22.0), Edit("guide.arm_straight", 140.0), Edit("bow.hands", words=("abdomen",))]
    rows = change_rows(changes(TELECOM, edits), "en")
    assert [(row.label, row.old, row.new) for row in rows] == [
        ("bow angle", "10° to 20°", "8° to 22°"),
        ("elbow", "at least 150°", "at least 140°"),
        ("place of the hands", "in front of the abdomen or at the sides", "in front of the abdomen"),
    ]
    assert changes_html(rows).count("<li>") == 3
    made = save_version(places, choice(places, "telecom"), edits, "Lin", "why", NOW)
    cards = {card.id: card for card in clause_cards(load_pack(made.id_or_path), TELECOM, "zh", Drill.BOW)}
    assert cards["bow.angle"].rules[0].was == "10° 至 20°"
    assert cards["bow.hold"].rules[0].was == ""
    assert pack_label(made, "en") == "Telecom hall (T1 and T2 together) · house version 1 · Lin"


def test_what_people_write_cannot_become_markup(tmp_path: Path) -> None:
    pack = tmp_path / "mine.toml"
    pack.write_text(
        'id = "x"\nversion = "1"\ntitle_zh = "x"\ntitle_en = "x"\n[[clause]]\nid = "a"\nsection = "<script>"\n'
        'drills = ["bow"]\nzh = "<b>"\nen = "<img src=x>"\ndecided = "manual"\n',
        encoding="utf-8",
    )
    mine = load_pack(pack)
    html = cards_html(clause_cards(mine, mine, "en"), "en")
    assert "<script>" not in html
    assert "<img" not in html
