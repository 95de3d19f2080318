"""Time-based formats: WebVTT subtitles, OpenSim's TRC markers and MOT coordinates."""

from __future__ import annotations

import math

import numpy as np

from vision.palette import SEVERITY, VERDICT_SYMBOL
from vision.quantities import label_text
from vision.reconstruct.coordinates import NAMES, coordinates
from vision.reconstruct.coordinates import y_up as y_up
from vision.report.model import Motion, Report
from vision.report.page import needed, told
from vision.report.wording import Language, check_value_text, drill_text, message_text
from vision.types import Check, Segment, Verdict

_MM_PER_M = 1000.0
_LEAST_CUE_S, _LEAST_LINES = 1.5, 4


def _stamp(time_s: float) -> str:
    milliseconds = round(max(0.0, time_s) * 1000)
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{milliseconds:03d}"


def _escape(text: str) -> str:
    """On one line, for any line end inside would end the cue; nothing in it is markup."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


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
    most = max(_LEAST_LINES, sum(check.verdict is Verdict.FAIL for check in shown))  # no failed check goes unsaid
    return start, end, [drill_text(segment.drill, language), *(_cue_line(check, language) for check in shown[:most])]


def webvtt(report: Report, language: Language) -> str:
    """One cue for each drill over its hold: every check that failed, and the most telling of the others."""
    cues = sorted((_cue(segment, language) for segment in report.segments), key=lambda cue: cue[0])
    parts = ["WEBVTT\n"]
    for number, (start, end, lines) in enumerate(cues, start=1):
        parts.append("\n".join((str(number), f"{_stamp(start)} --> {_stamp(end)} line:85%", *lines)) + "\n")
    return "\n".join(parts)


def trc(motion: Motion, file_name: str) -> str:
    """A TRC file in millimetres, y up; NaN stands for what is unknown, as OpenSim reads it (a row that ends in empty
    fields it refuses).

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
        fields = [_number(value, 3) for value in points.ravel()]
        rows.append("\t".join((str(number), f"{time_s:.6f}", *fields)))
    return "\n".join(rows) + "\n"


def mot(motion: Motion, name: str) -> str:
    """A MOT file of `vision.reconstruct.coordinates`: degrees, translations of the mid-hip in metres, y up.

    Only of the whole body: ``motion`` has its 21 points. NaN stands for moments without a body.
    """
    found = coordinates(motion.positions_m)
    rows = [
        _escape(name),
        "version=1",
        f"nRows={len(motion.times_s)}",
        f"nColumns={1 + len(NAMES)}",
        "inDegrees=yes",
        "",
        "endheader",
        "\t".join(("time", *NAMES)),
    ]
    table = np.column_stack([found[column] for column in NAMES])
    for time_s, values in zip(motion.times_s, table, strict=True):
        rows.append("\t".join((f"{time_s:.6f}", *(_number(value, 5) for value in values))))
    return "\n".join(rows) + "\n"


def _number(value: float, places: int) -> str:
    return f"{value:.{places}f}" if math.isfinite(value) else "NaN"
