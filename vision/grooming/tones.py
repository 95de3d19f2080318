"""Colours of skin and hair in linear light, as ratios that hardly depend on exposure."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grooming.seen import Kind, Portrait
from vision.types import FloatArray

SURE = 0.8  # of a pixel's class, to lend its colour
LEAST_PIXELS = 40
TOE = 0.006  # added to linear values 0..1: black hair has no hue to speak of
GREY_SPREAD = 12  # between the colours of a pixel, 0..255
SKIN_RED, SKIN_BLUE = 0.50, -0.33  # log R/G and log B/G of skin in neutral light, TOE added; little spread over tones
TONE_STEPS = (0.5, 0.15, 0.15)  # of log luminance, log R/G and log B/G
LEAST_APART = 1.5  # of hair and skin, to tell them by their colours
NATURAL_RED = (0.0, 0.85)  # log R/G of natural hair, black to copper
NATURAL_BLUE = (-1.4, 0.12)  # log B/G


@dataclass(frozen=True, slots=True)
class Tone:
    """Of many pixels: log R/G and log B/G, and the luminance 0..1; linear light, medians."""

    red: float
    blue: float
    light: float
    pixels: int


def tone_of(portrait: Portrait, inside: NDArray[np.bool_]) -> Tone | None:
    """Colour of the picture under some pixels (H, W) of the head's map; None when they are too few."""
    if inside.sum() < LEAST_PIXELS:
        return None
    colours = _linear(portrait)[inside]
    light = colours @ np.array([0.07, 0.72, 0.21])
    middle = (light >= np.percentile(light, 30)) & (light <= np.percentile(light, 90))  # neither shadow nor shine
    blue, green, red = np.median(colours[middle], axis=0) + TOE
    return Tone(float(np.log(red / green)), float(np.log(blue / green)), float(np.median(light)), int(inside.sum()))


def hair_tone(portrait: Portrait, without: NDArray[np.bool_]) -> Tone | None:
    """Of the hair, outside some pixels (the beard)."""
    return tone_of(portrait, (portrait.nearest.probability[..., Kind.HAIR] > SURE) & ~without)


def skin_tone(portrait: Portrait) -> Tone | None:
    """Of the skin."""
    return tone_of(portrait, portrait.nearest.probability[..., Kind.SKIN] > SURE)


def unlike(one: Tone, other: Tone) -> float:
    """How far two colours are apart, in `TONE_STEPS`."""
    steps = np.abs([np.log((one.light + 0.01) / (other.light + 0.01)), one.red - other.red, one.blue - other.blue])
    return float((steps / TONE_STEPS).sum())


def nearer_to_hair(portrait: Portrait, weight: FloatArray) -> float | None:
    """Share of some weighted pixels (H, W) of the head's map whose colour is nearer to the person's hair than to skin.

    None where the two are too much alike, or one is not seen.
    """
    hair, skin = hair_tone(portrait, np.zeros(weight.shape, np.bool_)), skin_tone(portrait)
    inside = weight > 0
    if hair is None or skin is None or unlike(hair, skin) < LEAST_APART or not inside.any():
        return None
    colours = _linear(portrait)[inside]
    light = np.log(colours @ np.array([0.07, 0.72, 0.21]) + 0.01)
    blue, green, red = np.log(colours + TOE).T
    places = np.stack([light, red - green, blue - green], axis=1)
    away_from_skin, away_from_hair = (
        (np.abs(places - [np.log(tone.light + 0.01), tone.red, tone.blue]) / TONE_STEPS).sum(axis=1)
        for tone in (skin, hair)
    )
    nearer = 1 / (1 + np.exp(-np.clip(2 * (away_from_skin - away_from_hair), -20, 20)))
    return float((nearer * weight[inside]).sum() / weight[inside].sum())


def without_colour(portrait: Portrait) -> bool:
    """Whether the picture is black and white, or nearly."""
    spread = portrait.image_bgr.max(axis=2).astype(np.int16) - portrait.image_bgr.min(axis=2)
    return bool(np.percentile(spread, 95) < GREY_SPREAD)


def dye_features(hair: Tone, skin: Tone | None) -> FloatArray:
    """How far the hair lies outside natural colours, light's cast taken off by the skin: (4,)."""
    cast_red, cast_blue = (0.0, 0.0) if skin is None else (skin.red - SKIN_RED, skin.blue - SKIN_BLUE)
    red, blue = hair.red - 0.7 * cast_red, hair.blue - 0.7 * cast_blue
    return np.array(
        [
            max(0.0, red - NATURAL_RED[1]),
            max(0.0, NATURAL_RED[0] - red),
            max(0.0, blue - NATURAL_BLUE[1]),
            max(0.0, red + abs(blue) - 1.6),
        ]
    )


def _linear(portrait: Portrait) -> FloatArray:
    """Linear BGR 0..1 at the head map's pixels (H, W, 3)."""
    seen = portrait.nearest
    height, width = seen.classes.shape
    scale = seen.scale
    image = portrait.image_bgr
    if scale < 0.7:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.35 / scale), np.uint8)
    shift = -seen.origin_px * scale + 0.5 * scale - 0.5
    matrix = np.array([[scale, 0.0, shift[0]], [0.0, scale, shift[1]]])
    small = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    values = np.asarray(small, np.float64) / 255
    return np.asarray(np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4), np.float64)
