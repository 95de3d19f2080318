"""The fitted body as the measures see it: points in metres and what rides on them.

Measures are functions of a `Body` whose arrays may carry any leading axes, so
that values, derivatives and samples all come from the same code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibration.camera import Seat
from vision.reconstruct.skeleton import head_frame, middle, pair, pelvis_axes, trunk_frame
from vision.types import FloatArray

Values = dict[str, FloatArray]


@dataclass(frozen=True, slots=True)
class Body:
    """Points (..., 21, 3) on the floor frame, stature (...,) in metres, learned constants, a known seat."""

    points_m: FloatArray
    stature_m: FloatArray
    constants: Mapping[str, tuple[float, float]]
    seat: Seat | None = None

    def constant(self, name: str) -> float:
        """Mean of a learned constant."""
        return self.constants[name][0]

    def pair(self, part: str) -> tuple[FloatArray, FloatArray]:
        """Left and right point of a part."""
        return pair(self.points_m, part)

    def middle(self, part: str) -> FloatArray:
        """Midpoint of a pair."""
        return middle(self.points_m, part)

    @property
    def trunk_line(self) -> FloatArray:
        """Mid-hip to mid-shoulder (..., 3)."""
        return self.middle("shoulder") - self.middle("hip")

    @property
    def pelvis_axes(self) -> tuple[FloatArray, FloatArray]:
        """Level left and forward of the pelvis."""
        return pelvis_axes(self.points_m)

    @property
    def navel_m(self) -> FloatArray:
        """(..., 3), riding on the trunk."""
        _, forward, up = trunk_frame(self.points_m)
        stature = self.stature_m[..., None]
        ahead, above = self.constant("navel_forward_rel"), self.constant("navel_up_rel")
        return np.asarray(self.middle("hip") + (forward * ahead + up * above) * stature, dtype=np.float64)

    @property
    def chin_m(self) -> FloatArray:
        """(..., 3), riding on the head."""
        _, forward, up = head_frame(self.points_m)
        stature = self.stature_m[..., None]
        ahead, above = self.constant("chin_forward_rel"), self.constant("chin_up_rel")
        return np.asarray(self.middle("ear") + (forward * ahead + up * above) * stature, dtype=np.float64)
