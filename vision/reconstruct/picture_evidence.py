"""What is seen in the picture, as weighted residuals with their derivatives: landmarks of the body and of the feet.

A residual block is (residuals (T, M), Jacobian (T, M, N)), each row divided by
its standard deviation. T frames are treated at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vision.reconstruct.figure import Reading
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
    exp_of,
    observed_points,
    points_of,
)
from vision.reconstruct.projection import Projection, project_with_state
from vision.reconstruct.skeleton import BONES, COUNT, Point, limb_axes, offsets_of, offsets_with_derivatives, unit
from vision.types import BoolArray, FloatArray, IntArray

Block = tuple[FloatArray, FloatArray]
_NAMES = [name for name, _, _ in BONES]
UPPER_ARM_BONE, FOREARM_BONE = _NAMES.index("upper_arm"), _NAMES.index("forearm")
SIDE_BONES = _NAMES.index("upper_arm", UPPER_ARM_BONE + 1) - UPPER_ARM_BONE

SEEN = 0.8  # visibility above which the network is as good as it gets
OUTLIER_SIGMAS = 3.0  # beyond this a landmark counts ever less (Huber)
PIXEL_FLOOR = 0.5
FEET_WIDENING = 3.0
SITTING_HIP_NOISE = 2.0
STRAIGHT_TURN_DEG = 30.0
EVEN_SHARE = 0.3
WORLD_BENT_DEG = 136.0


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
    bias_px: FloatArray  # (T, 21, 2) where landmarks lie beside points and riding offsets
    contact: FloatArray  # (T, 4) weight of the floor under left heel, left toe, right heel, right toe
    stretched: FloatArray  # (T, 2) how much each arm looks stretched in the picture, 0..1


def freeze(observations: Observations, model: BodyModel, state: FloatArray) -> Frozen:
    """Weights at ``state``."""
    points = points_of(state)
    pixels, seen = observed_points(observations)
    stature = observations.stature_m * exp_of(state, STATURE)
    offsets = offsets_of(points, model.offsets)
    projection = project_with_state(observations.cameras, state, points + offsets * stature[:, None, None])
    focal = observations.cameras.focal_px.mean(axis=1) * exp_of(state, FOCAL)
    scale = (focal * stature)[:, None] / projection.depth_m  # pixels per stature at the point
    if observations.figure is None:
        whiten = _along_and_across(model, projection, limb_axes(points), scale, seen)
        whiten[:, : Point.RIGHT_HIP + 1] /= _sitting_hips(points)[..., None, None]
        bias = np.zeros_like(pixels)
    else:
        whiten = _as_told(observations.figure, scale)
        bias = observations.figure.places * scale[..., None]
    if observations.feet is not None:
        whiten[:, np.array(FOOT_POINTS)] /= _feet_known(observations.feet)[..., None, None]
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


def landmark_residual(observations: Observations, model: BodyModel, frozen: Frozen, state: FloatArray) -> FloatArray:
    """The residuals of `landmark_block` alone, for trying a step."""
    points = points_of(state)
    stature = (observations.stature_m * exp_of(state, STATURE))[:, None, None]
    projection = project_with_state(observations.cameras, state, points + offsets_of(points, model.offsets) * stature)
    difference = projection.pixels + frozen.bias_px - frozen.pixels
    seen = np.isfinite(difference).all(axis=-1) & np.isfinite(frozen.whiten).all(axis=(-1, -2))
    weight = np.where(seen[..., None, None], np.nan_to_num(frozen.whiten), 0.0)
    residual = np.einsum("tpij,tpj->tpi", weight, np.nan_to_num(difference))
    return np.asarray(residual.reshape(len(state), -1), dtype=np.float64)


def landmark_block(observations: Observations, model: BodyModel, frozen: Frozen, state: FloatArray) -> Block:
    """Image landmarks: each sees its point plus a learned offset that rides on the limbs."""
    points = points_of(state)
    stature = (observations.stature_m * exp_of(state, STATURE))[:, None, None]
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


def _as_told(figure: Reading, scale: FloatArray) -> FloatArray:
    """Inverse standard deviations (T, P, 2, 2) along x and y, as the figure networks tell them."""
    sigma = np.hypot(figure.place_sigma * scale[..., None], PIXEL_FLOOR)
    return np.asarray(np.eye(2) / sigma[..., None, :], dtype=np.float64)


def _along_and_across(
    model: BodyModel, projection: Projection, axes: FloatArray, scale: FloatArray, seen: FloatArray
) -> FloatArray:
    """Inverse standard deviations (T, P, 2, 2) along and across the limb in the picture."""
    direction = np.einsum("tpij,tpj->tpi", projection.by_point, axes)
    length = np.linalg.norm(direction, axis=-1, keepdims=True)
    direction = direction / np.maximum(length, 1e-9)
    normal = np.stack([-direction[..., 1], direction[..., 0]], axis=-1)
    hidden = np.clip((SEEN - seen) / SEEN, 0.0, 1.0)
    factor = 1.0 + (model.low_visibility_factor - 1.0) * hidden
    # A foreshortened limb has no direction of its own in the picture: blend towards the larger value.
    along = np.hypot(scale * model.sigma_along * factor, PIXEL_FLOOR)
    across = np.hypot(scale * model.sigma_across * factor, PIXEL_FLOOR)
    return np.stack([direction / along[..., None], normal / across[..., None]], axis=-2)


def _feet_known(feet: FootPoints) -> FloatArray:
    """Factor (T, 4) on the noise of the pose network's own heels and toes where the feet's network sees them better."""
    return np.where(np.isfinite(feet.pixels).all(axis=-1), FEET_WIDENING, 1.0)


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


def _world_straight(world_m: FloatArray, side: int) -> FloatArray:
    """(T,) 0..1 from the world landmarks' elbow: stretched arms read 143 to 168 deg there, folded ones 90 to 130."""
    shoulder, elbow, wrist = (world_m[:, p + side] for p in (11, 13, 15))
    upper, fore = elbow - shoulder, wrist - elbow
    turn = np.degrees(np.arctan2(np.linalg.norm(np.cross(upper, fore), axis=1), np.sum(upper * fore, axis=1)))
    return np.asarray(np.clip((180.0 - turn - WORLD_BENT_DEG) / 10.0, 0.0, 1.0), dtype=np.float64)
