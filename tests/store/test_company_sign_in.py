"""The cookie of the company's sign-in counts only when this server signed it, for this site, for a known identity."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import HTTPConnection
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from app.server.oidc import USER_COOKIE, company_sign_in, identities, newcomer
from app.store.accounts import SignInError, add_account, viewer_of
from app.store.database import Store
from app.store.viewers import Role

SECRET = "a secret of this server, long enough"
ORIGIN = "https://yitai.example"
USER = {
    "origin": ORIGIN, "is_logged_in": True, "iss": "https://idp.example", "sub": "17",
    "email": "li@example.org", "email_verified": True,
}  # fmt: skip


@pytest.fixture
def configured(tmp_path: Path) -> Iterator[None]:
    file = tmp_path / "secrets.toml"
    file.write_text(f'[auth]\nredirect_uri = "{ORIGIN}/oauth2callback"\ncookie_secret = "{SECRET}"\n', "utf-8")
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(file)])
    secrets_singleton._reset()
    yield
    config.set_option("secrets.files", before)
    secrets_singleton._reset()


def coming(user: dict[str, object], secret: str = SECRET) -> HTTPConnection:
    signed = create_signed_value(secret, USER_COOKIE, json.dumps(user)).decode()
    return HTTPConnection({"type": "http", "headers": [(b"cookie", f"{USER_COOKIE}={signed}".encode())]})


@pytest.mark.usefixtures("configured")
def test_a_known_identity_is_let_in(store: Store) -> None:
    add_account(store, "Li", Role.TRAINEE, None, oidc="li@example.org")
    viewer = viewer_of(store, newcomer(store, coming(USER)))
    assert viewer is not None
    assert viewer.name == "Li"
    add_account(store, "Wang", Role.TRAINER, None, oidc="https://idp.example#18")
    viewer = viewer_of(store, newcomer(store, coming({**USER, "sub": "18", "email": "other@example.org"})))
    assert viewer is not None
    assert viewer.name == "Wang"


@pytest.mark.usefixtures("configured")
def test_an_identity_without_an_account_is_told_so(store: Store) -> None:
    add_account(store, "Li", Role.TRAINEE, None, oidc="li@example.org")
    for user in (
        {**USER, "email": "mallory@example.org"},
        {**USER, "email_verified": False},
        {**USER, "email_verified": "true"},
    ):
        with pytest.raises(SignInError):
            newcomer(store, coming(user))


@pytest.mark.usefixtures("configured")
def test_a_cookie_of_another_server_or_site_or_after_signing_out_is_nobody(store: Store) -> None:
    add_account(store, "Li", Role.TRAINEE, None, oidc="li@example.org")
    assert newcomer(store, coming(USER, "another secret, just as long as ours")) is None
    assert newcomer(store, coming({**USER, "origin": "https://evil.example"})) is None
    assert newcomer(store, coming({**USER, "is_logged_in": False})) is None
    assert newcomer(store, HTTPConnection({"type": "http", "headers": []})) is None


def test_without_a_configuration_no_cookie_counts(store: Store) -> None:
    add_account(store, "Li", Role.TRAINEE, None, oidc="li@example.org")
    assert identities(coming(USER, "")) == ()
    assert company_sign_in() is None
