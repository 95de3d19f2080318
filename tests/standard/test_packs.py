"""The shipped packs: sound, complete, and honest about where each limit comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from vision.errors import PackError
from vision.quantities import quantities
from vision.standard import (
    Decided,
    State,
    coverage,
    document_coverage,
    list_packs,
    load_pack,
    validate_pack_file,
)
from vision.standard.coverage import documents
from vision.standard.packs import PACKS_DIR
from vision.types import Basis

DOCUMENTS = ("T1", "T2", "U1", "I1", "U2")
ALL = ("telecom", "T1", "T2", "U1", "I1", "U2")


@pytest.mark.parametrize("name", ALL)
def test_every_shipped_pack_is_sound_and_named_like_its_file(name: str) -> None:
    assert validate_pack_file(PACKS_DIR / f"{name}.toml") == ()
    pack = load_pack(name)
    assert pack.id == name
    assert len(pack.sha256) == 64


def test_the_list_holds_all_six_with_the_default_first() -> None:
    found = [info.id for info in list_packs()]
    assert found[0] == "telecom"
    assert sorted(found) == sorted(ALL)


@pytest.mark.parametrize("name", ALL)
def test_no_clause_of_a_document_is_missing_from_its_pack(name: str) -> None:
    assert not [item.id for item in document_coverage(load_pack(name)) if item.held is None]


def test_the_list_of_clauses_names_all_five_documents_and_no_other() -> None:
    assert {source for sources in documents().values() for source in sources} == set(DOCUMENTS)
    assert len(documents()) == 76  # rows of the table of clauses that the packs were read off


def test_a_clause_left_out_of_a_pack_is_seen(tmp_path: Path) -> None:
    text = (PACKS_DIR / "T2.toml").read_text("utf-8")
    start = text.index('[[clause]]\nid = "walk.straight"')
    cut = tmp_path / "T2.toml"
    cut.write_text(text[:start] + text[text.index("[[clause]]", start + 5) :], "utf-8")
    lacking = [item for item in document_coverage(load_pack(cut)) if item.held is None]
    assert [(item.id, item.state) for item in lacking] == [("walk.straight", State.NOT_YET)]


@pytest.mark.parametrize("name", ALL)
def test_what_nobody_measures_says_why_in_both_languages(name: str) -> None:
    for item in document_coverage(load_pack(name)):
        for part in item.parts:
            assert part.state is State.MEASURED or (part.why_zh and part.why_en), item.id


def test_the_default_holds_every_clause_of_both_telecom_documents() -> None:
    held = {item.id for item in coverage(load_pack("telecom"))}
    assert held == {item.id for name in ("T1", "T2") for item in coverage(load_pack(name))}


@pytest.mark.parametrize("name", ALL)
def test_every_clause_is_decided_or_says_why_not(name: str) -> None:
    for item in coverage(load_pack(name)):
        if item.decided is Decided.MEASURED:
            assert item.rules, item.id
        else:
            assert item.note_zh, item.id
            assert item.note_en, item.id


@pytest.mark.parametrize("name", ALL)
def test_every_clause_is_cited_and_told_in_both_languages(name: str) -> None:
    for item in coverage(load_pack(name)):
        assert item.clause.source
        assert item.clause.section
        assert any("\u4e00" <= letter <= "\u9fff" for letter in item.clause.zh), item.id
        assert item.clause.en.isascii() or "°" in item.clause.en, item.id


@pytest.mark.parametrize("name", ALL)
def test_every_rule_advises_on_each_end_it_has(name: str) -> None:
    for clause in load_pack(name).clauses:
        for rule in clause.rules:
            assert rule.low is None or (rule.advice.low_zh and rule.advice.low_en), rule.id
            assert rule.high is None or (rule.advice.high_zh and rule.advice.high_en), rule.id
            assert not rule.words or rule.advice.high_zh, rule.id


@pytest.mark.parametrize("name", ["U1", "I1", "U2", "T1", "T2"])
def test_no_sentence_of_a_document_number_is_called_documented_without_its_figure(name: str) -> None:
    """A documented numeric limit needs the document's own figure beside it."""
    for clause in load_pack(name).clauses:
        for rule in clause.rules:
            if rule.basis is Basis.DOCUMENTED and not rule.words:
                assert clause.figure_zh, rule.id


def test_headline_limits_are_those_of_the_clauses() -> None:
    telecom = load_pack("telecom")
    limits = {rule.id: (rule.low, rule.high, rule.target) for clause in telecom.clauses for rule in clause.rules}
    assert limits["stand.feet_v.angle"] == (35, 55, 45)
    assert limits["bow.angle"] == (10, 20, 15)
    assert limits["guide.arm_angle"] == (35, 55, 45)
    assert limits["sit.depth_shallow"] == (0.23, 0.43, 0.33)
    assert limits["sit.knees"] == (None, 20, None)


def test_a_clause_of_both_documents_cites_both() -> None:
    cited = load_pack("telecom").clause("stand.upright").clause
    assert cited.source == "T1, T2"
    assert "迎导服务" in cited.section
    assert "男士站姿" in cited.section


def test_the_one_fist_figure_stays_visible_in_the_default_without_counting() -> None:
    assert load_pack("telecom").clause("stand.feet_v_fist").informative
    assert not load_pack("T1").clause("stand.feet_v_fist").informative


def test_every_judged_quantity_is_registered() -> None:
    for name in ALL:
        assert load_pack(name).quantity_names <= set(quantities())


def test_a_change_in_an_included_pack_changes_the_hash(tmp_path: Path) -> None:
    for name in ("T1", "T2"):
        (tmp_path / f"{name}.toml").write_bytes((PACKS_DIR / f"{name}.toml").read_bytes())
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'id = "mine"\nversion = "1"\ntitle_zh = "我"\ntitle_en = "Mine"\ninclude = ["T1.toml", "T2.toml"]\n', "utf-8"
    )
    before = load_pack(mine).sha256
    text = (tmp_path / "T2.toml").read_text("utf-8")
    (tmp_path / "T2.toml").write_text(text.replace("high = 55.0", "high = 54.0"), "utf-8")
    assert load_pack(mine).sha256 != before


def test_an_unknown_pack_names_the_ones_there_are() -> None:
    with pytest.raises(PackError, match=r"no standard pack 'T9'.*telecom"):
        load_pack("T9")
