"""What can be measured: name, unit, readable labels and definition of every quantity.

The table itself is ``quantities.toml`` beside this file, so that it can be read
and translated without touching code. An entry with ``sides = true`` stands for
two quantities, ``NAME_left`` and ``NAME_right`` (the person's own sides). A name
here is only a promise of meaning: a quantity that nobody measures reaches the
judge as ``unsupported``, visibly.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from vision.types import Drill, Reason, Side, Verdict, View

Text = tuple[str, str]  # zh, en

UNITS: frozenset[str] = frozenset({"deg", "cm", "s", "1", "cm/s", "1/min", ""})

VERDICT_TEXT: dict[Verdict, Text] = {
    Verdict.PASS: ("符合", "pass"),
    Verdict.FAIL: ("不符合", "fail"),
    Verdict.UNCERTAIN: ("无法判定", "uncertain"),
    Verdict.NOT_MEASURED: ("未测得", "not measured"),
}

REASON_TEXT: dict[Reason, Text] = {
    Reason.OUT_OF_FRAME: ("需要的身体部位不在画面内", "the part of the body it needs is outside the picture"),
    Reason.OCCLUDED: ("需要的身体部位被遮挡", "the part of the body it needs is hidden"),
    Reason.WRONG_VIEW: ("这个拍摄方向看不准", "it cannot be seen well enough from this direction"),
    Reason.NO_FLOOR: ("没有地面标定", "the camera file has no floor"),
    Reason.NO_SEAT: ("不知道椅面的位置", "the position of the seat is not known"),
    Reason.NO_NEUTRAL: ("没有本人的自然站立作参照", "there is no upright reference of this person"),
    Reason.TOO_UNCERTAIN: ("误差过大，数值没有意义", "the uncertainty is too large for the number to mean anything"),
    Reason.NO_PERSON: ("画面中没有找到人", "no person was found"),
    Reason.SEVERAL_PEOPLE: (
        "画面中有多人，无法确定被测者",
        "several people are in the picture and the subject is not clear",
    ),
    Reason.TOO_SMALL: ("人在画面中太小", "the person is too small in the picture"),
    Reason.TOO_DARK: ("画面太暗", "the picture is too dark"),
    Reason.UNSUPPORTED: ("目前还不能测量这一项", "this cannot be measured yet"),
}

DRILL_TEXT: dict[Drill, Text] = {
    Drill.STAND: ("站姿", "standing"),
    Drill.BOW: ("鞠躬", "bow"),
    Drill.GUIDE: ("指引手势", "guiding gesture"),
    Drill.SIT: ("坐姿", "sitting"),
    Drill.WALK: ("行姿", "walking"),
    Drill.SQUAT: ("蹲姿", "squatting"),
    Drill.HAND_OVER: ("递接物品", "handing over"),
    Drill.ROUTINE: ("整套动作", "whole routine"),
    Drill.GROOM: ("仪容仪表", "grooming"),
}

VIEW_TEXT: dict[View, Text] = {
    View.FRONT: ("正面", "front"),
    View.OBLIQUE: ("斜侧面", "oblique"),
    View.SIDE: ("侧面", "side"),
    View.BACK: ("背面", "back"),
}

SIDE_TEXT: dict[Side, Text] = {Side.LEFT: ("左", "left"), Side.RIGHT: ("右", "right")}

WORD_TEXT: dict[str, Text] = {
    "left": ("左", "left"),
    "right": ("右", "right"),
    "abdomen": ("腹前", "in front of the abdomen"),
    "sides": ("体侧", "at the sides"),
    "back": ("身后", "behind the back"),
    "chest": ("胸前", "at the chest"),
    "other": ("其他位置", "elsewhere"),
    "yes": ("有", "yes"),
    "no": ("无", "no"),
    "natural": ("自然色", "natural"),
    "dyed": ("明显染色", "conspicuously dyed"),
    "dark": ("深色", "dark"),
    "light": ("浅色", "light"),
    "skin": ("肤色", "skin tone"),
    "long": ("长", "long"),
    "short": ("短", "short"),
    "open": ("敞开", "open"),
    "closed": ("扣好", "closed"),
    "no_coat": ("未穿外套", "no coat"),
    "walk": ("走", "walking"),
    "run": ("跑", "running"),
}

_UNIT_SIGN = {"deg": "°", "cm": " cm", "s": " s", "1": "", "cm/s": " cm/s", "1/min": "/min", "": ""}


@dataclass(frozen=True, slots=True)
class Quantity:
    """One measurable thing.

    ``unit`` is the unit of every value with this name ("1" for a ratio, "" for a
    word); ``words`` are the values a word may take; ``percent`` says that a share
    is shown to people as per cent; ``unmeasured_*`` say why nobody measures it ("" where somebody does).
    """

    name: str
    unit: str
    label_zh: str
    label_en: str
    definition_zh: str
    definition_en: str
    words: tuple[str, ...] = ()
    percent: bool = False
    side: Side | None = None
    unmeasured_zh: str = ""
    unmeasured_en: str = ""

    @property
    def kind(self) -> str:
        """``number`` or ``word``."""
        return "word" if self.words else "number"

    def label(self, language: str) -> str:
        """The short name for reports, in ``zh`` or ``en``."""
        return self.label_zh if language == "zh" else self.label_en


@cache
def quantities() -> Mapping[str, Quantity]:
    """Every quantity by name, in the order of the table."""
    table = tomllib.loads(resources.files("vision").joinpath("quantities.toml").read_text("utf-8"))
    found: dict[str, Quantity] = {}
    for name, row in table.items():
        for quantity in _expand(name, row):
            if quantity.name in found or quantity.unit not in UNITS:
                raise ValueError(f"quantities.toml: '{quantity.name}' is listed twice or has an unknown unit")
            found[quantity.name] = quantity
    return MappingProxyType(found)


def quantity(name: str) -> Quantity | None:
    """The quantity called ``name``, or None."""
    return quantities().get(name)


def label_text(name: str, language: str) -> str:
    """The readable label of a measurement; the bare name when it is not in the table."""
    known = quantity(name)
    return name if known is None else known.label(language)


def number_text(value: float, name: str, u: float | None = None) -> str:
    """A value with its unit and, when ``u`` is given, its uncertainty, as people read it: ``45 ± 4°``."""
    known = quantity(name)
    unit = "" if known is None else known.unit
    sign = _UNIT_SIGN[unit]
    if known is not None and known.percent:
        unit, sign, value, u = "deg", "%", 100 * value, None if u is None else 100 * u
    digits = _digits(unit, abs(value), u)
    text = _fixed(value, digits)
    return f"{text}{sign}" if u is None else f"{text} ± {_fixed(u, digits)}{sign}"


def value_text(value: float | str, name: str, u: float | None, language: str) -> str:
    """A measured value for a report: a number with unit and uncertainty, or the word's readable form."""
    if isinstance(value, str):
        zh, en = WORD_TEXT.get(value, (value, value))
        return zh if language == "zh" else en
    return number_text(value, name, u)


def _digits(unit: str, size: float, u: float | None) -> int:
    if unit in ("1", "s"):
        return 2 if unit == "1" else 1
    if u is not None:
        return int(u < (1 if unit == "deg" else 2))
    small = unit != "deg" and size < 10 and size != round(size)
    return int(small)


def _fixed(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text[1:] if text.startswith("-") and float(text) == 0 else text


def _expand(name: str, row: dict[str, Any]) -> list[Quantity]:
    if not row.get("sides", False):
        return [_quantity(name, row, None)]
    return [_quantity(f"{name}_{side}", row, side) for side in Side]


def _quantity(name: str, row: dict[str, Any], side: Side | None) -> Quantity:
    zh, en = SIDE_TEXT[side] if side is not None else ("", "")
    return Quantity(
        name=name,
        unit=row["unit"],
        label_zh=row["zh"].replace("{side}", zh),
        label_en=row["en"].replace("{side}", en),
        definition_zh=row["define_zh"].replace("{side}", zh),
        definition_en=row["define_en"].replace("{side}", en),
        words=tuple(row.get("words", ())),
        percent=row.get("percent", False),
        side=side,
        unmeasured_zh=row.get("unmeasured_zh", ""),
        unmeasured_en=row.get("unmeasured_en", ""),
    )
