"""Skin, hair and cloth by colour, seeded from the person's own cheeks, crown and chest.

One Gaussian in Lab per class, inside the person's outline. Needs no training;
knows nothing of ties, badges or glasses. See docs/accuracy-grooming.md for how
it compares with the network.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.grooming.seen import ClassMap, Kind, Zone
from vision.landmarks import Landmark
from vision.types import FloatArray, ImageBgr

HEIGHT_PX = 240
MIN_VARIANCE = 30.0  # Lab units squared: keeps a flat patch from being too sure of itself


def seeded_map(image_bgr: ImageBgr, landmarks_px: FloatArray, person: FloatArray) -> ClassMap:
    """Classes of the person whose pose landmarks (33, 2) and mask (H, W) 0..1 these are."""
    scale = HEIGHT_PX / image_bgr.shape[0]
    size = (round(image_bgr.shape[1] * scale), HEIGHT_PX)
    lab = cv2.cvtColor(cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2LAB).astype(np.float64)
    inside = np.clip(cv2.resize(person, size, interpolation=cv2.INTER_AREA), 0.01, 0.99)
    marks = np.asarray(landmarks_px, np.float64) * scale
    y, x = np.mgrid[: size[1], : size[0]] + 0.5
    eyes, mouth, shoulders = _levels(marks)
    face = max(float(np.hypot(*(mouth - eyes))), 4.0)
    cheeks = np.hypot(x - mouth[0], y - (eyes[1] + mouth[1]) / 2) < 0.6 * face
    crown = (inside > 0.6) & (y < eyes[1] - 1.1 * face) & (np.abs(x - eyes[0]) < 1.6 * face)
    chest = (inside > 0.6) & (y > shoulders[1] + 0.3 * face)
    below = 1 / (1 + np.exp(-(y - shoulders[1]) / (0.15 * face)))  # cloth below the shoulders, hair and skin above
    score = np.full((*size[::-1], len(Kind)), 1e-9)
    score[..., Kind.BACKGROUND] = (1 - inside) * 1e-5
    for kind, seed, prior in (
        (Kind.SKIN, cheeks, 1 - 0.95 * below),
        (Kind.HAIR, crown, 1 - 0.8 * below),
        (Kind.TOP, chest, 0.02 + below),
    ):
        score[..., kind] = inside * prior * _likelihood(lab, seed)
    score = cv2.blur(score, (3, 3))
    probability = (score / score.sum(axis=2, keepdims=True)).astype(np.float32)
    zones = np.zeros((*size[::-1], len(Zone)), np.float32)
    return ClassMap(probability, zones, np.zeros(2), scale)


def _levels(marks: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Middle of eyes, mouth, shoulders, (2,) each."""
    pairs = (
        (Landmark.LEFT_EYE, Landmark.RIGHT_EYE),
        (Landmark.MOUTH_LEFT, Landmark.MOUTH_RIGHT),
        (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER),
    )
    eyes, mouth, shoulders = ((marks[a] + marks[b]) / 2 for a, b in pairs)
    return eyes, mouth, shoulders


def _likelihood(lab: FloatArray, seed: NDArray[np.bool_]) -> FloatArray:
    """Density of each pixel's colour (H, W) under the seed's Gaussian, robust to a few wrong pixels."""
    if seed.sum() < 8:
        return np.full(lab.shape[:2], 1e-7)
    colours = lab[seed]
    middle = np.median(colours, axis=0)
    away = np.linalg.norm(colours - middle, axis=1)
    near = colours[away <= np.percentile(away, 80)]
    covariance = np.cov(near.T) + MIN_VARIANCE * np.eye(3)
    off = lab - near.mean(axis=0)
    distance = np.einsum("hwi,ij,hwj->hw", off, np.linalg.inv(covariance), off)
    return np.asarray(np.exp(-0.5 * np.minimum(distance, 40)) / np.sqrt(np.linalg.det(covariance)) + 1e-9)
