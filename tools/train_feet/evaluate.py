"""Measure the shipped feet network on held-back crops and on whole pictures, and write the tables to a page.

    python tools/train_feet/evaluate.py --data CROPS --devset DEVSET --docs docs/feet.md

Points -> floor -> angles with the true camera, one picture at a time: what the feet alone can say before the body
fit and before several frames are put together.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from augment import noisy_hints
from crops import SIDES, Crop, load
from geometry import NAMES, Array, Camera, Reading, read, wrap_deg, yaws_deg

from vision.estimators.feet import HEEL_ABOVE_TOE_M, POINTS, TOE2_HEIGHT_M, FeetEstimator, FeetObservation
from vision.landmarks import Landmark

_AXIS = [POINTS.index("heel"), POINTS.index("toe2")]
_POSE_AXIS = (Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX, Landmark.RIGHT_HEEL, Landmark.RIGHT_FOOT_INDEX)
_BUCKETS = ((0, 25, "in front, up to 25 deg"), (25, 45, "25-45 deg"), (45, 61, "45-60 deg"), (61, 181, "beyond 60 deg"))


@dataclass(frozen=True)
class Case:
    """One picture read: what was found, how it was read in several ways, and the truth."""

    name: str
    group: str
    azimuth_deg: float
    distance_m: float
    shoes: str
    found: FeetObservation
    true_px: Array  # (2, 7, 2)
    shoe_px: float  # length of a 28 cm shoe at this distance, seen from its side
    readings: dict[str, Reading]
    truth: Array  # NAMES
    true_yaw_deg: Array  # (2,) in the world


def _readings(found: FeetObservation, true_px: Array, camera: Camera, stature_m: float) -> dict[str, Reading]:
    axis, cov = found.axes_px, found.axes_covariance_px2
    return {
        "network": read(axis, cov, camera),
        "network + stature": read(axis, cov, camera, stature_m),
        "true points": read(true_px[:, _AXIS].reshape(4, 2), np.eye(8) * 1e-4, camera),
    }


def crop_cases(folder: Path, part: str) -> Iterator[Case]:
    """Held-back crops with both feet flat on the floor; the pose network's landmarks are simulated."""
    estimator = FeetEstimator()
    for i, crop in enumerate(load(folder, part)):
        if _is_flat(crop):
            yield _crop_case(crop, estimator, np.random.default_rng(1000 + i))


def _is_flat(crop: Crop) -> bool:
    feet = [crop.truth["feet"][side] for side in SIDES]
    return all(abs(foot["min_height_cm"]) < 0.5 and abs(foot["pitch_deg"] + 6.2) < 3 for foot in feet)


def _crop_case(crop: Crop, estimator: FeetEstimator, rng: np.random.Generator) -> Case:
    truth = crop.truth
    found = estimator.locate(crop.image, noisy_hints(crop, rng, 0.7), np.array([True, True]))
    matrix = np.array(truth["K"])
    matrix[:2, 2] -= truth["crop_xywh"][:2]
    camera = Camera(matrix, np.array(truth["R"]), np.array(truth["t"]))
    return Case(
        name=truth["id"],
        group=truth["stance"],
        azimuth_deg=abs(truth["azimuth_deg"]),
        distance_m=truth["distance_m"],
        shoes=truth["person"]["shoes"],
        found=found,
        true_px=crop.points,
        shoe_px=0.28 * crop.pixels_per_metre,
        readings=_readings(found, crop.points, camera, truth["person"]["height_cm"] / 100),
        truth=np.array([truth["v_angle"], truth["heel_dist_cm"], truth["toe_dist_cm"]]),
        true_yaw_deg=np.array([truth["feet"][side]["yaw_world_deg"] for side in SIDES]),
    )


def still_cases(devset: Path) -> tuple[list[Case], int]:
    """Whole pictures of standing people, landmarks by the pose network; also how many gave nothing."""
    from vision.estimators.pose import PoseEstimator

    cases, missing = [], 0
    estimator = FeetEstimator()
    with PoseEstimator(video=False) as pose:
        for path in sorted((devset / "stills").glob("*.jpg")):
            truth = json.loads(path.with_suffix(".json").read_text())
            if truth["family"] == "sit" or any("feet_out" in word for word in _words(truth["hard"])):
                continue
            image = cv2.imread(str(path))
            people = pose.estimate(image)
            found = estimator.estimate(image, people[0].image_landmarks_px) if people else None
            if found is None or not np.isfinite(found.points_px).all():
                missing += 1
                continue
            cases.append(_still_case(truth, found, people[0].image_landmarks_px))
    return cases, missing


def _words(hard: object) -> list[str]:
    return [hard] if isinstance(hard, str) else [str(word) for word in hard or []]


def _still_case(truth: dict, found: FeetObservation, landmarks: Array) -> Case:
    person, camera_json = truth["persons"][0], truth["camera"]
    camera = Camera(*(np.array(camera_json[key]) for key in ("K", "R", "t")))
    true_px = np.array([[person["joints_px"][f"{side}_{name}"] for name in POINTS] for side in SIDES])
    world = np.array([[person["joints_world"][f"{side}_{POINTS[i]}"] for i in _AXIS] for side in SIDES])
    heels_toes = landmarks[
        [Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX, Landmark.RIGHT_HEEL, Landmark.RIGHT_FOOT_INDEX]
    ]
    readings = _readings(found, true_px, camera, person["height_cm"] / 100)
    readings["pose network's heel and toe"] = read(heels_toes, np.eye(8), camera)
    measured = person["measurements"]
    return Case(
        name=truth["id"],
        group=truth["family"],
        azimuth_deg=abs(camera_json["azimuth_deg"]),
        distance_m=camera_json["dist"],
        shoes=person["shoes"],
        found=found,
        true_px=true_px,
        shoe_px=0.28 * camera.K[0, 0] / (camera.R[2] @ world.reshape(4, 3).mean(0) + camera.t[2]),
        readings=readings,
        truth=np.array([measured[name] for name in NAMES]),
        true_yaw_deg=yaws_deg(world[:, :, :2].reshape(4, 2)),
    )


def angle_rows(cases: list[Case], way: str, label: str) -> str:
    """One line of the angle table."""
    if not cases:
        return ""
    values = np.array([case.readings[way].values for case in cases])
    error = values - np.array([case.truth for case in cases])
    error[:, 0] = wrap_deg(error[:, 0])
    sigma = np.array([case.readings[way].sigma for case in cases])
    yaw = wrap_deg(np.array([case.readings[way].yaw_deg - case.true_yaw_deg for case in cases]))
    size = np.abs(error)
    cover = 100 * np.mean(size[:, 0] <= 2 * sigma[:, 0]) if way.startswith("network") else np.nan
    known = f"{cover:.0f} % | {2 * np.median(sigma[:, 0]):.1f}" if np.isfinite(cover) else "- | -"
    return (
        f"| {label} | {way} | {len(cases)} | {size[:, 0].mean():.1f} | {error[:, 0].mean():+.1f} | "
        f"{np.percentile(size[:, 0], 95):.1f} | {known} | {np.abs(yaw).mean():.1f} | {size[:, 1].mean():.1f} | "
        f"{size[:, 2].mean():.1f} |\n"
    )


ANGLE_HEAD = (
    "| view | points from | n | V angle, mean abs error (deg) | bias | 95th percentile | within u | median u | "
    "one foot's yaw (deg) | heel distance (cm) | toe distance (cm) |\n|---|---|---|---|---|---|---|---|---|---|---|\n"
)


def angle_table(cases: list[Case], ways: Iterable[str]) -> str:
    """Errors by view, distance and shoe."""
    ways = list(ways)
    text = ANGLE_HEAD
    for low, high, label in _BUCKETS:
        chosen = [case for case in cases if low <= case.azimuth_deg < high]
        text += "".join(angle_rows(chosen, way, label) for way in ways)
    near = [case for case in cases if case.azimuth_deg < 61]
    for low, high, label in ((0, 2.8, "nearer than 2.8 m"), (2.8, 3.8, "2.8-3.8 m"), (3.8, 99, "farther than 3.8 m")):
        text += angle_rows([c for c in near if low <= c.distance_m < high], "network + stature", f"to 60 deg, {label}")
    for shoes in sorted({case.shoes for case in near}):
        text += angle_rows([c for c in near if c.shoes == shoes], "network + stature", f"to 60 deg, {shoes}")
    return text


def point_table(cases: list[Case]) -> str:
    """Errors of the single points and how often they lie within one and two sigma (per axis; Gauss: 68, 95 %)."""
    text = "| point | mean error (px) | mean error (% of a 28 cm shoe) | within 1 sigma | within 2 sigma |\n"
    text += "|---|---|---|---|---|\n"
    error = np.array([case.found.points_px - case.true_px for case in cases])
    sigma = np.sqrt(np.array([np.einsum("spii->spi", case.found.covariance_px2) for case in cases]))
    full = np.array([[case.shoe_px] * 2 for case in cases])
    distance = np.linalg.norm(error, axis=-1)
    for k, name in enumerate(POINTS):
        ratio = np.abs(error[:, :, k]) / sigma[:, :, k]
        share = 100 * np.mean(distance[:, :, k] / full)
        text += f"| {name} | {distance[:, :, k].mean():.2f} | {share:.1f} | {100 * np.mean(ratio <= 1):.0f} % | "
        text += f"{100 * np.mean(ratio <= 2):.0f} % |\n"
    return text


def correlation(cases: list[Case]) -> Array:
    """(8, 8) of the errors of left heel, left toe2, right heel, right toe2 (x, y of each) in units of their sigma."""
    error = np.array([case.found.points_px - case.true_px for case in cases])[:, :, _AXIS]
    sigma = np.sqrt(np.array([np.einsum("spii->spi", case.found.covariance_px2) for case in cases]))[:, :, _AXIS]
    return np.asarray(np.corrcoef(np.clip(error / sigma, -3, 3).reshape(len(cases), 8).T))


def swapped(cases: list[Case]) -> int:
    """Pictures in which the points fit the feet better the other way round."""
    count = 0
    for case in cases:
        right = np.linalg.norm(case.found.points_px - case.true_px, axis=-1).mean()
        wrong = np.linalg.norm(case.found.points_px[::-1] - case.true_px, axis=-1).mean()
        count += bool(wrong < right)
    return count


def inference_ms(case_count: int = 60) -> float:
    """Median time of one call on one core, crop and all."""
    estimator = FeetEstimator()
    image = np.random.default_rng(0).integers(0, 255, (720, 1280, 3)).astype(np.uint8)
    hints = np.array([[[640.0, 600], [630, 620], [660, 640]], [[560, 600], [570, 620], [540, 640]]])
    times = []
    for _ in range(case_count):
        start = time.process_time()
        estimator.locate(image, hints, np.array([True, True]))
        times.append(time.process_time() - start)
    return 1000 * float(np.median(times))


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--devset", type=Path, required=True)
    parser.add_argument("--docs", type=Path, required=True)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    held = list(crop_cases(args.data, "test"))
    stills, missing = still_cases(args.devset)
    tune = correlation(list(crop_cases(args.data, "tune")))
    print("correlation in x", np.round(tune[0::2, 0::2], 2).tolist(), "and y", np.round(tune[1::2, 1::2], 2).tolist())
    text = _page(held, stills, missing)
    args.docs.write_text(text, encoding="utf-8")
    print(text)


def _page(held: list[Case], stills: list[Case], missing: int) -> str:
    ways = ("network", "network + stature", "true points")
    return f"""# The feet network

This page is written by `tools/train_feet/evaluate.py`; do not edit it by hand.

One crop of both feet goes through a small network of our own (`vision/estimators/feet.py`, trained by
`tools/train_feet`), which gives heel, second toe and five more points of each foot with a covariance. Here each
picture is read alone with its true camera: the rays of heel and second toe meet the planes z = {TOE2_HEIGHT_M[0]:.3f} m
(toe) and {HEEL_ABOVE_TOE_M[0]:.3f} m above it (heel). "+ stature" also uses the foot length that goes with the person's
height; "true points" is the same geometry on exact points: what the assumed heights alone cost. u is two sigma.
One call takes {inference_ms():.1f} ms on one core of the machine that wrote this page.

It has seen three models of low shoes, rendered. High heels, sandals and bare feet it has not; on the few real
pictures at hand (street sneakers in hard shadows, sandals in grass) it follows sneakers well and sandals loosely,
with a larger sigma; no figure can be given for them. Where the pose network has lost the feet, so has this one.

## Held-back crops

Persons, shoes' colours, floors and rooms not trained on ({len(held)} crops with both feet flat on the floor; the three
shoe models are the same as in training). The landmarks that place the crop are simulated with the pose network's
errors.
Left and right swapped: {swapped(held)}.

{angle_table(held, ways)}
{point_table(held)}
## Development pictures

Whole pictures of standing people, landmarks by the pose network ({len(stills)} read, {missing} without feet found).
Left and right swapped: {swapped(stills)}.

{angle_table(stills, ("pose network's heel and toe", *ways))}
{point_table(stills)}"""


if __name__ == "__main__":
    main()
