"""``yitai views`` prints what each clause needs and writes the guide for recording."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import main


def test_the_table_is_printed_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["views", "--standard", "T2", "--language", "en"]) == 0
    assert "walking" in capsys.readouterr().out
    assert main(["views", "--standard", "T2", "--language", "zh"]) == 0
    assert "行姿" in capsys.readouterr().out


def test_the_guide_holds_a_table_for_every_drill_of_the_pack(tmp_path: Path) -> None:
    out = tmp_path / "recording.md"
    assert main(["views", "--out", str(out)]) == 0
    text = out.read_text("utf-8")
    for title in ("## Standing (站姿)", "## Bow (鞠躬)", "## Walking (行姿)", "## Squatting (蹲姿)"):
        assert title in text
    widths = {line.count("|") for line in text.splitlines() if line.startswith("|")}
    assert widths == {7}


def test_an_unknown_standard_is_wrong_usage() -> None:
    assert main(["views", "--standard", "T9"]) == 2
