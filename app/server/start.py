"""Starts the server of the page: one process, bound to this machine unless told otherwise."""

from __future__ import annotations

import errno
import os
import socket
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.routing import Route

from app.library.records import store_of
from app.library.repair import repair, serving
from app.places import PEOPLE, Places
from app.privacy.daily import finish_erasures, forget_practices, purging
from app.server.address import asset_url, is_loopback
from app.server.gate import Gate
from app.server.oidc import newcomer
from app.server.routes import Site
from app.server.serving import require_login
from app.server.uploads import forget_old
from app.store.accounts import has_admin, viewer_of
from vision.errors import UsageError
from vision.font import FONT_FILE

SCRIPT = Path(__file__).resolve().parent.parent / "main.py"
LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8501
FONT = "Yitai Sans SC"


def require_free(address: str, port: int) -> None:
    """UsageError when nothing can listen there."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise _not_free(address, port, error) from error


def _not_free(address: str, port: int, error: OSError) -> UsageError:
    if error.errno == errno.EADDRINUSE:
        return UsageError(
            f"port {port} is taken by another program (or by Yitai already running); try --port {port + 1}",
            f"端口 {port} 已被占用（也可能仪态已在运行）；请试试 --port {port + 1}",
        )
    if error.errno == errno.EACCES:
        return UsageError(f"port {port} is reserved; choose one above 1023", f"端口 {port} 受保护，请用 1024 以上的")
    why = error.strerror or str(error)
    return UsageError(f"cannot listen on {address}:{port}: {why}", f"无法监听 {address}:{port}：{why}")


def config_of(address: str, port: int, browser: bool, certificate: tuple[Path, Path] | None) -> dict[str, Any]:
    """Streamlit's settings: nothing from elsewhere, our font and colours, no upload through memory."""
    config: dict[str, Any] = {
        "server.address": address,
        "server.port": port,
        "server.headless": not browser,
        "server.fileWatcherType": "none",
        "server.maxUploadSize": 50,  # calibration pictures; recordings go through the routes of our own
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "global.disableWidgetStateDuplicationWarning": True,  # a default and a value from the session agree here
        "theme.base": "light",
        "theme.primaryColor": "#0b6e5b",
        "theme.backgroundColor": "#fbfcfb",
        "theme.secondaryBackgroundColor": "#eef3f1",
        "theme.textColor": "#181d23",
        "theme.linkColor": "#0b6e5b",
        "theme.borderColor": "#d5dedb",
        "theme.showWidgetBorder": True,
        "theme.baseRadius": "0.6rem",
        "theme.font": f"'{FONT}', sans-serif",
        "theme.headingFont": f"'{FONT}', sans-serif",
        "theme.fontFaces": [{"family": FONT, "url": asset_url(FONT_FILE), "weight": "100 900"}],
    }
    if certificate is not None:
        config["server.sslCertFile"], config["server.sslKeyFile"] = (str(file) for file in certificate)
    return config


@dataclass(frozen=True, slots=True)
class Where:
    """Where the page listens, and to whom: ``login`` None asks for one unless only this computer is served."""

    address: str = LOOPBACK
    port: int = DEFAULT_PORT
    browser: bool = False
    certificate: tuple[Path, Path] | None = None
    login: bool | None = None

    @property
    def asks(self) -> bool:
        """Whether people sign in."""
        return not is_loopback(self.address) if self.login is None else self.login


def serve(places: Places, where: Where) -> None:
    """Serve the page until stopped. UsageError when the port is taken or nobody could sign in."""
    require_free(where.address, where.port)
    prepare(places, where)
    from streamlit.starlette import App

    from app.server.reruns import keep_full_reruns

    keep_full_reruns()
    sys.argv = [str(SCRIPT)]  # Streamlit takes the started script for the anchor of its relative paths
    with serving(places) as first:
        if first:
            repair(places)
            finish_erasures(places)
            forget_old_uploads(places)
            forget_practices(places)
        app = App(SCRIPT, routes=routes(places, where.asks), middleware=[gate(places, where.asks)])
        with purging(places) if first else nullcontext():
            app.run(config=config_of(where.address, where.port, where.browser, where.certificate))


def prepare(places: Places, where: Where) -> None:
    """Open the records, and see that somebody can administer where others are let in."""
    require_login(where.asks)
    store = store_of(places)
    if where.asks and not has_admin(store):
        raise UsageError(
            "others are served only with a login; make the first administrator: yitai account add NAME --role admin",
            "供他人使用需要登录；请先建立管理员账号：yitai account add 用户名 --role admin",
        )
    if not where.asks and not is_loopback(where.address):
        raise UsageError("without a login only this computer is served", "不启用登录时只能供本机使用")


def routes(places: Places, login: bool) -> list[Route]:
    """Our routes beside Streamlit's."""
    from app.server.login import Login
    from app.server.oidc import company_sign_in

    mine = Site(places, login=login).routes()
    return [*Login(partial(store_of, places), company_sign_in).routes(), *mine] if login else mine


def gate(places: Places, login: bool) -> Middleware:
    """The gate before all routes."""
    if not login:
        return Middleware(Gate, find=None)
    store = store_of(places)
    return Middleware(Gate, find=partial(viewer_of, store), newcomer=partial(newcomer, store))


def forget_old_uploads(places: Places) -> None:
    """Remove uploads older than a day, everybody's."""
    for uploads in (places.uploads, *(places.root / PEOPLE).glob("*/uploads")):
        forget_old(uploads)
