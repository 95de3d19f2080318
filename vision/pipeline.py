"""The only file that knows the order of steps: recording in, assessment out.

video -> person over time -> body series -> phases -> closer looks at holds ->
measurements -> judged by the pack -> report.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from calibration.camera import Camera, known_or_assumed
from vision.errors import NoPersonError
from vision.estimators.bundles import MODEL_NAME
from vision.grooming.examine import Groomed, chosen_stills, examine, numbers_of
from vision.grooming.judged import groomed_segment
from vision.holding import Held, measure_windows, windows_of
from vision.measures.correction import view_of
from vision.options import ScoreOptions
from vision.outputs import write_outputs
from vision.overtime import Take, over_time
from vision.perframe import MeasuredFrame, measure_frames
from vision.phases import Found, Phase, find_phases, motion_of
from vision.pieces import spans_of, watch_in_pieces
from vision.reconstruct.fit import stature_of
from vision.report.model import CalibrationRef, Program, Report, Source, StandardRef
from vision.routine import RoutineResult, compare_routine
from vision.series import BodySeries, body_series, no_bodies, shown
from vision.standard import judge, manual_items, overall_score, score_checks
from vision.types import Drill, Measurement, Notice, Segment, Series, Side, View
from vision.video import MediaInfo, frames, probe, sha256_of
from vision.watch import DARK_LEVEL, Track, no_track, pace, watch

__all__ = ["Assessment", "MeasuredFrame", "ScoreOptions", "measure_frames", "score_recording", "write_outputs"]

Progress = Callable[[float], None]
TIME_DIGITS = 3  # of seconds in reports: below a frame, above the last digits of the solver, which differ by run
WATCHING_SHARE, BODY_SHARE = 0.85, 0.92  # of the work, for progress


@dataclass(frozen=True, slots=True)
class Assessment:
    """A report with what it takes to draw it."""

    report: Report
    series: Series
    tracks: Track
    bodies: BodySeries
    held: tuple[Held | None, ...]  # one per segment
    camera: Camera
    path: str
    groomed: Groomed | None = None  # of the drill "groom", which has neither track nor body


class Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, stage: str) -> None:
        """What went by since the last lap belongs to ``stage``."""
        now = time.perf_counter()
        self.stages[stage] = self.stages.get(stage, 0.0) + now - self._since
        self._since = now


def score_recording(
    path: str, options: ScoreOptions, progress: Progress | None = None, pieces: Path | None = None
) -> Assessment:
    """Measure and judge one recording; ``pieces``: folder in which the pieces of a long one are kept meanwhile.

    Raises MediaError (cannot be read), CameraError (file of another format), NoPersonError.
    """
    if options.drill is Drill.GROOM:
        return _score_grooming(path, options, progress)
    watch_time = Stopwatch()
    info = probe(path)
    camera = known_or_assumed(options.camera, info.size_wh)
    track, notices, count = _watch(path, info, options, progress, pieces)
    watch_time.lap("pose")
    if not track.seen.any():
        raise nobody(track)
    bodies = body_series(track, camera, options.subject, _within(progress, WATCHING_SHARE, BODY_SHARE))
    watch_time.lap("reconstruction")
    found = _phases(bodies, track, options)
    windows, neutral_window = windows_of(track, found)
    wanted = [window for window in [*windows, neutral_window] if window is not None]
    watch_time.lap("phases")
    measured = iter(measure_windows(path, track, wanted, camera, options.subject, _within(progress, BODY_SHARE, 1.0)))
    held = [next(measured) if window is not None else None for window in windows]
    neutral = next(measured) if neutral_window is not None else None
    watch_time.lap("closer looks")
    take = Take(track, bodies, camera, *stature_of(options.subject.height_cm, options.subject.sex), options.fast)
    segments = tuple(
        _segment(phase, hold, neutral, options, take) for phase, hold in zip(found.phases, held, strict=True)
    )
    routine = _routine(segments, found, options)
    everything = (
        *notices,
        *track.notices,
        *_camera_notices(camera),
        *_phase_notices(found, options),
        *_routine_notices(routine),
    )
    watch_time.lap("judging")
    report = replace(
        _report(path, info, count, options, camera, segments, everything, watch_time.stages), routine=routine
    )
    if progress is not None:
        progress(1.0)
    return Assessment(report, shown(bodies.series), track, bodies, tuple(held), camera, path)


def _within(progress: Progress | None, start: float, end: float) -> Progress | None:
    """Progress of a stage as progress of the whole."""
    return None if progress is None else lambda share: progress(start + (end - start) * share)


def _score_grooming(path: str, options: ScoreOptions, progress: Progress | None) -> Assessment:
    """Measure and judge dress and hair on a still, or on the best stills of a recording; no body is fitted."""
    watch_time = Stopwatch()
    info = probe(path)
    camera = known_or_assumed(options.camera, info.size_wh)
    stills, notices, count = chosen_stills(path, info, options.sample_fps)
    watch_time.lap("stills")
    groomed = examine(stills, options.camera and camera, options.subject)
    watch_time.lap("grooming")
    segment = groomed_segment(groomed, info.duration_s or 0.0, options)
    watch_time.lap("judging")
    everything = (*notices, *_camera_notices(camera))
    report = _report(path, info, count, options, camera, (segment,), everything, watch_time.stages)
    if progress is not None:
        progress(1.0)
    track = no_track(info.size_wh)
    return Assessment(report, numbers_of(groomed), track, no_bodies(), (None,), camera, path, groomed)


def _watch(
    path: str, info: MediaInfo, options: ScoreOptions, progress: Progress | None, pieces: Path | None
) -> tuple[Track, tuple[Notice, ...], int]:
    """The subject's track, the reader's notices and the number of frames."""

    def advance(time_s: float) -> None:
        if progress is not None and info.duration_s:
            progress(min(1.0, time_s / info.duration_s) * WATCHING_SHARE)

    spans = spans_of(path, info)
    if len(spans) > 1:
        track, seen = watch_in_pieces(
            path, spans, info.size_wh, options.person, options.sample_fps, pieces, advance, fast=options.fast
        )
        return track, seen, len(track.times_s)
    with frames(path, sample_fps=options.sample_fps, **pace(options.fast)) as stream:
        track = watch(stream, info.size_wh, options.person, advance)
        return track, stream.notices, len(track.times_s)


def nobody(track: Track) -> NoPersonError:
    """The error for a recording in which nobody is seen, with the likely cause."""
    if len(track.brightness) and float(np.median(track.brightness)) < DARK_LEVEL:
        return NoPersonError(
            "nobody can be made out: the picture is too dark; turn on more light", "画面太暗，看不清人；请增加照明"
        )
    return NoPersonError(
        "nobody is seen; the whole body should be in the picture", "画面中没有看到人；请让全身进入画面"
    )


def _phases(bodies: BodySeries, track: Track, options: ScoreOptions) -> Found:
    """The drills of the recording; a still is one moment of the drill that was asked for."""
    drill: Drill | None = None if options.drill is Drill.ROUTINE else options.drill
    if len(track.times_s) == 1:
        moment_s = float(track.times_s[0])
        if drill is None:
            guessed = find_phases(bodies.series, None).phases
            drill = guessed[0].drill if guessed else Drill.STAND
        active = _raised_side(bodies) if drill is Drill.GUIDE else None
        return Found((Phase(drill, moment_s, moment_s, moment_s, moment_s, active),), None)
    return find_phases(bodies.series, drill, motion_of(track.times_s, track.landmarks_px))


def drills_of(assessment: Assessment) -> Found:
    """Every drill of an assessed recording, whatever it was assessed for."""
    track = assessment.tracks
    return find_phases(assessment.bodies.series, None, motion_of(track.times_s, track.landmarks_px))


def _raised_side(bodies: BodySeries) -> Side | None:
    """The arm farther from the trunk."""
    arm = {side: bodies.series.values.get(f"arm_trunk_{side}") for side in Side}
    known = {side: float(value[0]) for side, value in arm.items() if value is not None and np.isfinite(value[0])}
    return max(known, key=lambda side: known[side]) if len(known) == 2 else None


def _segment(phase: Phase, held: Held | None, neutral: Held | None, options: ScoreOptions, take: Take) -> Segment:
    """Measure a phase over its hold and judge it."""
    if held is None:
        measurements: dict[str, Measurement] = {}
        view, frame_s = View.FRONT, None
    else:
        base = None if neutral is None else neutral.moment
        measurements = {**held.moment.measurements, **over_time(phase, held.moment, base, options.neutral, take)}
        view, frame_s = view_of(held.moment.azimuth_deg), held.time_s
    checks = judge(
        options.pack,
        phase.drill,
        measurements,
        options.subject,
        frame_s,
        active_side=phase.active_side,
        role=options.role,
    )
    return Segment(
        drill=phase.drill,
        start_s=round(phase.start_s, TIME_DIGITS),
        end_s=round(phase.end_s, TIME_DIGITS),
        hold_start_s=None if phase.hold_start_s is None else round(phase.hold_start_s, TIME_DIGITS),
        hold_end_s=None if phase.hold_end_s is None else round(phase.hold_end_s, TIME_DIGITS),
        view=view,
        measurements=tuple(measurements.values()),
        checks=checks,
        score=score_checks(checks),
        active_side=phase.active_side,
        frame_s=frame_s,
    )


def _camera_notices(camera: Camera) -> tuple[Notice, ...]:
    if camera.level != "none":
        return ()
    return (
        Notice(
            "no_camera",
            "没有相机文件：按水平、1.2 米高、65° 视场假定，各项不确定度因此变大",
            "no camera file: a level camera at 1.2 m with a 65 deg field of view is assumed, which widens every u",
        ),
    )


def _phase_notices(found: Found, options: ScoreOptions) -> tuple[Notice, ...]:
    if found.phases:
        return ()
    asked = "" if options.drill is None else str(options.drill)
    return (
        Notice(
            "no_drill",
            f"录像中没有找到要评的动作{('：' + asked) if asked else ''}",
            f"no drill was found in the recording{(': ' + asked) if asked else ''}",
        ),
    )


def _routine(segments: tuple[Segment, ...], found: Found, options: ScoreOptions) -> RoutineResult | None:
    """What lies between the drills, held against the routine that was asked for; None where one drill was."""
    if options.drill not in (None, Drill.ROUTINE):
        return None
    return compare_routine(segments, found.passages, options.routine)


def _routine_notices(routine: RoutineResult | None) -> tuple[Notice, ...]:
    if routine is None:
        return ()
    notices = []
    if routine.message_en:
        notices.append(Notice("routine", f"流程：{routine.message_zh}", f"routine: {routine.message_en}"))
    unclear = [p for p in routine.passages if p.kind == "unclear"]
    if unclear:
        times = [f"{p.start_s:.1f}–{p.end_s:.1f}" for p in unclear]
        zh = f"{'、'.join(times)} 秒看不清做的是什么动作，没有评"
        en = f"what is done at {', '.join(times)} s cannot be made out and is not judged"
        notices.append(Notice("unclear", zh, en))
    return tuple(notices)


def _report(
    path: str,
    info: MediaInfo,
    count: int,
    options: ScoreOptions,
    camera: Camera,
    segments: tuple[Segment, ...],
    notices: tuple[Notice, ...],
    stages: dict[str, float],
) -> Report:
    sigma = {key: getattr(camera.sigma, key) for key in ("focal_rel", "pitch_deg", "roll_deg", "height_m")}
    return Report(
        source=Source(
            path=path,
            sha256=sha256_of(path),
            duration_s=info.duration_s,
            fps=info.fps,
            frames=count,
            size_wh=info.size_wh,
            rotation_deg=info.rotation_deg,
        ),
        program=Program(options.version, MODEL_NAME),
        standard=StandardRef(options.pack.id, options.pack.version, options.pack.sha256),
        calibration=CalibrationRef(camera.level, camera.file_hash, camera.method, sigma),
        subject=options.subject,
        segments=segments,
        manual_items=manual_items(options.pack, tuple(s.drill for s in segments), options.subject),
        overall=overall_score([s.checks for s in segments]),
        warnings=tuple({notice.code: notice for notice in notices}.values()),
        timing={stage: round(seconds, 4) for stage, seconds in stages.items()},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
