"""Card-like things on the chest: bright or dark rectangles that stand out from the cloth round them.

Rectangles are searched in the torso's patch by colour distance from the local
cloth at several levels and as patches of the class `Kind.BADGE`. Each one carries
what tells a badge from a pocket, a button or a fold; a logistic model learned on
rendered people (`tools/grooming/learn_badge.py`) weighs that. What the class map
says is no part of the score: it is a second opinion.
"""

from __future__ import annotations

import functools
import json
import math
from dataclasses import dataclass
from importlib import resources

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grooming.seen import Kind
from vision.grooming.torso import PATCH_PX_PER_CM, Patch, cm_to_patch, patch_to_cm
from vision.types import FloatArray

LEVELS = (5.0, 8.0, 12.0, 18.0, 26.0, 38.0, 55.0)  # of colour distance, CIELAB
CLOTH_CM = 10.5  # window of the median that stands for the cloth
AREA_CM2, LONG_CM, SHORT_CM, LEAST_FILL = (3.0, 70.0), (3.5, 12.5), (1.1, 9.5), 0.6
ZONE_CM = (-19.0, 2.0, 19.0, 44.0)  # left, top, right, bottom of where a badge may sit, in the torso's frame
SIDE_SAMPLES, RING_CM = 15, 0.7
DATA = "badge_model.json"
FEATURES = (
    "log_long", "log_short", "log_long_squared", "log_short_squared", "fill",
    "contrast", "cloth_all_round", "worst_edge", "mean_edge", "ink",
    "lateral", "lateral_squared", "drop", "drop_squared", "tilt", "upended", "agreement",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """A rectangle in the torso's frame: centre, long and short side in cm, tilt of its sides, corners (4, 2)."""

    centre_cm: FloatArray
    long_cm: float
    short_cm: float
    tilt_deg: float  # of its nearest side to the shoulder line, own left end up +
    corners_cm: FloatArray
    fill: float  # share of the rectangle that differs from the cloth
    features: FloatArray  # (len(FEATURES),)
    score: float  # log odds of being a badge


@dataclass(frozen=True, slots=True)
class CardModel:
    """The learned weights: standardise, weigh, add."""

    mean: FloatArray
    scale: FloatArray
    weights: FloatArray
    bias: float
    present_slope: float
    present_bias: float
    no_card: float  # the score that stands for a patch without any candidate


@functools.cache
def card_model(fold: int | None = None) -> CardModel:
    """The shipped model, or the one learned without a fold's people."""
    data = json.loads(resources.files("vision").joinpath("data", DATA).read_text("utf-8"))
    data = data if fold is None else data | data["folds"][fold]
    arrays = {name: np.asarray(data[name], np.float64) for name in ("mean", "scale", "weights")}
    return CardModel(
        **arrays,
        bias=float(data["bias"]),
        present_slope=float(data["present_slope"]),
        present_bias=float(data["present_bias"]),
        no_card=float(data["no_card"]),
    )


@dataclass(frozen=True, slots=True)
class _Fields:
    """What the features of every candidate of one patch are read from."""

    lab: FloatArray  # (H, W, 3) CIELAB, L 0..100
    distance: FloatArray  # (H, W) from the cloth
    patch: Patch


def find_cards(patch: Patch, model: CardModel | None = None) -> list[Card]:
    """Every candidate of the patch, the likeliest first; without a model all scores are 0."""
    lab, difference = _from_cloth(patch)
    distance = np.linalg.norm(difference, axis=2)
    fields = _Fields(lab, distance, patch)
    maps = [distance, difference[..., 0], -difference[..., 0]]
    masks = [(m > level).astype(np.uint8) for m in maps for level in LEVELS]
    masks.append((patch.classes == Kind.BADGE).astype(np.uint8))
    boxes = [box for mask in masks for box in _boxes(mask)]
    cards = [_card(box, fill, boxes, fields, model) for box, fill in boxes]
    return sorted(cards, key=lambda card: -card.score)


def colour_distance(patch: Patch) -> FloatArray:
    """How far every pixel (H, W) is from the cloth round it, CIELAB."""
    return np.asarray(np.linalg.norm(_from_cloth(patch)[1], axis=2), np.float64)


def _from_cloth(patch: Patch) -> tuple[FloatArray, FloatArray]:
    """The patch in CIELAB (H, W, 3) and its difference from the local cloth."""
    lab = _lab(patch.image_bgr)
    return lab, lab - _lab(_cloth(patch.image_bgr))


def _lab(image_bgr: NDArray[np.uint8]) -> FloatArray:
    smooth = cv2.GaussianBlur(image_bgr, (0, 0), 0.1 * PATCH_PX_PER_CM)
    return np.asarray(cv2.cvtColor(smooth.astype(np.float32) / 255, cv2.COLOR_BGR2LAB), np.float64)


def _cloth(image_bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture without anything smaller than half of `CLOTH_CM`: a wide median, on a thinned copy."""
    small = cv2.resize(image_bgr, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    window = int(CLOTH_CM * PATCH_PX_PER_CM / 4) | 1
    median = cv2.merge([cv2.medianBlur(np.ascontiguousarray(small[..., c]), window) for c in range(3)])
    size = (image_bgr.shape[1], image_bgr.shape[0])
    return np.asarray(cv2.resize(median, size, interpolation=cv2.INTER_LINEAR), np.uint8)


_Box = tuple[tuple[float, float], tuple[float, float], float]  # OpenCV's rotated rectangle, patch pixels


def _boxes(mask: NDArray[np.uint8]) -> list[tuple[_Box, float]]:
    """Rotated rectangles of card size round the blobs of a mask, each with the share that the blob fills."""
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    contours, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour in contours:
        area = cv2.contourArea(contour) / PATCH_PX_PER_CM**2
        if not AREA_CM2[0] < area < AREA_CM2[1]:
            continue
        middle, sides, angle = cv2.minAreaRect(contour)
        box = ((middle[0], middle[1]), (sides[0], sides[1]), angle)
        long, short = (side / PATCH_PX_PER_CM for side in sorted(box[1], reverse=True))
        centre = patch_to_cm(np.array(box[0]))
        fits = LONG_CM[0] < long < LONG_CM[1] and SHORT_CM[0] < short < SHORT_CM[1]
        in_zone = ZONE_CM[0] < centre[0] < ZONE_CM[2] and ZONE_CM[1] < centre[1] < ZONE_CM[3]
        if fits and in_zone and area > LEAST_FILL * long * short:
            found.append((box, area / (long * short)))
    return found


def _card(box: _Box, fill: float, boxes: list[tuple[_Box, float]], fields: _Fields, model: CardModel | None) -> Card:
    corners = np.asarray(cv2.boxPoints(box), np.float64)
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    long, short = sorted((float(np.hypot(*first)), float(np.hypot(*second))), reverse=True)
    tilt = _tilt_deg(first)
    centre = patch_to_cm(np.array(box[0]))
    agreeing = sum(
        math.hypot(box[0][0] - other[0][0], box[0][1] - other[0][1]) < PATCH_PX_PER_CM
        and abs(max(box[1]) - max(other[1])) + abs(min(box[1]) - min(other[1])) < 1.5 * PATCH_PX_PER_CM
        for other, _ in boxes
    )
    long_cm, short_cm = long / PATCH_PX_PER_CM, short / PATCH_PX_PER_CM
    upended = float(np.ptp(corners[:, 1]) > np.ptp(corners[:, 0]))
    looks = _looks(corners, fields)
    features = np.array([*_shape(long_cm, short_cm, fill), *looks, *_place(centre, tilt), upended, math.log(agreeing)])
    score = 0.0
    if model is not None:
        score = float((features - model.mean) / model.scale @ model.weights + model.bias)
    return Card(centre, long_cm, short_cm, tilt, patch_to_cm(corners), fill, features, score)


def _tilt_deg(side: FloatArray) -> float:
    """Angle of a rectangle's sides to the patch's axes, -45 .. 45, own left (right in the patch) end up +."""
    angle = math.degrees(math.atan2(-side[1], side[0])) % 90
    return angle if angle <= 45 else angle - 90


def _shape(long_cm: float, short_cm: float, fill: float) -> tuple[float, ...]:
    a, b = math.log(long_cm / 7), math.log(short_cm / 2.2)
    return a, b, a * a, b * b, fill


def _place(centre_cm: FloatArray, tilt_deg: float) -> tuple[float, ...]:
    aside, drop = (abs(float(centre_cm[0])) - 9) / 5, (float(centre_cm[1]) - 18) / 10
    return aside, aside * aside, drop, drop * drop, abs(tilt_deg) / 10


def _rectangle(corners: FloatArray, shape: tuple[int, int], grow_px: float) -> NDArray[np.bool_]:
    centre = corners.mean(axis=0)
    outward = corners - centre
    grown = centre + outward * (1 + grow_px / np.maximum(np.linalg.norm(outward, axis=1, keepdims=True) * 0.7, 1e-6))
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, np.rint(grown).astype(np.int32), (1,))
    return np.asarray(mask > 0)


def _looks(corners: FloatArray, fields: _Fields) -> tuple[float, ...]:
    """Contrast to the cloth round it, how even that cloth is, the four sides' edges, markings inside."""
    shape = fields.patch.shape
    inner = _rectangle(corners, shape, 0.0)
    ring = _rectangle(corners, shape, RING_CM * PATCH_PX_PER_CM) & ~_rectangle(corners, shape, 0.25 * PATCH_PX_PER_CM)
    if not inner.any() or not ring.any():
        return 0.0, 0.0, 0.0, 0.0, 0.0
    around, inside = fields.lab[ring], fields.lab[inner]
    cloth = np.median(around, axis=0)
    card = np.median(inside, axis=0)
    contrast = float(np.linalg.norm(card - cloth))
    spread = float(np.median(np.linalg.norm(around - cloth, axis=1)))
    edges = _edges(corners, fields.lab)
    ink = float(np.percentile(np.linalg.norm(inside - card, axis=1), 85))
    return (math.log1p(contrast), math.log1p(spread), math.log1p(min(edges)), math.log1p(float(np.mean(edges))),
            math.log1p(ink))  # fmt: skip


def _edges(corners: FloatArray, lab: FloatArray) -> list[float]:
    """For each side the lower quartile of the colour step across it."""
    centre = corners.mean(axis=0)
    steps = []
    for first, second in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = np.linspace(0.12, 0.88, SIDE_SAMPLES)[:, None]
        points = first + along * (second - first)
        normal = (first + second) / 2 - centre
        normal = normal / max(float(np.hypot(*normal)), 1e-9) * 0.35 * PATCH_PX_PER_CM
        outside, inside = _sample(lab, points + normal), _sample(lab, points - normal)
        steps.append(float(np.percentile(np.linalg.norm(outside - inside, axis=1), 25)))
    return steps


def _sample(lab: FloatArray, points: FloatArray) -> FloatArray:
    rows = np.clip(np.rint(points[:, 1]).astype(int), 0, lab.shape[0] - 1)
    columns = np.clip(np.rint(points[:, 0]).astype(int), 0, lab.shape[1] - 1)
    return np.asarray(lab[rows, columns], np.float64)


def corners_in_patch(card: Card) -> FloatArray:
    """The corners (4, 2) in patch pixels."""
    return cm_to_patch(card.corners_cm)
