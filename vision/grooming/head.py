"""What a still says of the head: hair, beard, sunglasses."""

from __future__ import annotations

from vision.grooming.seen import Portrait, Region
from vision.types import Measurement


def measure_head(portrait: Portrait) -> tuple[dict[str, Measurement], tuple[Region, ...]]:
    """Measurements by name, and the regions they were read from."""
    return {}, ()
