"""What the hand landmarks say: the hand's centre, where the palm faces, how the fingers are held.

Landmark numbers are MediaPipe's hand landmarks (wrist 0; thumb 1-4; index 5-8;
middle 9-12; ring 13-16; little 17-20). World landmarks are in axes of the line
of sight to the hand, as the network gives them, and are turned into camera axes
here. The learned constants (`vision/data/hand_head_model.json`) come from
``tools/fit_hand_head.py``.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from vision.types import FloatArray, Measurement, Reason, Side, View, frozen_array

WRIST, INDEX_KNUCKLE, MIDDLE_KNUCKLE, LITTLE_KNUCKLE = 0, 5, 9, 17
CENTRE_POINTS = (INDEX_KNUCKLE, MIDDLE_KNUCKLE, LITTLE_KNUCKLE)
_FINGERS = ((5, 6, 7, 8), (9, 10, 11, 12), (13, 14, 15, 16), (17, 18, 19, 20))
ON_TOP = "hand_on_top"
_HANGING = -0.8  # cosine of the hand's direction against up


@dataclass(frozen=True, slots=True)
class HandCentre:
    """Mean of the knuckles of index, middle and little finger, in pixels, with one standard deviation an axis."""

    position_px: FloatArray  # (2,)
    sigma_px: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "position_px", frozen_array(self.position_px, (2,), "position_px"))


@cache
def _model() -> dict[str, Any]:
    path = Path(__file__).parents[1] / "data" / "hand_head_model.json"
    model: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["hands"]
    return model


def hand_centre(landmarks_px: FloatArray, pixels_per_metre: float) -> HandCentre:
    """Centre of a hand from its landmarks (21, 2) and the body's scale in the picture."""
    sigma = float(_model()["centre_sigma_m"]) * pixels_per_metre
    return HandCentre(landmarks_px[list(CENTRE_POINTS)].mean(axis=0), sigma)


def palm_normal(world_m: FloatArray, side: Side) -> FloatArray:
    """Unit vector (3,) out of the palm, in the axes of the landmarks (21, 3)."""
    to_index = world_m[INDEX_KNUCKLE] - world_m[WRIST]
    to_little = world_m[LITTLE_KNUCKLE] - world_m[WRIST]
    normal = np.cross(to_index, to_little)
    sign = 1.0 if side is Side.RIGHT else -1.0
    return np.asarray(sign * normal / np.linalg.norm(normal), np.float64)


def palm_up_deg(world_m: FloatArray, side: Side, up: FloatArray) -> float:
    """Angle of the palm's normal against up, 0 = palm straight up; ``up`` (3,) in the axes of the landmarks."""
    return _angle_deg(palm_normal(world_m, side), up)


def hangs(world_m: FloatArray, up: FloatArray) -> bool:
    """Whether the hand (21, 3) points down within 37 degrees: there the palm's direction says little."""
    direction = world_m[MIDDLE_KNUCKLE] - world_m[WRIST]
    return bool(direction @ up < _HANGING * np.linalg.norm(direction))


@dataclass(frozen=True, slots=True)
class PalmReading:
    """Two looks at one hand, as `palm_reading` reads them."""

    angle_deg: float  # of the palm's normal against up
    apart_deg: float  # between the normals of the two looks; NaN with one look
    bend_deg: float  # of the fingers
    hangs: bool


def palm_reading(
    side: Side,
    world_m: FloatArray,
    second_world_m: FloatArray,
    centre_px: FloatArray,
    up_camera: FloatArray,
    k: FloatArray,
) -> PalmReading:
    """Read a hand (21, 3) seen at ``centre_px`` (2,), with a second look (21, 3), NaN where there was none."""
    up = towards(k, centre_px).T @ up_camera
    first, second = palm_normal(world_m, side), palm_normal(second_world_m, side)
    apart = _angle_deg(first, second)
    normal = first + second if math.isfinite(apart) else first
    return PalmReading(_angle_deg(normal, up), apart, finger_bend_deg(world_m), hangs(world_m, up))


def measure_palm_up(
    side: Side,
    world_m: FloatArray | None,
    second_world_m: FloatArray | None,
    centre_px: FloatArray | None,
    handedness_score: float,
    up_camera: FloatArray,
    k: FloatArray,
) -> Measurement:
    """``palm_up_left`` or ``palm_up_right``, from the fields of a hand observation.

    Not measured where no hand was found (``world_m`` None), where the hand hangs or
    its fingers are bent, where its shape does not speak clearly for ``side`` (palm
    and back may be swapped), and where two looks do not agree.
    """
    name = f"palm_up_{side}"
    if world_m is None or second_world_m is None or centre_px is None or not np.isfinite(world_m).all():
        return Measurement(name, None, None, "deg", Reason.OCCLUDED)
    part = _model()["palm_up"]
    reading = palm_reading(side, world_m, second_world_m, centre_px, up_camera, k)
    clear = handedness_score >= part["min_handedness"] and reading.apart_deg <= part["max_apart_deg"]
    if not clear or reading.hangs or reading.bend_deg > part["max_bend_deg"]:
        return Measurement(name, None, None, "deg", Reason.TOO_UNCERTAIN)
    value = float(np.clip(np.polyval(part["correction"], reading.angle_deg), 0.0, 180.0))
    u = part["u_deg"][int(np.searchsorted(part["edges_deg"], value, side="right"))]
    if u is None:
        return Measurement(name, None, None, "deg", Reason.TOO_UNCERTAIN)
    return Measurement(name, value, float(u), "deg")


def finger_bend_deg(world_m: FloatArray) -> float:
    """Mean bend of the four fingers' joints after the knuckle; 0 = straight."""
    bends = []
    for a, b, c, d in _FINGERS:
        bones = np.diff(world_m[[a, b, c, d]], axis=0)
        bends += [_angle_deg(bones[0], bones[1]), _angle_deg(bones[1], bones[2])]
    return float(np.mean(bends))


def finger_spread_deg(world_m: FloatArray) -> float:
    """Mean angle between neighbouring fingers (knuckle to tip); small = together."""
    directions = [world_m[finger[3]] - world_m[finger[0]] for finger in _FINGERS]
    return float(np.mean([_angle_deg(a, b) for a, b in pairwise(directions)]))


def measure_hand_on_top(log_odds_right: float | None, *, place: str | None, view: View) -> Measurement:
    """``hand_on_top``: ``left`` or ``right``, with the probability of being wrong.

    ``log_odds_right``: what the crop says (`vision.estimators.hand_top`), None when
    the hands could not be seen together. ``place``: the word of ``hands_place``; only
    hands folded before the abdomen were learned. From the side the network is no better than chance.
    """
    part = _model()[ON_TOP]
    if view not in (View.FRONT, View.OBLIQUE):
        return Measurement(ON_TOP, None, None, "", Reason.WRONG_VIEW)
    if log_odds_right is None or not math.isfinite(log_odds_right):
        return Measurement(ON_TOP, None, None, "", Reason.OCCLUDED)
    if place is not None and place not in part["places"]:
        return Measurement(ON_TOP, None, None, "", Reason.OCCLUDED if place == "back" else Reason.UNSUPPORTED)
    wrong = wrong_probability(log_odds_right, part["slope"], part["floor"])
    if wrong > part["max_wrong"]:
        return Measurement(ON_TOP, None, None, "", Reason.TOO_UNCERTAIN)
    return Measurement(ON_TOP, str(Side.RIGHT if log_odds_right > 0 else Side.LEFT), wrong, "")


def wrong_probability(log_odds: float, slope: float, floor: float) -> float:
    """Calibrated chance that the sign of the log odds is wrong; never below ``floor``."""
    return max(floor, 1.0 / (1.0 + math.exp(min(slope * abs(log_odds), 60.0))))


def _angle_deg(a: FloatArray, b: FloatArray) -> float:
    return math.degrees(math.atan2(float(np.linalg.norm(np.cross(a, b))), float(a @ b)))


def towards(k: FloatArray, point_px: FloatArray) -> FloatArray:
    """Shortest rotation (3, 3) from the optical axis to the ray through a pixel."""
    x, y, z = np.linalg.solve(k, np.array([*point_px, 1.0]))
    length = math.hypot(x, y)
    if length < 1e-12:
        return np.eye(3)
    axis = np.array([-y, x, 0.0]) / length
    return np.asarray(cv2.Rodrigues(axis * math.atan2(length, z))[0], np.float64)
