"""The practise page's words and rows: cards, guidance, live rows, summary."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.components.camera_check import BrowserCamera, parse_camera
from app.house_packs import PackChoice
from app.live.state import Arrow, Cue, Hint, HintCode, LiveState, Speed, Stage
from app.preferences import Preferences
from app.presenter.practise import drill_cards, drills_of, for_whom, main_clause, practisable, standard_name
from app.presenter.practise_live import (
    Trouble,
    constraints,
    cue_lines,
    guidance,
    speed_text,
    trouble_text,
)
from app.presenter.practise_rows import live_rows, summarise
from calibration.camera import known_or_assumed
from tests.consenting import consented
from vision.standard import judge, list_packs, load_pack
from vision.types import Drill, Measurement, Reason, Subject, Verdict

ROOT = Path(__file__).resolve().parents[2]
TELECOM = load_pack("telecom")
WOMAN, MAN = Subject(sex="f"), Subject(sex="m")


def stance(v_angle: float, heel_gap: float = 0.0, stance_ratio: float = 0.2, u: float = 2.0) -> dict[str, Measurement]:
    return {
        "v_angle": Measurement("v_angle", v_angle, u, "deg"),
        "heel_gap": Measurement("heel_gap", heel_gap, 0.5, "cm"),
        "stance_ratio": Measurement("stance_ratio", stance_ratio, 0.02, "1"),
        "trunk_lateral": Measurement("trunk_lateral", 0.0, 1.0, "deg"),
        "head_yaw": Measurement("head_yaw", None, None, "deg", Reason.OCCLUDED),
    }


def checks(measurements: dict[str, Measurement], subject: Subject = MAN) -> tuple[object, ...]:
    return judge(TELECOM, Drill.STAND, measurements, subject, 1.0)


def test_each_drill_of_the_default_standard_has_a_card_with_its_documents_figure() -> None:
    cards = {card.drill: card for card in drill_cards(TELECOM, "en")}
    assert set(cards) == set(Drill) - {Drill.ROUTINE} - {drill for drill in Drill if drill not in drills_of(TELECOM)}
    assert "45°" in cards[Drill.STAND].figure
    assert cards[Drill.STAND].source == "T2"
    assert cards[Drill.BOW].figure == "15°"
    assert cards[Drill.GUIDE].documented
    assert not cards[Drill.WALK].documented
    assert cards[Drill.WALK].figure == "house tolerance"


def test_the_main_clause_is_one_that_the_person_may_be_asked() -> None:
    assert main_clause(TELECOM, Drill.STAND, None).id == "stand.feet_v"
    assert main_clause(TELECOM, Drill.SIT, "f").id == "sit.depth_shallow"
    for info in list_packs():
        pack = load_pack(info.id)
        for drill in drills_of(pack):
            for sex in ("f", "m"):
                assert main_clause(pack, drill, sex).sex in (None, sex)


def test_standards_without_a_drill_and_broken_files_are_not_offered(tmp_path: Path) -> None:
    """Of a standard with manual items alone, no drill can be practised."""
    bare = tmp_path / "bare.toml"
    text = (ROOT / "vision" / "standard" / "packs" / "U2.toml").read_text("utf-8")
    head = text[: text.index("[[clause]]")]
    manual = next(part for part in text.split("[[clause]]") if 'decided = "manual"' in part)
    bare.write_text(f"{head}[[clause]]{manual}", "utf-8")
    names = ("telecom", "U2", str(bare), "/nowhere/pack.toml")
    shipped = [PackChoice(i, i, i, "1", "", "", "", False, i, i) for i in names]
    assert [choice.id_or_path for choice in practisable(shipped)] == ["telecom", "U2"]


def test_a_house_version_is_named_with_its_number_and_author() -> None:
    choice = PackChoice("x", "标准", "Standard", "1.0+2", "Chen", "2026-01-01", "wider", True, "x", "telecom")
    assert standard_name(choice, "en") == "Standard (1.0+2, Chen)"
    assert standard_name(choice, "zh") == "标准（1.0+2，Chen）"


def test_the_line_for_whom_says_what_is_missing() -> None:
    assert for_whom(Preferences(), None, "en") == (
        "height not given · sex not given · camera not calibrated (wider uncertainty)"
    )
    told = for_whom(
        Preferences(height_cm=168.0, sex="f", camera="/a/hall.camera.json"), known_or_assumed(None, (640, 480)), "zh"
    )
    assert told.startswith("身高 168 cm · 女 · 相机 hall（")


def test_a_right_v_shows_the_v_alone_and_a_wide_one_says_how_far() -> None:
    rows = {row.rule: row for row in live_rows(checks(stance(45.0)), "en", TELECOM)}
    assert rows["stand.feet_v.angle"].verdict is Verdict.PASS
    assert "stand.feet_parallel.axes" not in rows
    wide = {row.rule: row for row in live_rows(checks(stance(72.0)), "en", TELECOM)}
    assert wide["stand.feet_v.angle"].verdict is Verdict.FAIL
    assert wide["stand.feet_v.angle"].advice == "Bring the toes together by about 27°."
    assert wide["stand.feet_v.angle"].name.startswith("V-stance · ")


def test_while_nothing_is_decided_the_option_that_the_values_lean_to_is_shown() -> None:
    rows = [row.rule for row in live_rows(checks(stance(45.0, u=15.0)), "en", TELECOM)]
    assert "stand.feet_v.angle" in rows
    assert "stand.feet_parallel.axes" not in rows


def test_live_rows_keep_their_places_while_verdicts_change_and_unseen_ones_come_last() -> None:
    right = [row.rule for row in live_rows(checks(stance(45.0)), "en", TELECOM)]
    unsure = [row.rule for row in live_rows(checks(stance(54.0)), "en", TELECOM)]
    assert right == unsure
    seen = [row.verdict is not Verdict.NOT_MEASURED for row in live_rows(checks(stance(45.0)), "en", TELECOM)]
    assert seen == sorted(seen, reverse=True)


def test_a_wide_stance_of_a_woman_is_the_one_thing_to_change_though_a_t_is_still_open() -> None:
    measured = stance(72.0) | {"heel_arch_gap": Measurement("heel_arch_gap", 6.0, 3.0, "cm")}
    found = summarise([checks(measured, WOMAN)], "zh", TELECOM)
    assert found.change is not None
    assert found.change.rule == "stand.feet_v.angle"
    assert found.change.advice == "请把脚尖收拢约 27°。"


def test_a_summary_praises_what_passed_heaviest_first_and_counts_as_the_report_does() -> None:
    found = summarise([checks(stance(45.0))], "en", TELECOM)
    assert found.change is None
    assert found.good[0].rule == "stand.feet_v.angle"
    assert found.score.value == 100.0
    assert not found.nothing_decided
    assert summarise([checks({})], "en", TELECOM).nothing_decided
    assert summarise([], "en", TELECOM).rows == ()


def test_a_drill_done_twice_is_shown_time_by_time_and_praised_once() -> None:
    found = summarise([checks(stance(45.0)), checks(stance(72.0))], "en", TELECOM)
    assert len(found.times) == 2
    assert len({row.rule for row in found.good}) == len(found.good)
    assert found.change is not None
    assert found.change.rule == "stand.feet_v.angle"


def test_a_numeric_row_has_a_picture_of_its_band_and_a_word_has_none() -> None:
    words = stance(45.0) | {"hands_place": Measurement("hands_place", "abdomen", 0.01, "")}
    rows = {row.rule: row for row in summarise([checks(words)], "en", TELECOM).rows}
    assert rows["stand.feet_v.angle"].graphic.startswith("<svg")
    assert [row.graphic for row in rows.values() if row.name.endswith("Place of the hands")] == [""]


HINT = Hint(HintCode.BACK, Arrow.BACK, "请后退一步", "One step back")
READY = Hint(HintCode.READY, Arrow.GOOD, "位置很好", "Well placed")


def test_guidance_follows_the_stages() -> None:
    placing = LiveState(hint=HINT, frames=3)
    assert guidance(placing, "zh").title == "请后退一步"
    assert guidance(placing, "en").arrow is Arrow.BACK
    ready = guidance(replace(placing, hint=READY), "en")
    assert ready.good
    assert "Start" in ready.text
    assert "by itself" in guidance(replace(placing, hint=READY, armed=True), "en").text
    assert guidance(replace(placing, stage=Stage.COUNTDOWN, counting=2), "en").count == "2"
    holding = guidance(replace(placing, stage=Stage.PRACTISING, held_s=1.25, hold_of_s=5.0), "en")
    assert holding.share == pytest.approx(0.25)
    assert "held 1.2 s of 5 s" in holding.text
    assert guidance(replace(placing, stage=Stage.DONE), "zh").title == "完成"
    assert guidance(placing, "en", connected=False).title == "Connecting…"


def test_hints_are_spoken_while_placing_and_cues_are_shown_while_practising() -> None:
    placing = LiveState(hint=HINT, frames=3)
    assert [(line.text, line.shown) for line in cue_lines(placing, "en")] == [("One step back", False)]
    cues = tuple(Cue(f"rule{n}", Verdict.FAIL, f"改{n}", f"change {n}") for n in range(4))
    practising = replace(placing, stage=Stage.PRACTISING, cues=cues)
    assert [line.text for line in cue_lines(practising, "zh")] == ["改0", "改1", "改2"]
    assert all(line.shown for line in cue_lines(practising, "zh"))
    assert cue_lines(replace(placing, frames=0), "en") == ()
    assert cue_lines(replace(placing, stage=Stage.COUNTDOWN, counting=3), "en")[0].text == "3"


def test_speed_is_told_once_there_is_any() -> None:
    assert speed_text(Speed(), "en") == ""
    assert speed_text(Speed(fps=24.4, delay_ms=83.2), "en") == "delay 83 ms · 24 frames/s"
    assert speed_text(Speed(fps=24.4, delay_ms=83.2), "zh") == "延迟 83 毫秒 · 24 帧/秒"


@pytest.mark.parametrize("trouble", list(Trouble))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_trouble_says_what_is_wrong_and_what_to_do(trouble: Trouble, language: str) -> None:
    what, do = trouble_text(trouble, language)
    assert what
    assert do


@pytest.mark.parametrize(
    ("size_wh", "asked"),
    [(None, (640, 480)), ((1920, 1080), (640, 360)), ((960, 540), (640, 360)), ((720, 1280), (360, 640))],
)
def test_the_browser_is_asked_for_the_camera_files_own_format(
    size_wh: tuple[int, int] | None, asked: tuple[int, int]
) -> None:
    video = constraints(size_wh)["video"]
    assert (video["width"]["ideal"], video["height"]["ideal"]) == asked


def test_what_the_browser_says_of_its_camera_is_read_with_care() -> None:
    assert parse_camera(None) is None
    assert parse_camera({"width": 640, "height": 360}) == BrowserCamera((640, 360))
    assert parse_camera({"trouble": "denied", "detail": "NotAllowedError"}) == BrowserCamera(
        None, "denied", "NotAllowedError"
    )
    assert parse_camera({"width": 0, "height": 360}) == BrowserCamera(None, "failed")
    assert parse_camera({"trouble": "<b>"}) == BrowserCamera(None, "failed")
    assert parse_camera("yes") == BrowserCamera(None, "failed")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_opens_on_the_choice_without_an_exception(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YITAI_HOME", str(consented(tmp_path)))
    page = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60)
    page.query_params["lang"] = language
    page.run()
    assert not page.exception
    assert page.title[0].value == ("练习" if language == "zh" else "Practise")
    assert len(page.selectbox[0].options) >= 3
