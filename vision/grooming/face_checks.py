"""Beard and sunglasses, from the lower face and the eyes. Seen from in front and from the side."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grooming.classes import Trait
from vision.grooming.seen import Kind, Mark, Portrait
from vision.grooming.shares import inside_ellipse, mean_of
from vision.grooming.tones import tone_of, unlike
from vision.types import FloatArray

MOUTH_AT = 0.62  # of the way from the nose's tip to the chin: the middle of where a beard grows
CHEEKS_AT, CHEEK_RADII = 0.12, (0.26, 0.11)  # above the nose's tip, as a share of nose to chin; in heads
SKIN_SURE = 0.6
MOST_UNLIKE = 6.0
MOUTH_RADII, EYE_RADIUS = (0.17, 0.15), 0.085  # in heads


def lower_face(portrait: Portrait) -> NDArray[np.bool_] | None:
    """Head-map pixels (H, W) where beard and moustache grow."""
    nose, chin = portrait.marks_px[Mark.NOSE], portrait.marks_px[Mark.CHIN]
    if not np.isfinite([nose, chin]).all():
        return None
    radii = (MOUTH_RADII[0] * portrait.head_px, MOUTH_RADII[1] * portrait.head_px)
    return inside_ellipse(portrait.nearest, nose + MOUTH_AT * (chin - nose), radii)


def eye_zone(portrait: Portrait) -> NDArray[np.bool_] | None:
    """Head-map pixels (H, W) round the eyes that are seen."""
    eyes = [portrait.marks_px[mark] for mark in (Mark.LEFT_EYE, Mark.RIGHT_EYE)]
    radius = EYE_RADIUS * portrait.head_px
    seen = [inside_ellipse(portrait.nearest, eye, (radius, 0.8 * radius)) for eye in eyes if np.isfinite(eye).all()]
    return np.asarray(np.logical_or.reduce(seen), np.bool_) if seen else None


def beard_features(portrait: Portrait, lower: NDArray[np.bool_]) -> FloatArray:
    """The network's two traits, the share of the lower face that is hair, stubble's shade, and any beard's: (7,).

    Stubble is skin to the network, but darker and less red than the skin between eyes and mouth. A beard of a colour
    that the network takes for skin still differs from that skin.
    """
    hair = mean_of(portrait.nearest.probability[..., Kind.HAIR], lower)
    traits = portrait.traits
    darker, paler = 0.0, 0.0
    skin = portrait.nearest.probability[..., Kind.SKIN] > SKIN_SURE
    cheeks = cheek_zone(portrait)
    below, above = tone_of(portrait, skin & lower), tone_of(portrait, skin & cheeks & ~lower)
    if below is not None and above is not None:
        darker, paler = float(np.log((above.light + 0.01) / (below.light + 0.01))), above.red - below.red
    person = portrait.nearest.probability[..., Kind.BACKGROUND] < 0.5
    whole, apart, shade = tone_of(portrait, lower & person), 0.0, 0.0
    if whole is not None and above is not None:
        apart = min(MOST_UNLIKE, unlike(whole, above))
        shade = float(np.log((above.light + 0.01) / (whole.light + 0.01)))
    return np.array([traits[Trait.FULL_BEARD], traits[Trait.STUBBLE], hair, darker, paler, apart, shade])


def cheek_zone(portrait: Portrait) -> NDArray[np.bool_]:
    """Head-map pixels (H, W) between eyes and upper lip."""
    nose, chin = portrait.marks_px[Mark.NOSE], portrait.marks_px[Mark.CHIN]
    radii = (CHEEK_RADII[0] * portrait.head_px, CHEEK_RADII[1] * portrait.head_px)
    return inside_ellipse(portrait.nearest, nose - CHEEKS_AT * (chin - nose), radii)


def sunglasses_features(portrait: Portrait, eyes: NDArray[np.bool_]) -> FloatArray:
    """The network's two traits, share of the eyes that is glasses, darkness of the eyes against the skin: (4,)."""
    seen = portrait.nearest
    glasses = mean_of(seen.probability[..., Kind.GLASSES], eyes)
    grey = luma_at(portrait)
    skin = (seen.probability[..., Kind.SKIN] > 0.8) & ~eyes
    bright = float(np.median(grey[skin])) if skin.sum() > 20 else float(np.median(grey))
    dark = float(np.log((np.median(grey[eyes]) + 4) / (bright + 4))) if eyes.any() else 0.0
    return np.array([portrait.traits[Trait.SUNGLASSES], portrait.traits[Trait.GLASSES], glasses, dark])


def luma_at(portrait: Portrait) -> FloatArray:
    """Luma 0..255 of the picture at the head map's pixels (H, W)."""
    seen = portrait.nearest
    shift = -seen.origin_px * seen.scale + 0.5 * seen.scale - 0.5
    matrix = np.array([[seen.scale, 0.0, shift[0]], [0.0, seen.scale, shift[1]]])
    image = portrait.image_bgr
    if seen.scale < 0.7:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.35 / seen.scale), np.uint8)
    size = (seen.classes.shape[1], seen.classes.shape[0])
    small = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cv2.cvtColor(np.asarray(small, np.uint8), cv2.COLOR_BGR2GRAY).astype(np.float64)
