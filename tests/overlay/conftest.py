"""A drawn stand-in for a person, and findings on it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vision.landmarks import Landmark
from vision.overlay import Finding
from vision.types import Basis, Check, Clause, Evidence, FloatArray, Reason, Verdict

# a person seen from the front, in shares of a 4:3 picture; the person's left is on the right of the picture
_PLACES = {
    "NOSE": (0.50, 0.15), "LEFT_EAR": (0.53, 0.15), "RIGHT_EAR": (0.47, 0.15),
    "LEFT_SHOULDER": (0.57, 0.28), "RIGHT_SHOULDER": (0.43, 0.28), "LEFT_ELBOW": (0.60, 0.42),
    "RIGHT_ELBOW": (0.40, 0.42), "LEFT_WRIST": (0.56, 0.53), "RIGHT_WRIST": (0.44, 0.53),
    "LEFT_HIP": (0.54, 0.54), "RIGHT_HIP": (0.46, 0.54), "LEFT_KNEE": (0.54, 0.72), "RIGHT_KNEE": (0.46, 0.72),
    "LEFT_ANKLE": (0.53, 0.90), "RIGHT_ANKLE": (0.47, 0.90), "LEFT_HEEL": (0.525, 0.92), "RIGHT_HEEL": (0.475, 0.92),
    "LEFT_FOOT_INDEX": (0.56, 0.95), "RIGHT_FOOT_INDEX": (0.44, 0.95),
}  # fmt: skip


@pytest.fixture
def person() -> Callable[[int, int], FloatArray]:
    """Landmarks (33, 2) for a picture of the given width and height; unplaced ones are NaN."""

    def place(width: int, height: int) -> FloatArray:
        points = np.full((33, 2), np.nan)
        for name, (x, y) in _PLACES.items():
            points[Landmark[name]] = (x * width, y * height)
        return points

    return place


def make_check(
    measurement: str = "v_angle", verdict: Verdict = Verdict.FAIL, value: float | None = 63.1, **changes: object
) -> Check:
    reason = Reason.OCCLUDED if value is None else None
    settings = {"rule": f"rule.{measurement}", "unit": "deg", "reason": reason} | changes
    return Check(
        clause=Clause("T2", "2.1", "要求", "ask"), verdict=verdict, measurement=measurement, accept=(35.0, 55.0),
        basis=Basis.HOUSE, value=value, u=None if value is None else 4.2, message_zh="", message_en="", frame_s=1.0,
        **settings,
    )  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture
def finding() -> Callable[..., Finding]:
    def make(anchor: tuple[float, float] | None = None, **changes: object) -> Finding:
        evidence = None
        if anchor is not None:
            x, y = anchor
            evidence = Evidence((np.array([[x - 40, y], [x, y - 40], [x + 40, y]]),), np.array([x, y]))
        return Finding(make_check(**changes), evidence)  # type: ignore[arg-type]

    return make
