"""An export holds what its viewer may see and nothing else, and what is another's stands in the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.exporting.gather import named, of_class, of_trainee
from app.library.records import store_of
from app.places import Places
from app.store import audit
from app.store.database import forget_stores
from app.store.people import set_group, trainees
from app.store.viewers import NotAllowedError
from app.views.reviewing.downloads import archive
from tests.store.people import OF_LI, OF_NOBODY, PRIVATE, TO_ONE, TO_TRAINERS, Cast, cast
from vision.errors import UsageError

SEEN = {
    "Li": {PRIVATE, TO_TRAINERS, TO_ONE, OF_LI},
    "Wang": {TO_ONE},
    "Coach": {TO_TRAINERS, OF_LI},
    "Root": {PRIVATE, TO_TRAINERS, TO_ONE, OF_LI},
}


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    folder = tmp_path_factory.mktemp("access")
    made = cast(Places(folder / "home"), folder)
    store = store_of(made.places)
    set_group(store, "class", tuple(person.id for person in trainees(store)))
    yield made
    forget_stores()


@pytest.mark.parametrize("who", SEEN)
def test_a_trainees_export_has_the_takes_that_the_viewer_sees(everybody: Cast, who: str) -> None:
    titles = {one.title for one in of_trainee(everybody.seen_by(who), "Li").items}
    assert titles == SEEN[who]


@pytest.mark.parametrize("who", ["Coach", "Root"])
def test_a_class_is_for_trainers_and_has_what_they_see(everybody: Cast, who: str) -> None:
    assert {one.title for one in of_class(everybody.seen_by(who), "class").items} == SEEN[who]


def test_a_trainee_gets_no_class_and_nobody_elses_take(everybody: Cast) -> None:
    li, wang = everybody.seen_by("Li"), everybody.seen_by("Wang")
    for chosen in ("class:class", "class:none"):
        with pytest.raises(NotAllowedError):
            archive(li, chosen, "en")
    for kind in (PRIVATE, TO_TRAINERS, OF_LI, OF_NOBODY):
        with pytest.raises(UsageError):
            named(wang, [everybody.takes[kind].id])
    with pytest.raises(UsageError):
        of_trainee(wang, "Nobody")


def test_what_is_anothers_stands_in_the_log(everybody: Cast, tmp_path: Path) -> None:
    of_trainee(everybody.seen_by("Coach"), "Li")
    lines = {
        (entry.account, entry.subject)
        for entry in audit.entries(store_of(everybody.places))
        if entry.action == "export another's"
    }
    assert ("Coach", everybody.takes[TO_TRAINERS].id) in lines
    assert ("Coach", everybody.takes[OF_LI].id) not in lines, "the trainer made that one"
    assert not any(account == "Li" for account, _ in lines)
