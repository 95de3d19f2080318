"""Signing in and out, and one's own password: plain pages of our own, outside of Streamlit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from http import HTTPStatus
from urllib.parse import parse_qs, quote, urlsplit

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from app.server.address import SITE, asset_url
from app.server.gate import COOKIE, LOGIN, VIEWER, give_cookie
from app.server.oidc import USER_COOKIE
from app.settings import LANGUAGES
from app.store import accounts
from app.store.database import Store
from app.store.viewers import Viewer
from app.texts import line_of, pick
from vision.errors import YitaiError
from vision.font import FONT_FILE

ACCOUNT = f"{SITE}/account"
LOGOUT = f"{SITE}/logout"
LONGEST_FORM = 8192
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
STYLE = f"""
@font-face {{ font-family: Yitai; src: url({asset_url(FONT_FILE)}); font-weight: 100 900 }}
body {{ font: 16px/1.5 Yitai, sans-serif; color: #181d23; background: #fbfcfb; margin: 0;
  display: grid; place-items: center; min-height: 100vh }}
main {{ width: min(22rem, 88vw) }} h1 {{ font-size: 1.4rem }} b {{ color: #0b6e5b }}
label {{ display: block; margin: .8rem 0 .2rem }}
input {{ width: 100%; box-sizing: border-box; font: inherit; padding: .5rem .6rem;
  border: 1px solid #d5dedb; border-radius: .6rem }}
button, .as-button {{ width: 100%; box-sizing: border-box; margin-top: 1.2rem; font: inherit; padding: .55rem;
  border: 0; border-radius: .6rem; background: #0b6e5b; color: #fff; cursor: pointer; display: block;
  text-align: center; text-decoration: none }}
button.plain {{ background: #eef3f1; color: #181d23 }}
.wrong {{ background: #fbe9e7; padding: .5rem .7rem; border-radius: .6rem }}
.done {{ background: #e3f2ec; padding: .5rem .7rem; border-radius: .6rem }} a {{ color: #0b6e5b }}
"""


class Login:
    """The routes. ``company`` gives the address of the company's sign-in, where there is one."""

    def __init__(self, store: Callable[[], Store], company: Callable[[], str | None]) -> None:
        self._store, self._company = store, company

    def routes(self) -> list[Route]:
        """All routes, for Starlette."""
        return [
            Route(LOGIN, self.form, methods=["GET"]),
            Route(LOGIN, self.sign_in, methods=["POST"]),
            Route(LOGOUT, self.sign_out, methods=["POST"]),
            Route(ACCOUNT, self.account, methods=["GET"]),
            Route(ACCOUNT, self.change_password, methods=["POST"]),
        ]

    async def form(self, request: Request) -> Response:
        """Name and password."""
        unknown = accounts.no_account() if "unknown" in request.query_params else None
        return self._form(request, safe_next(request.query_params.get("next", "/")), "", unknown)

    async def sign_in(self, request: Request) -> Response:
        """Check them; the token comes as a cookie."""
        if not same_site(request):
            return HTMLResponse("", HTTPStatus.FORBIDDEN)
        form = await read_form(request)
        name, goal = form.get("name", ""), safe_next(form.get("next", "/"))
        address = "" if request.client is None else request.client.host
        check = partial(accounts.sign_in, self._store(), name, form.get("password", ""), address)
        try:
            token = await to_thread.run_sync(check)
        except YitaiError as error:
            return self._form(request, goal, name, error)
        answer = RedirectResponse(goal, HTTPStatus.SEE_OTHER)
        give_cookie(answer, token, secure=request.url.scheme == "https")
        return answer

    async def sign_out(self, request: Request) -> Response:
        """End the session here."""
        if not same_site(request):
            return HTMLResponse("", HTTPStatus.FORBIDDEN)
        token = request.cookies.get(COOKIE)
        if token:
            await to_thread.run_sync(partial(accounts.sign_out, self._store(), token))
        answer = RedirectResponse(LOGIN, HTTPStatus.SEE_OTHER)
        theirs = [name for name in request.cookies if name.startswith(USER_COOKIE)]  # in pieces, and with tokens
        for cookie in (COOKIE, USER_COOKIE, *theirs):
            answer.delete_cookie(cookie, path="/")
        return answer

    async def account(self, request: Request) -> Response:
        """Who is signed in; a new password; signing out."""
        return self._account(request, None)

    async def change_password(self, request: Request) -> Response:
        """Give oneself a new password: the old one is asked for, and all sessions end."""
        viewer = _viewer(request)
        if viewer is None or viewer.local or not same_site(request):
            return HTMLResponse("", HTTPStatus.FORBIDDEN)
        form = await read_form(request)
        try:
            await to_thread.run_sync(partial(self._change, viewer, form, request))
        except YitaiError as error:
            return self._account(request, error)
        return RedirectResponse(LOGIN, HTTPStatus.SEE_OTHER)

    def _change(self, viewer: Viewer, form: dict[str, str], request: Request) -> None:
        address = "" if request.client is None else request.client.host
        accounts.sign_out(self._store(), accounts.sign_in(self._store(), viewer.name, form.get("old", ""), address))
        accounts.set_password(self._store(), viewer.name, form.get("new", ""), viewer)

    def _form(self, request: Request, goal: str, name: str, error: YitaiError | None) -> Response:
        spoken = language_of(request)
        words = [pick(spoken, "用户名", "Name"), pick(spoken, "密码", "Password"), pick(spoken, "登录", "Sign in")]
        company = self._company()
        other = pick(spoken, "用单位账号登录", "Sign in with the company's account")
        link = "" if company is None else f'<a class="as-button" href="{escape(company)}">{other}</a>'
        body = (
            f'{_problem(error, spoken)}<form method="post" action="{LOGIN}">'
            f'<input type="hidden" name="next" value="{escape(goal)}">'
            f'<label for="name">{words[0]}</label><input id="name" name="name" value="{escape(name)}" '
            'autocomplete="username" maxlength="200" required autofocus>'
            f'<label for="password">{words[1]}</label><input id="password" name="password" type="password" '
            'autocomplete="current-password" maxlength="256" required>'
            f"<button>{words[2]}</button></form>{link}"
        )
        return _page(words[2], body, spoken, HTTPStatus.OK if error is None else HTTPStatus.UNAUTHORIZED)

    def _account(self, request: Request, error: YitaiError | None) -> Response:
        viewer, spoken = _viewer(request), language_of(request)
        if viewer is None or viewer.local:
            return RedirectResponse("/", HTTPStatus.SEE_OTHER)
        title = pick(spoken, "账号", "Account")
        role = {
            "trainee": pick(spoken, "学员", "trainee"),
            "trainer": pick(spoken, "教练", "trainer"),
            "admin": pick(spoken, "管理员", "administrator"),
        }[viewer.role]
        old, new = pick(spoken, "现在的密码", "Present password"), pick(spoken, "新密码", "New password")
        change, leave = pick(spoken, "修改密码", "Change the password"), pick(spoken, "退出登录", "Sign out")
        body = (
            f"<p><b>{escape(viewer.name)}</b> · {role}</p>{_problem(error, spoken)}"
            f'<form method="post" action="{ACCOUNT}">'
            f'<label for="old">{old}</label><input id="old" name="old" type="password" required '
            'autocomplete="current-password">'
            f'<label for="new">{new}</label><input id="new" name="new" type="password" required '
            f'autocomplete="new-password" minlength="{accounts.SHORTEST_PASSWORD}"><button>{change}</button></form>'
            f'<form method="post" action="{LOGOUT}"><button class="plain">{leave}</button></form>'
            f'<p><a href="/">{pick(spoken, "返回", "Back")}</a></p>'
        )
        return _page(title, body, spoken, HTTPStatus.OK if error is None else HTTPStatus.BAD_REQUEST)


def _viewer(request: Request) -> Viewer | None:
    found = request.scope.get(VIEWER)
    return found if isinstance(found, Viewer) else None


def _problem(error: YitaiError | None, spoken: str) -> str:
    return "" if error is None else f'<p class="wrong" role="alert">{escape(line_of(error, spoken))}</p>'


def _page(title: str, body: str, spoken: str, status: HTTPStatus) -> Response:
    html = (
        f'<!doctype html><html lang="{spoken}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} · 仪态 Yitai</title><style>{STYLE}</style>"
        f"<main><h1><b>仪态</b> Yitai</h1>{body}</main></html>"
    )
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Frame-Options": "DENY"}
    return HTMLResponse(html, status, headers=headers)


def language_of(request: Request) -> str:
    """What was asked for, else what the browser prefers."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"


def safe_next(goal: str) -> str:
    """An address of this site to go on to; "/" for anything else."""
    parts = urlsplit(goal)
    plain = goal.startswith("/") and not goal.startswith(("//", "/\\")) and goal.isprintable()
    return quote(goal, safe="/?=&%+-._~") if plain and not parts.scheme and not parts.netloc else "/"


def same_site(request: Request) -> bool:
    """Whether a form was sent by a page of this site: browsers say where it stood."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    return urlsplit(origin).netloc == request.headers.get("host", "")


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a small form; the first of each name. Empty for anything larger."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            return {}
    fields = parse_qs(body.decode("utf-8", errors="replace"), keep_blank_values=True, max_num_fields=20)
    return {name: values[0] for name, values in fields.items()}
