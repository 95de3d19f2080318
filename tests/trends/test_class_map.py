"""The class: counted from the records, it says the same as counting the reports by hand."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from app.library.desk import write_note
from app.library.layer import Entry, Kind
from app.library.records import store_of
from app.library.takes import list_takes, remove_take
from app.places import Places
from app.presenter.progress_class import map_html, ordered
from app.store.demands import clause_of, demands_of
from app.store.people import trainees
from app.trends.class_map import ClassMap, class_map, drills_shown, takes_of
from app.trends.groups import add_group, change_members
from app.trends.scope import ClassScope
from tests.trends.takes import FIRST, stood
from tests.trends.test_courses import GOOD, TILT, TILTED, WIDE
from vision.palette import SEVERITY
from vision.standard import list_packs, load_pack
from vision.types import Drill, Verdict

STAND = ClassScope(Drill.STAND)
UNSEEN = {name: None for name in GOOD}


def found(places: Places, scope: ClassScope = STAND) -> ClassMap:
    return class_map(store_of(places), places.viewer, scope)


def counts(made: ClassMap) -> Counter[tuple[str, str, Verdict]]:
    return Counter(
        {
            (row.name, demand, verdict): n
            for row in made.rows
            for demand, cell in row.cells.items()
            for verdict, n in cell.counts.items()
        }
    )


def by_hand(places: Places) -> Counter[tuple[str, str, Verdict]]:
    """From the reports on disk."""
    told: Counter[tuple[str, str, Verdict]] = Counter()
    for take in list_takes(places):
        report = take.report
        assert report is not None
        for segment in report.segments:
            for demand, (verdict, _) in demands_of(segment.checks).items():
                told[str(report.subject.trainee), demand, verdict] += 1
    return told


def test_the_map_counts_what_the_reports_say(places: Places) -> None:
    for day, values in enumerate((GOOD, WIDE, TILTED, GOOD, UNSEEN)):
        stood(places, "Li" if day % 2 else "Wang", day, values, TILTED)
    assert counts(found(places)) == by_hand(places)
    assert sum(by_hand(places).values()) > 50


def test_a_demand_fails_when_one_of_its_rules_does_and_passes_when_one_of_its_forms_does(places: Places) -> None:
    stood(places, "Li", 0, {**TILTED, "stance_ratio": (0.3, 0.05)}, sex="m")
    (row,) = found(places).rows
    assert row.cells["stand.shoulders"].counts == {Verdict.FAIL: 1}
    assert row.cells["stand.feet"].counts == {Verdict.PASS: 1}, "a V passes, feet are not parallel"


def test_unmeasured_is_neither_red_nor_counted_among_the_decided(places: Places) -> None:
    stood(places, "Li", 0, UNSEEN, UNSEEN)
    made = found(places)
    cell = made.rows[0].cells["stand.feet"]
    assert (cell.verdict, cell.decided, cell.times) == (Verdict.NOT_MEASURED, 0, 2)
    html = map_html(made, made.rows, "en")
    assert 'class="fail"' not in html.split("</thead>")[1]
    assert "<b>–</b> 0/2" in html


def test_a_cell_says_the_commonest_verdict_and_of_equal_ones_the_one_to_look_at(places: Places) -> None:
    stood(places, "Li", 0, GOOD, GOOD, TILTED)
    stood(places, "Wang", 0, GOOD, TILTED)
    cells = {row.name: row.cells["stand.shoulders"] for row in found(places).rows}
    assert (cells["Li"].verdict, cells["Li"].passed, cells["Li"].decided) == (Verdict.PASS, 2, 3)
    assert cells["Wang"].verdict is Verdict.FAIL


def test_an_override_changes_its_cell_and_a_withdrawal_changes_it_back(places: Places) -> None:
    take = stood(places, "Li", 0, TILTED)
    write_note(places, take, Entry(Kind.OVERRIDE, "Coach", text="seen", segment=0, rule=TILT, verdict=Verdict.PASS))
    assert found(places).rows[0].cells["stand.shoulders"].counts == {Verdict.PASS: 1}
    write_note(places, take, Entry(Kind.WITHDRAW, "Coach", segment=0, rule=TILT))
    assert found(places).rows[0].cells["stand.shoulders"].counts == {Verdict.FAIL: 1}


def test_group_period_and_drill_choose_the_takes(places: Places) -> None:
    store = store_of(places)
    for name in ("Li", "Wang", "Zhao"):
        stood(places, name, 0, GOOD)
    stood(places, "Li", 30, TILTED)
    stood(places, "Li", 31, {"bow_angle": (15.0, 1.0)}, drill=Drill.BOW)
    add_group(store, places.viewer, "A")
    change_members(store, places.viewer, "A", put=("Li", "Wang"))
    assert [row.name for row in found(places, ClassScope(Drill.STAND, "A")).rows] == ["Li", "Wang"]
    later = found(places, ClassScope(Drill.STAND, "A", FIRST + timedelta(days=10)))
    assert {row.name: bool(row.cells) for row in later.rows} == {"Li": True, "Wang": False}, "blank, not missing"
    assert [row.name for row in found(places, ClassScope(Drill.BOW)).rows] == ["Li"]
    assert drills_shown(store, places.viewer) == (Drill.STAND, Drill.BOW)


def test_a_cell_leads_to_its_takes_the_newest_first(places: Places) -> None:
    first, second = stood(places, "Li", 0, TILTED), stood(places, "Li", 5, GOOD, TILTED)
    stood(places, "Wang", 5, TILTED)
    person = {one.name: one.id for one in trainees(store_of(places))}["Li"]
    behind = takes_of(store_of(places), places.viewer, STAND, person, "stand.shoulders")
    told = [(one.id, one.verdict) for one in behind]
    assert told == [(second.id, Verdict.PASS), (second.id, Verdict.FAIL), (first.id, Verdict.FAIL)]


def test_a_take_that_was_removed_counts_no_longer(places: Places) -> None:
    take = stood(places, "Li", 0, TILTED)
    remove_take(places, take.id)
    assert found(places).rows == ()


def test_who_fails_most_can_stand_first_and_the_whole_class_is_the_sum(places: Places) -> None:
    stood(places, "Li", 0, GOOD)
    stood(places, "Wang", 0, {**WIDE, "shoulder_tilt": (8.0, 1.0)})
    stood(places, "An", 0, UNSEEN)
    made = found(places)
    assert [row.name for row in ordered(made, False)] == ["An", "Li", "Wang"]
    assert [row.name for row in ordered(made, True)] == ["Wang", "Li", "An"]
    assert made.whole("stand.shoulders").counts == {Verdict.PASS: 1, Verdict.FAIL: 1, Verdict.NOT_MEASURED: 1}


def test_hostile_names_stand_as_text_in_the_map(places: Places) -> None:
    stood(places, '"><script>alert(1)</script>', 0, GOOD)
    made = found(places)
    assert "<script>" not in map_html(made, made.rows, "zh")


@pytest.mark.parametrize("pack_id", [info.id for info in list_packs()])
def test_a_rule_is_named_after_its_clause(pack_id: str) -> None:
    for clause in load_pack(pack_id).clauses:
        for rule in clause.rules:
            assert clause_of(rule.id) == clause.id
            assert clause_of(f"{rule.id}.left") == clause.id
    assert clause_of("of.my.own.left") == "of.my.own"
    assert SEVERITY[Verdict.FAIL] < SEVERITY[Verdict.NOT_MEASURED]
