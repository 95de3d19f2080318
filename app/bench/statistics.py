"""Bias, error, coverage and verdicts of a set of samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.bench.samples import Judged, Sample


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Numbers: ``covered`` is the share of true values inside value +- u. None where nothing was measured."""

    count: int
    measured: int
    bias: float | None
    mean_error: float | None
    p95_error: float | None
    covered: float | None
    median_u: float | None


@dataclass(frozen=True, slots=True)
class WordAccuracy:
    """Words: ``stated_wrong`` is the mean probability of being wrong that the program gave."""

    count: int
    measured: int
    right: float | None
    stated_wrong: float | None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How verdicts stand to the truth; ``wrong`` are confident ones that the true value contradicts."""

    count: int
    right: int
    wrong: int
    uncertain: int
    abstained: int

    @property
    def wrong_share(self) -> float:
        """Wrong ones among the confident ones."""
        return self.wrong / max(1, self.right + self.wrong)


def accuracy(samples: Sequence[Sample]) -> Accuracy:
    """Statistics of a numeric measurement."""
    pairs = [(s.value, s.truth, s.u) for s in samples if s.value is not None]
    if not pairs:
        return Accuracy(len(samples), 0, None, None, None, None, None)
    value, truth, u = np.array(pairs, dtype=np.float64).T
    error = value - truth
    return Accuracy(
        count=len(samples),
        measured=len(pairs),
        bias=float(error.mean()),
        mean_error=float(np.abs(error).mean()),
        p95_error=float(np.percentile(np.abs(error), 95)),
        covered=float((np.abs(error) <= u).mean()),
        median_u=float(np.median(u)),
    )


def word_accuracy(samples: Sequence[Sample]) -> WordAccuracy:
    """Statistics of a categorical measurement."""
    measured = [sample for sample in samples if sample.value is not None]
    if not measured:
        return WordAccuracy(len(samples), 0, None, None)
    right = sum(sample.value == sample.truth for sample in measured) / len(measured)
    return WordAccuracy(len(samples), len(measured), right, float(np.mean([sample.u or 0.0 for sample in measured])))


def verdicts(judged: Sequence[Judged]) -> Verdicts:
    """How many verdicts were right, wrong, uncertain, or not given."""
    confident = [one for one in judged if one.verdict in ("pass", "fail")]
    right = sum(one.verdict == one.deserved for one in confident)
    uncertain = sum(one.verdict == "uncertain" for one in judged)
    return Verdicts(len(judged), right, len(confident) - right, uncertain, len(judged) - len(confident) - uncertain)


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure that the product promises: mean absolute error at most ``limit``."""

    title: str
    limit: float
    unit: str
    wanted: Callable[[Sample], bool]


HEADLINES: tuple[Headline, ...] = (
    Headline("trunk flexion in a bow, side", 3.0, "deg", lambda one: _is(one, "bow", "side", "trunk_flexion")),
    Headline("trunk flexion in a bow, oblique", 5.0, "deg", lambda one: _is(one, "bow", "oblique", "trunk_flexion")),
    Headline("straight guiding arm, front", 3.0, "deg", lambda one: one.main_arm and _is(one, "guide", "front")),
    Headline("straight guiding arm, oblique", 9.0, "deg", lambda one: one.main_arm and _is(one, "guide", "oblique")),
    Headline("V angle of the feet, front", 9.0, "deg", lambda one: _is(one, "stand", "front", "v_angle")),
    Headline("knee when sitting, side", 4.0, "deg", lambda one: _is(one, "sit", "side", "knee_left", "knee_right")),
    Headline("seat depth used", 0.12, "", lambda one: one.name == "seat_depth_used"),
)


def _is(sample: Sample, drill: str, view: str, *names: str) -> bool:
    return sample.drill == drill and sample.view == view and (not names or sample.name in names)
