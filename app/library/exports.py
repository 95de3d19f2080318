"""Files made of a take's report when somebody asks for them."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.library.layer import Entry, Layer, with_overrides
from app.library.pictures import frame_jpeg
from app.library.series import take_series
from app.library.takes import ANNOTATED_FILE, Take
from app.texts import verdict_word
from vision.errors import MediaError
from vision.records import RECORD_FILE
from vision.report import FORMATS, Report, StillEvidence, write_reports
from vision.types import Check, Segment

if TYPE_CHECKING:
    from vision.veil import Heads

TRAINERS = frozenset({"html", "pdf"})  # for people: what the trainer changed stands in them, and is named


def export(take: Take, report: Report, layer: Layer, kind: str, language: str, heads: Heads | None = None) -> bytes:
    """One of `vision.report.FORMATS`. Tables and JSON hold the program's own result; ``heads``: covered in pictures."""
    path = take.folder / FORMATS[kind]
    if path.is_file() and heads is None and not (kind in TRAINERS and layer.overrides):
        return path.read_bytes()
    shown = trainers_report(report, layer) if kind in TRAINERS else report
    stills = _stills(take, shown, heads) if kind == "html" else ()
    with tempfile.TemporaryDirectory(prefix="yitai-") as folder:
        written = write_reports(shown, take_series(take.folder), stills, Path(folder), {kind}, language)
        return written[0].read_bytes() if written else b""


def available(take: Take) -> tuple[str, ...]:
    """The formats that this take can be given in."""
    kinds = ("html", "pdf", "xlsx", "csv", "json")
    over_time = any((take.folder / name).is_file() for name in (RECORD_FILE, FORMATS["csv"]))
    return tuple(kind for kind in kinds if kind != "csv" or over_time)


def trainers_report(report: Report, layer: Layer) -> Report:
    """The report with the trainer's verdicts, each naming who changed it, why, and what the program had found."""
    seen = with_overrides(report, layer)
    segments = tuple(
        _named(number, before, after, layer)
        for number, (before, after) in enumerate(zip(report.segments, seen.segments, strict=True))
    )
    return replace(seen, segments=segments)


def _named(number: int, before: Segment, after: Segment, layer: Layer) -> Segment:
    checks = tuple(
        _noted(now, was, entry) if (entry := layer.overrides.get((number, now.rule))) else now
        for now, was in zip(after.checks, before.checks, strict=True)
    )
    return replace(after, checks=checks)


def _noted(now: Check, was: Check, entry: Entry) -> Check:
    zh = f"教练{entry.who}改判：{entry.text}（程序判定：{verdict_word('zh', was.verdict)}）。"
    en = f" Overridden by {entry.who}: {entry.text} (the program's verdict: {verdict_word('en', was.verdict)})."
    return replace(now, message_zh=now.message_zh + zh, message_en=now.message_en + en)


def _stills(take: Take, report: Report, heads: Heads | None) -> tuple[StillEvidence, ...]:
    """The measured moment of each drill, at its first check, from the recording."""
    source = next((one for one in (take.recording, take.folder / ANNOTATED_FILE) if one and one.is_file()), None)
    if source is None:
        return ()
    stills = []
    for number, segment in enumerate(report.segments):
        first = next((check for check in segment.checks if check.value is not None and check.frame_s is not None), None)
        if first is not None and first.frame_s is not None:
            try:
                stills.append(
                    StillEvidence(first.rule, first.frame_s, frame_jpeg(source, first.frame_s, heads), number)
                )
            except MediaError:
                return ()
    return tuple(stills)
