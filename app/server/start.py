"""Starts the server of the page: one process, bound to this machine unless told otherwise."""

from __future__ import annotations

import errno
import os
import socket
import sys
from pathlib import Path
from typing import Any

from app.places import Places
from app.server.address import asset_url
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


def serve(places: Places, address: str, port: int, browser: bool, certificate: tuple[Path, Path] | None = None) -> None:
    """Serve the page until stopped. UsageError when the port is taken."""
    require_free(address, port)
    from streamlit.starlette import App

    from app.server.routes import Site
    from app.server.uploads import forget_old

    forget_old(places.uploads)
    sys.argv = [str(SCRIPT)]  # Streamlit takes the started script for the anchor of its relative paths
    App(SCRIPT, routes=Site(places).routes()).run(config=config_of(address, port, browser, certificate))
