"""What rendered people of known geometry taught about each measure: offset, gain and how far sigma may be trusted.

For every measure and direction of view the table holds offsets at a few true
values (value read = true value + offset there, straight lines between) and two
numbers for the uncertainty, once with the true camera and once with the assumed
one: sigma = sqrt((factor x sigma of the fit)^2 + ambiguity^2 + floor^2). They
were learned with people held out, so that value +- u with u = 2 sigma covers
the truth in about 95 % of cases. Left and right share their numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vision.types import FloatArray, View

GROUPS = ("front", "near_oblique", "far_oblique", "side")
EDGES_DEG = (25.0, 38.0, 65.0)
OF_AN_ARM = frozenset({"arm_trunk", "upper_arm_trunk", "elbow"})
OF_A_BOW = frozenset({"trunk_flexion"})
OF_A_KNEE = frozenset({"knee"})
BENT_ELBOW_DEG = 132.0  # as read: stretched arms of the development set read 134 to 172
BENT_KNEE_DEG = 140.0  # as read: of people who sit or squat


@dataclass(frozen=True, slots=True)
class Correction:
    """Numbers of one measure in one direction of view; ``knots`` are true values, rising."""

    knots: tuple[float, ...]
    offsets: tuple[float, ...]
    factor: float
    floor: float
    factor_assumed: float = 1.0
    floor_assumed: float = 0.0

    def true_value(self, read: FloatArray | float) -> FloatArray:
        """The true value that reads as ``read``; offsets fall by less than their knots are apart, so there is one."""
        reading = np.asarray(read, dtype=np.float64)
        knots = np.add(self.knots, self.offsets)
        return np.asarray(reading - np.interp(reading, knots, self.offsets), dtype=np.float64)

    def sigma(
        self, of_fit: FloatArray | float, ambiguity: FloatArray | float = 0.0, *, assumed: bool = False
    ) -> FloatArray:
        """One standard deviation that held on people held out; ``assumed``: the camera was not known."""
        fit, other = np.asarray(of_fit, dtype=np.float64), np.asarray(ambiguity, dtype=np.float64)
        factor, floor = (self.factor_assumed, self.floor_assumed) if assumed else (self.factor, self.floor)
        return np.asarray(np.sqrt((factor * fit) ** 2 + other**2 + floor**2), dtype=np.float64)


Table = Mapping[str, Mapping[str, Correction]]


def shared_name(name: str) -> str:
    """``knee_left`` and ``knee_right`` are ``knee``."""
    return name.removesuffix("_left").removesuffix("_right")


def table_key(name: str, read: Mapping[str, FloatArray], row: int = 0) -> str:
    """Key of a measure in the table: the shared name, with ``.bent`` for angles of a clearly bent arm or knee.

    A folded arm lies across the body and a stretched one away from it, a bent leg points at the camera and a straight
    one does not: their errors have nothing in common. ``read``: every measure (N,) as the fit read it.
    """
    shared = shared_name(name)
    joint = "elbow" if shared in OF_AN_ARM else "knee" if shared in OF_A_KNEE else None
    if joint is None:
        return shared
    angle_deg = float(read[f"{joint}_{name.rsplit('_', 1)[1]}"][row])
    bent = angle_deg < (BENT_ELBOW_DEG if joint == "elbow" else BENT_KNEE_DEG)
    return f"{shared}.bent" if bent else shared


def bow_key(name: str) -> str:
    """Key of a measure of somebody known to bow: the pose network errs otherwise than on people who stand."""
    return f"{shared_name(name)}.bow"


def view_group(azimuth_deg: float) -> str:
    """The group of a camera azimuth round the person; behind counts like in front of it."""
    away = abs(azimuth_deg)
    away = min(away, 180.0 - away) if away > 115.0 else away
    for edge, group in zip(EDGES_DEG, GROUPS, strict=False):
        if away <= edge:
            return group
    return GROUPS[-1]


def view_of(azimuth_deg: float) -> View:
    """The contract's word for a camera azimuth round the pelvis' front."""
    away = abs(azimuth_deg)
    if away <= 25:
        return View.FRONT
    if away <= 65:
        return View.OBLIQUE
    return View.SIDE if away <= 115 else View.BACK


def corrected(
    table: Table, key: str, group: str, value: float, sigma: float, ambiguity: float, *, assumed: bool = False
) -> tuple[float, float] | None:
    """Value and expanded uncertainty u (k = 2) by the row of `table_key`; None when nothing was learned of it."""
    row = table.get(key, {}).get(group)
    if row is None or not (math.isfinite(value) and math.isfinite(sigma)):
        return None
    return float(row.true_value(value)), 2.0 * float(row.sigma(sigma, ambiguity, assumed=assumed))


def table_from_dict(data: Mapping[str, Mapping[str, Any]]) -> Table:
    """The table from parsed JSON: name -> knots, and per group offsets, factor and floor."""
    return {
        name: {
            group: Correction(
                tuple(float(v) for v in own["knots"]),
                tuple(float(v) for v in own[group]["offsets"]),
                float(own[group]["factor"]),
                float(own[group]["floor"]),
                float(own[group]["factor_assumed"]),
                float(own[group]["floor_assumed"]),
            )
            for group in GROUPS
        }
        for name, own in data.items()
    }
