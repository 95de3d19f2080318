"""Legs, sitting and the seat (sitting clauses of T2): knees, thighs, shanks, the part of the seat that is used."""

from __future__ import annotations

import numpy as np

from vision.geometry import angle_between_deg, angle_in_plane_deg, dot, length
from vision.measures.body import Body, Values
from vision.reconstruct.skeleton import SIDES, UP, unit
from vision.types import FloatArray


def legs(body: Body) -> Values:
    """Knees, hips (180 = straight), thighs against level (90 = hangs), shanks against vertical; how far apart they are.

    Also the hands' distance from the knees, for hands on the knees.
    """
    left, _ = body.pelvis_axes
    result: Values = {}
    for i, side in enumerate(SIDES):
        hip, knee, ankle = (body.pair(part)[i] for part in ("hip", "knee", "ankle"))
        thigh, shank = knee - hip, ankle - knee
        down = np.broadcast_to(-UP, thigh.shape)
        result[f"knee_{side}"] = 180.0 - angle_between_deg(thigh, shank)
        result[f"hip_{side}"] = angle_between_deg(body.trunk_line, thigh)
        result[f"thigh_horizontal_{side}"] = 90.0 - angle_between_deg(thigh, down)
        result[f"shank_vertical_{side}"] = angle_between_deg(shank, down)
    knees, ankles = body.pair("knee"), body.pair("ankle")
    apart = dot(knees[0] - knees[1], left) - body.constant("knee_width_rel") * body.stature_m
    result["knee_gap"] = apart * 100.0
    result["knee_height_diff"] = np.abs(knees[0][..., 2] - knees[1][..., 2]) * 100.0
    result["ankles_apart"] = dot(ankles[0] - ankles[1], left) * 100
    for side, hand, knee in zip(SIDES, body.pair("hand"), knees, strict=True):
        result[f"hand_knee_{side}"] = length(hand - knee) * 100
    return result


def seat_axes(body: Body) -> tuple[FloatArray, FloatArray]:
    """Middle of the seat's front edge (3,) and its level way out to the front (3,); the seat must be known."""
    assert body.seat is not None
    front = (body.seat.front_left + body.seat.front_right) / 2
    across = unit((body.seat.front_left - body.seat.front_right) * np.array([1.0, 1.0, 0.0]))
    return front, np.cross(across, UP)


def sitting(body: Body) -> Values:
    """Share of the seat's depth behind its front edge that the sitter uses; nothing without a seat."""
    if body.seat is None:
        return {}
    front, out = seat_axes(body)
    hip = body.middle("hip")
    _, forward = body.pelvis_axes
    flexion = angle_in_plane_deg(body.trunk_line, forward, UP)
    # The buttocks reach behind the hip joints, less so the more the pelvis rolls forward with the trunk.
    behind = body.constant("buttock_behind_hip_rel") + body.constant("buttock_slope_per_deg") * flexion
    rear = dot(front - hip, out) + behind * body.stature_m
    result = {"seat_depth_used": rear / body.seat.depth_m}
    for i, side in enumerate(SIDES):
        result[f"ankle_behind_seat_{side}"] = dot(front - body.pair("ankle")[i], out) * 100
    return result
