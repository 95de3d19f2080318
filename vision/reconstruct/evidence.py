"""What is known about a body, as weighted residuals with their derivatives.

The camera's own uncertainty is part of the state (see `observations`), so that
a vague camera widens every measurement by itself.

A residual block is (residuals (T, M), Jacobian (T, M, N)), each row divided by
its standard deviation. T frames are treated at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vision.reconstruct.model import BodyModel
from vision.reconstruct.observations import (
    FOCAL,
    FOOT_POINTS,
    HEIGHT,
    PITCH,
    SIZE,
    STATURE,
    FootPoints,
    Observations,
    observed_points,
    points_of,
)
from vision.reconstruct.projection import Projection, project_with_state
from vision.reconstruct.skeleton import (
    BONES,
    COUNT,
    DEPTH_BONES,
    Point,
    limb_axes,
    middle,
    offsets_with_derivatives,
    pair,
    pelvis_axes,
    unit,
)
from vision.types import BoolArray, FloatArray, IntArray

Block = tuple[FloatArray, FloatArray]
_NAMES = [name for name, _, _ in BONES]
UPPER_ARM_BONE, FOREARM_BONE = _NAMES.index("upper_arm"), _NAMES.index("forearm")
SIDE_BONES = _NAMES.index("upper_arm", UPPER_ARM_BONE + 1) - UPPER_ARM_BONE

SEEN = 0.8  # visibility above which the network is as good as it gets
OUTLIER_SIGMAS = 3.0  # beyond this a landmark counts ever less (Huber)
HYPEREXTENSION_SIGMA_M = 0.01
SITTING_HIP_NOISE = 2.0
# Shoulders extend backwards by some 30 deg at most while the trunk is upright: an elbow deeper behind is unlikely.
ELBOW_BEHIND_M = 0.10
ELBOW_BEHIND_SIGMA_M = 0.04
STRAIGHT_TURN_DEG = 30.0
EVEN_SHARE = 0.3
WORLD_BENT_DEG = 136.0
STRETCHED_SIGMA_M = 0.03
# Extra wobble allowed to hips and shoulders against each other; people do twist and drop a hip.
HIP_LEVEL_SIGMA_M = 0.02
TWIST_SIGMA_M = 0.05


def _image_rows(projection: Projection, difference: FloatArray, whiten: FloatArray, points: IntArray) -> Block:
    """Pixel differences (T, P, 2) whitened by (T, P, 2, 2) as rows; NaN rows become zero."""
    frames, count = difference.shape[:2]
    seen = np.isfinite(difference).all(axis=-1) & np.isfinite(whiten).all(axis=(-1, -2))
    weight = np.where(seen[..., None, None], np.nan_to_num(whiten), 0.0)
    residual = np.einsum("tpij,tpj->tpi", weight, np.nan_to_num(difference))
    by_point = np.einsum("tpij,tpjk->tpik", weight, projection.by_point)
    by_camera = np.einsum("tpij,tpjk->tpik", weight, projection.by_camera)
    jacobian = np.zeros((frames, count, 2, SIZE))
    for i, point in enumerate(points):
        jacobian[:, i, :, 3 * point : 3 * point + 3] = by_point[:, i]
    jacobian[..., PITCH : HEIGHT + 1] = by_camera
    return residual.reshape(frames, -1), jacobian.reshape(frames, -1, SIZE)


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is held fixed during one step: the whitening (T, 21, 2, 2), robust weights included."""

    whiten: FloatArray
    pixels: FloatArray  # (T, 21, 2) observed
    bias_px: FloatArray  # (T, 21, 2)
    contact: FloatArray  # (T, 4) weight of the floor under left heel, left toe, right heel, right toe
    stretched: FloatArray  # (T, 2) how much each arm looks stretched in the picture, 0..1


def freeze(observations: Observations, model: BodyModel, state: FloatArray) -> Frozen:
    """Weights at ``state``."""
    points = points_of(state)
    pixels, seen = observed_points(observations)
    stature = observations.stature_m * np.exp(state[:, STATURE])
    offsets, _ = offsets_with_derivatives(points, model.offsets)
    projection = project_with_state(observations.cameras, state, points + offsets * stature[:, None, None])
    focal = observations.cameras.focal_px.mean(axis=1) * np.exp(state[:, FOCAL])
    scale = (focal * stature)[:, None] / projection.depth_m  # pixels per stature at the point
    whiten = _whitening(model, projection, limb_axes(points), scale, seen, observations.feet)
    whiten[:, : Point.RIGHT_HIP + 1] /= _sitting_hips(points)[..., None, None]
    bias = model.image_bias * scale[..., None]
    difference = projection.pixels + bias - pixels
    size = np.linalg.norm(np.einsum("tpij,tpj->tpi", whiten, difference), axis=-1)
    robust = np.sqrt(np.minimum(1.0, OUTLIER_SIGMAS / np.maximum(size, 1e-9)))
    return Frozen(
        whiten * robust[..., None, None],
        pixels,
        bias,
        _contact_weights(model, points),
        _stretched(observations, pixels, scale),
    )


def _stretched(observations: Observations, pixels: FloatArray, scale: FloatArray) -> FloatArray:
    """(T, 2): 1 where an arm is straight in the picture and both its halves are equally foreshortened.

    A bent arm looks like that only from the one direction in its own plane in which both halves shrink alike;
    folded arms seen obliquely do, so the world landmarks' elbow has to agree.
    """
    result = np.zeros((len(pixels), 2))
    for side in (0, 1):
        shoulder, elbow, wrist = (pixels[:, p + side] for p in (2, 4, 6))
        upper, fore = elbow - shoulder, wrist - elbow
        turn = np.degrees(
            np.arctan2(np.abs(upper[:, 0] * fore[:, 1] - upper[:, 1] * fore[:, 0]), np.sum(upper * fore, axis=1))
        )
        shares = [
            np.linalg.norm(part, axis=1) / np.maximum(observations.bone_share[:, bone + side * SIDE_BONES], 1e-6)
            for part, bone in ((upper, UPPER_ARM_BONE), (fore, FOREARM_BONE))
        ]
        uneven = np.abs(shares[0] - shares[1]) / np.maximum(scale[:, 4 + side], 1e-6)
        likely = np.clip((STRAIGHT_TURN_DEG - turn) / 15.0, 0, 1) * np.clip((EVEN_SHARE - uneven) / 0.15, 0, 1)
        result[:, side] = np.nan_to_num(likely * _world_straight(observations.world_m, side))
    return result


def _contact_weights(model: BodyModel, points: FloatArray) -> FloatArray:
    """Root weights (T, 4): a foot that is clearly lifted is held less and less (Huber)."""
    feet = points[:, [Point.LEFT_HEEL, Point.LEFT_TOE, Point.RIGHT_HEEL, Point.RIGHT_TOE], 2]
    off = np.abs(feet - np.tile(model.floor_height_m, 2)) / np.tile(model.floor_sigma_m, 2)
    return np.asarray(np.sqrt(np.minimum(1.0, OUTLIER_SIGMAS / np.maximum(off, 1e-9))), dtype=np.float64)


def landmark_block(observations: Observations, model: BodyModel, frozen: Frozen, state: FloatArray) -> Block:
    """Image landmarks: each sees its point plus a learned offset that rides on the limbs."""
    points = points_of(state)
    stature = (observations.stature_m * np.exp(state[:, STATURE]))[:, None, None]
    offsets, by_points = offsets_with_derivatives(points, model.offsets)
    projection = project_with_state(observations.cameras, state, points + offsets * stature)
    difference = projection.pixels + frozen.bias_px - frozen.pixels
    residual, jacobian = _image_rows(projection, difference, frozen.whiten, np.arange(COUNT))
    seen = np.isfinite(difference).all(axis=-1) & np.isfinite(frozen.whiten).all(axis=(-1, -2))
    weight = np.where(seen[..., None, None], np.nan_to_num(frozen.whiten), 0.0)
    pull = np.einsum("tpij,tpjk->tpik", weight, projection.by_point)
    riding = np.einsum("tpik,tpkn->tpin", pull, by_points) * stature[..., None]
    frames = len(state)
    jacobian[..., : 3 * COUNT] += riding.reshape(frames, -1, 3 * COUNT)
    grow = np.einsum("tpik,tpk->tpi", pull, offsets) * stature
    jacobian[..., STATURE] += grow.reshape(frames, -1)
    return residual, jacobian


def _sitting_hips(points: FloatArray) -> FloatArray:
    """Factor (T, 2) on the noise of hip landmarks: with the thigh level they slide along it (up to 6 cm measured)."""
    hips, knees = points[:, :2], points[:, Point.LEFT_KNEE : Point.RIGHT_KNEE + 1]
    level = 1.0 - np.abs(unit(knees - hips)[..., 2])
    return np.asarray(1.0 + SITTING_HIP_NOISE * level, dtype=np.float64)


def _whitening(
    model: BodyModel,
    projection: Projection,
    axes: FloatArray,
    scale: FloatArray,
    seen: FloatArray,
    feet: FootPoints | None,
) -> FloatArray:
    """Inverse standard deviations (T, P, 2, 2) along and across the limb in the picture."""
    direction = np.einsum("tpij,tpj->tpi", projection.by_point, axes)
    length = np.linalg.norm(direction, axis=-1, keepdims=True)
    direction = direction / np.maximum(length, 1e-9)
    normal = np.stack([-direction[..., 1], direction[..., 0]], axis=-1)
    hidden = np.clip((SEEN - seen) / SEEN, 0.0, 1.0)
    factor = 1.0 + (model.low_visibility_factor - 1.0) * hidden
    # A foreshortened limb has no direction of its own in the picture: blend towards the larger value.
    along = scale * model.sigma_along * factor
    across = scale * model.sigma_across * factor
    pixel_floor = 0.5
    along, across = np.hypot(along, pixel_floor), np.hypot(across, pixel_floor)
    if feet is not None:
        # The pose network's own heels and toes say little that the feet's network does not say better.
        index = np.array(FOOT_POINTS)
        known = np.isfinite(feet.pixels).all(axis=-1)
        along[:, index] *= np.where(known, 3.0, 1.0)
        across[:, index] *= np.where(known, 3.0, 1.0)
    return np.stack([direction / along[..., None], normal / across[..., None]], axis=-2)


def foot_block(observations: Observations, state: FloatArray) -> Block | None:
    """Heels and second toes as the feet's own network sees them."""
    feet = observations.feet
    if feet is None:
        return None
    index = np.array(FOOT_POINTS)
    projection = project_with_state(observations.cameras, state, points_of(state)[:, index])
    difference = projection.pixels - feet.pixels
    seen = np.isfinite(difference)
    whiten = _inverse_root(feet.covariance_px2, seen.reshape(len(state), -1))
    residual = np.einsum("tij,tj->ti", whiten, np.where(seen, difference, 0.0).reshape(len(state), -1))
    by_point = np.zeros((len(state), len(index), 2, SIZE))
    for i, point in enumerate(index.astype(int)):
        by_point[:, i, :, 3 * point : 3 * point + 3] = projection.by_point[:, i]
    by_point[..., PITCH : HEIGHT + 1] = projection.by_camera
    return residual, whiten @ by_point.reshape(len(state), -1, SIZE)


def _inverse_root(covariance: FloatArray, seen: BoolArray) -> FloatArray:
    """W (T, N, N) with W^T W = inverse covariance over the coordinates seen (T, N); nothing is asked of the others."""
    both = seen[:, :, None] & seen[:, None, :]
    count = covariance.shape[-1]
    safe = np.where(both, np.nan_to_num(covariance), 0.0)
    safe = safe + np.eye(count) * np.where(seen, 0.0, 1.0)[:, None, :]
    whiten = np.linalg.inv(np.linalg.cholesky(safe))
    return np.asarray(np.where(both, whiten, 0.0), dtype=np.float64)


def bone_block(observations: Observations, state: FloatArray) -> Block:
    """Lengths of bones as shares of stature."""
    points = points_of(state)
    first, second = (np.array([bone[k] for bone in BONES]) for k in (1, 2))
    vector = points[:, second] - points[:, first]
    length = np.linalg.norm(vector, axis=-1)
    direction = vector / np.maximum(length, 1e-9)[..., None]
    stature = (observations.stature_m * np.exp(state[:, STATURE]))[:, None]
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
    """Depth differences along bones from the world landmarks: weak, with a learned gain.

    The landmarks' depth axis is the ray to the body, not the camera's axis (measured: smaller residuals).
    """
    points = points_of(state)
    centre = observations.cameras.centre_m
    ray = unit(middle(points, "hip") - centre)  # (T, 3)
    first, second, mp_first, mp_second = (np.array([bone[k] for bone in DEPTH_BONES]) for k in (1, 2, 3, 4))
    depth = np.einsum("tbk,tk->tb", points[:, second] - points[:, first], ray)
    seen = observations.world_m[:, mp_second, 2] - observations.world_m[:, mp_first, 2]
    visible = np.minimum(observations.visibility[:, mp_first], observations.visibility[:, mp_second])
    sigma = model.depth_sigma * (1.0 + 2.0 * np.clip((SEEN - visible) / SEEN, 0, 1))
    weight = np.where(np.isfinite(seen), 1.0 / sigma, 0.0)
    expected = model.depth_gain[:, 0] * depth / observations.stature_m[:, None] + model.depth_gain[:, 1]
    residual = (expected - np.nan_to_num(seen)) * weight
    weight = weight * model.depth_gain[:, 0] / observations.stature_m[:, None]
    jacobian = np.zeros((len(state), len(DEPTH_BONES), SIZE))
    rows = np.arange(len(DEPTH_BONES))
    for axis in range(3):
        jacobian[:, rows, 3 * second + axis] = ray[:, None, axis] * weight
        jacobian[:, rows, 3 * first + axis] = -ray[:, None, axis] * weight
    return residual, jacobian


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


def _world_straight(world_m: FloatArray, side: int) -> FloatArray:
    """(T,) 0..1 from the world landmarks' elbow: stretched arms read 143 to 168 deg there, folded ones 90 to 130."""
    shoulder, elbow, wrist = (world_m[:, p + side] for p in (11, 13, 15))
    upper, fore = elbow - shoulder, wrist - elbow
    turn = np.degrees(np.arctan2(np.linalg.norm(np.cross(upper, fore), axis=1), np.sum(upper * fore, axis=1)))
    return np.asarray(np.clip((180.0 - turn - WORLD_BENT_DEG) / 10.0, 0.0, 1.0), dtype=np.float64)


def prior_block(observations: Observations, state: FloatArray) -> Block:
    """Stature and the camera's own uncertainty."""
    sigma = observations.cameras.sigma
    deviations = np.maximum(np.concatenate([observations.stature_sigma_rel[:, None], sigma], axis=1), 1e-5)
    jacobian = np.zeros((len(state), 5, SIZE))
    jacobian[:, np.arange(5), STATURE + np.arange(5)] = 1.0 / deviations
    return state[:, STATURE:] / deviations, jacobian
