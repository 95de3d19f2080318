"""How many pixels a centimetre has at the chest: shoulders, face and head as rulers.

Each ruler is a length that hardly differs between adults of one sex; the spread between people is what limits it.
The figures are medians over 80 rendered people seen by true cameras. They agree with a survey of living people (Gordon
et al. 2014): women's shoulders are narrower for their stature by 6 % (there 5 %), faces 13.1 and 14.1 cm broad (there
13.1 and 14.2). Face and head lie higher and further forward than the shoulders: a camera that looks down on a person
is nearer to them.
"""

from __future__ import annotations

import math

import numpy as np

from calibration.camera import Camera
from vision.grooming.seen import Facing, Mark
from vision.landmarks import Landmark
from vision.types import FloatArray, Subject

STATURE_CM = {"f": 160.0, "m": 171.0, None: 166.0}
STATURE_SIGMA_REL = 0.045
# Of the stature, distance of the pose network's shoulders seen from in front.
SHOULDERS_SHARE = {"f": 0.186, "m": 0.198, None: 0.192}
SHOULDERS_SIGMA_REL = 0.045
FACE_CM, FACE_SIGMA_REL = {"f": 13.1, "m": 14.1, None: 13.6}, 0.05  # breadth before the ears
UNKNOWN_SEX_SIGMA_REL = 0.03
HEAD_SHARE, HEAD_SIGMA_REL = 0.131, 0.075  # of the stature, chin to the top of the skull
HEAD_TURNED_SIGMA_REL = 0.25  # from the side and behind the network's points are at times far off
HEAD_UP_CM, HEAD_FORWARD_CM = 21.0, 5.0  # of face and head from the shoulder joints
CONTRADICTS = 1.5  # sigmas away from the middle ruler
FACE_EDGES = (234, 454)  # of the face mesh


def chest_scale(
    facing: Facing,
    landmarks_px: FloatArray | None,
    face: tuple[FloatArray, FloatArray] | None,
    marks_px: FloatArray,
    subject: Subject | None,
    camera: Camera,
) -> tuple[float, float]:
    """Pixels per cm at the shoulders and its relative sigma; NaN when there is no ruler.

    ``landmarks_px`` (33, 2) pose; ``face``: mesh (478, 2) and its depth in pixels (478,);
    ``marks_px`` (len(Mark), 2) of our own network.
    """
    rulers: list[tuple[float, float]] = []
    height_cm = None if subject is None else subject.height_cm
    sex = None if subject is None else subject.sex
    unknown_sex = 0.0 if sex else UNKNOWN_SEX_SIGMA_REL
    stature_cm = height_cm or STATURE_CM.get(sex, STATURE_CM[None])
    unknown_stature = 0.0 if height_cm else STATURE_SIGMA_REL
    if landmarks_px is not None and facing in (Facing.FRONT, Facing.BACK):
        shoulders_px = float(np.hypot(*(landmarks_px[Landmark.LEFT_SHOULDER] - landmarks_px[Landmark.RIGHT_SHOULDER])))
        spread = math.hypot(SHOULDERS_SIGMA_REL, unknown_stature, unknown_sex)
        rulers.append((shoulders_px / (SHOULDERS_SHARE[sex] * stature_cm), spread))
    if face is not None:
        points = np.column_stack(face)
        breadth_px = float(np.linalg.norm(points[FACE_EDGES[0]] - points[FACE_EDGES[1]]))
        rulers.append(_at_shoulders(breadth_px / FACE_CM[sex], math.hypot(FACE_SIGMA_REL, unknown_sex), camera))
    head_px = float(np.hypot(*(marks_px[Mark.CHIN] - marks_px[Mark.HEAD_TOP])))
    own = HEAD_SIGMA_REL if facing is Facing.FRONT else HEAD_TURNED_SIGMA_REL
    rulers.append(_at_shoulders(head_px / (HEAD_SHARE * stature_cm), math.hypot(own, unknown_stature), camera))
    return combine(rulers)


def _at_shoulders(px_per_cm: float, sigma_rel: float, camera: Camera) -> tuple[float, float]:
    """A scale measured at the head, and its sigma, at the depth of the shoulders."""
    if not px_per_cm > 0:
        return math.nan, sigma_rel
    up = float(camera.up_camera[2])
    depth_cm = camera.focal_px / px_per_cm
    below_cm = HEAD_FORWARD_CM * math.sqrt(max(1 - up * up, 0.0)) - HEAD_UP_CM * up
    tilt = HEAD_UP_CM * math.radians(camera.sigma.pitch_deg) / depth_cm
    return camera.focal_px / (depth_cm + below_cm), math.hypot(sigma_rel, tilt)


def combine(rulers: list[tuple[float, float]]) -> tuple[float, float]:
    """The weighted mean of (pixels per cm, relative sigma); NaN and NaN without any.

    Of three or more, one that contradicts the others counts less. Rulers that contradict each other more than their
    sigmas allow widen the sigma.
    """
    known = [(value, sigma) for value, sigma in rulers if math.isfinite(value) and value > 0]
    if not known:
        return math.nan, math.nan
    logs, sigmas = np.log([value for value, _ in known]), np.array([sigma for _, sigma in known])
    weights = sigmas**-2
    if len(known) > 2:
        away = (logs - np.median(logs)) / sigmas
        weights = weights / (1 + (away / CONTRADICTS) ** 4)
    mean = float(np.average(logs, weights=weights))
    squares = float((weights * (logs - mean) ** 2).sum()) / max(len(known) - 1, 1)
    return math.exp(mean), float(weights.sum() ** -0.5) * max(1.0, math.sqrt(squares))
