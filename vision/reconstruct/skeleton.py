"""The body that is fitted: 21 points, the bones between them, and the frames that ride on them.

Points are joint centres (hip = femoral head, shoulder = glenohumeral), the rear
of the heel, the tip of the second toe, the hand centre (mean of the knuckles of
index, middle and little finger), nose and the ears' rims. Everything is
vectorised over leading axes: ``points_m`` is (..., 21, 3) in the floor frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import partial

import numpy as np

from vision.reconstruct import dual
from vision.reconstruct.dual import Dual
from vision.types import FloatArray


class Point(IntEnum):
    """Points of the fitted body; left and right are the person's. Pairs: left even, right odd."""

    LEFT_HIP = 0
    RIGHT_HIP = 1
    LEFT_SHOULDER = 2
    RIGHT_SHOULDER = 3
    LEFT_ELBOW = 4
    RIGHT_ELBOW = 5
    LEFT_WRIST = 6
    RIGHT_WRIST = 7
    LEFT_KNEE = 8
    RIGHT_KNEE = 9
    LEFT_ANKLE = 10
    RIGHT_ANKLE = 11
    LEFT_HEEL = 12
    RIGHT_HEEL = 13
    LEFT_TOE = 14
    RIGHT_TOE = 15
    LEFT_HAND = 16
    RIGHT_HAND = 17
    LEFT_EAR = 18
    RIGHT_EAR = 19
    NOSE = 20


COUNT = 21
SIDES = ("left", "right")
PARTS = ("hip", "shoulder", "elbow", "wrist", "knee", "ankle", "heel", "toe", "hand", "ear")

# Which of MediaPipe's landmarks see a point: their mean is the observation.
LANDMARKS_OF_POINT: tuple[tuple[int, ...], ...] = (
    (23,), (24,), (11,), (12,), (13,), (14,), (15,), (16,), (25,), (26,), (27,), (28,),
    (29,), (30,), (31,), (32,), (17, 19), (18, 20), (7,), (8,), (0,),
)  # fmt: skip

_P = Point
# (name shared by both sides, first point, second point). One-sided bones follow for left then right.
BONES: tuple[tuple[str, int, int], ...] = (
    ("pelvis", _P.RIGHT_HIP, _P.LEFT_HIP),
    ("shoulders", _P.RIGHT_SHOULDER, _P.LEFT_SHOULDER),
    ("ears", _P.RIGHT_EAR, _P.LEFT_EAR),
    *(
        (name, first + side, second + side)
        for side in (0, 1)
        for name, first, second in (
            ("trunk", _P.LEFT_HIP, _P.LEFT_SHOULDER),
            ("upper_arm", _P.LEFT_SHOULDER, _P.LEFT_ELBOW),
            ("forearm", _P.LEFT_ELBOW, _P.LEFT_WRIST),
            ("hand", _P.LEFT_WRIST, _P.LEFT_HAND),
            ("thigh", _P.LEFT_HIP, _P.LEFT_KNEE),
            ("shank", _P.LEFT_KNEE, _P.LEFT_ANKLE),
            ("rearfoot", _P.LEFT_ANKLE, _P.LEFT_HEEL),
            ("instep", _P.LEFT_ANKLE, _P.LEFT_TOE),
            ("foot", _P.LEFT_HEEL, _P.LEFT_TOE),
            ("neck", _P.LEFT_SHOULDER, _P.LEFT_EAR),
        )
    ),
    ("nose", _P.LEFT_EAR, _P.NOSE),
    ("nose", _P.RIGHT_EAR, _P.NOSE),
    ("trunk_cross", _P.LEFT_HIP, _P.RIGHT_SHOULDER),
    ("trunk_cross", _P.RIGHT_HIP, _P.LEFT_SHOULDER),
)
BONE_NAMES = tuple(dict.fromkeys(name for name, _, _ in BONES))

# Bones whose depth the network's world landmarks tell something about: name, points, MediaPipe landmarks.
DEPTH_BONES: tuple[tuple[str, int, int, int, int], ...] = (
    ("pelvis", _P.RIGHT_HIP, _P.LEFT_HIP, 24, 23),
    ("shoulders", _P.RIGHT_SHOULDER, _P.LEFT_SHOULDER, 12, 11),
    *(
        (name, first + side, second + side, mp_first + side, mp_second + side)
        for side in (0, 1)
        for name, first, second, mp_first, mp_second in (
            ("trunk", _P.LEFT_HIP, _P.LEFT_SHOULDER, 23, 11),
            ("upper_arm", _P.LEFT_SHOULDER, _P.LEFT_ELBOW, 11, 13),
            ("forearm", _P.LEFT_ELBOW, _P.LEFT_WRIST, 13, 15),
            ("hand", _P.LEFT_WRIST, _P.LEFT_HAND, 15, 19),
            ("thigh", _P.LEFT_HIP, _P.LEFT_KNEE, 23, 25),
            ("shank", _P.LEFT_KNEE, _P.LEFT_ANKLE, 25, 27),
            ("foot", _P.LEFT_HEEL, _P.LEFT_TOE, 29, 31),
            ("head", _P.LEFT_SHOULDER, _P.LEFT_EAR, 11, 7),
        )
    ),
)
UP = np.array([0.0, 0.0, 1.0])


def unit(vectors: FloatArray) -> FloatArray:
    """Vectors (..., 3) at length 1; a zero vector stays zero."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length > 1e-12, length, 1.0), dtype=np.float64)


def pair(points_m: FloatArray, part: str) -> tuple[FloatArray, FloatArray]:
    """Left and right point (..., 3) of a part such as ``hip``."""
    index = 2 * PARTS.index(part)
    return points_m[..., index, :], points_m[..., index + 1, :]


def middle(points_m: FloatArray, part: str) -> FloatArray:
    """Midpoint (..., 3) of a pair."""
    left, right = pair(points_m, part)
    return np.asarray((left + right) / 2, dtype=np.float64)


def pelvis_axes(points_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The pelvis' left and forward, both level, unit (..., 3)."""
    left_hip, right_hip = pair(points_m, "hip")
    left = unit((left_hip - right_hip) * np.array([1.0, 1.0, 0.0]))
    return left, np.cross(left, UP)


def trunk_frame(points_m: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Left, forward and up of the trunk, orthonormal (..., 3) each."""
    left_hip, right_hip = pair(points_m, "hip")
    up = unit(middle(points_m, "shoulder") - middle(points_m, "hip"))
    across = left_hip - right_hip
    left = unit(across - up * np.sum(across * up, axis=-1, keepdims=True))
    return left, np.cross(left, up), up


def head_frame(points_m: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Left, forward (towards the nose) and up of the head, orthonormal (..., 3) each."""
    left_ear, right_ear = pair(points_m, "ear")
    left = unit(left_ear - right_ear)
    out = points_m[..., Point.NOSE, :] - (left_ear + right_ear) / 2
    forward = unit(out - left * np.sum(out * left, axis=-1, keepdims=True))
    return left, forward, np.cross(forward, left)


def _side_directions(
    points_m: FloatArray, side: int, shared: Mapping[str, Dual], derive: bool
) -> dict[str, tuple[Dual, ...]]:
    """For every part of one side the directions in which its landmarks may lie off the point."""
    joint = {part: dual.point(points_m, 2 * i + side, derive) for i, part in enumerate(PARTS)}
    sign = 1.0 if side == 0 else -1.0
    up, forward, out = shared["up"], shared["forward"], shared["left"] * sign
    thigh, shank = dual.unit(joint["knee"] - joint["hip"]), dual.unit(joint["ankle"] - joint["knee"])
    upper, fore = dual.unit(joint["elbow"] - joint["shoulder"]), dual.unit(joint["wrist"] - joint["elbow"])
    foot = dual.unit(dual.level(joint["toe"] - joint["heel"]))
    vertical = dual.constant(foot, UP)
    outward = dual.cross(vertical, foot) * sign
    return {
        "hip": (out, forward, up, thigh),
        "shoulder": (out, forward, up, upper),
        "elbow": (upper, fore, out),
        "wrist": (fore, out),
        "knee": (out, thigh, shank, forward),
        "ankle": (outward, foot, vertical),
        "heel": (outward, foot, vertical),
        "toe": (outward, foot, vertical),
        "hand": (fore, out),
        "ear": (shared["head_left"] * sign, shared["head_forward"], shared["head_up"]),
    }


def _shared_directions(points_m: FloatArray, derive: bool) -> dict[str, Dual]:
    """Axes of trunk and head."""
    at = partial(dual.point, points_m, derive=derive)
    hips = at(Point.LEFT_HIP) + at(Point.RIGHT_HIP)
    shoulders = at(Point.LEFT_SHOULDER) + at(Point.RIGHT_SHOULDER)
    up = dual.unit(shoulders - hips)
    left = dual.unit(at(Point.LEFT_HIP) - at(Point.RIGHT_HIP))
    head_left = dual.unit(at(Point.LEFT_EAR) - at(Point.RIGHT_EAR))
    ears = (at(Point.LEFT_EAR) + at(Point.RIGHT_EAR)) * 0.5
    head_forward = dual.unit(at(Point.NOSE) - ears)
    return {
        "up": up,
        "left": left,
        "forward": dual.cross(left, up),
        "head_left": head_left,
        "head_forward": head_forward,
        "head_up": dual.cross(head_forward, head_left),
    }


def offset_directions(points_m: FloatArray, derive: bool = True) -> list[tuple[Dual, ...]]:
    """For every point, up to four directions in which its landmarks may lie off it, with derivatives if wanted.

    They ride on the limbs that meet there, so that one set of learned numbers
    serves every posture; sideways directions point outwards on both sides.
    ``points_m`` is (T, 21, 3).
    """
    shared = _shared_directions(points_m, derive)
    sides = [_side_directions(points_m, side, shared, derive) for side in (0, 1)]
    directions = [sides[side][part] for part in PARTS for side in (0, 1)]
    return [*directions, (shared["head_forward"], shared["head_up"])]


def offsets_with_derivatives(points_m: FloatArray, amounts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Offsets (T, 21, 3) for ``amounts`` (21, 4) along the directions, and their Jacobian (T, 21, 3, 63)."""
    frames = points_m.shape[0]
    offsets = np.zeros((frames, COUNT, 3))
    jacobian = np.zeros((frames, COUNT, 3, 3 * COUNT))
    for index, directions in enumerate(offset_directions(points_m)):
        for amount, direction in zip(amounts[index], directions, strict=False):
            offsets[:, index] += amount * direction.value
            jacobian[:, index] += amount * direction.jacobian
    return offsets, jacobian


def offsets_of(points_m: FloatArray, amounts: FloatArray) -> FloatArray:
    """The offsets of `offsets_with_derivatives` alone."""
    offsets = np.zeros((points_m.shape[0], COUNT, 3))
    for index, directions in enumerate(offset_directions(points_m, derive=False)):
        for amount, direction in zip(amounts[index], directions, strict=False):
            offsets[:, index] += amount * direction.value
    return offsets


def limb_axes(points_m: FloatArray) -> FloatArray:
    """For every point the direction (..., 21, 3) along which the network is least sure of it."""
    _, _, up = trunk_frame(points_m)
    _, _, head_up = head_frame(points_m)
    axes = np.zeros_like(points_m)
    axes[..., 0:4, :] = up[..., None, :]
    for first, second, target in (
        ("shoulder", "elbow", "elbow"), ("elbow", "wrist", "wrist"), ("hip", "knee", "knee"),
        ("knee", "ankle", "ankle"), ("knee", "ankle", "heel"), ("heel", "toe", "toe"), ("wrist", "hand", "hand"),
    ):  # fmt: skip
        i, j, k = (2 * PARTS.index(part) for part in (first, second, target))
        axes[..., k : k + 2, :] = unit(points_m[..., j : j + 2, :] - points_m[..., i : i + 2, :])
    axes[..., 18:21, :] = head_up[..., None, :]
    return axes
