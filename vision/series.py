"""Measurements over time: the body fitted at a modest rate, for phases, charts and the annotated video.

Feet come from the pose network alone here, so angles of the feet are left to
the moments that are judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from calibration.camera import Camera, points_on_plane
from vision.landmarks import Landmark
from vision.look import Look
from vision.measures.correction import table_key, view_group
from vision.measures.registry import Measured, measure_fit
from vision.moment import FEET_NAMES, azimuth_deg, correction_table, seen_of
from vision.quantities import quantities
from vision.reconstruct.fit import fit_bodies, stature_used_m
from vision.reconstruct.model import body_model
from vision.reconstruct.skeleton import COUNT, middle
from vision.types import BoolArray, FloatArray, PoseObservation, Series, Subject
from vision.watch import Track

RATE_HZ = 8.0
BATCH = 192  # a third less time than 48 at a time
ITERATIONS = 16
WARM_ITERATIONS = 5
ANCHOR_STEP = 4
ANKLE_M = 0.12  # above the floor, over stance and swing, in shoes
HOPELESS_COST = 250.0  # of one quickly fitted frame
ASSUMED_HOPELESS_COST = 1000.0  # an assumed camera may contradict the floor that the feet stand on; the limbs are right


@dataclass(frozen=True, slots=True)
class BodySeries:
    """The body over time: points (T, 21, 3) in metres (NaN where unseen), azimuths, and the measures."""

    times_s: FloatArray
    points_m: FloatArray
    azimuth_deg: FloatArray
    series: Series


def no_bodies() -> BodySeries:
    """A body over no time."""
    nothing = np.empty(0)
    return BodySeries(nothing, np.empty((0, 21, 3)), nothing, Series(nothing))


def chosen_frames(track: Track) -> list[int]:
    """Frames at about `RATE_HZ` that were looked at, and always the last: what was filled in tells nothing new."""
    kept: list[int] = []
    next_s = -np.inf
    passed_over = np.zeros(len(track.times_s), np.bool_) if track.passed_over is None else track.passed_over
    for i, time_s in enumerate(track.times_s):
        if time_s >= next_s and not passed_over[i]:
            kept.append(i)
            next_s = time_s + 1.0 / RATE_HZ - 1e-6
    if len(track.times_s) and kept[-1] != len(track.times_s) - 1:
        kept.append(len(track.times_s) - 1)
    return kept


def pose_at(track: Track, i: int) -> PoseObservation:
    """The smoothed pose of a frame."""
    return PoseObservation(track.landmarks_px[i], track.world_m[i], track.visibility[i], float(track.times_s[i]))


def body_series(
    track: Track, camera: Camera, subject: Subject, progress: Callable[[float], None] | None = None
) -> BodySeries:
    """Fit and measure the chosen frames of a track; ``progress`` hears the share that is done."""
    frames = chosen_frames(track)
    times = track.times_s[frames]
    seen_frames = [k for k, i in enumerate(frames) if track.seen[i]]
    points = np.full((len(frames), COUNT, 3), np.nan)
    azimuths = np.full(len(frames), np.nan)
    values: dict[str, FloatArray] = {}
    u: dict[str, FloatArray] = {}
    model = body_model()
    for first in range(0, len(seen_frames), BATCH):
        rows = seen_frames[first : first + BATCH]
        seen = [seen_of(pose_at(track, frames[k]), camera, subject, Look(), sits=False) for k in rows]
        # Every fourth frame from nothing, the others from their neighbour: half of the steps.
        anchors = fit_bodies(seen[::ANCHOR_STEP], model, iterations=ITERATIONS, readings=False)
        start = np.repeat(anchors.state, ANCHOR_STEP, axis=0)[: len(seen)]
        fit = fit_bodies(seen, model, start=start, iterations=WARM_ITERATIONS, readings=False)
        good = fit.cost < (ASSUMED_HOPELESS_COST if camera.level == "none" else HOPELESS_COST)
        points[rows] = np.where(good[:, None, None], fit.points_m, np.nan)
        azimuths[rows] = [azimuth_deg(body, camera) for body in fit.points_m]
        measured = measure_fit(fit, stature_used_m(fit, seen), model, camera.seat)
        _store(values, u, measured, rows, good, azimuths, len(frames), camera.level == "none")
        if progress is not None:
            progress((first + len(rows)) / len(seen_frames))
    hips = middle(points, "hip")
    for axis, name in enumerate(("pelvis_x", "pelvis_y", "pelvis_z")):
        values[name] = hips[:, axis]
        u[name] = np.full(len(frames), np.nan)
    place = between_ankles(track, frames, camera)
    for axis, name in enumerate(("pelvis_x", "pelvis_y")):
        values[name] = np.where(np.isfinite(place[:, axis]) & np.isfinite(hips[:, axis]), place[:, axis], hips[:, axis])
    values["azimuth"] = azimuths
    values["hip_height"] = hips[:, 2] - middle(points, "ankle")[:, 2]
    values["visible"] = np.array([float((track.visibility[i] > 0.3).mean()) for i in frames])
    u["visible"] = np.zeros(len(frames))
    return BodySeries(times, points, azimuths, Series(times, values, u))


def between_ankles(track: Track, frames: list[int], camera: Camera) -> FloatArray:
    """The place (N, 2) on the floor between the ankles; NaN where one is not in the picture.

    Where somebody is, the feet say better than the fitted hips, whose distance swings by half a metre with the steps
    of who walks towards the camera.
    """
    ankles = track.landmarks_px[frames][:, [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]]
    inside = ((ankles >= 0) & (ankles <= np.array(track.size_wh))).all(axis=(1, 2))
    place = points_on_plane(camera, ankles, ANKLE_M).mean(axis=1)[:, :2]
    return np.where(inside[:, None], place, np.nan)


def _store(
    values: dict[str, FloatArray],
    u: dict[str, FloatArray],
    measured: Measured,
    rows: list[int],
    good: BoolArray,
    azimuths: FloatArray,
    count: int,
    assumed: bool,
) -> None:
    """Correct a batch and put it into the series."""
    table = correction_table()
    groups = [view_group(float(azimuths[k])) for k in rows]
    for name, value in measured.values.items():
        if name in FEET_NAMES or name not in quantities():
            continue
        keys = [table_key(name, measured.values, k) for k in range(len(rows))]
        if keys[0] not in table:
            continue
        true, spread = np.empty(len(rows)), np.empty(len(rows))
        places: dict[tuple[str, str], list[int]] = {}
        for k, kind in enumerate(zip(keys, groups, strict=True)):
            places.setdefault(kind, []).append(k)
        for (key, group), own in places.items():
            true[own] = table[key][group].true_value(value[own])
            spread[own] = table[key][group].sigma(measured.sigma[name][own], assumed=assumed)
        for target, result in ((values, true), (u, 2 * spread)):
            column = target.setdefault(name, np.full(count, np.nan))
            column[rows] = np.where(good, result, np.nan)


def shown(series: Series) -> Series:
    """The series as people get it: without the helpers of the search for phases."""
    hidden = ("pelvis_x", "pelvis_y", "pelvis_z", "azimuth", "hip_height", "visible")
    return Series(
        series.times_s,
        {name: value for name, value in series.values.items() if name not in hidden},
        {name: value for name, value in series.u.items() if name not in hidden},
    )
