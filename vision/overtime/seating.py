"""Sitting down and rising (clause sit.down_up): how fast the hips go, and from which side of the chair one came."""

from __future__ import annotations

import math

import numpy as np
from scipy.interpolate import CubicSpline

from calibration.camera import rays_of
from vision.filtering import gate_outliers, smooth_zero_phase
from vision.landmarks import Landmark
from vision.overtime.take import Take, given, missing
from vision.phases import Phase
from vision.reconstruct.skeleton import middle, pelvis_axes
from vision.types import BoolArray, FloatArray, Measurement, Reason, View

CUTOFF_HZ = 3.0
DISTANCE_HZ = 1.0
AROUND_S = 0.5  # before and after the movement
SPEED_U_CM_S, SPEED_U_SHARE = 5.0, 0.15
LEAST_DROP_M = 0.15
BESIDE_M = 0.3  # farther than this from the seat's middle is beside the chair, not in front of it
SIDE_SIGMA_M = 0.1


def measure_sitting_down(phase: Phase, take: Take, view: View) -> list[Measurement]:
    """``hip_descent_speed`` and ``entry_side``."""
    times = take.track.times_s
    if phase.hold_start_s is None or phase.start_s <= times[0] + 1e-6:
        return [missing(name, Reason.OUT_OF_FRAME) for name in ("hip_descent_speed", "entry_side")]
    down = _speed("hip_descent_speed", phase.start_s, phase.hold_start_s, -1.0, take, view)
    return [down, _entry(phase, take)]


def measure_rising(phase: Phase, take: Take, view: View) -> Measurement:
    """``hip_rise_speed``: as `measure_sitting_down`, on the way up."""
    if phase.hold_end_s is None or phase.end_s >= take.track.times_s[-1] - 1e-6:
        return missing("hip_rise_speed", Reason.OUT_OF_FRAME)
    return _speed("hip_rise_speed", phase.hold_end_s, phase.end_s, 1.0, take, view)


def _speed(name: str, start_s: float, end_s: float, sign: float, take: Take, view: View) -> Measurement:
    """The hips' largest speed up (``sign`` 1) or down (-1) about these times.

    Read from the picture at every frame: a fitted body that is a little wrong for one moment is a leap.
    """
    start_s, end_s = start_s - AROUND_S, end_s + AROUND_S
    bodies, rows = take.fitted(start_s, end_s), take.rows(start_s, end_s)
    if bodies.sum() < 6 or rows.sum() < 6:
        return missing(name, Reason.OCCLUDED)
    times = take.track.times_s[rows]
    height = smooth_zero_phase(times, _hip_height_m(take, rows, bodies), CUTOFF_HZ)
    if float(np.ptp(height)) < LEAST_DROP_M:
        return missing(name, Reason.TOO_UNCERTAIN)
    fine = np.linspace(times[0], times[-1], 10 * len(times))
    speed = 100 * float(np.max(sign * CubicSpline(times, height)(fine, 1)))
    return given(name, speed, math.hypot(SPEED_U_CM_S, SPEED_U_SHARE * speed), view)


def _hip_height_m(take: Take, rows: BoolArray, bodies: BoolArray) -> FloatArray:
    """Height (n,) of the hips' middle: the ray of every frame, as far away as the fitted bodies say, evened out."""
    hips = middle(take.bodies.points_m[bodies], "hip") - take.camera.centre_m
    away = gate_outliers(take.bodies.times_s[bodies], np.linalg.norm(hips[:, :2], axis=1), window_s=1.0)
    known = np.isfinite(away)
    away = smooth_zero_phase(take.bodies.times_s[bodies][known], away[known], DISTANCE_HZ)
    marks = take.track.landmarks_px[rows][:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=1)
    rays = rays_of(take.camera, marks)
    slope = rays[:, 2] / np.linalg.norm(rays[:, :2], axis=1)
    distance = np.interp(take.track.times_s[rows], take.bodies.times_s[bodies][known], away)
    return np.asarray(take.camera.centre_m[2] + slope * distance)


def _entry(phase: Phase, take: Take) -> Measurement:
    """Where the person was before, as the sitter sees it; not known of one who already stood before the chair."""
    name = "entry_side"
    seated = take.fitted(phase.hold_start_s or phase.start_s, phase.hold_end_s or phase.end_s)
    before = take.fitted(float(take.track.times_s[0]), phase.start_s)
    if not seated.any() or not before.any():
        return missing(name, Reason.OUT_OF_FRAME)
    sitter = np.median(take.bodies.points_m[seated], axis=0)
    left, _ = pelvis_axes(sitter)
    offset = (middle(take.bodies.points_m[before], "hip") - middle(sitter, "hip")) @ left
    farthest = float(offset[np.argmax(np.abs(offset))])
    if abs(farthest) < BESIDE_M:
        return missing(name, Reason.OUT_OF_FRAME)
    sure = abs(farthest) / SIDE_SIGMA_M
    wrong = 0.5 * math.erfc(sure / math.sqrt(2))
    return Measurement(name, "left" if farthest > 0 else "right", wrong, "")
