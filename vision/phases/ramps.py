"""Fitting movements between two postures, for boundaries finer than a threshold can give.

People move from one posture to the next on a smooth S-shaped course (minimum
jerk; Flash and Hogan 1985). Its ends are so flat that a threshold finds them
late and a lower threshold finds noise; a fit of the whole course finds both.
A course's levels enter linearly and are solved for, its times are searched.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from vision.types import FloatArray

USUAL_RAMP_S = 1.0
"""A trained bow, gesture or sitting down takes about this long; used as a weak expectation."""

RAMP_SPREAD = 0.4
"""Standard deviation of the logarithm of that time: 0.45 to 2.2 s lie within two of them."""

PAIR_SPREAD = 0.35
"""Standard deviation of the logarithm of the way out over the way back: one person's two ramps differ by a third."""

SHORTEST_RAMP_S = 0.15
"""No trunk, arm or leg changes posture faster."""


STARTS = (1.0, 0.5)
"""The search starts from the guessed length and from half of it: a noisy course has more than one best fit."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """A movement from ``start_s`` to ``end_s``."""

    start_s: float
    end_s: float

    @property
    def middle_s(self) -> float:
        """Half way."""
        return (self.start_s + self.end_s) / 2.0


@dataclass(frozen=True, slots=True)
class Course:
    """A fitted excursion: levels (channels,) before, at the top and after, and how well it fits."""

    up: Ramp | None
    down: Ramp | None
    before: FloatArray
    top: FloatArray
    after: FloatArray
    gain: float  # drop of the sum of squared, noise-scaled residuals against no movement at all


def minimum_jerk(times_s: FloatArray, ramp: Ramp) -> FloatArray:
    """0 before, 1 after, the minimum-jerk course between."""
    share = np.clip((times_s - ramp.start_s) / max(ramp.end_s - ramp.start_s, 1e-6), 0.0, 1.0)
    course: FloatArray = share**3 * (10.0 + share * (6.0 * share - 15.0))
    return course


def set_off(times_s: FloatArray, ramp: Ramp) -> FloatArray:
    """Distance gone when speed rises evenly from 0 to 1 during the ramp and stays."""
    length = max(ramp.end_s - ramp.start_s, 1e-6)
    inside = np.clip(times_s - ramp.start_s, 0.0, length)
    course: FloatArray = inside**2 / (2.0 * length) + np.maximum(times_s - ramp.end_s, 0.0)
    return course


def come_to_rest(times_s: FloatArray, ramp: Ramp) -> FloatArray:
    """Distance still to go when speed 1 falls evenly to 0 during the ramp."""
    mirrored = Ramp(-ramp.end_s, -ramp.start_s)
    return -set_off(-times_s, mirrored)


Shape = Callable[[FloatArray, Ramp], FloatArray]


def fit_ramp(
    times_s: FloatArray, channels: FloatArray, guess: Ramp, shape: Shape = minimum_jerk, usual_s: float = USUAL_RAMP_S
) -> Ramp:
    """The movement that explains ``channels`` (T, C), each already divided by its noise; NaN is left out."""
    bounds = (float(times_s[0]), float(times_s[-1]))
    fit = _search(times_s, channels, [guess], [shape], bounds, usual_s)
    return fit[0]


def fit_excursion(
    times_s: FloatArray, channels: FloatArray, up: Ramp | None, down: Ramp | None, usual_s: float = USUAL_RAMP_S
) -> Course:
    """Fit a movement away and back (either may lie outside the recording: None)."""
    guesses = [ramp for ramp in (up, down) if ramp is not None]
    bounds = (float(times_s[0]), float(times_s[-1]))
    fitted = _search(times_s, channels, guesses, [minimum_jerk] * len(guesses), bounds, usual_s) if guesses else []
    basis = _basis(times_s, fitted, [minimum_jerk] * len(fitted))
    levels = _levels(basis, channels)
    still = _residual(np.ones((len(times_s), 1)), channels)
    gain = float((still**2).sum() - (_residual(basis, channels) ** 2).sum())
    fitted_up = fitted[0] if up is not None else None
    fitted_down = fitted[-1] if down is not None else None
    before = levels[0]
    top = before + levels[1] if up is not None else before
    after = top + levels[-1] if down is not None else top
    return Course(fitted_up, fitted_down, before, top, after, gain)


def _search(
    times_s: FloatArray,
    channels: FloatArray,
    guesses: list[Ramp],
    shapes: list[Shape],
    bounds: tuple[float, float],
    usual_s: float,
) -> list[Ramp]:
    """Least squares over each ramp's middle and length, with the levels solved for inside."""

    def ramps(parameters: FloatArray) -> list[Ramp]:
        pairs = parameters.reshape(-1, 2)
        return [Ramp(m - math.exp(n) / 2, m + math.exp(n) / 2) for m, n in pairs]

    def residuals(parameters: FloatArray) -> FloatArray:
        current = ramps(parameters)
        misfit = _residual(_basis(times_s, current, shapes), channels)
        lengths = (parameters[1::2] - math.log(usual_s)) / RAMP_SPREAD
        overlap = [max(a.end_s - b.start_s, 0.0) / 0.05 for a, b in itertools.pairwise(current)]
        return np.concatenate([misfit, lengths, np.diff(parameters[1::2]) / PAIR_SPREAD, overlap])

    longest = math.log(max(2.0 * (bounds[1] - bounds[0]), 2.0 * SHORTEST_RAMP_S))
    low = np.tile([bounds[0] - 0.5, math.log(SHORTEST_RAMP_S)], len(guesses))
    high = np.tile([bounds[1] + 0.5, longest], len(guesses))
    best = None
    for stretch in STARTS:
        lengths = [max(stretch * (g.end_s - g.start_s), SHORTEST_RAMP_S) for g in guesses]
        start = np.array([v for g, n in zip(guesses, lengths, strict=True) for v in (g.middle_s, math.log(n))])
        start = np.clip(start, low + 1e-6, high - 1e-6)
        found = least_squares(
            residuals, start, bounds=(low, high), loss="soft_l1", f_scale=2.0, ftol=1e-4, xtol=1e-4, max_nfev=40
        )
        best = found if best is None or found.cost < best.cost else best
    assert best is not None
    return ramps(best.x)


def _basis(times_s: FloatArray, ramps: list[Ramp], shapes: list[Shape]) -> FloatArray:
    columns = [shape(times_s, ramp) for shape, ramp in zip(shapes, ramps, strict=True)]
    return np.stack([np.ones_like(times_s), *columns], axis=1)


def _levels(basis: FloatArray, channels: FloatArray) -> FloatArray:
    """(basis columns, channels): least squares for every channel over its own finite samples."""
    seen = np.isfinite(channels)
    width = basis.shape[1]
    products = (basis[:, :, None] * basis[:, None, :]).reshape(len(basis), -1)
    gram = (seen.astype(np.float64).T @ products).reshape(-1, width, width) + 1e-6 * len(basis) * np.eye(width)
    right = np.where(seen, channels, 0.0).T @ basis
    levels: FloatArray = np.linalg.solve(gram, right[..., None])[..., 0].T
    return levels


def _residual(basis: FloatArray, channels: FloatArray) -> FloatArray:
    misfit = channels - basis @ _levels(basis, channels)
    return np.where(np.isfinite(misfit), misfit, 0.0).ravel()
