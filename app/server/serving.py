"""How this process is served: whether a login is needed. Said once, before the first request."""

from __future__ import annotations

from dataclasses import dataclass

from app.places import Places
from app.settings import database_url
from app.store.accounts import viewer_of
from app.store.database import store_at
from app.store.viewers import LOCAL, NotSignedInError, Viewer


@dataclass(slots=True)
class _Serving:
    login: bool = False


_NOW = _Serving()


def require_login(needed: bool) -> None:
    """From now on a login is needed, or is not."""
    _NOW.login = needed


def login_is_required() -> bool:
    """Whether it is."""
    return _NOW.login


def viewer_by(places: Places, token: str | None, address: str | None) -> Viewer:
    """Who holds a token; NotSignedInError for nobody.

    Without login it is the user of this computer, unless the browser is on another one (``address`` is
    None for this computer): then the page was not started by ``yitai app``, and nobody is let in.
    """
    if not _NOW.login:
        if address is None:
            return LOCAL
        raise NotSignedInError(
            "this page was started without a login and serves this computer only", "此页面未启用登录，只供本机使用"
        )
    viewer = viewer_of(store_at(places.root, database_url()), token)
    if viewer is None:
        raise NotSignedInError("you are not signed in any more; sign in again", "登录已失效，请重新登录")
    return viewer
