"""Accounts: no weak or default password, a limit to guessing, sessions that end when they should."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.store import audit
from app.store.accounts import (
    FAILURES_HERE,
    IDLE,
    SignInError,
    accounts,
    add_account,
    forget_expired,
    has_admin,
    remove_account,
    set_active,
    set_password,
    set_role,
    sign_in,
    sign_in_by_oidc,
    sign_out,
    viewer_of,
)
from app.store.database import Store
from app.store.schema import Account, Attempt, SignIn
from app.store.viewers import Role
from tests.store.people import PASSWORD
from vision.errors import UsageError


def test_there_is_no_account_and_no_password_to_begin_with(store: Store) -> None:
    assert accounts(store) == ()
    assert not has_admin(store)
    for name in ("admin", "root", ""):
        with pytest.raises(SignInError):
            sign_in(store, name, "", "10.0.0.1")


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaa", "Administrator", "x" * 257])
def test_a_weak_password_is_refused(store: Store, password: str) -> None:
    with pytest.raises(UsageError):
        add_account(store, "administrator", Role.ADMIN, password)
    assert accounts(store) == ()


def test_the_password_is_kept_as_an_argon2_hash_and_the_token_as_a_hash(store: Store) -> None:
    add_account(store, "Root", Role.ADMIN, PASSWORD)
    token = sign_in(store, " root ", PASSWORD, "10.0.0.1")
    with store.reading() as session:
        hashed = session.scalar(select(Account.password_hash))
        kept = session.scalar(select(SignIn.token_hash))
    assert hashed is not None
    assert hashed.startswith("$argon2id$")
    assert kept != token
    viewer = viewer_of(store, token)
    assert viewer is not None
    assert (viewer.name, viewer.role, viewer.trainee) == ("Root", Role.ADMIN, None)


@pytest.mark.parametrize("token", [None, "", "guess", "\0", "é" * 500])
def test_a_token_that_was_never_given_is_nobody(store: Store, token: str | None) -> None:
    assert viewer_of(store, token) is None


def test_guessing_is_stopped_for_that_address_and_not_for_the_owner_elsewhere(store: Store) -> None:
    add_account(store, "Root", Role.ADMIN, PASSWORD)
    for _ in range(FAILURES_HERE):
        with pytest.raises(SignInError, match="wrong"):
            sign_in(store, "Root", "guess", "10.0.0.66")
    with pytest.raises(SignInError, match="too many"):
        sign_in(store, "Root", PASSWORD, "10.0.0.66")
    assert sign_in(store, "Root", PASSWORD, "10.0.0.1")
    with store.writing() as session:
        session.execute(update(Attempt).values(time=datetime.now(UTC) - timedelta(hours=1)))
    assert sign_in(store, "Root", PASSWORD, "10.0.0.66")


def test_guesses_at_the_same_moment_are_counted_too(store: Store) -> None:
    add_account(store, "Root", Role.ADMIN, PASSWORD)
    said: list[str] = []

    def guess() -> None:
        try:
            sign_in(store, "Root", "guess", "10.0.0.66")
        except SignInError as error:
            said.append(error.en)

    threads = [threading.Thread(target=guess) for _ in range(3 * FAILURES_HERE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == len(threads)
    assert sum("wrong" in line for line in said) == FAILURES_HERE


def test_an_unknown_name_and_a_wrong_password_are_told_the_same(store: Store) -> None:
    add_account(store, "Root", Role.ADMIN, PASSWORD)
    said = []
    for name in ("Root", "Nobody"):
        with pytest.raises(SignInError) as told:
            sign_in(store, name, "guess", "10.0.0.1")
        said.append(told.value.en)
    assert said[0] == said[1]


def test_a_session_ends_by_signing_out_a_new_password_disabling_and_time(store: Store) -> None:
    add_account(store, "Root", Role.ADMIN, PASSWORD)
    add_account(store, "Coach", Role.TRAINER, PASSWORD)

    def signed_in() -> str:
        return sign_in(store, "Coach", PASSWORD, "10.0.0.1")

    token = signed_in()
    sign_out(store, token)
    assert viewer_of(store, token) is None
    token = signed_in()
    set_password(store, "Coach", PASSWORD)
    assert viewer_of(store, token) is None
    token = signed_in()
    set_active(store, "coach", False)
    assert viewer_of(store, token) is None
    with pytest.raises(SignInError):
        signed_in()
    set_active(store, "coach", True)
    token = signed_in()
    with store.writing() as session:
        session.execute(update(SignIn).values(seen=datetime.now(UTC) - IDLE))
    assert viewer_of(store, token) is None
    assert forget_expired(store) == 1


def test_a_changed_role_holds_at_once(store: Store) -> None:
    add_account(store, "Root", Role.ADMIN, PASSWORD)
    add_account(store, "Li", Role.TRAINEE, PASSWORD)
    token = sign_in(store, "Li", PASSWORD, "10.0.0.1")
    before = viewer_of(store, token)
    set_role(store, "Li", Role.TRAINER)
    after = viewer_of(store, token)
    assert before is not None
    assert after is not None
    assert (before.role, after.role) == (Role.TRAINEE, Role.TRAINER)
    assert before.trainee is not None
    assert after.trainee is None


def test_the_last_administrator_stays(store: Store) -> None:
    add_account(store, "Root", Role.ADMIN, PASSWORD)
    with pytest.raises(UsageError, match="last administrator"):
        set_role(store, "Root", Role.TRAINER)
    with pytest.raises(UsageError, match="last administrator"):
        set_active(store, "Root", False)
    with pytest.raises(UsageError, match="last administrator"):
        remove_account(store, "Root")
    add_account(store, "Second", Role.ADMIN, PASSWORD)
    remove_account(store, "Root")
    assert [one.name for one in accounts(store)] == ["Second"]


def test_the_number_of_a_removed_account_is_given_to_nobody_else(store: Store) -> None:
    add_account(store, "Root", Role.ADMIN, PASSWORD)
    first = add_account(store, "Li", Role.TRAINEE, PASSWORD).id
    remove_account(store, "Li")
    assert add_account(store, "Wang", Role.TRAINEE, PASSWORD).id != first


def test_names_are_taken_once_whatever_their_letters(store: Store) -> None:
    add_account(store, "Root", Role.ADMIN, PASSWORD)
    with pytest.raises(UsageError, match="already"):
        add_account(store, "  ROOT ", Role.TRAINER, PASSWORD)


def test_only_a_company_account_that_was_given_one_signs_in(store: Store) -> None:
    add_account(store, "Li", Role.TRAINEE, None, oidc="Li@example.org")
    token = sign_in_by_oidc(store, ("https://idp#1", "li@EXAMPLE.org"))
    viewer = viewer_of(store, token)
    assert viewer is not None
    assert viewer.name == "Li"
    with pytest.raises(SignInError):
        sign_in_by_oidc(store, ("mallory@example.org",))
    with pytest.raises(SignInError):
        sign_in(store, "Li", "", "10.0.0.1")


def test_what_is_done_to_accounts_stands_in_the_log_without_passwords(store: Store) -> None:
    add_account(store, "Root", Role.ADMIN, PASSWORD)
    set_password(store, "Root", "another horse 43")
    lines = audit.entries(store)
    assert [line.action for line in lines] == ["password set", "account added"]
    assert all("horse" not in f"{line.subject}{line.detail}" for line in lines)
