"""What is asked of hair besides shares: is there any, under a cloth, and of what colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vision.grooming.classes import Trait
from vision.grooming.seen import Kind, Mark, Portrait
from vision.grooming.shares import inside_ellipse, mean_of
from vision.grooming.tones import dye_features, hair_tone, skin_tone, tone_of, unlike
from vision.types import FloatArray

CROWN_RADII = (0.36, 0.30)  # in heads
CLOTH_SHARE = 0.3  # of the crown: a hat or scarf
CLOTH_LOG_ODDS = 0.0
MOST_UNLIKE = 4.0


def crown(portrait: Portrait) -> NDArray[np.bool_] | None:
    """Head-map pixels (H, W) of the upper head."""
    chin, top = portrait.marks_px[Mark.CHIN], portrait.marks_px[Mark.HEAD_TOP]
    if not np.isfinite([chin, top]).all():
        return None
    radii = (CROWN_RADII[0] * portrait.head_px, CROWN_RADII[1] * portrait.head_px)
    return inside_ellipse(portrait.nearest, top + 0.22 * (chin - top), radii)


def under_cloth(portrait: Portrait, upper: NDArray[np.bool_]) -> bool:
    """Whether a hat or scarf covers the head: then nothing is said of hair."""
    cloth = portrait.nearest.probability[..., [Kind.OTHER, Kind.TOP, Kind.TIE_SCARF]].sum(axis=2)
    return mean_of(cloth, upper) > CLOTH_SHARE or float(portrait.traits[Trait.CLOTH_ON_HEAD]) > CLOTH_LOG_ODDS


def presence_features(portrait: Portrait, upper: NDArray[np.bool_]) -> FloatArray:
    """The network's trait for a bald head, the share of the upper head that is hair, how unlike skin it is: (3,)."""
    hair = mean_of(portrait.nearest.probability[..., Kind.HAIR], upper)
    skin = mean_of(portrait.nearest.probability[..., Kind.SKIN], upper)
    return np.array([portrait.traits[Trait.BALD], hair / (hair + skin + 0.02), unlike_skin(portrait, upper)])


def unlike_skin(portrait: Portrait, upper: NDArray[np.bool_]) -> float:
    """How far the upper head's colour is from the skin's, `MOST_UNLIKE` at most.

    A bald head stays below 0.6, whatever the network takes its shadow for; hair lies above 3 in three of four people.
    Where no skin is seen at all, hair hides it.
    """
    person = portrait.nearest.probability[..., Kind.BACKGROUND] < 0.5
    top, skin = tone_of(portrait, upper & person), skin_tone(portrait)
    if top is None or skin is None:
        return MOST_UNLIKE
    return min(MOST_UNLIKE, unlike(top, skin))


def colour_features(portrait: Portrait, beard: NDArray[np.bool_] | None) -> FloatArray | None:
    """How far the hair's colour is from natural ones (see `dye_features`); None with too little hair."""
    without = np.zeros(portrait.nearest.classes.shape, np.bool_) if beard is None else beard
    hair = hair_tone(portrait, without)
    return None if hair is None else dye_features(hair, skin_tone(portrait))
