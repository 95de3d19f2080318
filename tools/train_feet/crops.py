"""The training crops in memory, split by batch, with a rough mask of feet and legs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.estimators.feet import POINTS

SIDES = ("left", "right")


@dataclass(frozen=True)
class Crop:
    """One crop. ``points`` (2, 7, 2) in crop pixels, ``points_world_m`` (2, 7, 3), ``pixels_per_metre`` at the feet."""

    image: NDArray[np.uint8]
    points: NDArray[np.float64]
    points_world_m: NDArray[np.float64]
    pixels_per_metre: float
    batch: int
    truth: dict[str, Any]
    mask: NDArray[np.uint8] | None = None  # 255 = feet and legs


def split(batch: int) -> str:
    """``train`` (5 of 7 batches), ``tune`` (early stopping, calibration) or ``test`` (only reported)."""
    return {3: "tune", 6: "test"}.get(batch % 7, "train")


def load(folder: Path, part: str | None = None, *, masks: bool = False) -> list[Crop]:
    """Crops of one part (None = all)."""
    crops = []
    for line in (folder / "feet.jsonl").read_text().splitlines():
        truth = json.loads(line)
        batch = int(truth["id"][1:4])
        if part is None or split(batch) == part:
            crops.append(_crop(folder, truth, batch, masks))
    return crops


def _crop(folder: Path, truth: dict[str, Any], batch: int, masks: bool) -> Crop:
    image = cv2.imread(str(folder / truth["file"]))
    feet = [truth["feet"][side] for side in SIDES]
    points = np.array([[foot["points_px"][name] for name in POINTS] for foot in feet])
    world = np.array([[foot["points_world"][name] for name in POINTS] for foot in feet])
    depth = (np.array(truth["R"])[2] @ world.reshape(-1, 3).mean(0)) + truth["t"][2]
    mask = feet_mask(image, points) if masks else None
    return Crop(image, points, world, truth["K"][0][0] / depth, batch, truth, mask)


def feet_mask(image: NDArray[np.uint8], points: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Feet and legs against the floor by GrabCut from the known points: rough, only used to vary colours."""
    height, width = image.shape[:2]
    length = max(float(np.linalg.norm(foot[4] - foot[5])) for foot in points)
    label = np.full((height, width), cv2.GC_BGD, np.uint8)
    for foot in points:
        hull = cv2.convexHull(foot.astype(np.float32)).astype(np.int32)
        ankle = foot[POINTS.index("ankle")]
        half = 0.3 * length + 4
        left, right = ankle[0] - half, ankle[0] + half
        wide = np.array([[left, 0], [right, 0], [right, ankle[1]], [left, ankle[1]]])
        cv2.fillPoly(label, [wide.astype(np.int32)], cv2.GC_PR_FGD)
        cv2.polylines(label, [hull], True, cv2.GC_PR_FGD, max(3, int(0.3 * length)))
        cv2.fillConvexPoly(label, hull, cv2.GC_PR_FGD)
    for foot in points:
        hull = cv2.convexHull(foot.astype(np.float32)).astype(np.int32)
        cv2.fillConvexPoly(label, hull, cv2.GC_FGD)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(image, label, None, background, foreground, 2, cv2.GC_INIT_WITH_MASK)
    mask = np.where((label == cv2.GC_FGD) | (label == cv2.GC_PR_FGD), 255, 0).astype(np.uint8)
    return np.asarray(cv2.medianBlur(mask, 3), np.uint8)
