"""``yitai packs show ID --coverage``: every clause of the documents and who decides it, in both languages."""

from __future__ import annotations

import pytest

from app.cli import main
from vision.standard import State, document_coverage, load_pack
from vision.standard.coverage import documents


@pytest.mark.parametrize("name", ["T1", "T2", "U1", "I1", "U2", "telecom"])
def test_every_clause_of_the_document_is_printed_with_how_it_is_decided(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["packs", "show", name, "--coverage", "--language", "en"]) == 0
    printed = capsys.readouterr().out
    wanted = ("T1", "T2") if name == "telecom" else (name,)
    for clause, sources in documents().items():
        if set(wanted) & set(sources):
            assert clause in printed
    counts = {state: sum(item.state is state for item in document_coverage(load_pack(name))) for state in State}
    last = printed.strip().splitlines()[-1]
    assert f"measured {counts[State.MEASURED]}, manual {counts[State.MANUAL]}, not yet {counts[State.NOT_YET]}" in last


def test_it_speaks_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["packs", "show", "T2", "--coverage", "--language", "zh"]) == 0
    printed = capsys.readouterr().out
    for word in ("测量", "人工", "尚无", "走"):
        assert word in printed


def test_what_is_measured_in_part_says_which_part_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    found = {item.id: item for item in document_coverage(load_pack("T2"))}
    shoulders = found["stand.shoulders"]
    assert shoulders.state is State.MEASURED
    assert {part.state for part in shoulders.parts} == {State.MEASURED, State.MANUAL}
    assert main(["packs", "show", "T2", "--coverage", "--language", "en"]) == 0
    assert "shrug: manual" in capsys.readouterr().out.replace("\n", " ")
