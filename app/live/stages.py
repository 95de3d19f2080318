"""From placing over the neutral pose and the count-down to the held posture: the order of a practice.

Knows times and answers, no pictures. Times are the pictures' own.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.live.posture import HOLD_S, Attitude
from app.live.state import Stage
from vision.types import Drill

PLACED_S = 0.8  # well placed for this long before it goes on
NEUTRAL_S = 2.0
COUNT_FROM = 3
LOST_S = 1.2  # away or badly placed for this long: back to placing
BREAK_S = 0.4  # a hold survives shorter twitches
LONGEST_S = {Drill.ROUTINE: 300.0, Drill.WALK: 60.0}
USUAL_LONGEST_S = 90.0
TAIL_S = {Drill.BOW: 4.0, Drill.GUIDE: 2.0}  # after the hold, for the way back, which is judged too
USUAL_TAIL_S = 0.4


@dataclass(frozen=True, slots=True)
class Seen:
    """What the stages need to know of a picture."""

    time_s: float
    placed: bool  # the guidance has nothing left to say
    there: bool  # somebody is seen
    still_since_s: float | None
    attitude: Attitude


class Stages:
    """Where the practice stands. One thread at a time."""

    def __init__(self, drill: Drill, hold_s: float | None, needs_neutral: bool) -> None:
        self.drill = drill
        self.hold_of_s = (HOLD_S[drill] or 0.0) if hold_s is None else hold_s
        self.needs_neutral = needs_neutral
        self.stage = Stage.PLACING
        self.armed = False
        self._since_s: float | None = None
        self._good_since_s: float | None = None
        self._bad_since_s: float | None = None
        self._hold_from_s: float | None = None
        self._hold_to_s = 0.0
        self._broken_s: float | None = None
        self._reached_s: float | None = None
        self.neutral_due = False
        self._now_s = 0.0

    def arm(self) -> None:
        """Go on by itself from now on."""
        if self.stage is Stage.DONE:
            self._enter(Stage.PLACING)
        self.armed = True

    def finish(self) -> None:
        """The practice ends now; before it began, it is only put off."""
        self.armed = False
        self._enter(Stage.DONE if self.stage is Stage.PRACTISING else Stage.PLACING)

    def neutral_taken(self) -> None:
        """The neutral pose was measured."""
        self.needs_neutral = self.neutral_due = False
        if self.stage is Stage.NEUTRAL:
            self._enter(Stage.COUNTDOWN)

    def neutral_refused(self) -> None:
        """It could not be measured: stand still once more."""
        self.neutral_due = False
        self._enter(Stage.NEUTRAL)

    @property
    def held_s(self) -> float:
        """How long the posture has been held."""
        if self._reached_s is not None:
            return self.hold_of_s
        return 0.0 if self._hold_from_s is None else max(0.0, self._hold_to_s - self._hold_from_s)

    @property
    def reached(self) -> bool:
        """The posture was held as long as asked for."""
        return self._reached_s is not None

    @property
    def elapsed_s(self) -> float:
        """Time in the present stage."""
        return 0.0 if self._since_s is None else self._now_s - self._since_s

    @property
    def counting(self) -> int | None:
        """3, 2, 1 while counting down."""
        return max(1, COUNT_FROM - int(self.elapsed_s)) if self.stage is Stage.COUNTDOWN else None

    @property
    def share(self) -> float:
        """0..1 of the present stage."""
        if self.stage is Stage.NEUTRAL:
            return 0.0 if self._good_since_s is None else min(1.0, (self._now_s - self._good_since_s) / NEUTRAL_S)
        if self.stage is Stage.COUNTDOWN:
            return min(1.0, self.elapsed_s / COUNT_FROM)
        if self.stage in (Stage.PRACTISING, Stage.DONE) and self.hold_of_s > 0:
            return min(1.0, self.held_s / self.hold_of_s)
        return 0.0

    def update(self, seen: Seen) -> None:
        """One picture further."""
        self._now_s = seen.time_s
        if self._since_s is None:
            self._since_s = seen.time_s
        if self.stage is Stage.PLACING:
            self._placing(seen)
        elif self.stage is Stage.NEUTRAL:
            self._neutral(seen)
        elif self.stage is Stage.COUNTDOWN:
            self._count(seen)
        elif self.stage is Stage.PRACTISING:
            self._practise(seen)

    def _enter(self, stage: Stage) -> None:
        self.stage = stage
        self._since_s = None
        self._good_since_s = self._bad_since_s = None
        if stage in (Stage.PLACING, Stage.PRACTISING):
            self._hold_from_s = self._broken_s = self._reached_s = None
        if stage is not Stage.DONE:
            self._since_s = self._now_s

    def _placing(self, seen: Seen) -> None:
        if not seen.placed:
            self._good_since_s = None
            return
        if self._good_since_s is None:
            self._good_since_s = seen.time_s
        if self.armed and seen.time_s - self._good_since_s >= PLACED_S:
            self._enter(Stage.NEUTRAL if self.needs_neutral else Stage.COUNTDOWN)

    def _lost(self, seen: Seen, bad: bool) -> bool:
        """Whether the person has been away too long; leads back to placing."""
        self._bad_since_s = (self._bad_since_s or seen.time_s) if bad else None
        if self._bad_since_s is None or seen.time_s - self._bad_since_s < LOST_S:
            return False
        self._enter(Stage.PLACING)
        return True

    def _neutral(self, seen: Seen) -> None:
        if self._lost(seen, not seen.placed):
            return
        if seen.still_since_s is None:
            self._good_since_s = None
            return
        if self._good_since_s is None:
            self._good_since_s = seen.time_s
        if seen.time_s - self._good_since_s >= NEUTRAL_S:
            self.neutral_due = True

    def _count(self, seen: Seen) -> None:
        if not self._lost(seen, not seen.there) and self.elapsed_s >= COUNT_FROM:
            self._enter(Stage.PRACTISING)

    def _practise(self, seen: Seen) -> None:
        if self._reached_s is not None:
            self._tail(seen)
            return
        self._hold(seen)
        if self.hold_of_s > 0 and self.held_s >= self.hold_of_s:
            self._reached_s = seen.time_s
        elif self.elapsed_s > LONGEST_S.get(self.drill, USUAL_LONGEST_S):
            self.finish()

    def _hold(self, seen: Seen) -> None:
        if seen.attitude.taken and seen.still_since_s is not None:
            self._broken_s, self._hold_to_s = None, seen.time_s
            if self._hold_from_s is None:
                self._hold_from_s = max(seen.still_since_s, seen.time_s - self.elapsed_s)
            return
        self._broken_s = self._broken_s or seen.time_s
        if seen.time_s - self._broken_s > BREAK_S:
            self._hold_from_s = None

    def _tail(self, seen: Seen) -> None:
        """After the hold: until the posture is left, or long enough."""
        tail_s = TAIL_S.get(self.drill, USUAL_TAIL_S)
        if self.drill in TAIL_S and not seen.attitude.taken and seen.still_since_s is not None:
            tail_s = 0.0
        if self._reached_s is not None and seen.time_s - self._reached_s >= max(tail_s, USUAL_TAIL_S):
            self.armed = False
            self._enter(Stage.DONE)
