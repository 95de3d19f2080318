"""The last moments of the pose: whether the person keeps still, and the median pose of a still stretch."""

from __future__ import annotations

from collections import deque

import numpy as np

from vision.holding import WINDOW_S
from vision.landmarks import Landmark
from vision.types import PoseObservation

KEPT_S = 1.6
LAG_S = 0.3  # movement is seen over this time: long against the jitter of two frames, short against a gesture
STILL_SHARE = 0.020  # of the body's height within `LAG_S`; about 3 cm, sway is below 1
JUMP_SHARE = 0.35  # of the body's height between two frames: another person, or a mistake of the network
_L = Landmark
_GROUPS = (
    (_L.NOSE, _L.LEFT_SHOULDER, _L.RIGHT_SHOULDER),
    (_L.LEFT_HIP, _L.RIGHT_HIP),
    (_L.LEFT_ELBOW, _L.LEFT_WRIST),
    (_L.RIGHT_ELBOW, _L.RIGHT_WRIST),
    (_L.LEFT_KNEE, _L.LEFT_ANKLE),
    (_L.RIGHT_KNEE, _L.RIGHT_ANKLE),
)
_FEET = (_L.LEFT_ANKLE, _L.RIGHT_ANKLE)


class PoseMemory:
    """Poses of the last `KEPT_S` seconds. Times must rise."""

    def __init__(self) -> None:
        self._poses: deque[PoseObservation] = deque()
        self._still_since_s: float | None = None
        self._feet_still_since_s: float | None = None

    def clear(self) -> None:
        """Nobody is there."""
        self._poses.clear()
        self._still_since_s = self._feet_still_since_s = None

    def add(self, pose: PoseObservation) -> None:
        """The newest pose; a jump forgets what was before."""
        if self._poses and _moved(self._poses[-1], pose, _GROUPS[1:2]) > JUMP_SHARE:
            self.clear()
        self._poses.append(pose)
        while pose.timestamp_s - self._poses[0].timestamp_s > KEPT_S:
            self._poses.popleft()
        before = next((p for p in reversed(self._poses) if pose.timestamp_s - p.timestamp_s >= LAG_S - 1e-6), None)
        self._still_since_s = _since(self._still_since_s, before, pose, _GROUPS)
        self._feet_still_since_s = _since(self._feet_still_since_s, before, pose, (_FEET,))

    @property
    def newest(self) -> PoseObservation | None:
        """The last pose."""
        return self._poses[-1] if self._poses else None

    @property
    def still_since_s(self) -> float | None:
        """From when on the whole body has kept still; None while it moves."""
        return self._still_since_s

    @property
    def feet_still_since_s(self) -> float | None:
        """As `still_since_s`, of the feet alone."""
        return self._feet_still_since_s

    def steady(self) -> PoseObservation | None:
        """The median pose of the still stretch (at most `WINDOW_S` of it); the newest pose while moving."""
        newest = self.newest
        if newest is None or self._still_since_s is None:
            return newest
        since_s = max(self._still_since_s, newest.timestamp_s - WINDOW_S)
        poses = [pose for pose in self._poses if pose.timestamp_s >= since_s - 1e-6]
        return PoseObservation(
            np.median([pose.image_landmarks_px for pose in poses], axis=0),
            np.median([pose.world_landmarks_m for pose in poses], axis=0),
            np.median([pose.visibility for pose in poses], axis=0),
            newest.timestamp_s,
        )


def _since(
    since_s: float | None,
    before: PoseObservation | None,
    pose: PoseObservation,
    groups: tuple[tuple[Landmark, ...], ...],
) -> float | None:
    if before is None or _moved(before, pose, groups) > STILL_SHARE:
        return None
    return before.timestamp_s if since_s is None else since_s


def _moved(before: PoseObservation, now: PoseObservation, groups: tuple[tuple[Landmark, ...], ...]) -> float:
    """The largest movement of a group, as a share of the body's height in the picture."""
    height = max(float(np.ptp(now.image_landmarks_px[:, 1])), 1.0)
    step = np.linalg.norm(now.image_landmarks_px - before.image_landmarks_px, axis=1)
    return max(float(step[list(group)].mean()) for group in groups) / height
