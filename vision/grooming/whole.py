"""What a picture of the whole body adds: shoes, and how far sleeves and trousers reach.

Colours are read along the limbs between the pose network's landmarks: cloth is
what looks like the upper part of the limb, skin what looks like the hand.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from vision.grooming.decide import MAX_FACING_RISK, decide, missing
from vision.grooming.seen import Facing, Portrait, Region
from vision.landmarks import Landmark
from vision.landmarks import Landmark as _L
from vision.types import FloatArray, ImageBgr, Measurement, Reason

NAMES = ("shoe_tone", "sleeves", "trousers")
SEEN = 0.5
LEAST_SHOE_PX = 8.0  # from heel to toe
LEAST_LIMB_PX = 24.0
APART, LIMB_SIGMA = 18.0, 5.0  # CIELAB without half the lightness: cloth and skin must differ; noise of a difference
ARMS = (
    (_L.LEFT_SHOULDER, _L.LEFT_ELBOW, _L.LEFT_WRIST, _L.LEFT_INDEX),
    (_L.RIGHT_SHOULDER, _L.RIGHT_ELBOW, _L.RIGHT_WRIST, _L.RIGHT_INDEX),
)
LEGS = ((_L.LEFT_HIP, _L.LEFT_KNEE, _L.LEFT_ANKLE), (_L.RIGHT_HIP, _L.RIGHT_KNEE, _L.RIGHT_ANKLE))
DARK_L, SIGMA_L = 38.0, 6.0  # CIELAB lightness above which a shoe is no dark one; how far light moves it


def measure_whole(portrait: Portrait) -> tuple[dict[str, Measurement], tuple[Region, ...]]:
    """`NAMES` by name, and the outlines of the shoes."""
    marks, seen = portrait.landmarks_px, portrait.visibility
    if marks is None or seen is None:
        return missing(NAMES, Reason.TOO_UNCERTAIN), ()
    if portrait.facing is not Facing.FRONT or portrait.facing_wrong > MAX_FACING_RISK:
        return missing(NAMES, Reason.WRONG_VIEW), ()
    shoes, regions = _shoes(portrait, marks, seen)
    hands = [_along(portrait, marks, seen, wrist, index, (0.5, 0.9)) for _, _, wrist, index in ARMS]
    arms = [
        (
            _along(portrait, marks, seen, shoulder, elbow, (0.3, 0.6)),
            _along(portrait, marks, seen, elbow, wrist, (0.3, 0.7)),
        )
        for shoulder, elbow, wrist, _ in ARMS
    ]
    legs = [
        (_along(portrait, marks, seen, hip, knee, (0.4, 0.8)), _along(portrait, marks, seen, knee, ankle, (0.3, 0.7)))
        for hip, knee, ankle in LEGS
    ]
    return {
        "shoe_tone": shoes,
        "sleeves": _length("sleeves", arms, hands),
        "trousers": _length("trousers", legs, hands),
    }, regions


def _length(
    name: str, limbs: list[tuple[FloatArray | None, FloatArray | None]], hands: list[FloatArray | None]
) -> Measurement:
    """``long`` where the lower half of both limbs looks like the upper one, ``short`` where it looks like the hands."""
    skin = [hand for hand in hands if hand is not None]
    pairs = [(upper, lower) for upper, lower in limbs if upper is not None and lower is not None]
    if not skin or len(pairs) < len(limbs):
        return missing([name], Reason.OUT_OF_FRAME)[name]
    hand = np.mean(skin, axis=0)
    odds = []
    for upper, lower in pairs:
        if _differ(upper, hand) < APART:
            return missing([name], Reason.TOO_UNCERTAIN)[name]
        odds.append((_differ(lower, hand) - _differ(lower, upper)) / LIMB_SIGMA)
    if min(odds) * max(odds) < 0:
        return missing([name], Reason.TOO_UNCERTAIN)[name]
    return decide(name, min(odds, key=abs), ("long", "short"))


def _differ(first: FloatArray, second: FloatArray) -> float:
    return float(np.linalg.norm((first - second) * [0.5, 1.0, 1.0]))


def _along(
    portrait: Portrait,
    marks: FloatArray,
    seen: FloatArray,
    first: Landmark,
    second: Landmark,
    part: tuple[float, float],
) -> FloatArray | None:
    """The middle colour (3,), CIELAB, along a part of the line between two landmarks; None where not well seen."""
    a, b = marks[first], marks[second]
    width, height = portrait.size_wh
    inside = all((point > 1).all() and (point < [width - 1, height - 1]).all() for point in (a, b))
    if not inside or min(seen[first], seen[second]) < SEEN or np.hypot(*(a - b)) < LEAST_LIMB_PX / 3:
        return None
    shares = np.linspace(*part, 15)[:, None]
    points = np.clip(np.rint(a + shares * (b - a)), 0, [width - 1, height - 1]).astype(int)
    colours = portrait.image_bgr[points[:, 1], points[:, 0]][None].astype(np.float32) / 255
    return np.asarray(np.median(cv2.cvtColor(colours, cv2.COLOR_BGR2LAB)[0], axis=0), np.float64)


def _shoes(portrait: Portrait, marks: FloatArray, seen: FloatArray) -> tuple[Measurement, tuple[Region, ...]]:
    """``dark`` or ``light``, and the shoes' outlines."""
    width, height = portrait.size_wh
    feet = [(Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX), (Landmark.RIGHT_HEEL, Landmark.RIGHT_FOOT_INDEX)]
    numbers = [mark for foot in feet for mark in foot]
    points = marks[numbers]
    reason = None
    if not ((points > 2).all() and (points < [width - 2, height - 2]).all()) or seen[numbers].min() < SEEN:
        reason = Reason.OUT_OF_FRAME
    elif min(float(np.hypot(*(marks[heel] - marks[toe]))) for heel, toe in feet) < LEAST_SHOE_PX / 2:
        reason = Reason.TOO_SMALL
    if reason is not None:
        return missing(["shoe_tone"], reason)["shoe_tone"], ()
    outlines = tuple(_shoe(marks[heel], marks[toe]) for heel, toe in feet)
    lightness = [_lightness(portrait.image_bgr, outline) for outline in outlines]
    if not max(lightness) - min(lightness) <= 3 * SIGMA_L:
        return missing(["shoe_tone"], Reason.TOO_UNCERTAIN)["shoe_tone"], ()
    odds = (DARK_L - float(np.mean(lightness))) / SIGMA_L * 1.7
    return decide("shoe_tone", odds, ("dark", "light")), (Region("shoe_tone", outlines),)


def _shoe(heel: FloatArray, toe: FloatArray) -> FloatArray:
    """A slim outline (N, 2) within the shoe, from heel to toe."""
    along = toe - heel
    length = float(np.hypot(*along))
    aside = np.array([-along[1], along[0]]) / max(length, 1e-9) * max(0.14 * length, 2.0)
    start, end = heel + 0.15 * along, heel + 0.95 * along
    turns = np.linspace(0, 2 * math.pi, 24, endpoint=False)[:, None]
    middle, half = (start + end) / 2, (end - start) / 2
    return np.asarray(middle + np.cos(turns) * half + np.sin(turns) * aside, np.float64)


def _lightness(image: ImageBgr, outline: FloatArray) -> float:
    """Median CIELAB lightness inside an outline."""
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(outline).astype(np.int32)], (1,))
    inside = image[mask > 0]
    if not len(inside):
        return math.nan
    lab = cv2.cvtColor(inside[None].astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    return float(np.median(lab[0, :, 0]))
