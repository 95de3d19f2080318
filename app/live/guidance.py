"""Where the person should stand: one hint at a time, as a coach would say it.

Pure: landmarks and a few numbers in, a `Hint` out. What matters most comes
first (light, then people, then the whole body, then distance, place, view).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.live.state import Arrow, Hint, HintCode
from vision.landmarks import Landmark
from vision.types import Drill, FloatArray, PoseObservation
from vision.watch import DARK_LEVEL

BRIGHT_LEVEL = 225.0  # mean of a picture (0..255) that is washed out
DIM_LEVEL = 40.0  # a person is made out, but badly
SEEN_VISIBILITY = 0.5
EDGE_SHARE = 0.015  # of the picture's height or width: nearer to the edge is cut off
ROOM_SHARE = 0.12  # free room at one end of the body that lets the camera be tilted rather than the person move
TALLEST_SHARE = 0.93
SHORTEST_SHARE = {Drill.SIT: 0.40, Drill.WALK: 0.30}
USUAL_SHORTEST_SHARE = 0.52
ARM_ROOM_SHARE = 0.42  # of the body's height, to each side: a guiding arm must not leave the picture
BODY_ROOM_SHARE = 0.20
ROLL_LIMIT_DEG = 6.0
CROWN_SHARE = 0.25
_FEET = [int(i) for i in range(27, 33)]
_L = Landmark


@dataclass(frozen=True, slots=True)
class Scene:
    """What one picture shows. ``azimuth_deg``: from where the camera sees the person, None while unknown."""

    pose: PoseObservation | None
    size_wh: tuple[int, int]
    brightness: float  # mean level 0..255
    people: int = 1
    azimuth_deg: float | None = None
    camera_known: bool = False


# From where each drill wants to be seen: least and greatest |azimuth|, and the azimuth to turn to.
VIEWS_DEG: dict[Drill, tuple[float, float, float]] = {
    Drill.STAND: (0.0, 40.0, 0.0),
    Drill.GUIDE: (0.0, 40.0, 0.0),
    Drill.BOW: (45.0, 125.0, 90.0),
    Drill.SIT: (25.0, 115.0, 60.0),
    Drill.SQUAT: (25.0, 115.0, 60.0),
}
TEXTS: dict[HintCode, tuple[str, str]] = {
    HintCode.WAITING: ("等待画面", "Waiting for the picture"),
    HintCode.BROKEN: ("程序缺少部件，请找管理员", "A part of the program is missing: ask who runs it"),
    HintCode.NOBODY: ("请站到镜头前", "Step in front of the camera"),
    HintCode.SEVERAL: ("请只留一人在画面里", "One person at a time, please"),
    HintCode.TOO_DARK: ("太暗了，请开灯", "Too dark: more light, please"),
    HintCode.TOO_BRIGHT: ("太亮了，请避开强光", "Too bright: avoid strong light"),
    HintCode.BACK: ("请后退一步", "Step back"),
    HintCode.CLOSER: ("请靠近一步", "Come closer"),
    HintCode.LEVEL: ("镜头歪了，请摆平", "Level the camera"),
    HintCode.UPRIGHT: ("站直，别动", "Stand upright and still"),
    HintCode.READY: ("位置很好", "Well placed"),
    HintCode.HOLD: ("保持住", "Hold it"),
}
AFTER_BOW = ("请起身", "Rise again")
AFTER_ANY = ("好了，请放松", "That was it, relax")
BEGIN_TEXTS: dict[Drill, tuple[str, str]] = {
    Drill.STAND: ("站好，别动", "Stand as asked, and still"),
    Drill.BOW: ("请鞠躬", "Bow now"),
    Drill.GUIDE: ("请抬手指引", "Show the way with one arm"),
    Drill.SIT: ("请坐下，坐好", "Sit down"),
    Drill.WALK: ("请开始行走", "Start walking"),
    Drill.SQUAT: ("请下蹲", "Squat down"),
    Drill.HAND_OVER: ("请双手递出", "Hand it over with both hands"),
    Drill.ROUTINE: ("请开始", "Begin"),
    Drill.GROOM: ("请面向镜头站好", "Stand still and face the camera"),
}


def hint(code: HintCode, arrow: Arrow = Arrow.NONE) -> Hint:
    """The hint with its usual words."""
    return Hint(code, arrow, *TEXTS[code])


def begin_hint(drill: Drill) -> Hint:
    """What to do now."""
    return Hint(HintCode.BEGIN, Arrow.NONE, *BEGIN_TEXTS[drill])


def after_hint(drill: Drill) -> Hint:
    """The posture was held long enough: come out of it, which is recorded, too."""
    return Hint(HintCode.RISE, Arrow.NONE, *(AFTER_BOW if drill is Drill.BOW else AFTER_ANY))


def place_hint(scene: Scene, drill: Drill, mirrored: bool) -> Hint:
    """The first thing to mend, or that all is well."""
    dark = scene.brightness < (DARK_LEVEL if scene.pose is not None else DIM_LEVEL)
    if dark:
        return hint(HintCode.TOO_DARK)
    if scene.brightness > BRIGHT_LEVEL:
        return hint(HintCode.TOO_BRIGHT)
    if scene.pose is None:
        return hint(HintCode.NOBODY)
    if scene.people > 1:
        return hint(HintCode.SEVERAL)
    return (
        _whole_body(scene.pose, scene.size_wh)
        or _distance(scene.pose, scene.size_wh, drill)
        or _level(scene)
        or _sideways(scene, drill, mirrored)
        or _view(scene, drill, mirrored)
        or hint(HintCode.READY, Arrow.GOOD)
    )


def roll_deg(pose: PoseObservation) -> float:
    """By how much an upright person seems to lean in the picture, clockwise +; the camera then is rolled the other way.

    From between the ankles to between the shoulders.
    """
    px = pose.image_landmarks_px
    low, high = px[[_L.LEFT_ANKLE, _L.RIGHT_ANKLE]].mean(axis=0), px[[_L.LEFT_SHOULDER, _L.RIGHT_SHOULDER]].mean(axis=0)
    return float(np.degrees(np.arctan2(high[0] - low[0], low[1] - high[1])))


def _extent(pose: PoseObservation, rows: list[int]) -> tuple[FloatArray, FloatArray]:
    points = pose.image_landmarks_px[rows]
    return points.min(axis=0), points.max(axis=0)


def _crown_px(pose: PoseObservation) -> float:
    """Top of the head: above the nose by a quarter of the trunk's length, as in people of every size."""
    px = pose.image_landmarks_px
    trunk = px[[_L.LEFT_SHOULDER, _L.RIGHT_SHOULDER]].mean(axis=0) - px[[_L.LEFT_HIP, _L.RIGHT_HIP]].mean(axis=0)
    return float(px[_L.NOSE][1] - CROWN_SHARE * np.linalg.norm(trunk))


def _whole_body(pose: PoseObservation, size_wh: tuple[int, int]) -> Hint | None:
    """Head or feet cut off: step back, or tilt the camera where there is room at the other end."""
    height = size_wh[1]
    top, bottom = _crown_px(pose), float(_extent(pose, _FEET)[1][1])
    low = bottom > height * (1 - EDGE_SHARE) or float(np.max(pose.visibility[_FEET])) < SEEN_VISIBILITY
    high = top < height * EDGE_SHARE * 0.5
    if low and not high and top > ROOM_SHARE * height:
        return Hint(HintCode.WHOLE_BODY, Arrow.DOWN, "看不到脚，请把镜头压低", "Feet cut off: camera down")
    if high and not low and bottom < (1 - ROOM_SHARE) * height:
        return Hint(HintCode.WHOLE_BODY, Arrow.UP, "看不到头，请把镜头抬高", "Head cut off: camera up")
    if low:
        return Hint(HintCode.WHOLE_BODY, Arrow.BACK, "看不到脚，请后退", "Feet cut off: step back")
    if high:
        return Hint(HintCode.WHOLE_BODY, Arrow.BACK, "看不到头，请后退", "Head cut off: step back")
    return None


def body_height_px(pose: PoseObservation) -> float:
    """From the crown to the lowest point of the feet, in the picture."""
    return float(_extent(pose, _FEET)[1][1]) - _crown_px(pose)


def _distance(pose: PoseObservation, size_wh: tuple[int, int], drill: Drill) -> Hint | None:
    share = body_height_px(pose) / size_wh[1]
    if share > TALLEST_SHARE:
        return hint(HintCode.BACK, Arrow.BACK)
    if share < SHORTEST_SHARE.get(drill, USUAL_SHORTEST_SHARE):
        return hint(HintCode.CLOSER, Arrow.CLOSER)
    return None


def _level(scene: Scene) -> Hint | None:
    """Only for a camera of which nothing is known: a calibrated one may be rolled."""
    if scene.camera_known or scene.pose is None or abs(roll_deg(scene.pose)) <= ROLL_LIMIT_DEG:
        return None
    return hint(HintCode.LEVEL)


def _sideways(scene: Scene, drill: Drill, mirrored: bool) -> Hint | None:
    """Too near the left or right edge for what the drill needs."""
    if scene.pose is None:
        return None
    width = scene.size_wh[0]
    hips = scene.pose.image_landmarks_px[[_L.LEFT_HIP, _L.RIGHT_HIP]].mean(axis=0)
    share = ARM_ROOM_SHARE if drill in (Drill.GUIDE, Drill.BOW, Drill.HAND_OVER) else BODY_ROOM_SHARE
    room = min(share * body_height_px(scene.pose), 0.38 * width)
    if room <= hips[0] <= width - room:
        return None
    to_right = bool(hips[0] < room)  # of the picture as the camera takes it
    arrow = Arrow.RIGHT if to_right != mirrored else Arrow.LEFT
    azimuth = scene.azimuth_deg or 0.0
    if abs(azimuth) > 50:  # sideways in the picture is not sideways for the person
        return Hint(
            HintCode.LEFT if arrow is Arrow.LEFT else HintCode.RIGHT, arrow, "请走到画面中间", "Move to the middle"
        )
    own_left = to_right  # who faces the camera has their left on the picture's right
    return (
        Hint(HintCode.LEFT, arrow, "请向左一步", "One step to your left")
        if own_left
        else Hint(HintCode.RIGHT, arrow, "请向右一步", "One step to your right")
    )


def _view(scene: Scene, drill: Drill, mirrored: bool) -> Hint | None:
    """Turned the wrong way for this drill."""
    if scene.azimuth_deg is None or drill not in VIEWS_DEG:
        return None
    least, most, aim = VIEWS_DEG[drill]
    azimuth = scene.azimuth_deg
    if least <= abs(azimuth) <= most:
        return None
    target = aim if azimuth >= 0 else -aim
    to_own_right = target > azimuth  # turning right brings the camera to the own left
    arrow = Arrow.TURN_RIGHT if to_own_right == mirrored else Arrow.TURN_LEFT
    if aim == 0.0:
        return Hint(HintCode.TURN, arrow, "请面向镜头", "Face the camera")
    way = ("右", "right") if to_own_right else ("左", "left")
    if aim == 90.0:
        return Hint(HintCode.TURN, arrow, f"请向{way[0]}转，侧对镜头", f"Turn {way[1]}, side to the camera")
    return Hint(HintCode.TURN, arrow, f"请向{way[0]}转，斜对镜头", f"Turn {way[1]}, half to the camera")
