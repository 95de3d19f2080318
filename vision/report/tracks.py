"""Time-based formats: WebVTT subtitles and OpenSim's TRC marker file."""

from __future__ import annotations

import math

import numpy as np

from vision.palette import SEVERITY, VERDICT_SYMBOL
from vision.quantities import label_text
from vision.report.model import Motion, Report
from vision.report.page import needed, told
from vision.report.wording import Language, check_value_text, drill_text, message_text
from vision.types import Check, FloatArray, Segment, Verdict

_MM_PER_M = 1000.0
_LEAST_CUE_S = 1.5


def _stamp(time_s: float) -> str:
    milliseconds = round(max(0.0, time_s) * 1000)
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{milliseconds:03d}"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")


def _cue_line(check: Check, language: Language) -> str:
    """The advice of a failed check, of any other its name and value; the document it stands in."""
    text = f"{label_text(check.measurement, language)} {check_value_text(check, language)}"
    if check.verdict is Verdict.FAIL and message_text(check, language):
        text = message_text(check, language)
    return _escape(f"{VERDICT_SYMBOL[check.verdict]} {text} ({check.clause.source})")


def _cue(segment: Segment, language: Language) -> tuple[float, float, list[str]]:
    start = segment.start_s if segment.hold_start_s is None else segment.hold_start_s
    end = segment.end_s if segment.hold_end_s is None else segment.hold_end_s
    end = max(end, start + _LEAST_CUE_S)
    shown = [check for unit in told(segment) if unit.verdict is not Verdict.NOT_MEASURED for check in needed(unit)]
    shown.sort(key=lambda check: SEVERITY[check.verdict])
    return start, end, [drill_text(segment.drill, language), *(_cue_line(check, language) for check in shown[:4])]


def webvtt(report: Report, language: Language) -> str:
    """One cue for each drill over its hold, with its most telling checks."""
    cues = sorted((_cue(segment, language) for segment in report.segments), key=lambda cue: cue[0])
    parts = ["WEBVTT\n"]
    for number, (start, end, lines) in enumerate(cues, start=1):
        parts.append("\n".join((str(number), f"{_stamp(start)} --> {_stamp(end)} line:85%", *lines)) + "\n")
    return "\n".join(parts)


def y_up(positions_m: FloatArray) -> FloatArray:
    """From our floor frame (z up) to OpenSim's (y up): (x, y, z) becomes (x, z, -y), a proper rotation."""
    return np.asarray(positions_m[..., (0, 2, 1)] * (1.0, 1.0, -1.0), dtype=np.float64)


def trc(motion: Motion, file_name: str) -> str:
    """A TRC file in millimetres, y up; an unknown point leaves its three fields empty.

    Frame numbers count from 1; the rate is the median of the time steps, for
    the format knows only one (the times themselves stand in the second column).
    """
    steps = np.diff(motion.times_s)
    rate = 1.0 / float(np.median(steps)) if len(steps) and np.median(steps) > 0 else 1.0
    count, markers = len(motion.times_s), len(motion.names)
    rows = [
        f"PathFileType\t4\t(X/Y/Z)\t{file_name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate:.2f}\t{rate:.2f}\t{count}\t{markers}\tmm\t{rate:.2f}\t1\t{count}",
        "Frame#\tTime\t" + "\t\t\t".join(motion.names) + "\t\t",
        "\t\t" + "\t".join(f"{axis}{number}" for number in range(1, markers + 1) for axis in "XYZ"),
        "",
    ]
    positions_mm = y_up(motion.positions_m) * _MM_PER_M
    for number, (time_s, points) in enumerate(zip(motion.times_s, positions_mm, strict=True), start=1):
        fields = [f"{value:.3f}" if math.isfinite(value) else "" for value in points.ravel()]
        rows.append("\t".join((str(number), f"{time_s:.6f}", *fields)))
    return "\n".join(rows) + "\n"
