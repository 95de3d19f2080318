"""Fits the body model and the corrections of every measure on a set of rendered people.

    python tools/body_model/fit.py --devset DIR [--out vision/data/body_model.json]

People are held out in folds: the corrections and the trust in sigma come from
people whose landmarks took no part in the model that measured them.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from devset import load
from learn import Sample, learn

from calibration.camera import assumed_camera
from vision.measures.body import Body
from vision.measures.correction import (
    GROUPS,
    OF_A_BOW,
    Correction,
    bow_key,
    elbow_name,
    shared_name,
    table_key,
    view_group,
)
from vision.measures.registry import evaluate, measure_fit
from vision.moment import FEET_NAMES, slice_of
from vision.reconstruct.fit import Seen, fit_bodies, stature_used_m
from vision.reconstruct.model import BodyModel, model_from_dict

FOLDS = 7
# Truth that hardly varies in the set cannot teach a gain: a slope would only pull every reading to the mean.
LEAST_TRUTH_SPREAD = {"deg": 4.0, "cm": 4.0, "1": 0.15}
FEET = frozenset(shared_name(name) for name in FEET_NAMES)
WORTH_MORE = 0.95  # a less simple correction has to bring the mean held-out error below this share
OFFSET_PRIOR, BEND_PRIOR = 2.0, 4.0  # as many imaginary rows that say "no correction", "a straight line"
STEEPEST = 0.4
GROUP_PRIOR = 10.0  # rows of all views that a view's own spread is mixed with
COVERAGE = 0.955
# A normal error exceeds 1.4 u in one case of 200; a heavier tail would make confident wrong verdicts.
TAIL_COVERAGE, TAIL_U = 0.995, 1.4
COST_LIMIT = 150.0
DERIVED = ("trunk_behind",)  # made from corrected measures


def seen_of(sample: Sample, assumed: bool = False) -> Seen:
    """The tool's sample as the program sees a frame; ``assumed``: without its camera file."""
    feet = sample.feet
    return Seen(
        camera=assumed_camera(sample.camera.image_size) if assumed else sample.camera,
        landmarks_px=sample.landmarks_px,
        world_m=sample.world_m,
        visibility=sample.visibility,
        height_cm=sample.stature_m * 100,
        sex=sample.sex,
        feet_px=None if feet is None else feet.axes_px,
        feet_covariance_px2=None if feet is None else feet.axes_covariance_px2,
        sits=sample.drill == "sit" and sample.seat is not None and not assumed,
    )


def importance(sample: Sample, name: str, true: float) -> float:
    """What clauses judge counts more than what merely stands in the same pictures."""
    if shared_name(name) in ("arm_trunk", "upper_arm_trunk", "elbow"):
        side = name.rsplit("_", 1)[1]
        other = "left" if side == "right" else "right"
        gesture = sample.drill == "guide" and sample.truth[f"arm_trunk_{side}"] > sample.truth[f"arm_trunk_{other}"]
        return 5.0 if gesture else 1.0
    if shared_name(name) in FEET:
        return 2.0 if sample.drill == "stand" else 1.0
    return {"sit": 4.0, "bow": 2.0}.get(sample.family, 1.0)


def true_values(sample: Sample, model: BodyModel) -> dict[str, float]:
    """The truth file's measurements, and for names it does not have the same formulas on the true points."""
    body = Body(sample.points_m[None], np.array([sample.stature_m]), model.constants, sample.seat)
    own = {name: float(value[0]) for name, value in evaluate(body).items()}
    given = {name: float(value) for name, value in sample.truth.items() if isinstance(value, (int, float))}
    return {**own, **given}


def held_out_rows(samples: list[Sample], mirrored: list[Sample], assumed: bool = False) -> list[dict[str, Any]]:
    """Every measure of every sample by a model that never saw the person, beside the truth."""
    identities = sorted({s.identity for s in samples})
    rows = []
    for k in range(FOLDS):
        held = set(identities[k::FOLDS])
        model = model_from_dict(learn([s for s in samples + mirrored if s.identity not in held]))
        tried = [s for s in samples if s.identity in held]
        seen = [seen_of(s, assumed) for s in tried]
        fit = fit_bodies(seen, model)
        stature = stature_used_m(fit, seen)
        for i, s in enumerate(tried):
            measured = measure_fit(slice_of(fit, i), stature[i : i + 1], model, None if assumed else s.seat)
            truth = true_values(s, model)
            for name, value in measured.values.items():
                true = truth.get(name)
                if true is None or name in DERIVED or not fit.cost[i] < COST_LIMIT:
                    continue
                elbow = elbow_name(name)
                key = table_key(name, None if elbow is None else float(measured.values[elbow][0]))
                for one in [key, bow_key(name)] if s.drill == "bow" and name in OF_A_BOW else [key]:
                    rows.append(
                        {
                            "name": one,
                            "group": view_group(s.azimuth_deg),
                            "identity": s.identity,
                            "importance": importance(s, name, float(true)),
                            "value": float(value[0]),
                            "true": float(true),
                            "sigma": float(measured.sigma[name][0]),
                            "ambiguity": float(measured.ambiguity[name][0]),
                        }
                    )
    return rows


def knots_of(rows: list[dict[str, Any]], least_spread: float) -> np.ndarray:
    """True values between which offsets are learned: one where the truth hardly varies, else two to four."""
    true = np.array([r["true"] for r in rows])
    low, high = np.quantile(true, [0.02, 0.98])
    if np.std(true) < least_spread:
        return np.array([float(np.median(true))])
    return np.linspace(low, high, 2 if high - low < 8 * least_spread else 4)


def _hats(true: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Weights (N, K) of linear interpolation between knots, constant outside."""
    return np.stack([np.interp(true, knots, np.eye(len(knots))[k]) for k in range(len(knots))], axis=1)


def offsets_of(rows: list[dict[str, Any]], knots: np.ndarray) -> np.ndarray:
    """Offsets (K,) of value - true, Huber weights, drawn to 0 and to straight lines."""
    value, true = (np.array([r[key] for r in rows]) for key in ("value", "true"))
    design, error = _hats(true, knots), value - true
    prior = OFFSET_PRIOR * np.eye(len(knots))
    if len(knots) > 2:
        bend = np.diff(np.eye(len(knots)), n=2, axis=0)
        prior = prior + BEND_PRIOR * bend.T @ bend
    own = np.array([r["importance"] for r in rows])
    weight, solution = own, np.zeros(len(knots))
    for _ in range(10):
        weighted = design * weight[:, None]
        solution = np.linalg.solve(weighted.T @ design + prior, weighted.T @ error)
        rest = np.abs(error - design @ solution)
        robust = 1.4826 * np.median(rest) + 1e-9
        weight = own * np.minimum(1.0, 2.5 * robust / np.maximum(rest, 1e-12))
    return _gentle(solution, knots)


def _by_name(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    table: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        table[row["name"]].append(row)
    return table


def _gentle(offsets: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Offsets whose slope stays within `STEEPEST`: steeper ones would magnify noise more than they correct."""
    result = offsets.copy()
    middle = len(knots) // 2
    for k in range(middle + 1, len(knots)):
        step = STEEPEST * (knots[k] - knots[k - 1])
        result[k] = np.clip(result[k], result[k - 1] - step, result[k - 1] + step)
    for k in range(middle - 1, -1, -1):
        step = STEEPEST * (knots[k + 1] - knots[k])
        result[k] = np.clip(result[k], result[k + 1] - step, result[k + 1] + step)
    return result


@dataclass(frozen=True)
class Kind:
    """A kind of correction: none at all, one offset, or offsets at every knot."""

    name: str
    knots: np.ndarray

    def offsets(self, rows: list[dict[str, Any]], count: int) -> np.ndarray:
        """Offsets (count,) learned from rows; those of fewer knots are repeated."""
        if self.name == "none" or not rows:
            return np.zeros(count)
        return np.broadcast_to(offsets_of(rows, self.knots), (count,)).copy()


def kinds_of(knots: np.ndarray) -> list[Kind]:
    """The kinds to choose from, the simplest first."""
    middle = np.array([float(np.median(knots))])
    kinds = [Kind("none", middle), Kind("offset", middle)]
    return kinds if len(knots) == 1 else [*kinds, Kind("offsets", knots)]


def held_out_errors(
    rows: list[dict[str, Any]], knots: np.ndarray, kind: Kind, teachers: list[dict[str, Any]] | None = None
) -> np.ndarray:
    """Errors (N,) of rows of one view after a correction learned on the other people (from ``teachers`` if given)."""
    taught = rows if teachers is None else teachers
    errors = np.zeros(len(rows))
    for identity in {r["identity"] for r in rows}:
        offsets = kind.offsets([r for r in taught if r["identity"] != identity], len(knots))
        row = Correction(tuple(knots), tuple(offsets), 1.0, 0.0)
        for i, r in enumerate(rows):
            if r["identity"] == identity:
                errors[i] = float(row.true_value(r["value"])) - r["true"]
    return errors


def chosen_kind(rows: list[dict[str, Any]], knots: np.ndarray) -> Kind:
    """The simplest kind of correction that is not clearly worse on people held out."""
    weight = [r["importance"] for r in rows]
    best, least = None, np.inf
    for kind in kinds_of(knots):
        error = float(np.average(np.abs(held_out_errors(rows, knots, kind)), weights=weight))
        if best is None or error < WORTH_MORE * least:
            best, least = kind, error
    assert best is not None
    return best


def _trust(rows: list[dict[str, Any]], error: np.ndarray) -> dict[str, tuple[float, float]]:
    """Factor on sigma and floor of sigma per view, so that 2 sigma covers `COVERAGE` of held-out cases."""
    sigma, ambiguity = (np.array([r[key] for r in rows]) for key in ("sigma", "ambiguity"))
    group = np.array([r["group"] for r in rows])
    floor = 0.5 * float(np.median(np.abs(error)))
    known = np.hypot(ambiguity, floor)
    ratio = np.abs(error) / np.sqrt(sigma**2 + known**2)
    weight = np.array([r["importance"] for r in rows])
    square = np.minimum(ratio, 4.0) ** 2
    pooled = float(np.average(square, weights=weight))
    scale = {}
    for name in GROUPS:
        own = weight * (group == name)
        scale[name] = float(np.sqrt((own @ square + GROUP_PRIOR * pooled) / (own.sum() + GROUP_PRIOR)))
    by_row = np.array([scale[g] for g in group])
    level = min(1.0, COVERAGE * (1 + 1 / len(rows)))
    return {name: (_factor(error, sigma, known, weight, by_row, level) * scale[name], floor) for name in GROUPS}


def _factor(
    error: np.ndarray, sigma: np.ndarray, known: np.ndarray, weight: np.ndarray, by_row: np.ndarray, level: float
) -> float:
    """Smallest common factor at which u = 2 sigma covers the wanted share, and `TAIL_U` times it nearly all."""
    low, high = 0.2, 20.0
    for _ in range(40):
        middle = (low + high) / 2
        u = 2 * np.sqrt((middle * by_row * sigma) ** 2 + known**2)
        enough = (
            np.average(np.abs(error) <= u, weights=weight) >= level
            and np.average(np.abs(error) <= TAIL_U * u, weights=weight) >= TAIL_COVERAGE
        )
        low, high = (low, middle) if enough else (middle, high)
    return high


def corrections(
    rows: list[dict[str, Any]], assumed: list[dict[str, Any]], units: dict[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """Name -> knots, and view -> offsets, factor, floor (for the assumed camera, too); and rows of the page."""
    by_name, without = _by_name(rows), _by_name(assumed)
    table: dict[str, Any] = {}
    lines: list[str] = []
    for name, own in sorted(by_name.items()):
        plain = name.removesuffix(".bent").removesuffix(".bow")
        knots = knots_of(own, LEAST_TRUTH_SPREAD.get(units.get(plain, "1"), 0.15))
        views = {group: [r for r in own if r["group"] == group] for group in GROUPS}
        kinds = {group: chosen_kind(mine or own, knots) for group, mine in views.items()}
        ordered, error = _errors_by_view(own, knots, kinds)
        trust = _trust(ordered, error)
        trust_blind = trust
        if name in without:
            trust_blind = _trust(*_errors_by_view(without[name], knots, kinds, own))
        table[name] = {"knots": knots.round(4).tolist()}
        for group in GROUPS:
            offsets = kinds[group].offsets(views[group] or own, len(knots))
            factor, floor = trust[group]
            table[name][group] = {
                "offsets": offsets.round(4).tolist(),
                "factor": round(factor, 4),
                "floor": round(floor, 4),
                "factor_assumed": round(trust_blind[group][0], 4),
                "floor_assumed": round(trust_blind[group][1], 4),
            }
            line = _summary(name, ordered, error, group, factor, floor, kinds[group].name)
            lines += [] if line is None else [line]
    return table, lines


def _errors_by_view(
    rows: list[dict[str, Any]],
    knots: np.ndarray,
    kinds: dict[str, Kind],
    teachers: list[dict[str, Any]] | None = None,
) -> tuple[list[dict[str, Any]], np.ndarray]:
    """The rows view by view, and their held-out errors with the kind of correction of their view."""
    ordered: list[dict[str, Any]] = []
    errors = []
    for group in GROUPS:
        mine = [r for r in rows if r["group"] == group]
        taught = None if teachers is None else [r for r in teachers if r["group"] == group]
        ordered += mine
        errors.append(held_out_errors(mine, knots, kinds[group], taught))
    return ordered, np.concatenate(errors)


def _summary(
    name: str, rows: list[dict[str, Any]], error: np.ndarray, group: str, factor: float, floor: float, kind: str
) -> str | None:
    """Held-out mean error, coverage and median u as a row of the page; None where nothing was seen."""
    mine = [i for i, r in enumerate(rows) if r["group"] == group]
    if not mine:
        return None
    u = np.array([2 * np.sqrt((factor * rows[i]["sigma"]) ** 2 + rows[i]["ambiguity"] ** 2 + floor**2) for i in mine])
    e = np.abs(error[mine])
    covered = f"{100 * np.mean(e <= u):.0f} %"
    cells = [name, group.replace("_", " "), len(mine), f"{e.mean():.3g}", covered, f"{np.median(u):.3g}", kind]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


PAGE = """# Errors on people held out

This page is written by `tools/body_model/fit.py`; do not edit it by hand.

The body model (offsets and noise of landmarks, proportions, depths) and the corrections of every measure are learned
on rendered people. Here each picture is measured by a model and a correction that never saw its person ({folds} folds
over {people} people, {pictures} pictures, true camera, height and sex given). The factors on sigma are chosen on these
same held-out errors, so the share covered is what was aimed at, not a test of it. Angles in deg, lengths in cm, shares
and ratios without unit; left and right together; `.bent` are arms whose elbow reads below 132 deg, `.bow` the trunk of
people who are known to bow. *Correction*: none, one offset, or offsets that change with the value, whichever is the
simplest that is not clearly worse on people held out. Values that the program would not give, because u is too large,
are in here too.

| measure | view | n | mean error | covered | median u | correction |
|---|---|--:|--:|--:|--:|---|
"""


def units_of_measures() -> dict[str, str]:
    """Unit of every measure by its shared name."""
    from vision.quantities import quantities

    return {shared_name(q.name): q.unit for q in quantities().values()}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devset", type=Path, required=True, help="folder with stills/manifest.csv")
    parser.add_argument("--out", type=Path, default=Path("vision/data/body_model.json"))
    parser.add_argument("--page", type=Path, default=Path("docs/held-out.md"))
    arguments = parser.parse_args()
    pairs = list(load(arguments.devset / "stills"))
    samples = [s for s, _ in pairs if not (s.hard and "out" in s.hard)]
    mirrored = [m for _, m in pairs if m is not None]
    rows = held_out_rows(samples, mirrored)
    assumed = held_out_rows(samples, mirrored, assumed=True)
    model = learn(samples + mirrored)
    model["corrections"], lines = corrections(rows, assumed, units_of_measures())
    model["learned_from"] = {"people": len({s.identity for s in samples}), "pictures": len(samples), "folds": FOLDS}
    arguments.out.write_text(json.dumps(model, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page = PAGE.format(folds=FOLDS, **{key: model["learned_from"][key] for key in ("people", "pictures")})
    arguments.page.write_text(page + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{arguments.out}: {len(samples)} pictures, {len(rows)} held-out values")


if __name__ == "__main__":
    main()
