"""Groups: made and filled by trainers, on the page and on the command line."""

from __future__ import annotations

import pytest

from app.cli import main
from app.library.records import store_of
from app.places import Places
from app.store import audit
from app.store.people import groups, trainees
from app.store.viewers import LOCAL, NotAllowedError, Role, Viewer
from app.trends.groups import add_group, add_trainee, change_members, remove_group, rename_group, set_members
from vision.errors import UsageError

COACH = Viewer(7, "Coach", Role.TRAINER)
LI = Viewer(8, "Li", Role.TRAINEE, 1)


def ids(places: Places) -> dict[str, int]:
    return {person.name: person.id for person in trainees(store_of(places))}


def test_a_group_is_made_filled_renamed_and_removed_and_each_is_in_the_log(places: Places) -> None:
    store = store_of(places)
    for name in ("Li", "Wang", "Zhao"):
        add_trainee(store, COACH, name)
    add_group(store, COACH, "  class   1 ")
    set_members(store, COACH, "class 1", (ids(places)["Li"], ids(places)["Wang"]))
    assert change_members(store, COACH, "class 1", put=("Zhao",), take=("Li",)) == ("Wang", "Zhao")
    assert rename_group(store, COACH, "class 1", "class 2") == "class 2"
    assert groups(store) == {"class 2": (ids(places)["Wang"], ids(places)["Zhao"])}
    remove_group(store, COACH, "class 2")
    assert groups(store) == {}
    assert len(trainees(store)) == 3
    actions = [line.action for line in audit.entries(store)]
    assert actions[::-1] == [
        "group added", "group members set", "group members set", "group renamed", "group removed",
    ]  # fmt: skip


def test_what_cannot_be_is_refused_in_a_sentence(places: Places) -> None:
    store = store_of(places)
    add_group(store, COACH, "A")
    add_group(store, COACH, "B")
    with pytest.raises(UsageError, match="already"):
        add_group(store, COACH, "A")
    with pytest.raises(UsageError, match="already"):
        rename_group(store, COACH, "A", "B")
    with pytest.raises(UsageError, match="no group"):
        set_members(store, COACH, "C", ())
    with pytest.raises(UsageError, match="nobody of this number"):
        set_members(store, COACH, "A", (12345,))
    with pytest.raises(UsageError, match="no trainee named"):
        change_members(store, COACH, "A", put=("nobody",))
    with pytest.raises(UsageError, match="give a name"):
        add_group(store, COACH, "\n\t")


def test_a_trainee_changes_no_group(places: Places) -> None:
    store = store_of(places)
    add_group(store, LOCAL, "A")
    for change in (
        lambda: add_group(store, LI, "B"),
        lambda: remove_group(store, LI, "A"),
        lambda: rename_group(store, LI, "A", "B"),
        lambda: set_members(store, LI, "A", ()),
        lambda: change_members(store, LI, "A", put=("Li",)),
        lambda: add_trainee(store, LI, "X"),
    ):
        with pytest.raises(NotAllowedError):
            change()
    assert list(groups(store)) == ["A"]


def yitai(places: Places, *arguments: str) -> int:
    return main(["people", *arguments, "--home", str(places.root), "--language", "en"])


def test_the_command_line_lists_adds_and_groups(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    assert yitai(places, "group", "class 1") == 0
    assert yitai(places, "add", "Li", "Wang", "--group", "class 1") == 0
    assert yitai(places, "add", "Zhao") == 0
    assert yitai(places, "group", "class 1", "--put", "Zhao", "--take", "Li", "--rename", "class 2") == 0
    capsys.readouterr()
    assert yitai(places, "list") == 0
    assert capsys.readouterr().out.splitlines() == ["Li", "Wang  class 2", "Zhao  class 2"]
    assert yitai(places, "groups") == 0
    assert capsys.readouterr().out.splitlines() == ["class 2 (2): Wang, Zhao"]
    assert yitai(places, "group", "class 2", "--delete") == 0
    assert groups(store_of(places)) == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "Li", "--group", "nowhere"), ("group", "A", "--delete"), ("group", "A", "--put", "nobody"),
        ("group", "A", "--delete", "--rename", "B"),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_line_and_exit_code_two(
    places: Places, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert yitai(places, *arguments) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert groups(store_of(places)) == {}
