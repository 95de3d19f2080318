"""What a scored recording leaves behind: reports, stills with evidence, the annotated video."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vision.evidence import evidence_of
from vision.grooming.examine import Groomed
from vision.grooming.judged import grooming_slides, grooming_stills
from vision.overlay import Finding, FrameOverlay, LabelMemory, draw_overlay, make_still, title_line
from vision.palette import SEVERITY
from vision.reconstruct.skeleton import Point
from vision.records import RECORD_FILE, about_of, write_record
from vision.report import Motion, StillEvidence, write_reports
from vision.types import Check, FloatArray, ImageBgr, Segment
from vision.veil import BLURRED_NAME, Heads, blur_video, covered, find_heads
from vision.video import VideoWriter, frames, frames_at, probe

if TYPE_CHECKING:
    from vision.holding import Held
    from vision.pipeline import Assessment

VIDEO_NAME = "annotated.mp4"
STILLS_PER_SEGMENT = 14
STILLS_AT_MOST = 700  # in one report: some 30 MB; of very many drills the worst checks are shown
FALLBACK_FPS = 25.0
SLIDES_FPS, SLIDE_FRAMES = 5.0, 15  # three seconds for each still of a grooming station
BODY_NAMES = tuple(point.name.lower() for point in Point)
EVIDENCE_GAP_S = 0.4  # bodies farther apart in time than this are not bridged
NO_HEADS = Heads()


class Faces(StrEnum):
    """What becomes of faces in pictures that are written."""

    SHOWN = "shown"
    COVERED = "covered"
    COVERED_AND_COPY = "covered_and_copy"  # and the recording itself, with faces covered


def write_outputs(
    assessment: Assessment,
    folder: Path,
    formats: frozenset[str],
    video: bool,
    language: str,
    faces: Faces = Faces.SHOWN,
) -> list[Path]:
    """Write the formats, the numbers over time and, if asked, the annotated video into ``folder``; the paths written.

    ``faces`` concerns pictures alone: everything is measured and judged by now. Raises OutputError when the disk does
    not take it.
    """
    heads = Heads() if faces is Faces.SHOWN else find_heads(assessment.path, assessment.tracks)
    if assessment.groomed is not None:
        groomed = _covered_stills(assessment.groomed, heads)
        written = _write_grooming(assessment, groomed, folder, formats, video, language)
    else:
        written = _write_posture(assessment, folder, formats, video, language, heads)
    if faces is Faces.COVERED_AND_COPY:
        written.append(blur_video(assessment.path, folder / BLURRED_NAME, heads))
    return written


def _write_posture(
    assessment: Assessment, folder: Path, formats: frozenset[str], video: bool, language: str, heads: Heads
) -> list[Path]:
    stills = sorted(_stills(assessment, language, heads), key=lambda still: still.segment)
    motion = Motion(assessment.bodies.times_s, BODY_NAMES, assessment.bodies.points_m)
    written = write_reports(assessment.report, assessment.series, stills, folder, formats, language, motion)
    about = about_of(assessment.report, assessment.camera)
    written.append(write_record(folder / RECORD_FILE, assessment.tracks, assessment.bodies, assessment.series, about))
    if video:
        written.append(annotate(assessment, folder / VIDEO_NAME, language, heads=heads))
    return written


def _covered_stills(groomed: Groomed, heads: Heads) -> Groomed:
    stills = tuple(
        replace(
            still,
            portrait=replace(still.portrait, image_bgr=covered(still.portrait.image_bgr, heads.at(still.time_s))),
        )
        for still in groomed.stills
    )
    return replace(groomed, stills=stills)


def _write_grooming(
    assessment: Assessment, groomed: Groomed, folder: Path, formats: frozenset[str], video: bool, language: str
) -> list[Path]:
    """The same of a grooming station: its stills outlined, one after the other in the annotated video."""
    segment = assessment.report.segments[0]
    stills = list(grooming_stills(groomed, segment, 0, language))
    written = write_reports(assessment.report, None, stills, folder, formats - {"csv"}, language)  # no courses to draw
    written += write_reports(assessment.report, assessment.series, (), folder, formats & {"csv"}, language)
    if video:
        path = folder / VIDEO_NAME
        with VideoWriter(path, assessment.report.source.size_wh, SLIDES_FPS) as writer:
            for count, picture in enumerate(grooming_slides(groomed, segment, assessment.camera.level, language)):
                for k in range(SLIDE_FRAMES):
                    writer.write(picture, (count * SLIDE_FRAMES + k) / SLIDES_FPS)
        written.append(path)
    return written


def _numbers(segment: Segment) -> dict[str, float]:
    return {m.name: m.value for m in segment.measurements if isinstance(m.value, float)}


def _finding(check: Check, points_m: FloatArray | None, assessment: Assessment, values: dict[str, float]) -> Finding:
    if points_m is None or not np.isfinite(points_m).all():
        return Finding(check)
    return Finding(check, evidence_of(check.measurement, points_m, assessment.camera, values))


def _pictured(assessment: Assessment) -> Iterator[tuple[int, Held, ImageBgr]]:
    """Number, hold and picture of every segment that has one, in order of time; the recording is opened once."""
    held = [(number, one) for number, one in enumerate(assessment.held) if one is not None]
    held.sort(key=lambda each: each[1].time_s)
    unkept = [one.time_s for _, one in held if one.image_bgr is None]
    read = frames_at(assessment.path, unkept) if unkept else iter(())
    for number, one in held:
        yield number, one, next(read).image_bgr if one.image_bgr is None else one.image_bgr


def _stills(assessment: Assessment, language: str, heads: Heads) -> Iterable[StillEvidence]:
    """One picture per check of every segment, with its evidence drawn in; in order of time."""
    most = max(1, min(STILLS_PER_SEGMENT, STILLS_AT_MOST // max(1, len(assessment.held))))
    for number, held, picture_bgr in _pictured(assessment):
        segment = assessment.report.segments[number]
        image_bgr = covered(picture_bgr, heads.at(held.time_s))
        rows = list(held.window.frames)
        overlay = FrameOverlay(
            np.median(assessment.tracks.landmarks_px[rows], axis=0),
            np.median(assessment.tracks.visibility[rows], axis=0),
        )
        values = _numbers(segment)
        measured = [check for check in segment.checks[:STILLS_PER_SEGMENT] if check.value is not None]
        for check in sorted(measured, key=lambda check: SEVERITY[check.verdict])[:most]:
            finding = _finding(check, held.moment.points_m, assessment, values)
            yield make_still(image_bgr, overlay, finding, held.time_s, number, language)


def annotate(
    assessment: Assessment,
    path: Path,
    language: str,
    lap: Callable[[str], None] = lambda stage: None,
    heads: Heads = NO_HEADS,
) -> Path:
    """The recording with skeleton, angles where they live, and verdicts; H.264.

    ``lap`` hears what was just done; ``heads`` are covered before anything is drawn.
    """
    info = probe(assessment.path)
    memory = LabelMemory()
    track = assessment.tracks
    fps = info.fps if info.fps else FALLBACK_FPS
    with frames(assessment.path) as stream, VideoWriter(path, info.size_wh, fps) as writer:
        wanted = {int(index): i for i, index in enumerate(track.indices)}
        for frame in stream:
            i = wanted.get(frame.index)
            if i is None:
                continue
            lap("decoding")
            shown = covered(frame.image_bgr, heads.at(frame.timestamp_s))
            drawn = draw_overlay(shown, _overlay(assessment, i, language), language, memory)
            lap("drawing")
            writer.write(drawn, frame.timestamp_s)
            lap("encoding")
    return path


def _overlay(assessment: Assessment, i: int, language: str) -> FrameOverlay:
    track = assessment.tracks
    time_s = float(track.times_s[i])
    segment = next((s for s in assessment.report.segments if s.start_s <= time_s <= s.end_s), None)
    title = title_line(None if segment is None else segment.drill, time_s, assessment.camera.level, language)
    findings: tuple[Finding, ...] = ()
    if segment is not None:
        points = _points_at(assessment, time_s)
        values = _numbers(segment)
        findings = tuple(_finding(check, points, assessment, values) for check in segment.checks)
    seen = np.isfinite(track.landmarks_px[i]).all()
    return FrameOverlay(track.landmarks_px[i] if seen else None, track.visibility[i] if seen else None, findings, title)


def _points_at(assessment: Assessment, time_s: float) -> FloatArray | None:
    """The fitted body at a time, between its neighbours in the series."""
    times, points = assessment.bodies.times_s, assessment.bodies.points_m
    after = int(np.searchsorted(times, time_s))
    before = max(after - 1, 0)
    after = min(after, len(times) - 1)
    gap = float(times[after] - times[before])
    if gap > EVIDENCE_GAP_S:
        return None
    share = 0.0 if gap <= 0 else (time_s - float(times[before])) / gap
    return np.asarray(points[before] * (1 - share) + points[after] * share)
