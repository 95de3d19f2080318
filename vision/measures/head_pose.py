"""Head pitch, yaw and roll: from the face mesh, or from the pose network's eleven head landmarks.

The head's own axes are forward, left, up (columns of ``R_cam_from_head``); they
are level when the person looks straight ahead. A mean head learned on rendered
people (`vision/data/hand_head_model.json`, made by ``tools/fit_hand_head.py``)
is fitted to the landmarks through the camera; what is left of the error depends
on how far the head is turned from the camera, and is learned as well.

Yaw is against the pelvis' front, as the contract has it, so it carries the
uncertainty of that front. What one person's face differs from the mean face
(a high brow, a long chin) stays in ``u``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from vision.types import FloatArray, Measurement, Reason, frozen_array

NAMES = ("head_pitch", "head_yaw", "head_roll")
MESH_POINTS = 468  # without the irises, which move in the head
MAX_PNP_CHANGE_DEG = 35.0  # between the first guess and the fit through the camera; beyond, the mesh is broken
MAX_MESH_TURN_DEG = 60.0  # beyond, the mesh's yaw is off by 30 degrees on rendered people seen from the side
LEVEL_NOD_DEG = 10.0
_NO_DISTORTION = np.zeros(5)
_CAMERA_UP = np.array([0.0, -1.0, 0.0])
_TO_CAMERA = np.array([0.0, 0.0, -1.0])


class HeadSource(StrEnum):
    """What the head's pose was taken from."""

    MESH = "mesh"
    POSE = "pose"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class HeadEstimate:
    """Orientation of the head in the camera, with the 95 % uncertainty of pitch, yaw and roll in degrees."""

    rotation_cam_from_head: FloatArray  # (3, 3), head axes forward, left, up
    u_deg: FloatArray  # (3,)
    source: HeadSource
    turn_deg: float  # of the face away from the line of sight, sideways
    nod_deg: float = 0.0  # the same, down +

    def __post_init__(self) -> None:
        rotation = frozen_array(self.rotation_cam_from_head, (3, 3), "rotation_cam_from_head")
        object.__setattr__(self, "rotation_cam_from_head", rotation)
        object.__setattr__(self, "u_deg", frozen_array(self.u_deg, (3,), "u_deg"))


def head_pose(
    rotation_cam_from_head: FloatArray, up_camera: FloatArray, forward_camera: FloatArray
) -> tuple[float, float, float]:
    """Pitch (down +), yaw (to own left +), roll (tilt to own left +) in degrees.

    ``up_camera`` (3,) against gravity and ``forward_camera`` (3,) the pelvis'
    level front, both unit vectors in camera axes.
    """
    forward, left = rotation_cam_from_head[:, 0], rotation_cam_from_head[:, 1]
    sideways = np.cross(up_camera, forward_camera)
    pitch = -_elevation_deg(forward, up_camera)
    yaw = math.degrees(math.atan2(float(forward @ sideways), float(forward @ forward_camera)))
    return pitch, yaw, -_elevation_deg(left, up_camera)


def head_rotation(pitch_yaw_roll_deg: Sequence[float], up_camera: FloatArray, forward_camera: FloatArray) -> FloatArray:
    """The rotation (3, 3) whose `head_pose` is the one given."""
    pitch, yaw, roll = (math.radians(angle) for angle in pitch_yaw_roll_deg)
    level = math.cos(yaw) * forward_camera + math.sin(yaw) * np.cross(up_camera, forward_camera)
    forward = math.cos(pitch) * level - math.sin(pitch) * up_camera
    level_left = _unit(np.cross(up_camera, forward))
    rise = np.clip(-math.sin(roll) / max(math.cos(pitch), 1e-9), -1.0, 1.0)
    left = math.sqrt(1.0 - rise**2) * level_left + rise * np.cross(forward, level_left)
    return np.column_stack([forward, left, np.cross(forward, left)])


def mesh_rotation(
    points_px: FloatArray, depth_px: FloatArray, template: FloatArray, k: FloatArray
) -> FloatArray | None:
    """Raw ``R_cam_from_head`` of a face mesh (N, 2) and its depth (N,) with the mean head (N, 3), camera matrix (3, 3).

    The mesh's own depth gives the start, the perspective fit of the picture points the result.
    """
    scale, turn = _similarity(template, np.column_stack([points_px, depth_px]))
    centre = points_px.mean(axis=0)
    start = _line_of_sight(k, centre) @ turn
    position = np.linalg.solve(k, np.array([*centre, 1.0])) * (k[0, 0] / scale)
    rotation_vector, _ = cv2.Rodrigues(start)
    found, vector, _position = cv2.solvePnP(
        template,
        np.ascontiguousarray(points_px),
        k,
        _NO_DISTORTION,
        rotation_vector,
        position,
        True,
        cv2.SOLVEPNP_ITERATIVE,
    )
    if not found or not np.isfinite(vector).all():
        return None
    rotation = np.asarray(cv2.Rodrigues(vector)[0], np.float64)
    return rotation if _angle_between_deg(rotation, start) <= MAX_PNP_CHANGE_DEG else None


# Points of the mesh that move neither with the mouth nor with the eyelids: eye corners, nose, brow's middle, temples.
RIGID = (
    33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 10, 151, 9, 8, 107, 336, 127, 356, 234,
    454, 93, 323, 98, 327, 2, 94,
)  # fmt: skip


def in_head_axes(points_px: FloatArray, depth_px: FloatArray) -> tuple[FloatArray, float]:
    """A face mesh (478, 2) with depth (478,) in the head's axes forward, left, up (478, 3), and pixels per unit."""
    template, rigid = np.array(_model()[HeadSource.MESH]["template"]), list(RIGID)
    points = np.column_stack([points_px, depth_px])
    scale, turn = _similarity(template[rigid], points[rigid])
    return (points - points[rigid].mean(axis=0)) @ turn / scale + template[rigid].mean(axis=0), scale


def landmarks_rotation(world_m: FloatArray, centre_px: FloatArray, template: FloatArray, k: FloatArray) -> FloatArray:
    """Raw ``R_cam_from_head`` of world landmarks of the head (11, 3), seen at ``centre_px`` (2,)."""
    _scale, turn = _similarity(template, world_m)
    return np.asarray(_line_of_sight(k, centre_px) @ turn, np.float64)


def sight_angles_deg(rotation_cam_from_head: FloatArray, k: FloatArray, centre_px: FloatArray) -> FloatArray:
    """Pitch, yaw, roll (3,) against the line of sight: all 0 for a face that looks into the camera."""
    local = _line_of_sight(k, centre_px).T @ rotation_cam_from_head
    return np.array(head_pose(local, _CAMERA_UP, _TO_CAMERA))


def from_sight_angles(angles_deg: FloatArray, k: FloatArray, centre_px: FloatArray) -> FloatArray:
    """Inverse of `sight_angles_deg`."""
    local = head_rotation([float(angle) for angle in angles_deg], _CAMERA_UP, _TO_CAMERA)
    return np.asarray(_line_of_sight(k, centre_px) @ local, np.float64)


def correction_terms(angles_deg: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What the error of pitch, yaw and roll may depend on; mirror images get mirrored corrections."""
    pitch, yaw, roll = np.asarray(angles_deg) / 30.0
    aside = abs(yaw)
    return (
        np.array([1.0, pitch, aside, yaw**2, pitch * aside, pitch**2]),
        np.array([yaw, yaw * aside, pitch * yaw, roll, yaw**3]),
        np.array([yaw, roll, pitch * yaw, yaw * aside, roll * pitch]),
    )


@cache
def _model() -> dict[str, Any]:
    path = Path(__file__).parents[1] / "data" / "hand_head_model.json"
    model: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["head"]
    return model


def head_from_mesh(points_px: FloatArray, depth_px: FloatArray, k: FloatArray) -> HeadEstimate | None:
    """From a face mesh (478, 2) with depth (478,) through the camera matrix; None when it fits no head."""
    part = _model()[HeadSource.MESH]
    points = np.asarray(points_px[:MESH_POINTS], np.float64)
    rotation = mesh_rotation(points, depth_px[:MESH_POINTS], np.array(part["template"]), k)
    if rotation is None:
        return None
    return corrected(rotation, k, points.mean(axis=0), part, HeadSource.MESH)


def head_from_pose(world_m: FloatArray, landmarks_px: FloatArray, k: FloatArray) -> HeadEstimate | None:
    """From the pose network's landmarks: world (33, 3) and picture (33, 2). Works from the side too, less sharply."""
    part = _model()[HeadSource.POSE]
    points, centre = np.asarray(world_m[:11], np.float64), np.asarray(landmarks_px[:11], np.float64).mean(axis=0)
    if not np.isfinite(points).all() or not np.isfinite(centre).all():
        return None
    rotation = landmarks_rotation(points, centre, np.array(part["template"]), k)
    return corrected(rotation, k, centre, part, HeadSource.POSE)


def combine(mesh: HeadEstimate | None, pose: HeadEstimate | None) -> HeadEstimate | None:
    """Both, weighed by the model; how far they disagree tells how far the result may be off.

    A face turned beyond `MAX_MESH_TURN_DEG`, or none, leaves the pose landmarks alone.
    """
    if pose is None:
        return mesh
    if mesh is None or max(mesh.turn_deg, pose.turn_deg) > MAX_MESH_TURN_DEG:
        return pose
    part = _model()[HeadSource.BOTH]
    rotation, apart_deg = blend(mesh.rotation_cam_from_head, pose.rotation_cam_from_head, part["pose_share"])
    row = int(np.searchsorted(part["disagreement_edges_deg"], apart_deg, side="right"))
    nod = mesh.nod_deg + part["pose_share"] * (pose.nod_deg - mesh.nod_deg)
    return HeadEstimate(rotation, widened(part, row, nod), HeadSource.BOTH, mesh.turn_deg, nod)


def blend(mesh: FloatArray, pose: FloatArray, pose_share: float) -> tuple[FloatArray, float]:
    """Rotation (3, 3) the given share of the way from ``mesh`` to ``pose``, and the angle between the two."""
    step = np.asarray(cv2.Rodrigues(mesh.T @ pose)[0], np.float64)
    return mesh @ np.asarray(cv2.Rodrigues(pose_share * step)[0], np.float64), float(np.degrees(np.linalg.norm(step)))


def corrected(
    rotation: FloatArray, k: FloatArray, centre_px: FloatArray, part: Mapping[str, Any], source: HeadSource
) -> HeadEstimate:
    """The raw rotation with its learned error taken off and its uncertainty put on."""
    angles = sight_angles_deg(rotation, k, centre_px)
    shift = [float(t @ np.array(part[n])) for t, n in zip(correction_terms(angles), NAMES, strict=True)]
    angles = angles + np.array(shift)
    turn = abs(float(angles[1]))
    row = int(np.searchsorted(part["turn_edges_deg"], turn, side="right"))
    nod = float(angles[0])
    return HeadEstimate(from_sight_angles(angles, k, centre_px), widened(part, row, nod), source, turn, nod)


def widened(part: Mapping[str, Any], row: int, nod_deg: float) -> FloatArray:
    """The bounds (3,) of a row; pitch grows with a nod beyond `LEVEL_NOD_DEG`, where the networks under-read it."""
    u = np.array(part["u_deg"][row])
    u[0] += part["u_pitch_per_deg"] * max(0.0, abs(nod_deg) - LEVEL_NOD_DEG)
    return u


def measure_head(
    estimate: HeadEstimate | None,
    up_camera: FloatArray,
    forward_camera: FloatArray | None,
    *,
    up_u_deg: float = 0.0,
    forward_u_deg: float = 0.0,
    reason: Reason = Reason.WRONG_VIEW,
) -> tuple[Measurement, ...]:
    """``head_pitch``, ``head_yaw``, ``head_roll``.

    ``up_u_deg`` and ``forward_u_deg``: 95 % uncertainty of the two directions.
    Without the pelvis' front there is no yaw. ``reason`` stands where there is no estimate.
    """
    if estimate is None:
        return tuple(Measurement(name, None, None, "deg", reason) for name in NAMES)
    front = forward_camera if forward_camera is not None else _level(_TO_CAMERA, up_camera)
    angles = head_pose(estimate.rotation_cam_from_head, up_camera, front)
    extra = (up_u_deg, math.hypot(forward_u_deg, up_u_deg), up_u_deg)
    found = []
    for name, angle, u, more in zip(NAMES, angles, estimate.u_deg, extra, strict=True):
        if name == "head_yaw" and forward_camera is None:
            found.append(Measurement(name, None, None, "deg", Reason.WRONG_VIEW))
        else:
            found.append(Measurement(name, angle, math.hypot(float(u), more), "deg"))
    return tuple(found)


def measure_face_off(estimate: HeadEstimate | None, towards_camera: FloatArray) -> Measurement:
    """``face_off``: angle between where the face points and the camera, as ``towards_camera`` (3,) in camera axes."""
    if estimate is None:
        return Measurement("face_off", None, None, "deg", Reason.OCCLUDED)
    forward, sight = estimate.rotation_cam_from_head[:, 0], _unit(towards_camera)
    off = math.degrees(math.atan2(float(np.linalg.norm(np.cross(forward, sight))), float(forward @ sight)))
    # Near 0 an error in any direction adds: the larger of the two bounds holds.
    return Measurement("face_off", off, float(max(estimate.u_deg[:2])), "deg")


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / np.linalg.norm(vector), np.float64)


def _level(vector: FloatArray, up: FloatArray) -> FloatArray:
    return _unit(vector - (vector @ up) * up)


def _elevation_deg(vector: FloatArray, up: FloatArray) -> float:
    rise = float(vector @ up)
    return math.degrees(math.atan2(rise, float(np.linalg.norm(vector - rise * up))))


def _angle_between_deg(a: FloatArray, b: FloatArray) -> float:
    return float(np.degrees(np.linalg.norm(cv2.Rodrigues(a.T @ b)[0])))


def _line_of_sight(k: FloatArray, point_px: FloatArray) -> FloatArray:
    """Shortest rotation (3, 3) from the optical axis to the ray through a pixel."""
    x, y, z = _unit(np.linalg.solve(k, np.array([*point_px, 1.0])))
    axis, angle = np.array([-y, x, 0.0]), math.atan2(math.hypot(x, y), z)
    length = math.hypot(x, y)
    return np.asarray(cv2.Rodrigues(axis / length * angle)[0] if length > 1e-12 else np.eye(3), np.float64)


def _similarity(template: FloatArray, points: FloatArray) -> tuple[float, FloatArray]:
    """Scale and rotation (3, 3) that bring the template (N, 3) onto the points (N, 3) (Umeyama 1991)."""
    a, b = template - template.mean(axis=0), points - points.mean(axis=0)
    u, s, vt = np.linalg.svd(b.T @ a)
    sign = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    return float((s * sign).sum() / (a**2).sum()), np.asarray((u * sign) @ vt, np.float64)
