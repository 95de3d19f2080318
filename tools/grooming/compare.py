"""Two ways to tell hair, skin and cloth apart, on portraits with true masks: own colours as seeds, or the network.

    python tools/grooming/compare.py --data FOLDER

Overlap (intersection over union) of skin, hair and all clothes by side, and of the finer classes for the network alone.
Run from the repository's root with the root and this folder on PYTHONPATH.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from seeded import seeded_map

from vision.errors import NoPersonError
from vision.estimators.pose import PoseEstimator
from vision.grooming.portrait import POSE_CONFIDENCE, PortraitReader
from vision.grooming.seen import ClassMap, Kind

COARSE = np.array([0, Kind.SKIN, Kind.HAIR, Kind.TOP, Kind.TOP, Kind.TOP, Kind.TOP, Kind.SKIN, Kind.TOP], np.uint8)


def overlap(mine: NDArray[np.uint8], truth: NDArray[np.uint8], kind: int) -> float | None:
    """Intersection over union of a class; None where it is not there."""
    a, b = mine == kind, truth == kind
    return float((a & b).sum() / (a | b).sum()) if b.sum() >= 20 else None


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare two ways to segment portraits.")
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    scores: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])

    def note(way: str, side: str, seen: ClassMap, labels: NDArray[np.uint8], coarse: bool) -> None:
        truth = cv2.resize(labels, seen.classes.shape[::-1], interpolation=cv2.INTER_NEAREST)
        mine = seen.classes
        if coarse:
            truth, mine = COARSE[truth], COARSE[mine]
        for kind in (Kind.SKIN, Kind.HAIR, Kind.TOP) if coarse else Kind:
            value = overlap(mine, np.asarray(truth, np.uint8), kind)
            if value is not None:
                scores[way, side, kind.name.lower()].append(value)

    with PoseEstimator(video=False, masks=True, confidence=POSE_CONFIDENCE) as pose, PortraitReader() as reader:
        for path in sorted(options.data.glob("g*.jpg")):
            image = np.asarray(cv2.imread(str(path)), np.uint8)
            labels = np.asarray(cv2.imread(str(path.with_suffix(".mask.png")), cv2.IMREAD_GRAYSCALE), np.uint8)
            side = path.stem.split("_")[1]
            found[side][0] += 1
            people = pose.estimate_with_masks(image)
            if people and people[0][1] is not None:
                found[side][1] += 1
                note("seeded", side, seeded_map(image, people[0][0].image_landmarks_px, people[0][1]), labels, True)
            try:
                portrait = reader.read(image)
            except NoPersonError:
                continue
            found[side][2] += 1
            note("network", side, portrait.body, labels, True)
            note("network, fine", "all", portrait.body, labels, False)
    for side, (count, seeded, network) in found.items():
        print(f"{side}: {count} portraits, {seeded} seeded, {network} by the network")
    for (way, side, kind), values in sorted(scores.items()):
        print(f"{way} {side} {kind}: {np.mean(values):.3f} (n {len(values)})")


if __name__ == "__main__":
    main()
