"""Learn tie, scarf and coat from the torso's cells of colour; write vision/data/dress_model.npz.

    python tools/grooming/learn_dress.py FOLDER [FOLDER ...] [--write]

The printed figures are of people not learned from, at the bound on the risk that
the program uses. The odds are stretched to what they are worth on such people.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.bench.grooming import VARIANTS
from tools.grooming.logistic import FOLDS, fit_logistic, folds
from tools.grooming.portraits import Known, portraits
from vision.grooming.cells import colour_cells
from vision.grooming.decide import MAX_RISK, Torsos
from vision.grooming.dress import DATA, OUTPUTS
from vision.types import BoolArray, FloatArray

COMPONENTS, PENALTY = 60, 5.0
FARTHEST_PERCENT = 99.0  # of held-back portraits; real photographs of other dress lie beyond and are not judged


@dataclass(frozen=True, slots=True)
class Example:
    """The cells of one picture and what is true of it."""

    person: str
    variant: str
    cells: FloatArray
    attributes: dict[str, Any]

    def target(self, name: str) -> bool | None:
        """What the model should say; None where it is not asked."""
        coat = self.attributes["coat_open"]
        known = {"tie": self.attributes["tie"], "scarf": self.attributes["scarf"], "coat": coat is not None}
        return known.get(name, coat)


def examples(folders: list[Path]) -> Iterator[Example]:
    """Every front portrait in every variant."""
    for known in portraits(folders, VARIANTS):
        example = example_of(known)
        if example is not None:
            yield example


def example_of(known: Known) -> Example | None:
    """The cells of a portrait; None without a torso."""
    torso = Torsos.of(known.portrait)
    if torso is None:
        return None
    person = f"{known.camera_file.parent.name}/{known.truth['id']}"
    return Example(person, known.variant, colour_cells(known.portrait, torso), known.attributes)


@dataclass(frozen=True, slots=True)
class Linear:
    """Odds from cells, and the space that was learned on."""

    weights: FloatArray
    bias: float
    mean: FloatArray
    basis: FloatArray

    def odds(self, cells: FloatArray) -> FloatArray:
        """Log odds (M,) of cells (M, N)."""
        return np.asarray(cells @ self.weights + self.bias, np.float64)


def fit(cells: FloatArray, labels: FloatArray) -> Linear:
    """Logistic regression on the leading components."""
    mean = cells.mean(axis=0)
    _, sizes, rows = np.linalg.svd(cells - mean, full_matrices=False)
    basis = rows[:COMPONENTS]
    unit = sizes[0] / np.sqrt(len(cells))
    model = fit_logistic((cells - mean) @ basis.T / unit, labels, np.ones(len(cells)), PENALTY)
    slope, bias = model.raw()
    weights = basis.T @ slope / unit
    return Linear(weights, float(bias - mean @ weights), mean, basis)


def held_back(cells: FloatArray, labels: FloatArray, fold: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Odds and distances from the learned space, of people not learned from."""
    odds, away = np.zeros(len(cells)), np.zeros(len(cells))
    for number in np.unique(fold):
        test: BoolArray = fold == number
        model = fit(cells[~test], labels[~test])
        odds[test] = model.odds(cells[test])
        rest = cells[test] - model.mean
        away[test] = np.linalg.norm(rest - rest @ model.basis.T @ model.basis, axis=1)
    return odds, away


def main() -> None:
    """Learn, say how good it is, and write on demand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    rows = list(examples(given.folders))
    cells = np.array([row.cells for row in rows])
    fold = folds([row.person.split("/")[-1] for row in rows]).astype(np.float64)
    fold_weights, fold_bias = np.zeros((FOLDS, len(OUTPUTS), cells.shape[1])), np.zeros((FOLDS, len(OUTPUTS)))
    weights, bias = np.zeros((len(OUTPUTS), cells.shape[1])), np.zeros(len(OUTPUTS))
    for k, name in enumerate(OUTPUTS):
        own = np.array([row.target(name) is not None for row in rows])
        labels = np.array([float(bool(row.target(name))) for row in rows])[own]
        odds, _ = held_back(cells[own], labels, fold[own])
        stretch, shift = fit_logistic(odds[:, None], labels, np.ones(len(odds)), 1.0).raw()
        report(name, [row for row, use in zip(rows, own, strict=True) if use], odds * stretch[0] + shift, labels)
        model = fit(cells[own], labels)
        weights[k], bias[k] = model.weights * stretch[0], model.bias * stretch[0] + shift
        for number in range(FOLDS):
            other = fold[own] != number
            stretch, shift = fit_logistic(odds[other, None], labels[other], np.ones(int(other.sum())), 1.0).raw()
            model = fit(cells[own][other], labels[other])
            fold_weights[number, k], fold_bias[number, k] = model.weights * stretch[0], model.bias * stretch[0] + shift
    all_labels = np.array([float(row.attributes["tie"]) for row in rows])
    _, away = held_back(cells, all_labels, fold)
    whole = fit(cells, all_labels)
    print(f"{len(rows)} pictures of {len({row.person for row in rows})} people; away from what was learned:"
          f" median {np.median(away):.2f}, 99 % {np.percentile(away, 99):.2f}, most {away.max():.2f}")  # fmt: skip
    if given.write:
        np.savez_compressed(
            Path("vision/data", DATA),
            weights=weights.astype(np.float32),
            bias=bias.astype(np.float32),
            fold_weights=fold_weights.astype(np.float32),
            fold_bias=fold_bias.astype(np.float32),
            mean=whole.mean.astype(np.float32),
            basis=whole.basis.astype(np.float16),
            farthest=np.float32(np.percentile(away, FARTHEST_PERCENT)),
        )


def report(name: str, rows: list[Example], odds: FloatArray, labels: FloatArray) -> None:
    """Right, wrong, undecided on people held back; the wrong ones by name."""
    chance = 1 / (1 + np.exp(-odds))
    decided = (chance < MAX_RISK) | (chance > 1 - MAX_RISK)
    wrong = decided & ((chance > 0.5) != (labels > 0.5))
    print(f"{name}: {len(rows)} pictures, {int(labels.sum())} yes, right {int((decided & ~wrong).sum())},"
          f" wrong {int(wrong.sum())}, undecided {int((~decided).sum())}")  # fmt: skip
    for i in np.flatnonzero(wrong):
        print("  ", rows[i].person, rows[i].variant, rows[i].attributes["clothing"], round(float(chance[i]), 3))


if __name__ == "__main__":
    main()
