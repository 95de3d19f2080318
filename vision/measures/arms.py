"""Arms and hand centres: guiding gesture, hands at the abdomen or the sides (standing and guiding clauses)."""

from __future__ import annotations

from vision.geometry import angle_between_deg, dot, length
from vision.measures.body import Body, Values
from vision.reconstruct.skeleton import SIDES, unit
from vision.types import FloatArray

THIGH_HALF_WIDTH_REL = 0.052  # of stature: cloth included, at mid-thigh
HAND_BEYOND_CENTRE = 1.0  # a straight hand reaches about as far beyond its knuckles as they lie beyond the wrist


def arms(body: Body) -> Values:
    """Angles of both arms (deg), heights as shares of mid-hip to chin."""
    down = -body.trunk_line
    hip, chin = body.middle("hip"), body.chin_m
    span = chin[..., 2] - hip[..., 2]
    result: Values = {}
    for i, side in enumerate(SIDES):
        shoulder, elbow, wrist, hand = (body.pair(part)[i] for part in ("shoulder", "elbow", "wrist", "hand"))
        tip = hand + HAND_BEYOND_CENTRE * (hand - wrist)
        result[f"arm_trunk_{side}"] = angle_between_deg(wrist - shoulder, down)
        result[f"upper_arm_trunk_{side}"] = angle_between_deg(elbow - shoulder, down)
        result[f"elbow_{side}"] = angle_between_deg(shoulder - elbow, wrist - elbow)
        result[f"wrist_height_{side}"] = (wrist[..., 2] - hip[..., 2]) / span
        result[f"fingertip_height_{side}"] = (tip[..., 2] - hip[..., 2]) / span
    return result


def hand_centres(body: Body) -> Values:
    """Hand centres against the navel: own left, up (cm); how far apart; how far from the thighs."""
    left, forward = body.pelvis_axes
    navel = body.navel_m
    hands, wrists = body.pair("hand"), body.pair("wrist")
    result: Values = {}
    for i, side in enumerate(SIDES):
        offset = (hands[i] - navel) * 100
        result[f"hand_lateral_{side}"] = dot(offset, left)
        result[f"hand_up_{side}"] = offset[..., 2]
        result[f"hand_forward_{side}"] = dot(offset, forward)
        result[f"wrist_thigh_{side}"] = _wrist_to_thigh(body, i)
        result[f"wrist_forward_{side}"] = dot((wrists[i] - navel) * 100, forward)
    result["hands_gap"] = length(hands[0] - hands[1]) * 100
    result["pair_lateral"] = (result["hand_lateral_left"] + result["hand_lateral_right"]) / 2
    result["pair_up"] = (result["hand_up_left"] + result["hand_up_right"]) / 2
    result["hand_wrist_hold"] = length(hands[1] - wrists[0]) * 100
    return result


def _wrist_to_thigh(body: Body, i: int) -> FloatArray:
    """Distance (cm) of a wrist from the outer side of its thigh."""
    hip, knee, wrist = (body.pair(part)[i] for part in ("hip", "knee", "wrist"))
    axis = unit(knee - hip)
    off = (wrist - hip) - axis * dot(wrist - hip, axis)[..., None]
    return (length(off) - THIGH_HALF_WIDTH_REL * body.stature_m) * 100.0
