"""Reads a set of rendered people (manifest.csv with truth) and lets the networks look at every picture once."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from learn import Sample, mirrored

from calibration.camera import project
from calibration.files import load_camera
from vision.estimators.feet import FeetEstimator
from vision.estimators.pose import PoseEstimator
from vision.reconstruct import skeleton as sk
from vision.types import PoseObservation

TRUTH_NAMES = {"toe": "toe2"}
SAME_PERSON_SHARE = 0.12  # of the body's height in the picture: farther off is somebody else
KNUCKLES = ("index_mcp", "middle_mcp", "pinky_mcp")


def true_points(joints: dict[str, list[float]]) -> np.ndarray:
    """The 21 points (21, 3) of the truth's joints."""
    rows = []
    for part in sk.PARTS:
        for side in sk.SIDES:
            if part == "hand":
                rows.append(np.mean([joints[f"{side}_{name}"] for name in KNUCKLES], axis=0))
            else:
                rows.append(np.array(joints[f"{side}_{TRUTH_NAMES.get(part, part)}"]))
    return np.array([*rows, np.array(joints["nose"])])


def _nearest(observations: Iterable[PoseObservation], pixels: np.ndarray) -> PoseObservation | None:
    """The detection that lies on the truth, None when none does."""
    index = [11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]
    points = [2, 3, 4, 5, 6, 7, 0, 1, 8, 9, 10, 11]
    size = np.ptp(pixels[:, 1])
    best = None
    for observation in observations:
        away = float(np.median(np.linalg.norm(observation.image_landmarks_px[index] - pixels[points], axis=1)))
        if away < SAME_PERSON_SHARE * size and (best is None or away < best[0]):
            best = (away, observation)
    return None if best is None else best[1]


def load(folder: Path) -> Iterator[tuple[Sample, Sample | None]]:
    """Every still with what the networks say of it, and of its mirror image."""
    feet = FeetEstimator()
    with PoseEstimator(people=3, video=False, confidence=0.3) as pose:
        for row in csv.DictReader((folder / "manifest.csv").open(encoding="utf-8-sig")):
            truth = json.loads((folder / row["truth"]).read_text(encoding="utf-8"))
            person = truth["persons"][0]
            camera = load_camera(folder / row["calibration"])
            points = true_points(person["joints_world"])
            image = cv2.imread(str(folder / row["path"]))
            seen = _nearest(pose.estimate(image), project(camera, points))
            if seen is None:
                continue
            sample = Sample(
                name=Path(row["path"]).stem,
                identity=person["identity"],
                sex=person["sex"],
                stature_m=person["height_cm"] / 100,
                family=truth["family"],
                drill=truth["drill"],
                azimuth_deg=truth["camera"]["azimuth_deg"],
                camera=camera,
                points_m=points,
                extra_m={key: np.array(person["joints_world"][key]) for key in ("chin", "navel")},
                landmarks_px=seen.image_landmarks_px,
                world_m=seen.world_landmarks_m,
                visibility=seen.visibility,
                truth=person["measurements"],
                seat=camera.seat,
                hard=truth["hard"],
                feet=feet.estimate(image, seen.image_landmarks_px),
            )
            flipped = pose.estimate(np.ascontiguousarray(image[:, ::-1]))
            width = camera.image_size[0]
            turned = project(camera, points) * [-1, 1] + [width, 0]
            swap = [i ^ 1 for i in range(20)] + [20]
            other = _nearest(flipped, turned[swap])
            yield (
                sample,
                None
                if other is None
                else mirrored(sample, other.image_landmarks_px, other.world_landmarks_m, other.visibility),
            )
