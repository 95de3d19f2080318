"""The mouth's shape, and how much it smiles against the person's own neutral face (clause face.smile).

The face mesh is turned into the head's own axes by the parts of it that do not move with the mouth, so that a nod
or a turn of the head changes little. A smile widens the mouth and lifts its corners (zygomaticus major: action unit 12
of Ekman and Friesen's Facial Action Coding System). What people's mouths are like at rest differs by more than a
smile does, so without the own neutral face there is no number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from vision.measures.head_pose import in_head_axes
from vision.types import FloatArray, Measurement, Reason

CORNERS, EYES, NOSE_BASE = (61, 291), (33, 263), 2
# A clear smile, as shares of the outer eye corners' distance: about 7 mm outwards and upwards at each corner.
CLEAR_WIDENING, CLEAR_LIFT = 0.075, 0.055
# Standard deviations on rendered faces (`tools/over_time/face.py`): a part that stays and one that grows as the face
# gets small in the picture.
WIDTH_SIGMA, WIDTH_SIGMA_PX = 0.008, 0.6
HEIGHT_SIGMA, HEIGHT_SIGMA_PX = 0.004, 0.4
# How much of a smile the mesh shows (0.9 of slight ones, 0.7 of broad ones), and how that differs.
MESH_GAIN, GAIN_SIGMA = 0.8, 0.15
MAX_TURN_DEG = 25.0
MAX_U = 0.8


@dataclass(frozen=True, slots=True)
class Mouth:
    """Shares of the outer eye corners' distance; ``eyes_px`` is that distance in the picture."""

    width: float
    height: float  # of the corners above the base of the nose: negative
    eyes_px: float
    turn_deg: float = 0.0  # of the face away from the line of sight

    @property
    def width_sigma(self) -> float:
        """One standard deviation."""
        return math.hypot(WIDTH_SIGMA, WIDTH_SIGMA_PX / self.eyes_px)

    @property
    def height_sigma(self) -> float:
        """One standard deviation."""
        return math.hypot(HEIGHT_SIGMA, HEIGHT_SIGMA_PX / self.eyes_px)


@dataclass(frozen=True, slots=True)
class NeutralMouth:
    """A person's mouth at rest, with standard deviations."""

    width: float
    height: float
    width_sigma: float
    height_sigma: float


def mouth_of(points_px: FloatArray, depth_px: FloatArray, turn_deg: float = 0.0) -> Mouth | None:
    """The mouth of a face mesh (478, 2) with depth (478,); None when the mesh is no face."""
    points, scale_px = in_head_axes(points_px, depth_px)
    eyes = abs(float(points[EYES[1], 1] - points[EYES[0], 1]))
    if not (math.isfinite(eyes) and eyes > 0.1):
        return None
    width = abs(float(points[CORNERS[1], 1] - points[CORNERS[0], 1])) / eyes
    height = (float(points[list(CORNERS), 2].mean()) - float(points[NOSE_BASE, 2])) / eyes
    return Mouth(width, height, eyes * scale_px, turn_deg)


def mean_mouth(mouths: list[Mouth]) -> Mouth | None:
    """Several looks at one held face; errors of neighbouring frames are alike, so no look makes another surer."""
    if not mouths:
        return None
    parts = [[m.width, m.height, m.eyes_px, m.turn_deg] for m in mouths]
    return Mouth(*(sum(column) / len(mouths) for column in zip(*parts, strict=True)))


def measure_smile(mouth: Mouth | None, neutral: NeutralMouth | None) -> Measurement:
    """``smile``: 0 as in the neutral face, 1 a clear smile."""
    if neutral is None:
        return Measurement("smile", None, None, "1", Reason.NO_NEUTRAL)
    if mouth is None:
        return Measurement("smile", None, None, "1", Reason.OCCLUDED)
    if mouth.turn_deg > MAX_TURN_DEG:
        return Measurement("smile", None, None, "1", Reason.WRONG_VIEW)
    wider, higher = (mouth.width - neutral.width) / CLEAR_WIDENING, (mouth.height - neutral.height) / CLEAR_LIFT
    value = (wider + higher) / 2 / MESH_GAIN
    width = math.hypot(mouth.width_sigma, neutral.width_sigma) / CLEAR_WIDENING
    height = math.hypot(mouth.height_sigma, neutral.height_sigma) / CLEAR_LIFT
    u = 2 * math.hypot(math.hypot(width, height) / 2 / MESH_GAIN, GAIN_SIGMA * value)
    if u > MAX_U:
        return Measurement("smile", None, None, "1", Reason.TOO_SMALL)
    return Measurement("smile", value, u, "1")
