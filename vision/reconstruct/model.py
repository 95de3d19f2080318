"""What was learned of landmarks and bodies: the numbers behind the fit, read from one data file.

``vision/data/body_model.json`` is written by ``tools/fit_body_model.py`` from
rendered people of known geometry, people held out for every figure it reports.
Lengths are shares of stature unless a name says otherwise.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np

from vision.reconstruct.figure import FigureNet, figure_net
from vision.reconstruct.skeleton import BONES, COUNT, DEPTH_BONES, PARTS
from vision.types import FloatArray

REFERENCE_STATURE_M = 1.68
BONE_KEYS = ("f", "m", "any", "slope_per_m", "sigma", "sigma_any")


@dataclass(frozen=True, slots=True)
class BodyModel:
    """Offsets and noise of landmarks, proportions of bodies, heights of shod feet."""

    offsets: FloatArray  # (21, 4) along the directions of `offset_frames`
    sigma_along: FloatArray  # (21,) along the limb
    sigma_across: FloatArray  # (21,)
    low_visibility_factor: FloatArray  # (21,) noise of a landmark that the network does not see
    bones: Mapping[str, FloatArray]  # "f", "m", "any", "slope_per_m", "sigma", "sigma_any" -> (B,) for BONES
    depth_gain: FloatArray  # (D, 2) gain and constant for DEPTH_BONES
    depth_sigma: FloatArray  # (D,)
    floor_height_m: FloatArray  # (2,) heel point, toe point above the floor, in shoes
    floor_sigma_m: FloatArray  # (2,)
    constants: Mapping[str, tuple[float, float]]  # mean and standard deviation of what measures need
    corrections: Mapping[str, Mapping[str, Any]]  # measure -> view -> numbers, see `vision.measures.correction`
    figure: FigureNet | None = None  # None: depth from the world landmarks alone, by `depth_gain`


def per_point(table: Mapping[str, Any]) -> FloatArray:
    """Rows for left and right of every part and for the nose."""
    rows = [table[part] for part in PARTS for _side in range(2)] + [table["nose"]]
    array = np.array(rows, dtype=np.float64)
    assert array.shape[0] == COUNT
    return array


def model_from_dict(data: Mapping[str, Any], figure: FigureNet | None = None) -> BodyModel:
    """The model from parsed JSON, and the networks that read whole figures."""
    bones, gains = data["bones"], data["depth"]
    return BodyModel(
        offsets=per_point(data["offsets"]),
        sigma_along=per_point(data["sigma_along"]),
        sigma_across=per_point(data["sigma_across"]),
        low_visibility_factor=per_point(data["low_visibility_factor"]),
        bones={key: np.array([bones[name][key] for name, _, _ in BONES]) for key in BONE_KEYS},
        depth_gain=np.array([gains[name][:2] for name, *_ in DEPTH_BONES]),
        depth_sigma=np.array([gains[name][2] for name, *_ in DEPTH_BONES]),
        floor_height_m=np.array(data["floor_height_m"], dtype=np.float64),
        floor_sigma_m=np.array(data["floor_sigma_m"], dtype=np.float64),
        constants={name: (float(value[0]), float(value[1])) for name, value in data["constants"].items()},
        corrections=data.get("corrections", {}),
        figure=figure,
    )


def bone_shares(model: BodyModel, sex: str | None, stature_m: float) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation (B,) of every bone as a share of stature; ``sex`` is f, m or None."""
    known = sex in ("f", "m")
    mean = model.bones[sex if sex is not None and known else "any"]
    slope = model.bones["slope_per_m"] * (stature_m - REFERENCE_STATURE_M)
    return np.asarray(mean + slope, dtype=np.float64), model.bones["sigma" if known else "sigma_any"]


@functools.cache
def body_model() -> BodyModel:
    """The shipped model."""
    text = resources.files("vision").joinpath("data/body_model.json").read_text(encoding="utf-8")
    return model_from_dict(json.loads(text), figure_net())
