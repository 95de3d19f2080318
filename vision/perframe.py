"""Raw measurements frame by frame, without rules: what ``yitai measure`` prints.

A still is seen by every network. Frames of a video too; the bow's angle
against the own upright needs the whole recording, so frames are given out
after it has been read; only numbers are kept meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from calibration.camera import Camera, known_or_assumed
from vision.errors import NoPersonError
from vision.estimators.pose import PoseEstimator
from vision.grooming.examine import VIEW_OF, chosen_stills, measure_portrait
from vision.grooming.portrait import PortraitReader
from vision.look import Look, Looker
from vision.moment import Moment, as_bow, measure_moments, nothing
from vision.options import ScoreOptions
from vision.overtime import bow_angle
from vision.phases import Found, find_phases
from vision.series import pose_at
from vision.subject import SubjectTracker
from vision.types import Drill, FloatArray, Frame, Measurement, Notice, PoseObservation, Reason, Series
from vision.video import MediaInfo, frames, frames_at, probe, read_still
from vision.watch import (
    CROWD_PEOPLE,
    DARK_LEVEL,
    STILL_CONFIDENCE,
    Track,
    brightness,
    distinct,
    pace,
    subject_mode,
    watch,
)

BATCH = 16
NEUTRAL_FRAMES = 5
PHASE_NAMES = (
    "trunk_flexion", "hands_gap", "arm_trunk_left", "arm_trunk_right", "elbow_left", "elbow_right",
    "knee_left", "knee_right", "hip_left", "hip_right", "hand_lateral_left", "hand_lateral_right",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MeasuredFrame:
    """One line of ``yitai measure``. ``person`` counts from 1, left to right; 0 when nobody is there."""

    frame: int
    t: float
    person: int
    view: str | None
    measurements: tuple[Measurement, ...]
    warnings: tuple[Notice, ...] = ()


def measure_frames(path: str, options: ScoreOptions) -> Iterator[MeasuredFrame]:
    """Measure every frame (or every sampled one) of a recording.

    Raises MediaError and CameraError. A frame without a person has every measure not measured.
    """
    info = probe(path)
    camera = known_or_assumed(options.camera, info.size_wh)
    if options.drill is Drill.GROOM:
        yield from _groomed(path, info, options, camera)
        return
    if info.kind == "still":
        yield measure_picture(read_still(path), camera, options)
        return
    with frames(path, sample_fps=options.sample_fps, **pace(options.fast)) as stream:
        looked_at = (replace(frame, skipped=()) for frame in stream)
        track = watch(looked_at, info.size_wh, options.person)
    yield from _video_frames(path, track, camera, options)


def _groomed(path: str, info: MediaInfo, options: ScoreOptions, camera: Camera) -> Iterator[MeasuredFrame]:
    """Dress and hair on a still, or on the frames of a recording that a grooming station would keep."""
    stills, _, _ = chosen_stills(path, info, options.sample_fps)
    known = None if options.camera is None else camera
    with PortraitReader() as reader:
        for frame in stills:
            try:
                portrait = reader.read(frame.image_bgr, camera=known, subject=options.subject)
            except NoPersonError:
                yield MeasuredFrame(frame.index, frame.timestamp_s, 0, None, ())
                continue
            measurements, _ = measure_portrait(portrait, known)
            view = str(VIEW_OF[portrait.facing])
            yield MeasuredFrame(frame.index, frame.timestamp_s, 1, view, tuple(measurements.values()))


def measure_picture(frame: Frame, camera: Camera, options: ScoreOptions) -> MeasuredFrame:
    """Everything that one picture tells of the subject in it."""
    with PoseEstimator(people=CROWD_PEOPLE, video=False, confidence=STILL_CONFIDENCE) as estimator:
        people = distinct(estimator.estimate(frame.image_bgr))
    chosen = SubjectTracker(subject_mode(options.person), frame.size_wh).update(0.0, people)
    if chosen is None:
        reason = Reason.TOO_DARK if brightness(frame) < DARK_LEVEL else Reason.NO_PERSON
        return MeasuredFrame(frame.index, frame.timestamp_s, 0, None, tuple(nothing(reason).values()))
    pose = people[chosen]
    with Looker() as looker:
        look = looker.look(frame.image_bgr, pose, camera.matrix)
    moment = measure_moments([pose], [look], camera, options.subject, sits=_sits(options, camera))[0]
    if options.drill is Drill.BOW:
        moment = as_bow(moment)
    order = sorted(range(len(people)), key=lambda i: float(np.nanmean(people[i].image_landmarks_px[:, 0])))
    warnings = (several(len(people)),) if len(people) > 1 else ()
    return MeasuredFrame(
        frame.index,
        frame.timestamp_s,
        order.index(chosen) + 1,
        str(moment.view),
        tuple(moment.measurements.values()),
        warnings,
    )


def several(count: int) -> Notice:
    """That more than one person is in the picture."""
    return Notice(
        "several_people", f"画面中有 {count} 人，只评其中一人", f"{count} people in the picture; one is measured"
    )


def _sits(options: ScoreOptions, camera: Camera) -> bool | None:
    """Whether the person is said to sit on the camera's seat."""
    if camera.seat is None:
        return None
    return None if options.drill in (None, Drill.ROUTINE) else options.drill is Drill.SIT


def _video_frames(path: str, track: Track, camera: Camera, options: ScoreOptions) -> Iterator[MeasuredFrame]:
    seen = [int(i) for i in np.flatnonzero(track.seen)]
    moments: dict[int, Moment] = {}
    sits = _sits(options, camera)
    with Looker() as looker:
        batch: list[tuple[int, PoseObservation, Look]] = []
        for i, frame in zip(seen, frames_at(path, [float(track.times_s[i]) for i in seen]), strict=True):
            pose = pose_at(track, i)
            look = looker.look(frame.image_bgr, pose, camera.matrix)
            batch.append((i, pose, look))
            if len(batch) == BATCH:
                moments.update(_measured(batch, camera, options, sits))
                batch = []
        moments.update(_measured(batch, camera, options, sits))
    found = _phases(track, moments)
    neutral = _neutral(track, moments, found)
    for phase in found.phases:
        if phase.drill is Drill.BOW and phase.hold_start_s is not None and phase.hold_end_s is not None:
            for i in seen:
                if i in moments and phase.hold_start_s <= track.times_s[i] <= phase.hold_end_s:
                    moments[i] = as_bow(moments[i])
    for i in range(len(track.times_s)):
        yield _line(track, i, moments.get(i), neutral)


def _measured(
    batch: list[tuple[int, PoseObservation, Look]], camera: Camera, options: ScoreOptions, sits: bool | None
) -> dict[int, Moment]:
    if not batch:
        return {}
    moments = measure_moments([b[1] for b in batch], [b[2] for b in batch], camera, options.subject, sits=sits)
    return {b[0]: moment for b, moment in zip(batch, moments, strict=True)}


def _value(moment: Moment | None, name: str) -> float:
    value = None if moment is None else moment.measurements[name].value
    return value if isinstance(value, float) else float("nan")


def _phases(track: Track, moments: Mapping[int, Moment]) -> Found:
    """The drills, by what was measured frame by frame."""
    values: dict[str, FloatArray] = {
        name: np.array([_value(moments.get(i), name) for i in range(len(track.times_s))]) for name in PHASE_NAMES
    }
    return find_phases(Series(track.times_s, values, {}), None)


def _neutral(track: Track, moments: Mapping[int, Moment], found: Found) -> Moment | None:
    """The moment of the upright standing whose flexion is the median one."""
    if found.neutral is None:
        return None
    inside = [
        moment
        for i, moment in moments.items()
        if found.neutral.start_s <= track.times_s[i] <= found.neutral.end_s
        and np.isfinite(_value(moment, "trunk_flexion"))
    ]
    inside.sort(key=lambda moment: _value(moment, "trunk_flexion"))
    return inside[len(inside) // 2] if len(inside) >= NEUTRAL_FRAMES else None


def _line(track: Track, i: int, moment: Moment | None, neutral: Moment | None) -> MeasuredFrame:
    index, time_s, people = int(track.indices[i]), float(track.times_s[i]), int(track.people[i])
    if moment is None:
        dark = track.brightness[i] < DARK_LEVEL
        reason = Reason.TOO_DARK if dark else Reason.NO_PERSON
        return MeasuredFrame(index, time_s, 0, None, tuple(nothing(reason).values()))
    measurements = dict(moment.measurements)
    measurements["bow_angle"] = bow_angle(moment, neutral)
    warnings = (several(people),) if people > 1 else ()
    return MeasuredFrame(index, time_s, 1, str(moment.view), tuple(measurements.values()), warnings)
