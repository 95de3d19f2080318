"""All measures of one fitted body, with their uncertainty from the fit.

A new posture adds its function to `MEASURES`; nothing else changes here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from calibration.camera import Seat
from vision.measures.arms import arms, hand_centres
from vision.measures.body import Body, Values
from vision.measures.legs import legs, sitting
from vision.measures.stance import stance
from vision.measures.trunk import trunk
from vision.reconstruct.model import BodyModel
from vision.reconstruct.observations import STATURE, exp_of
from vision.reconstruct.skeleton import COUNT
from vision.reconstruct.solver import Fit
from vision.types import FloatArray

MEASURES: tuple[Callable[[Body], Values], ...] = (stance, trunk, arms, hand_centres, legs, sitting)
STEP_M = 1e-4
COORDINATES = 3 * COUNT


@dataclass(frozen=True, slots=True)
class Measured:
    """Values (T,) by name with one standard deviation (T,), before calibration against known truth."""

    values: dict[str, FloatArray]
    sigma: dict[str, FloatArray]
    ambiguity: dict[str, FloatArray]  # (T,) spread over the other ways to read the picture, one standard deviation


def evaluate(body: Body) -> Values:
    """All measures of a body."""
    result: Values = {}
    for measure in MEASURES:
        result.update(measure(body))
    return result


def measure_fit(fit: Fit, stature_m: FloatArray, model: BodyModel, seat: Seat | None) -> Measured:
    """Every measure of every frame of a fit; sigma by central differences through the covariance of the state."""
    body = Body(fit.points_m, stature_m * exp_of(fit.state, STATURE), model.constants, seat)
    values = evaluate(body)
    gradient = _gradient(body)
    # Whole arrays and one order of summing: over parts of arrays the last digit hangs on where they lie in memory.
    covariance = np.ascontiguousarray(fit.covariance[:, : COORDINATES + 1, : COORDINATES + 1])
    sigma = {}
    for name, slope in gradient.items():
        own = np.ascontiguousarray(slope)
        sigma[name] = np.sqrt(np.maximum(np.sum((own[:, None, :] @ covariance)[:, 0] * own, axis=1), 0.0))
    return Measured(values, sigma, _ambiguity(body, fit, values, stature_m))


def _gradient(body: Body) -> Values:
    """Derivatives (T, 64) of all measures by the coordinates and the log stature."""
    frames = body.points_m.shape[0]
    steps = np.concatenate([np.eye(COORDINATES), np.zeros((1, COORDINATES))]) * STEP_M
    stretch = np.zeros(COORDINATES + 1)
    stretch[-1] = STEP_M
    moved = steps.reshape(COORDINATES + 1, COUNT, 3)
    sides = []
    for sign in (1.0, -1.0):
        points = body.points_m[:, None] + sign * moved[None]
        stature = body.stature_m[:, None] * np.exp(sign * stretch)
        sides.append(evaluate(replace(body, points_m=points, stature_m=stature)))
    result = {}
    for name, ahead in sides[0].items():
        difference = ahead - sides[1][name]
        result[name] = np.broadcast_to(difference / (2 * STEP_M), (frames, COORDINATES + 1))
    return result


def _ambiguity(body: Body, fit: Fit, values: Values, stature_m: FloatArray) -> Values:
    """Root of the weighted mean square distance of the other readings' values from the one kept."""
    kept = 1.0 + fit.other_weight.sum(axis=0)
    squares = {name: np.zeros_like(value) for name, value in values.items()}
    for state, weight in zip(fit.others, fit.other_weight, strict=True):
        if weight.max() < MIN_READING_WEIGHT:
            continue
        points = state[:, :COORDINATES].reshape(-1, COUNT, 3)
        other = evaluate(replace(body, points_m=points, stature_m=stature_m * exp_of(state, STATURE)))
        for name, value in other.items():
            squares[name] = squares[name] + weight * (value - values[name]) ** 2
    return {name: np.sqrt(square / kept) for name, square in squares.items()}


MIN_READING_WEIGHT = 0.02
