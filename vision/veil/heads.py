"""Heads over time: circles found in single frames, joined into paths that have no gaps where somebody only hid briefly.

A circle is (x, y, radius) in pixels of the recording. Whoever is missed for a moment is covered where they went from
and to; before the first and after the last sight the circle stays for a while, as the network sees people late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from vision.estimators.crops import pixels_per_metre
from vision.landmarks import Landmark
from vision.types import FloatArray

HEAD = slice(Landmark.NOSE, Landmark.MOUTH_RIGHT + 1)
RADIUS_M = 0.17  # from between the eyes to beyond chin, crown and the back of the head
REACH_M = 0.07  # beyond the landmarks of a head that is seen larger than the body's scale says
BRIDGED_S = 2.0  # the longest gap that is bridged
LINGERS_S = 0.7  # before the first and after the last sight
STEP_M_PER_S, STEP_RADII = 2.5, 1.2  # how far a head may go between two sights, and what is no step but noise
GROWN = 1.15  # the circle moves between the frames that were looked at


@dataclass(frozen=True, slots=True)
class Path:
    """One head: times (N,) rising, circles (N, 3)."""

    times_s: FloatArray
    circles: FloatArray

    def at(self, time_s: float) -> FloatArray | None:
        """The circle (3,) at a time; None where the head is not."""
        if not self.times_s[0] - LINGERS_S <= time_s <= self.times_s[-1] + LINGERS_S:
            return None
        x, y, radius = (float(np.interp(time_s, self.times_s, column)) for column in self.circles.T)
        near = np.abs(self.times_s - time_s) <= LINGERS_S / 2
        return np.array([x, y, max(radius, float(self.circles[near, 2].max(initial=0.0))) * GROWN])


@dataclass(frozen=True, slots=True)
class Heads:
    """All heads of a recording."""

    paths: tuple[Path, ...] = ()

    def at(self, time_s: float) -> FloatArray:
        """Circles (K, 3) to cover at a time."""
        found = [circle for path in self.paths if (circle := path.at(time_s)) is not None]
        return np.array(found, np.float64).reshape(-1, 3)


@dataclass(slots=True)
class _Growing:
    times_s: list[float] = field(default_factory=list)
    circles: list[FloatArray] = field(default_factory=list)

    def distance(self, circle: FloatArray, time_s: float) -> float:
        """How far a circle is from where this head may be by now, in radii; infinite beyond what is bridged."""
        gap_s = time_s - self.times_s[-1]
        if not 0 <= gap_s <= BRIDGED_S:
            return float("inf")
        last = self.circles[-1]
        radius = max(float(last[2]), float(circle[2]), 1.0)
        reach = STEP_RADII + gap_s * STEP_M_PER_S / RADIUS_M
        apart = float(np.hypot(*(circle[:2] - last[:2]))) / radius
        return apart if apart <= reach else float("inf")


def head_circle(landmarks_px: FloatArray) -> FloatArray | None:
    """The circle (3,) of a person's head from the pose landmarks (33, 2); None where they are unknown."""
    head = landmarks_px[HEAD]
    head = head[np.isfinite(head).all(axis=1)]
    scale = pixels_per_metre(landmarks_px)
    if not len(head):
        return None
    centre = (head.min(axis=0) + head.max(axis=0)) / 2
    reach = float(np.hypot(*(head - centre).T).max())
    known = scale if np.isfinite(scale) else reach / REACH_M
    return np.array([*centre, max(RADIUS_M * known, reach + REACH_M * known, 1.8 * reach)])


def joined(times_s: Sequence[float], circles: Sequence[FloatArray]) -> Heads:
    """Paths through the circles (K, 3) of each frame; the nearest circle goes on, every other begins a path."""
    growing: list[_Growing] = []
    for time_s, found in zip(times_s, circles, strict=True):
        taken: set[int] = set()
        for circle in found:
            near = [(one.distance(circle, time_s), number) for number, one in enumerate(growing) if number not in taken]
            best, number = min(near, default=(float("inf"), -1))
            if not np.isfinite(best):
                growing.append(_Growing())
                number = len(growing) - 1
            growing[number].times_s.append(time_s)
            growing[number].circles.append(circle)
            taken.add(number)
    return Heads(tuple(Path(np.array(one.times_s), np.array(one.circles)) for one in growing))
