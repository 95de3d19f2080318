"""Nothing is recorded of whoever did not agree, whatever way it comes; withdrawing ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.inputs import Task
from app.library.intake import INCOMING, TASK_FOLDER, order
from app.library.takes import list_takes
from app.places import Places
from app.practice.takes import take_folder
from app.privacy.consents import (
    NoConsentError,
    agree,
    agreed,
    consent_of,
    history,
    require_consent,
    vouch,
    withdraw,
    withdraw_for,
)
from app.privacy.leaving import leave
from app.privacy.periods import Kind, set_period
from app.privacy.wording import VERSION
from app.store import audit
from app.store.accounts import add_account
from app.store.database import Store
from app.store.schema import Consent
from app.store.viewers import LOCAL, NotAllowedError, Role
from tests.store.people import PASSWORD, ROLES, recorded, taken, viewer
from vision.types import Subject


@pytest.fixture
def people(places: Places, store: Store) -> dict[str, Places]:
    """The data folder as each of them sees it; nobody has agreed to anything."""
    return {
        name: replace(places, viewer=viewer(add_account(store, name, role, PASSWORD))) for name, role in ROLES.items()
    }


def _task(file: Path, trainee: str | None) -> Task:
    return Task(file.name, file, TASK_FOLDER, Subject(trainee), "telecom", None, None)


def _add(places: Places, trainee: str | None) -> None:
    file = recorded(places.uploads / "1a" / "clip.mp4", b"clip")
    order(places, _task(file, trainee), "a take", "upload")


def test_neither_practice_nor_upload_begins_before_the_trainee_agreed(people: dict[str, Places]) -> None:
    li = people["Li"]
    with pytest.raises(NoConsentError, match="before you agree"):
        take_folder(li)
    with pytest.raises(NoConsentError):
        _add(li, "Li")
    assert not li.practice.exists()
    assert not (li.library / INCOMING).exists()
    agree(li, "zh")
    take_folder(li)
    _add(li, "Li")
    with pytest.raises(NoConsentError):
        take_folder(people["Wang"])


def test_what_was_shown_is_kept_word_for_word_with_its_version(people: dict[str, Places], store: Store) -> None:
    agree(people["Li"], "zh")
    given = consent_of(store, people["Li"].viewer)
    assert given is not None
    assert (given.who, given.version, given.language, given.how, given.retention_days) == (
        "Li",
        VERSION,
        "zh",
        "self",
        365,
    )
    assert "不保存人脸模板" in given.wording
    assert "365 天" in given.wording
    assert "consent" in {line.action for line in audit.entries(store)}


def test_a_trainer_adds_a_trainee_only_with_their_consent_or_word(people: dict[str, Places], store: Store) -> None:
    coach = people["Coach"]
    agree(coach, "en")
    take_folder(coach)
    with pytest.raises(NoConsentError, match="Li has not agreed"):
        _add(coach, "Li")
    vouch(coach, "Li", "en")
    _add(coach, "Li")
    with pytest.raises(NoConsentError):
        require_consent(people["Li"])
    with pytest.raises(NoConsentError, match="Wang"):
        _add(coach, " Wang ")
    agree(people["Wang"], "en")
    _add(coach, " Wang ")


def test_a_recording_of_people_without_names_needs_the_trainers_word_for_the_hour(
    people: dict[str, Places], store: Store
) -> None:
    coach = people["Coach"]
    with pytest.raises(NoConsentError, match="whoever is shown"):
        _add(coach, None)
    vouch(coach, "", "en")
    _add(coach, None)
    assert not agreed(people["Root"], "")
    with store.writing() as session:
        session.execute(update(Consent).values(given=datetime.now(UTC) - timedelta(hours=2)))
    with pytest.raises(NoConsentError):
        _add(coach, None)


def test_a_trainee_vouches_for_nobody_and_nobody_for_who_withdrew(people: dict[str, Places], store: Store) -> None:
    with pytest.raises(NotAllowedError):
        vouch(people["Li"], "Wang", "en")
    agree(people["Li"], "en")
    withdraw(store, people["Li"].viewer)
    with pytest.raises(NotAllowedError, match="personally"):
        vouch(people["Coach"], "Li", "en")
    vouch(people["Coach"], "A guest", "en")
    withdraw_for(store, people["Coach"].viewer, next(one for one in _trainees(store) if one not in _own(people)))
    assert not agreed(people["Coach"], "A guest")
    vouch(people["Coach"], "A guest", "en")
    assert agreed(people["Coach"], "A guest")


def _trainees(store: Store) -> list[int]:
    with store.reading() as session:
        return [one for one in session.scalars(select(Consent.trainee_id)) if one is not None]


def _own(people: dict[str, Places]) -> set[int | None]:
    return {one.viewer.trainee for one in people.values()}


def test_withdrawing_ends_recording_and_removes_what_was_on_its_way(
    people: dict[str, Places], store: Store, tmp_path: Path
) -> None:
    li = people["Li"]
    agree(li, "en")
    take = taken(li, tmp_path, "kept")
    folder = take_folder(li)
    _add(li, "Li")
    assert leave(li, delete_takes=False) == 0
    assert not folder.exists()
    assert not list(li.uploads.iterdir())
    assert not list((li.library / INCOMING).iterdir())
    assert [one.id for one in list_takes(li)] == [take.id]
    with pytest.raises(NoConsentError):
        take_folder(li)
    agree(li, "en")
    take_folder(li)
    assert [one.withdrawn is None for one in history(store, Consent.trainee_id == li.viewer.trainee)] == [False, True]


def test_withdrawing_can_take_every_take_with_it_and_nobody_elses(
    people: dict[str, Places], store: Store, tmp_path: Path
) -> None:
    li, coach = people["Li"], people["Coach"]
    agree(li, "en")
    own, by_coach = taken(li, tmp_path, "own"), taken(coach, tmp_path, "by coach", "Li")
    others = taken(coach, tmp_path, "others", "Wang")
    assert leave(li, delete_takes=True) == 2
    assert not own.folder.exists()
    assert not by_coach.folder.exists()
    assert [one.id for one in list_takes(coach)] == [others.id]


def test_on_ones_own_computer_one_consent_is_asked_for_and_remembered(places: Places, store: Store) -> None:
    with pytest.raises(NoConsentError):
        take_folder(places)
    agree(places, "en")
    take_folder(places)
    _add(places, "Anybody")
    given = consent_of(store, LOCAL)
    assert given is not None
    assert "this computer" in given.wording
    leave(places, delete_takes=True)
    with pytest.raises(NoConsentError):
        _add(places, "Anybody")


def test_the_consent_of_a_trainer_whose_account_goes_is_not_the_local_users(
    people: dict[str, Places], store: Store, places: Places
) -> None:
    agree(people["Coach"], "en")
    with store.writing() as session:
        session.execute(update(Consent).values(account_id=None))
    assert consent_of(store, LOCAL) is None


def test_who_agreed_to_less_is_asked_again(people: dict[str, Places], store: Store) -> None:
    li = people["Li"]
    agree(li, "en")
    set_period(store, LOCAL, Kind.TAKES, 100)
    require_consent(li)
    set_period(store, LOCAL, Kind.PRIVATE, 500)
    with pytest.raises(NoConsentError):
        require_consent(li)
    agree(li, "en")
    require_consent(li)
    with store.writing() as session:
        session.execute(update(Consent).values(version="an earlier wording"))
    with pytest.raises(NoConsentError):
        require_consent(li)


def test_only_an_administrator_changes_how_long_things_are_kept(people: dict[str, Places], store: Store) -> None:
    for who in ("Li", "Coach"):
        with pytest.raises(NotAllowedError):
            set_period(store, people[who].viewer, Kind.TAKES, 3)
    set_period(store, people["Root"].viewer, Kind.TAKES, 3)
    line = audit.entries(store, subject="takes")[0]
    assert (line.account, line.action, line.detail) == ("Root", "retention", "365 days -> 3 days")


def test_a_role_of_trainee_is_what_makes_consent_ones_own(store: Store, places: Places) -> None:
    made = add_account(store, "Chen", Role.TRAINEE, PASSWORD, trainee="Chen Wei")
    chen = replace(places, viewer=viewer(made))
    agree(chen, "en")
    assert agreed(replace(places, viewer=viewer(add_account(store, "Coach", Role.TRAINER, PASSWORD))), "Chen Wei")
