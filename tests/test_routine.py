"""A recording held against a routine: what is missing, too much, out of order; broken files are told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from vision.errors import RoutineError
from vision.phases import Passage
from vision.report.routineform import routine_json, routine_lines, routine_of
from vision.routine import RoutineResult, compare_routine, load_routine, parse_routine
from vision.types import Drill, Segment, Side, Verdict, View

HEAD = 'schema = "yitai.routine/1"\nname_zh = "接待"\nname_en = "Reception"\n'


def routine_text(*steps: str) -> str:
    return HEAD + "".join(f"[[step]]\n{step}\n" for step in steps)


def shown(*drills: str) -> list[Segment]:
    """Segments in order; ``guide_left`` names a side."""
    out = []
    for k, word in enumerate(drills):
        drill, _, side = word.partition("_") if word.startswith("guide") else (word, "", "")
        active = Side(side) if side else None
        out.append(Segment(Drill(drill), 4.0 * k, 4.0 * k + 3.0, None, None, View.FRONT, active_side=active))
    return out


def held(text: str, drills: list[Segment], passages: tuple[Passage, ...] = ()) -> RoutineResult:
    return compare_routine(drills, passages, parse_routine(text, "r.toml"))


BOW_GUIDE_SIT = routine_text('drill = "bow"', 'drill = "guide"\nside = "right"', 'drill = "sit"')


def statuses(result: RoutineResult) -> list[list[str]]:
    return [[str(done) for done in r.statuses] for r in result.steps]


def test_everything_in_its_order_passes() -> None:
    result = held(BOW_GUIDE_SIT, shown("stand", "bow", "stand", "guide_right", "stand", "sit"))
    assert result.verdict is Verdict.PASS
    assert [r.segments for r in result.steps] == [(1,), (3,), (5,)]
    assert (result.message_zh, result.message_en) == ("", "")


def test_a_missing_drill_fails_and_is_named() -> None:
    result = held(BOW_GUIDE_SIT, shown("stand", "bow", "stand", "sit"))
    assert result.verdict is Verdict.FAIL
    assert statuses(result) == [["done"], ["missing"], ["done"]]
    assert result.message_en == "step 2, guiding gesture (right): not found"
    assert result.message_zh == "第 2 步右手指引手势没有做"


def test_a_repeat_is_too_much() -> None:
    result = held(BOW_GUIDE_SIT, shown("bow", "stand", "bow", "guide_right", "sit"))
    assert result.verdict is Verdict.FAIL
    assert [(e.kind, e.status) for e in result.extras] == [("bow", "repeated")]
    assert "bow once too often" in result.message_en


def test_a_drill_that_the_routine_does_not_have_is_unexpected() -> None:
    result = held(BOW_GUIDE_SIT, shown("bow", "squat", "guide_right", "sit"))
    assert [(e.kind, e.status, e.segment) for e in result.extras] == [("squat", "unexpected", 1)]


def test_exchanged_drills_are_out_of_order_and_not_missing() -> None:
    result = held(BOW_GUIDE_SIT, shown("guide_right", "bow", "sit"))
    assert result.verdict is Verdict.FAIL
    assert sorted(done for (done,) in statuses(result)) == ["done", "done", "out_of_order"]
    assert result.extras == ()


def test_the_other_hand_is_told_apart() -> None:
    result = held(BOW_GUIDE_SIT, shown("bow", "guide_left", "sit"))
    assert statuses(result)[1] == ["other_side"]
    assert result.verdict is Verdict.FAIL


@pytest.mark.parametrize(("done", "expected"), [(1, ["done", "missing"]), (2, ["done", "done"])])
def test_a_count_is_kept(done: int, expected: list[str]) -> None:
    result = held(routine_text('drill = "bow"\ncount = 2'), shown(*["bow"] * done))
    assert statuses(result) == [expected]
    assert ("1 of 2" in result.message_en) == (done == 1)


def test_what_could_not_be_made_out_is_not_called_missing() -> None:
    result = held(BOW_GUIDE_SIT, shown("bow", "stand", "sit"), (Passage("unclear", 5.0, 7.0),))
    assert statuses(result) == [["done"], ["unclear"], ["done"]]
    assert result.verdict is Verdict.UNCERTAIN


def test_an_unclear_time_beside_a_complete_routine_changes_nothing() -> None:
    result = held(BOW_GUIDE_SIT, shown("bow", "guide_right", "sit"), (Passage("unclear", 5.0, 7.0),))
    assert result.verdict is Verdict.PASS


def test_an_optional_step_may_be_left_out() -> None:
    text = routine_text('drill = "bow"', 'drill = "walk"\noptional = true', 'drill = "sit"')
    assert held(text, shown("bow", "sit")).verdict is Verdict.PASS
    assert held(text, shown("bow", "walk", "sit")).verdict is Verdict.PASS


def test_standing_turning_and_rising_count_where_they_are_named() -> None:
    text = routine_text('drill = "sit"', 'drill = "rise"', 'drill = "turn"', 'drill = "stand"')
    passages = (Passage("rise", 2.0, 3.0), Passage("turn", 3.0, 3.9))
    assert held(text, shown("sit", "stand"), passages).verdict is Verdict.PASS
    assert statuses(held(text, shown("sit", "stand"), passages[:1])) == [["done"], ["done"], ["missing"], ["done"]]
    assert held(routine_text('drill = "sit"'), shown("stand", "sit", "stand"), passages).verdict is Verdict.PASS


def test_without_a_routine_the_passages_are_kept_and_nothing_is_judged() -> None:
    result = compare_routine(shown("bow"), (Passage("turn", 1.0, 2.0),))
    assert result.verdict is None
    assert result.passages == (Passage("turn", 1.0, 2.0),)
    assert routine_lines(result) == []


def test_the_json_form_comes_back() -> None:
    result = held(BOW_GUIDE_SIT, shown("guide_left", "bow", "bow"), (Passage("unclear", 30.0, 31.0),))
    assert routine_of(routine_json(result)) == result
    assert routine_of(None) is None
    assert len(routine_lines(result)) == 3 + len(result.extras)


def test_lines_show_counts_and_what_may_be_left_out() -> None:
    text = routine_text('drill = "bow"\ncount = 2', 'drill = "walk"\noptional = true')
    first, second = routine_lines(held(text, shown("bow")))
    assert first.status == {"zh": "已做 1 次，没有做 1 次", "en": "done × 1, not found × 1"}
    assert (first.verdict, second.verdict) == (Verdict.FAIL, Verdict.NOT_MEASURED)


BROKEN = {
    "no schema": ('[[step]]\ndrill = "bow"\n', "schema"),
    "another schema": ('schema = "yitai.pack/1"\n[[step]]\ndrill = "bow"\n', "line 1"),
    "no steps": (HEAD, "step"),
    "an unknown drill": (routine_text('drill = "jump"'), "line 5"),
    "an unknown key": (routine_text('drill = "bow"', 'drill = "bow"\ntimes = 2'), "line 8"),
    "a count of none": (routine_text('drill = "bow"\ncount = 0'), "count"),
    "a count that is true": (routine_text('drill = "bow"\ncount = true'), "count"),
    "a side of a bow": (routine_text('drill = "bow"\nside = "left"'), "side"),
    "a side that is none": (routine_text('drill = "guide"\nside = "up"'), "up"),
    "no TOML": ("step: bow", "TOML"),
    "a step that is text": ('schema = "yitai.routine/1"\nstep = ["bow"]\n', "[[step]]"),
    "a name that is a number": ('name_en = 3\nschema = "yitai.routine/1"\n[[step]]\ndrill = "bow"\n', "name_en"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_in_one_line(name: str, tmp_path: Path) -> None:
    text, hint = BROKEN[name]
    path = tmp_path / "routine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RoutineError) as caught:
        load_routine(path)
    assert str(path) in caught.value.en
    assert hint in caught.value.en
    assert "\n" not in caught.value.en + caught.value.zh


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RoutineError, match="cannot be read"):
        load_routine(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RoutineError, match="UTF-8"):
        load_routine(tmp_path / "bad.toml")
