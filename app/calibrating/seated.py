"""Where a seat is, from somebody who sits all the way back for two seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from calibration.camera import Camera, Seat, for_size
from calibration.seat import TYPICAL_DEPTH_M, TYPICAL_WIDTH_M, seat_from_deep_sit
from calibration.standing import speed_per_s
from vision.errors import NoPersonError
from vision.types import FloatArray

SAMPLE_FPS = 6.0
SIT_SPAN_S = 2.0
BENT_KNEE_DEG = 135.0
MOST_FRAMES = 9


def deep_sit_seat(
    files: Sequence[Path],
    camera: Camera,
    height_m: float,
    depth_m: float | None,
    person_height_cm: float | None,
    sex: str | None,
) -> Seat:
    """The seat under the person who sits all the way back in these recordings."""
    from vision.reconstruct.fit import stature_of
    from vision.reconstruct.model import body_model

    hips, forwards = [], []
    for file in files:
        hip, forward = _sitter(file, camera, height_m, person_height_cm, sex)
        hips.append(hip)
        forwards.append(forward)
    stature_m, _ = stature_of(person_height_cm, sex)
    behind = body_model().constants["buttock_behind_hip_rel"][0] * stature_m
    return seat_from_deep_sit(
        np.median(hips, axis=0),
        np.mean(forwards, axis=0),
        height_m,
        TYPICAL_DEPTH_M if depth_m is None else depth_m,
        buttock_behind_hip_m=behind,
    )


@dataclass(frozen=True, slots=True)
class DeepSit:
    """Arguments of `deep_sit_seat`."""

    files: Sequence[Path]
    camera: Camera
    height_m: float
    depth_m: float | None
    person_height_cm: float | None
    sex: str | None


def seat_work(task: DeepSit, _progress: Callable[[float], None]) -> Seat:
    """`deep_sit_seat` for a worker process."""
    return deep_sit_seat(task.files, task.camera, task.height_m, task.depth_m, task.person_height_cm, task.sex)


def _sitter(
    file: Path, camera: Camera, height_m: float, person_height_cm: float | None, sex: str | None
) -> tuple[FloatArray, FloatArray]:
    """Mid-hip (3,) and forward (3,) of the sitter, over the stillest two seconds."""
    from vision.reconstruct.fit import Seen, fit_bodies
    from vision.reconstruct.model import body_model
    from vision.reconstruct.skeleton import middle, pelvis_axes
    from vision.video import frames, probe
    from vision.watch import watch

    info = probe(file)
    fitting = for_size(camera, info.size_wh)
    unknown = Seat(np.array([TYPICAL_WIDTH_M / 2, 0, height_m]), np.array([-0.2, 0, height_m]), 0.4, height_m)
    fitting = replace(fitting, seat=unknown)
    with frames(file, sample_fps=SAMPLE_FPS) as stream:
        track = watch(stream, info.size_wh, "largest")
    rows = _stillest_sitting(track.times_s, track.landmarks_px, track.world_m)
    seen = [
        Seen(fitting, track.landmarks_px[i], track.world_m[i], track.visibility[i], person_height_cm, sex, sits=True)
        for i in rows
    ]
    points = fit_bodies(seen, body_model(), readings=False).points_m
    _, forward = pelvis_axes(points)
    return np.asarray(np.median(middle(points, "hip"), axis=0)), np.asarray(forward.mean(axis=0))


def _stillest_sitting(times_s: FloatArray, landmarks_px: FloatArray, world_m: FloatArray) -> list[int]:
    hip, knee, ankle = (world_m[:, [a, a + 1]] for a in (23, 25, 27))
    thigh, shank = hip - knee, ankle - knee
    cosine = (thigh * shank).sum(-1) / (np.linalg.norm(thigh, axis=-1) * np.linalg.norm(shank, axis=-1))
    bent = (np.degrees(np.arccos(np.clip(cosine, -1, 1))) < BENT_KNEE_DEG).all(axis=1)
    rows = np.flatnonzero(bent & np.isfinite(landmarks_px).all(axis=(1, 2)))
    if not len(rows):
        raise NoPersonError(
            "nobody sits in the recording: sit all the way back for two seconds, in full view",
            "录像中没有坐着的人：请完整入镜，向后坐满并保持两秒",
        )
    if len(rows) == 1:
        return [int(rows[0])]
    speed = speed_per_s(times_s, landmarks_px)
    best = min(rows, key=lambda i: float(np.mean(speed[rows[np.abs(times_s[rows] - times_s[i]) <= SIT_SPAN_S / 2]])))
    near = rows[np.abs(times_s[rows] - times_s[best]) <= SIT_SPAN_S / 2]
    step = max(1, len(near) // MOST_FRAMES)
    return [int(i) for i in near[::step]]
