"""Which side of the person the camera sees, from our own network and the pose network's shoulders."""

from __future__ import annotations

import numpy as np

from vision.grooming.seen import Facing
from vision.landmarks import Landmark
from vision.types import FloatArray, PoseObservation

CENTRE_DEG = {Facing.FRONT: 0.0, Facing.LEFT: -90.0, Facing.BACK: 180.0, Facing.RIGHT: 90.0}
SIGMA_DEG = 25.0  # of the shoulder line's direction; the development set's worst are 26 deg off
FLOOR = 0.02  # of the network: no side is ever sure
POSE_FLOOR = 0.1  # beside the network: the pose network sometimes sees a back as a front
# How often the face mesh finds a face, by side. On the development set 99 of 100 fronts, 8 profiles (more in life),
# 5 backs (which it then takes for fronts).
MESH_FOUND = {Facing.FRONT: 0.97, Facing.LEFT: 0.3, Facing.RIGHT: 0.3, Facing.BACK: 0.12}


def facing_probability(
    pose: PoseObservation | None, network: FloatArray | None = None, mesh_found: bool | None = None
) -> dict[Facing, float]:
    """Probability of every side: our own network's (4,), the turn of the pose's shoulders (camera axes), the face mesh.

    ``mesh_found`` is None where no face was looked for.
    """
    weight = {facing: 1.0 if network is None else float(network[i]) + FLOOR for i, facing in enumerate(Facing)}
    if pose is not None:
        for facing, chance in _by_turn(pose).items():
            weight[facing] *= chance + (FLOOR if network is None else POSE_FLOOR)
    if mesh_found is not None:
        for facing, found in MESH_FOUND.items():
            weight[facing] *= found if mesh_found else 1 - found
    total = sum(weight.values())
    return {facing: value / total for facing, value in weight.items()}


def _by_turn(pose: PoseObservation) -> dict[Facing, float]:
    world = pose.world_landmarks_m
    left, right = world[Landmark.LEFT_SHOULDER], world[Landmark.RIGHT_SHOULDER]
    turn = float(np.degrees(np.arctan2(left[2] - right[2], left[0] - right[0])))
    return {
        facing: float(np.exp(-0.5 * (_difference(turn, centre) / SIGMA_DEG) ** 2))
        for facing, centre in CENTRE_DEG.items()
    }


def _difference(a_deg: float, b_deg: float) -> float:
    return float((a_deg - b_deg + 180) % 360 - 180)
