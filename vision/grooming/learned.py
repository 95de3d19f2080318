"""What was learned about the head's checks: log odds of words and the uncertainty of shares.

``vision/data/grooming_head.json`` is written by ``tools/grooming/fit_head.py`` from people whom the network never saw.
Beside the weights in use it holds those of every cross-validation fold, fitted without the fold's people: with them
``yitai bench accuracy --grooming`` measures on people unknown to network and thresholds alike.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from vision.grooming.shares import Share
from vision.types import FloatArray

FOLDS = 10


@dataclass(frozen=True, slots=True)
class Word:
    """Log odds of a word, linear in its features."""

    weights: tuple[float, ...]
    bias: float

    def log_odds(self, features: FloatArray) -> float:
        """Of features (K,)."""
        return float(np.dot(self.weights, features) + self.bias)


@dataclass(frozen=True, slots=True)
class Spread:
    """A share set straight, and its expanded uncertainty (95 %).

    The network hedges: what is bare reads a little hairy and the reverse. The value is stretched on the log odds.
    The uncertainty grows with the network's own doubt and between 0 and 1.
    """

    least: float
    per_doubt: float
    between: float  # at a share of one half
    gain: float = 1.0  # on the log odds
    offset: float = 0.0
    per_hint: float = 0.0

    def value(self, share: Share) -> float:
        """The share, set straight."""
        inner = min(max(share.value, 0.005), 0.995)
        log_odds = self.gain * math.log(inner / (1 - inner)) + self.offset + self.per_hint * share.hint
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))

    def u(self, share: Share) -> float:
        """Of one reading."""
        value = self.value(share)
        return self.least + self.per_doubt * share.doubt + self.between * 4 * value * (1 - value)


@dataclass(frozen=True, slots=True)
class Learned:
    """Everything fitted. Words and spreads by quantity; spreads also by facing, as ``NAME/FACING``."""

    words: Mapping[str, Word]
    spreads: Mapping[str, Spread]


def fold_of(name: str) -> int:
    """The cross-validation fold of a portrait's id, the same everywhere."""
    return zlib.crc32(name.encode()) % FOLDS


def fold_of_picture(digest: str) -> int | None:
    """The fold of a picture that was fitted on, by the first 12 hex digits of its SHA-256; None for any other."""
    fold = _data()["fitted_on"].get(digest)
    return None if fold is None else int(fold)


@cache
def learned(fold: int | None = None) -> Learned:
    """What is in use, or what was fitted without a fold's people."""
    return parse(_data()["use"] if fold is None else _data()["folds"][fold])


@cache
def _data() -> dict[str, Any]:
    text = resources.files("vision").joinpath("data/grooming_head.json").read_text("utf-8")
    return dict(json.loads(text))


def parse(data: Mapping[str, Any]) -> Learned:
    """From the file's form."""
    words = {name: Word(tuple(row["weights"]), row["bias"]) for name, row in data["words"].items()}
    spreads = {name: Spread(*row) for name, row in data["spreads"].items()}
    for word in words.values():
        if not all(math.isfinite(weight) for weight in (*word.weights, word.bias)):
            raise ValueError("grooming_head.json: a weight is not finite")
    return Learned(words, spreads)
