"""Events of a drill by which two takes are laid beside each other, and the pairing of their drills."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from app.texts import pick
from vision.report.model import Report
from vision.report.wording import drill_text
from vision.types import Drill, Segment, Series


class Event(StrEnum):
    """A moment that every take of a drill has."""

    START = "start"
    DEEPEST = "deepest"
    HOLD_START = "hold_start"
    MEASURED = "measured"
    HOLD_END = "hold_end"
    END = "end"


EVENT_TEXT: dict[Event, tuple[str, str]] = {
    Event.START: ("动作开始", "start of the drill"),
    Event.DEEPEST: ("最低点", "deepest point"),
    Event.HOLD_START: ("保持开始", "start of the hold"),
    Event.MEASURED: ("测量时刻", "moment that was measured"),
    Event.HOLD_END: ("保持结束", "end of the hold"),
    Event.END: ("动作结束", "end of the drill"),
}
HOLD_GAP_S = 0.05  # a standing hold that fills its drill has no start of its own


def events_of(segment: Segment, series: Series | None) -> dict[Event, float]:
    """Seconds of each event that this drill has."""
    found: dict[Event, float] = {Event.START: segment.start_s, Event.END: segment.end_s}
    if segment.hold_start_s is not None and segment.hold_end_s is not None:
        if segment.hold_start_s - segment.start_s > HOLD_GAP_S:
            found[Event.HOLD_START] = segment.hold_start_s
        if segment.end_s - segment.hold_end_s > HOLD_GAP_S:
            found[Event.HOLD_END] = segment.hold_end_s
    measured = measured_s(segment)
    if measured is not None:
        found[Event.MEASURED] = measured
    deepest = _deepest_s(segment, series)
    if deepest is not None:
        found[Event.DEEPEST] = deepest
    return {event: found[event] for event in Event if event in found}


def measured_s(segment: Segment) -> float | None:
    """The moment that was measured."""
    if segment.frame_s is not None:
        return segment.frame_s
    return next((check.frame_s for check in segment.checks if check.frame_s is not None), None)


def _deepest_s(segment: Segment, series: Series | None) -> float | None:
    """Where the trunk of a bow bends most."""
    flexion = None if series is None else series.values.get("trunk_flexion")
    if segment.drill is not Drill.BOW or series is None or flexion is None:
        return None
    inside = (series.times_s >= segment.start_s) & (series.times_s <= segment.end_s) & np.isfinite(flexion)
    if not inside.any():
        return None
    return float(series.times_s[inside][np.argmax(flexion[inside])])


@dataclass(frozen=True, slots=True)
class Pair:
    """A drill that two takes share: numbers of the segments, and the events both have."""

    label: str
    first: int
    second: int
    events: tuple[tuple[Event, float, float], ...]


def pairs(
    first: Report, first_series: Series | None, second: Report, second_series: Series | None, language: str
) -> tuple[Pair, ...]:
    """The n-th bow of one take with the n-th bow of the other, and so on; the last one where there are fewer."""
    found = []
    counts: dict[Drill, int] = {}
    for number, segment in enumerate(first.segments):
        others = [k for k, other in enumerate(second.segments) if other.drill is segment.drill]
        if not others:
            continue
        count = counts.get(segment.drill, 0)
        counts[segment.drill] = count + 1
        other = others[min(count, len(others) - 1)]
        here, there = events_of(segment, first_series), events_of(second.segments[other], second_series)
        shared = tuple((event, here[event], there[event]) for event in here if event in there)
        found.append(Pair(_label(segment, count, first, language), number, other, shared))
    return tuple(found)


def _label(segment: Segment, count: int, report: Report, language: str) -> str:
    several = sum(other.drill is segment.drill for other in report.segments) > 1
    return drill_text(segment.drill, language) + (f" {count + 1}" if several else "")


def event_text(event: Event, language: str) -> str:
    """The event's name."""
    return pick(language, *EVENT_TEXT[event])


def preferred_event(pair: Pair) -> int:
    """The event that shows most: the deepest point, else the measured moment, else the first."""
    known = [event for event, _, _ in pair.events]
    for wanted in (Event.DEEPEST, Event.MEASURED):
        if wanted in known:
            return known.index(wanted)
    return 0


def end_of(report: Report) -> float:
    """The recording's length in seconds."""
    ends = [segment.end_s for segment in report.segments]
    return report.source.duration_s or max([0.0, *(end for end in ends if math.isfinite(end))])
