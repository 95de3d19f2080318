"""Dress on the torso: tie, scarf, coat. Read off the class map and the cloth's colour along the sternum.

Everything is measured in the torso's patch, in centimetres; logistic models
learned on rendered people (`tools/grooming/learn_dress.py`) turn the lengths
and shares into odds. A coat is a `Kind.TOP` with a shirt showing between its
fronts; open when that gap goes on below the chest.
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

from vision.grooming.decide import LEAST_RISK, MAX_RISK, Torsos, decide, missing, sigmoid, torso_reason
from vision.grooming.seen import Facing, Kind, Portrait, Region
from vision.grooming.torso import HEIGHT_CM, LEFT_CM, PATCH_PX_PER_CM, TOP_CM, WIDTH_CM, Patch, Torso, patch_to_cm
from vision.types import BoolArray, FloatArray, Measurement, Reason

DATA = "dress_model.json"
NAMES = ("tie_present", "tie_tilt", "scarf_present", "coat_front")
FEATURES = (
    "tie_chest", "tie_neck", "tie_length", "tie_wide", "sternum_step",
    "coat_sides", "shirt_neck", "shirt_sides", "gap_low", "gap_least", "front_step",
)  # fmt: skip
SEEN_DOWN_TO_CM = 24.0  # a closed coat's fronts meet above this depth below the shoulders
TIE_TOP_CM, TIE_BOTTOM_CM, TIE_REACH_CM = 2.0, 30.0, 6.0
TIE_TILT_SIGMA_DEG = 2.5
LEAST_TIE_ROWS_CM = 6.0


@dataclass(frozen=True, slots=True)
class DressModel:
    """Weights (3, len(FEATURES)) and biases (3,) on raw features: tie, scarf, coat worn; and open, given a coat."""

    weights: FloatArray  # (4, K)
    bias: FloatArray  # (4,)


@functools.cache
def dress_model() -> DressModel:
    """The shipped model."""
    data = json.loads(resources.files("vision").joinpath("data", DATA).read_text("utf-8"))
    return DressModel(np.asarray(data["weights"], np.float64), np.asarray(data["bias"], np.float64))


def measure_dress(portrait: Portrait, torso: Torsos | None = None) -> tuple[dict[str, Measurement], tuple[Region, ...]]:
    """`NAMES` by name, and the outlines of tie or scarf and of the coat."""
    torso = torso or Torsos.of(portrait)
    reason = torso_reason(portrait, torso, (Facing.FRONT,))
    if reason is not None or torso is None:
        return missing(NAMES, reason or Reason.NO_PERSON), ()
    model = dress_model()
    odds = model.weights @ dress_features(torso.patch) + model.bias
    tie = decide("tie_present", float(odds[0]))
    scarf = decide("scarf_present", float(odds[1]))
    found = {"tie_present": tie, "scarf_present": scarf, "coat_front": _coat(torso.patch, odds[2], odds[3])}
    found["tie_tilt"] = (
        _tie_tilt(portrait, torso) if tie.value == "yes" else missing(["tie_tilt"], Reason.OCCLUDED)["tie_tilt"]
    )
    return found, _regions(torso, found)


def dress_features(patch: Patch) -> FloatArray:
    """What the models weigh, (len(FEATURES),), see `FEATURES`: areas in 100 cm2, lengths in 10 cm, shares."""
    tie = patch.classes == Kind.TIE_SCARF
    dress = np.isin(patch.classes, (Kind.TOP, Kind.SHIRT, Kind.TIE_SCARF, Kind.BADGE))
    chest = tie & _area(-TIE_REACH_CM, TIE_REACH_CM, TIE_TOP_CM + 4, TIE_BOTTOM_CM)
    neck = tie & _area(-14, 14, -16, TIE_TOP_CM)
    rows = chest.any(axis=1)
    widest = float(neck.sum(axis=1).max()) / PATCH_PX_PER_CM
    gaps = _gaps(patch)
    low = gaps[10:]
    shirt = patch.classes == Kind.SHIRT
    return np.array([
        _cm2(chest) / 100,
        _cm2(neck) / 100,
        rows.sum() / PATCH_PX_PER_CM / 10,
        widest / 10,
        _step(patch, _area(-1.5, 1.5, 6, 16), _area(3, 4.5, 4, 12) | _area(-4.5, -3, 4, 12)),
        _share(patch.classes == Kind.TOP, (_area(-16, -8, 4, 26) | _area(8, 16, 4, 26)) & dress),
        _share(shirt | tie, _area(-4, 4, -6, 6) & dress),
        _share(shirt, (_area(-16, -8, 4, 26) | _area(8, 16, 4, 26)) & dress),
        float(np.nanmedian(low)) / 10 if np.isfinite(low).any() else 0.0,
        float(np.nanmin(gaps)) / 10 if np.isfinite(gaps).any() else 0.0,
        _step(patch, _area(-1.2, 1.2, 26, 34), _area(5, 9, 26, 34) | _area(-9, -5, 26, 34)),
    ])  # fmt: skip


def _area(left: float, right: float, top: float, bottom: float) -> BoolArray:
    """A rectangle of the frame, in cm, as a mask of the patch."""
    return _rectangle(left, right, top, bottom)


@functools.cache
def _rectangle(left: float, right: float, top: float, bottom: float) -> BoolArray:
    mask = np.zeros((round(HEIGHT_CM * PATCH_PX_PER_CM), round(WIDTH_CM * PATCH_PX_PER_CM)), np.bool_)
    y0, y1 = (round((y - TOP_CM) * PATCH_PX_PER_CM) for y in (top, bottom))
    x0, x1 = (round((x - LEFT_CM) * PATCH_PX_PER_CM) for x in (left, right))
    mask[max(y0, 0) : y1, max(x0, 0) : x1] = True
    mask.setflags(write=False)
    return mask


def _cm2(mask: BoolArray) -> float:
    return float(mask.sum()) / PATCH_PX_PER_CM**2


def _share(mask: BoolArray, area: BoolArray) -> float:
    return float(mask[area].mean()) if area.any() else 0.0


def _gaps(patch: Patch) -> FloatArray:
    """Width in cm of what shows between the coat's fronts, for every centimetre from 16 to 36 below the shoulders.

    NaN beyond the picture and behind hands or hair.
    """
    inner, both = _area(-9, 9, -20, 60), (_area(-14, -9.5, -20, 60), _area(9.5, 14, -20, 60))
    widths = []
    for depth in range(16, 37):
        row = slice(round((depth - TOP_CM) * PATCH_PX_PER_CM), round((depth + 1 - TOP_CM) * PATCH_PX_PER_CM))
        classes = patch.classes[row]
        between = classes[inner[row]].reshape(len(classes), -1)
        hidden = np.isin(between, (Kind.SKIN, Kind.HAIR)).mean() > 0.15 or patch.inside[row].mean() < 0.5
        sides = [float(np.mean(classes[side[row]] == Kind.TOP)) for side in both]
        open_here = np.isin(between, (Kind.SHIRT, Kind.TIE_SCARF)).mean() * 18
        widths.append(math.nan if hidden else open_here * min(1.0, min(sides) * 1.5))
    return np.array(widths)


def _step(patch: Patch, first: BoolArray, second: BoolArray) -> float:
    """Colour difference (CIELAB / 100) of the middle values of two areas; 0 where not seen."""
    one, two = first & patch.inside, second & patch.inside
    if not one.any() or not two.any():
        return 0.0
    middles = np.array([[np.median(patch.image_bgr[area], axis=0)] for area in (one, two)], np.float32) / 255
    lab = cv2.cvtColor(middles, cv2.COLOR_BGR2LAB)
    return float(np.linalg.norm(lab[0, 0] - lab[1, 0])) / 100


def _coat(patch: Patch, coat_odds: float, open_odds: float) -> Measurement:
    """``closed``, ``open`` or ``no_coat``."""
    worn, opened = sigmoid(coat_odds), sigmoid(open_odds)
    if 1 - worn > 0.5:
        return decide("coat_front", -coat_odds, ("no_coat", "no_coat"))
    if not patch.inside[_area(-6, 6, SEEN_DOWN_TO_CM, SEEN_DOWN_TO_CM + 4)].mean() > 0.9:
        return Measurement("coat_front", None, None, "", Reason.OUT_OF_FRAME)
    word, risk = ("open", 1 - opened) if opened > 0.5 else ("closed", opened)
    risk = 1 - (1 - risk) * worn
    if risk > MAX_RISK:
        return Measurement("coat_front", None, None, "", Reason.TOO_UNCERTAIN)
    return Measurement("coat_front", word, max(risk, LEAST_RISK), "")


def _tie_tilt(portrait: Portrait, torso: Torsos) -> Measurement:
    """The tie's middle line against the vertical, its lower end towards the person's left +."""
    tie = (torso.patch.classes == Kind.TIE_SCARF) & _area(-TIE_REACH_CM, TIE_REACH_CM, TIE_TOP_CM, TIE_BOTTOM_CM)
    rows = np.flatnonzero(tie.sum(axis=1) > 0.8 * PATCH_PX_PER_CM)
    if len(rows) < LEAST_TIE_ROWS_CM * PATCH_PX_PER_CM:
        return Measurement("tie_tilt", None, None, "deg", Reason.TOO_UNCERTAIN)
    columns = np.arange(tie.shape[1])
    middle = np.array([columns[tie[row]].mean() for row in rows])
    slope = float(np.polyfit(rows, middle, 1)[0])
    frame = torso.frame
    direction = frame.across * slope + frame.down
    level = frame.across - portrait.up_px * float(frame.across @ portrait.up_px)
    level = level / max(float(np.hypot(*level)), 1e-9)
    tilt = math.degrees(math.atan2(float(direction @ level), float(direction @ -portrait.up_px)))
    return Measurement("tie_tilt", tilt, 2 * TIE_TILT_SIGMA_DEG, "deg")


def _regions(torso: Torsos, found: dict[str, Measurement]) -> tuple[Region, ...]:
    """Outlines of what was decided on."""
    classes = torso.patch.classes
    regions = []
    for name, kinds in (("tie_present", (Kind.TIE_SCARF,)), ("scarf_present", (Kind.TIE_SCARF,))):
        if found[name].value == "yes":
            regions.append(Region(name, _outlines(torso.frame, np.isin(classes, kinds))))
    if found["coat_front"].value in ("open", "closed"):
        regions.append(Region("coat_front", _outlines(torso.frame, classes == Kind.TOP)))
    return tuple(regions)


def _outlines(frame: Torso, mask: NDArray[np.bool_], least_cm2: float = 6.0) -> tuple[FloatArray, ...]:
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = [contour for contour in contours if cv2.contourArea(contour) > least_cm2 * PATCH_PX_PER_CM**2]
    simple = [cv2.approxPolyDP(contour, 0.25 * PATCH_PX_PER_CM, True)[:, 0] for contour in large]
    return tuple(frame.to_picture_px(patch_to_cm(outline + 0.5)) for outline in simple if len(outline) > 2)
