"""Teaches the figure networks (`vision/reconstruct/figure.py`): plain numpy, a minute or two.

Gaussian likelihood with a standard deviation of its own for everything that is read; members see different people. The
factors on sigma and the correlation of errors come from people that a member did not see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from learn import Sample

from calibration.camera import project
from vision.reconstruct import skeleton as sk
from vision.reconstruct.figure import DEPTHS, Figures, features_of, mirrored, net_from
from vision.reconstruct.model import per_point

HIDDEN = 64
MEMBERS = 6
UNSEEN_GROUPS = 2  # of MEMBERS groups of people, so that everybody is new to that many members
STEPS = 2500
BATCH = 256
RATE = 2e-3
DECAY = 2e-3
JITTER = 0.015  # of the standardised features
WIDEST_Z = 4.0  # errors beyond this many sigmas count as this many
LOOSENED = 0.05  # of the correlation: it is learned, not known
LEAST_LOG_SIGMA = -4.0
CUT_SHARE = 0.4
# What the picture's edge cuts off: feet, feet and ankles, legs from the knees, all legs, either hand, either arm.
CUTS = (
    *(range(first, 33) for first in (29, 27, 25, 23)),
    *(range(first + side, 21, 2) for first in (15, 13) for side in (0, 1)),
)
SOMEBODY_ELSE = 0.08  # of stature: a landmark farther off is another person's or a swapped side's


def depths_of(sample: Sample) -> list[float]:
    """True depths (D,) along the ray to the hips, shares of stature."""
    ray = sk.unit(sk.middle(sample.points_m, "hip") - sample.camera.centre_m)
    ends = [(sample.points_m[j] - sample.points_m[i]) @ ray for _, i, j, _, _ in sk.DEPTH_BONES]
    return [float(v) / sample.stature_m for v in ends]


def places_of(sample: Sample, offsets: Mapping[str, Sequence[float]]) -> np.ndarray:
    """Where landmarks lie (21, 2) beside points and riding offsets, shares of stature; NaN outside the picture."""
    riding = sk.offsets_with_derivatives(sample.points_m[None], per_point(offsets))[0][0]
    camera = sample.camera
    depth = (sample.points_m @ camera.rotation_cam_from_floor.T + camera.translation_m)[:, 2]
    expected = project(camera, sample.points_m + riding * sample.stature_m)
    seen = np.array([sample.landmarks_px[list(ids)].mean(axis=0) for ids in sk.LANDMARKS_OF_POINT])
    places = (seen - expected) * (depth / camera.focal_px / sample.stature_m)[:, None]
    joints = project(camera, sample.points_m)
    outside = ((joints < 0) | (joints > np.array(camera.image_size))).any(axis=1)
    places[outside | (np.linalg.norm(places, axis=1) > SOMEBODY_ELSE)] = np.nan
    return np.asarray(places)


def targets_of(samples: Sequence[Sample], offsets: Mapping[str, Sequence[float]]) -> np.ndarray:
    """What the networks shall read (N, D + 42); NaN where nothing is known."""
    return np.array([[*depths_of(s), *places_of(s, offsets).ravel()] for s in samples])


def figures_of(samples: Sequence[Sample]) -> Figures:
    """What the pose network saw, with NaN outside the picture."""
    pixels = np.array([s.landmarks_px for s in samples])
    size = np.array([s.camera.image_size for s in samples])[:, None]
    pixels[((pixels < -2) | (pixels > size + 2)).any(axis=2)] = np.nan
    return Figures(pixels, np.array([s.world_m for s in samples]), np.array([s.visibility for s in samples]))


@dataclass(frozen=True)
class Taught:
    """Features (N, F) and targets (N, D + 42) of samples and their variations."""

    features: np.ndarray
    targets: np.ndarray


def variations(samples: Sequence[Sample], targets: np.ndarray, rng: np.random.Generator) -> Taught:
    """Samples, their mirror images, and some that the picture's edge cuts."""
    figures = figures_of(samples)
    pixels = figures.landmarks_px.copy()
    for row in pixels[rng.random(len(pixels)) < CUT_SHARE]:
        row[list(CUTS[rng.integers(len(CUTS))])] = np.nan
    cut = replace(figures, landmarks_px=pixels)
    features = [features_of(f) for f in (figures, figures.mirrored(), cut, cut.mirrored())]
    return Taught(np.concatenate(features), np.concatenate([targets, mirrored(targets)] * 2))


def _member(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """One network by Adam on the Gaussian likelihood; x and y are standardised."""
    count = y.shape[1]
    sizes = [x.shape[1], HIDDEN, HIDDEN, 2 * count]
    weights: list[np.ndarray] = []
    for a, b in pairwise(sizes):
        weights += [rng.normal(0, 1 / np.sqrt(a), (a, b)), np.zeros(b)]
    weights[4][:, count:] = 0.0
    first, second = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights]
    for step in range(1, STEPS + 1):
        rows = rng.integers(len(x), size=BATCH)
        a0 = x[rows] + rng.normal(0, JITTER, (BATCH, x.shape[1]))
        rate = RATE * 0.5 * (1 + np.cos(np.pi * step / STEPS))
        for k, g in enumerate(_gradient(weights, a0, y[rows])):
            first[k] = 0.9 * first[k] + 0.1 * g
            second[k] = 0.999 * second[k] + 0.001 * g**2
            change = first[k] / (1 - 0.9**step) / (np.sqrt(second[k] / (1 - 0.999**step)) + 1e-8)
            weights[k] = weights[k] - rate * change - (rate * DECAY * weights[k] if k % 2 == 0 else 0)
    return weights


def _gradient(weights: list[np.ndarray], a0: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    """Of the mean over the batch of log sigma + (error / sigma)^2 / 2, over what is known."""
    count = y.shape[1]
    a1 = np.tanh(a0 @ weights[0] + weights[1])
    a2 = np.tanh(a1 @ weights[2] + weights[3])
    out = a2 @ weights[4] + weights[5]
    mean, log_sigma = out[:, :count], np.maximum(out[:, count:], LEAST_LOG_SIGMA)
    known = np.isfinite(y)
    precision = np.exp(-2 * log_sigma) * known
    error = mean - np.where(known, y, 0.0)
    d = np.concatenate([error * precision, known - error**2 * precision], axis=1) / len(y)
    d2 = (d @ weights[4].T) * (1 - a2**2)
    d1 = (d2 @ weights[2].T) * (1 - a1**2)
    return [a0.T @ d1, d1.sum(0), a1.T @ d2, d2.sum(0), a2.T @ d, d.sum(0)]


def train(samples: Sequence[Sample], offsets: Mapping[str, Sequence[float]], seed: int = 0) -> dict[str, Any]:
    """Arrays of the ensemble: every member leaves other people out, who then say how far its sigma may be trusted."""
    rng = np.random.default_rng(seed)
    targets = targets_of(samples, offsets)
    person = np.array([s.identity for s in samples])
    everything = variations(samples, targets, rng)
    mean, spread = everything.features.mean(axis=0), everything.features.std(axis=0) + 0.05
    scale = np.nanstd(targets, axis=0) + 1e-3
    groups = [sorted(set(person))[k::MEMBERS] for k in range(MEMBERS)]
    members = []
    for k in range(MEMBERS):
        held = np.isin(person, [one for j in range(UNSEEN_GROUPS) for one in groups[(k + j) % MEMBERS]])
        taught = variations([s for s, h in zip(samples, held, strict=True) if not h], targets[~held], rng)
        members.append(_member((taught.features - mean) / spread, taught.targets / scale, rng))
    arrays = _arrays(members, mean, spread, scale)
    scores = []
    for k in range(MEMBERS):
        tried = np.isin(person, groups[k])
        strangers = [members[(k - j) % MEMBERS] for j in range(UNSEEN_GROUPS)]
        net = net_from(_arrays(strangers, mean, spread, scale))
        told, sigma = net.values(figures_of([s for s, t in zip(samples, tried, strict=True) if t]))
        scores.append((targets[tried] - told) / sigma)
    z = np.clip(np.concatenate(scores), -WIDEST_Z, WIDEST_Z)
    z = np.concatenate([z, mirrored(z)])  # mirrored people are trusted alike
    arrays["widen"] = np.sqrt(np.nanmean(z**2, axis=0))
    correlation = (1 - LOOSENED) * np.corrcoef(z[:, :DEPTHS].T) + LOOSENED * np.eye(DEPTHS)
    arrays["whiten"] = np.linalg.inv(np.linalg.cholesky(correlation))
    return arrays


def _arrays(members: list[list[np.ndarray]], mean: np.ndarray, spread: np.ndarray, scale: np.ndarray) -> dict[str, Any]:
    arrays = {"mean": mean, "spread": spread, "scale": scale, "widen": np.ones(len(scale)), "whiten": np.eye(DEPTHS)}
    for layer in range(3):
        arrays[f"weights{layer}"] = np.stack([m[2 * layer] for m in members]).astype(np.float32)
        arrays[f"bias{layer}"] = np.stack([m[2 * layer + 1][None] for m in members]).astype(np.float32)
    return arrays
