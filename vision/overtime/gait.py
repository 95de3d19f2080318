"""Walking or running (clause walk.even: no running), told by when the hips are highest.

Who walks vaults over a straight leg: the hips are lowest while both feet are on the floor far apart. Who runs flies
then: the hips are highest (Cavagna, Heglund, Taylor, "Mechanical work in terrestrial locomotion", Am. J. Physiol.
233: R243, 1977). So the rise of the hips, in step with the distance between the ankles, has opposite signs. Moments off
the ground are too short to be seen; this needs only the bounce of several steps.
"""

from __future__ import annotations

import math

import numpy as np

from calibration.camera import undistort_points
from vision.landmarks import Landmark
from vision.overtime.take import Take, missing
from vision.overtime.walking import Steps, steady_rows, steps_of
from vision.phases import Phase
from vision.types import BoolArray, FloatArray, Measurement, Reason

NAME = "gait"
LEAST_BOUNCE_M = 0.004  # amplitude; walkers' is 0.015 to 0.025, runners' 0.03 to 0.05
# Lifted feet look farther away than they are and the network is later with slow movements than with quick ones, so hips
# and ankles are out of step: five rendered walks led by 133 to 168 deg of a step's cycle instead of 180. What lies
# farther than this from both a walk and a run is neither.
CLEAR_DEG = 65.0
LEAST_STEPS = 3.0
LEAST_WRONG = 0.02


def hip_heights(take: Take, rows: BoolArray, steps: Steps) -> FloatArray:
    """Heights (N,) in metres of the mid-hip, at the ankles' distance, smooth in time."""
    camera = take.camera
    away = np.linalg.norm(steps.ankles_m.mean(axis=1) - camera.centre_m[:2], axis=1)
    t = take.track.times_s[rows] - steps.times_s.mean()
    distance = np.polyval(np.polyfit(steps.times_s - steps.times_s.mean(), away, 2), t)
    marks = take.track.landmarks_px[rows][:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=1)
    pixels = undistort_points(camera, marks)
    rays = np.column_stack([pixels, np.ones(len(pixels))]) @ np.linalg.inv(camera.matrix).T
    rays = rays @ camera.rotation_cam_from_floor
    return np.asarray(camera.centre_m[2] + rays[:, 2] / np.linalg.norm(rays[:, :2], axis=1) * distance)


def bounce(times_s: FloatArray, heights_m: FloatArray, steps: Steps) -> tuple[float, float, float]:
    """The hips' bounce: amplitude (m), its standard deviation, and by how much (deg) it leads the feet's spreading.

    0 deg: highest while the feet are farthest apart (a run); 180: lowest then (a walk).
    """
    w = 2 * np.pi * steps.stride_hz
    lead = (steps.ankles_m[:, 0] - steps.ankles_m[:, 1]) @ steps.way
    own = steps.times_s - times_s.mean()
    basis = np.column_stack([np.ones_like(own), own, np.cos(w * own), np.sin(w * own)])
    swing = np.linalg.lstsq(basis, lead, rcond=None)[0]
    # lead = A cos(w t - phase): the feet are farthest apart twice a stride, where cos(2 w t - 2 phase) is 1.
    phase = math.atan2(float(swing[3]), float(swing[2]))
    t = times_s - times_s.mean()
    columns = [t**k for k in range(4)] + [np.cos(2 * w * t - 2 * phase), np.sin(2 * w * t - 2 * phase)]
    matrix = np.column_stack(columns)
    found = np.linalg.lstsq(matrix, heights_m, rcond=None)[0]
    left = heights_m - matrix @ found
    # What is left is alike from frame to frame: one independent value a quarter of a step.
    free = max(float(np.ptp(times_s)) * 8 * steps.stride_hz - matrix.shape[1], 1.0)
    sigma = float(left.std()) * math.sqrt(2 / free)
    return float(np.hypot(found[-2], found[-1])), sigma, math.degrees(math.atan2(float(found[-1]), float(found[-2])))


def measure_gait(phase: Phase, take: Take) -> Measurement:
    """``gait``: ``walk`` or ``run``, with the risk of being wrong."""
    rows = steady_rows(phase, take)
    steps = None if rows is None else steps_of(take, take.camera, rows)
    if rows is None or steps is None:
        return missing(NAME, Reason.OUT_OF_FRAME if rows is None else Reason.TOO_UNCERTAIN)
    times = take.track.times_s[rows]
    if np.ptp(times) * 2 * steps.stride_hz < LEAST_STEPS:
        return missing(NAME, Reason.OUT_OF_FRAME)
    size, sigma, lead_deg = bounce(times, hip_heights(take, rows, steps), steps)
    off_deg = min(abs(lead_deg), 180.0 - abs(lead_deg))
    if not math.isfinite(size) or size < LEAST_BOUNCE_M or off_deg > CLEAR_DEG:
        return missing(NAME, Reason.TOO_UNCERTAIN)
    # Wrong when noise has carried the bounce over to the other side of a quarter of a step.
    wrong = 0.5 * math.erfc(size * math.cos(math.radians(off_deg)) / max(sigma, 1e-6) / math.sqrt(2))
    word = "run" if abs(lead_deg) < 90.0 else "walk"
    return Measurement(NAME, word, max(wrong, LEAST_WRONG), "")
