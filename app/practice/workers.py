"""Live workers of all sessions: a browser that goes away says nothing, so silence closes a worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

SILENT_S = 600.0  # long enough to read a summary and go again


class Closable(Protocol):
    """What holds a network and threads."""

    def close(self) -> None:
        """Free them."""


class LiveWorkers:
    """Closes what nobody has looked at for a while. Asked from the threads of all sessions."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[Closable, float] = {}

    def add(self, worker: Closable) -> None:
        """Watch over a worker, and close those that fell silent."""
        now_s = self._clock()
        with self._lock:
            silent = [one for one, seen_s in self._seen.items() if now_s - seen_s > SILENT_S]
            for one in silent:
                del self._seen[one]
            self._seen[worker] = now_s
        for one in silent:
            one.close()

    def touch(self, worker: Closable) -> bool:
        """Somebody looks at the worker; False when it was closed."""
        with self._lock:
            if worker not in self._seen:
                return False
            self._seen[worker] = self._clock()
            return True

    def close(self, worker: Closable) -> None:
        """Close a worker now."""
        with self._lock:
            self._seen.pop(worker, None)
        worker.close()
