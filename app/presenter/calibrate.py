"""Words and numbers of the Calibrate page: the ways, what a camera says of itself, what was found wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.calibrating.outcome import GOOD_FOCAL, GOOD_HEIGHT_M, GOOD_PITCH_DEG
from app.texts import pick
from calibration.camera import Camera, assumed_camera
from calibration.check import ERROR, Finding
from calibration.neutral import Neutral
from calibration.pose import field_of_view_deg, pitch_roll_deg

LEVELS = ("none", "person", "floor", "full")
LEVEL_NAMES = {
    "none": ("未标定", "not calibrated"),
    "person": ("人体标定", "by a person"),
    "floor": ("地面标定", "by the floor sheet"),
    "full": ("地面与镜头标定", "floor and lens"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """A way to calibrate: what it takes and what it gives; texts are (zh, en)."""

    id: str
    icon: str
    name: tuple[str, str]
    time: tuple[str, str]
    need: tuple[str, str]
    gives: tuple[str, str]
    level: str | None = None  # the level of knowledge it reaches


WAYS = (
    Way(
        "person", "accessibility_new", ("站一站", "Stand"), ("1 分钟", "1 minute"),
        ("一位知道身高的人", "somebody whose height you know"),
        ("相机的高度、俯仰、侧倾和焦距", "the camera's height, tilt and focal length"), "person",
    ),
    Way(
        "floor", "grid_on", ("铺标定纸", "Floor sheet"), ("5 分钟", "5 minutes"),
        ("打印一张纸，一把尺", "one printed sheet and a ruler"),
        ("同上，更准，不依赖人的站姿", "the same, surer, whoever stands how"), "floor",
    ),
    Way(
        "board", "blur_on", ("标定镜头", "Lens"), ("5 分钟", "5 minutes"),
        ("打印棋盘纸，贴在硬板上", "the printed board, glued onto something flat"),
        ("焦距和畸变；再做标定纸即为最高级别", "focal length and distortion; with the floor sheet the best"),
        "full",
    ),
    Way(
        "seat", "chair", ("座椅", "Seat"), ("1 分钟", "1 minute"),
        ("已标定的相机，座高和座深", "a calibrated camera, the seat's height and depth"),
        ("能判断坐了椅面的几分之几", "how much of the seat is sat on"),
    ),
    Way(
        "neutral", "person", ("自然站姿", "Own upright"), ("10 秒", "10 seconds"),
        ("学员站直两秒", "the trainee stands upright for two seconds"),
        ("每个人自己的“直”，鞠躬和头部以它为准", "what upright is for this person; bows and heads are held against it"),
    ),
    Way(
        "check", "fact_check", ("检查文件", "Check a file"), ("半分钟", "half a minute"),
        ("相机文件，最好有一张画面", "a camera file, better with a picture"),
        ("发现镜像、移动、尺寸填错等问题", "finds mirrored, moved and wrongly sized calibrations"),
    ),
    Way(
        "print", "print", ("打印", "Print"), ("1 分钟", "1 minute"),
        ("打印机，A4 或 A3", "a printer, A4 or A3"),
        ("标定纸和棋盘纸（PDF，真实尺寸）", "floor sheets and boards (PDF, true size)"),
    ),
)  # fmt: skip


def way(name: str) -> Way:
    """A way by its id; KeyError for another word."""
    return {one.id: one for one in WAYS}[name]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a level is worth before anything is measured: two standard deviations of the camera's own numbers."""

    level: str
    pitch_deg: float
    height_cm: float
    focal_percent: float


# Twice the typical standard deviations of docs/calibration.md; tests hold them against that table.
TYPICAL = (
    Tried("none", 16.0, 50.0, 36.0),
    Tried("person", 0.6, 5.0, 6.0),
    Tried("floor", 0.4, 3.0, 2.0),
    Tried("full", 0.3, 2.0, 0.4),
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number for the eye. ``good`` None where there is nothing to judge."""

    label: str
    value: str
    spread: str
    good: bool | None
    note: str = ""


def camera_numbers(camera: Camera, language: str, *, beside_none: bool = False) -> list[Number]:
    """Height, pitch, roll and field of view with u (two standard deviations).

    ``beside_none``: the notes say what u would be without calibration.
    """

    def say(zh: str, en: str) -> str:
        return pick(language, zh, en)

    pitch, roll = pitch_roll_deg(camera.rotation_cam_from_floor)
    looks = say("朝下", "down") if pitch < -0.5 else say("朝上", "up") if pitch > 0.5 else say("水平", "level")
    turns = (
        say("顺时针", "clockwise")
        if roll > 0.5
        else say("逆时针", "anticlockwise")
        if roll < -0.5
        else say("正", "even")
    )
    notes = ["", looks, turns, say(f"焦距 {camera.focal_px:.0f} 像素", f"focal length {camera.focal_px:.0f} px")]
    spreads = _spreads(camera)
    if beside_none:
        before = _spreads(assumed_camera(camera.image_size))
        notes = [say(f"未标定时 {one}", f"uncalibrated {one}") for one in before]
    s = camera.sigma
    return [
        Number(
            say("离地高度", "Height above the floor"), f"{100 * camera.centre_m[2]:.0f} cm", spreads[0],
            s.height_m <= GOOD_HEIGHT_M, notes[0],
        ),
        Number(say("俯仰", "Pitch"), f"{_signed(pitch)}°", spreads[1], s.pitch_deg <= GOOD_PITCH_DEG, notes[1]),
        Number(say("侧倾", "Roll"), f"{_signed(roll)}°", spreads[2], s.roll_deg <= GOOD_PITCH_DEG, notes[2]),
        Number(
            say("视场角", "Field of view"), f"{field_of_view_deg(camera):.0f}°", spreads[3],
            s.focal_rel <= GOOD_FOCAL, notes[3],
        ),
    ]  # fmt: skip


def _spreads(camera: Camera) -> list[str]:
    """u of height, pitch, roll and field of view."""
    s = camera.sigma
    height_cm = 200 * s.height_m
    return [
        f"± {height_cm:.{0 if height_cm > 4 else 1}f} cm",
        f"± {2 * s.pitch_deg:.1f}°",
        f"± {2 * s.roll_deg:.1f}°",
        f"± {_field_spread_deg(camera):.1f}°",
    ]


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−") if abs(value) >= 0.05 else "0.0"


def _field_spread_deg(camera: Camera) -> float:
    """How far the field of view moves when the focal length does by two standard deviations."""
    half = math.radians(field_of_view_deg(camera) / 2)
    return math.degrees(2 * math.sin(half) * math.cos(half) * 2 * camera.sigma.focal_rel)


def camera_line(camera: Camera, language: str) -> str:
    """One line: level, height, tilt, seat."""
    numbers = camera_numbers(camera, language)
    seat = pick(language, "有座椅", "with a seat") if camera.seat else pick(language, "无座椅", "no seat")
    parts = [f"{one.label} {one.value} {one.spread}" for one in numbers[:2]]
    return " · ".join([pick(language, *LEVEL_NAMES[camera.level]), *parts, seat])


_COMMANDS = re.compile(r"\s*[（(](?:calibrate \w+(?:[,，、]\s*)?)+[)）]")
_OPTIONS = {
    "请用 --height-cm 给出身高": "请填写身高",
    "并用 --ruler-mm 给出": "并填写",
    "and give it as --ruler-mm": "and enter it",
    "--ruler-mm": "标尺线 / ruler line",
    "--height-cm": "身高 / height",
}


def plain(text: str) -> str:
    """The line without names of commands and options, which the page does not have."""
    text = _COMMANDS.sub("", text)
    for option, words in _OPTIONS.items():
        text = text.replace(option, words)
    return text


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding as the page shows it."""

    bad: bool
    text: str


def remarks(findings: Sequence[Finding], language: str) -> list[Remark]:
    """Errors first."""
    ordered = sorted(findings, key=lambda finding: finding.severity != ERROR)
    return [Remark(one.severity == ERROR, plain(pick(language, one.zh, one.en))) for one in ordered]


NEUTRAL_ANGLES = {
    "trunk_flexion": ("躯干前倾", "Trunk forward"),
    "trunk_lateral": ("躯干侧倾", "Trunk sideways"),
    "shoulder_tilt": ("双肩倾斜", "Shoulders"),
    "head_pitch": ("头部俯仰", "Head up or down"),
    "head_roll": ("头部侧倾", "Head to the side"),
}


def neutral_numbers(neutral: Neutral, language: str) -> list[Number]:
    """Lengths and angles with the spread between the frames (two standard deviations)."""
    found = [
        Number(pick(language, "身高", "Stature"), f"{neutral.stature_cm:.0f} cm", "", None),
        Number(
            pick(language, "肩高", "Shoulder height"), f"{neutral.shoulder_height_cm:.0f} cm",
            f"± {2 * neutral.sigma.get('shoulder_height', 0.0):.1f}", None,
        ),
    ]  # fmt: skip
    for name, words in NEUTRAL_ANGLES.items():
        if name in neutral.angles_deg:
            spread = f"± {2 * neutral.sigma.get(name, 0.0):.1f}"
            found.append(Number(pick(language, *words), f"{_signed(neutral.angles_deg[name])}°", spread, None))
    return found


# Each printed sheet: its name and when to take it.
SHEET_WORDS = {
    "floor-a4": (("A4 标定纸", "A4 sheet"), ("一页；相机在 3 米以内", "one page; the camera within 3 m")),
    "floor-a3": (("A3 标定纸", "A3 sheet"), ("一页；更远处也看得清", "one page; seen from farther away")),
    "floor-poster": (
        ("四张 A4 拼图", "Poster of four A4"),
        ("最准；还能自己看出打印缩放", "the surest; notices a shrunk print by itself"),
    ),
    "board-a4": (("A4 棋盘纸", "A4 board"), ("一页；贴在硬板上", "one page; glue it onto something flat")),
    "board-a3": (("A3 棋盘纸", "A3 board"), ("一页；大会议室、远处的相机", "one page; for cameras far away")),
}
