"""House versions: single tolerances change, by somebody and for a reason; what documents state does not."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.house_packs import (
    Change,
    Edit,
    PackChoice,
    changes,
    differences,
    list_all_packs,
    save_version,
    usable_standard,
)
from app.places import Places
from vision.errors import OutputError, PackError, UsageError
from vision.standard import load_pack, validate_pack_file
from vision.standard.rules import Rule
from vision.types import Basis

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
WIDER = Edit("bow.angle", 8.0, 22.0)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


def shipped(places: Places, name: str = "telecom") -> PackChoice:
    return next(choice for choice in list_all_packs(places) if choice.id == name)


def rule_of(standard: str, name: str) -> Rule:
    return next(rule for clause in load_pack(standard).clauses for rule in clause.rules if rule.id == name)


def said(change: Change) -> tuple[str, float | None, float | None, float | None, float | None]:
    return change.new.id, change.old.low, change.new.low, change.old.high, change.new.high


def test_without_house_versions_the_shipped_packs_are_listed_and_the_default_stands_first(places: Places) -> None:
    listed = list_all_packs(places)
    assert [choice.id for choice in listed] == ["telecom", "I1", "T1", "T2", "U1", "U2"]
    assert not any(choice.is_house for choice in listed)
    assert all(choice.id_or_path == choice.id == choice.base for choice in listed)


def test_a_version_changes_one_limit_and_nothing_else(places: Places) -> None:
    made = save_version(places, shipped(places), [WIDER], " Lin  Mei ", "New hall\nis narrow", NOW)
    assert (made.id, made.base, made.parent, made.is_house) == ("telecom+1", "telecom", "telecom", True)
    assert (made.author, made.reason, made.version) == ("Lin Mei", "New hall is narrow", "1.0+1")
    assert datetime.fromisoformat(made.created) == NOW
    assert validate_pack_file(Path(made.id_or_path)) == ()
    changed = differences(load_pack("telecom"), load_pack(made.id_or_path))
    assert [said(change) for change in changed] == [("bow.angle", 10.0, 8.0, 20.0, 22.0)]
    new = rule_of(made.id_or_path, "bow.angle")
    assert (new.target, new.basis) == (15.0, Basis.HOUSE)
    assert load_pack(made.id_or_path).sha256 != load_pack("telecom").sha256


def test_versions_build_on_each_other_and_are_listed_newest_first_after_their_standard(places: Places) -> None:
    first = save_version(places, shipped(places), [WIDER], "Lin", "narrow", NOW)
    second = save_version(places, first, [Edit("guide.arm_straight", 140.0)], "Lin", "elbows", NOW)
    other = save_version(places, shipped(places, "U1"), [Edit("stand.feet_slight", 4.0, 25.0)], "Wu", "shoes", NOW)
    listed = list_all_packs(places)
    assert [choice.id for choice in listed][:3] == ["telecom", "telecom+2", "telecom+1"]
    assert listed[-2] == other
    assert second.parent == "telecom+1"
    against_shipped = differences(load_pack("telecom"), load_pack(second.id_or_path))
    assert [change.new.id for change in against_shipped] == ["bow.angle", "guide.arm_straight"]
    against_parent = differences(load_pack(first.id_or_path), load_pack(second.id_or_path))
    assert [said(change) for change in against_parent] == [("guide.arm_straight", 150.0, 140.0, None, None)]


def test_going_back_to_the_shipped_limit_leaves_no_difference(places: Places) -> None:
    first = save_version(places, shipped(places), [WIDER], "Lin", "narrow", NOW)
    back = save_version(places, first, [Edit("bow.angle", 10.0, 20.0)], "Lin", "as it was", NOW)
    assert differences(load_pack("telecom"), load_pack(back.id_or_path)) == ()


def test_a_version_is_kept_as_it_was_saved(places: Places) -> None:
    made = Path(save_version(places, shipped(places), [WIDER], "Lin", "narrow", NOW).id_or_path)
    before = made.read_bytes()
    save_version(places, shipped(places), [Edit("bow.angle", 9.0, 21.0)], "Lin", "again", NOW)
    assert made.read_bytes() == before
    assert not stat.S_IMODE(made.stat().st_mode) & 0o222
    assert [path.name for path in sorted(places.packs.iterdir())] == ["telecom+1.toml", "telecom+2.toml"]


@pytest.mark.parametrize(
    ("edit", "zh", "en"),
    [
        (Edit("bow.angle", 21.0, 20.0), "鞠躬角度：下限 21° 高于上限 20°", "the lower limit 21° is above"),
        (Edit("bow.angle", 16.0, 20.0), "文件规定的 15° 必须在允许范围之内", "own figure 15° must lie within"),
        (Edit("sit.knees", None, 25.0), "已锁定", "it is locked"),
        (Edit("bow.angle", 10.0, None), "缺少界限值", "a limit is missing"),
        (Edit("bow.hands", words=()), "至少接受一种", "accept at least one"),
        (Edit("bow.hands", words=("abdomen", "knees")), "没有“knees”", "'knees' is not among"),
        (Edit("bow.angel", 1.0, 2.0), "没有规则“bow.angel”", "no rule 'bow.angel'"),
    ],
)
def test_a_wrong_edit_is_refused_with_one_sentence_and_nothing_is_written(
    places: Places, edit: Edit, zh: str, en: str
) -> None:
    with pytest.raises(PackError) as caught:
        save_version(places, shipped(places), [edit], "Lin", "why", NOW)
    assert zh in caught.value.zh
    assert en in caught.value.en
    assert not places.packs.exists()


def test_a_target_of_our_own_gives_way_to_the_new_limits(places: Places) -> None:
    made = save_version(places, shipped(places), [Edit("stand.gaze_level.pitch", 1.0, 5.0)], "Lin", "chin", NOW)
    assert rule_of(made.id_or_path, "stand.gaze_level.pitch").target is None


def test_accepted_words_can_be_narrowed(places: Places) -> None:
    made = save_version(places, shipped(places), [Edit("bow.hands", words=("abdomen",))], "Lin", "one form", NOW)
    assert rule_of(made.id_or_path, "bow.hands").words == ("abdomen",)


def test_no_change_no_author_and_no_reason_make_no_version(places: Places) -> None:
    pack = load_pack("telecom")
    same = Edit("bow.angle", 10.0, 20.0)
    assert changes(pack, [same]) == ()
    for edits, author, reason in (([same], "Lin", "why"), ([WIDER], " ", "why"), ([WIDER], "Lin", "")):
        with pytest.raises(UsageError):
            save_version(places, shipped(places), edits, author, reason, NOW)
    assert not places.packs.exists()


def test_quotes_backslashes_and_odd_letters_survive(places: Places) -> None:
    author, reason = 'Lin "小林" \\ \x7f', "”quoted“ \U0001f9cd \\u0041"
    made = save_version(places, shipped(places), [WIDER], author, reason, NOW)
    assert (made.author, made.reason) == (author, reason)
    assert validate_pack_file(Path(made.id_or_path)) == ()


def test_a_file_that_is_no_version_is_left_out_of_the_list(places: Places) -> None:
    places.packs.mkdir()
    (places.packs / "telecom+1.toml").write_text("id = ", encoding="utf-8")
    (places.packs / "mine.toml").write_text('id = "mine"', encoding="utf-8")
    assert not any(choice.is_house for choice in list_all_packs(places))
    made = save_version(places, shipped(places), [WIDER], "Lin", "why", NOW)
    assert made.id == "telecom+2"


def test_a_preference_for_a_version_that_is_gone_falls_back_to_the_default(places: Places) -> None:
    made = save_version(places, shipped(places), [WIDER], "Lin", "why", NOW)
    assert usable_standard(places, made.id_or_path) == made.id_or_path
    assert usable_standard(places, "U1") == "U1"
    os.chmod(made.id_or_path, 0o644)
    Path(made.id_or_path).unlink()
    assert usable_standard(places, made.id_or_path) == "telecom"


def test_a_place_that_cannot_be_written_is_said(places: Places) -> None:
    places.packs.parent.mkdir(parents=True, exist_ok=True)
    places.packs.write_text("a file is in the way", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write"):
        save_version(places, shipped(places), [WIDER], "Lin", "why", NOW)
