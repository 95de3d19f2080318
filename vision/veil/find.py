"""Looking for every head in a recording: the pose network for everybody, a face detector for faces without a body.

This look is its own and does not follow the one who is measured: whoever walks past is to be covered, too. What was
measured of the subject and of the other beside them is added: what one look misses another may have seen.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vision.estimators.faces import FaceFinder
from vision.estimators.pose import PoseEstimator
from vision.types import FloatArray, ImageBgr
from vision.veil.heads import Heads, head_circle, joined
from vision.veil.heads import Path as HeadPath
from vision.video import frames

if TYPE_CHECKING:
    from vision.watch import Track

PEOPLE = 8
LOOK_FPS = 15.0  # between two looks a head goes ten centimetres: the circle is wider than that
POSE_CONFIDENCE = 0.3  # rather a circle too many
SAME = 0.6  # of a radius: a face inside the circle of a head needs none of its own


def find_heads(path: Path | str, track: Track | None = None, progress: Callable[[float], None] | None = None) -> Heads:
    """Every head of a recording or picture; ``track`` is what was measured of it. MediaError when it cannot be read."""
    times, circles = [], []
    with (
        frames(path, sample_fps=LOOK_FPS) as stream,
        PoseEstimator(people=PEOPLE, confidence=POSE_CONFIDENCE) as poses,
        FaceFinder() as faces,
    ):
        for frame in stream:
            bodies = [head_circle(one.image_landmarks_px) for one in poses.estimate(frame.image_bgr, frame.timestamp_s)]
            times.append(frame.timestamp_s)
            circles.append(_distinct([one for one in bodies if one is not None], faces.find(frame.image_bgr)))
            if progress is not None:
                progress(frame.timestamp_s)
    found = joined(times, circles)
    return found if track is None else Heads((*found.paths, *_measured(track)))


def heads_in(image_bgr: ImageBgr) -> FloatArray:
    """Circles (K, 3) of the heads in one picture."""
    with PoseEstimator(people=PEOPLE, video=False, confidence=POSE_CONFIDENCE) as poses, FaceFinder() as faces:
        bodies = [head_circle(one.image_landmarks_px) for one in poses.estimate(image_bgr)]
        return _distinct([one for one in bodies if one is not None], faces.find(image_bgr))


def _distinct(bodies: list[FloatArray], faces: FloatArray) -> FloatArray:
    kept = list(bodies)
    for face in faces:
        inside = any(np.hypot(*(face[:2] - one[:2])) + SAME * face[2] <= one[2] for one in bodies)
        if not inside:
            kept.append(face)
    return np.array(kept, np.float64).reshape(-1, 3)


def _measured(track: Track) -> tuple[HeadPath, ...]:
    """The heads of the subject and of the other beside them, where they were seen."""
    people = [track.raw_px] if track.other_px is None else [track.raw_px, track.other_px]
    times, circles = [], []
    for row, time_s in enumerate(track.times_s):
        found = [circle for one in people if (circle := head_circle(np.asarray(one[row], np.float64))) is not None]
        if found:
            times.append(float(time_s))
            circles.append(np.array(found))
    return joined(times, circles).paths
