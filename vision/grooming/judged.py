"""Grooming measurements judged by a pack, as a segment of a report, and the pictures that show each check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from vision.grooming.examine import Groomed, outlines_of
from vision.options import ScoreOptions
from vision.overlay import Finding, FrameOverlay, draw_overlay, make_still, title_line
from vision.report.model import StillEvidence
from vision.standard import judge, score_checks
from vision.types import Check, Drill, Evidence, FloatArray, ImageBgr, Segment

OPEN_LINES = frozenset({"badge_drop"})  # rulers, not outlines
TIME_DIGITS = 3


def groomed_segment(groomed: Groomed, end_s: float, options: ScoreOptions) -> Segment:
    """The stills as one segment, each check at the time of the still that decided it."""
    checks = judge(options.pack, Drill.GROOM, groomed.measurements, options.subject, None, role=options.role)
    moments = {name: at for name in groomed.measurements if (at := _time_s(groomed, name)) is not None}
    timed = tuple(replace(check, frame_s=moments.get(check.measurement)) for check in checks)
    first_s = min(still.time_s for still in groomed.stills)
    return Segment(
        drill=Drill.GROOM,
        start_s=0.0,
        end_s=round(end_s, TIME_DIGITS),
        hold_start_s=round(first_s, TIME_DIGITS),
        hold_end_s=round(max(still.time_s for still in groomed.stills), TIME_DIGITS),
        view=groomed.view,
        measurements=tuple(groomed.measurements.values()),
        checks=timed,
        score=score_checks(timed),
        moments_s=moments,
    )


def _time_s(groomed: Groomed, name: str) -> float | None:
    number = groomed.source.get(name)
    return None if number is None else round(groomed.stills[number].time_s, TIME_DIGITS)


def grooming_stills(groomed: Groomed, segment: Segment, number: int, language: str) -> Iterator[StillEvidence]:
    """A picture for every check that has a value, with the regions it was read from outlined."""
    for check in segment.checks:
        source = groomed.source.get(check.measurement)
        if check.value is None or source is None:
            continue
        still = groomed.stills[source]
        finding = Finding(check, evidence_of_check(check, groomed))
        yield make_still(still.portrait.image_bgr, FrameOverlay(None, None), finding, still.time_s, number, language)


def grooming_slides(groomed: Groomed, segment: Segment, level: str, language: str) -> Iterator[ImageBgr]:
    """Each still with everything that was decided on it drawn in."""
    for number, still in enumerate(groomed.stills):
        findings = tuple(
            Finding(check, evidence_of_check(check, groomed))
            for check in segment.checks
            if groomed.source.get(check.measurement) == number
        )
        title = title_line(Drill.GROOM, still.time_s, level, language)
        yield draw_overlay(still.portrait.image_bgr, FrameOverlay(None, None, findings, title), language)


def evidence_of_check(check: Check, groomed: Groomed) -> Evidence | None:
    """The outlines behind a check, with the label's place; None where nothing was outlined."""
    source = groomed.source.get(check.measurement)
    if source is None:
        return None
    regions = list(outlines_of(check.measurement, groomed.stills[source].regions))
    lines = tuple(
        outline if region.name in OPEN_LINES else _closed(outline)
        for region in regions
        for outline in region.outlines_px
    )
    if not lines:
        return None
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    return Evidence(lines, np.array([high[0], (low[1] + high[1]) / 2]))


def _closed(outline: FloatArray) -> FloatArray:
    return np.concatenate([outline, outline[:1]])
