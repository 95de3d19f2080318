"""What is to be taken in each step, and what the person hears and reads before it is."""

from __future__ import annotations

from app.components.camera_picture import Stop
from app.texts import pick

PERSON_STILLS, PERSON_SPAN_S = 5, 1.2
# Name, title, hint; texts are (zh, en).
SPOTS = (
    (
        "middle",
        ("正前方", "In front"),
        (
            "站到 3 米左右，面向镜头，头和鞋都在画面内",
            "Stand about 3 m away facing the camera, head and shoes in sight",
        ),
    ),
    (
        "near",
        ("近一些", "Nearer"),
        ("向前走一大步，头和鞋刚好还在画面内", "One big step forwards, so that head and shoes just fit"),
    ),
    ("left", ("后方一侧", "Back, one side"), ("退到后面，靠画面一侧", "Step back, to one side of the picture")),
    ("right", ("后方另一侧", "Back, other side"), ("站到另一侧，同样靠后", "Over to the other side, as far back")),
)
SHEET_PLACES = (
    (
        "middle",
        ("中间", "Middle"),
        (
            "把标定纸平放在人要站的地方，箭头背向相机",
            "Lay the sheet where people will stand, arrow away from the camera",
        ),
    ),
    (
        "left",
        ("左后", "Back left"),
        ("移到左边、稍远处，再放平", "Move it to the left and farther back, flat again"),
    ),
    (
        "right",
        ("右前", "Front right"),
        ("移到右边、近处，仍完整在画面内", "Move it to the right and nearer, still wholly in sight"),
    ),
)


def person_stops(count: int, language: str) -> tuple[Stop, ...]:
    """The first ``count`` places to stand at."""
    during = pick(language, "站直，保持不动", "Upright, hold still")
    return tuple(
        Stop(name, pick(language, *title), pick(language, *hint), PERSON_STILLS, PERSON_SPAN_S, during)
        for name, title, hint in SPOTS[:count]
    )


def floor_stops(language: str) -> tuple[Stop, ...]:
    """Three places of the sheet."""
    during = pick(language, "手离开，不要碰纸", "Hands off the sheet")
    return tuple(
        Stop(name, pick(language, *title), pick(language, *hint), 1, 0.0, during) for name, title, hint in SHEET_PLACES
    )


def board_stops(language: str) -> tuple[Stop, ...]:
    """The board waved about for half a minute."""
    return (
        Stop(
            "board",
            pick(language, "挥动标定板", "Wave the board"),
            pick(language, "准备好标定板，每响一声换一个位置", "Board ready; another place at every beep"),
            24,
            36.0,
            pick(
                language,
                "换个位置：远近、四角、左右上下倾斜，停稳",
                "Elsewhere: near, far, corners, tilted each way; then hold",
            ),
        ),
    )


def still_stop(language: str, hint: tuple[str, str]) -> tuple[Stop, ...]:
    """One still."""
    return (Stop("still", pick(language, "拍一张", "One picture"), pick(language, *hint), 1, 0.0),)


def standing_stop(language: str) -> tuple[Stop, ...]:
    """Two and a half seconds of standing, for a neutral."""
    return (
        Stop(
            "standing",
            pick(language, "自然站直", "Stand upright"),
            pick(language, "自然站直，目视前方，双臂下垂", "Stand upright, look straight ahead, arms down"),
            21,
            2.6,
            pick(language, "保持不动", "Hold still"),
        ),
    )


def sitting_stop(language: str) -> tuple[Stop, ...]:
    """Two and a half seconds of sitting all the way back."""
    return (
        Stop(
            "sitting",
            pick(language, "坐满椅面", "Sit all the way back"),
            pick(language, "向后坐满，后背贴住椅背", "Sit all the way back against the backrest"),
            17,
            2.6,
            pick(language, "保持不动", "Hold still"),
        ),
    )
