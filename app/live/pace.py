"""How quick the live view is: pictures a second, and how long each takes inside this program."""

from __future__ import annotations

from collections import deque

import numpy as np

from app.live.state import Speed

OVER_S = 4.0
LEAST = 3


class Pace:
    """Of the last `OVER_S` seconds. Times are `time.monotonic`'s."""

    def __init__(self) -> None:
        self._done: deque[tuple[float, float]] = deque(maxlen=400)  # when given back, after how long

    def done(self, arrived_s: float, now_s: float) -> None:
        """A picture that came at ``arrived_s`` is given back now."""
        self._done.append((now_s, now_s - arrived_s))
        while now_s - self._done[0][0] > OVER_S:
            self._done.popleft()

    def speed(self, fit_hz: float | None) -> Speed:
        """What there is to tell."""
        if len(self._done) < LEAST:
            return Speed()
        delays_ms = 1000 * np.array([delay for _, delay in self._done])
        span_s = self._done[-1][0] - self._done[0][0]
        return Speed(
            fps=(len(self._done) - 1) / span_s if span_s > 0 else None,
            delay_ms=float(np.median(delays_ms)),
            delay_p95_ms=float(np.percentile(delays_ms, 95)),
            fit_hz=fit_hz,
        )
