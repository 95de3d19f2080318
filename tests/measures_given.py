"""Measurements as if they had been made."""

from __future__ import annotations

from vision.types import Measurement


def hands_at(out_cm: float, forward_cm: float, up_cm: float, u: float = 3.0) -> dict[str, Measurement]:
    """Both hands at one place against the navel, ``out_cm`` to their own side, of a person who stands."""
    found = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for axis, value in (("lateral", sign * out_cm), ("forward", forward_cm), ("up", up_cm)):
            found[f"hand_{axis}_{side}"] = Measurement(f"hand_{axis}_{side}", value, u, "cm")
        found[f"thigh_horizontal_{side}"] = Measurement(f"thigh_horizontal_{side}", 86.0, 5.0, "deg")
    return found
