"""The report of one recording, and its JSON form ``yitai.report/1``.

`Report` holds what was found; `to_json` and `from_json` are each other's
inverse. JSON has no NaN: a number that is not finite is written as ``null``.
Pictures travel beside the report as `StillEvidence`, never inside the JSON.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from vision.routine.model import RoutineResult
from vision.types import (
    Check,
    FloatArray,
    ManualItem,
    Notice,
    Score,
    Segment,
    Subject,
    frozen_array,
)

SCHEMA = "yitai.report/1"


@dataclass(frozen=True, slots=True)
class Source:
    """The recording or picture. ``size_wh`` is after rotation; a picture has fps and duration None."""

    path: str
    sha256: str
    duration_s: float | None
    fps: float | None
    frames: int
    size_wh: tuple[int, int]
    rotation_deg: int = 0


@dataclass(frozen=True, slots=True)
class Program:
    """What measured: the program's version and the model's name."""

    version: str
    model: str


@dataclass(frozen=True, slots=True)
class StandardRef:
    """Which pack judged."""

    id: str
    version: str
    hash: str


@dataclass(frozen=True, slots=True)
class CalibrationRef:
    """How well the camera was known. ``sigma`` as in the camera file (``pitch_deg``, ``height_m`` ...)."""

    level: str  # full, floor, person, none
    file_hash: str | None = None
    method: str = ""
    sigma: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejudged:
    """That a report was judged again from its own measurements: by which program, when, after which pack."""

    earlier: StandardRef  # that judged the report this one was made from
    version: str  # of the program that judged again; `Report.program` is the one that measured
    when: str = ""  # ISO 8601


@dataclass(frozen=True, slots=True)
class Report:
    """Everything found in one input. ``timing`` is seconds by stage; ``created`` an ISO 8601 time or empty."""

    source: Source
    program: Program
    standard: StandardRef
    calibration: CalibrationRef
    subject: Subject
    segments: tuple[Segment, ...]
    manual_items: tuple[ManualItem, ...]
    overall: Score
    warnings: tuple[Notice, ...] = ()
    timing: dict[str, float] = field(default_factory=dict)
    created: str = ""
    routine: RoutineResult | None = None  # of recordings in which every drill was looked for
    rejudged: Rejudged | None = None

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks of all segments, in order."""
        return tuple(check for segment in self.segments for check in segment.checks)


@dataclass(frozen=True, slots=True)
class StillEvidence:
    """The picture that shows a check: ``segment`` counts `Report.segments` from 0."""

    rule: str
    time_s: float
    jpeg: bytes
    segment: int = 0


@dataclass(frozen=True, slots=True)
class Motion:
    """Joint positions over time for motion-analysis programs.

    ``positions_m`` is (T, J, 3) in the floor frame (z up), NaN where unknown.
    """

    times_s: FloatArray  # (T,)
    names: tuple[str, ...]
    positions_m: FloatArray  # (T, J, 3)

    def __post_init__(self) -> None:
        object.__setattr__(self, "times_s", frozen_array(self.times_s, (None,), "times_s"))
        shape = (len(self.times_s), len(self.names), 3)
        object.__setattr__(self, "positions_m", frozen_array(self.positions_m, shape, "positions_m"))


def finite(value: float | None) -> float | None:
    """The number, or None where it is missing, NaN or infinite."""
    return float(value) if value is not None and math.isfinite(value) else None
