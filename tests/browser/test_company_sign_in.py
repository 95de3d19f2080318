"""The whole way to a company's server and back, in a browser: who has an account here comes in, nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.places import Places
from app.store.accounts import add_account, set_active
from app.store.database import forget_stores, store_at
from app.store.viewers import Role
from tests.browser.identity_server import CLIENT, CLIENT_SECRET, Provider, identity_server
from tests.browser.site import DESKTOP, free_port, running_page
from tests.store.people import PASSWORD

pytestmark = pytest.mark.browser
WAIT_MS = 60_000
LI = {"sub": "17", "email": "li@example.org", "email_verified": True}
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a secret of this server, long enough"
client_id = "{client}"
client_secret = "{secret}"
server_metadata_url = "{url}/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with identity_server() as running:
        yield running


@pytest.fixture(scope="module")
def places(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Three accounts: one by verified address, one by the server's own number for them, and an administrator."""
    made = Places(tmp_path_factory.mktemp("home"))
    store = store_at(made.root)
    add_account(store, "Root", Role.ADMIN, PASSWORD)
    add_account(store, "Li", Role.TRAINEE, None, oidc="li@example.org")
    add_account(store, "Wang", Role.TRAINER, None, oidc=f"{provider.url}#18")
    yield made
    forget_stores()


@pytest.fixture(scope="module")
def site(provider: Provider, places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    (folder / ".streamlit").mkdir()
    secrets = SECRETS.format(port=port, client=CLIENT, secret=CLIENT_SECRET, url=provider.url)
    (folder / ".streamlit" / "secrets.toml").write_text(secrets, "utf-8")
    with running_page(places.root, folder / "log", "--login", port=port, folder=folder) as url:
        yield url


def came(browser: Browser, site: str, goal: str = "/review?lang=en") -> Page:
    """A window that was sent to the company's server and came back."""
    page = browser.new_context(viewport=DESKTOP, locale="en-US").new_page()
    page.goto(f"{site}{goal}")
    page.get_by_role("link", name="Sign in with the company's account").click()
    return page


@pytest.mark.parametrize(
    ("name", "person"),
    [("Li", LI), ("Wang", {"sub": "18", "email": "someone@example.org", "email_verified": False})],
)
def test_who_has_an_account_comes_in_under_its_name(
    name: str, person: dict[str, object], site: str, provider: Provider, browser: Browser
) -> None:
    provider.person, provider.forged = person, False
    page = came(browser, site)
    page.wait_for_selector("h1", timeout=WAIT_MS)
    expect(page.locator(".account")).to_have_text(name, timeout=WAIT_MS)
    expect(page.get_by_role("link", name="Batch")).to_have_count(1 if name == "Wang" else 0)
    asked = provider.asked[-1]
    assert asked["scope"].split()[0] == "openid"
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert cookies["yitai_session"]["httpOnly"]
    page.context.close()


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "99", "email": "mallory@example.org", "email_verified": True},
        {"sub": "17", "email": "li@example.org", "email_verified": False},
        {"sub": "17", "email": "li@example.org"},
    ],
    ids=["unknown", "not verified", "silent about it"],
)
def test_who_has_none_is_told_so_and_stays_outside(
    person: dict[str, object], site: str, provider: Provider, browser: Browser
) -> None:
    provider.person, provider.forged = person, False
    page = came(browser, site)
    expect(page.get_by_role("alert")).to_contain_text("no account here", timeout=WAIT_MS)
    assert "yitai_session" not in {cookie["name"] for cookie in page.context.cookies()}
    page.context.close()


def test_an_identity_signed_by_another_server_is_nobody(site: str, provider: Provider, browser: Browser) -> None:
    provider.person, provider.forged = LI, True
    page = came(browser, site)
    expect(page.get_by_label("Password")).to_be_visible(timeout=WAIT_MS)
    assert not {"yitai_session", "_streamlit_user"} & {cookie["name"] for cookie in page.context.cookies()}
    page.context.close()


def test_a_callback_that_nobody_asked_for_lets_nobody_in(site: str, provider: Provider, browser: Browser) -> None:
    provider.person, provider.forged = LI, False
    page = browser.new_context(viewport=DESKTOP, locale="en-US").new_page()
    page.goto(f"{site}/oauth2callback?code=guess&state=guess")
    expect(page.get_by_label("Password")).to_be_visible(timeout=WAIT_MS)
    assert "yitai_session" not in {cookie["name"] for cookie in page.context.cookies()}
    page.context.close()


def test_signing_out_ends_it_and_a_disabled_account_stays_outside(
    site: str, provider: Provider, browser: Browser, places: Places
) -> None:
    provider.person, provider.forged = LI, False
    page = came(browser, site)
    page.wait_for_selector("h1", timeout=WAIT_MS)
    page.goto(f"{site}/yitai/account?lang=en")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible(timeout=WAIT_MS)
    page.goto(f"{site}/review?lang=en")
    expect(page.get_by_label("Password")).to_be_visible(timeout=WAIT_MS)
    names = {cookie["name"] for cookie in page.context.cookies()}
    assert not {name for name in names if name.startswith(("yitai_session", "_streamlit_user"))}
    page.context.close()
    set_active(store_at(places.root), "Li", False)
    page = came(browser, site)
    expect(page.get_by_role("alert")).to_contain_text("no account here", timeout=WAIT_MS)
    page.context.close()


def test_the_secrets_of_the_server_are_served_to_nobody(site: str, browser: Browser) -> None:
    page = browser.new_context(viewport=DESKTOP).new_page()
    for path in (".streamlit/secrets.toml", "app/static/secrets.toml", "static/../.streamlit/secrets.toml"):
        answer = page.request.get(f"{site}/{path}")
        assert CLIENT_SECRET not in answer.text(), path
    page.context.close()


def test_the_log_of_the_server_holds_no_secret(site: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    for log in Path(tmp_path_factory.getbasetemp()).glob("served*/log"):
        text = log.read_text("utf-8", "replace")
        assert CLIENT_SECRET not in text
        assert "eyJ" not in text, "a signed token"
