"""When a measure is given at all: what must be in the picture, and how uncertain is too uncertain.

The limits on u are house constants: several times the tolerance that the
documents' clauses need, beyond which a value helps nobody. Whether a view
serves a measure is not decreed here: the corrections learned on people of
known geometry make u large where the view does not, and then it is left out.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vision.geometry import angle_in_plane_deg
from vision.measures.correction import shared_name
from vision.reconstruct.skeleton import PARTS, pair, pelvis_axes
from vision.types import BoolArray, FloatArray, Reason, View

MAX_U: Mapping[str, float] = {
    "v_angle": 30.0, "foot_yaw": 20.0, "heel_dist": 10.0, "toe_dist": 10.0, "heel_gap": 10.0, "toe_gap": 10.0,
    "stance_ratio": 0.5, "heel_arch_gap": 12.0,
    "trunk_flexion": 16.0, "trunk_lateral": 8.0, "trunk_inclination": 16.0, "shoulder_tilt": 8.0, "neck_line": 30.0,
    "arm_trunk": 22.0, "upper_arm_trunk": 28.0, "elbow": 50.0, "wrist_height": 0.3, "fingertip_height": 0.4,
    "hand_lateral": 18.0, "hand_up": 15.0, "hand_forward": 60.0, "hands_gap": 25.0, "pair_lateral": 15.0,
    "pair_up": 15.0, "hand_wrist_hold": 20.0, "wrist_thigh": 20.0, "wrist_forward": 25.0,
    "knee": 30.0, "hip": 30.0, "thigh_horizontal": 25.0, "shank_vertical": 15.0, "knee_gap": 15.0,
    "head_yaw": 40.0, "knee_height_diff": 12.0, "ankles_apart": 15.0, "seat_depth_used": 0.35,
    "ankle_behind_seat": 25.0, "hand_knee": 15.0, "face_off": 25.0,
    "sway": 6.0, "feet_shift": 6.0,
    "walk_deviation": 8.0, "walk_speed": 40.0, "walk_speed_cv": 0.15, "cadence": 25.0, "stride_length": 40.0,
    "step_ratio": 0.12, "arm_swing": 30.0, "arm_swing_asymmetry": 0.6,
    "sweep_rise": 15.0, "sweep_smooth": 1.0, "upper_arm_share": 0.6, "hip_descent_speed": 30.0, "hip_rise_speed": 30.0,
    "people_distance": 100.0, "escort_ahead": 60.0, "escort_left": 40.0,
}  # fmt: skip

_ARM, _LEG = ("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle")
_TRUNK, _FEET = ("hip", "shoulder"), ("heel", "toe")
NEEDED_PARTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("v_angle", "foot_yaw", "heel_dist", "toe_dist", "heel_gap", "toe_gap", "heel_arch_gap"), _FEET),
    "stance_ratio": ("heel", "shoulder"),
    **dict.fromkeys(("trunk_flexion", "trunk_lateral", "trunk_inclination"), _TRUNK),
    "shoulder_tilt": ("shoulder",),
    "neck_line": ("hip", "shoulder", "ear"),
    **dict.fromkeys(("arm_trunk", "elbow"), _ARM),
    "upper_arm_trunk": ("shoulder", "elbow"),
    **dict.fromkeys(("wrist_height", "wrist_forward", "hand_wrist_hold"), ("wrist", "hip")),
    "fingertip_height": ("hand", "hip"),
    **dict.fromkeys(("hand_lateral", "hand_up", "hand_forward", "hands_gap", "pair_lateral", "pair_up"), ("hand",)),
    "wrist_thigh": ("wrist", "hip", "knee"),
    **dict.fromkeys(("knee", "thigh_horizontal"), _LEG),
    "hip": ("shoulder", "hip", "knee"),
    "shank_vertical": ("knee", "ankle"),
    **dict.fromkeys(("knee_gap", "knee_height_diff"), ("knee",)),
    "ankles_apart": ("ankle",),
    "hand_knee": ("hand", "knee"),
    "seat_depth_used": ("hip",),
    "ankle_behind_seat": ("ankle",),
}  # fmt: skip
LEAST_VISIBILITY = 0.15  # below, the network itself says that it guesses; far arms from the side reach this
FRONTAL = (View.FRONT, View.OBLIQUE)


def missing(name: str, inside: Mapping[str, bool], visibility: Mapping[str, float]) -> Reason | None:
    """Why a measure cannot be given from what is in the picture; keys are like ``wrist_left``."""
    sides = (name.rsplit("_", 1)[1],) if name.endswith(("_left", "_right")) else ("left", "right")
    parts = [f"{part}_{side}" for part in NEEDED_PARTS.get(shared_name(name), PARTS[:1]) for side in sides]
    if not all(inside[part] for part in parts):
        return Reason.OUT_OF_FRAME
    if min(visibility[part] for part in parts) < LEAST_VISIBILITY:
        return Reason.OCCLUDED
    return None


def too_uncertain(name: str, u: float, view: View) -> Reason | None:
    """Why a value with this u is not worth giving; from a view that shows it badly the view is named."""
    if u <= MAX_U.get(shared_name(name), float("inf")):
        return None
    return Reason.TOO_UNCERTAIN if view in FRONTAL else Reason.WRONG_VIEW


# Hips turn outwards by some 60 deg and inwards by some 40, feet a little more: beyond, the body was read back to front.
FEET_TURNED_DEG = (-75.0, 115.0)


def feet_twisted(points_m: FloatArray) -> BoolArray:
    """Whether a foot of bodies (T, 21, 3) points where no hip turns it (T,)."""
    left, forward = pelvis_axes(points_m)
    twisted = np.zeros(points_m.shape[:-2], dtype=np.bool_)
    for outward, heel, toe in zip((left, -left), pair(points_m, "heel"), pair(points_m, "toe"), strict=True):
        yaw = angle_in_plane_deg(toe - heel, outward, forward)
        twisted |= (yaw < FEET_TURNED_DEG[0]) | (yaw > FEET_TURNED_DEG[1])
    return twisted
