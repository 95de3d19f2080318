"""Hold what a recording shows against a routine.

The shortest way to turn one order into the other tells what is missing and
what is too much; the same drill missing here and too much there was done out
of order. Where it was not clear what the person did, a step that belongs there
is not called missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.routine.model import PASSAGES, Done, Extra, Routine, RoutineResult, Step, StepResult
from vision.routine.telling import told
from vision.types import Drill, Passage, Segment, Side, Verdict

MISSING, EXTRA, OTHER_SIDE, DOUBTFUL, LEFT_OUT = 1.0, 1.0, 0.6, 0.5, 0.05
"""Costs of a step not done, a drill not asked for, the other hand, an unclear time in place of it, an optional step."""

DOUBTS = ("unclear", "unseen")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``segment``: its number in the report, None for a passage."""

    kind: str
    side: Side | None
    start_s: float
    segment: int | None

    @property
    def doubtful(self) -> bool:
        """It is not known what it was."""
        return self.kind in DOUBTS


def compare_routine(
    segments: Sequence[Segment], passages: Sequence[Passage], routine: Routine | None = None
) -> RoutineResult:
    """The result; without a routine, only what lies between the drills."""
    if routine is None:
        return RoutineResult(tuple(passages))
    events = events_of(segments, passages, routine)
    wanted = [(number, step) for number, step in enumerate(routine.steps) for _ in range(step.count)]
    matches = _aligned([step for _, step in wanted], events)
    statuses: list[Done] = []
    shown: list[int | None] = []
    spare = [k for k in range(len(events)) if k not in matches and not events[k].doubtful]
    for k, (_, step) in enumerate(wanted):
        done, event = _became(step, matches[k], events, spare)
        statuses.append(done)
        shown.append(None if event is None else events[event].segment)
    results = tuple(_result(n, step, wanted, statuses, shown) for n, step in enumerate(routine.steps))
    extras = tuple(_extra(events[k], routine) for k in spare if events[k].kind != Drill.STAND)
    message_zh, message_en = told(results, extras)
    return RoutineResult(
        passages=tuple(passages),
        verdict=_verdict(results, extras),
        name_zh=routine.name_zh,
        name_en=routine.name_en,
        sha256=routine.sha256,
        steps=results,
        extras=extras,
        message_zh=message_zh,
        message_en=message_en,
    )


def events_of(segments: Sequence[Segment], passages: Sequence[Passage], routine: Routine) -> list[Event]:
    """What happened in order of time. Standing, turning and rising count only where the routine names them."""
    named = {step.kind for step in routine.steps}
    quiet = {str(Drill.STAND), *PASSAGES} - named
    found = [Event(str(s.drill), s.active_side, s.start_s, k) for k, s in enumerate(segments)]
    found += [Event(p.kind, None, p.start_s, None) for p in passages]
    return sorted((e for e in found if e.kind not in quiet), key=lambda e: e.start_s)


def _aligned(wanted: list[Step], events: list[Event]) -> list[int | None]:
    """For every wanted drill the event that is it, or None: the cheapest alignment of both orders."""
    rows, columns = len(wanted), len(events)
    cost = np.zeros((rows + 1, columns + 1))
    for i in range(rows - 1, -1, -1):
        cost[i, columns] = cost[i + 1, columns] + _left_out(wanted[i])
    for j in range(columns - 1, -1, -1):
        cost[rows, j] = cost[rows, j + 1] + _too_much(events[j])
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            cost[i, j] = min(
                cost[i + 1, j + 1] + _match(wanted[i], events[j]),
                cost[i + 1, j] + _left_out(wanted[i]),
                cost[i, j + 1] + _too_much(events[j]),
            )
    out: list[int | None] = [None] * rows
    i = j = 0
    while i < rows and j < columns:
        if cost[i, j] == cost[i + 1, j + 1] + _match(wanted[i], events[j]):
            out[i] = j
            i, j = i + 1, j + 1
        elif cost[i, j] == cost[i, j + 1] + _too_much(events[j]):
            j += 1
        else:
            i += 1
    return out


def _match(step: Step, event: Event) -> float:
    if event.doubtful:
        return DOUBTFUL
    if event.kind != step.kind:
        return float("inf")
    return OTHER_SIDE if step.side is not None and event.side != step.side else 0.0


def _left_out(step: Step) -> float:
    return LEFT_OUT if step.optional else MISSING


def _too_much(event: Event) -> float:
    if event.doubtful:
        return 0.0
    return EXTRA if event.kind != Drill.STAND else LEFT_OUT  # one stands between any two drills


def _became(step: Step, event: int | None, events: list[Event], spare: list[int]) -> tuple[Done, int | None]:
    """The status of a wanted drill; one done elsewhere is taken out of ``spare``."""
    if event is not None:
        if events[event].doubtful:
            return Done.UNCLEAR, None
        return (Done.OTHER_SIDE if _match(step, events[event]) else Done.DONE), event
    elsewhere = next((k for k in spare if _match(step, events[k]) == 0.0), None)
    if elsewhere is not None:
        spare.remove(elsewhere)
        return Done.OUT_OF_ORDER, elsewhere
    return Done.MISSING, None


def _result(
    number: int, step: Step, wanted: list[tuple[int, Step]], statuses: list[Done], shown: list[int | None]
) -> StepResult:
    rows = [k for k, (n, _) in enumerate(wanted) if n == number]
    segments = tuple(s for s in (shown[k] for k in rows) if s is not None)
    return StepResult(step, tuple(statuses[k] for k in rows), segments)


def _extra(event: Event, routine: Routine) -> Extra:
    asked = any(step.kind == event.kind for step in routine.steps)
    return Extra(event.kind, event.side, event.start_s, "repeated" if asked else "unexpected", event.segment)


def _verdict(results: Sequence[StepResult], extras: Sequence[Extra]) -> Verdict:
    found = {done for r in results for done in r.statuses if not (r.step.optional and done is Done.MISSING)}
    if found & {Done.MISSING, Done.OUT_OF_ORDER, Done.OTHER_SIDE} or extras:
        return Verdict.FAIL
    return Verdict.UNCERTAIN if Done.UNCLEAR in found else Verdict.PASS
