"""Read rendered portraits: of ``render_heads.py`` (with zones) or of the development set (without)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from augment import FACINGS, HAIR, MARKS, OTHER, TRAITS, Floats, Sample

HEIGHT_PX = 480
MIN_SEEN_PX = 8


def load(folder: Path) -> list[Sample]:
    """Every finished portrait of the folder, in the order of names."""
    samples = []
    for path in sorted(folder.glob("g*.jpg")):
        sample = read(path)
        if sample is not None:
            samples.append(sample)
    return samples


def read(path: Path) -> Sample | None:
    """One portrait, reduced to `HEIGHT_PX`; None while its files are being written."""
    truth_path = path.with_suffix(".json")
    image, classes = cv2.imread(str(path)), cv2.imread(str(path.with_suffix(".mask.png")), cv2.IMREAD_GRAYSCALE)
    if image is None or classes is None or not truth_path.is_file():
        return None
    truth = json.loads(truth_path.read_text())
    scale = HEIGHT_PX / image.shape[0]
    size = (round(image.shape[1] * scale), HEIGHT_PX)
    zones = cv2.imread(str(path.with_suffix(".region.png")), cv2.IMREAD_GRAYSCALE) if _has_zones(path) else None
    if scale != 1:
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        classes = cv2.resize(classes, size, interpolation=cv2.INTER_NEAREST)
    if truth["attributes"].get("headscarf"):  # long hair's mesh in any colour: still hair to the eye
        above_waist = np.arange(classes.shape[0])[:, None] < 0.9 * HEIGHT_PX
        classes = np.where((classes == OTHER) & above_waist, HAIR, classes).astype(np.uint8)
    marks = np.array([truth["joints_px"].get(name, (np.nan, np.nan)) for name in MARKS], np.float64) * scale
    facing = FACINGS.index(truth["view"])
    return Sample(path.stem, np.asarray(image, np.uint8), classes, zones, marks, facing, traits(truth, classes))


def _has_zones(path: Path) -> bool:
    return path.with_suffix(".region.png").is_file()


def traits(truth: dict[str, Any], classes: Any) -> Floats:
    """0 or 1 by `TRAITS`; NaN where this side does not show it."""
    a = truth["attributes"]
    face = truth["view"] != "back"
    glasses_px = int((classes == 7).sum())
    values = {
        "sunglasses": float(a["sunglasses"] and glasses_px >= MIN_SEEN_PX) if face else np.nan,
        "glasses": float(a["glasses"] and glasses_px >= MIN_SEEN_PX) if face else np.nan,
        "full_beard": float(a["beard"] == "full") if face else np.nan,
        "stubble": float(a["beard"] == "stubble") if face else np.nan,
        "cloth_on_head": 0.0,
        "hair_below_chin": float(a["hair_below_chin"]),
        "hair_on_collar": float(a["hair_on_collar"]),
        "bald": float(a["hairstyle"] == "bald"),
    }
    return np.array([values[name] for name in TRAITS], np.float32)
