"""Whether the person has taken the posture of the drill: what the hold timer and the judging wait for."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from app.live.measuring import Reading
from vision.moment import Moment
from vision.phases.find import NAMES
from vision.phases.signals import prepare
from vision.phases.upper import guiding_throughout
from vision.types import Drill, Series, Side

WINDOW_S = 0.9
BOW_LEAST_DEG = 8.0  # of flexion beyond the own upright: swaying stays below 2, the shallowest bow asked for is 15
BOW_OVER_DEG = 5.0
UPRIGHT_KNEE_DEG, LOW_KNEE_DEG = 145.0, 130.0
# How long a posture is held; None: the drill has no posture that is held.
HOLD_S: dict[Drill, float | None] = {
    Drill.STAND: 5.0,
    Drill.BOW: 1.0,
    Drill.GUIDE: 1.5,
    Drill.SIT: 5.0,
    Drill.SQUAT: 2.0,
    Drill.HAND_OVER: 2.0,
    Drill.WALK: None,
    Drill.ROUTINE: None,
    Drill.GROOM: 3.0,
}


@dataclass(frozen=True, slots=True)
class Attitude:
    """What the body does now. ``taken``: the posture of the drill is there, moving or still."""

    taken: bool = False
    active_side: Side | None = None
    lean_deg: float | None = None  # flexion beyond the own upright, for bows


class PostureWatch:
    """Follows readings of one drill."""

    def __init__(self, drill: Drill) -> None:
        self._drill = drill
        self._rows: deque[tuple[float, dict[str, float]]] = deque()

    def clear(self) -> None:
        """The person went away, or begins again."""
        self._rows.clear()

    def update(self, reading: Reading, upright_deg: float | None) -> Attitude:
        """The attitude at a reading; ``upright_deg`` is the flexion of the person's own upright."""
        moment = reading.moment
        if moment.raw is None:
            return Attitude()
        self._rows.append(
            (reading.time_s, {name: value for name in NAMES if (value := _value(moment, name)) is not None})
        )
        while reading.time_s - self._rows[0][0] > WINDOW_S:
            self._rows.popleft()
        if self._drill is Drill.BOW:
            flexion = _value(moment, "trunk_flexion")
            lean = None if flexion is None or upright_deg is None else flexion - upright_deg
            return Attitude(lean is not None and lean > BOW_LEAST_DEG, None, lean)
        if self._drill is Drill.GUIDE:
            side = self._guiding()
            return Attitude(side is not None, side)
        if self._drill is Drill.HAND_OVER:
            return Attitude(self._mean("hands_gap") < 45.0 and self._mean("elbow_left", "elbow_right") > 95.0)
        knee = self._mean("knee_left", "knee_right")
        if self._drill is Drill.GROOM:
            return Attitude(taken=True)
        if self._drill is Drill.STAND:
            return Attitude(bool(knee > UPRIGHT_KNEE_DEG))
        return Attitude(self._drill in (Drill.SIT, Drill.SQUAT) and bool(knee < LOW_KNEE_DEG))

    def _mean(self, *names: str) -> float:
        values = [row[name] for _, row in self._rows for name in names if name in row]
        return float(np.mean(values)) if values else float("nan")

    def _guiding(self) -> Side | None:
        """The arm that points the way, over the last moments."""
        times = np.array([t for t, _ in self._rows])
        values = {name: np.array([row.get(name, np.nan) for _, row in self._rows]) for name in NAMES}
        return guiding_throughout(prepare(Series(times, values), NAMES))


def _value(moment: Moment, name: str) -> float | None:
    found = moment.reading(name)
    return None if found is None else found[0]
