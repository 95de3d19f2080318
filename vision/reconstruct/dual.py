"""Vectors that carry their derivative: forward-mode differentiation for the few directions the fit needs.

A `Dual` is a batch of 3-vectors (T, 3) with their Jacobian (T, 3, 3 P) against
the coordinates of P points. Only what directions are made of: differences,
scaling, unit length and cross products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vision.types import FloatArray


@dataclass(frozen=True, slots=True)
class Dual:
    """``value`` (T, 3) and ``jacobian`` (T, 3, N); N is 0 where only values are wanted."""

    value: FloatArray
    jacobian: FloatArray

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.value + other.value, self.jacobian + other.jacobian)

    def __sub__(self, other: Dual) -> Dual:
        return Dual(self.value - other.value, self.jacobian - other.jacobian)

    def __mul__(self, factor: float) -> Dual:
        return Dual(self.value * factor, self.jacobian * factor)


def point(points_m: FloatArray, index: int, derive: bool = True) -> Dual:
    """Point ``index`` of (T, P, 3) as a function of all coordinates, or of none."""
    frames, count = points_m.shape[:2]
    if not derive:
        return Dual(points_m[:, index], np.empty((frames, 3, 0)))
    jacobian = np.zeros((frames, 3, 3 * count))
    jacobian[:, np.arange(3), 3 * index + np.arange(3)] = 1.0
    return Dual(points_m[:, index], jacobian)


def constant(like: Dual, vector: FloatArray) -> Dual:
    """A vector (3,) that depends on nothing."""
    return Dual(np.broadcast_to(vector, like.value.shape), np.zeros_like(like.jacobian))


def unit(vector: Dual) -> Dual:
    """The same direction at length 1."""
    length = np.maximum(np.linalg.norm(vector.value, axis=-1), 1e-9)[:, None]
    value = vector.value / length
    along = np.einsum("ti,tin->tn", value, vector.jacobian)
    return Dual(value, (vector.jacobian - value[:, :, None] * along[:, None, :]) / length[..., None])


def cross(first: Dual, second: Dual) -> Dual:
    """The cross product."""
    by_first = _crossed(first.jacobian, second.value[:, :, None])
    by_second = _crossed(first.value[:, :, None], second.jacobian)
    value = _crossed(first.value[:, :, None], second.value[:, :, None])[:, :, 0]
    return Dual(value, by_first + by_second)


def _crossed(first: FloatArray, second: FloatArray) -> FloatArray:
    """Cross products along axis 1 of (T, 3, N); ``numpy.cross`` takes three times as long for so few frames."""
    (a, b, c), (x, y, z) = first.transpose(1, 0, 2), second.transpose(1, 0, 2)
    return np.stack([b * z - c * y, c * x - a * z, a * y - b * x], axis=1)


def level(vector: Dual) -> Dual:
    """The level part: z set to 0."""
    keep = np.array([1.0, 1.0, 0.0])
    return Dual(vector.value * keep, vector.jacobian * keep[:, None])
