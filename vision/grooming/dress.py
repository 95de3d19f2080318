"""Dress on the torso: tie, scarf, coat; from contrasts of colour over the torso, so for cloth of any colour.

A linear model over `colour_cells`, learned on rendered people
(`tools/grooming/learn_dress.py`), gives the odds. A picture whose cells are
unlike everything it was learned on is not judged.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from importlib import resources

import cv2
import numpy as np

from vision.grooming.cells import cloth_colour, colour_cells, lab_of
from vision.grooming.decide import LEAST_RISK, MAX_RISK, Torsos, decide, missing, sigmoid, torso_reason
from vision.grooming.seen import Facing, Portrait, Region
from vision.grooming.torso import (
    HEIGHT_CM,
    LEFT_CM,
    PATCH_PX_PER_CM,
    TOP_CM,
    WIDTH_CM,
    Patch,
    Torso,
    patch_to_cm,
)
from vision.types import BoolArray, FloatArray, Measurement, Reason

DATA = "dress_model.npz"
NAMES = ("tie_present", "tie_tilt", "scarf_present", "coat_front")
OUTPUTS = ("tie", "scarf", "coat", "open")  # `open` is asked of coats only
NECK_CM, CHEST_CM = (-8.0, 16.0), (4.0, 24.0)  # what must be in the picture to speak of ties; of coats
TIE_CM = (6.0, 2.0, 28.0)  # reach aside, top, bottom
SCARF_CM = (12.0, -16.0, 10.0)
OPENING_CM = (9.0, 4.0, 40.0)
SAME_COLOUR = 14.0  # CIELAB
TIE_TILT_SIGMA_DEG = 2.5
LEAST_TIE_CM, LEAST_ROW_CM = 8.0, 0.8


@dataclass(frozen=True, slots=True)
class DressModel:
    """``odds = weights @ cells + bias`` for `OUTPUTS`; ``basis`` (K, N) spans what was learned on round ``mean``."""

    weights: FloatArray  # (4, N)
    bias: FloatArray  # (4,)
    mean: FloatArray  # (N,)
    basis: FloatArray  # (K, N) orthonormal
    farthest: float  # length of what the basis cannot explain, beyond which a picture is unlike the learned ones


@functools.cache
def dress_model(fold: int | None = None) -> DressModel:
    """The shipped model, or the one learned without a fold's people."""
    with resources.files("vision").joinpath("data", DATA).open("rb") as file, np.load(file) as data:
        arrays = {name: data[name].astype(np.float64) for name in ("weights", "bias", "mean", "basis")}
        if fold is not None:
            arrays |= {name: data[f"fold_{name}"][fold].astype(np.float64) for name in ("weights", "bias")}
        return DressModel(**arrays, farthest=float(data["farthest"]))


def measure_dress(
    portrait: Portrait, torso: Torsos | None = None, model: DressModel | None = None
) -> tuple[dict[str, Measurement], tuple[Region, ...]]:
    """`NAMES` by name, and the outlines of tie, scarf and the coat's front."""
    torso = torso or Torsos.of(portrait)
    reason = torso_reason(portrait, torso, (Facing.FRONT,))
    if reason is not None or torso is None:
        return missing(NAMES, reason or Reason.NO_PERSON), ()
    model = model or dress_model()
    cells = colour_cells(portrait, torso)
    if unlike(model, cells) > model.farthest:
        return missing(NAMES, Reason.TOO_UNCERTAIN), ()
    tie, scarf, coat, opened = (float(odds) for odds in model.weights @ cells + model.bias)
    neck, chest = _in_picture(torso.patch, NECK_CM), _in_picture(torso.patch, CHEST_CM)
    found = missing(NAMES, Reason.OUT_OF_FRAME)
    if neck:
        found |= {"tie_present": decide("tie_present", tie), "scarf_present": decide("scarf_present", scarf)}
    if chest:
        found["coat_front"] = _coat(coat, opened)
    outline = None
    if found["tie_present"].value == "yes":
        outline = _like_the_middle(torso.patch, TIE_CM)
        found["tie_tilt"] = _tilt(portrait, torso.frame, outline)
    elif neck:
        found["tie_tilt"] = missing(["tie_tilt"], found["tie_present"].reason or Reason.OCCLUDED)["tie_tilt"]
    return found, _regions(torso, found, outline)


def unlike(model: DressModel, cells: FloatArray) -> float:
    """How much of the cells the learned ones cannot explain."""
    away = cells - model.mean
    return float(np.linalg.norm(away - model.basis.T @ (model.basis @ away)))


def _in_picture(patch: Patch, rows_cm: tuple[float, float]) -> bool:
    """Whether the middle of the torso is in the picture between these depths."""
    rows = slice(*(round((y - TOP_CM) * PATCH_PX_PER_CM) for y in rows_cm))
    columns = slice(*(round((x - LEFT_CM) * PATCH_PX_PER_CM) for x in (-8.0, 8.0)))
    return bool(patch.inside[rows, columns].mean() > 0.95)


def _coat(coat: float, opened: float) -> Measurement:
    """``closed``, ``open`` or ``no_coat``."""
    if coat < 0:
        return decide("coat_front", -coat, ("no_coat", "no_coat"))
    word, risk = ("open", sigmoid(-opened)) if opened > 0 else ("closed", sigmoid(opened))
    risk = 1 - (1 - risk) * sigmoid(coat)
    if risk > MAX_RISK:
        return Measurement("coat_front", None, None, "", Reason.TOO_UNCERTAIN)
    return Measurement("coat_front", word, max(risk, LEAST_RISK), "")


def _area(left: float, right: float, top: float, bottom: float) -> BoolArray:
    """A rectangle of the frame, in cm, as a mask of the patch."""
    mask = np.zeros((round(HEIGHT_CM * PATCH_PX_PER_CM), round(WIDTH_CM * PATCH_PX_PER_CM)), np.bool_)
    y0, y1 = (round((y - TOP_CM) * PATCH_PX_PER_CM) for y in (top, bottom))
    x0, x1 = (round((x - LEFT_CM) * PATCH_PX_PER_CM) for x in (left, right))
    mask[max(y0, 0) : y1, max(x0, 0) : x1] = True
    return mask


def _like_the_middle(patch: Patch, place_cm: tuple[float, float, float]) -> BoolArray:
    """What has the colour of the middle, in one piece with it, within (reach aside, top, bottom)."""
    reach, top, bottom = place_cm
    lab = lab_of(patch.image_bgr)
    height = bottom - top
    seed = _area(-1.0, 1.0, top + 0.3 * height, top + 0.45 * height) & patch.inside
    if not seed.any():
        return np.zeros(patch.inside.shape, np.bool_)
    colour = np.median(lab[seed], axis=0)
    like = (np.linalg.norm(lab - colour, axis=2) < SAME_COLOUR) & _area(-reach, reach, top, bottom) & patch.inside
    closed = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, pieces = cv2.connectedComponents(closed)
    touching = [int((seed & (pieces == number)).sum()) for number in range(1, count)]
    return np.asarray(pieces == 1 + int(np.argmax(touching)) if touching else pieces < 0)


def _tilt(portrait: Portrait, frame: Torso, tie: BoolArray) -> Measurement:
    """The tie's middle line against the vertical, its lower end towards the person's left +."""
    rows = np.flatnonzero(tie.sum(axis=1) > LEAST_ROW_CM * PATCH_PX_PER_CM)
    if len(rows) < LEAST_TIE_CM * PATCH_PX_PER_CM:
        return Measurement("tie_tilt", None, None, "deg", Reason.TOO_UNCERTAIN)
    columns = np.arange(tie.shape[1])
    middle = np.array([columns[tie[row]].mean() for row in rows])
    slope = float(np.polyfit(rows, middle, 1)[0])
    direction = frame.across * slope + frame.down
    level = frame.across - portrait.up_px * float(frame.across @ portrait.up_px)
    level = level / max(float(np.hypot(*level)), 1e-9)
    tilt = math.degrees(math.atan2(float(direction @ level), float(direction @ -portrait.up_px)))
    return Measurement("tie_tilt", tilt, 2 * TIE_TILT_SIGMA_DEG, "deg")


def _regions(torso: Torsos, found: dict[str, Measurement], tie: BoolArray | None) -> tuple[Region, ...]:
    """Outlines of what was decided on."""
    frame, patch = torso.frame, torso.patch
    regions = []
    if tie is not None:
        regions.append(Region("tie_present", outlines(frame, tie)))
    if found["scarf_present"].value == "yes":
        regions.append(Region("scarf_present", outlines(frame, _like_the_middle(patch, SCARF_CM))))
    if found["coat_front"].value == "open":
        lab = lab_of(patch.image_bgr)
        reach, top, bottom = OPENING_CM
        other = np.linalg.norm(lab - cloth_colour(patch, lab), axis=2) > SAME_COLOUR
        regions.append(Region("coat_front", outlines(frame, other & _area(-reach, reach, top, bottom) & patch.inside)))
    if found["coat_front"].value == "closed":
        seam = np.array([[-0.7, 20.0], [0.7, 20.0], [0.7, 34.0], [-0.7, 34.0]])
        regions.append(Region("coat_front", (frame.to_picture_px(seam),)))
    return tuple(regions)


def outlines(frame: Torso, mask: BoolArray, least_cm2: float = 6.0) -> tuple[FloatArray, ...]:
    """The outer edges of a patch's mask, in picture pixels; small pieces are left out."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = [contour for contour in contours if cv2.contourArea(contour) > least_cm2 * PATCH_PX_PER_CM**2]
    simple = [cv2.approxPolyDP(contour, 0.25 * PATCH_PX_PER_CM, True)[:, 0] for contour in large]
    return tuple(frame.to_picture_px(patch_to_cm(outline + 0.5)) for outline in simple if len(outline) > 2)
