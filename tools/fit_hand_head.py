"""Learn the constants of hands and head on the development set and write ``vision/data/hand_head_model.json``.

    python tools/fit_hand_head.py --devset DIR [--cache FILE.pickle] [--out vision/data/hand_head_model.json]

Everything is learned on stills. Errors and uncertainties are those of people held back (one person at a time);
the constants written are learned on all. The tables printed go into the file as ``checked``.
"""

from __future__ import annotations

import argparse
import json
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hand_head_stills import Still, collect

from vision.estimators.crops import pixels_per_metre
from vision.estimators.hands import HandObservation
from vision.measures import hand_evidence, head_pose
from vision.measures.head_pose import HeadEstimate, HeadSource
from vision.types import FloatArray

RIDGE = 1.0
MESH_EDGES_DEG = (20.0, 45.0)
POSE_EDGES_DEG = (45.0,)
APART_EDGES_DEG = (5.0, 9.0, 14.0)
POSE_SHARE = 0.25
PALM_EDGES_DEG = (70.0,)
MIN_HANDEDNESS = 0.6
MAX_BEND_DEG = 32.0
MIN_GAP_CM = 14.0
MIN_PALM_CASES = 10
MAX_PALM_U_DEG = 45.0
EXCLUDED_FROM_FIT = ("low_light",)


def folds(stills: Sequence[Still]) -> Iterator[tuple[list[Still], list[Still]]]:
    """(others, one person's) for every person."""
    for person in sorted({s.person for s in stills}):
        yield [s for s in stills if s.person != person], [s for s in stills if s.person == person]


def upper_quantile(errors: FloatArray, share: float = 0.95) -> float:
    """Quantile with the finite-sample allowance of conformal prediction."""
    errors = np.sort(np.abs(errors))
    rank = int(np.ceil((len(errors) + 1) * share))
    return float(errors[min(rank, len(errors)) - 1] * (1.0 if rank <= len(errors) else 1.15))


# ---- head


def head_points(still: Still, source: HeadSource) -> FloatArray | None:
    """The landmarks (N, 3) a source gives, camera axes, any scale."""
    if source is HeadSource.POSE:
        return np.asarray(still.pose.world_landmarks_m[:11], float)
    if still.face is None:
        return None
    return np.column_stack([still.face.landmarks_px, still.face.depth_px])[: head_pose.MESH_POINTS]


def head_centre(still: Still, source: HeadSource) -> FloatArray:
    """Where the head is seen (2,)."""
    if source is HeadSource.MESH and still.face is not None:
        return np.asarray(still.face.landmarks_px[: head_pose.MESH_POINTS].mean(axis=0))
    return np.asarray(still.pose.image_landmarks_px[:11].mean(axis=0))


def mean_head(stills: Sequence[Still], source: HeadSource) -> FloatArray:
    """Mean over stills of the landmarks turned into the head's own axes and scaled to unit spread."""
    shapes = []
    for still in stills:
        points = head_points(still, source)
        assert points is not None
        sight = head_pose.from_sight_angles(np.zeros(3), still.k, head_centre(still, source))
        facing = head_pose.from_sight_angles(np.zeros(3), np.eye(3), np.zeros(2))
        local = (points - points.mean(axis=0)) @ (sight @ facing.T).T @ still.head_rotation
        shapes.append(local / np.sqrt((local**2).sum(axis=1).mean()))
    return np.asarray(np.mean(shapes, axis=0))


def raw_rotation(still: Still, source: HeadSource, template: FloatArray) -> FloatArray | None:
    """The uncorrected estimate, as the measuring code makes it."""
    if source is HeadSource.POSE:
        world = np.asarray(still.pose.world_landmarks_m[:11], float)
        return head_pose.landmarks_rotation(world, head_centre(still, source), template, still.k)
    assert still.face is not None
    points = np.array(still.face.landmarks_px[: head_pose.MESH_POINTS])
    return head_pose.mesh_rotation(points, still.face.depth_px[: head_pose.MESH_POINTS], template, still.k)


def robust_ridge(x: FloatArray, y: FloatArray, scale: float = 6.0) -> FloatArray:
    """Ridge regression with L1-like weights beyond ``scale`` degrees."""
    weight = np.ones(len(y))
    beta = np.zeros(x.shape[1])
    for _ in range(6):
        xw = x * weight[:, None]
        beta = np.linalg.solve(xw.T @ x + RIDGE * np.eye(x.shape[1]), xw.T @ y)
        weight = np.minimum(1.0, scale / np.maximum(np.abs(y - x @ beta), 1e-9))
    return beta


def fit_head(stills: Sequence[Still], source: HeadSource) -> dict[str, Any]:
    """Mean head and corrections; ``u_deg`` is filled by the caller."""
    used = [s for s in stills if head_points(s, source) is not None and s.hard not in EXCLUDED_FROM_FIT]
    template = mean_head(used, source)
    seen, true = [], []
    for still in used:
        rotation = raw_rotation(still, source, template)
        if rotation is not None:
            centre = head_centre(still, source)
            seen.append(head_pose.sight_angles_deg(rotation, still.k, centre))
            true.append(head_pose.sight_angles_deg(still.head_rotation, still.k, centre))
    errors = (np.array(true) - np.array(seen) + 180) % 360 - 180
    part: dict[str, Any] = {"template": template.round(5).tolist()}
    for i, name in enumerate(head_pose.NAMES):
        terms = np.array([head_pose.correction_terms(angles)[i] for angles in seen])
        part[name] = robust_ridge(terms, errors[:, i]).round(5).tolist()
    edges = MESH_EDGES_DEG if source is HeadSource.MESH else POSE_EDGES_DEG
    return part | {"turn_edges_deg": list(edges), "u_deg": [[0.0] * 3] * (len(edges) + 1)}


def head_estimate(still: Still, source: HeadSource, part: dict[str, Any]) -> HeadEstimate | None:
    """What a fitted part says of a still."""
    if head_points(still, source) is None:
        return None
    rotation = raw_rotation(still, source, np.array(part["template"]))
    if rotation is None:
        return None
    return head_pose.corrected(rotation, still.k, head_centre(still, source), part, source)


def error_deg(still: Still, rotation: FloatArray) -> FloatArray:
    """Error of pitch, yaw, roll (3,)."""
    angles = head_pose.head_pose(rotation, still.up_camera, still.forward_camera)
    return np.asarray((np.array(angles) - still.head_deg + 180) % 360 - 180)


@dataclass(frozen=True)
class HeadCase:
    """A held-back still: what decides the bound (turn, or disagreement of the two sources) and the error."""

    still: Still
    key_deg: float
    error_deg: FloatArray


def head_cases(stills: Sequence[Still]) -> dict[HeadSource, list[HeadCase]]:
    """Errors of each source, and of both together as the measuring code joins them, on people held back."""
    cases: dict[HeadSource, list[HeadCase]] = {source: [] for source in HeadSource}
    for train, test in folds(stills):
        parts = {source: fit_head(train, source) for source in (HeadSource.MESH, HeadSource.POSE)}
        for still in test:
            found = {source: head_estimate(still, source, part) for source, part in parts.items()}
            for source, one in found.items():
                if one is not None:
                    cases[source].append(HeadCase(still, one.turn_deg, error_deg(still, one.rotation_cam_from_head)))
            mesh, pose = found[HeadSource.MESH], found[HeadSource.POSE]
            if mesh and pose and max(mesh.turn_deg, pose.turn_deg) <= head_pose.MAX_MESH_TURN_DEG:
                rotation, apart = head_pose.blend(mesh.rotation_cam_from_head, pose.rotation_cam_from_head, POSE_SHARE)
                cases[HeadSource.BOTH].append(HeadCase(still, apart, error_deg(still, rotation)))
    return cases


def head_u(cases: list[HeadCase], edges: Sequence[float]) -> list[list[float]]:
    """95 % bounds of pitch, yaw and roll for each range of the key."""
    rows = np.searchsorted(edges, [case.key_deg for case in cases], side="right")
    table = []
    for number in range(len(edges) + 1):
        part = np.array([case.error_deg for case, r in zip(cases, rows, strict=True) if r == number])
        table.append([round(upper_quantile(part[:, i]), 2) for i in range(3)])
    return table


def learn_head(stills: Sequence[Still]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The head's part of the model and its check on held-back people."""
    model: dict[str, Any] = {}
    checked = []
    for source, cases in head_cases(stills).items():
        if source is HeadSource.BOTH:
            part: dict[str, Any] = {"pose_share": POSE_SHARE, "disagreement_edges_deg": list(APART_EDGES_DEG)}
            edges: Sequence[float] = APART_EDGES_DEG
        else:
            part = fit_head(stills, source)
            edges = part["turn_edges_deg"]
        part["u_deg"] = head_u(cases, edges)
        model[str(source)] = part
        checked += head_table(cases, edges, source, stills)
    return model, checked


def head_table(
    cases: list[HeadCase], edges: Sequence[float], source: HeadSource, stills: Sequence[Still]
) -> list[dict[str, Any]]:
    """Errors and coverage by view; the bounds for a person come from the other people's errors."""
    people = {case.still.person for case in cases}
    bounds = {person: head_u([c for c in cases if c.still.person != person], edges) for person in people}
    rows = []
    for view in sorted({case.still.view for case in cases}):
        here = [case for case in cases if case.still.view == view]
        errors = np.array([case.error_deg for case in here])
        u = np.array([bounds[c.still.person][int(np.searchsorted(edges, c.key_deg, side="right"))] for c in here])
        asked = sum(still.view == view for still in stills)
        rows += [row(f"{n} ({source})", view, errors[:, i], u[:, i], asked) for i, n in enumerate(head_pose.NAMES)]
    return rows


def row(name: str, view: str, errors: FloatArray, u: FloatArray, asked: int) -> dict[str, Any]:
    """One line of the table of errors."""
    return {
        "name": name,
        "view": view,
        "n": len(errors),
        "given": round(len(errors) / max(asked, 1), 3),
        "mean_abs": round(float(np.abs(errors).mean()), 2),
        "p95": round(float(np.percentile(np.abs(errors), 95)), 2),
        "covered": round(float((np.abs(errors) <= u).mean()), 3),
        "median_u": round(float(np.median(u)), 2),
    }


# ---- hands


@dataclass(frozen=True)
class PalmCase:
    """A hand that passes the gates: what it reads and what is true."""

    still: Still
    hangs: bool
    raw_deg: float
    true_deg: float


def palm_cases(stills: Sequence[Still]) -> list[PalmCase]:
    """Hands that are apart, straight enough, and whose shape speaks for their side."""
    cases = []
    for still in stills:
        for hand in still.hands:
            bent = hand_evidence.finger_bend_deg(hand.world_m) > MAX_BEND_DEG
            if bent or hand.handedness_score < MIN_HANDEDNESS or still.measurements["hands_gap"] < MIN_GAP_CM:
                continue
            up = hand_evidence.towards(still.k, knuckles(hand)).T @ still.up_camera
            raw = hand_evidence.palm_up_deg(hand.world_m, hand.side, up)
            true = still.measurements[f"palm_up_{hand.side}"]
            cases.append(PalmCase(still, hand_evidence.hangs(hand.world_m, up), raw, true))
    return cases


def knuckles(hand: HandObservation) -> FloatArray:
    """Centre of a hand (2,)."""
    return np.asarray(hand.landmarks_px[list(hand_evidence.CENTRE_POINTS)].mean(axis=0))


def fit_palm(cases: list[PalmCase]) -> FloatArray:
    """Straight line from the raw angle to the true one, robust."""
    raw, true = np.array([c.raw_deg for c in cases]), np.array([c.true_deg for c in cases])
    x = np.column_stack([raw / 30, np.ones(len(raw))])
    slope, offset = robust_ridge(x, true - raw, 12.0)
    return np.array([1 + slope / 30, offset])


def learn_palm(stills: Sequence[Still]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Correction and bounds of ``palm_up``."""
    held_back: list[tuple[PalmCase, float]] = []
    for train, test in folds(stills):
        line = fit_palm(palm_cases(train))
        held_back += [(case, float(np.clip(np.polyval(line, case.raw_deg), 0, 180))) for case in palm_cases(test)]
    part: dict[str, Any] = {
        "correction": fit_palm(palm_cases(stills)).round(4).tolist(),
        "min_handedness": MIN_HANDEDNESS,
        "max_bend_deg": MAX_BEND_DEG,
        "edges_deg": list(PALM_EDGES_DEG),
    }
    apart = [s for s in stills if s.measurements["hands_gap"] >= MIN_GAP_CM]
    checked = []
    for key, hanging in (("u_raised_deg", False), ("u_hanging_deg", True)):
        bounds: list[float | None] = []
        for i, label in enumerate(("below 70", "above 70")):
            here = [
                (case, value)
                for case, value in held_back
                if case.hangs == hanging and np.searchsorted(PALM_EDGES_DEG, value, side="right") == i
            ]
            errors = np.array([value - case.true_deg for case, value in here])
            u = upper_quantile(errors) if len(errors) >= MIN_PALM_CASES else np.inf
            bounds.append(round(u, 1) if u <= MAX_PALM_U_DEG else None)
            if len(errors):
                name = f"palm_up ({'hanging' if hanging else 'raised'}, {label} deg)"
                checked.append(row(name, "all", errors, np.full(len(errors), u), 2 * len(apart)))
        part[key] = bounds
    return part, checked


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
    rows: Callable[[str], list[float]] = lambda start: [m for s, m in cases if s.view.startswith(start)]  # noqa: E731
    limit = np.log(1 / part["max_wrong"] - 1) / part["slope"]
    checked = []
    for view in ("front", "obl", "side"):
        here = np.array(rows(view))
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


def main() -> None:
    parser = argparse.ArgumentParser(description="Learn the constants of hands and head.")
    parser.add_argument("--devset", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--out", type=Path, default=Path("vision/data/hand_head_model.json"))
    options = parser.parse_args()
    if options.cache and options.cache.exists():
        stills = pickle.loads(options.cache.read_bytes())
    else:
        stills = collect(options.devset)
        if options.cache:
            options.cache.write_bytes(pickle.dumps(stills))
    head, head_rows = learn_head(stills)
    palm, palm_rows = learn_palm(stills)
    top, top_rows = learn_top(stills)
    centre = centre_errors_m(stills)
    sigma = float(np.percentile(np.abs(centre - np.median(centre, axis=0)), 95) / 1.96)
    model = {
        "origin": f"tools/fit_hand_head.py: {len(stills)} rendered stills, {len({s.person for s in stills})} people",
        "head": head,
        "hands": {"centre_sigma_m": round(sigma, 4), "palm_up": palm, "hand_on_top": top},
        "checked": head_rows + palm_rows + top_rows,
    }
    options.out.write_text(json.dumps(model, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    for line in model["checked"]:
        print("  ".join(f"{key} {value}" for key, value in line.items()))
    print({"centre_sigma_m": sigma, "palm": palm, "top": top}, [head[str(source)]["u_deg"] for source in HeadSource])


if __name__ == "__main__":
    main()
