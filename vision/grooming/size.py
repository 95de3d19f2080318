"""How many pixels a centimetre has at the chest: shoulders and eyes as rulers.

Each ruler is a length that hardly differs between adults; the spread between
people is what limits it. Figures: joint centres and mesh points of the
development set's rendered people against their true cameras; the spread of
the pupils' distance from anthropometric surveys (63 mm, sd 3.6 mm: Dodgson
2004), which is wider than among rendered people.
"""

from __future__ import annotations

import math

import numpy as np

from vision.grooming.seen import Facing, Mark
from vision.landmarks import Landmark
from vision.types import FloatArray, Subject

STATURE_CM = {"f": 160.0, "m": 171.0, None: 166.0}
STATURE_SIGMA_REL = 0.045
SHOULDERS_SHARE = 0.193  # of the stature, distance of the pose network's shoulders seen from in front
SHOULDERS_SIGMA_REL = 0.05
PUPILS_CM, PUPILS_SIGMA_REL = 6.45, 0.065
HEAD_SHARE, HEAD_SIGMA_REL = 0.137, 0.075  # chin to the top of the skull, between rendered (0.139) and surveyed heads
HEAD_TURNED_SIGMA_REL = 0.25  # from the side and behind the network's points are at times far off
FACE_NEARER_REL = 0.03  # the eyes are nearer to the camera than the chest, at 1.2 m
LEFT_PUPIL, RIGHT_PUPIL = 473, 468  # of the face mesh


def chest_scale(
    facing: Facing,
    landmarks_px: FloatArray | None,
    face: tuple[FloatArray, FloatArray] | None,
    marks_px: FloatArray,
    subject: Subject | None,
) -> tuple[float, float]:
    """Pixels per cm at the chest and its relative sigma; NaN when there is no ruler.

    ``landmarks_px`` (33, 2) pose; ``face``: mesh (478, 2) and its depth in pixels (478,);
    ``marks_px`` (len(Mark), 2) of our own network.
    """
    rulers: list[tuple[float, float]] = []
    height_cm = None if subject is None else subject.height_cm
    sex = None if subject is None else subject.sex
    stature_cm = height_cm or STATURE_CM.get(sex, STATURE_CM[None])
    if landmarks_px is not None and facing in (Facing.FRONT, Facing.BACK):
        shoulders_px = float(np.hypot(*(landmarks_px[Landmark.LEFT_SHOULDER] - landmarks_px[Landmark.RIGHT_SHOULDER])))
        spread = math.hypot(SHOULDERS_SIGMA_REL, 0.0 if height_cm else STATURE_SIGMA_REL)
        rulers.append((shoulders_px / (SHOULDERS_SHARE * stature_cm), spread))
    if face is not None:
        points = np.column_stack(face)
        pupils_px = float(np.linalg.norm(points[LEFT_PUPIL] - points[RIGHT_PUPIL]))
        rulers.append((pupils_px / PUPILS_CM * (1 - FACE_NEARER_REL), PUPILS_SIGMA_REL))
    head_px = float(np.hypot(*(marks_px[Mark.CHIN] - marks_px[Mark.HEAD_TOP])))
    own = HEAD_SIGMA_REL if facing is Facing.FRONT else HEAD_TURNED_SIGMA_REL
    rulers.append((head_px / (HEAD_SHARE * stature_cm), math.hypot(own, 0.0 if height_cm else STATURE_SIGMA_REL)))
    return combine(rulers)


def combine(rulers: list[tuple[float, float]]) -> tuple[float, float]:
    """The weighted mean of (pixels per cm, relative sigma); NaN and NaN without any."""
    known = [(value, sigma) for value, sigma in rulers if math.isfinite(value) and value > 0]
    if not known:
        return math.nan, math.nan
    logs = np.log([value for value, _ in known])
    weights = np.array([sigma**-2 for _, sigma in known])
    return float(np.exp(np.average(logs, weights=weights))), float(weights.sum() ** -0.5)
