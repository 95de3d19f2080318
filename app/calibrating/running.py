"""A piece of work that a page watches: a thread drives one worker process, the page reads snapshots and goes on."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import Any

from app.batch import pool
from calibration.errors import CameraError
from vision.errors import MediaError, YitaiError


@dataclass(frozen=True, slots=True)
class Progress:
    """``share`` 0..1; ``result`` or ``error`` once ``finished``, neither when it was cancelled."""

    share: float = 0.0
    finished: bool = False
    result: Any = None
    error: YitaiError | CameraError | None = None


class Running:
    """``work(task, progress)`` in a worker process of its own, from now on."""

    def __init__(self, work: pool.Work, task: Any) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._now = Progress()
        self._started_s = time.monotonic()
        self._thread = threading.Thread(target=self._run, args=(work, task), name="calibrating", daemon=True)
        self._thread.start()

    @property
    def now(self) -> Progress:
        """How it stands."""
        with self._lock:
            return self._now

    @property
    def elapsed_s(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started_s

    def cancel(self) -> None:
        """End the worker; nothing comes of it."""
        self._stop.set()

    def wait(self, timeout_s: float) -> Progress:
        """How it stands when it has ended, or after so long."""
        self._thread.join(timeout_s)
        return self.now

    def _set(self, **changes: Any) -> None:
        with self._lock:
            self._now = replace(self._now, **changes)

    def _run(self, work: pool.Work, task: Any) -> None:
        try:
            for event in pool.run(work, [task], 1, self._stop):
                match event:
                    case pool.Progressed():
                        self._set(share=event.share)
                    case pool.Finished():
                        self._set(result=event.result)
                    case pool.Failed():
                        self._set(error=event.error)
                    case pool.Died():
                        last = " ".join(event.log.split()[-12:])
                        self._set(
                            error=MediaError(f"the worker ended unexpectedly: {last}", f"工作进程意外结束：{last}")
                        )
                    case _:
                        continue
        finally:
            self._set(finished=True)
