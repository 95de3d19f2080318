"""Container timestamps to seconds since the first frame, strictly rising."""

from __future__ import annotations

from fractions import Fraction

from vision.video.messages import NoticeLog

_NEW_EPOCH_S = 1.0  # a jump back by more than this starts the container's clock anew
_UNEVEN_SHARE = 0.25  # a gap this much off the typical one counts as uneven
_UNEVEN_FRAMES = 5
_FALLBACK_STEP_S = 1 / 25


class FrameClock:
    """Turns each frame's pts into seconds; call `at` once per frame in display order.

    Parameters
    ----------
    time_base : seconds per tick of the container.
    zero_pts : the first frame's pts (None when it has none).
    step_s : the container's average frame interval; used only where a frame carries no usable time.
    """

    def __init__(self, time_base: Fraction, zero_pts: int | None, step_s: float | None, log: NoticeLog) -> None:
        self._tick_s = time_base
        self._zero = zero_pts or 0
        self._step_s = step_s or _FALLBACK_STEP_S
        self._log = log
        self._offset_s = 0.0
        self._last_s: float | None = None
        self._stray_s: float | None = None  # where the last frame that jumped back claimed to be
        self._mean_gap_s: float | None = None
        self._gaps = 0
        self._uneven = 0

    def at(self, pts: int | None) -> float:
        """Seconds since the first frame."""
        last = self._last_s
        if pts is None:
            self._log.add("timestamps_missing")
            now = 0.0 if last is None else last + self._step_s
        else:
            now = float((pts - self._zero) * self._tick_s) + self._offset_s
            if last is not None and now <= last:
                now = self._moved_on(now, last)
            elif last is not None:
                self._stray_s = None
                self._watch_rate(now - last)
        self._last_s = now
        return now

    def _moved_on(self, now: float, last: float) -> float:
        self._log.add("timestamps_not_rising")
        stray, self._stray_s = self._stray_s, now
        if stray is not None and now > stray and last - now > _NEW_EPOCH_S:  # the second one of a new epoch
            self._offset_s += last + self._step_s - now
            self._stray_s = None
            return last + self._step_s
        return last + self._step_s / 2

    def _watch_rate(self, gap_s: float) -> None:
        if self._mean_gap_s is None:
            self._mean_gap_s = gap_s
        self._gaps += 1
        tolerance = _UNEVEN_SHARE * self._mean_gap_s + 2 * float(self._tick_s)
        if abs(gap_s - self._mean_gap_s) > tolerance:
            self._uneven += 1
            if self._uneven >= max(_UNEVEN_FRAMES, self._gaps / 20):
                self._log.add("variable_frame_rate")
        self._mean_gap_s += (gap_s - self._mean_gap_s) / min(self._gaps, 100)
