"""Fits the body model and the corrections of every measure on a set of rendered people.

    python tools/body_model/fit.py --stills DIR [--stills DIR] [--out vision/data]

People are held out in folds: the corrections and the trust in sigma come from
people whose landmarks took no part in the model that measured them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from correcting import Row, corrections
from devset import load
from learn import Sample, learn
from train_figure import train

from calibration.camera import assumed_camera
from vision.measures.admissible import feet_twisted
from vision.measures.body import Body
from vision.measures.correction import (
    OF_A_BOW,
    bow_key,
    shared_name,
    table_key,
    view_group,
)
from vision.measures.registry import evaluate, measure_fit
from vision.moment import FEET_NAMES, slice_of
from vision.reconstruct.figure import net_from
from vision.reconstruct.fit import Seen, fit_bodies, stature_used_m
from vision.reconstruct.model import BodyModel, model_from_dict

FOLDS = 5
AT_ONCE = 120
FEET = frozenset(shared_name(name) for name in FEET_NAMES)
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


def taught_model(samples: list[Sample]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is learned of samples: the model without corrections, and the figure networks' arrays."""
    learned = learn(samples)
    return learned, train(samples, learned["offsets"])


def held_out_rows(samples: list[Sample], mirrored: list[Sample]) -> tuple[list[Row], list[Row]]:
    """Every measure of every sample by a model that never saw the person, beside the truth.

    Once with the true camera, once without.
    """
    identities = sorted({s.identity for s in samples})
    known: list[Row] = []
    assumed: list[Row] = []
    for k in range(FOLDS):
        held = set(identities[k::FOLDS])
        learned, arrays = taught_model([s for s in samples + mirrored if s.identity not in held])
        model = model_from_dict(learned, net_from(arrays))
        tried = [s for s in samples if s.identity in held]
        for begin in range(0, len(tried), AT_ONCE):
            known += _rows(tried[begin : begin + AT_ONCE], model, assumed=False)
            assumed += _rows(tried[begin : begin + AT_ONCE], model, assumed=True)
    return known, assumed


def _rows(tried: list[Sample], model: BodyModel, *, assumed: bool) -> list[Row]:
    """Every measure of samples by a model, beside the truth."""
    rows = []
    seen = [seen_of(s, assumed) for s in tried]
    fit = fit_bodies(seen, model)
    stature, twisted = stature_used_m(fit, seen), feet_twisted(fit.points_m)
    for i, s in enumerate(tried):
        measured = measure_fit(slice_of(fit, i), stature[i : i + 1], model, None if assumed else s.seat)
        truth = true_values(s, model)
        for name, value in measured.values.items():
            true = truth.get(name)
            if true is None or name in DERIVED or not fit.cost[i] < COST_LIMIT or twisted[i]:
                continue
            key = table_key(name, measured.values)
            for one in [key, bow_key(name)] if s.drill == "bow" and name in OF_A_BOW else [key]:
                rows.append(
                    {
                        "name": one,
                        "group": view_group(s.azimuth_deg),
                        "identity": s.identity,
                        "family": s.family,
                        "importance": importance(s, name, float(true)),
                        "value": float(value[0]),
                        "true": float(true),
                        "sigma": float(measured.sigma[name][0]),
                        "ambiguity": float(measured.ambiguity[name][0]),
                    }
                )
    return rows


PAGE = """# Errors on people held out

This page is written by `tools/body_model/fit.py`; do not edit it by hand.

The body model (offsets and noise of landmarks, proportions, depths) and the corrections of every measure are learned
on rendered people. Here each picture is measured by a model and a correction that never saw its person ({folds} folds
over {people} people, {pictures} pictures, true camera, height and sex given). The factors on sigma are chosen on these
same held-out errors, so the share covered is what was aimed at, not a test of it. Angles in deg, lengths in cm, shares
and ratios without unit; left and right together; `.bent` are arms whose elbow reads below 132 deg and
knees that read below 140 deg, `.bow` the trunk of people who are known to bow. *Correction*: none, one offset, or
offsets that change with the value, whichever is the simplest that is not clearly worse on people held out. Values that
the program would not give, because u is too large, are in here too.

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
    parser.add_argument("--stills", type=Path, required=True, action="append", help="folder with manifest.csv")
    parser.add_argument("--out", type=Path, default=Path("vision/data"))
    parser.add_argument("--page", type=Path, default=Path("docs/held-out.md"))
    arguments = parser.parse_args()
    pairs = [pair for folder in arguments.stills for pair in load(folder)]
    samples = [s for s, _ in pairs if not (s.hard and "out" in s.hard)]
    mirrored = [m for _, m in pairs if m is not None]
    rows, assumed = held_out_rows(samples, mirrored)
    model, arrays = taught_model(samples + mirrored)
    model["corrections"], lines = corrections(rows, assumed, units_of_measures())
    model["learned_from"] = {"people": len({s.identity for s in samples}), "pictures": len(samples), "folds": FOLDS}
    text = json.dumps(model, indent=1, ensure_ascii=False) + "\n"
    (arguments.out / "body_model.json").write_text(text, encoding="utf-8")
    np.savez_compressed(arguments.out / "figure.npz", **{k: np.asarray(v, np.float32) for k, v in arrays.items()})
    page = PAGE.format(folds=FOLDS, **{key: model["learned_from"][key] for key in ("people", "pictures")})
    arguments.page.write_text(page + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{arguments.out}: {len(samples)} pictures, {len(rows)} held-out values")


if __name__ == "__main__":
    main()
