"""Who sees whose progress: ``docs/accounts.md`` row by row, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from app.library.desk import unshare, write_note
from app.library.layer import Entry, Kind
from app.library.records import store_of
from app.places import Places
from app.store import audit
from app.store.people import trainees
from app.store.viewers import NotAllowedError
from app.trends.agreement import agreements
from app.trends.class_map import class_map, drills_shown, takes_of
from app.trends.groups import add_group
from app.trends.rows import seen_of
from app.trends.scope import NOBODY, ClassScope, people
from tests.store.people import OF_LI, PRIVATE, TO_ONE, TO_TRAINERS, Cast, cast, taken
from vision.errors import UsageError
from vision.types import Drill

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "accounts.md"
ROLES = {"Li": 0, "Wang": 0, "Coach": 1, "Root": 2}  # the document's columns
LIS = {PRIVATE, TO_TRAINERS, TO_ONE, OF_LI}
MAY_SEE = {"Li": LIS, "Coach": {TO_TRAINERS, OF_LI}, "Root": LIS}  # of Li's takes
STAND = ClassScope(Drill.STAND)


def said(row: str) -> dict[str, str]:
    """What the document says of somebody."""
    for line in DOCUMENT.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].startswith(f"progress: {row}"):
            return {who: cells[1 + place] for who, place in ROLES.items()}
    raise AssertionError(row)


def everybody(places: Places, tmp: Path) -> Cast:
    made = cast(places, tmp)
    taken(made.seen_by("Wang"), tmp, "Wang's own")
    return made


def numbers(places: Places) -> dict[str, int]:
    return {person.name: person.id for person in trainees(store_of(places))}


def test_a_persons_numbers_go_to_whom_the_document_says(places: Places, tmp_path: Path) -> None:
    made, document = everybody(places, tmp_path), said("courses")
    for who, whose in product(ROLES, ("Li", "Wang")):
        viewer = made.viewers[who]
        person = numbers(places)[whose]
        if document[who] == "own" and who != whose:
            with pytest.raises(UsageError, match="nobody of this number"):
                seen_of(store_of(places), viewer, person)
            continue
        titles = {one.take.title for one in seen_of(store_of(places), viewer, person)}
        wanted = {"Li": MAY_SEE.get(who, set()), "Wang": {"Wang's own"} if who in ("Wang", "Root") else set()}
        assert titles == wanted[whose], (who, whose)


def test_a_person_who_is_not_there_is_answered_like_one_who_is_not_ones_own(places: Places, tmp_path: Path) -> None:
    made = everybody(places, tmp_path)
    for who in ROLES:
        for person in (9_999, -1, NOBODY):
            with pytest.raises(UsageError, match="nobody of this number"):
                seen_of(store_of(places), made.viewers[who], person)


def test_the_list_of_people_holds_those_whose_takes_may_be_seen(places: Places, tmp_path: Path) -> None:
    made = everybody(places, tmp_path)
    found = {who: {one.name: one.takes for one in people(store_of(places), made.viewers[who])} for who in ROLES}
    assert found == {"Li": {"Li": 4}, "Wang": {"Wang": 1}, "Coach": {"Li": 2}, "Root": {"Li": 4, "Wang": 1}}


def test_the_class_the_agreement_and_the_groups_go_to_whom_the_document_says(places: Places, tmp_path: Path) -> None:
    made, document = everybody(places, tmp_path), said("the class")
    store, person = store_of(places), numbers(places)["Li"]
    for who in ROLES:
        viewer = made.viewers[who]
        asked: list[Callable[[], object]] = [
            lambda v=viewer: class_map(store, v, STAND),
            lambda v=viewer: drills_shown(store, v),
            lambda v=viewer: takes_of(store, v, STAND, person, "stand.upright"),
            lambda v=viewer: agreements(store, v),
            lambda v=viewer, w=who: add_group(store, v, f"of {w}"),
        ]
        for one in asked:
            if document[who] == "-":
                with pytest.raises(NotAllowedError):
                    one()
            else:
                one()


def test_the_class_counts_the_takes_that_the_viewer_may_see(places: Places, tmp_path: Path) -> None:
    made = everybody(places, tmp_path)
    store, person = store_of(places), numbers(places)["Li"]
    for who in ("Coach", "Root"):
        behind = takes_of(store, made.viewers[who], STAND, person, "stand.upright")
        assert {one.title for one in behind} == MAY_SEE[who]
        row = next(row for row in class_map(store, made.viewers[who], STAND).rows if row.name == "Li")
        assert row.cells["stand.upright"].times == len(MAY_SEE[who])


def test_what_is_shared_no_longer_is_counted_no_longer(places: Places, tmp_path: Path) -> None:
    made = everybody(places, tmp_path)
    unshare(made.seen_by("Li"), made.takes[TO_TRAINERS])
    seen = seen_of(store_of(places), made.viewers["Coach"], numbers(places)["Li"])
    assert {one.take.title for one in seen} == {OF_LI}


def test_agreement_leaves_out_takes_that_the_viewer_may_not_see(places: Places, tmp_path: Path) -> None:
    made = everybody(places, tmp_path)
    write_note(made.seen_by("Root"), made.takes[PRIVATE], Entry(Kind.SIGN, ""))
    assert agreements(store_of(places), made.viewers["Coach"]) == ()
    assert agreements(store_of(places), made.viewers["Root"])[0].takes == 1
    write_note(made.seen_by("Coach"), made.takes[OF_LI], Entry(Kind.SIGN, ""))
    assert agreements(store_of(places), made.viewers["Coach"])[0].takes == 1
    assert agreements(store_of(places), made.viewers["Root"])[0].takes == 2


def test_looking_at_anothers_progress_is_in_the_log_and_at_ones_own_is_not(places: Places, tmp_path: Path) -> None:
    made = everybody(places, tmp_path)
    store, person = store_of(places), numbers(places)["Li"]
    for who in ("Li", "Coach", "Root"):
        seen_of(store, made.viewers[who], person)
    class_map(store, made.viewers["Coach"], STAND)
    lines = [(line.account, line.subject) for line in audit.entries(store) if line.action == "see progress"]
    assert sorted(lines) == [("Coach", "Li"), ("Coach", "class"), ("Root", "Li")]


def test_an_account_without_a_person_has_no_progress(places: Places, tmp_path: Path) -> None:
    from dataclasses import replace

    made = everybody(places, tmp_path)
    nobody = replace(made.viewers["Li"], trainee=None)
    assert people(store_of(places), nobody) == ()
    with pytest.raises(UsageError):
        seen_of(store_of(places), nobody, numbers(places)["Li"])


def test_who_is_at_this_computer_also_finds_takes_without_a_name(places: Places, tmp_path: Path) -> None:
    everybody(places, tmp_path)
    found = {one.name: one.takes for one in people(store_of(places), places.viewer)}
    assert found == {"Li": 4, "Wang": 1, "": 1}
    assert {one.take.title for one in seen_of(store_of(places), places.viewer, NOBODY)} == {
        "made by a trainer, showing nobody known"
    }
