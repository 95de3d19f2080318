"""Which side of the person the camera sees, from the pose network's shoulders and ears."""

from __future__ import annotations

import numpy as np

from vision.grooming.seen import Facing
from vision.landmarks import Landmark
from vision.types import PoseObservation

CENTRE_DEG = {Facing.FRONT: 0.0, Facing.LEFT: -90.0, Facing.BACK: 180.0, Facing.RIGHT: 90.0}
SIGMA_DEG = 18.0  # of the shoulder line's direction; the development set's worst are 26 deg off
FLOOR = 0.02  # no direction is ever sure


def facing_probability(pose: PoseObservation) -> dict[Facing, float]:
    """Probability of every side from the turn of the shoulder line and of the ears, camera axes."""
    world = pose.world_landmarks_m
    turns = [
        np.degrees(np.arctan2(world[left, 2] - world[right, 2], world[left, 0] - world[right, 0]))
        for left, right in (
            (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER),
            (Landmark.LEFT_EAR, Landmark.RIGHT_EAR),
        )
    ]
    weight = {
        facing: float(np.prod([np.exp(-0.5 * (_difference(turn, centre) / SIGMA_DEG) ** 2) + FLOOR for turn in turns]))
        for facing, centre in CENTRE_DEG.items()
    }
    total = sum(weight.values())
    return {facing: value / total for facing, value in weight.items()}


def _difference(a_deg: float, b_deg: float) -> float:
    return float((a_deg - b_deg + 180) % 360 - 180)
