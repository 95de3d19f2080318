"""The order of a practice: what leads on, what leads back, when a posture counts as held."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from app.live.posture import HOLD_S, Attitude
from app.live.stages import BREAK_S, COUNT_FROM, LOST_S, NEUTRAL_S, PLACED_S, Seen, Stages
from app.live.state import Stage
from vision.types import Drill

STEP_S = 0.04
UP, DOWN = Attitude(taken=True), Attitude()


@dataclass
class Practice:
    """Feeds pictures to the stages, 25 a second."""

    stages: Stages
    now_s: float = 5.0
    seen: list[Stage] = field(default_factory=list)

    def go(self, seconds: float, *, placed: bool = True, there: bool = True, still: bool = True,
           attitude: Attitude = DOWN) -> Stage:  # fmt: skip
        """So many seconds of the same."""
        since_s = self.now_s
        while self.now_s < since_s + seconds - 1e-9:
            self.stages.update(Seen(self.now_s, placed, there, since_s if still else None, attitude))
            self.now_s += STEP_S
            self.seen.append(self.stages.stage)
        return self.stages.stage


def practising(drill: Drill, hold_s: float | None = None) -> Practice:
    """A practice at the beginning of its drill."""
    practice = Practice(Stages(drill, hold_s, needs_neutral=False))
    practice.stages.arm()
    assert practice.go(PLACED_S + COUNT_FROM + 3 * STEP_S) is Stage.PRACTISING
    return practice


def test_without_start_nothing_goes_on() -> None:
    assert Practice(Stages(Drill.STAND, None, needs_neutral=False)).go(20.0) is Stage.PLACING


def test_placing_leads_to_the_count_down_and_that_to_the_practice() -> None:
    practice = Practice(Stages(Drill.GUIDE, None, needs_neutral=False))
    practice.stages.arm()
    assert practice.go(3.0, placed=False) is Stage.PLACING
    assert practice.go(PLACED_S + 2 * STEP_S) is Stage.COUNTDOWN
    counted = set()
    while practice.stages.stage is Stage.COUNTDOWN:
        counted.add(practice.stages.counting)
        practice.go(STEP_S)
    assert counted == {3, 2, 1}
    assert practice.stages.stage is Stage.PRACTISING


def test_a_bow_takes_the_own_upright_first() -> None:
    practice = Practice(Stages(Drill.BOW, None, needs_neutral=True))
    practice.stages.arm()
    assert practice.go(PLACED_S + 2 * STEP_S) is Stage.NEUTRAL
    practice.go(NEUTRAL_S - 0.2)
    assert not practice.stages.neutral_due
    practice.go(0.1, still=False)  # a twitch: from the beginning
    practice.go(NEUTRAL_S - 0.2)
    assert not practice.stages.neutral_due
    practice.go(0.4)
    assert practice.stages.neutral_due
    practice.stages.neutral_taken()
    assert practice.stages.stage is Stage.COUNTDOWN


def test_a_neutral_that_cannot_be_measured_is_taken_again() -> None:
    practice = Practice(Stages(Drill.BOW, None, needs_neutral=True))
    practice.stages.arm()
    practice.go(PLACED_S + NEUTRAL_S + 0.5)
    practice.stages.neutral_refused()
    assert practice.go(NEUTRAL_S - 0.2) is Stage.NEUTRAL
    assert not practice.stages.neutral_due


def test_who_walks_away_in_the_count_down_is_placed_again() -> None:
    practice = Practice(Stages(Drill.STAND, None, needs_neutral=False))
    practice.stages.arm()
    practice.go(PLACED_S + 0.3)
    assert practice.go(LOST_S + 2 * STEP_S, there=False, placed=False, still=False) is Stage.PLACING
    assert practice.stages.armed


@pytest.mark.parametrize("drill", [drill for drill, hold_s in HOLD_S.items() if hold_s])
def test_a_posture_held_long_enough_ends_the_practice(drill: Drill) -> None:
    practice = practising(drill)
    hold_s = HOLD_S[drill]
    assert hold_s is not None
    practice.go(1.0, still=False)
    practice.go(hold_s - 0.2, attitude=UP)
    assert not practice.stages.reached
    practice.go(0.4, attitude=UP)
    assert practice.stages.reached
    assert practice.go(5.0, attitude=DOWN) is Stage.DONE
    assert practice.stages.reached
    assert practice.stages.share == 1.0


def test_a_twitch_does_not_break_a_hold_but_does_not_count_as_held() -> None:
    practice = practising(Drill.GUIDE, 2.0)
    practice.go(1.5, attitude=UP)
    practice.go(BREAK_S - 0.1, still=False, attitude=UP)
    assert practice.stages.held_s == pytest.approx(1.5, abs=2 * STEP_S)
    assert not practice.stages.reached
    practice.go(0.3, attitude=UP)
    assert practice.stages.reached


def test_an_arm_that_is_lowered_begins_the_hold_anew() -> None:
    practice = practising(Drill.GUIDE, 2.0)
    practice.go(1.5, attitude=UP)
    practice.go(BREAK_S + 0.2, still=False)
    assert practice.stages.held_s == 0.0
    practice.go(1.5, attitude=UP)
    assert not practice.stages.reached


def test_after_a_bow_the_way_up_is_waited_for() -> None:
    practice = practising(Drill.BOW)
    practice.go(1.2, attitude=UP)
    assert practice.stages.reached
    assert practice.go(1.0, still=False, attitude=UP) is Stage.PRACTISING
    assert practice.go(0.2, attitude=DOWN) is Stage.DONE


def test_a_drill_without_a_hold_ends_when_it_is_stopped() -> None:
    practice = practising(Drill.WALK)
    assert practice.go(20.0, still=False) is Stage.PRACTISING
    practice.stages.finish()
    assert practice.stages.stage is Stage.DONE
    assert not practice.stages.reached


def test_stop_before_the_practice_only_puts_it_off() -> None:
    practice = Practice(Stages(Drill.STAND, None, needs_neutral=False))
    practice.stages.arm()
    practice.go(PLACED_S + 1.0)
    practice.stages.finish()
    assert practice.go(5.0) is Stage.PLACING


def test_again_begins_with_placing_and_an_empty_hold() -> None:
    practice = practising(Drill.STAND)
    practice.go(6.0, attitude=UP)
    assert practice.stages.stage is Stage.DONE
    practice.stages.arm()
    assert practice.stages.stage is Stage.PLACING
    assert not practice.stages.reached
    assert practice.go(PLACED_S + COUNT_FROM + 3 * STEP_S) is Stage.PRACTISING
    assert practice.stages.held_s == 0.0
