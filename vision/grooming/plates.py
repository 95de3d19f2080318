"""Whether a card found on the chest is of the kind that was learned on: a plain plate on even cloth, and the only one.

The weights of `vision.grooming.cards` were learned on rendered uniforms. A strap's buckle, a flag sewn on, a playing
card held before the chest get high odds from them, because nothing like that was ever shown. What lies outside of
what name plates on uniforms look like (limits: all but one in a hundred of the development set's) is left undecided.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from vision.grooming.cards import FEATURES, RING_CM, Card, colour_distance, corners_in_patch
from vision.grooming.seen import Kind
from vision.grooming.torso import PATCH_PX_PER_CM, Patch, zone
from vision.grooming.trust import disorder
from vision.types import BoolArray

LONG_CM, SHORT_CM, LEAST_FILL, MAX_TILT_DEG = (4.2, 10.5), (1.3, 4.5), 0.72, 30.0
MAX_CLOTH_SPREAD = math.log1p(9.5)  # CIELAB, of the cloth round it
LEAST_CLOTH_ROUND = 0.35  # share of the ring round it that is garment to the class map
RIVAL_SCORE, RIVAL_CM = 2.0, 3.0  # another card as good as this, this far away
CHEST_CM = (-18.0, 2.0, 18.0, 34.0)  # left, top, right, bottom
STANDS_OUT, MAX_CLUTTER = 12.0, 0.2  # CIELAB from the cloth; share of the chest
MAX_DISORDER = 0.09


def unlike_a_plate(patch: Patch, card: Card, cards: tuple[Card, ...]) -> bool:
    """Whether the card, its surroundings or the whole chest are unlike everything learned on."""
    shape = not (
        LONG_CM[0] <= card.long_cm <= LONG_CM[1]
        and SHORT_CM[0] <= card.short_cm <= SHORT_CM[1]
        and card.fill >= LEAST_FILL
        and abs(card.tilt_deg) <= MAX_TILT_DEG
    )
    uneven = float(card.features[FEATURES.index("cloth_all_round")]) > MAX_CLOTH_SPREAD
    rival = any(
        other.score > RIVAL_SCORE and float(np.hypot(*(other.centre_cm - card.centre_cm))) > RIVAL_CM for other in cards
    )
    return shape or uneven or rival or not _on_cloth(patch, card) or cluttered(patch, card)


def cluttered(patch: Patch, card: Card | None) -> bool:
    """Whether much of the chest besides the card stands out from the cloth, or the class map falls into pieces."""
    garment = np.zeros(patch.shape, np.bool_)
    garment[zone(*CHEST_CM)] = True
    garment &= patch.inside & ~np.isin(patch.classes, (Kind.BACKGROUND, Kind.SKIN, Kind.HAIR, Kind.TIE_SCARF))
    if card is not None:
        garment &= ~_within(patch, card, 1.0)
    if not garment.any():
        return True
    outstanding = float((colour_distance(patch)[garment] > STANDS_OUT).mean())
    return outstanding > MAX_CLUTTER or disorder(patch) > MAX_DISORDER


def _on_cloth(patch: Patch, card: Card) -> bool:
    ring = _within(patch, card, 2 * RING_CM) & ~_within(patch, card, 0.25)
    garment = np.isin(patch.classes[ring], (Kind.TOP, Kind.SHIRT))
    return bool(garment.size and garment.mean() >= LEAST_CLOTH_ROUND)


def _within(patch: Patch, card: Card, margin_cm: float) -> BoolArray:
    """Patch pixels (H, W) of the card and a margin round it."""
    mask = np.zeros(patch.shape, np.uint8)
    cv2.fillConvexPoly(mask, np.rint(corners_in_patch(card)).astype(np.int32), (1,))
    reach = 2 * round(margin_cm * PATCH_PX_PER_CM) + 1
    return np.asarray(cv2.dilate(mask, np.ones((reach, reach), np.uint8)) > 0)
