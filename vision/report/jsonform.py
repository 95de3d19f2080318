"""`Report` to and from the JSON document ``yitai.report/1``.

The keys of the contract are always present; ours are added beside them
(``unit``, ``reason``, ``weight``, ``figure``, ``alternative`` in a check;
``active_side``, ``frame_s``, ``moments_s`` in a segment; ``rejudged``: null, or that the report
was judged again, ``{from: {id, version, hash}, version, created}``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vision.report.model import (
    SCHEMA,
    CalibrationRef,
    Program,
    Rejudged,
    Report,
    Source,
    StandardRef,
)
from vision.report.model import finite as _finite
from vision.report.routineform import routine_json, routine_of
from vision.types import (
    Basis,
    Check,
    Clause,
    Drill,
    ManualItem,
    Measurement,
    Notice,
    Reason,
    Score,
    Segment,
    Side,
    Subject,
    Verdict,
    View,
)


def to_json(report: Report) -> dict[str, Any]:
    """The document as plain dicts, lists, strings, finite numbers, booleans and None."""
    document = {
        "schema": SCHEMA,
        "created": report.created,
        "source": _source_json(report.source),
        "program": {"version": report.program.version, "model": report.program.model},
        "standard": _standard_json(report.standard),
        "rejudged": None if report.rejudged is None else _rejudged_json(report.rejudged),
        "calibration": {
            "level": report.calibration.level,
            "file_hash": report.calibration.file_hash,
            "method": report.calibration.method,
            "sigma": dict(report.calibration.sigma),
        },
        "subject": {
            "trainee": report.subject.trainee,
            "height_cm": report.subject.height_cm,
            "sex": report.subject.sex,
        },
        "segments": [_segment_json(segment) for segment in report.segments],
        "manual_items": [_manual_json(item) for item in report.manual_items],
        "overall": score_json(report.overall),
        "warnings": [{"code": notice.code, "zh": notice.zh, "en": notice.en} for notice in report.warnings],
        "timing": dict(report.timing),
        "routine": None if report.routine is None else routine_json(report.routine),
    }
    return {key: _without_nan(value) for key, value in document.items()}


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    if isinstance(value, float):
        return _finite(value)
    return value


def _standard_json(standard: StandardRef) -> dict[str, Any]:
    return {"id": standard.id, "version": standard.version, "hash": standard.hash}


def _rejudged_json(rejudged: Rejudged) -> dict[str, Any]:
    return {"from": _standard_json(rejudged.earlier), "version": rejudged.version, "created": rejudged.when}


def _source_json(source: Source) -> dict[str, Any]:
    return {
        "path": source.path,
        "sha256": source.sha256,
        "duration_s": source.duration_s,
        "fps": source.fps,
        "frames": source.frames,
        "size": list(source.size_wh),
        "rotation": source.rotation_deg,
    }


def clause_json(clause: Clause) -> dict[str, str]:
    """``{source, section, zh, en}``."""
    return {
        "source": clause.source,
        "section": clause.section,
        "zh": clause.zh,
        "en": clause.en,
    }


def measurement_json(measurement: Measurement) -> dict[str, Any]:
    """One entry of ``measurements[]``, also used by the lines of ``yitai measure``."""
    value = measurement.value
    return {
        "name": measurement.name,
        "value": _finite(value) if isinstance(value, float | int) else value,
        "unit": measurement.unit,
        "u": _finite(measurement.u),
        "status": measurement.status,
        "reason": None if measurement.reason is None else measurement.reason.value,
    }


def check_json(check: Check) -> dict[str, Any]:
    """One entry of ``checks[]``."""
    return {
        "rule": check.rule,
        "clause": clause_json(check.clause),
        "verdict": check.verdict.value,
        "measurement": check.measurement,
        "accept": [_finite(end) if isinstance(end, float | int) else end for end in check.accept],
        "basis": check.basis.value,
        "value": (_finite(check.value) if isinstance(check.value, float | int) else check.value),
        "u": _finite(check.u),
        "message": {"zh": check.message_zh, "en": check.message_en},
        "frame_s": _finite(check.frame_s),
        "unit": check.unit,
        "reason": None if check.reason is None else check.reason.value,
        "weight": check.weight,
        "figure": {"zh": check.figure_zh, "en": check.figure_en},
        "alternative": check.alternative,
        "key": check.key,
        "option": check.option,
    }


def score_json(score: Score) -> dict[str, Any]:
    """``{score, verdict, counts, unmeasured_share}``; every verdict has a count."""
    counts = {verdict.value: int(score.counts.get(verdict.value, 0)) for verdict in Verdict}
    return {
        "score": _finite(score.value),
        "verdict": score.verdict.value,
        "counts": counts,
        "unmeasured_share": _finite(score.unmeasured_share),
    }


def _segment_json(segment: Segment) -> dict[str, Any]:
    return {
        "drill": segment.drill.value,
        "start_s": segment.start_s,
        "end_s": segment.end_s,
        "hold_start_s": segment.hold_start_s,
        "hold_end_s": segment.hold_end_s,
        "view": segment.view.value,
        "measurements": [measurement_json(measurement) for measurement in segment.measurements],
        "checks": [check_json(check) for check in segment.checks],
        "score": None if segment.score is None else _finite(segment.score.value),
        "score_detail": None if segment.score is None else score_json(segment.score),
        "active_side": None if segment.active_side is None else segment.active_side.value,
        "frame_s": _finite(segment.frame_s),
        "moments_s": dict(segment.moments_s),
    }


def _manual_json(item: ManualItem) -> dict[str, Any]:
    return {
        "rule": item.rule,
        "clause": clause_json(item.clause),
        "why": item.why,
        "drill": None if item.drill is None else item.drill.value,
        "note": {"zh": item.note_zh, "en": item.note_en},
    }


def from_json(document: Mapping[str, Any]) -> Report:
    """The `Report` that `to_json` wrote; ValueError when the schema is another one."""
    if document.get("schema") != SCHEMA:
        raise ValueError(f"expected schema {SCHEMA}, got {document.get('schema')!r}")
    source, calibration = document["source"], document["calibration"]
    width, height = source["size"]
    return Report(
        source=Source(
            path=source["path"],
            sha256=source["sha256"],
            duration_s=source["duration_s"],
            fps=source["fps"],
            frames=source["frames"],
            size_wh=(width, height),
            rotation_deg=source["rotation"],
        ),
        program=Program(**document["program"]),
        standard=StandardRef(**document["standard"]),
        calibration=CalibrationRef(
            level=calibration["level"],
            file_hash=calibration["file_hash"],
            method=calibration.get("method", ""),
            sigma=dict(calibration.get("sigma", {})),
        ),
        subject=Subject(**document["subject"]),
        segments=tuple(_segment(entry) for entry in document["segments"]),
        manual_items=tuple(_manual(entry) for entry in document["manual_items"]),
        overall=_score(document["overall"]),
        warnings=tuple(Notice(**entry) for entry in document["warnings"]),
        timing=dict(document["timing"]),
        created=document.get("created", ""),
        rejudged=_rejudged(document.get("rejudged")),
        routine=routine_of(document.get("routine")),
    )


def _rejudged(entry: Mapping[str, Any] | None) -> Rejudged | None:
    return None if entry is None else Rejudged(StandardRef(**entry["from"]), entry["version"], entry["created"])


def _reason(code: str | None) -> Reason | None:
    return None if code is None else Reason(code)


def _score(entry: Mapping[str, Any]) -> Score:
    share = entry.get("unmeasured_share")
    return Score(
        value=entry["score"],
        unmeasured_share=math.nan if share is None else share,
        verdict=Verdict(entry["verdict"]),
        counts=dict(entry["counts"]),
    )


def _measurement(entry: Mapping[str, Any]) -> Measurement:
    return Measurement(
        entry["name"],
        entry["value"],
        entry["u"],
        entry["unit"],
        _reason(entry["reason"]),
    )


def _check(entry: Mapping[str, Any]) -> Check:
    return Check(
        rule=entry["rule"],
        clause=Clause(**entry["clause"]),
        verdict=Verdict(entry["verdict"]),
        measurement=entry["measurement"],
        accept=tuple(entry["accept"]),
        basis=Basis(entry["basis"]),
        value=entry["value"],
        u=entry["u"],
        message_zh=entry["message"]["zh"],
        message_en=entry["message"]["en"],
        frame_s=entry["frame_s"],
        reason=_reason(entry["reason"]),
        unit=entry["unit"],
        weight=entry["weight"],
        figure_zh=entry["figure"]["zh"],
        figure_en=entry["figure"]["en"],
        alternative=entry["alternative"],
        key=bool(entry.get("key", False)),
        option=entry.get("option"),
    )


def _segment(entry: Mapping[str, Any]) -> Segment:
    detail = entry["score_detail"]
    return Segment(
        drill=Drill(entry["drill"]),
        start_s=entry["start_s"],
        end_s=entry["end_s"],
        hold_start_s=entry["hold_start_s"],
        hold_end_s=entry["hold_end_s"],
        view=View(entry["view"]),
        measurements=tuple(_measurement(inner) for inner in entry["measurements"]),
        checks=tuple(_check(inner) for inner in entry["checks"]),
        score=None if detail is None else _score(detail),
        active_side=None if entry.get("active_side") is None else Side(entry["active_side"]),
        frame_s=entry.get("frame_s"),
        moments_s=dict(entry.get("moments_s", {})),
    )


def _manual(entry: Mapping[str, Any]) -> ManualItem:
    drill, note = entry["drill"], entry.get("note", {})
    return ManualItem(
        rule=entry["rule"],
        clause=Clause(**entry["clause"]),
        why=entry["why"],
        drill=None if drill is None else Drill(drill),
        note_zh=note.get("zh", ""),
        note_en=note.get("en", ""),
    )
