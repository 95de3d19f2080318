"""A broken pack says file, line and key; a trainer's own pack can change single limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from vision.errors import PackError
from vision.standard import load_pack, validate_pack_file
from vision.standard.packs import PACKS_DIR
from vision.types import Basis

GOOD = """\
id = "mine"
version = "1"
title_zh = "我的标准"
title_en = "My standard"

[[clause]]
id = "bow.angle"
section = "1"
drills = ["bow"]
zh = "鞠躬"
en = "Bow"

[[clause.rule]]
quantity = "bow_angle"
low = 10
high = 20
unit = "deg"
basis = "house"
"""


def written(folder: Path, text: str, name: str = "my.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_the_sound_example_is_sound(tmp_path: Path) -> None:
    assert validate_pack_file(written(tmp_path, GOOD)) == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("high = 20", "hihg = 20", 16, "rule 'bow.angle': key 'hihg' is not known (did you mean 'high'?)"),
        ("low = 10", "low = 30", 15, "rule 'bow.angle': low 30 is above high 20"),
        ("low = 10", 'low = "ten"', 15, "rule 'bow.angle': 'low' must be a finite number, not 'ten'"),
        ("low = 10", "low = nan", 15, "rule 'bow.angle': 'low' must be a finite number, not nan"),
        ("low = 10", "low = true", 15, "rule 'bow.angle': 'low' must be a finite number, not True"),
        ("low = 10\nhigh = 20", "", 13, "rule 'bow.angle': it needs 'low', 'high' or both"),
        ('"bow_angle"', '"bow_angel"', 14, "rule 'bow.angle': quantity 'bow_angel' is not known"),
        ('quantity = "bow_angle"', "", 13, "rule 'bow.angle': key 'quantity' is missing"),
        ('unit = "deg"', 'unit = "cm"', 17, "rule 'bow.angle': 'bow_angle' has the unit 'deg', not 'cm'"),
        ('basis = "house"', 'basis = "home"', 18, "basis 'home' is not known (did you mean 'house'?)"),
        ('["bow"]', '["bwo"]', 9, "clause 'bow.angle': drills 'bwo' is not known"),
        ('["bow"]', '"bow"', 9, "clause 'bow.angle': 'drills' must be a list of texts"),
        ('zh = "鞠躬"', "", 6, "clause 'bow.angle': key 'zh' is missing"),
        ('version = "1"', "version = 1", 2, "pack: 'version' must be a text, not 1"),
        ('version = "1"', 'version = "1"\nverson = 2', 3, "pack: key 'verson' is not known (did you mean 'version'?)"),
        ("[[clause.rule]]", "[[clause.rules]]", 13, "clause 'bow.angle': key 'rules' is not known"),
        ('basis = "house"', 'basis = "house"\nid = "sit.angle"', 19, "rule 'sit.angle': the id must be 'bow.angle'"),
        ('basis = "house"', 'basis = "house"\nsides = "both"', 19, "belong together"),
        ('basis = "house"', 'basis = "house"\ntarget = 25', 19, "target 25 lies outside low..high"),
        ('basis = "house"', 'basis = "house"\nadvice_zh = "{delt}"\nadvice_en = "x"', 19, "'delt' is not known"),
        ('basis = "house"', 'basis = "house"\nadvice_zh = "{u:3d}"\nadvice_en = "x"', 19, "'u:3d' is not known"),
        ('basis = "house"', 'basis = "house"\nadvice_zh = "{"\nadvice_en = "x"', 19, "has unmatched braces"),
        ('basis = "house"', 'basis = ""', 18, "rule 'bow.angle': 'basis' must be a text"),
        ('zh = "鞠躬"', 'zh = "鞠躬"\nsex = "w"', 11, "sex 'w' is not known; expected one of: f, m"),
        ('zh = "鞠躬"', 'zh = "鞠躬"\ninformative = 1', 11, "'informative' must be true or false, not 1"),
        ("low = 10", 'accept = ["right"]', 15, "'bow_angle' is a number: use low and high"),
        ('"bow_angle"', '"hand_on_top"', 15, "'hand_on_top' is a word: use accept"),
        ('zh = "鞠躬"', 'zh = "鞠躬"\ndecided = "unsupported"', 11, "say what is missing in note_zh and note_en"),
        ("[[clause]]", "[clause]", 6, "pack: 'clause' must be tables that start with [[clause]]"),
        ('basis = "house"', 'basis = "house"\nadvice_en = "x"', 13, "advice must be given in both zh and en"),
        ('zh = "鞠躬"', 'zh = "鞠躬"\nweight = -1', 11, "'weight' must not be negative"),
        ('zh = "鞠躬"', 'zh = "鞠躬"\ndecided = "manual"', 11, "a manual clause has no rules"),
        ('en = "Bow"', 'en = "Bow', 11, "not valid TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new, 1))
    problems = [str(problem) for problem in validate_pack_file(path)]
    assert any(problem.startswith(f"{path}:{line}: ") and said in problem for problem in problems), problems
    with pytest.raises(PackError) as error:
        load_pack(path)
    assert str(path) in error.value.en
    assert str(path) in error.value.zh


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("high = 20", "hihg = 20").replace('"house"', '"home"').replace('zh = "鞠躬"', "")
    assert len(validate_pack_file(written(tmp_path, text))) == 3


def test_ids_defined_twice_are_found(tmp_path: Path) -> None:
    clause = GOOD[GOOD.index("[[clause]]") :]
    problems = validate_pack_file(written(tmp_path, GOOD + "\n" + clause))
    assert [(problem.line, problem.en) for problem in problems] == [
        (21, "clause 'bow.angle' is defined twice"),
        (27, "rule 'bow.angle' is defined twice"),
    ]


def test_lines_stay_right_after_lists_and_texts_over_several_lines(tmp_path: Path) -> None:
    text = GOOD.replace('["bow"]', '[\n  "bow", # [\n]').replace('en = "Bow"', 'en = """\nBow\nlow = 3\n"""')
    problems = validate_pack_file(written(tmp_path, text.replace("high = 20", "hihg = 20")))
    assert [problem.line for problem in problems] == [21]


def test_packs_that_include_each_other_are_an_error(tmp_path: Path) -> None:
    head = 'id = "{0}"\nversion = "1"\ntitle_zh = "{0}"\ntitle_en = "{0}"\ninclude = ["./{1}.toml"]\n'
    first = written(tmp_path, head.format("a", "b"), "a.toml")
    second = written(tmp_path, head.format("b", "a"), "b.toml")
    (problem,) = validate_pack_file(first)
    assert (problem.file, problem.line) == (str(second), 5)
    assert "a -> b -> a" in problem.en


def test_a_missing_include_is_named_where_it_stands(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace('version = "1"', 'version = "1"\ninclude = ["T9"]'))
    (problem,) = validate_pack_file(path)
    assert problem.line == 3
    assert "include 'T9'" in problem.en


def test_a_missing_or_unreadable_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="cannot be read"):
        load_pack(tmp_path / "none.toml")
    bad = tmp_path / "bad.toml"
    bad.write_bytes('id = "标准"'.encode("gbk"))
    with pytest.raises(PackError, match="not UTF-8"):
        load_pack(bad)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode("utf-8"))
    assert load_pack(path).clause("bow.angle").rules[0].high == 20


MINE = 'id = "mine"\nversion = "1"\ntitle_zh = "我"\ntitle_en = "Mine"\ninclude = ["telecom"]\n'


def test_a_trainer_changes_one_limit_and_it_becomes_the_house_s(tmp_path: Path) -> None:
    path = written(tmp_path, MINE + '[[override]]\nrule = "sit.knees"\nhigh = 15\n')
    (rule,) = load_pack(path).clause("sit.knees").rules
    assert (rule.high, rule.basis) == (15, Basis.HOUSE)
    assert load_pack("telecom").clause("sit.knees").rules[0].basis is Basis.DOCUMENTED


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ('rule = "sit.kness"\nhigh = 15', "rule 'sit.kness' is not known (did you mean 'sit.knees'?)"),
        ('rule = "bow.angle"\nlow = 25', "override 'bow.angle': low 25 is above high 20"),
        ('rule = "bow.angle"\nhihg = 25', "override 'bow.angle': key 'hihg' is not known"),
        ('rule = "bow.hands"\naccept = ["knees"]', "accept 'knees' is not known"),
        ("high = 15", "it needs either 'clause' or 'rule'"),
    ],
)
def test_a_wrong_override_is_named(tmp_path: Path, override: str, said: str) -> None:
    problems = [str(problem) for problem in validate_pack_file(written(tmp_path, f"{MINE}[[override]]\n{override}\n"))]
    assert any(said in problem for problem in problems), problems


@pytest.mark.parametrize("name", ["T1", "T2", "U1", "I1", "U2"])
def test_a_misspelt_key_anywhere_in_a_shipped_pack_is_found_on_its_line(tmp_path: Path, name: str) -> None:
    lines = (PACKS_DIR / f"{name}.toml").read_text("utf-8").splitlines()
    keys = [number for number, line in enumerate(lines) if " = " in line and not line.startswith("#")]
    for number in keys[:: max(1, len(keys) // 12)]:
        broken = [*lines[:number], "xq" + lines[number], *lines[number + 1 :]]
        problems = validate_pack_file(written(tmp_path, "\n".join(broken)))
        assert any(problem.line == number + 1 and "is not known" in problem.en for problem in problems), lines[number]
