"""The guiding gesture on its way (clauses guide.sweep, guide.elbow_pivot): rise, smoothness, what of the arm moves.

Smoothness is the spectral arc length of the hand's speed (Balasubramanian, Melendez-Calderon, Roby-Brami, Burdet: "On
the analysis of movement smoothness", J. NeuroEngineering Rehabil. 12:112, 2015): nearer 0 is smoother, one
minimum-jerk reach gives about -1.4 to -1.6, every halt adds to it.
"""

from __future__ import annotations

import math

import numpy as np

from vision.geometry import angle_between_deg
from vision.landmarks import Landmark
from vision.overtime.take import LEAST_VISIBILITY, Take, given, missing
from vision.phases import Phase
from vision.reconstruct.skeleton import pair, trunk_frame
from vision.types import BoolArray, FloatArray, Measurement, Reason, Side, View

AMPLITUDE_SHARE, HIGHEST_HZ, PADDING = 0.05, 10.0, 16  # of the paper: threshold, cut-off, zeros added
RATE_HZ = 50.0
AROUND_S = 0.25  # rest on both sides of the movement: boundaries are known to that
REST_S = 0.5
SHORTEST_S = 0.3
SMOOTH_U = 0.35
RISE_U_CM = 5.0
TURN_SIGMA_DEG = 9.0  # of a limb's direction at one of the two ends
LEAST_TURN_DEG = 25.0
HAND = {
    Side.LEFT: (Landmark.LEFT_WRIST, Landmark.LEFT_PINKY, Landmark.LEFT_INDEX),
    Side.RIGHT: (Landmark.RIGHT_WRIST, Landmark.RIGHT_PINKY, Landmark.RIGHT_INDEX),
}


def measure_sweep(phase: Phase, take: Take, view: View) -> list[Measurement]:
    """``sweep_rise_*``, ``sweep_smooth_*`` and ``upper_arm_share_*`` of the arm that guides."""
    side = phase.active_side
    if side is None:
        return []
    names = [f"{name}_{side}" for name in ("sweep_rise", "sweep_smooth", "upper_arm_share")]
    start, end = phase.start_s, phase.hold_start_s
    if end is None or end - start < SHORTEST_S or start <= take.track.times_s[0] + 1e-6:
        return [missing(name, Reason.OUT_OF_FRAME) for name in names]
    rows = take.rows(start - AROUND_S, end + AROUND_S)
    marks = take.track.landmarks_px[rows][:, list(HAND[side])]
    if rows.sum() < 6 or ((marks < 0) | (marks > np.array(take.track.size_wh))).any():
        return [missing(name, Reason.OUT_OF_FRAME) for name in names]
    if np.median(take.track.visibility[rows][:, list(HAND[side])]) < LEAST_VISIBILITY:
        return [missing(name, Reason.OCCLUDED) for name in names]
    before, after = take.fitted(start - REST_S, start), take.fitted(end, (phase.hold_end_s or phase.end_s))
    return [
        _rise(names[0], take, before, after, side, view),
        _smooth(names[1], take, rows, side, view),
        _pivot(names[2], take, before, after, side, view),
    ]


def spectral_arc_length(times_s: FloatArray, speed: FloatArray) -> float:
    """SPARC of a speed profile (T,) at any even or uneven times."""
    even = np.arange(times_s[0], times_s[-1], 1.0 / RATE_HZ)
    profile = np.interp(even, times_s, speed)
    count = int(2 ** (math.ceil(math.log2(len(profile))))) * PADDING
    hz = np.arange(count) * RATE_HZ / count
    size = np.abs(np.fft.fft(profile, count))
    size = size / size[0] if size[0] > 0 else size
    low = hz <= HIGHEST_HZ
    hz, size = hz[low], size[low]
    loud = np.flatnonzero(size >= AMPLITUDE_SHARE)
    if len(loud) < 2:
        return math.nan
    hz, size = hz[: loud[-1] + 1], size[: loud[-1] + 1]
    return float(-np.sum(np.hypot(np.diff(hz) / (hz[-1] - hz[0]), np.diff(size))))


def _smooth(name: str, take: Take, rows: BoolArray, side: Side, view: View) -> Measurement:
    times = take.track.times_s[rows]
    hand = take.track.landmarks_px[rows][:, list(HAND[side])].mean(axis=1)
    speed = np.linalg.norm(np.gradient(hand, times, axis=0), axis=1)
    return given(name, spectral_arc_length(times, speed), SMOOTH_U, view)


def _rise(name: str, take: Take, before: BoolArray, after: BoolArray, side: Side, view: View) -> Measurement:
    if not before.any() or not after.any():
        return missing(name, Reason.TOO_UNCERTAIN)
    points = take.bodies.points_m
    heights = pair(points, "hand")[0 if side is Side.LEFT else 1][:, 2]
    rise = float(np.median(heights[after]) - np.median(heights[before]))
    return given(name, 100 * rise, math.hypot(RISE_U_CM, 2 * take.camera.sigma.focal_rel * 100 * abs(rise)), view)


def _pivot(name: str, take: Take, before: BoolArray, after: BoolArray, side: Side, view: View) -> Measurement:
    """Turn of the upper arm over that of the forearm, between rest and hold, as the trunk sees them."""
    if not before.any() or not after.any():
        return missing(name, Reason.TOO_UNCERTAIN)
    upper, fore = (limb_turn_deg(take.bodies.points_m, before, after, side, *limb) for limb in LIMBS)
    if fore < LEAST_TURN_DEG:
        return missing(name, Reason.TOO_UNCERTAIN)
    ratio = upper / fore
    return given(name, ratio, 2 * math.sqrt(2) * TURN_SIGMA_DEG / fore * math.hypot(1.0, ratio), view)


LIMBS = (("shoulder", "elbow"), ("elbow", "wrist"))


def limb_turn_deg(
    points_m: FloatArray, before: BoolArray, after: BoolArray, side: Side, upper: str, lower: str
) -> float:
    """Angle between a limb's directions in the trunk's frame, of bodies (N, 21, 3) before and after."""
    i = 0 if side is Side.LEFT else 1
    axes = np.stack(trunk_frame(points_m), axis=-2)
    limb = np.einsum("nij,nj->ni", axes, pair(points_m, lower)[i] - pair(points_m, upper)[i])
    return float(angle_between_deg(np.median(limb[before], axis=0), np.median(limb[after], axis=0)))
