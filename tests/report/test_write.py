"""Files appear whole, only the ones asked for, and bad places give one clear error."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest

from vision.errors import OutputError, UsageError
from vision.outputs import BODY_NAMES
from vision.report import FORMATS, Motion, Report, StillEvidence, from_json, write_reports
from vision.types import Series


def test_all_formats_are_written_and_nothing_else(
    report: Report, series: Series, stills: tuple[StillEvidence, ...], tmp_path: Path
) -> None:
    motion = Motion(np.arange(3) / 25, BODY_NAMES, np.zeros((3, 21, 3)))
    written = write_reports(report, series, stills, tmp_path, set(FORMATS), "zh", motion)
    assert [path.name for path in written] == list(FORMATS.values())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FORMATS.values())
    assert all(path.stat().st_size > 0 for path in written)
    assert from_json(json.loads((tmp_path / "report.json").read_text("utf-8"))) == report


def test_only_what_was_asked_is_written(report: Report, tmp_path: Path) -> None:
    assert write_reports(report, None, (), tmp_path / "new", {"json"}) == [tmp_path / "new" / "report.json"]


def test_without_series_and_motion_their_files_are_left_out(report: Report, tmp_path: Path) -> None:
    assert write_reports(report, None, (), tmp_path, {"csv", "trc", "vtt"}) == [tmp_path / "report.vtt"]


def test_unknown_format_is_named(report: Report, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'docx'.*json, html"):
        write_reports(report, None, (), tmp_path, {"json", "docx"})
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_a_file_gives_an_output_error(report: Report, tmp_path: Path) -> None:
    blocked = tmp_path / "taken"
    blocked.write_text("x")
    with pytest.raises(OutputError, match="taken"):
        write_reports(report, None, (), blocked, {"json"})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pdf_embeds_its_font_and_keeps_to_a_few_pages(report: Report, tmp_path: Path, language: str) -> None:
    (path,) = write_reports(report, None, (), tmp_path, {"pdf"}, language)
    data = path.read_bytes()
    assert data.startswith(b"%PDF")
    assert b"/FontFile2" in data
    assert b"/ToUnicode" in data
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", data)) <= 3
    assert len(data) < 300_000


def test_strange_names_break_no_format(report: Report, tmp_path: Path) -> None:
    odd = dataclasses.replace(
        report,
        source=dataclasses.replace(report.source, path="clips/\udcff\x07<&>.mp4"),
        subject=dataclasses.replace(report.subject, trainee="张\u200b\n镕 😀"),
    )
    written = write_reports(odd, None, (), tmp_path, {"json", "html", "pdf", "xlsx", "vtt"})
    assert len(written) == 5
    assert from_json(json.loads((tmp_path / "report.json").read_text("utf-8"))) == odd
    assert "张 镕" in re.sub(r"\s+", " ", (tmp_path / "report.html").read_text("utf-8"))
