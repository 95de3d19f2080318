"""The company's sign-in (OpenID Connect), as Streamlit does it when ``secrets.toml`` says how.

Streamlit sends the browser to the company's server and back, and signs a
cookie with what that server said. Here the cookie is checked and exchanged
for a session of ours: only for identities that an administrator gave an
account.
"""

from __future__ import annotations

from starlette.requests import HTTPConnection

from app.store.accounts import sign_in_by_oidc
from app.store.database import Store

USER_COOKIE = "_streamlit_user"


def company_sign_in() -> str | None:
    """Where the company's sign-in begins; None where none is set up, or its library is not installed."""
    from streamlit.auth_util import get_secrets_auth_section, is_authlib_installed
    from streamlit.user_info import generate_login_redirect_url

    if "redirect_uri" not in get_secrets_auth_section() or not is_authlib_installed():
        return None
    return generate_login_redirect_url("default")


def identities(connection: HTTPConnection) -> tuple[str, ...]:
    """How the company's server calls who came back from it: issuer#subject, and an address that it has verified.

    Empty without a cookie, with one that is not signed by this server, or one made for another site.
    """
    from streamlit.auth_util import get_origin_from_redirect_uri
    from streamlit.web.server.starlette.starlette_websocket import (
        _get_signed_cookie_with_chunks,
        _parse_decoded_user_cookie,
    )

    origin = get_origin_from_redirect_uri()
    if origin is None or USER_COOKIE not in connection.cookies:
        return ()
    signed = _get_signed_cookie_with_chunks(dict(connection.cookies), USER_COOKIE)
    if signed is None:
        return ()
    user = _parse_decoded_user_cookie(signed, origin)
    if user.get("is_logged_in") is not True:
        return ()
    issuer, subject, address = user.get("iss"), user.get("sub"), user.get("email")
    found = [f"{issuer}#{subject}"] if isinstance(issuer, str) and isinstance(subject, str) else []
    if isinstance(address, str) and user.get("email_verified") is True:
        found.append(address)
    return tuple(found)


def newcomer(store: Store, connection: HTTPConnection) -> str | None:
    """A token for who comes back from the company's server; None for nobody. SignInError without an account."""
    found = identities(connection)
    return sign_in_by_oidc(store, found) if found else None
