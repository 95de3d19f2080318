"""What the checks of the torso share: when to look at all, and how a probability becomes a word."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from vision.grooming.seen import Facing, Portrait
from vision.grooming.torso import Patch, Torso, patch_of, torso_of
from vision.quantities import quantities
from vision.types import Measurement, Reason

MAX_RISK = 0.05  # a word that is wrong more often is not said
LEAST_RISK = 0.005  # nothing learned on rendered people is surer
MAX_FACING_RISK = 0.15
SMALLEST_PX_PER_CM = 2.5  # a badge two centimetres high is then five pixels
STEEPEST_SHOULDERS = 0.2  # sine of the shoulder line's angle against the horizontal
HALF_WIDTHS_CM = (9.0, 26.0)  # of a person's shoulders, with room for a wrong scale
DARKEST = 45.0  # 95th percentile of the luma over the torso


@dataclass(frozen=True, slots=True)
class Torsos:
    """A torso's frame and its patch, cut once for all checks."""

    frame: Torso
    patch: Patch

    @classmethod
    def of(cls, portrait: Portrait) -> Self | None:
        """From a portrait; None without shoulders or scale, or where the shoulders found cannot be a person's."""
        marks, scale = portrait.landmarks_px, portrait.px_per_cm
        if marks is None or not math.isfinite(scale) or scale <= 0:
            return None
        frame = torso_of(marks, scale)
        slope = abs(float(frame.across @ portrait.up_px))
        if slope > STEEPEST_SHOULDERS or not HALF_WIDTHS_CM[0] < frame.half_width_cm < HALF_WIDTHS_CM[1]:
            return None
        return cls(frame, patch_of(frame, portrait.image_bgr, portrait.body))


def torso_reason(portrait: Portrait, torso: Torsos | None, facings: Collection[Facing]) -> Reason | None:
    """Why a check that needs these facings cannot be made on this portrait; None when it can."""
    if portrait.facing not in facings or portrait.facing_wrong > MAX_FACING_RISK:
        return Reason.WRONG_VIEW
    if torso is None:
        return Reason.TOO_UNCERTAIN
    if torso.frame.px_per_cm < SMALLEST_PX_PER_CM:
        return Reason.TOO_SMALL
    seen = torso.patch.image_bgr[torso.patch.inside]
    if not len(seen):
        return Reason.OUT_OF_FRAME
    return Reason.TOO_DARK if float(np.percentile(seen.mean(axis=1), 95)) < DARKEST else None


def sigmoid(log_odds: float) -> float:
    """Probability of given log odds."""
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, log_odds))))


def decide(name: str, log_odds: float, words: tuple[str, str] = ("yes", "no")) -> Measurement:
    """The first word when the odds are for it, else the second; not measured when that is too often wrong."""
    probability = sigmoid(log_odds)
    word, risk = (words[0], 1 - probability) if probability > 0.5 else (words[1], probability)
    if risk > MAX_RISK:
        return Measurement(name, None, None, "", Reason.TOO_UNCERTAIN)
    return Measurement(name, word, max(risk, LEAST_RISK), "")


def missing(names: Iterable[str], reason: Reason) -> dict[str, Measurement]:
    """All these quantities as not measured for one reason."""
    return {name: Measurement(name, None, None, quantities()[name].unit, reason) for name in names}
