"""A trainee's neutral: two seconds of upright standing, measured frame by frame and averaged."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.calibrating.outcome import now
from calibration.camera import Camera, known_or_assumed
from calibration.neutral import ANGLES, Neutral, averaged, refuse_unlikely
from calibration.standing import still_span, upright
from vision.errors import NoPersonError
from vision.types import FloatArray, Frame, PoseObservation, Subject

if TYPE_CHECKING:
    from vision.look import Look
    from vision.moment import Moment

SAMPLE_FPS = 8.0
SPAN_S = 2.0
MEASURED_FRAMES = 5


@dataclass(frozen=True, slots=True)
class _Stood:
    frames: list[Frame]
    poses: list[PoseObservation]


def make_neutral(file: Path, camera: Camera | None, subject: Subject) -> Neutral:
    """The neutral of the person who stands still in a recording (a still counts as one frame)."""
    from vision.look import FEET, HEAD, Looker
    from vision.moment import measure_moments

    stood = _standing(file)
    size_wh = stood.frames[0].size_wh
    used = known_or_assumed(camera, size_wh)
    looks: list[Look] = []
    with Looker() as looker:
        for frame, pose in zip(stood.frames, stood.poses, strict=True):
            looks.append(looker.look(frame.image_bgr, pose, used.matrix, frozenset({FEET, HEAD})))
    moments = measure_moments(stood.poses, looks, used, subject, readings=False)
    rows = [
        {name: m.value for name in ANGLES if isinstance((m := moment.measurements[name]).value, float)} | _raw(moment)
        for moment in moments
    ]
    bodies = [_segments(moment.points_m) for moment in moments if moment.points_m is not None]
    statures = [m.value for moment in moments if isinstance((m := moment.measurements["stature_used"]).value, float)]
    angles, angle_sigma = averaged(rows)
    segments, segment_sigma = averaged(bodies)
    face, face_spread = averaged([_face(look) for look in looks])
    shoulder = segments.pop("shoulder_height", float("nan"))
    return refuse_unlikely(
        Neutral(
            trainee=subject.trainee or "",
            stature_cm=float(np.median(statures)),
            shoulder_height_cm=shoulder,
            angles_deg=angles,
            segments_cm=segments,
            face=face,
            sigma={**angle_sigma, **segment_sigma, **_face_sigma(looks, face_spread)},
            frames=len(moments),
            created=now(),
        )
    )


def neutral_work(task: tuple[Path, Camera | None, Subject], _progress: Callable[[float], None]) -> Neutral:
    """`make_neutral` for a worker process."""
    return make_neutral(*task)


def _raw(moment: Moment) -> dict[str, float]:
    """What the fit itself says of the trunk, also where it is too vague to be judged: differences to it are not."""
    if moment.raw is None:
        return {}
    return {f"raw_{name}": float(moment.raw.values[name][0]) for name in ("trunk_flexion", "trunk_lateral")}


def _standing(file: Path) -> _Stood:
    """Up to five frames of the stillest two seconds."""
    from vision.video import frames, frames_at, probe
    from vision.watch import watch

    info = probe(file)
    with frames(file, sample_fps=SAMPLE_FPS) as stream:
        track = watch(stream, info.size_wh, "largest")
    ok = upright(track.raw_px, track.world_m, track.visibility, info.size_wh)
    span = None
    if len(track.times_s) == 1 and ok[0]:
        span = (0, 0)
    elif len(track.times_s) > 1:
        for length_s in (SPAN_S, SPAN_S / 2):
            span = span or still_span(track.times_s, track.landmarks_px, ok, length_s)
    if span is None:
        raise NoPersonError(
            "no two seconds of standing still, upright and in full view: arms down, look straight ahead, hold still",
            "没有找到两秒静止的直立站姿：请完整入镜、双臂下垂、目视前方，保持不动",
        )
    rows = np.unique(np.linspace(*span, MEASURED_FRAMES).round().astype(int))
    poses = [
        PoseObservation(track.landmarks_px[i], track.world_m[i], track.visibility[i], float(track.times_s[i]))
        for i in rows
    ]
    return _Stood(list(frames_at(file, track.times_s[rows].tolist())), poses)


def _segments(points_m: FloatArray) -> dict[str, float]:
    """Lengths in cm of the fitted body (21, 3), both sides averaged, and the shoulders' height."""
    from vision.reconstruct.skeleton import BONES, middle

    found: dict[str, list[float]] = {}
    for name, first, second in BONES:
        if name in ("trunk_cross", "nose", "ears", "instep", "rearfoot"):
            continue
        found.setdefault(name, []).append(100 * float(np.linalg.norm(points_m[first] - points_m[second])))
    lengths = {name: float(np.mean(values)) for name, values in found.items()}
    return {**lengths, "shoulder_height": 100 * float(middle(points_m, "shoulder")[2])}


def _face(look: Look) -> dict[str, float]:
    """The mouth at rest, as shares of the eyes' distance."""
    if look.mouth is None:
        return {}
    return {"mouth_width": look.mouth.width, "mouth_corner_height": look.mouth.height}


def _face_sigma(looks: Sequence[Look], spread: Mapping[str, float]) -> dict[str, float]:
    """What a face of this size leaves unsure, and how much it moved."""
    mouths = [look.mouth for look in looks if look.mouth is not None]
    if not mouths or not spread:
        return {}
    own = {
        "mouth_width": float(np.mean([mouth.width_sigma for mouth in mouths])),
        "mouth_corner_height": float(np.mean([mouth.height_sigma for mouth in mouths])),
    }
    return {name: math.hypot(own[name], sigma) for name, sigma in spread.items()}


def said(neutral: Neutral) -> tuple[str, str]:
    """A neutral in one line, zh and en."""
    flexion = neutral.angles_deg.get("trunk_flexion")
    words: Sequence[str] = () if flexion is None else (f"{flexion:+.1f}°",)
    return (
        f"{neutral.frames} 帧，身高 {neutral.stature_cm:.0f} 厘米，肩高 {neutral.shoulder_height_cm:.0f} 厘米，"
        f"躯干前倾 {''.join(words) or '未测得'}",
        f"{neutral.frames} frames, stature {neutral.stature_cm:.0f} cm, shoulders at {neutral.shoulder_height_cm:.0f} "
        f"cm, trunk flexion {''.join(words) or 'not measured'}",
    )
