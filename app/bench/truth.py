"""What is really so in a recording of a truth set: names and units of the contract."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vision.errors import ManifestError

Values = Mapping[str, float | str]
VIEW_GROUPS = {"front": "front", "obl": "oblique", "side": "side", "back": "back"}  # front20, obl45, side90 ...
_SAME_TIME_S = 1e-6


@dataclass(frozen=True, slots=True)
class TrueSegment:
    """A drill as it was performed; the hold is None where there is none."""

    drill: str
    start_s: float
    end_s: float
    hold_s: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Truth:
    """One recording. A still has one moment and no segments."""

    view: str  # front, oblique, side, or as the set calls it
    hard: str | None  # what makes it extra hard
    moments: tuple[tuple[float, Values], ...]  # time in s, measurements of the subject
    segments: tuple[TrueSegment, ...] = ()

    @property
    def span_s(self) -> tuple[float, float]:
        """First and last moment."""
        return self.moments[0][0], self.moments[-1][0]

    def over(self, start_s: float, end_s: float) -> dict[str, float | str]:
        """Median of each number and the most frequent of each word between two times."""
        inside = [values for time_s, values in self.moments if start_s - _SAME_TIME_S <= time_s <= end_s + _SAME_TIME_S]
        gathered: dict[str, list[float | str]] = {}
        for values in inside or [min(self.moments, key=lambda moment: abs(moment[0] - start_s))[1]]:
            for name, value in values.items():
                gathered.setdefault(name, []).append(value)
        return {name: _middle(values) for name, values in gathered.items()}


def _middle(values: list[float | str]) -> float | str:
    numbers = [float(value) for value in values if not isinstance(value, str)]
    return statistics.median(numbers) if numbers else statistics.mode(values)


def read_truth(path: Path) -> Truth:
    """A truth file of a still or a clip; ManifestError when it is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        moments = tuple(_moments(document))
        segments = tuple(_segment(item) for item in document.get("segments", ()))
        view = str(document["view"])
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise ManifestError(f"{path}: is no truth file ({error!r})", f"{path}：不是真值文件（{error!r}）") from error
    return Truth(VIEW_GROUPS.get(view.rstrip("0123456789"), view), document.get("hard"), moments, segments)


def _moments(document: dict[str, Any]) -> list[tuple[float, Values]]:
    if "frames" not in document:
        return [(0.0, _values(document["persons"][0]["measurements"]))]
    return [(float(frame["t"]), _values(frame["persons"][0]["measurements"])) for frame in document["frames"]]


def _values(measurements: dict[str, Any]) -> Values:
    """Numbers and words; what the set leaves open (null) is left out."""
    return {
        name: value if isinstance(value, str) else float(value)
        for name, value in measurements.items()
        if value is not None
    }


def _segment(item: dict[str, Any]) -> TrueSegment:
    hold = item.get("hold_start_s"), item.get("hold_end_s")
    return TrueSegment(
        drill=str(item["drill"]),
        start_s=float(item["start_s"]),
        end_s=float(item["end_s"]),
        hold_s=None if hold[0] is None or hold[1] is None else (float(hold[0]), float(hold[1])),
    )
