"""Courses over time for the player: thinned, in the units people read, with the accepted bands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vision.quantities import label_text, quantity
from vision.report.model import Report
from vision.report.page import needed, told
from vision.report.wording import UNIT_SIGN, band, shown_number
from vision.types import Check, FloatArray, Segment, Series

MOST_POINTS = 900
ANGLE_PLACES, OTHER_PLACES = 1, 2


@dataclass(frozen=True, slots=True)
class Thinned:
    """A course in buckets: middle times (B,), lowest and highest value and widest u of each (NaN where none)."""

    times_s: FloatArray
    low: FloatArray
    high: FloatArray
    u: FloatArray


def thin(times_s: FloatArray, values: FloatArray, u: FloatArray, most: int = MOST_POINTS) -> Thinned:
    """At most ``most`` buckets of neighbouring samples; what is no more than that stays as it is.

    No peak is lost: every value lies between ``low`` and ``high`` of its bucket.
    """
    size = max(1, math.ceil(len(times_s) / most))
    starts = np.arange(0, len(times_s), size)
    filled = np.isfinite(values)
    low = np.minimum.reduceat(np.where(filled, values, np.inf), starts)
    high = np.maximum.reduceat(np.where(filled, values, -np.inf), starts)
    spread = np.maximum.reduceat(np.where(filled, np.nan_to_num(u), -np.inf), starts)
    counts = np.diff(np.append(starts, len(times_s)))
    middle = np.add.reduceat(times_s, starts) / counts
    some = np.isfinite(low)
    return Thinned(middle, *(np.where(some, one, np.nan) for one in (low, high, spread)))


def with_bow_course(series: Series, report: Report) -> Series:
    """The series with the bow's angle beside it: trunk flexion less the own upright that the report took."""
    flexion = series.values.get("trunk_flexion")
    if flexion is None or "bow_angle" in series.values:
        return series
    course = np.full(len(series.times_s), np.nan)
    for segment in report.segments:
        upright = _upright_deg(segment)
        if upright is not None:
            inside = (series.times_s >= segment.start_s) & (series.times_s <= segment.end_s)
            course[inside] = flexion[inside] - upright
    if not np.isfinite(course).any():
        return series
    return replace(
        series,
        values={"bow_angle": course, **series.values},
        u={"bow_angle": series.u["trunk_flexion"], **series.u},
    )


def _upright_deg(segment: Segment) -> float | None:
    known = {one.name: one.value for one in segment.measurements if isinstance(one.value, float)}
    if "bow_angle" not in known or "trunk_flexion" not in known:
        return None
    return known["trunk_flexion"] - known["bow_angle"]


def charts(report: Report, series: Series | None, language: str, most: int = MOST_POINTS) -> dict[str, Any]:
    """``{t, courses}``: judged courses first; each ``{name, label, unit, low, high, u, bands}``, numbers rounded.

    ``high`` is None where nothing was thinned (it equals ``low``).
    """
    if series is None or len(series.times_s) < 2:
        return {"t": [], "courses": []}
    series = with_bow_course(series, report)
    bands = _bands(report)
    names = [name for name in (*bands, *(n for n in series.values if n not in bands)) if _has_course(series, name)]
    courses = [_course(series, name, bands.get(name, []), language, most) for name in names]
    whole = thin(series.times_s, np.zeros_like(series.times_s), np.zeros_like(series.times_s), most)
    return {"t": _numbers(whole.times_s, 3), "courses": courses}


def _has_course(series: Series, name: str) -> bool:
    values = series.values.get(name)
    return values is not None and int(np.isfinite(values).sum()) >= 2 and quantity(name) is not None


def _course(series: Series, name: str, bands: Sequence[dict[str, Any]], language: str, most: int) -> dict[str, Any]:
    known = quantity(name)
    percent = known is not None and known.percent
    unit = "%" if percent else UNIT_SIGN.get("" if known is None else known.unit, "").strip()
    scale = shown_number(1.0, name)
    course = thin(series.times_s, series.values[name] * scale, series.u[name] * scale, most)
    places = ANGLE_PLACES if unit in ("°", "%", "cm") else OTHER_PLACES
    thinned = len(course.times_s) < len(series.times_s)
    return {
        "name": name,
        "label": label_text(name, language),
        "unit": unit,
        "low": _numbers(course.low, places),
        "high": _numbers(course.high, places) if thinned else None,
        "u": _numbers(course.u, places),
        "bands": list(bands),
        "judged": bool(bands),
    }


def _numbers(values: FloatArray, places: int) -> list[float | None]:
    return [round(value, places) if math.isfinite(value) else None for value in values.tolist()]


def _bands(report: Report) -> dict[str, list[dict[str, Any]]]:
    """The accepted bands by measurement, one a segment; of alternatives the one that decided."""
    found: dict[str, list[dict[str, Any]]] = {}
    for number, segment in enumerate(report.segments):
        for check in (check for unit in told(segment) for check in needed(unit)):
            entries = found.setdefault(check.measurement, [])
            if all(entry["segment"] != number for entry in entries) and band(check) != (None, None):
                entries.append(_band(number, segment, check))
    return {name: entries for name, entries in found.items() if entries}


def _band(number: int, segment: Segment, check: Check) -> dict[str, Any]:
    low, high = (None if end is None else shown_number(end, check.measurement) for end in band(check))
    return {
        "segment": number,
        "start": segment.start_s,
        "end": segment.end_s,
        "low": low,
        "high": high,
        "verdict": check.verdict.value,
    }
