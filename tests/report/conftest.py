"""A made-up but realistic report: a V stance, a bow and a guiding gesture of one person."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vision.report import CalibrationRef, Program, Report, Source, StandardRef, StillEvidence
from vision.types import (
    Basis,
    Check,
    Clause,
    Drill,
    ManualItem,
    Measurement,
    Notice,
    Reason,
    Score,
    Segment,
    Series,
    Subject,
    Verdict,
    View,
)


def check(
    rule: str,
    measurement: str,
    value: float | str | None,
    u: float | None,
    accept: tuple[float | None, float | None] | tuple[str, ...],
    verdict: Verdict,
    zh: str,
    en: str,
    **other: object,
) -> Check:
    """A check with a made-up clause; ``zh`` and ``en`` are the ask."""
    reason = other.pop("reason", None)
    source, section = str(other.pop("source", "T2")), str(other.pop("section", "站姿"))
    advice_zh, advice_en = str(other.pop("advice_zh", "")), str(other.pop("advice_en", ""))
    settings = {
        "basis": Basis.HOUSE,
        "frame_s": 1.0,
        "unit": "" if isinstance(value, str) else "deg",
    } | other
    return Check(
        rule=rule,
        clause=Clause(source, section, zh, en),
        verdict=verdict,
        measurement=measurement,
        accept=accept,
        value=value,
        u=u,
        message_zh=advice_zh,
        message_en=advice_en,
        reason=reason,
        **settings,
    )  # type: ignore[arg-type]


def stand_segment() -> Segment:
    v = {"alternative": "stand.feet", "basis": Basis.DOCUMENTED}
    hands = {"basis": Basis.DOCUMENTED, "figure_zh": "右手在上", "figure_en": "right over left"}
    checks = (
        check(
            "stand.feet_v", "v_angle", 63.1, 4.2, (35.0, 55.0), Verdict.FAIL,
            "脚跟并拢，脚尖张开成 V 字", "heels together, toes open in a V",
            figure_zh="脚尖张开约 45°", figure_en="toes about 45° apart",
            advice_zh="脚尖张得太开：脚跟不动，两脚各向内收约 9°。",
            advice_en="The toes are too far apart: keep the heels and turn each foot in by about 9°.",
            option="stand.feet_v", **v,
        ),
        check(
            "stand.feet_parallel", "stance_ratio", 0.31, 0.05, (0.85, 1.15), Verdict.FAIL,
            "两脚平行，与肩同宽", "feet parallel, shoulder-wide",
            figure_zh="与肩同宽", figure_en="shoulder width", unit="1",
            advice_zh="两脚距离不到肩宽。", advice_en="The feet are closer than shoulder width.",
            option="stand.feet_parallel", **v,
        ),
        check(
            "stand.upright", "trunk_flexion", 1.8, 2.2, (-5.0, 5.0), Verdict.PASS,
            "身体正直，重心稳", "upright, weight stable",
            advice_zh="身体正直。", advice_en="Upright.",
        ),
        check(
            "stand.shoulders", "shoulder_tilt", 2.4, 1.3, (-3.0, 3.0), Verdict.UNCERTAIN,
            "两肩平，放松", "shoulders level and relaxed", section="2.1",
            advice_zh="左肩可能略高；差别与测量误差相当，无法下结论。",
            advice_en="The left shoulder may be slightly higher; the difference is no larger than the uncertainty.",
        ),
        check(
            "stand.hands_folded", "hand_on_top", "right", 0.06, ("right",), Verdict.PASS,
            "双手交叠于腹前，右手在上", "hands crossed at the lower abdomen, right over left",
            advice_zh="右手在上。", advice_en="The right hand is on top.", **hands,
        ),
        check(
            "stand.chin", "head_pitch", None, None, (-10.0, 5.0), Verdict.NOT_MEASURED,
            "下颌微收，颈部挺直", "chin slightly tucked, neck straight", reason=Reason.WRONG_VIEW,
        ),
    )  # fmt: skip
    measurements = (
        Measurement("v_angle", 63.1, 4.2, "deg"),
        Measurement("trunk_flexion", 1.8, 2.2, "deg"),
        Measurement("head_pitch", None, None, "deg", Reason.WRONG_VIEW),
        Measurement("hand_on_top", "right", 0.06, ""),
    )
    counts = {"pass": 2, "fail": 1, "uncertain": 1, "not_measured": 1}
    score = Score(66.7, 0.17, Verdict.FAIL, counts)
    return Segment(Drill.STAND, 0.0, 3.0, 0.4, 2.8, View.FRONT, measurements, checks, score)


def bow_segment() -> Segment:
    checks = (
        check(
            "bow.angle", "bow_angle", 15.6, 2.1, (10.0, 20.0), Verdict.PASS,
            "微笑并欠身致意", "greet with a slight bow and a smile",
            source="T1", section="见面问候", basis=Basis.DOCUMENTED, figure_zh="15°", figure_en="15°",
            frame_s=4.3, weight=2.0, advice_zh="鞠躬角度合适。", advice_en="The bow has the right depth.",
        ),
        check(
            "bow.hold", "bow_hold_s", 0.3, 0.08, (0.5, 3.0), Verdict.FAIL,
            "下到位后停留", "stay at the bottom", source="house", section="bow",
            frame_s=4.3, unit="s", advice_zh="停留太短：数一下再起身。",
            advice_en="The hold is too short: count one before you rise.",
        ),
        check(
            "bow.straight_back", "neck_line_change", None, None, (None, 15.0), Verdict.NOT_MEASURED,
            "背部挺直，以髋部为轴", "back straight, bend at the hips", reason=Reason.OCCLUDED,
        ),
    )  # fmt: skip
    score = Score(66.7, 0.25, Verdict.FAIL, {"pass": 1, "fail": 1, "uncertain": 0, "not_measured": 1})
    return Segment(Drill.BOW, 3.0, 6.0, 3.9, 4.6, View.FRONT, (), checks, score)


def guide_segment() -> Segment:
    common = {"source": "T1", "section": "引领手势", "frame_s": 7.6}
    checks = (
        check(
            "guide.arm_angle", "arm_trunk_right", 47.8, 3.4, (35.0, 55.0), Verdict.PASS,
            "手臂与身体成一定角度", "arm at an angle to the body", basis=Basis.DOCUMENTED,
            figure_zh="约 45°", figure_en="45°", advice_zh="手臂角度合适。", advice_en="The arm's angle is right.",
            **common,
        ),
        check(
            "guide.arm_straight", "elbow_right", 141.0, 6.0, (150.0, None), Verdict.FAIL,
            "手臂伸直", "arm stretched", advice_zh="肘部还弯着：把前臂再伸直约 9°。",
            advice_en="The elbow is bent: straighten the forearm by about 9°.", **common,
        ),
        check(
            "guide.height", "wrist_height_right", 0.42, 0.05, (0.0, 1.0), Verdict.PASS,
            "手高于腰、低于下颌", "above the waist, below the jaw", basis=Basis.DOCUMENTED, unit="1",
            advice_zh="高度合适。", advice_en="The height is right.", **common,
        ),
    )  # fmt: skip
    score = Score(66.7, 0.0, Verdict.FAIL, {"pass": 2, "fail": 1, "uncertain": 0, "not_measured": 0})
    return Segment(Drill.GUIDE, 6.0, 9.4, 7.0, 8.5, View.OBLIQUE, (), checks, score)


def example_report() -> Report:
    return Report(
        source=Source("clips/routine.mp4", "ab12" * 16, 9.4, 25.0, 235, (960, 540), 0),
        program=Program("0.1.0", "MediaPipe Pose full"),
        standard=StandardRef("telecom", "1.0", "7f3a91c2" * 8),
        calibration=CalibrationRef("full", "c0ffee" * 10, "board", {"pitch_deg": 0.5, "roll_deg": 0.5}),
        subject=Subject("学员 07", 165.0, "f"),
        segments=(stand_segment(), bow_segment(), guide_segment()),
        manual_items=(
            ManualItem("makeup", Clause("T2", "仪容", "淡妆上岗", "light make-up on duty"), "manual"),
            ManualItem("stand.still", Clause("T2", "站姿", "不做小动作", "no fidgeting"), "unsupported", Drill.STAND),
            ManualItem("nails", Clause("T2", "仪容", "指甲不超过 2 毫米", "nails no longer than 2 mm"), "manual"),
        ),
        overall=Score(66.7, 0.14, Verdict.FAIL, {"pass": 5, "fail": 3, "uncertain": 1, "not_measured": 2}),
        warnings=(Notice("second_person", "4.1 秒起画面中出现第二个人。", "A second person appears from 4.1 s on."),),
        timing={"decode": 0.41, "pose": 3.28, "fit": 0.6, "judge": 0.01},
        created="2025-01-01T08:30:00+08:00",
    )


def example_series() -> Series:
    """Made-up courses over 9.4 s at 25 frames a second, with a gap in one of them."""
    t = np.arange(0, 9.4, 0.04)
    rng = np.random.default_rng(3)

    def bump(start: float, end: float, height: float) -> np.ndarray:
        return height / (1 + np.exp(-(t - start) * 5)) / (1 + np.exp((t - end) * 5))

    noise = rng.normal(0, 0.25, (4, len(t)))
    v_angle = 63 + 2 * noise[0]
    v_angle[120:150] = np.nan
    values = {
        "v_angle": v_angle,
        "trunk_flexion": 1.8 + bump(3.6, 4.9, 15) + noise[1],
        "bow_angle": bump(3.6, 4.9, 15.6) + noise[1],
        "arm_trunk_right": 12 + bump(6.5, 8.8, 36) + noise[2],
        "elbow_right": 172 - bump(6.5, 8.8, 31) + noise[3],
    }
    u = {name: np.full(len(t), 2.0 + (name == "v_angle") * 2.2) for name in values}
    return Series(t, values, u)


@pytest.fixture
def report() -> Report:
    return example_report()


@pytest.fixture
def series() -> Series:
    return example_series()


@pytest.fixture
def stills() -> tuple[StillEvidence, ...]:
    """A drawn picture for the first check."""
    picture = np.full((120, 160, 3), 200, np.uint8)
    cv2.circle(picture, (80, 60), 30, (0, 90, 210), -1)
    done, data = cv2.imencode(".jpg", picture)
    assert done
    return (StillEvidence("stand.feet_v", 1.0, data.tobytes(), 0),)
