"""Learn what tells a badge from other rectangles on the chest; write vision/data/badge_model.json.

    python tools/grooming/learn_badge.py FOLDER [FOLDER ...] [--write]

Each FOLDER holds portraits with truth as in the development set. Every person
appears in one portrait, and all variants of a portrait stay in one fold, so the
printed figures are of people not learned from.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.bench.grooming import VARIANTS
from tools.grooming.logistic import FOLDS, Logistic, fit_logistic, folds
from tools.grooming.portraits import Known, portraits
from vision.grooming.cards import DATA, FEATURES, Card, corners_in_patch, find_cards
from vision.grooming.decide import MAX_RISK, Torsos, sigmoid
from vision.grooming.torso import cm_to_patch
from vision.types import FloatArray

GOOD_OVERLAP, POOR_OVERLAP = 0.5, 0.15
PENALTY = 2.0
LEAST_VISIBLE = 0.6  # of the badge's outline
NO_CARD = -8.0


@dataclass(frozen=True, slots=True)
class Seen:
    """The candidates of one picture and how far each overlaps the true badge."""

    name: str
    variant: str
    present: bool
    cards: tuple[Card, ...]
    overlap: FloatArray


def read(folders: list[Path]) -> list[Seen]:
    """Candidates of every front portrait in every variant."""
    return [seen for known in portraits(folders, VARIANTS) if (seen := seen_of(known)) is not None]


def seen_of(known: Known) -> Seen | None:
    """The candidates of a portrait; None where they cannot be told."""
    torso = Torsos.of(known.portrait)
    badge = known.attributes["badge"]
    if torso is None:
        return None
    if badge["present"] and known.attributes["badge_visible_px"] < LEAST_VISIBLE * quad_px(badge["corners_px"]):
        return None  # sunk into the cloth by the renderer
    cards = tuple(find_cards(torso.patch))
    overlap = np.zeros(len(cards))
    if badge["present"]:
        true = cm_to_patch(torso.frame.to_cm(np.array(badge["corners_px"])))
        overlap = np.array([_overlap(true, corners_in_patch(card), torso.patch.shape) for card in cards])
    name = f"{known.camera_file.parent.name}/{known.truth['id']}"
    return Seen(name, known.variant, badge["present"], cards, overlap)


def quad_px(corners_px: list[list[float]]) -> float:
    """Area of a quadrilateral."""
    return float(cv2.contourArea(np.array(corners_px, np.float32)))


def _overlap(first: FloatArray, second: FloatArray, shape: tuple[int, int]) -> float:
    """Intersection over union of two quadrilaterals."""
    masks = []
    for quad in (first, second):
        mask = np.zeros(shape, np.uint8)
        cv2.fillConvexPoly(mask, np.rint(quad).astype(np.int32), 1)
        masks.append(mask)
    union = int((masks[0] | masks[1]).sum())
    return float((masks[0] & masks[1]).sum() / max(union, 1))


def labelled(seen: list[Seen]) -> tuple[FloatArray, NDArray[np.float64], NDArray[np.float64]]:
    """Features, labels and weights of the clear candidates; a picture's true ones weigh one together."""
    rows, labels, weights = [], [], []
    for one in seen:
        best = one.overlap.max(initial=0)
        right = (one.overlap >= max(GOOD_OVERLAP, best - 0.1)) & (one.overlap > 0)
        for card, is_right, overlap in zip(one.cards, right, one.overlap, strict=True):
            if is_right or overlap < POOR_OVERLAP:
                rows.append(card.features)
                labels.append(float(is_right))
                weights.append(1 / right.sum() if is_right else 1.0)
    return np.array(rows), np.array(labels), np.array(weights)


def best_score(model: Logistic, one: Seen) -> tuple[float, float]:
    """The highest score of a picture and the overlap of that candidate."""
    if not one.cards:
        return NO_CARD, 0.0
    scores = model.log_odds(np.array([card.features for card in one.cards]))
    top = int(scores.argmax())
    return float(scores[top]), float(one.overlap[top])


def held_back(seen: list[Seen]) -> FloatArray:
    """(N, 2) best score and its overlap for each picture, from a model that knows nothing of the person."""
    fold = fold_numbers(seen)
    result = np.zeros((len(seen), 2))
    for number in np.unique(fold):
        model = without(seen, int(number))
        for i in np.flatnonzero(fold == number):
            result[i] = best_score(model, seen[i])
    return result


def fold_numbers(seen: list[Seen]) -> NDArray[np.int64]:
    """Folds by the portrait's name, as everywhere."""
    return folds([one.name.split("/")[-1] for one in seen])


def without(seen: list[Seen], number: int) -> Logistic:
    """A model that knows nothing of a fold's people."""
    fold = fold_numbers(seen)
    return fit_logistic(*labelled([one for one, own in zip(seen, fold, strict=True) if own != number]), PENALTY)


def chance_of(scores: FloatArray, present: FloatArray) -> Logistic:
    """The chance of a badge from the best score of a picture (N, 2)."""
    return fit_logistic(scores[:, :1], present, np.ones(len(scores)), 0.1)


def weights_of(model: Logistic, chance: Logistic) -> dict[str, Any]:
    """A model of the file."""
    slope, bias = chance.raw()
    return {
        "mean": model.mean.round(6).tolist(),
        "scale": model.scale.round(6).tolist(),
        "weights": model.weights.round(6).tolist(),
        "bias": round(model.bias, 6),
        "present_slope": round(float(slope[0]), 6),
        "present_bias": round(bias, 6),
    }


def main() -> None:
    """Learn, say how good it is, and write on demand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    seen = read(given.folders)
    scores = held_back(seen)
    present = np.array([one.present for one in seen], np.float64)
    chance = chance_of(scores, present)
    slope, bias = chance.raw()
    report(seen, scores, np.array([sigmoid(float(slope[0]) * s + bias) for s in scores[:, 0]]))
    model = fit_logistic(*labelled(seen), PENALTY)
    fold = fold_numbers(seen)
    chances = [chance_of(scores[fold != i], present[fold != i]) for i in range(FOLDS)]
    data: dict[str, Any] = {
        "features": list(FEATURES),
        **weights_of(model, chance),
        "folds": [weights_of(without(seen, i), chances[i]) for i in range(FOLDS)],
        "no_card": NO_CARD,
        "pictures": len(seen),
        "people": len({one.name for one in seen}),
    }
    print(dict(zip(FEATURES, model.weights.round(2), strict=True)))
    if given.write:
        Path("vision/data", DATA).write_text(json.dumps(data, indent=1) + "\n", "utf-8")


def report(seen: list[Seen], scores: FloatArray, chance: FloatArray) -> None:
    """Right, wrong and undecided by variant."""
    present = np.array([one.present for one in seen])
    for variant in (*VARIANTS, "all"):
        own = np.array([variant in ("all", one.variant) for one in seen])
        yes, no = chance > 1 - MAX_RISK, chance < MAX_RISK
        right = (yes & present) | (no & ~present)
        wrong = (yes & ~present) | (no & present)
        elsewhere = yes & present & (scores[:, 1] < POOR_OVERLAP)
        print(
            f"{variant}: {own.sum()} pictures, right {right[own].sum()}, wrong {wrong[own].sum()},"
            f" undecided {(~yes & ~no)[own].sum()}, badge seen in the wrong place {elsewhere[own].sum()}"
        )
    for i in np.flatnonzero(((chance > 0.5) != present) | elsewhere):
        print(seen[i].name, seen[i].variant, present[i], round(float(chance[i]), 3), round(float(scores[i, 1]), 2))


if __name__ == "__main__":
    main()
