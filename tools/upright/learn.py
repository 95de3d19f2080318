"""Learns where the pose network sees the landmarks of an upright standing person: ``calibration/data/upright.json``.

    python tools/upright/learn.py --truth DEVSET --out calibration/data/upright.json

DEVSET holds ``stills/`` with camera files and truth. Only people who stand upright take part, each also mirrored.
The figures on ``docs/calibration.md`` come from models learned without the people they are tested on (``folds``).
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from calibration.camera import Camera
from calibration.files import load_camera
from calibration.person import UprightModel

LANDMARKS = (0, 2, 5, 7, 8, 11, 12, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32)
MIRROR = (0, 5, 2, 8, 7, 12, 11, 24, 23, 26, 25, 28, 27, 30, 29, 32, 31)
FAMILIES = ("vstance", "parallel", "ding", "hands")
STRAIGHT_DEG = 5.0
SHRINK = 0.35  # of the off-diagonal covariance: few people
FRONT_DEG = 50.0


@dataclass(frozen=True)
class Standing:
    """One upright person seen by a known camera."""

    who: str
    camera: Camera
    pixels: np.ndarray  # (17, 2)
    seen: np.ndarray  # (17,)
    origin: np.ndarray  # (3,) floor point between the ankles
    axes: np.ndarray  # (3, 3) left, forward, up
    stature_m: float
    azimuth_deg: float


def standing_of(truth: dict, camera: Camera, landmarks_px: np.ndarray, visibility: np.ndarray) -> Standing | None:
    """The sample of a still, None when the person does not stand upright."""
    person = truth["persons"][0]
    if truth["family"] not in FAMILIES or abs(person["measurements"]["trunk_flexion"]) > STRAIGHT_DEG:
        return None
    joints = {name: np.array(place) for name, place in person["joints_world"].items()}
    left = (joints["left_hip"] - joints["right_hip"]) * [1, 1, 0]
    left /= np.linalg.norm(left)
    axes = np.stack([left, np.cross(left, [0, 0, 1]), [0.0, 0.0, 1.0]])
    origin = (joints["left_ankle"] + joints["right_ankle"]) / 2 * [1, 1, 0]
    away = camera.centre_m - origin
    ids = list(LANDMARKS)
    inside = ((landmarks_px >= 0) & (landmarks_px <= camera.image_size)).all(axis=1) & (visibility > 0.5)
    who = f"{person['identity']}/{person['height_cm']}"
    azimuth = float(np.degrees(np.arctan2(away @ axes[0], away @ axes[1])))
    return Standing(who, camera, landmarks_px[ids], inside[ids], origin, axes, person["height_cm"] / 100, azimuth)


def template(samples: Sequence[Standing]) -> np.ndarray:
    """Least-squares place (17, 3) of every landmark, symmetric, as shares of stature."""
    result = np.zeros((len(LANDMARKS), 3))
    for k, other in enumerate(MIRROR):
        rows, right = [], []
        for s in samples:
            for index, sign in ((k, 1.0), (LANDMARKS.index(other), -1.0)):
                if not s.seen[index]:
                    continue
                ray = (s.pixels[index] - s.camera.matrix[:2, 2]) / s.camera.matrix[[0, 1], [0, 1]]
                turn, shift = s.camera.rotation_cam_from_floor, s.camera.translation_m
                base = turn @ s.origin + shift
                basis = turn @ (s.axes * np.array([[sign], [1], [1]])).T * s.stature_m
                picture = np.array([[1, 0, -ray[0]], [0, 1, -ray[1]]])
                rows.append(picture @ basis / s.stature_m)
                right.append(-picture @ base / s.stature_m)
        result[k] = np.linalg.lstsq(np.concatenate(rows), np.concatenate(right), rcond=None)[0]
    return result


def residuals(sample: Standing, places: np.ndarray) -> np.ndarray:
    """What the picture shows beside the template (34,), shares of stature; NaN where unseen."""
    points = places * sample.stature_m @ sample.axes + sample.origin
    cam = points @ sample.camera.rotation_cam_from_floor.T + sample.camera.translation_m
    k = sample.camera.matrix
    pixels = cam[:, :2] / cam[:, 2:] * k[[0, 1], [0, 1]] + k[:2, 2]
    off = (sample.pixels - pixels) / (sample.camera.focal_px * sample.stature_m / cam[:, 2].mean())
    off[~sample.seen] = np.nan
    return off.ravel()


def learn(samples: Sequence[Standing]) -> UprightModel:
    """Template, covariance and the share of it that belongs to the person."""
    places = template(samples)
    near = [s for s in samples if abs(s.azimuth_deg) <= FRONT_DEG]
    plain = np.array([residuals(s, places) for s in near])
    order = [LANDMARKS.index(one) for one in MIRROR]
    mirror = plain.reshape(-1, len(LANDMARKS), 2)[:, order] * [-1.0, 1.0]
    both = np.concatenate([plain, mirror.reshape(plain.shape)])
    filled = np.where(np.isfinite(both), both, 0.0)
    seen = np.isfinite(both).astype(float)
    covariance = (filled.T @ filled) / np.maximum(seen.T @ seen, 1.0)
    covariance = (1 - SHRINK) * covariance + SHRINK * np.diag(np.diag(covariance))
    people = np.array([s.who for s in near])
    return UprightModel(LANDMARKS, places, covariance, person_share(plain, people))


def person_share(rows: np.ndarray, people: np.ndarray) -> float:
    """Share of the vertical spread that is between people (one-way analysis of variance, median over landmarks)."""
    shares = []
    for column in rows[:, 1::2].T:
        within, means, sizes = [], [], []
        for who in np.unique(people):
            own = column[(people == who) & np.isfinite(column)]
            if own.size >= 2:
                within.append(own.var(ddof=1))
                means.append(own.mean())
                sizes.append(own.size)
        between = max(np.var(means, ddof=1) - np.mean(within) / np.mean(sizes), 0.0)
        shares.append(between / (between + np.mean(within)))
    return float(np.median(shares))


def folds(samples: Sequence[Standing], count: int = 7) -> dict[str, UprightModel]:
    """For every person a model that never saw them."""
    people = sorted({s.who for s in samples})
    models = {}
    for fold in range(count):
        out = people[fold::count]
        model = learn([s for s in samples if s.who not in out])
        models.update(dict.fromkeys(out, model))
    return models


def load(folder: Path) -> list[Standing]:
    """Every upright person of a truth set, as the pose network sees them."""
    from vision.estimators.pose import PoseEstimator

    found = []
    with PoseEstimator(video=False) as pose:
        for row in csv.DictReader((folder / "manifest.csv").read_text(encoding="utf-8-sig").splitlines()):
            truth = json.loads((folder / row["truth"]).read_text(encoding="utf-8"))
            seen = pose.estimate(cv2.imread(str(folder / row["path"])))
            camera = load_camera(folder / row["calibration"])
            if truth.get("hard") is None and seen:
                sample = standing_of(truth, camera, seen[0].image_landmarks_px, seen[0].visibility)
                found += [] if sample is None else [sample]
    return found


def write(model: UprightModel, people: int, pictures: int, out: Path) -> None:
    """The data file."""
    data = {
        "landmarks": list(model.landmarks),
        "template": model.template.round(5).tolist(),
        "covariance": model.covariance.round(9).tolist(),
        "person_share": round(model.person_share, 3),
        "learned_from": {"people": people, "pictures": pictures},
    }
    out.write_text(json.dumps(data) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    standing = load(asked.truth / "stills")
    write(learn(standing), len({s.who for s in standing}), len(standing), asked.out)
    print(f"{len(standing)} pictures")
