"""Writes a report in the forms that were asked for, each file whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from vision.errors import UsageError
from vision.files import atomic_write, replacing
from vision.report.html import render_html
from vision.report.jsonform import to_json
from vision.report.model import Motion, Report, StillEvidence
from vision.report.pdf import render_pdf
from vision.report.tables import workbook, write_series
from vision.report.tracks import mot, trc, webvtt
from vision.types import Series

FORMATS: Mapping[str, str] = {
    "json": "report.json",
    "html": "report.html",
    "csv": "series.csv",
    "pdf": "report.pdf",
    "xlsx": "report.xlsx",
    "vtt": "report.vtt",
    "trc": "motion.trc",
    "mot": "motion.mot",
}
DEFAULT_FORMATS: frozenset[str] = frozenset({"json", "html", "csv"})


def write_reports(
    report: Report,
    series: Series | None,
    stills: Sequence[StillEvidence],
    folder: Path,
    formats: set[str] | frozenset[str],
    language: str = "zh",
    motion: Motion | None = None,
) -> list[Path]:
    """Write the formats (keys of `FORMATS`) into ``folder``; the paths written, in the order of `FORMATS`.

    ``csv`` needs a series, ``trc`` and ``mot`` a motion: without one that file is left
    out. UsageError for an unknown format, OutputError when writing fails.
    """
    unknown = sorted(formats - FORMATS.keys())
    if unknown:
        known = ", ".join(FORMATS)
        raise UsageError(
            f"unknown format '{unknown[0]}'; known: {known}", f"没有 '{unknown[0]}' 这种格式；可用：{known}"
        )
    shown = printable(report)
    makers: dict[str, Callable[[], bytes | str | Series] | None] = {
        "json": lambda: json_text(report),
        "html": lambda: render_html(shown, series, stills, language),
        "csv": None if series is None else lambda: series,
        "pdf": lambda: render_pdf(shown, language),
        "xlsx": lambda: workbook(shown, language),
        "vtt": lambda: webvtt(shown, language),
        "trc": None if motion is None else lambda: trc(motion, PurePath(FORMATS["trc"]).name),
        "mot": None if motion is None else lambda: mot(motion, "Coordinates"),
    }
    written = []
    for name, file_name in FORMATS.items():
        make = makers[name]
        if name in formats and make is not None:
            _write(folder / file_name, make())
            written.append(folder / file_name)
    return written


def _write(path: Path, content: bytes | str | Series) -> None:
    """One file, whole or not at all; a series goes out line by line."""
    if not isinstance(content, Series):
        atomic_write(path, content)
        return
    with replacing(path) as partial, partial.open("x", encoding="utf-8", newline="") as file:
        write_series(content, file)


def json_text(report: Report) -> str:
    """``report.json`` as text: two spaces, no NaN; bytes of a file name that are no UTF-8 stay as JSON escapes."""
    text = json.dumps(to_json(report), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def printable(report: Report) -> Report:
    """The report with names that every format can hold: no control characters, no half characters."""
    trainee = report.subject.trainee
    return replace(
        report,
        source=replace(report.source, path=_clean(report.source.path)),
        subject=replace(report.subject, trainee=None if trainee is None else _clean(trainee)),
    )


def _clean(text: str) -> str:
    whole = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(character if character.isprintable() else " " for character in whole)
