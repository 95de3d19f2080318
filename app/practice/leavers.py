"""Whose browser went away: Streamlit forgets a session only when another one asks, so a thread looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

LOOK_EVERY_S = 20.0
AWAY_S = 120.0  # a browser that lost its connection comes back within this time


class Leaver(Protocol):
    """What a session leaves behind."""

    def left(self) -> None:
        """Remove it."""


class Leavers:
    """Calls `left` of sessions that have not been there for `AWAY_S`. ``there``: whether a session's browser is."""

    def __init__(self, there: Callable[[str], bool], every_s: float = LOOK_EVERY_S, away_s: float = AWAY_S) -> None:
        self._there, self._every_s, self._away_s = there, every_s, away_s
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[Leaver, float]] = {}
        threading.Thread(target=self._run, name="leavers", daemon=True).start()

    def add(self, session: str, leaver: Leaver) -> None:
        """Watch over a session."""
        with self._lock:
            self._seen[session] = leaver, time.monotonic()

    def look(self) -> None:
        """Look once."""
        now_s = time.monotonic()
        with self._lock:
            for session, (leaver, _) in list(self._seen.items()):
                if self._there(session):
                    self._seen[session] = leaver, now_s
            gone = [session for session, (_, seen_s) in self._seen.items() if now_s - seen_s >= self._away_s]
            ended = [self._seen.pop(session)[0] for session in gone]
        for leaver in ended:
            leaver.left()

    def _run(self) -> None:
        while True:
            time.sleep(self._every_s)
            self.look()
