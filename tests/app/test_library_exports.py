"""Files of a take: the program's own in tables, the trainer's changes named in what people read."""

from __future__ import annotations

import io
import json
from html import unescape
from pathlib import Path

import openpyxl
import pytest

from app.library.exports import available, export, trainers_report
from app.library.layer import Entry, Kind, Layer, keep
from app.library.rejudge import keep_rejudged, rejudged
from app.library.series import take_series
from app.library.takes import Take, add_take, find_take
from app.places import Places
from tests.report.conftest import example_report, example_series
from tests.video.conftest import write_clip
from vision.errors import UsageError
from vision.report import write_reports
from vision.standard import load_pack
from vision.types import Verdict


@pytest.fixture
def take(tmp_path: Path) -> Take:
    places = Places(tmp_path / "home")
    write_reports(example_report(), example_series(), (), tmp_path / "out", {"json", "csv", "html"})
    return add_take(places, tmp_path / "out", write_clip(tmp_path / "clip.mp4"), "upload")


def _overridden(take: Take) -> Layer:
    report = example_report()
    number, check = next(
        (number, check)
        for number, segment in enumerate(report.segments)
        for check in segment.checks
        if check.verdict is Verdict.FAIL
    )
    entry = Entry(Kind.OVERRIDE, "Wang", text="seen again", segment=number, rule=check.rule, verdict=Verdict.PASS)
    return keep(take.folder, entry)


def test_every_format_can_be_had(take: Take) -> None:
    report = example_report()
    made = {kind: export(take, report, Layer(), kind, "zh") for kind in available(take)}
    assert set(made) == {"html", "pdf", "xlsx", "csv", "json"}
    assert made["pdf"].startswith(b"%PDF")
    assert made["html"] == (take.folder / "report.html").read_bytes()
    assert json.loads(made["json"])["schema"] == "yitai.report/1"
    assert openpyxl.load_workbook(io.BytesIO(made["xlsx"])).sheetnames


def test_an_override_is_named_in_the_page_and_not_in_the_data(take: Take) -> None:
    layer, report = _overridden(take), example_report()
    page = unescape(export(take, report, layer, "html", "en").decode())
    assert "Overridden by Wang: seen again (the program's verdict: fail)" in page
    assert "教练Wang改判：seen again（程序判定：不符合）" in page
    assert "data:image/jpeg" in page, "a still of the recording"
    assert b"Wang" not in export(take, report, layer, "json", "en")
    assert trainers_report(report, layer).overall != report.overall


def test_the_series_is_read_back_as_it_was_written(take: Take) -> None:
    series, written = take_series(take.folder), example_series()
    assert series is not None
    assert set(series.values) == set(written.values)
    for name, values in written.values.items():
        assert series.values[name] == pytest.approx(values, abs=1e-4, nan_ok=True)
    (take.folder / "series.csv").write_text("t,x\n1\n", encoding="utf-8")
    assert take_series(take.folder) is None
    (take.folder / "series.csv").unlink()
    assert take_series(take.folder) is None


def test_a_kept_judgement_replaces_the_report_and_leaves_the_earlier_one_beside_it(take: Take, tmp_path: Path) -> None:
    before = example_report()
    after = rejudged(before, load_pack("T2"))
    keep_rejudged(take.folder, before, after, "Wang")
    again = find_take(Places(tmp_path / "home"), take.id)
    assert again is not None
    assert again.report is not None
    assert again.report.standard.id == "T2"
    assert again.report.segments == after.segments
    assert "rejudged" in {notice.code for notice in again.report.warnings}
    assert json.loads((take.folder / "report-1.json").read_text(encoding="utf-8"))["standard"]["id"] == "telecom"
    assert not (take.folder / "report.html").exists(), "it showed the earlier verdicts"
    keep(take.folder, Entry(Kind.SIGN, "Wang"))
    with pytest.raises(UsageError):
        keep_rejudged(take.folder, after, before, "Wang")
