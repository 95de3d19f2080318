"""Angles and directions on arrays of vectors (..., 3): degrees out, atan2 throughout."""

from __future__ import annotations

import numpy as np

from vision.types import FloatArray


def angle_between_deg(first: FloatArray, second: FloatArray) -> FloatArray:
    """Angle 0..180 between vectors; atan2 stays accurate near 0 and 180 where arccos does not."""
    cross = np.linalg.norm(np.cross(first, second), axis=-1)
    return np.asarray(np.degrees(np.arctan2(cross, np.sum(first * second, axis=-1))), dtype=np.float64)


def angle_in_plane_deg(vector: FloatArray, towards: FloatArray, base: FloatArray) -> FloatArray:
    """Angle of a vector from ``base`` to ``towards`` (unit, at right angles), in (-180, 180]."""
    along, beside = np.sum(vector * base, axis=-1), np.sum(vector * towards, axis=-1)
    return np.asarray(np.degrees(np.arctan2(beside, along)), dtype=np.float64)


def dot(first: FloatArray, second: FloatArray) -> FloatArray:
    """Scalar product over the last axis."""
    return np.asarray(np.sum(first * second, axis=-1), dtype=np.float64)


def length(vector: FloatArray) -> FloatArray:
    """Length over the last axis."""
    return np.asarray(np.linalg.norm(vector, axis=-1), dtype=np.float64)
