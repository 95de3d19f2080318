"""What the search for drills answers with."""

from __future__ import annotations

from dataclasses import dataclass

from vision.types import Drill, Passage, Side

__all__ = ["BowTiming", "Found", "Neutral", "Passage", "Phase"]


@dataclass(frozen=True, slots=True)
class BowTiming:
    """How a bow was made in time. A ramp outside the recording is None."""

    down_s: float | None
    hold_s: float
    up_s: float | None
    deepest_s: float  # time of the deepest flexion, not a duration


@dataclass(frozen=True, slots=True)
class Phase:
    """One drill in a recording.

    ``start_s .. end_s`` includes the movement into the posture and out of it,
    ``hold_start_s .. hold_end_s`` is the posture itself (None for walking).
    Standing is one hold. ``active_side`` is the guiding arm.
    """

    drill: Drill
    start_s: float
    end_s: float
    hold_start_s: float | None = None
    hold_end_s: float | None = None
    active_side: Side | None = None
    timing: BowTiming | None = None


@dataclass(frozen=True, slots=True)
class Neutral:
    """The upright standing that serves as the person's own zero."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Found:
    """All phases in order of time, the neutral if the person ever stands upright for long enough, and passages."""

    phases: tuple[Phase, ...]
    neutral: Neutral | None
    passages: tuple[Passage, ...] = ()
