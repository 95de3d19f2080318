"""Logistic regression with a ridge, and folds that keep a person together."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.types import FloatArray

FOLDS = 10
STEPS, DONE = 80, 1e-8


@dataclass(frozen=True, slots=True)
class Logistic:
    """Weights on standardised features."""

    mean: FloatArray
    scale: FloatArray
    weights: FloatArray
    bias: float

    def log_odds(self, features: FloatArray) -> FloatArray:
        """Log odds (N,) of features (N, K)."""
        return np.asarray((features - self.mean) / self.scale @ self.weights + self.bias, np.float64)

    def raw(self) -> tuple[FloatArray, float]:
        """Weights and bias on the features as they are."""
        weights = self.weights / self.scale
        return weights, float(self.bias - weights @ self.mean)


def fit_logistic(features: FloatArray, labels: FloatArray, weights: FloatArray, penalty: float) -> Logistic:
    """Newton's method; ``penalty`` is the ridge on standardised weights, not on the bias."""
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    design = np.column_stack([(features - mean) / scale, np.ones(len(features))])
    ridge = np.full(design.shape[1], penalty)
    ridge[-1] = 1e-9
    found = np.zeros(design.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-design @ found))
        slope = design.T @ (weights * (labels - chance)) - ridge * found
        curve = (design * (weights * chance * (1 - chance))[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        found = found + step
        if np.abs(step).max() < DONE:
            break
    return Logistic(mean, scale, found[:-1], float(found[-1]))


def folds(names: Sequence[str]) -> NDArray[np.int64]:
    """A fold for each name, the same for the same name, whatever else is there."""
    return np.array([zlib.crc32(name.encode()) % FOLDS for name in names], np.int64)
