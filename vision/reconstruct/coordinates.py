"""The fitted body as joint angles under the names and conventions of OpenSim's full-body models.

Frames at zero: x forward, y up, z to the person's right. Rotations of a joint follow each other about body-fixed
z, x, y (Rajagopal et al. 2016, doi:10.1109/TBME.2016.2586891): hip flexion, adduction, inner rotation and so on;
``lumbar_extension`` is negative in a bow; knee and elbow flexion are positive; ``ankle_angle`` is positive with the
toes up. One camera's hips tell nothing of the pelvis' tilt: its forward axis is taken as level, so the whole lean of
the trunk is in the lumbar joint. A limb bent by less than `LEAST_BEND_DEG` does not tell its own long-axis rotation:
0 stands there.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from vision.reconstruct.skeleton import middle, pair, unit
from vision.types import BoolArray, FloatArray

LEAST_BEND_DEG = 10.0
LENGTHS = frozenset({"pelvis_tx", "pelvis_ty", "pelvis_tz"})  # m; all others are degrees
NAMES = (
    *("pelvis_tilt", "pelvis_list", "pelvis_rotation", "pelvis_tx", "pelvis_ty", "pelvis_tz"),
    *("lumbar_extension", "lumbar_bending", "lumbar_rotation"),
    *(
        f"{name}_{side}"
        for side in ("r", "l")
        for name in (
            "hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle",
            "arm_flex", "arm_add", "arm_rot", "elbow_flex",
        )
    ),
)  # fmt: skip
_UP = np.array([0.0, 1.0, 0.0])
_SIGN = {"r": 1.0, "l": -1.0}


def y_up(positions_m: FloatArray) -> FloatArray:
    """From our floor frame (z up) to OpenSim's (y up): (x, y, z) becomes (x, z, -y), a proper rotation."""
    return np.asarray(positions_m[..., (0, 2, 1)] * (1.0, 1.0, -1.0), dtype=np.float64)


def coordinates(points_m: FloatArray) -> dict[str, FloatArray]:
    """Coordinates (T,) by name, of points (T, 21, 3) in the floor frame; NaN where the body is unknown."""
    points = y_up(points_m)
    known = np.isfinite(points).all(axis=(1, 2))
    body = points[known]
    if not len(body):
        return {name: np.full(len(points), np.nan) for name in NAMES}
    found = _coordinates(body)
    return {name: _spread(found[name], known) for name in NAMES}


def _spread(values: FloatArray, known: BoolArray) -> FloatArray:
    column = np.full(len(known), np.nan)
    column[known] = values
    return column


def _coordinates(points: FloatArray) -> dict[str, FloatArray]:
    pelvis, trunk = _pelvis(points), _trunk(points)
    middle_hip = middle(points, "hip")
    found = dict(zip(("pelvis_tilt", "pelvis_list", "pelvis_rotation"), _turns(pelvis), strict=True))
    found |= {f"pelvis_t{axis}": middle_hip[:, k] for k, axis in enumerate("xyz")}
    relative = np.swapaxes(pelvis, 1, 2) @ trunk
    found |= dict(zip(("lumbar_extension", "lumbar_bending", "lumbar_rotation"), _turns(relative), strict=True))
    for side in ("r", "l"):
        hip, knee, ankle, heel, toe = (_of(points, part, side) for part in ("hip", "knee", "ankle", "heel", "toe"))
        shoulder, elbow, wrist = (_of(points, part, side) for part in ("shoulder", "elbow", "wrist"))
        leg = _limb(pelvis, knee - hip, ankle - knee, side, -1.0)
        arm = _limb(trunk, elbow - shoulder, wrist - elbow, side, 1.0)
        names = ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle")
        found |= {f"{name}_{side}": values for name, values in zip(names, leg, strict=True)}
        names = ("arm_flex", "arm_add", "arm_rot", "elbow_flex")
        found |= {f"{name}_{side}": values for name, values in zip(names, arm, strict=True)}
        found[f"ankle_angle_{side}"] = 90.0 - _between(knee - ankle, toe - heel)
    return found


def _of(points: FloatArray, part: str, side: str) -> FloatArray:
    left, right = pair(points, part)
    return right if side == "r" else left


def _frame(up: FloatArray, right: FloatArray) -> FloatArray:
    """Rotations (T, 3, 3) whose columns are forward, up, right; ``up`` is kept, ``right`` made square to it."""
    z = unit(right - up * np.sum(right * up, axis=-1, keepdims=True))
    return np.stack([np.cross(up, z), up, z], axis=-1)


def _pelvis(points: FloatArray) -> FloatArray:
    left, right = pair(points, "hip")
    z = unit(right - left)
    forward = unit(np.cross(_UP, z))
    return np.stack([forward, np.cross(z, forward), z], axis=-1)


def _trunk(points: FloatArray) -> FloatArray:
    left, right = pair(points, "shoulder")
    return _frame(unit(middle(points, "shoulder") - middle(points, "hip")), right - left)


def _turns(rotations: FloatArray) -> FloatArray:
    """The three body-fixed turns about z, x and y, in degrees: (3, T)."""
    about_z = np.arctan2(-rotations[:, 0, 1], rotations[:, 1, 1])
    about_x = np.arcsin(np.clip(rotations[:, 2, 1], -1.0, 1.0))
    about_y = np.arctan2(-rotations[:, 2, 0], rotations[:, 2, 2])
    return np.asarray(np.degrees(np.stack([about_z, about_x, about_y])), dtype=np.float64)


def _limb(
    frame: FloatArray, upper: FloatArray, lower: FloatArray, side: str, bends: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Flexion, adduction, rotation and the bend of the middle joint, degrees (T,).

    ``bends``: where the lower limb goes, forwards (1, an elbow) or backwards (-1, a knee).
    """
    sign = _SIGN[side]
    axis = unit(np.einsum("tji,tj->ti", frame, upper))
    flexion = np.degrees(np.arctan2(axis[:, 0], -axis[:, 1]))
    adduction = np.degrees(np.arcsin(np.clip(-sign * axis[:, 2], -1.0, 1.0)))
    turns = np.stack([flexion, sign * adduction, np.zeros_like(flexion)], axis=-1)
    hung = Rotation.from_euler("ZXY", turns, degrees=True).as_matrix()
    below = unit(np.einsum("tji,tj->ti", frame @ hung, lower))
    bend = _between(upper, lower)
    turned = np.degrees(np.arctan2(-bends * below[:, 2], bends * below[:, 0]))
    rotation = np.where(bend < LEAST_BEND_DEG, 0.0, sign * turned)
    return flexion, adduction, rotation, bend


def _between(one: FloatArray, other: FloatArray) -> FloatArray:
    """The angle between vectors (T, 3), in degrees."""
    cross = np.linalg.norm(np.cross(one, other), axis=-1)
    return np.asarray(np.degrees(np.arctan2(cross, np.sum(one * other, axis=-1))), dtype=np.float64)
