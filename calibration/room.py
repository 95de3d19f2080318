"""What the room says of gravity and focal length: straight edges of walls, doors, tiles and furniture.

Most rooms are built of vertical edges and of level edges in two directions at right angles (a "Manhattan" room:
Coughlan & Yuille 1999). The camera under which most edges point to one of these three vanishing points is found by
a mixture (three directions and "anything else"), so that plants, people and slanted things do not matter.
Nothing here knows lengths: the camera's height comes from the person or the sheet.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.camera import level_rotation

FloatArray = NDArray[np.float64]
Gray = NDArray[np.uint8]

SHORTEST_SHARE = 0.03  # of the picture's longer side
MOST_SEGMENTS = 300
ENDPOINT_SIGMA_PX = 0.6
STRAIGHTNESS_SIGMA = 0.003  # rad: leaning posters, lens distortion
SHARES = (0.3, 0.25, 0.25, 0.2)  # vertical, level, level, anything
ANGLE_RANGE = np.pi
# Edges come in bundles (both sides of a frame, one edge broken in two): so many count as one independent witness.
EDGES_PER_WITNESS = 3.0
# A handful of edges may by chance agree on a wrong reading: their word counts for less.
FEW_EDGES = 12.0
BASINS = 8  # starting points that are followed to their end
PITCH, ROLL, FOCAL, YAW = range(4)


@dataclass(frozen=True, slots=True)
class Segments:
    """Straight edges: midpoints (N, 2) px, unit directions (N, 2), lengths (N,) px."""

    middles_px: FloatArray
    directions: FloatArray
    lengths_px: FloatArray

    def __len__(self) -> int:
        return len(self.lengths_px)


@dataclass(frozen=True, slots=True)
class RoomView:
    """Pitch, roll (deg) and log focal factor (3,), their covariance (3, 3), and how much of the edges is explained."""

    values: FloatArray
    covariance: FloatArray
    explained: float
    counts: tuple[float, float, float]  # edges that are vertical, level one way, level the other way


@dataclass(frozen=True, slots=True)
class Mode:
    """One reading of the edges: how well it explains them (log), values (4,), covariance (3, 3)."""

    evidence: float
    values: FloatArray
    covariance: FloatArray


def find_segments(gray: Gray, hide: NDArray[np.bool_] | None = None) -> Segments:
    """Long straight edges of a picture; those whose middle or ends lie in ``hide`` (H, W) are left out."""
    height, width = gray.shape[:2]
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(gray)[0]
    lines = np.zeros((0, 4)) if found is None else np.asarray(found, dtype=np.float64).reshape(-1, 4) + 0.5
    lengths = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])
    keep = lengths >= SHORTEST_SHARE * max(width, height)
    if hide is not None:
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            points = lines[:, :2] * (1 - share) + lines[:, 2:] * share
            x = np.clip(points[:, 0].astype(int), 0, width - 1)
            y = np.clip(points[:, 1].astype(int), 0, height - 1)
            keep &= ~hide[y, x]
    lines, lengths = lines[keep], lengths[keep]
    order = np.argsort(-lengths)[:MOST_SEGMENTS]
    lines, lengths = lines[order], lengths[order]
    directions = (lines[:, 2:] - lines[:, :2]) / np.maximum(lengths, 1e-9)[:, None]
    return Segments((lines[:, :2] + lines[:, 2:]) / 2, directions, lengths)


def undistorted(segments: Segments, matrix: FloatArray, distortion: FloatArray) -> Segments:
    """The same edges as an ideal pinhole would see them."""
    if not len(segments) or not np.any(distortion):
        return segments
    half = segments.directions * segments.lengths_px[:, None] / 2
    ends = np.stack([segments.middles_px - half, segments.middles_px + half], axis=1).reshape(-1, 1, 2)
    flat = cv2.undistortPoints(ends, matrix, distortion, P=matrix).reshape(-1, 2, 2)
    along = flat[:, 1] - flat[:, 0]
    lengths = np.linalg.norm(along, axis=1)
    return Segments(flat.mean(axis=1), along / np.maximum(lengths, 1e-9)[:, None], lengths)


def _errors(values: FloatArray, segments: Segments, matrix: FloatArray) -> FloatArray:
    """Angle (N, 3) in rad between each edge and the way to each vanishing point."""
    rotation = level_rotation(float(values[PITCH]), float(values[ROLL]))
    yaw = np.radians(values[YAW])
    axes = np.array([[0, 0, 1.0], [np.cos(yaw), np.sin(yaw), 0], [-np.sin(yaw), np.cos(yaw), 0]]) @ rotation.T
    focal = matrix[[0, 1], [0, 1]] * np.exp(values[FOCAL])
    rays = (segments.middles_px - matrix[:2, 2]) / focal
    ways = focal * (axes[None, :, :2] - axes[None, :, 2:] * rays[:, None, :])
    ways /= np.maximum(np.linalg.norm(ways, axis=2, keepdims=True), 1e-12)
    cross = segments.directions[:, None, 0] * ways[..., 1] - segments.directions[:, None, 1] * ways[..., 0]
    return np.asarray(np.arcsin(np.clip(cross, -1, 1)), dtype=np.float64)


def _sigma(segments: Segments, extra: float) -> FloatArray:
    own = np.sqrt(2) * ENDPOINT_SIGMA_PX / segments.lengths_px
    return np.asarray(np.sqrt(own**2 + STRAIGHTNESS_SIGMA**2 + extra**2), dtype=np.float64)


def _mixture(errors: FloatArray, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Log likelihood (N,) and responsibilities (N, 3) of the three directions."""
    density = (
        np.array(SHARES[:3]) * np.exp(-0.5 * (errors / sigma[:, None]) ** 2) / (sigma[:, None] * np.sqrt(2 * np.pi))
    )
    total = density.sum(axis=1) + SHARES[3] / ANGLE_RANGE
    return np.log(total), density / total[:, None]


def _score(
    values: FloatArray, segments: Segments, matrix: FloatArray, prior: tuple[FloatArray, FloatArray], extra: float
) -> float:
    log_likelihood, _ = _mixture(_errors(values, segments, matrix), _sigma(segments, extra))
    mean, precision = prior
    off = values[:3] - mean
    return float(log_likelihood.sum() / EDGES_PER_WITNESS - 0.5 * off @ precision @ off)


def _refine(
    values: FloatArray, segments: Segments, matrix: FloatArray, prior: tuple[FloatArray, FloatArray], extra: float
) -> tuple[FloatArray, FloatArray]:
    """Expectation-maximisation with one Gauss-Newton step each; returns values and the normal matrix (4, 4)."""
    mean, precision = prior
    sigma = _sigma(segments, extra)
    steps = np.array([0.01, 0.01, 1e-4, 0.01])
    normal = np.eye(4)
    for _ in range(12):
        errors = _errors(values, segments, matrix)
        _, share = _mixture(errors, sigma)
        weight = share / sigma[:, None] ** 2 / EDGES_PER_WITNESS
        jacobian = np.stack(
            [(_errors(values + np.eye(4)[i] * steps[i], segments, matrix) - errors) / steps[i] for i in range(4)], -1
        )
        normal = np.einsum("nk,nki,nkj->ij", weight, jacobian, jacobian)
        right = np.einsum("nk,nki,nk->i", weight, jacobian, errors)
        normal[:3, :3] += precision
        right[:3] += precision @ (values[:3] - mean)
        normal[YAW, YAW] += 1e-6
        step = np.linalg.solve(normal, right)
        values = values - np.clip(step, -5 * steps * 100, 5 * steps * 100)
        if np.all(np.abs(step) < steps):
            break
    return values, normal


def read_room(segments: Segments, matrix: FloatArray, mean: FloatArray, covariance: FloatArray) -> RoomView | None:
    """Pitch, roll and log focal factor (relative to ``matrix``) that the edges and a prior (3,), (3, 3) agree on.

    None where there are too few edges to say anything.
    """
    if len(segments) < 8:
        return None
    prior = (mean, np.linalg.inv(covariance))
    spread = np.sqrt(np.diag(covariance))
    starts = [
        np.array([mean[0] + a * spread[0], mean[1], mean[2] + b * spread[2], yaw])
        for a in (-1.5, -0.75, 0.0, 0.75, 1.5)
        for b in (-1.0, 0.0, 1.0)
        for yaw in np.arange(0.0, 90.0, 5.0)
    ]
    ranked = sorted(starts, key=lambda start: -_score(start, segments, matrix, prior, 0.03))[:BASINS]
    modes: list[Mode] = []
    for start in ranked:
        values, normal = start, np.eye(4)
        for extra in (0.03, 0.01, 0.0):
            values, normal = _refine(values, segments, matrix, prior, extra)
        own = np.linalg.inv(normal)
        if not any(_same(values, other.values, own) for other in modes):
            score = _score(values, segments, matrix, prior, 0.0)
            # Laplace's approximation; the heading is anywhere in 90 deg.
            evidence = score + 0.5 * float(np.linalg.slogdet(own)[1] + np.log(2 * np.pi)) - np.log(90.0)
            modes.append(Mode(evidence, values, own[:3, :3]))
    return _summary(modes, _chance(segments, mean, covariance), segments, matrix)


def _chance(segments: Segments, mean: FloatArray, covariance: FloatArray) -> Mode:
    """The reading that the room is not right-angled at all: every edge points anywhere, only the prior is known."""
    score = -len(segments) * float(np.log(ANGLE_RANGE)) / EDGES_PER_WITNESS
    return Mode(score + 0.5 * float(np.linalg.slogdet(covariance)[1]), np.append(mean, 0.0), covariance)


def _same(values: FloatArray, other: FloatArray, covariance: FloatArray) -> bool:
    off = (values - other)[:3]
    return bool(off @ np.linalg.solve(covariance[:3, :3], off) < 0.5)


def _summary(modes: list[Mode], chance: Mode, segments: Segments, matrix: FloatArray) -> RoomView | None:
    """The best reading of the edges; others that are nearly as good widen it. None when chance explains them better."""
    best = max(modes, key=lambda mode: mode.evidence)
    if chance.evidence >= best.evidence:
        return None
    everything = [*modes, chance]
    weights = np.exp([max(mode.evidence - best.evidence, -50.0) for mode in everything])
    weights /= weights.sum()
    spread = np.zeros((3, 3))
    for weight, mode in zip(weights, everything, strict=True):
        off = (mode.values - best.values)[:3]
        spread += weight * (mode.covariance + np.outer(off, off))
    spread *= 1.0 + FEW_EDGES / len(segments)
    _, share = _mixture(_errors(best.values, segments, matrix), _sigma(segments, 0.0))
    counts = tuple(float(n) for n in share.sum(axis=0))
    explained = float(share.sum() / len(segments))
    return RoomView(best.values[:3], spread, explained, (counts[0], counts[1], counts[2]))
