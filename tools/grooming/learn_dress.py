"""Learn tie, scarf and coat from the torso's class map and colours; write vision/data/dress_model.json.

    python tools/grooming/learn_dress.py FOLDER [FOLDER ...] [--write] [--truth-masks]

The printed figures are of people not learned from, at the bound on the risk that the program uses.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tools.grooming.logistic import fit_logistic, folds
from tools.grooming.portraits import VARIANTS, portraits
from vision.grooming.decide import MAX_RISK, Torsos
from vision.grooming.dress import DATA, FEATURES, dress_features
from vision.grooming.seen import class_map_from_labels
from vision.types import BoolArray, FloatArray

PENALTY = 1.0
Example = tuple[str, str, FloatArray, dict[str, Any]]


def examples(folders: list[Path], truth_masks: bool) -> Iterator[Example]:
    """Name, variant, features and attributes of every front portrait."""
    for known in portraits(folders, VARIANTS):
        portrait = known.portrait
        if truth_masks:
            labels = cv2.imread(str(known.camera_file.with_suffix("").with_suffix(".mask.png")), cv2.IMREAD_GRAYSCALE)
            portrait = replace(portrait, body=class_map_from_labels(np.asarray(labels, np.uint8)))
        torso = Torsos.of(portrait)
        if torso is not None:
            yield known.truth["id"], known.variant, dress_features(torso.patch), known.attributes


def targets(attributes: dict[str, Any]) -> dict[str, bool | None]:
    """What each model should say; None where it does not apply."""
    coat = attributes["coat_open"]
    return {"tie": attributes["tie"], "scarf": attributes["scarf"], "coat": coat is not None, "open": coat}


def main() -> None:
    """Learn, say how good it is, and write on demand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--truth-masks", action="store_true", help="learn on exact class masks instead of the reader's")
    given = parser.parse_args()
    rows = list(examples(given.folders, given.truth_masks))
    weights, biases = [], []
    for name in ("tie", "scarf", "coat", "open"):
        own = [row for row in rows if targets(row[3])[name] is not None]
        features = np.array([row[2] for row in own])
        labels = np.array([float(bool(targets(row[3])[name])) for row in own])
        report(name, own, features, labels)
        weight, bias = fit_logistic(features, labels, np.ones(len(own)), PENALTY).raw()
        weights.append(weight.round(6).tolist())
        biases.append(round(bias, 6))
    if given.write:
        data = {"features": list(FEATURES), "weights": weights, "bias": biases, "pictures": len(rows)}
        Path("vision/data", DATA).write_text(json.dumps(data, indent=1) + "\n", "utf-8")


def report(name: str, rows: list[Example], features: FloatArray, labels: FloatArray) -> None:
    """Right, wrong, undecided on people held back."""
    fold = folds([row[0] for row in rows])
    odds = np.zeros(len(rows))
    for number in np.unique(fold):
        learn: BoolArray = fold != number
        model = fit_logistic(features[learn], labels[learn], np.ones(int(learn.sum())), PENALTY)
        odds[~learn] = model.log_odds(features[~learn])
    chance = 1 / (1 + np.exp(-odds))
    decided = (chance < MAX_RISK) | (chance > 1 - MAX_RISK)
    wrong = decided & ((chance > 0.5) != (labels > 0.5))
    print(f"{name}: {len(rows)}, right {int((decided & ~wrong).sum())}, wrong {int(wrong.sum())},"
          f" undecided {int((~decided).sum())}")  # fmt: skip
    for i in np.flatnonzero(wrong | ((chance > 0.5) != (labels > 0.5))):
        print("  ", rows[i][0], rows[i][1], rows[i][3]["clothing"], round(float(chance[i]), 3), features[i].round(2))


if __name__ == "__main__":
    main()
