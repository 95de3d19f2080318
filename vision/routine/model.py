"""A routine as it should be, and a recording held against it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vision.types import Drill, Passage, Side, Verdict

SCHEMA = "yitai.routine/1"
DRILLS = (Drill.STAND, Drill.BOW, Drill.GUIDE, Drill.SIT, Drill.WALK, Drill.SQUAT, Drill.HAND_OVER)
PASSAGES = ("turn", "rise")
KINDS = (*(str(drill) for drill in DRILLS), *PASSAGES)
"""What a step can name: the drills of the command line, turning on the spot, rising from the seat."""


class Done(StrEnum):
    """What became of a step."""

    DONE = "done"
    MISSING = "missing"
    OUT_OF_ORDER = "out_of_order"
    OTHER_SIDE = "other_side"
    UNCLEAR = "unclear"  # the place where it belongs could not be made out


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``count`` times the same drill. ``side``: of a guiding gesture, None where either will do."""

    kind: str
    count: int = 1
    side: Side | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Routine:
    """The expected order. ``sha256`` is of the file's text."""

    steps: tuple[Step, ...]
    name_zh: str = ""
    name_en: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step with one status for each time it should be done, and the segments that show it (numbers from 0)."""

    step: Step
    statuses: tuple[Done, ...]
    segments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Extra:
    """A drill that the routine does not ask for here. ``status``: ``repeated`` or ``unexpected``."""

    kind: str
    side: Side | None
    start_s: float
    status: str
    segment: int | None


@dataclass(frozen=True, slots=True)
class RoutineResult:
    """What a recording shows in order of time; with a routine, held against it (``verdict`` None without)."""

    passages: tuple[Passage, ...]
    verdict: Verdict | None = None
    name_zh: str = ""
    name_en: str = ""
    sha256: str = ""
    steps: tuple[StepResult, ...] = ()
    extras: tuple[Extra, ...] = ()
    message_zh: str = ""
    message_en: str = ""
