"""What is known of bodies besides the picture, as weighted residuals with their derivatives.

The camera's own uncertainty is part of the state (see `observations`), so that
a vague camera widens every measurement by itself.

A residual block is (residuals (T, M), Jacobian (T, M, N)), each row divided by
its standard deviation. T frames are treated at once.
"""

from __future__ import annotations

import numpy as np

from vision.reconstruct.model import BodyModel
from vision.reconstruct.observations import SIZE, STATURE, Observations, exp_of, points_of
from vision.reconstruct.picture_evidence import FOREARM_BONE, SEEN, SIDE_BONES, UPPER_ARM_BONE, Block, Frozen
from vision.reconstruct.skeleton import BONES, COUNT, DEPTH_BONES, Point, middle, pair, pelvis_axes, unit
from vision.types import FloatArray

HYPEREXTENSION_SIGMA_M = 0.01
# Shoulders extend backwards by some 30 deg at most while the trunk is upright: an elbow deeper behind is unlikely.
ELBOW_BEHIND_M = 0.10
ELBOW_BEHIND_SIGMA_M = 0.04
STRETCHED_SIGMA_M = 0.03
# Extra wobble allowed to hips and shoulders against each other; people do twist and drop a hip.
HIP_LEVEL_SIGMA_M = 0.02
TWIST_SIGMA_M = 0.05


def bone_block(observations: Observations, state: FloatArray) -> Block:
    """Lengths of bones as shares of stature."""
    points = points_of(state)
    first, second = (np.array([bone[k] for bone in BONES]) for k in (1, 2))
    vector = points[:, second] - points[:, first]
    length = np.linalg.norm(vector, axis=-1)
    direction = vector / np.maximum(length, 1e-9)[..., None]
    stature = (observations.stature_m * exp_of(state, STATURE))[:, None]
    share = observations.bone_share
    sigma = observations.bone_sigma * observations.stature_m[:, None]
    residual = (length - share * stature) / sigma
    jacobian = np.zeros((len(state), len(BONES), SIZE))
    rows = np.arange(len(BONES))
    for axis in range(3):
        jacobian[:, rows, 3 * second + axis] = direction[..., axis] / sigma
        jacobian[:, rows, 3 * first + axis] = -direction[..., axis] / sigma
    jacobian[:, :, STATURE] = -share * stature / sigma
    return residual, jacobian


def depth_block(observations: Observations, model: BodyModel, state: FloatArray) -> Block:
    """How far bones point away from the camera: as the whole figure tells it, else bone by bone.

    Depth is along the ray to the hips, not along the camera's axis (measured: smaller residuals).
    """
    points = points_of(state)
    ray = unit(middle(points, "hip") - observations.cameras.centre_m)  # (T, 3)
    depth = np.einsum("tbk,tk->tb", points[:, _DEPTH_SECOND] - points[:, _DEPTH_FIRST], ray)
    share = depth / observations.stature_m[:, None]
    told = _by_bone if observations.figure is None else _by_figure
    residual, slope = told(observations, model, share)
    slope = slope / observations.stature_m[:, None, None]
    jacobian = np.zeros((len(state), len(DEPTH_BONES), SIZE))
    for axis in range(3):
        jacobian[:, :, axis : 3 * COUNT : 3] += (slope * ray[:, None, None, axis]) @ _DEPTH_ENDS
    return residual, jacobian


_DEPTH_FIRST, _DEPTH_SECOND = (np.array([bone[k] for bone in DEPTH_BONES]) for k in (1, 2))
_WORLD_FIRST, _WORLD_SECOND = (np.array([bone[k] for bone in DEPTH_BONES]) for k in (3, 4))
_DEPTH_ENDS = np.eye(COUNT)[_DEPTH_SECOND] - np.eye(COUNT)[_DEPTH_FIRST]  # (D, 21): second point minus first


def _by_figure(observations: Observations, model: BodyModel, share: FloatArray) -> Block:
    """Residuals (T, D) and their slope (T, D, D) by the depths as shares of stature; errors of bones go together."""
    told, net = observations.figure, model.figure
    assert told is not None
    assert net is not None
    residual = ((share - told.depths) / told.depth_sigma) @ net.whiten.T
    return residual, net.whiten[None] / told.depth_sigma[:, None, :]


def _by_bone(observations: Observations, model: BodyModel, share: FloatArray) -> Block:
    """The same from the world landmarks of every bone's two ends alone: weak, with a learned gain."""
    seen = observations.world_m[:, _WORLD_SECOND, 2] - observations.world_m[:, _WORLD_FIRST, 2]
    visible = np.minimum(observations.visibility[:, _WORLD_FIRST], observations.visibility[:, _WORLD_SECOND])
    sigma = model.depth_sigma * (1.0 + 2.0 * np.clip((SEEN - visible) / SEEN, 0, 1))
    weight = np.where(np.isfinite(seen), 1.0 / sigma, 0.0)
    expected = model.depth_gain[:, 0] * share + model.depth_gain[:, 1]
    slope = np.eye(share.shape[1]) * (weight * model.depth_gain[:, 0])[:, None, :]
    return (expected - np.nan_to_num(seen)) * weight, slope


def contact_block(observations: Observations, model: BodyModel, frozen: Frozen, state: FloatArray) -> Block:
    """Heels and toes of feet that stand, at their height in shoes; buttocks on a seat of known height."""
    points = points_of(state)
    frames = len(state)
    rows: list[tuple[int, FloatArray, FloatArray]] = []
    for side in (0, 1):
        weight = observations.on_floor[:, side]
        for k, point in enumerate((Point.LEFT_HEEL + side, Point.LEFT_TOE + side)):
            robust = weight * frozen.contact[:, 2 * side + k] / model.floor_sigma_m[k]
            rows.append((int(point), np.full(frames, model.floor_height_m[k]), robust))
    sits = np.isfinite(observations.seat_height_m)
    if sits.any():
        above, sigma = model.constants["hip_above_seat_m"]
        height = np.nan_to_num(observations.seat_height_m) + above
        rows += [(int(point), height, sits / sigma) for point in (Point.LEFT_HIP, Point.RIGHT_HIP)]
    residual = np.zeros((frames, len(rows)))
    jacobian = np.zeros((frames, len(rows), SIZE))
    for i, (point, height, weight) in enumerate(rows):
        residual[:, i] = (points[:, point, 2] - height) * weight
        jacobian[:, i, 3 * point + 2] = weight
    return residual, jacobian


def posture_block(observations: Observations, state: FloatArray) -> Block:
    """What bodies do not do: knees past straight, one hip far above the other, extreme twists."""
    points = points_of(state)
    left, forward = pelvis_axes(points)
    residual, jacobian = np.zeros((len(state), 6)), np.zeros((len(state), 6, SIZE))
    for side in (0, 1):
        knee, hip, ankle = (pair(points, part)[side] for part in ("knee", "hip", "ankle"))
        bend = np.sum((knee - (hip + ankle) / 2) * forward, axis=-1)
        broken = bend < 0
        residual[:, side] = np.where(broken, bend, 0.0) / HYPEREXTENSION_SIGMA_M
        scaled = np.where(broken[:, None], forward, 0.0) / HYPEREXTENSION_SIGMA_M
        for part, share in ((Point.LEFT_KNEE, 1.0), (Point.LEFT_HIP, -0.5), (Point.LEFT_ANKLE, -0.5)):
            point = int(part) + side
            jacobian[:, side, 3 * point : 3 * point + 3] = scaled * share
        elbow, shoulder = pair(points, "elbow")[side], pair(points, "shoulder")[side]
        behind = np.sum((elbow - shoulder) * forward, axis=-1) + ELBOW_BEHIND_M
        broken = behind < 0
        residual[:, 4 + side] = np.where(broken, behind, 0.0) / ELBOW_BEHIND_SIGMA_M
        scaled = np.where(broken[:, None], forward, 0.0) / ELBOW_BEHIND_SIGMA_M
        jacobian[:, 4 + side, 3 * (Point.LEFT_ELBOW + side) : 3 * (Point.LEFT_ELBOW + side) + 3] = scaled
        jacobian[:, 4 + side, 3 * (Point.LEFT_SHOULDER + side) : 3 * (Point.LEFT_SHOULDER + side) + 3] = -scaled
    left_hip, right_hip = pair(points, "hip")
    residual[:, 2] = (left_hip - right_hip)[:, 2] / HIP_LEVEL_SIGMA_M
    jacobian[:, 2, 3 * Point.LEFT_HIP + 2] = 1 / HIP_LEVEL_SIGMA_M
    jacobian[:, 2, 3 * Point.RIGHT_HIP + 2] = -1 / HIP_LEVEL_SIGMA_M
    left_shoulder, right_shoulder = pair(points, "shoulder")
    residual[:, 3] = np.sum((left_shoulder - right_shoulder) * forward, axis=-1) / TWIST_SIGMA_M
    _twist_derivative(jacobian[:, 3], points, left, forward)
    return residual, jacobian


def _twist_derivative(row: FloatArray, points: FloatArray, left: FloatArray, forward: FloatArray) -> None:
    """Shoulder line along the pelvis' forward: forward itself turns with the hips."""
    left_shoulder, right_shoulder = pair(points, "shoulder")
    left_hip, right_hip = pair(points, "hip")
    row[:, 3 * Point.LEFT_SHOULDER : 3 * Point.LEFT_SHOULDER + 3] = forward / TWIST_SIGMA_M
    row[:, 3 * Point.RIGHT_SHOULDER : 3 * Point.RIGHT_SHOULDER + 3] = -forward / TWIST_SIGMA_M
    width = np.linalg.norm(left_hip - right_hip, axis=-1, keepdims=True)
    across = np.sum((left_shoulder - right_shoulder) * left, axis=-1, keepdims=True)
    turn = -forward * across / np.maximum(width, 1e-6) / TWIST_SIGMA_M
    row[:, 3 * Point.LEFT_HIP : 3 * Point.LEFT_HIP + 3] = turn
    row[:, 3 * Point.RIGHT_HIP : 3 * Point.RIGHT_HIP + 3] = -turn


def stretch_block(observations: Observations, frozen: Frozen, state: FloatArray) -> Block:
    """Elbows of arms that look stretched lie on the line from shoulder to wrist, in depth too."""
    points = points_of(state)
    residual, jacobian = np.zeros((len(state), 2)), np.zeros((len(state), 2, SIZE))
    for side in (0, 1):
        shoulder, elbow, wrist = (points[:, p + side] for p in (2, 4, 6))
        upper = observations.bone_share[:, UPPER_ARM_BONE + side * SIDE_BONES]
        share = (upper / (upper + observations.bone_share[:, FOREARM_BONE + side * SIDE_BONES]))[:, None]
        ray = unit(elbow - observations.cameras.centre_m)
        weight = np.sqrt(frozen.stretched[:, side]) / STRETCHED_SIGMA_M
        off = elbow - shoulder * (1 - share) - wrist * share
        residual[:, side] = np.sum(off * ray, axis=1) * weight
        pull = ray * weight[:, None]
        for point, factor in ((4, np.ones_like(share)), (2, share - 1), (6, -share)):
            column = 3 * (point + side)
            jacobian[:, side, column : column + 3] = pull * factor
    return residual, jacobian


def prior_block(observations: Observations, state: FloatArray) -> Block:
    """Stature and the camera's own uncertainty."""
    sigma = observations.cameras.sigma
    deviations = np.maximum(np.concatenate([observations.stature_sigma_rel[:, None], sigma], axis=1), 1e-5)
    jacobian = np.zeros((len(state), 5, SIZE))
    jacobian[:, np.arange(5), STATURE + np.arange(5)] = 1.0 / deviations
    return state[:, STATURE:] / deviations, jacobian
