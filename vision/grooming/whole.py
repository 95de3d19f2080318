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
from vision.types import FloatArray, ImageBgr, Measurement, Reason

NAMES = ("shoe_tone",)
SEEN = 0.5
LEAST_SHOE_PX = 8.0  # from heel to toe
DARK_L, SIGMA_L = 38.0, 6.0  # CIELAB lightness above which a shoe is no dark one; how far light moves it


def measure_whole(portrait: Portrait) -> tuple[dict[str, Measurement], tuple[Region, ...]]:
    """`NAMES` by name, and the outlines of the shoes."""
    marks, seen = portrait.landmarks_px, portrait.visibility
    if marks is None or seen is None:
        return missing(NAMES, Reason.TOO_UNCERTAIN), ()
    if portrait.facing is not Facing.FRONT or portrait.facing_wrong > MAX_FACING_RISK:
        return missing(NAMES, Reason.WRONG_VIEW), ()
    width, height = portrait.size_wh
    feet = [(Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX), (Landmark.RIGHT_HEEL, Landmark.RIGHT_FOOT_INDEX)]
    points = marks[[mark for foot in feet for mark in foot]]
    if (
        not ((points > 2).all() and (points < [width - 2, height - 2]).all())
        or min(seen[mark] for foot in feet for mark in foot) < SEEN
    ):
        return missing(NAMES, Reason.OUT_OF_FRAME), ()
    outlines = tuple(_shoe(marks[heel], marks[toe]) for heel, toe in feet)
    if min(float(np.hypot(*(marks[heel] - marks[toe]))) for heel, toe in feet) < LEAST_SHOE_PX / 2:
        return missing(NAMES, Reason.TOO_SMALL), ()
    lightness = [_lightness(portrait.image_bgr, outline) for outline in outlines]
    if max(lightness) - min(lightness) > 3 * SIGMA_L:
        return missing(NAMES, Reason.TOO_UNCERTAIN), ()
    odds = (DARK_L - float(np.mean(lightness))) / SIGMA_L * 1.7
    return {"shoe_tone": decide("shoe_tone", odds, ("dark", "light"))}, (Region("shoe_tone", outlines),)


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
