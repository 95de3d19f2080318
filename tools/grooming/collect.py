"""Read portraits once and keep what the head's checks go by: features, shares, and what is true.

    python tools/grooming/collect.py --data FOLDER [--data FOLDER ...] --out READINGS.pickle [--variants plain,dim,...]

A share's truth is the development set's own where it gives one (forehead, ears); for collar and chin it is the same
geometry applied to the true class mask and the true points; for brows the true mask under the face mesh.
"""

from __future__ import annotations

import argparse
import json
import pickle
import time
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from app.bench.grooming import VARIANTS, digest, worsened
from vision.errors import NoPersonError
from vision.grooming.head import Reading, read_head
from vision.grooming.portrait import PortraitReader
from vision.grooming.seen import Facing, Mark, Portrait, class_map_from_labels
from vision.grooming.shares import TOUCH_CM, below_chin, brow_share, collar_columns, collar_gaps
from vision.types import Subject

MARKS = tuple(mark.name.lower() for mark in Mark)


@dataclass(frozen=True)
class Known:
    """One reading of one portrait with its truth. ``portrait`` has lost its pictures and maps."""

    name: str
    digest: str
    variant: str
    truth: dict[str, Any]
    shares: dict[str, float | None]  # true ones
    portrait: Portrait | None  # None: nobody was found
    reading: Reading | None
    agreement: float  # share of the person's pixels whose class is right
    seconds: float


def true_shares(truth: dict[str, Any], labels: Any, portrait: Portrait | None) -> dict[str, float | None]:
    """By quantity; None where this side does not show it."""
    a = truth["attributes"]
    found: dict[str, float | None] = {name: a[name] for name in ("hair_forehead", "hair_ear_left", "hair_ear_right")}
    if portrait is None:
        return found
    points = np.array([truth["joints_px"].get(name, (np.nan, np.nan)) for name in MARKS], np.float64)
    scale = portrait.body.scale
    size = (portrait.body.classes.shape[1], portrait.body.classes.shape[0])
    exact = class_map_from_labels(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST), scale)
    head_px = float(np.hypot(*(points[Mark.CHIN] - points[Mark.HEAD_TOP])))
    ideal = replace(portrait, facing=Facing(truth["view"]), body=exact, head=exact, marks_px=points, head_px=head_px)
    for name, share in (
        ("hair_below_chin", below_chin(ideal)),
        ("hair_brow", brow_share(ideal)),
    ):
        found[name] = None if share is None else share.value
    columns = collar_columns(ideal)
    edges = None if columns is None else collar_gaps(ideal, columns)
    found["hair_collar"] = None if edges is None else float((edges[0] <= TOUCH_CM).mean())
    return found


def collect(path: Path, reader: PortraitReader, variant: str) -> Known:
    """Read one portrait in one variant."""
    truth = json.loads(path.with_suffix(".json").read_text())
    labels = cv2.imread(str(path.with_suffix(".mask.png")), cv2.IMREAD_GRAYSCALE)
    image = worsened(np.asarray(cv2.imread(str(path)), np.uint8), variant, zlib.crc32(path.name.encode()))
    start = time.process_time()
    try:
        subject = Subject(None, truth["height_cm"], truth["attributes"]["sex"])
        portrait = reader.read(image, subject=subject)
    except NoPersonError:
        return Known(path.stem, digest(path), variant, truth, true_shares(truth, labels, None), None, None, 0.0, 0.0)
    return known_of(path, truth, variant, portrait, start)


def known_of(path: Path, truth: dict[str, Any], variant: str, portrait: Portrait, start: float) -> Known:
    """What is kept of a portrait; ``start``: the process's time when its reading began."""
    labels = cv2.imread(str(path.with_suffix(".mask.png")), cv2.IMREAD_GRAYSCALE)
    reading = read_head(portrait)
    seconds = time.process_time() - start
    size = (portrait.body.classes.shape[1], portrait.body.classes.shape[0])
    exact = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    agreement = float((portrait.classes == exact)[exact > 0].mean())
    light = replace(portrait, image_bgr=portrait.image_bgr[:1, :1], body=_tiny(portrait), head=_tiny(portrait))
    shares = true_shares(truth, labels, portrait)
    return Known(
        path.stem, digest(path), variant, truth, shares, light, replace(reading, regions=()), agreement, seconds
    )


def _tiny(portrait: Portrait) -> Any:
    return class_map_from_labels(portrait.body.classes[:1, :1].copy(), portrait.body.scale)


def main() -> None:
    parser = argparse.ArgumentParser(description="Read portraits once.")
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--variants", default=",".join(VARIANTS))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    found = []
    with PortraitReader() as reader:
        for folder in options.data:
            for path in sorted(folder.glob("g*.jpg"))[options.start :: options.every]:
                found += [collect(path, reader, variant) for variant in options.variants.split(",")]
    options.out.write_bytes(pickle.dumps(found))
    print(f"{len(found)} readings, {sum(known.portrait is None for known in found)} without a person")


if __name__ == "__main__":
    main()
