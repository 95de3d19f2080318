"""What rendered people of known geometry taught about each measure: offset, gain and how far sigma may be trusted.

For every measure and direction of view the table holds an offset and a gain
(value read = offset + gain x true value) and two numbers for the uncertainty:
sigma = sqrt((factor x sigma of the fit)^2 + ambiguity^2 + floor^2) / gain. They
were learned with people held out, so that value +- u with u = 2 sigma covers
the truth in about 95 % of cases. Left and right share their numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from vision.types import View

GROUPS = ("front", "near_oblique", "far_oblique", "side")
EDGES_DEG = (25.0, 38.0, 65.0)


@dataclass(frozen=True, slots=True)
class Correction:
    """Numbers of one measure in one direction of view."""

    offset: float
    gain: float
    factor: float
    floor: float


Table = Mapping[str, Mapping[str, Correction]]


def shared_name(name: str) -> str:
    """``knee_left`` and ``knee_right`` are ``knee``."""
    return name.removesuffix("_left").removesuffix("_right")


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
    table: Table, name: str, group: str, value: float, sigma: float, ambiguity: float
) -> tuple[float, float] | None:
    """Value and expanded uncertainty u (k = 2); None when nothing was learned of this measure."""
    row = table.get(shared_name(name), {}).get(group)
    if row is None or not (math.isfinite(value) and math.isfinite(sigma)):
        return None
    spread = math.sqrt((row.factor * sigma) ** 2 + ambiguity**2 + row.floor**2) / row.gain
    return (value - row.offset) / row.gain, 2.0 * spread


def table_from_dict(data: Mapping[str, Mapping[str, list[float]]]) -> Table:
    """The table from parsed JSON: name -> group -> [offset, gain, factor, floor]."""
    return {
        name: {group: Correction(*(float(v) for v in row)) for group, row in groups.items()}
        for name, groups in data.items()
    }
