"""Synthetic people before synthetic cameras, as the live view sees them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from app.live.guidance import Scene
from tests.synthetic import STAND, Posture, body, camera_at, seen
from vision.types import FloatArray, PoseObservation

SIZE_WH = (1280, 720)


def pose_of(
    posture: Posture = STAND,
    azimuth_deg: float = 0.0,
    distance_m: float = 3.4,
    moved_px: tuple[float, float] = (0.0, 0.0),
    time_s: float = 0.0,
) -> PoseObservation:
    """What the network would see of a posture from there, moved in the picture."""
    camera = camera_at(azimuth_deg, distance_m=distance_m)
    found = seen(body(posture), camera, posture)
    return PoseObservation(found.landmarks_px + np.array(moved_px), found.world_m, np.full(33, 0.95), time_s)


def changed(pose: PoseObservation, change: Callable[[FloatArray], FloatArray], time_s: float) -> PoseObservation:
    """The pose with its landmarks (33, 2) changed, at another time."""
    return PoseObservation(change(pose.image_landmarks_px.copy()), pose.world_landmarks_m, pose.visibility, time_s)


def scene(pose: PoseObservation | None, azimuth_deg: float | None = 0.0, **other: float) -> Scene:
    """A well lit picture of one person."""
    return Scene(
        pose=pose,
        size_wh=SIZE_WH,
        brightness=float(other.get("brightness", 120.0)),
        people=int(other.get("people", 1)),
        azimuth_deg=azimuth_deg,
    )
