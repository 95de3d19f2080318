"""What an overlay shows: findings, and everything that belongs over one frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from vision.quantities import label_text
from vision.report.wording import LEVEL_TEXT, check_value_text, drill_text, seconds_text, verdict_text
from vision.standard.score import units_of
from vision.types import Check, Drill, Evidence, FloatArray, Verdict, frozen_array

SEEN_VISIBILITY = 0.4  # below it a landmark is not drawn


@dataclass(frozen=True, slots=True)
class Finding:
    """A check with the place in the picture where it lives. ``text`` replaces the measurement's own name."""

    check: Check
    evidence: Evidence | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class FrameOverlay:
    """What to draw over one frame. Landmarks that are NaN or hardly visible are left out."""

    landmarks_px: FloatArray | None  # (33, 2)
    visibility: FloatArray | None  # (33,)
    findings: tuple[Finding, ...] = ()
    title: str = ""
    warnings: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.landmarks_px is not None:
            object.__setattr__(self, "landmarks_px", frozen_array(self.landmarks_px, (33, 2), "landmarks_px"))
        if self.visibility is not None:
            object.__setattr__(self, "visibility", frozen_array(self.visibility, (33,), "visibility"))


def title_line(drill: Drill | None, time_s: float, level: str, language: str) -> str:
    """``鞠躬 · 3.2 秒 · 完整标定``."""
    parts = [] if drill is None else [drill_text(drill, language)]
    return " · ".join([*parts, seconds_text(time_s, language), LEVEL_TEXT[level][language]])


def finding_name(finding: Finding, language: str) -> str:
    """What the finding is about, in a few words."""
    return finding.text or label_text(finding.check.measurement, language)


def finding_value(check: Check, language: str) -> str:
    """``46.2 ± 3.9°``, or that nothing was measured."""
    if check.verdict is Verdict.NOT_MEASURED:
        return verdict_text(Verdict.NOT_MEASURED, language)
    return check_value_text(check, language)


def telling(findings: Sequence[Finding]) -> list[Finding]:
    """What counts; of a group of alternatives only the option that decided it.

    While no option of a group is decided, none of its numbers is shown as passed.
    """
    units = units_of(finding.check for finding in findings)
    groups = {unit.group: unit for unit in units if unit.group is not None}
    told = []
    for finding in findings:
        check = finding.check
        unit = groups.get(check.alternative) if check.alternative is not None else None
        if check.weight <= 0 or (unit is not None and check.option != unit.option):
            continue
        if unit is not None and unit.verdict is Verdict.UNCERTAIN and check.verdict is Verdict.PASS:
            told.append(replace(finding, check=replace(check, verdict=Verdict.UNCERTAIN)))
        else:
            told.append(finding)
    return told


def seen_landmarks(overlay: FrameOverlay) -> FloatArray | None:
    """(33, 2) with NaN where a landmark is not to be drawn; None without landmarks."""
    if overlay.landmarks_px is None:
        return None
    points = overlay.landmarks_px.copy()
    if overlay.visibility is not None:
        points[~(overlay.visibility >= SEEN_VISIBILITY)] = np.nan
    return points
