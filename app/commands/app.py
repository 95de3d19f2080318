"""``yitai app``: the page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.places import Places
from app.selfcheck import Outcome, Serving, findings
from app.server.start import Where, prepare, serve
from app.session import EXIT_INPUT, EXIT_OK, Session, require
from app.settings import choose_home, default_home, default_ice_server


@dataclass(frozen=True, slots=True)
class AppRequest:
    """How the page is to be served."""

    address: str
    port: int
    browser: bool
    home: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    login: bool = False  # also where only this computer is served


def run_app(request: AppRequest, session: Session) -> int:
    """Serve the page until Ctrl-C."""
    pair = request.certificate, request.key
    require((pair[0] is None) == (pair[1] is None), "--cert 和 --key 要一起给出", "give --cert and --key together")
    certificate = None if pair[0] is None or pair[1] is None else (pair[0], pair[1])
    if request.home is not None:
        choose_home(request.home)
    scheme = "https" if certificate else "http"
    url = f"{scheme}://{request.address}:{request.port}"
    where = Where(request.address, request.port, request.browser, certificate, request.login or None)
    places = Places(default_home())
    prepare(places, where)
    if where.asks and certificate is None:
        session.warn(
            "未使用 HTTPS：密码和画面会以明文在网络上传输，请加 --cert 和 --key",
            "without HTTPS passwords and pictures cross the network in the open; give --cert and --key",
        )
    session.warn(f"打开 {url}（Ctrl-C 退出）", f"open {url} (Ctrl-C ends)")
    serve(places, where)
    return EXIT_OK


def check_app(request: AppRequest, session: Session) -> int:
    """Test what the live view needs, line by line; 1 when something stands in its way."""
    pair = request.certificate, request.key
    require((pair[0] is None) == (pair[1] is None), "--cert 和 --key 要一起给出", "give --cert and --key together")
    serving = Serving(
        address=request.address,
        port=request.port,
        certificate=None if pair[0] is None or pair[1] is None else (pair[0], pair[1]),
        home=request.home or default_home(),
        ice_server=default_ice_server(),
    )
    code = EXIT_OK
    for finding in findings(serving):
        session.say(f"{finding.outcome} {finding.zh}", f"{finding.outcome} {finding.en}")
        if finding.outcome is Outcome.BAD:
            code = EXIT_INPUT
    return code
