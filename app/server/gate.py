"""The gate before every route and the page itself: on one's own computer it lets that computer in, else who signed in.

It stands outside of Streamlit: without a sign-in no page, no websocket and no
file is reached. Who came in is handed on with the request; the page finds the
same by the cookie.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from anyio import to_thread
from starlette.datastructures import URL, Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.server.address import SITE, is_loopback
from app.store.accounts import SignInError
from app.store.viewers import LOCAL, Viewer

COOKIE = "yitai_session"
LOGIN = f"{SITE}/login"
VIEWER = "yitai.viewer"  # in the scope of a request
OPEN_TO_ALL = (f"{SITE}/assets/", LOGIN, "/_stcore/health", "/auth/", "/oauth2callback")
_GUARD = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
}

Finder = Callable[[str | None], Viewer | None]
Newcomer = Callable[[HTTPConnection], str | None]


class Gate:
    """ASGI middleware. ``find`` gives the viewer of a token; None: no login is needed here.

    ``newcomer`` gives a token to who was signed in by the company's server.
    """

    def __init__(self, app: ASGIApp, find: Finder | None, newcomer: Newcomer | None = None) -> None:
        self._app, self._find, self._newcomer = app, find, newcomer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through or turn away."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if self._find is None:
            await self._for_this_computer(scope, receive, send)
        else:
            await self._for_who_signed_in(scope, receive, send, self._find)

    async def _for_this_computer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if not is_this_computer(headers):
            words = (
                "Yitai serves this computer only. To serve others, start it with --host 0.0.0.0 or with --login.\n"
                "仪态目前只供本机使用。要供他人使用，请加 --host 0.0.0.0 或 --login 启动。\n"
            )
            await _turn_away(scope, receive, send, PlainTextResponse(words, HTTPStatus.FORBIDDEN))
            return
        scope[VIEWER] = LOCAL
        await self._app(scope, receive, send)

    async def _for_who_signed_in(self, scope: Scope, receive: Receive, send: Send, find: Finder) -> None:
        connection = HTTPConnection(scope)
        viewer = await to_thread.run_sync(find, connection.cookies.get(COOKIE))
        if viewer is not None:
            scope[VIEWER] = viewer
            await self._app(scope, receive, _guarded(send))
        elif scope["type"] == "http" and scope["path"].startswith(OPEN_TO_ALL):
            await self._app(scope, receive, _guarded(send))
        else:
            await _turn_away(scope, receive, send, await self._answer(connection))

    async def _answer(self, connection: HTTPConnection) -> Response:
        """For who is not signed in: the company's sign-in, the form, or a plain refusal."""
        if connection.scope["type"] != "http" or "text/html" not in connection.headers.get("accept", ""):
            return PlainTextResponse("sign in first\n", HTTPStatus.UNAUTHORIZED)
        try:
            token = None if self._newcomer is None else await to_thread.run_sync(self._newcomer, connection)
        except SignInError:
            return RedirectResponse(f"{LOGIN}?unknown=1", HTTPStatus.SEE_OTHER)
        if token is not None:
            answer = RedirectResponse(str(here(connection)), HTTPStatus.SEE_OTHER)
            give_cookie(answer, token, secure=connection.url.scheme == "https")
            return answer
        wanted = quote(str(here(connection)), safe="/?=&%")
        return RedirectResponse(f"{LOGIN}?next={quote(wanted, safe='')}", HTTPStatus.SEE_OTHER)


def here(connection: HTTPConnection) -> URL:
    """The address without the host: what a redirect inside the site may name."""
    return URL(connection.url.path + (f"?{connection.url.query}" if connection.url.query else ""))


def give_cookie(answer: Response, token: str, *, secure: bool) -> None:
    """Hand the token to the browser: unseen by scripts, not sent along by other sites' pages."""
    answer.set_cookie(COOKIE, token, httponly=True, secure=secure, samesite="lax", path="/")


def is_this_computer(headers: Headers) -> bool:
    """Whether a request was meant for this computer itself: no proxy, and no other site's name for the address."""
    if "x-forwarded-for" in headers or "forwarded" in headers:
        return False
    host = headers.get("host", "")
    name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0].casefold()
    return is_loopback(name)


async def _turn_away(scope: Scope, receive: Receive, send: Send, answer: Response) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await answer(scope, receive, send)


def _guarded(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            added = [(k.lower().encode(), v.encode()) for k, v in _GUARD.items() if k.lower().encode() not in there]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return with_headers
