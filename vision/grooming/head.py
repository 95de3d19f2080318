"""What a still says of the head: hair, beard, sunglasses; or why it cannot say it.

Words carry the probability of being wrong, shares their expanded uncertainty (95 %); both were learned on people
held back (`vision.grooming.learned`). A hat or headscarf: nothing is said of hair.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.grooming.decide import decide, missing
from vision.grooming.face_checks import beard_features, eye_zone, lower_face, sunglasses_features
from vision.grooming.hair import colour_features, crown, presence_features, under_cloth
from vision.grooming.learned import Learned, learned
from vision.grooming.seen import Facing, Mark, Portrait, Region, Zone
from vision.grooming.shares import Share, below_chin, brow_share, collar_share, outlines, zone_share
from vision.grooming.tones import without_colour
from vision.grooming.trust import MAX_CONFUSION, confusion, skin_on_face, strangeness
from vision.types import FloatArray, Measurement, Reason

HAIR_SHARES = ("hair_forehead", "hair_brow", "hair_ear_left", "hair_ear_right", "hair_collar", "hair_below_chin")
HAIR_WORDS = ("hair_present", "hair_colour")
FACE_WORDS = ("beard", "sunglasses")
ALL = HAIR_SHARES + HAIR_WORDS + FACE_WORDS
BEHIND = (Facing.LEFT, Facing.RIGHT, Facing.BACK)
# Only sides from which faults were found as well as their absence: from the side, shades and beards were never found;
# from behind, an ear's region is mostly the hair beside it; from in front, hair behind the shoulders is hidden.
SEEN_FROM: dict[str, tuple[Facing, ...]] = {
    "hair_forehead": (Facing.FRONT,),
    "hair_brow": (Facing.FRONT,),
    "hair_ear_left": (Facing.FRONT, Facing.LEFT),
    "hair_ear_right": (Facing.FRONT, Facing.RIGHT),
    "hair_collar": BEHIND,
    "hair_below_chin": BEHIND,
    "hair_present": tuple(Facing),
    "hair_colour": tuple(Facing),
    "beard": (Facing.FRONT,),
    "sunglasses": (Facing.FRONT,),
}
MAX_FACING_RISK = 0.08
SMALLEST_HEAD_PX = 48.0
DARKEST = 14.0  # median luma of the head
DULLEST = 0.12  # sharpness, see `Portrait`
MAX_U = 0.45  # a share less certain than this says nothing
LEAST_CM2 = {"hair_forehead": 6.0, "hair_ear_left": 1.6, "hair_ear_right": 1.6, "hair_brow": 2.0}
MAX_COVERED = 0.25  # by cloth
IN_COLOUR = ("beard", "hair_colour")  # a grey picture says nothing of them
BELOW_THE_FACE = ("beard", "hair_below_chin", "hair_collar")
CHIN_ROOM = 0.12  # between chin and the picture's lower edge, in heads
LEAST_FACE_SKIN = 0.55  # of cheeks and nose: below it our network has not understood the head

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the checks go by, before anything learned is applied; None where the part is not seen."""

    shares: dict[str, Share | None]
    words: dict[str, FloatArray | None]
    cloth: bool
    cut_at_chin: bool
    grey: bool
    face_skin: float | None  # see `vision.grooming.trust`
    confusion: float
    regions: tuple[Region, ...]

    @property
    def strangeness(self) -> float:
        """1 for pictures like those learned on, more for others: uncertainties grow with it."""
        return strangeness(self.confusion)


def read_head(portrait: Portrait) -> Reading:
    """All shares and features of a portrait."""
    lower, eyes, upper = lower_face(portrait), eye_zone(portrait), crown(portrait)
    shares: dict[str, Share | None] = {
        "hair_forehead": zone_share(portrait, Zone.FOREHEAD),
        "hair_brow": brow_share(portrait),
        "hair_ear_left": zone_share(portrait, Zone.EAR_LEFT),
        "hair_ear_right": zone_share(portrait, Zone.EAR_RIGHT),
        "hair_collar": collar_share(portrait),
        "hair_below_chin": below_chin(portrait),
    }
    words = {
        "hair_present": None if upper is None else presence_features(portrait, upper),
        "hair_colour": colour_features(portrait, lower),
        "beard": None if lower is None else beard_features(portrait, lower),
        "sunglasses": None if eyes is None else sunglasses_features(portrait, eyes),
    }
    masks = {"beard": lower, "sunglasses": eyes, "hair_colour": upper}
    regions = [Region(name, share.outlines_px) for name, share in shares.items() if share is not None]
    regions += [Region(name, outlines(portrait.nearest, mask)) for name, mask in masks.items() if mask is not None]
    return Reading(
        shares=shares,
        words=words,
        cloth=upper is not None and under_cloth(portrait, upper),
        cut_at_chin=_cut_at_the_chin(portrait),
        grey=without_colour(portrait),
        face_skin=skin_on_face(portrait),
        confusion=confusion(portrait),
        regions=tuple(region for region in regions if region.outlines_px),
    )


def measure_head(portrait: Portrait, known: Learned | None = None) -> tuple[dict[str, Measurement], tuple[Region, ...]]:
    """Measurements by name, and the regions they were read from; ``known`` is for cross-validation."""
    reading = read_head(portrait)
    return judge_reading(portrait, reading, known or learned()), reading.regions


def judge_reading(portrait: Portrait, reading: Reading, known: Learned) -> dict[str, Measurement]:
    """Apply what was learned; not measured wherever the picture does not allow it."""
    found: dict[str, Measurement] = {}
    for name in ALL:
        why = _why_not(portrait, reading, name) or (
            Reason.OCCLUDED if reading.cloth and name.startswith("hair_") else None
        )
        if why is not None:
            found |= missing([name], why)
        elif name in reading.shares:
            found[name] = share_measurement(name, portrait.facing, reading.shares[name], known, reading.strangeness)
        else:
            found[name] = _word(name, reading.words[name], known, reading.strangeness)
    grey = [name for name in IN_COLOUR if found[name].value is not None and reading.grey]
    found |= missing(grey, Reason.TOO_UNCERTAIN)
    bald = found["hair_present"].value == "no"
    if bald and found["hair_colour"].value is not None:
        found |= missing(["hair_colour"], Reason.OCCLUDED)
    return found


def _why_not(portrait: Portrait, reading: Reading, name: str) -> Reason | None:
    checks: tuple[tuple[Callable[[], bool], Reason], ...] = (
        (lambda: portrait.facing not in SEEN_FROM[name], Reason.WRONG_VIEW),
        (lambda: portrait.facing_wrong > MAX_FACING_RISK, Reason.WRONG_VIEW),
        (lambda: not portrait.head_px >= SMALLEST_HEAD_PX, Reason.TOO_SMALL),
        (lambda: name in BELOW_THE_FACE and reading.cut_at_chin, Reason.OUT_OF_FRAME),
        (lambda: portrait.brightness < DARKEST, Reason.TOO_DARK),
        (lambda: portrait.sharpness < DULLEST, Reason.TOO_UNCERTAIN),
        (lambda: reading.face_skin is not None and reading.face_skin < LEAST_FACE_SKIN, Reason.TOO_UNCERTAIN),
        (lambda: reading.confusion > MAX_CONFUSION, Reason.TOO_UNCERTAIN),
    )
    return next((reason for wrong, reason in checks if wrong()), None)


def _cut_at_the_chin(portrait: Portrait) -> bool:
    """Whether the picture ends at the chin: then its place is a guess."""
    chin_y = float(portrait.marks_px[Mark.CHIN, 1])
    return not chin_y < portrait.size_wh[1] - CHIN_ROOM * portrait.head_px


def share_measurement(
    name: str, facing: Facing, share: Share | None, known: Learned, strangeness: float = 1.0
) -> Measurement:
    """A share with its uncertainty."""
    if share is None:
        return Measurement(name, None, None, "1", Reason.OCCLUDED)
    if share.area_cm2 < LEAST_CM2.get(name, 0.0):
        return Measurement(name, None, None, "1", Reason.WRONG_VIEW)
    if share.covered > MAX_COVERED:
        return Measurement(name, None, None, "1", Reason.OCCLUDED)
    spread = known.spreads[spread_key(name, facing)]
    u = spread.u(share) * strangeness
    if u > MAX_U:
        return Measurement(name, None, None, "1", Reason.TOO_UNCERTAIN)
    return Measurement(name, spread.value(share), u, "1")


def spread_key(name: str, facing: Facing) -> str:
    """Under which name a share's uncertainty was learned: both sides and both ears are alike."""
    side = "side" if facing in (Facing.LEFT, Facing.RIGHT) else str(facing)
    return f"{name.removesuffix('_left').removesuffix('_right')}/{side}"


def _word(name: str, features: FloatArray | None, known: Learned, strangeness: float) -> Measurement:
    if features is None:
        return Measurement(name, None, None, "", Reason.OCCLUDED)
    words = ("dyed", "natural") if name == "hair_colour" else ("yes", "no")
    return decide(name, known.words[name].log_odds(features) / strangeness**2, words)
