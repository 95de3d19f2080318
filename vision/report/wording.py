"""Numbers, limits and names as a reader sees them, in Chinese (``zh``) and English (``en``).

The same words serve frames, HTML, PDF, tables and subtitles.
"""

from __future__ import annotations

import math
import re

from vision.quantities import (
    DRILL_TEXT,
    REASON_TEXT,
    VERDICT_TEXT,
    VIEW_TEXT,
    WORD_TEXT,
    label_text,
    quantity,
)
from vision.types import Check, Drill, Reason, Verdict, View

Language = str  # "zh" or "en"
LANGUAGES: tuple[Language, ...] = ("zh", "en")

UNIT_SIGN: dict[str, str] = {"deg": "°", "cm": " cm", "s": " s", "1": "", "cm/s": " cm/s", "1/min": "/min", "": ""}
_MOST_PLACES: dict[str, int] = {"°": 1, "cm": 1, "%": 0, "cm/s": 1, "/min": 0}

BASIS_TEXT: dict[str, dict[str, str]] = {
    "documented": {"zh": "文件规定", "en": "documented"},
    "house": {"zh": "内部容差", "en": "house tolerance"},
}
LEVEL_TEXT: dict[str, dict[str, str]] = {
    "full": {"zh": "完整标定", "en": "fully calibrated"},
    "floor": {"zh": "地面标定", "en": "floor sheet"},
    "person": {"zh": "身高标定", "en": "by a person's height"},
    "none": {"zh": "未标定", "en": "not calibrated"},
}
LEVEL_MEANING: dict[str, dict[str, str]] = {
    "full": {
        "zh": "镜头和相机位置都实测过。角度和距离可以放心使用，误差以每项后面的 ± 为准。",
        "en": "Lens and camera position were both measured. Angles and distances can be relied on "
        "within the ± shown with each.",
    },
    "floor": {
        "zh": "相机位置由地面标定纸得出，镜头参数为估计值。结果可用，± 会比完整标定略大。",
        "en": "The camera's position comes from a floor sheet and the lens was estimated. "
        "Results are usable; the ± is somewhat wider than with a full calibration.",
    },
    "person": {
        "zh": "相机位置由站立者的身高推算。结果作为参考，± 明显更大；做一次地面标定即可改善。",
        "en": "The camera's position was worked out from a standing person's height. "
        "Take results as guidance: the ± is clearly wider. A floor sheet improves this.",
    },
    "none": {
        "zh": "没有相机文件：程序假设相机水平、高约 1.2 米。± 因此很大，许多项目无法下结论；"
        "放一张地面标定纸就能得到可用的结果。",
        "en": "There is no camera file: a level camera at about 1.2 m was assumed. The ± is therefore wide "
        "and many checks stay undecided. Laying out one floor sheet gives usable results.",
    },
}


def check_value_text(check: Check, language: Language) -> str:
    """``46.2 ± 3.9°``; for a word its name; an en dash where nothing was measured."""
    if check.value is None:
        return "–"
    if isinstance(check.value, str):
        return word_text(check.value, language)
    sign = unit_sign(check)
    value = shown_number(check.value, check.measurement)
    u = None if check.u is None else shown_number(check.u, check.measurement)
    places = decimals(u, sign)
    if u is None or not math.isfinite(u):
        return f"{_fixed(value, places)}{sign}"
    return f"{_fixed(value, places)} ± {_fixed(u, places)}{sign}"


def decimals(u: float | None, sign: str) -> int:
    """Places after the point: two significant digits of ``u``, at most `_MOST_PLACES` of the unit.

    Enough that a verdict near a limit can be followed from the printed numbers.
    """
    most = _MOST_PLACES.get(sign.strip(), 2)
    if u is None or not math.isfinite(u) or u <= 0:
        return most
    return min(most, max(0, 1 - math.floor(math.log10(u))))


def _fixed(value: float, places: int) -> str:
    text = f"{value:.{places}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def unit_sign(check: Check) -> str:
    """The unit as it follows a number: ``°``, `` cm``, ``%``."""
    known = quantity(check.measurement)
    if known is not None and known.percent:
        return "%"
    unit = check.unit if known is None else known.unit
    return UNIT_SIGN.get(unit, f" {unit}")


def shown_number(value: float, measurement: str) -> float:
    """The number as it is shown: shares in per cent."""
    known = quantity(measurement)
    return value * 100 if known is not None and known.percent else value


def limit_text(value: float, measurement: str) -> str:
    """A limit without needless zeros: 35, 7.5."""
    return f"{round(shown_number(value, measurement), 3):g}".replace("-", "−")


def accept_text(check: Check, language: Language) -> str:
    """The accepted band: ``35–55°``, ``≤ 20 cm``, or the accepted words."""
    accept = check.accept
    words = [entry for entry in accept if isinstance(entry, str)]
    if words:
        joiner = "、" if language == "zh" else ", "
        return joiner.join(word_text(word, language) for word in words)
    low, high = band(check)
    suffix = unit_sign(check)
    if low is not None and high is not None:
        ends = limit_text(low, check.measurement), limit_text(high, check.measurement)
        joiner = "–" if low >= 0 else {"zh": " 至 ", "en": " to "}[language]
        return joiner.join(ends) + suffix
    if high is not None:
        return f"≤ {limit_text(high, check.measurement)}{suffix}"
    if low is not None:
        return f"≥ {limit_text(low, check.measurement)}{suffix}"
    return "–"


def band(check: Check) -> tuple[float | None, float | None]:
    """Low and high end of a numeric check; (None, None) for words."""
    ends = [end if isinstance(end, int | float) and math.isfinite(end) else None for end in check.accept]
    if len(ends) != 2 or any(isinstance(end, str) for end in check.accept):
        return None, None
    return ends[0], ends[1]


def clause_text(check: Check) -> str:
    """Document and section: ``T2 §3.1``."""
    section = check.clause.section.strip()
    if not section:
        return check.clause.source
    joiner = " §" if section[0].isdigit() else " "
    return typeset(f"{check.clause.source}{joiner}{section}")


def message_text(check: Check, language: Language) -> str:
    """The advice that goes with the verdict."""
    return typeset(check.message_zh) if language == "zh" else check.message_en


def seconds_text(time_s: float | None, language: Language) -> str:
    """``3.2 s`` or ``1:05``; an en dash for None."""
    if time_s is None:
        return "–"
    if time_s < 60:
        return f"{time_s:.1f}{' 秒' if language == 'zh' else ' s'}"
    return f"{int(time_s // 60)}:{time_s % 60:04.1f}"


_FULL_WIDTH = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？"}


def typeset(chinese: str) -> str:
    """Chinese text with full-width punctuation: commas not inside numbers, brackets round Chinese words."""
    text = re.sub(r"(?<=[\u4e00-\u9fff°）”])[,;:!?] ?", lambda found: _FULL_WIDTH[found[0][0]], chinese)
    text = re.sub(r"(?<=[A-Za-z0-9%])[,;:!?](?=[\u4e00-\u9fff“（(])", lambda found: _FULL_WIDTH[found[0]], text)
    return re.sub(r"\(([^()]*[\u4e00-\u9fff][^()]*)\)", r"（\1）", text)


def pick(text: tuple[str, str], language: Language) -> str:
    """The Chinese or the English half of a pair."""
    return text[0] if language == "zh" else text[1]


def word_text(word: str, language: Language) -> str:
    """A categorical value in words."""
    return pick(WORD_TEXT.get(word, (word, word)), language)


def reason_text(reason: Reason | None, language: Language) -> str:
    """Why there is no value; empty without a reason."""
    return "" if reason is None else typeset(pick(REASON_TEXT[reason], language))


def verdict_text(verdict: Verdict, language: Language) -> str:
    """The verdict in words."""
    return pick(VERDICT_TEXT[verdict], language)


def missing_text(check: Check, language: Language) -> str:
    """Why a check has no value: its own message, else the measurement's name and the reason; empty with a value."""
    if check.reason is None:
        return ""
    said = message_text(check, language)
    if said:
        return said
    joiner = "未测得：" if language == "zh" else " not measured: "
    return f"{label_text(check.measurement, language)}{joiner}{reason_text(check.reason, language)}"


def drill_text(drill: Drill, language: Language) -> str:
    """The drill's name."""
    return pick(DRILL_TEXT[drill], language)


def view_text(view: View, language: Language) -> str:
    """From where the camera sees the person."""
    return pick(VIEW_TEXT[view], language)
