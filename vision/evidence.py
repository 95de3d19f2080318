"""Where a number lives in the picture: lines and arcs of the fitted body, through the camera.

Everything is drawn in metres on the body or the floor and projected, so an
angle on the floor looks like an angle on the floor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from calibration.camera import Camera, project
from vision.measures.correction import shared_name
from vision.reconstruct.skeleton import PARTS, SIDES, UP, Point, middle, pelvis_axes, unit
from vision.types import Evidence, FloatArray

ARC_POINTS = 17
Lines = tuple[tuple[FloatArray, ...], FloatArray]  # polylines (N, 3) in metres, anchor (3,)


def _arc(vertex: FloatArray, first: FloatArray, second: FloatArray, radius_m: float) -> FloatArray:
    """Points (17, 3) on the arc between two directions."""
    a, b = unit(first), unit(second)
    angle = np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)
    share = np.linspace(0.0, 1.0, ARC_POINTS)[:, None]
    if angle < 1e-3 or np.sin(angle) < 1e-3:
        return np.asarray(vertex + radius_m * unit(a + (b - a) * share), dtype=np.float64)
    way = (np.sin((1 - share) * angle) * a + np.sin(share * angle) * b) / np.sin(angle)
    return np.asarray(vertex + radius_m * way, dtype=np.float64)


def _corner(vertex: FloatArray, first: FloatArray, second: FloatArray, radius_m: float) -> Lines:
    """Two legs from a vertex and the arc between them."""
    arc = _arc(vertex, first, second, radius_m)
    legs = np.stack([vertex, vertex + first]), np.stack([vertex, vertex + second])
    return (*legs, arc), arc[ARC_POINTS // 2]


def _feet(points: FloatArray) -> Lines:
    heels, toes = points[12:14], points[14:16]
    axes = (toes - heels) * np.array([1.0, 1.0, 0.0])
    start = heels.mean(axis=0) * np.array([1.0, 1.0, 0.0])
    legs = tuple(np.stack([heel, heel + 1.25 * axis]) * [1, 1, 0] for heel, axis in zip(heels, axes, strict=True))
    arc = _arc(start, axes[0], axes[1], 0.24)
    return (*legs, arc), arc[ARC_POINTS // 2]


def _between(first: int, second: int) -> Callable[[FloatArray], Lines]:
    def lines(points: FloatArray) -> Lines:
        line = points[[first, second]]
        return (line,), line.mean(axis=0)

    return lines


def _foot(points: FloatArray, side: int) -> Lines:
    heel, toe = points[12 + side], points[14 + side]
    _, forward = pelvis_axes(points)
    return _corner(heel * [1, 1, 0], (toe - heel) * [1, 1, 0] * 1.25, forward * 0.3, 0.22)


def _trunk(points: FloatArray) -> Lines:
    hip = middle(points, "hip")
    line = middle(points, "shoulder") - hip
    return _corner(hip, line, UP * float(np.linalg.norm(line)), 0.3)


def _joint(points: FloatArray, side: int, first: str, vertex: str, last: str) -> Lines:
    a, v, b = (points[2 * PARTS.index(part) + side] for part in (first, vertex, last))
    return _corner(v, a - v, b - v, 0.11)


def _arm(points: FloatArray, side: int, end: str) -> Lines:
    shoulder, far = points[2 + side], points[2 * PARTS.index(end) + side]
    down = unit(middle(points, "hip") - middle(points, "shoulder"))
    return _corner(shoulder, far - shoulder, down * 0.42, 0.22)


def _hands(points: FloatArray) -> Lines:
    hands = points[16:18]
    marks = tuple(np.stack([hand + 0.03 * UP, hand - 0.03 * UP]) for hand in hands)
    return (*marks, hands), hands.mean(axis=0)


def _shoulders(points: FloatArray) -> Lines:
    left, right = points[2], points[3]
    return (np.stack([left, right]),), (left + right) / 2 + UP * 0.04


def _knees(points: FloatArray) -> Lines:
    return (points[8:10],), points[8:10].mean(axis=0)


def _head(points: FloatArray) -> Lines:
    ears, nose = points[18:20].mean(axis=0), points[Point.NOSE]
    ahead = ears + 2.2 * (nose - ears)
    return (np.stack([ears, ahead]),), ahead


_WHOLE: dict[str, Callable[[FloatArray], Lines]] = {
    **dict.fromkeys(("v_angle",), _feet),
    **dict.fromkeys(("heel_dist", "heel_gap", "stance_ratio", "heel_arch_gap"), _between(12, 13)),
    **dict.fromkeys(("toe_dist", "toe_gap"), _between(14, 15)),
    **dict.fromkeys(("trunk_flexion", "trunk_lateral", "trunk_inclination", "trunk_behind", "bow_angle"), _trunk),
    **dict.fromkeys(("shoulder_tilt", "shoulder_rise"), _shoulders),
    **dict.fromkeys(
        ("hands_gap", "hands_place", "hand_on_top", "pair_lateral", "pair_aside", "pair_up", "hand_wrist_hold"), _hands
    ),
    **dict.fromkeys(("knee_gap", "knee_height_diff"), _knees),
    **dict.fromkeys(("head_pitch", "head_yaw", "head_roll", "face_off", "neck_line", "neck_line_change"), _head),
}
_SIDED: dict[str, Callable[[FloatArray, int], Lines]] = {
    "foot_yaw": _foot,
    "arm_trunk": lambda points, side: _arm(points, side, "wrist"),
    "upper_arm_trunk": lambda points, side: _arm(points, side, "elbow"),
    "elbow": lambda points, side: _joint(points, side, "shoulder", "elbow", "wrist"),
    "knee": lambda points, side: _joint(points, side, "hip", "knee", "ankle"),
    "hip": lambda points, side: _joint(points, side, "shoulder", "hip", "knee"),
    "shank_vertical": lambda points, side: _corner(
        points[10 + side], points[8 + side] - points[10 + side], UP * 0.4, 0.2
    ),
    "wrist_height": lambda points, side: ((points[[6 + side, 0 + side]],), points[6 + side]),
    "fingertip_height": lambda points, side: ((points[[16 + side, 6 + side]],), points[16 + side]),
    "wrist_thigh": lambda points, side: ((points[[6 + side, 8 + side]],), points[6 + side]),
    "hand_knee": lambda points, side: ((points[[16 + side, 8 + side]],), points[16 + side]),
    "palm_up": lambda points, side: ((points[[6 + side, 16 + side]],), points[16 + side]),
    "head_to_hand": lambda points, _side: _head(points),
}


def _seat(points: FloatArray, camera: Camera, share: float) -> Lines | None:
    if camera.seat is None:
        return None
    left, right = camera.seat.front_left, camera.seat.front_right
    back = -np.cross(unit((left - right) * np.array([1.0, 1.0, 0.0])), UP)
    middle_front = (left + right) / 2
    used = middle_front + back * camera.seat.depth_m * share
    whole = middle_front + back * camera.seat.depth_m
    across = (right - left) / 2
    return (
        (np.stack([left, right]), np.stack([used - across, used + across]), np.stack([middle_front, whole])),
        used,
    )


# Measures that are an angle between two legs: what is accepted of them can be drawn beside them.
_ANGLES = frozenset({"v_angle", "trunk_flexion", "trunk_inclination", "bow_angle", "arm_trunk", "upper_arm_trunk",
                     "elbow", "knee", "hip", "shank_vertical"})  # fmt: skip
BAND_RADIUS_SHARE = 1.15  # of the arc of the measured angle


def band_of(
    name: str, points_m: FloatArray, camera: Camera, value_deg: float, low_deg: float | None, high_deg: float | None
) -> tuple[FloatArray, ...]:
    """Arcs (17, 2) in pixels over which the leg that moves is accepted; () for what is no angle in the picture.

    They lie by as much beside the leg as the limits lie beside the value, so an angle against the own upright, or one
    that was corrected, stands right, too.
    """
    shared = shared_name(name)
    if shared not in _ANGLES:
        return ()
    low, high = (low_deg or 0.0), 180.0 if high_deg is None else high_deg
    if name == "v_angle":
        arcs = [_foot_band(points_m, side, value_deg, low, high) for side in (0, 1)]
    else:
        lines = _WHOLE[name](points_m) if name in _WHOLE else _SIDED[shared](points_m, SIDES.index(name.split("_")[-1]))
        (vertex, end), (_, fixed), arc = lines[0][:3]
        radius = float(np.linalg.norm(arc[0] - vertex)) * BAND_RADIUS_SHARE
        found = _turned(vertex, end - vertex, fixed - vertex, (low - value_deg, high - value_deg), radius)
        arcs = [] if found is None else [found]
    return tuple(project(camera, arc) for arc in arcs)


def _turned(
    vertex: FloatArray, moving: FloatArray, fixed: FloatArray, by_deg: tuple[float, float], radius_m: float
) -> FloatArray | None:
    """An arc (17, 3) of the moving leg turned away from the fixed one by so many degrees; None where they are one."""
    first, other = unit(moving), unit(fixed)
    away = first * float(first @ other) - other
    if np.linalg.norm(away) < 1e-3:
        return None
    now = float(np.degrees(np.arctan2(np.linalg.norm(np.cross(first, other)), first @ other)))
    least, most = (min(max(by, -now), 180.0 - now) for by in by_deg)
    angles = np.radians(np.linspace(least, most, ARC_POINTS))[:, None]
    return np.asarray(vertex + radius_m * (np.cos(angles) * first + np.sin(angles) * unit(away)), dtype=np.float64)


def _foot_band(points: FloatArray, side: int, value_deg: float, low_deg: float, high_deg: float) -> FloatArray:
    """Where one foot may point: it takes half of the angle between the feet."""
    heels, toes = points[12:14], points[14:16]
    level = np.array([1.0, 1.0, 0.0])
    start, axis = heels.mean(axis=0) * level, unit((toes[side] - heels[side]) * level)
    sign = 1.0 if side == 0 else -1.0  # seen from above the own left foot turns out counter-clockwise
    angles = sign * np.radians(np.linspace(low_deg - value_deg, high_deg - value_deg, ARC_POINTS) / 2)[:, None]
    across = np.cross(UP, axis)
    return np.asarray(start + 0.30 * (np.cos(angles) * axis + np.sin(angles) * across), dtype=np.float64)


def evidence_of(name: str, points_m: FloatArray, camera: Camera, values: Mapping[str, float]) -> Evidence | None:
    """Lines for a measurement of the body (21, 3); None where a number has no place in the picture."""
    shared = shared_name(name)
    lines: Lines | None = None
    if name == "seat_depth_used" and name in values:
        lines = _seat(points_m, camera, values[name])
    elif name in _WHOLE:
        lines = _WHOLE[name](points_m)
    elif shared in _SIDED and name != shared:
        lines = _SIDED[shared](points_m, SIDES.index(name.rsplit("_", 1)[1]))
    if lines is None:
        return None
    projected = tuple(project(camera, np.asarray(line, dtype=np.float64)) for line in lines[0])
    return Evidence(projected, project(camera, np.asarray(lines[1], dtype=np.float64)))
