"""The table of ``docs/accounts.md``, cell by cell: the rule, the lists, and what the functions really do."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from app.library.desk import allowed, judge_again, share, write_note
from app.library.layer import Entry, Kind, read_layer
from app.library.records import store_of
from app.library.takes import Take, find_take, list_takes, remove_take
from app.places import Places
from app.store import audit
from app.store.access import Action, Facts, sees
from app.store.recordings import Listed, listed
from app.store.viewers import Role, Viewer
from tests.store.people import KINDS, OF_LI, TO_TRAINERS, Cast, cast, taken
from vision.errors import UsageError

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "accounts.md"
WHO = ("Li", "Wang", "Coach", "Root")  # the columns: the trainee, another trainee, a trainer, an administrator


def table() -> dict[tuple[str, str], frozenset[str]]:
    """What the document says each may do with each kind of take."""
    rows = [line.strip("| \n").split("|") for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("|")]
    said = {row[0].strip(): row[1:] for row in rows if len(row) == len(WHO) + 1}
    return {
        (kind, who): frozenset(said[kind][place].replace("-", "").split())
        for kind in KINDS
        for place, who in enumerate(WHO)
    }


def test_the_document_has_a_row_for_every_kind_and_knows_every_action() -> None:
    assert frozenset().union(*table().values()) == {action.value for action in Action}
    assert len(table()) == len(KINDS) * len(WHO)


def do(action: Action, places: Places, take: Take) -> bool:
    """Whether an action comes to pass; False when it is refused."""
    report = take.report
    assert report is not None
    try:
        if action is Action.SEE:
            return find_take(places, take.id) is not None
        if action is Action.COMMENT:
            write_note(places, take, Entry(Kind.COMMENT, "somebody else", text="x", time_s=0.0))
        elif action is Action.REVIEW:
            write_note(places, take, Entry(Kind.MODEL, "somebody else", drill="bow"))
            judge_again(places, take, report, report, "somebody else")
        elif action is Action.SHARE:
            share(places, take)
        else:
            remove_take(places, take.id)
    except UsageError:
        return False
    return True


def test_everybody_can_do_what_the_document_says_and_nothing_else(places: Places, tmp_path: Path) -> None:
    everybody = cast(places, tmp_path)
    actions = (Action.SEE, Action.COMMENT, Action.REVIEW)
    done = {
        (kind, who): {action.value for action in actions if do(action, everybody.seen_by(who), take)}
        for kind, take in everybody.takes.items()
        for who in WHO
    }
    assert done == {key: cell - {"remove", "share"} for key, cell in table().items()}


@pytest.mark.parametrize("action", [Action.SHARE, Action.REMOVE])
def test_sharing_and_removing_come_to_pass_where_the_document_says(
    places: Places, tmp_path: Path, action: Action
) -> None:
    everybody, said = cast(places, tmp_path), table()
    for kind, take in everybody.takes.items():
        refused = [who for who in WHO if action.value not in said[kind, who]]
        assert not any(do(action, everybody.seen_by(who), take) for who in refused), kind
        assert take.folder.is_dir()
        may = [who for who in WHO if action.value in said[kind, who]]
        assert do(action, everybody.seen_by(may[0]), take), kind
        assert take.folder.is_dir() is (action is not Action.REMOVE)


def test_what_is_offered_is_what_is_allowed(places: Places, tmp_path: Path) -> None:
    everybody = cast(places, tmp_path)
    offered = {
        (kind, who): frozenset(
            action.value for action in Action if allowed(everybody.seen_by(who), everybody.takes[kind], action)
        )
        for kind in KINDS
        for who in WHO
    }
    assert offered == table()


def test_lists_hold_what_may_be_seen_and_nothing_else(places: Places, tmp_path: Path) -> None:
    everybody, said = cast(places, tmp_path), table()
    for who in WHO:
        found = {take.title for take in list_takes(everybody.seen_by(who))}
        assert found == {kind for kind in KINDS if "see" in said[kind, who]}


def test_the_condition_of_the_database_and_the_rule_say_the_same(places: Places, tmp_path: Path) -> None:
    everybody = cast(places, tmp_path)
    store_rows = listed_by_local(everybody)
    for who, shown in product(WHO, (None, 1, 2, 999)):
        viewer = replace(everybody.viewers[who], trainee=shown)
        found = {row.title for row in listed_by(everybody, viewer)}
        assert found == {title for title, facts in store_rows.items() if sees(viewer, facts)}, (who, shown)


def listed_by_local(everybody: Cast) -> dict[str, Facts]:
    return {row.title: row.facts for row in listed_by(everybody, everybody.places.viewer)}


def listed_by(everybody: Cast, viewer: Viewer) -> tuple[Listed, ...]:
    return listed(store_of(everybody.places), viewer)


def test_seeing_anothers_take_is_in_the_log_and_seeing_ones_own_is_not(places: Places, tmp_path: Path) -> None:
    everybody = cast(places, tmp_path)
    take = everybody.takes[TO_TRAINERS]
    for who in WHO:
        find_take(everybody.seen_by(who), take.id)
    lines = audit.entries(store_of(places), subject=take.id)
    assert {line.account for line in lines if line.action == "see another's"} == {"Coach", "Root"}


def test_an_account_writes_under_its_own_name(places: Places, tmp_path: Path) -> None:
    everybody = cast(places, tmp_path)
    take = everybody.takes[OF_LI]
    write_note(everybody.seen_by("Coach"), take, Entry(Kind.SIGN, "The Director"))
    signed = read_layer(take.folder).signed
    assert signed is not None
    assert signed.who == "Coach"


def test_a_trainee_cannot_make_a_take_that_shows_another(places: Places, tmp_path: Path) -> None:
    everybody = cast(places, tmp_path)
    take = taken(everybody.seen_by("Wang"), tmp_path, "claimed", trainee="Li")
    assert find_take(everybody.seen_by("Li"), take.id) is None
    assert find_take(everybody.seen_by("Coach"), take.id) is None


def test_who_is_at_this_computer_sees_everything(places: Places, tmp_path: Path) -> None:
    cast(places, tmp_path)
    assert {take.title for take in list_takes(places)} == set(KINDS)
    assert places.viewer.role is Role.ADMIN
