"""Feet on the floor: V angle, parallel and T stance (standing clauses of T1, T2, U1).

Foot axis = heel to second toe on the floor plane. Clearances take off the
learned width of shoes; they are for feet side by side.
"""

from __future__ import annotations

import numpy as np

from vision.geometry import angle_in_plane_deg, dot, length
from vision.measures.body import Body, Values
from vision.types import FloatArray

_LEVEL = np.array([1.0, 1.0, 0.0])
ARCH_SHARE = 0.45  # of the foot's length from the heel
INNER_EDGE_SHARE = 0.16  # half a foot's width at the arch, as a share of its length
SHOE_HEEL_M = 0.035


def stance(body: Body) -> Values:
    """Yaw of both feet against the pelvis' front (outward +), their sum, distances in cm."""
    left, forward = body.pelvis_axes
    heels, toes = body.pair("heel"), body.pair("toe")
    axes = [toe - heel for heel, toe in zip(heels, toes, strict=True)]
    yaw_left = angle_in_plane_deg(axes[0], left, forward)
    yaw_right = angle_in_plane_deg(axes[1], -left, forward)
    heel_apart, toe_apart = heels[0] - heels[1], toes[0] - toes[1]
    shoulders = body.pair("shoulder")
    width = length(shoulders[0] - shoulders[1])
    heel_dist = length(heel_apart * _LEVEL)
    return {
        "foot_yaw_left": yaw_left,
        "foot_yaw_right": yaw_right,
        "v_angle": yaw_left + yaw_right,
        "heel_dist": heel_dist * 100,
        "toe_dist": length(toe_apart * _LEVEL) * 100,
        "heel_gap": (dot(heel_apart, left) - body.constant("heel_width_rel") * body.stature_m) * 100,
        "toe_gap": (dot(toe_apart, left) - body.constant("toe_width_rel") * body.stature_m) * 100,
        "stance_ratio": heel_dist / np.maximum(width, 1e-6),
        "heel_arch_gap": _heel_arch_gap(heels, axes) * 100,
    }


def _heel_arch_gap(heels: tuple[FloatArray, FloatArray], axes: list[FloatArray]) -> FloatArray:
    """Front heel to the rear foot's arch, the smaller of the two orders, metres."""
    gaps = []
    for rear, front, sign in ((0, 1, 1.0), (1, 0, -1.0)):
        axis = axes[rear] * _LEVEL
        inward = np.stack([axis[..., 1], -axis[..., 0], np.zeros_like(axis[..., 0])], axis=-1) * sign
        arch = heels[rear] + ARCH_SHARE * axis + INNER_EDGE_SHARE * inward
        gaps.append(length((heels[front] - arch) * _LEVEL) - SHOE_HEEL_M)
    return np.minimum(gaps[0], gaps[1])
