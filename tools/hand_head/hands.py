"""Palm direction, hand centre and the calibration of "hand on top", learned on stills and rendered crops."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from hand_head.statistics import robust_ridge, row, upper_quantile
from hand_head.stills import Still

from vision.estimators.crops import pixels_per_metre
from vision.estimators.hands import HandObservation, HandsEstimator
from vision.landmarks import Landmark
from vision.measures import hand_evidence
from vision.types import FloatArray, Side

PALM_EDGES_DEG = (70.0,)
MIN_HANDEDNESS = 0.8
MAX_APART_DEG = 20.0
MAX_BEND_DEG = 32.0
MIN_GAP_CM = 14.0
MIN_PALM_CASES = 10
MAX_PALM_U_DEG = 45.0


@dataclass(frozen=True)
class PalmCase:
    """A hand that passes the gates: what it reads and what is true."""

    person: str
    raw_deg: float
    true_deg: float


def palm_case(hand: HandObservation, k: FloatArray, up_camera: FloatArray, person: str, true: float) -> PalmCase | None:
    """None when the hand does not pass the gates of `hand_evidence.measure_palm_up`."""
    reading = hand_evidence.palm_reading(hand.side, hand.world_m, hand.second_world_m, knuckles(hand), up_camera, k)
    clear = hand.handedness_score >= MIN_HANDEDNESS and reading.apart_deg <= MAX_APART_DEG
    if not clear or reading.hangs or reading.bend_deg > MAX_BEND_DEG:
        return None
    return PalmCase(person, reading.angle_deg, true)


def still_cases(stills: Sequence[Still]) -> list[PalmCase]:
    """Hands of the stills that are apart."""
    cases = [
        palm_case(hand, still.k, still.up_camera, still.person, still.measurements[f"palm_up_{hand.side}"])
        for still in stills
        if still.measurements["hands_gap"] >= MIN_GAP_CM
        for hand in still.hands
    ]
    return [case for case in cases if case is not None]


def guide_cases(folder: Path) -> tuple[list[PalmCase], int]:
    """Rendered crops of guiding hands (``tools/hand_top/render_crops.py --kind guide``), and how many were looked at.

    The pose landmarks are the true joints with the pose network's usual error of 1.5 cm.
    """
    rng = np.random.default_rng(0)
    records = [json.loads(line) for line in (folder / "guide.jsonl").read_text().splitlines()]
    cases = []
    with HandsEstimator() as estimator:
        for record in records:
            side = Side(record["side"])
            image = np.asarray(cv2.imread(str(folder / record["file"])), np.uint8)
            k = np.array(record["K"])
            k[:2, 2] -= record["box"][:2]
            for hand in estimator.estimate(image, guessed_landmarks(record, rng)):
                if hand.side is side:
                    up, true = np.array(record["up_cam"]), record["palm_up"][side]
                    cases.append(palm_case(hand, k, up, record["person"], true))
    return [case for case in cases if case is not None], len(records)


def guessed_landmarks(record: dict[str, Any], rng: np.random.Generator) -> FloatArray:
    """Pose landmarks (33, 2) of a crop's arms; the rest is NaN."""
    points = np.full((33, 2), np.nan)
    for offset, side in enumerate(Side):
        shoulder, elbow, wrist, index, _middle, little = np.array(record["px"][side])[:6]
        points[Landmark.LEFT_SHOULDER + offset] = shoulder
        points[Landmark.LEFT_ELBOW + offset] = elbow
        points[Landmark.LEFT_WRIST + offset] = wrist
        points[Landmark.LEFT_PINKY + offset] = little
        points[Landmark.LEFT_INDEX + offset] = index
    return points + rng.normal(0, 0.015 * record["ppm"], points.shape)


def knuckles(hand: HandObservation) -> FloatArray:
    """Centre of a hand (2,)."""
    return np.asarray(hand.landmarks_px[list(hand_evidence.CENTRE_POINTS)].mean(axis=0))


def fit_palm(cases: list[PalmCase]) -> FloatArray:
    """Straight line from the raw angle to the true one, robust."""
    raw, true = np.array([c.raw_deg for c in cases]), np.array([c.true_deg for c in cases])
    x = np.column_stack([raw / 30, np.ones(len(raw))])
    slope, offset = robust_ridge(x, true - raw, 12.0)
    return np.array([1 + slope / 30, offset])


def learn_palm(cases: list[PalmCase], looked_at: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Correction and bounds of ``palm_up``; the bounds are those of people held back."""
    held_back: list[tuple[PalmCase, float]] = []
    for person in sorted({case.person for case in cases}):
        line = fit_palm([case for case in cases if case.person != person])
        held_back += [
            (case, float(np.clip(np.polyval(line, case.raw_deg), 0, 180))) for case in cases if case.person == person
        ]
    part: dict[str, Any] = {
        "correction": fit_palm(cases).round(4).tolist(),
        "min_handedness": MIN_HANDEDNESS,
        "max_apart_deg": MAX_APART_DEG,
        "max_bend_deg": MAX_BEND_DEG,
        "edges_deg": list(PALM_EDGES_DEG),
    }
    checked, bounds = [], []
    for i, label in enumerate(("below", "above")):
        here = [(c, v) for c, v in held_back if np.searchsorted(PALM_EDGES_DEG, v, side="right") == i]
        errors = np.array([value - case.true_deg for case, value in here])
        u = upper_quantile(errors)
        bounds.append(round(u, 1) if u <= MAX_PALM_U_DEG and len(errors) >= MIN_PALM_CASES else None)
        name = f"palm_up ({label} {PALM_EDGES_DEG[0]:.0f} deg)"
        checked.append(row(name, "all", errors, np.full(len(errors), u), looked_at))
    return part | {"u_deg": bounds}, checked


def centre_errors_m(stills: Sequence[Still]) -> FloatArray:
    """Errors (N, 2) of the hand centre over the body's scale, hands apart."""
    found = []
    for still in stills:
        for hand in still.hands:
            names = [f"{hand.side}_{finger}_mcp" for finger in ("index", "middle", "pinky")]
            true = np.mean([still.joints_px[name] for name in names], axis=0)
            if still.measurements["hands_gap"] >= MIN_GAP_CM:
                found.append((knuckles(hand) - true) / pixels_per_metre(still.pose.image_landmarks_px))
    return np.array(found)


def learn_top(stills: Sequence[Still]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Slope from log odds to probability (side and back views count, to keep it honest); floor from the views used."""
    cases = [
        (s, s.log_odds_right * (1.0 if s.measurements["hand_on_top"] == "right" else -1.0))
        for s in stills
        if "hand_on_top" in s.measurements and s.log_odds_right is not None
    ]
    margins = np.array([m for _s, m in cases])
    seen = np.array([not s.view.startswith("side") and s.measurements["hands_place"] == "abdomen" for s, _m in cases])
    slopes = np.linspace(0.2, 3.0, 57)
    loss = [float(np.log1p(np.exp(-slope * margins)).sum() + np.log1p(np.exp(-slope * 2)) * 2) for slope in slopes]
    slope = float(slopes[int(np.argmin(loss))])
    wrong = int((margins[seen] < 0).sum())
    part = {
        "slope": round(min(slope, 1.0), 3),
        "floor": round((wrong + 1) / (int(seen.sum()) + 2), 4),
        "max_wrong": 0.1,
        "places": ["abdomen"],
    }
    limit = np.log(1 / part["max_wrong"] - 1) / part["slope"]
    checked = []
    for view in ("front", "obl", "side"):
        here = np.array([margin for still, margin in cases if still.view.startswith(view)])
        given = np.abs(here) >= limit
        checked.append(
            {
                "name": "hand_on_top",
                "view": view,
                "n": len(here),
                "given": round(float(given.mean()), 3),
                "right": round(float((here[given] > 0).mean()), 3) if given.any() else None,
            }
        )
    return part, checked


def learn_hands(stills: Sequence[Still], guides: Path | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The hands' part of the model and its check on held-back people."""
    cases = still_cases(stills)
    looked_at = 2 * sum(still.measurements["hands_gap"] >= MIN_GAP_CM for still in stills)
    if guides is not None:
        more, number = guide_cases(guides)
        cases, looked_at = cases + more, looked_at + number
    palm, palm_rows = learn_palm(cases, looked_at)
    top, top_rows = learn_top(stills)
    centre = centre_errors_m(stills)
    sigma = float(np.percentile(np.abs(centre - np.median(centre, axis=0)), 95) / 1.96)
    return {"centre_sigma_m": round(sigma, 4), "palm_up": palm, "hand_on_top": top}, palm_rows + top_rows
