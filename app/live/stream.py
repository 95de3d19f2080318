"""Between streamlit-webrtc and the live worker: the latest frame only, the delay measured, the connection's set-up."""

from __future__ import annotations

from typing import Any

from app.live.worker import LiveWorker
from app.settings import IceServer


def show_stream(worker: LiveWorker, key: str, language: str, *, playing: bool | None = None) -> bool:
    """Mount the live picture of ``worker`` in the page; whether it is playing."""
    raise NotImplementedError


def ice_servers(server: IceServer | None) -> list[dict[str, Any]]:
    """For both ends of the connection: empty on a local network."""
    return [] if server is None else [{"urls": [server.url], "username": server.user, "credential": server.password}]
