"""Levenberg-Marquardt over many frames at once, with the covariance of what it finds.

Source of the method: Marquardt 1963, with Nielsen's damping by gain ratio (Madsen,
Nielsen & Tingleff, "Methods for non-linear least squares problems", 2004), one
factor per frame. The covariance is the inverse of the normal matrix at the solution, as in
any weighted least squares whose residuals are divided by their sigma.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vision.reconstruct.evidence import (
    bone_block,
    contact_block,
    depth_block,
    posture_block,
    prior_block,
    stretch_block,
)
from vision.reconstruct.model import BodyModel
from vision.reconstruct.observations import (
    FOOT_POINTS,
    SIZE,
    Cameras,
    Observations,
    observed_points,
    points_of,
    repeated,
)
from vision.reconstruct.picture_evidence import Block, Frozen, foot_block, freeze, landmark_block, landmark_residual
from vision.reconstruct.skeleton import BONE_NAMES, BONES, COUNT, LANDMARKS_OF_POINT, Point, middle, unit
from vision.types import FloatArray

ITERATIONS = 28
FIRST_DAMPING = 1e-2
TYPICAL_STATURE_M = 1.65  # of the network's world landmarks
READING_ITERATIONS = 10
CONVERGED = 1e-3  # relative fall of the cost
FEET_START_M = (0.047, 0.03)  # of heels and second toes above the floor
FEET_REACH_M = 0.6
LEAST_DOWN = 0.05  # of a ray's unit depth
LIFTED_M = 0.025  # a foot this far above where it stands may have been read wrongly
# Residuals of one picture are not independent, so a cost difference tells less than it would by the book.
COST_PER_NAT = 2.0
ALL_BONES = [name for name, _, _ in BONES]
_CHAIN = (
    ("upper_arm", Point.LEFT_SHOULDER, Point.LEFT_ELBOW),
    ("forearm", Point.LEFT_ELBOW, Point.LEFT_WRIST),
    ("hand", Point.LEFT_WRIST, Point.LEFT_HAND),
    ("thigh", Point.LEFT_HIP, Point.LEFT_KNEE),
    ("shank", Point.LEFT_KNEE, Point.LEFT_ANKLE),
    ("rearfoot", Point.LEFT_ANKLE, Point.LEFT_HEEL),
    ("instep", Point.LEFT_ANKLE, Point.LEFT_TOE),
)
_ARM = (Point.LEFT_SHOULDER, Point.LEFT_ELBOW, Point.LEFT_WRIST, Point.LEFT_HAND)


@dataclass(frozen=True, slots=True)
class Fit:
    """Bodies of T frames: state (T, N), covariance (T, N, N), cost per frame (T,).

    ``others`` (K, T, N) are the other ways in which the picture can be read
    (an arm towards the camera or away from it), ``other_weight`` (K, T) how
    likely each is against the one kept.
    """

    state: FloatArray
    covariance: FloatArray
    cost: FloatArray
    others: FloatArray
    other_weight: FloatArray

    @property
    def points_m(self) -> FloatArray:
        """(T, 21, 3) in the floor frame."""
        return points_of(self.state)


def _rebuilt(points: FloatArray, lengths: FloatArray) -> FloatArray:
    """The same directions with bones of the right length (T, B): from the pelvis outwards, (T, 21, 3)."""
    length = {name: lengths[:, ALL_BONES.index(name), None] for name in BONE_NAMES}
    result = points.copy()
    hips, shoulders = middle(points, "hip"), middle(points, "shoulder")
    across, above = unit(points[:, Point.LEFT_HIP] - points[:, Point.RIGHT_HIP]), unit(shoulders - hips)
    wide = unit(points[:, Point.LEFT_SHOULDER] - points[:, Point.RIGHT_SHOULDER])
    neck = hips + above * length["trunk"]
    for side, sign in ((0, 0.5), (1, -0.5)):
        result[:, Point.LEFT_HIP + side] = hips + across * length["pelvis"] * sign
        result[:, Point.LEFT_SHOULDER + side] = neck + wide * length["shoulders"] * sign
        for name, first, second in _CHAIN:
            direction = unit(points[:, second + side] - points[:, first + side])
            result[:, second + side] = result[:, first + side] + direction * length[name]
    for point in (Point.LEFT_EAR, Point.RIGHT_EAR, Point.NOSE):
        result[:, point] = neck + (points[:, point] - shoulders)
    return result


def initial_state(observations: Observations) -> FloatArray:
    """World landmarks at the person's size, put where their picture says: (T, N)."""
    cameras = observations.cameras
    world = np.stack([observations.world_m[:, list(ids)].mean(axis=1) for ids in LANDMARKS_OF_POINT], axis=1)
    stature = observations.stature_m
    world = _rebuilt(world * (stature / TYPICAL_STATURE_M)[:, None, None], observations.bone_share * stature[:, None])
    pixels, seen = observed_points(observations)
    rays = _rays(cameras, pixels)
    weight = np.where(np.isfinite(rays).all(axis=-1), np.clip(seen, 0.05, 1.0), 0.0)
    rays = np.nan_to_num(rays)
    # One small linear problem per frame: shift (x, y, z) with (w + shift)_xy = ray (w + shift)_z.
    matrix = np.zeros((observations.frames, COUNT, 2, 3))
    matrix[..., 0, 0], matrix[..., 1, 1] = 1.0, 1.0
    matrix[..., 2] = -rays
    matrix *= weight[..., None, None]
    target = (rays * world[..., 2:] - world[..., :2]) * weight[..., None]
    matrix, target = matrix.reshape(observations.frames, -1, 3), target.reshape(observations.frames, -1)
    normal, right = _normal(target, matrix)
    shift = np.linalg.solve(normal + 1e-9 * np.eye(3), right[..., None])[..., 0]
    shift[:, 2] = np.clip(shift[:, 2], 0.6, 20.0)
    points = (world + shift[:, None, :]) @ cameras.rotation + cameras.centre_m[:, None, :]
    _lay_feet(observations, points, rays)
    state = np.zeros((observations.frames, SIZE))
    state[:, : COUNT * 3] = points.reshape(observations.frames, -1)
    return state


def _rays(cameras: Cameras, pixels: FloatArray) -> FloatArray:
    """Where rays through pixels (T, P, 2) pass at depth 1 of the camera's frame."""
    return np.asarray((pixels - cameras.principal_px[:, None, :]) / cameras.focal_px[:, None, :], dtype=np.float64)


def _lay_feet(observations: Observations, points: FloatArray, rays: FloatArray) -> None:
    """Put heels and toes (in place) where their rays meet the floor, if that is near where the world landmarks are.

    A foot that starts out lifted and turned may never find back: its ray allows a turned foot in the air as well.
    """
    cameras = observations.cameras
    index = np.array(FOOT_POINTS)
    rays = rays[:, index].copy()
    if observations.feet is not None:
        own = _rays(cameras, observations.feet.pixels)
        rays = np.where(np.isfinite(own), own, rays)
    direction = np.concatenate([rays, np.ones_like(rays[..., :1])], axis=-1) @ cameras.rotation
    down = np.minimum(direction[..., 2], -LEAST_DOWN)
    along = (np.tile(FEET_START_M, 2) - cameras.centre_m[:, None, 2]) / down
    laid = cameras.centre_m[:, None, :] + along[..., None] * direction
    near = np.linalg.norm(laid - points[:, index], axis=-1) < FEET_REACH_M
    whole = (near & (direction[..., 2] < -LEAST_DOWN)).reshape(-1, 2, 2).all(axis=2).repeat(2, axis=1)
    points[:, index] = np.where(whole[..., None], laid, points[:, index])


def _system(
    observations: Observations, model: BodyModel, frozen: Frozen, state: FloatArray
) -> tuple[FloatArray, FloatArray]:
    landmarks = landmark_block(observations, model, frozen, state)
    present = [landmarks, *_other_blocks(observations, model, frozen, state)]
    residual = np.concatenate([block[0] for block in present], axis=1)
    jacobian = np.concatenate([block[1] for block in present], axis=1)
    return residual, jacobian


def _costs(observations: Observations, model: BodyModel, frozen: Frozen, state: FloatArray) -> FloatArray:
    """Sum of squared residuals (T,) of `_system`; the landmarks' derivatives cost more than all the rest."""
    landmarks = landmark_residual(observations, model, frozen, state)
    others = _other_blocks(observations, model, frozen, state)
    residual = np.concatenate([landmarks, *(block[0] for block in others)], axis=1)
    return np.asarray(np.sum(residual**2, axis=1), dtype=np.float64)


def _other_blocks(observations: Observations, model: BodyModel, frozen: Frozen, state: FloatArray) -> list[Block]:
    blocks: list[Block | None] = [
        foot_block(observations, state),
        bone_block(observations, state),
        depth_block(observations, model, state),
        contact_block(observations, model, frozen, state),
        posture_block(observations, state),
        stretch_block(observations, frozen, state),
        prior_block(observations, state),
    ]
    return [block for block in blocks if block is not None]


def _normal(residual: FloatArray, jacobian: FloatArray) -> tuple[FloatArray, FloatArray]:
    transposed = jacobian.transpose(0, 2, 1)
    return transposed @ jacobian, (transposed @ residual[..., None])[..., 0]


def _descend(
    observations: Observations, model: BodyModel, start: FloatArray, iterations: int
) -> tuple[FloatArray, FloatArray]:
    """Levenberg-Marquardt from ``start`` (T, N): states and costs (T,)."""
    state = start.copy()
    damping, growth = np.full(len(state), FIRST_DAMPING), np.full(len(state), 2.0)
    for _ in range(iterations):
        frozen = freeze(observations, model, state)
        residual, jacobian = _system(observations, model, frozen, state)
        cost = np.sum(residual**2, axis=1)
        normal, gradient = _normal(residual, jacobian)
        scale = np.einsum("tii->ti", normal).copy() + 1e-9
        np.einsum("tii->ti", normal)[:] += damping[:, None] * scale
        step = np.linalg.solve(normal, -gradient[..., None])[..., 0]
        tried = state + step
        new_cost = _costs(observations, model, frozen, tried)
        promised = np.sum(step * (damping[:, None] * scale * step - gradient), axis=1)
        ratio = (cost - new_cost) / np.maximum(promised, 1e-12)
        better = ratio > 0
        state = np.where(better[:, None], tried, state)
        shrink = np.maximum(1 / 3, 1 - (2 * np.clip(ratio, 0, 1) - 1) ** 3)
        damping = np.clip(np.where(better, damping * shrink, damping * growth), 1e-7, 1e6)
        growth = np.where(better, 2.0, growth * 2.0)
        if np.all(np.abs(cost - new_cost) < CONVERGED * cost):
            break
    return state, _costs(observations, model, freeze(observations, model, state), state)


def _reflected(observations: Observations, state: FloatArray, pivot: int, moved: tuple[int, ...]) -> FloatArray:
    """States in which points lie on the other side, in depth, of a pivot: the picture stays nearly the same."""
    points = points_of(state).copy()
    ray = unit(points[:, pivot] - observations.cameras.centre_m)
    base = points[:, pivot].copy()
    for point in moved:
        behind = np.sum((points[:, point] - base) * ray, axis=-1, keepdims=True)
        points[:, point] -= 2 * behind * ray
    result = state.copy()
    result[:, : COUNT * 3] = points.reshape(len(state), -1)
    return result


def _readings(observations: Observations, state: FloatArray) -> list[FloatArray]:
    """Other depth readings of both arms: whole arm reflected at the shoulder, forearm at the elbow, elbow alone.

    And where a foot came out lifted, both feet laid on the floor again.
    """
    starts = []
    for side in (0, 1):
        shoulder, elbow, wrist, hand = (int(p) + side for p in _ARM)
        starts.append(_reflected(observations, state, shoulder, (elbow, wrist, hand)))
        starts.append(_reflected(observations, state, elbow, (wrist, hand)))
        starts.append(_reflected(observations, state, shoulder, (elbow,)))
    laid = points_of(state).copy()
    if (laid[:, np.array(FOOT_POINTS), 2] > np.tile(FEET_START_M, 2) + LIFTED_M).any():
        pixels, _ = observed_points(observations)
        _lay_feet(observations, laid, _rays(observations.cameras, pixels))
        starts.append(np.concatenate([laid.reshape(len(state), -1), state[:, COUNT * 3 :]], axis=1))
    return starts


def solve(
    observations: Observations,
    model: BodyModel,
    start: FloatArray | None = None,
    *,
    iterations: int = ITERATIONS,
    readings: bool = True,
) -> Fit:
    """Fit one body per frame; every frame on its own, all at once.

    ``start``: states (T, N) to begin from, else the world landmarks. ``readings``:
    also try the other depth readings of the arms (slower; for what is judged).
    """
    first = initial_state(observations) if start is None else start
    tried = [_descend(observations, model, first, iterations)]
    if readings:
        others = _readings(observations, tried[0][0])
        # All readings of all frames as one batch: for a few frames the steps cost the same as for one.
        together = repeated(observations, len(others))
        found, costs_found = _descend(together, model, np.concatenate(others), READING_ITERATIONS)
        tried += list(zip(np.split(found, len(others)), np.split(costs_found, len(others)), strict=True))
    states, costs = np.stack([s for s, _ in tried]), np.stack([c for _, c in tried])
    best = np.argmin(costs, axis=0)
    rows = np.arange(costs.shape[1])
    weight = np.exp(-(costs - costs.min(axis=0)) / 2 / COST_PER_NAT)
    state, cost = states[best, rows], costs[best, rows]
    weight[best, rows] = 0.0
    residual, jacobian = _system(observations, model, freeze(observations, model, state), state)
    normal, _gradient = _normal(residual, jacobian)
    covariance = np.linalg.inv(normal + 1e-9 * np.eye(SIZE))
    return Fit(state, covariance, cost, states, weight)
