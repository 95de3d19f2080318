"""Walking (clauses walk.straight, walk.even, walk.arms): how straight, how fast, how even, how long the steps.

The ankles are put on the floor through the camera at every frame: their mean goes along with the body, their
difference swings once a stride. A sine of that swing (with its third harmonic, without even ones: one leg does what
the other did half a stride before) gives the stride's frequency, the mean's way between strides the speed. The path's
straightness is that of the mid-hip, whose bearing is sharp; its distance from the camera is taken from the ankles,
smooth in time, because what one camera sees of it swings with every step. So a path is judged from in front: across
the picture a swerve would be one in depth.

The network's smoothing makes a person late who is far away (a third of a second) and less so near the camera: speed
and cadence of who comes nearer read some per cent too high, which stands in u.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from calibration.camera import Camera, points_on_plane, undistort_points
from vision.landmarks import Landmark
from vision.overtime.take import LEAST_VISIBILITY, Take, camera_sigma, given, less_noise, missing
from vision.phases import Phase
from vision.types import BoolArray, FloatArray, Measurement, Reason, Side, View

NAMES = ("walk_deviation", "walk_speed", "walk_speed_cv", "cadence", "stride_length", "step_ratio")
ANKLE_M = 0.12  # over stance and swing, in shoes
UNDER_WAY_S = 0.5  # from the first movement to full speed, and back to rest
SHORTEST_S, LEAST_STRIDES = 1.2, 1.2
STRIDE_HZ = (0.5, 1.6)
STEP_HZ = 0.005
LEAST_SWING_M = 0.1  # half of the distance between the ankles at a step
# Relative standard deviations on rendered walks (`tools/over_time.py`).
SPEED_REL, CADENCE_REL, SWING_REL = 0.035, 0.03, 0.15
ACROSS_M, DEPTH_REL = 0.012, 0.04
CV_NOISE = 0.05
SWING_GAIN, SWING_NOISE_DEG = 0.75, 5.0  # the network's smoothing takes a quarter of a swing (0.66 and 0.81)
LEAST_ASIDE = 0.6  # sine: an arm that swings towards the camera is not seen to swing


@dataclass(frozen=True, slots=True)
class Steps:
    """Steady walking: when, where the ankles are, which way it goes, and the stride's swing."""

    times_s: FloatArray  # (N,)
    ankles_m: FloatArray  # (N, 2, 2) left and right on the floor
    way: FloatArray  # (2,) unit
    speed_m_s: float
    stride_hz: float
    swing_m: float  # amplitude of the left ankle's lead over the right one


def measure_walking(phase: Phase, take: Take, view: View) -> list[Measurement]:
    """Everything of the steady part of a walk."""
    rows = steady_rows(phase, take)
    if rows is None:
        return [missing(name, Reason.OUT_OF_FRAME) for name in NAMES]
    steps = steps_of(take, take.camera, rows)
    if steps is None:
        return [missing(name, Reason.TOO_UNCERTAIN) for name in NAMES]
    found = [_deviation(take, rows, steps, view), *_pace(take, rows, steps, view), _evenness(steps, view)]
    return [*found, *_arm_swings(take, rows, steps, view)]


def steady_rows(phase: Phase, take: Take) -> BoolArray | None:
    """Frames under way at full speed with both ankles in the picture; None when they are too few."""
    times = take.track.times_s
    start = phase.start_s + (UNDER_WAY_S if phase.start_s > times[0] + 0.1 else 0.0)
    end = phase.end_s - (UNDER_WAY_S if phase.end_s < times[-1] - 0.1 else 0.0)
    ankles = take.track.landmarks_px[:, [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]]
    inside = ((ankles >= 0) & (ankles <= np.array(take.track.size_wh))).all(axis=(1, 2))
    rows = np.asarray(take.rows(start, end) & inside)
    if rows.sum() < 8 or np.ptp(times[rows]) < SHORTEST_S:
        return None
    return rows


def steps_of(take: Take, camera: Camera, rows: BoolArray) -> Steps | None:
    """The walk as this camera would see it; None where nobody strides."""
    times = take.track.times_s[rows]
    marks = take.track.landmarks_px[rows][:, [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]]
    ankles = points_on_plane(camera, marks, ANKLE_M)[..., :2]
    seen = np.isfinite(ankles).all(axis=(1, 2))
    times, ankles = times[seen], ankles[seen]
    if len(times) < 8:
        return None
    slope = np.polyfit(times, ankles.mean(axis=1), 1)[0]
    way = slope / max(float(np.linalg.norm(slope)), 1e-9)
    found = stride(times, (ankles[:, 0] - ankles[:, 1]) @ way)
    if found is None:
        return None
    hz, swing = found
    return Steps(times, ankles, way, _speed(times, ankles.mean(axis=1) @ way, hz), hz, swing)


def stride(times_s: FloatArray, lead_m: FloatArray) -> tuple[float, float] | None:
    """Frequency (Hz) and amplitude (m) of one ankle's lead over the other; None where it does not swing."""
    t = times_s - times_s.mean()
    grid = np.arange(STRIDE_HZ[0], STRIDE_HZ[1], STEP_HZ)
    left = np.array([_residual(t, lead_m, hz)[0] for hz in grid])
    best = int(np.argmin(left))
    _, swing = _residual(t, lead_m, grid[best])
    explained = 1.0 - left[best] / max(float(np.sum((lead_m - lead_m.mean()) ** 2)), 1e-12)
    ends = best in (0, len(grid) - 1)
    if ends or swing < LEAST_SWING_M or explained < 0.5 or np.ptp(times_s) * grid[best] < LEAST_STRIDES:
        return None
    return float(grid[best]), swing


def _residual(t: FloatArray, lead_m: FloatArray, hz: float) -> tuple[float, float]:
    """Squares left by a swing of growing size with its third harmonic, and its amplitude."""
    w = 2 * np.pi * hz * t
    columns = [np.ones_like(t), t, np.cos(w), np.sin(w), t * np.cos(w), t * np.sin(w), np.cos(3 * w), np.sin(3 * w)]
    matrix = np.stack(columns, axis=1)
    found = np.linalg.lstsq(matrix, lead_m, rcond=None)[0]
    return float(np.sum((lead_m - matrix @ found) ** 2)), float(np.hypot(found[2], found[3]))


def _speed(times_s: FloatArray, along_m: FloatArray, stride_hz: float) -> float:
    """Slope of the way with the swing of every step fitted beside it."""
    t = times_s - times_s.mean()
    w = 4 * np.pi * stride_hz * t
    matrix = np.stack([np.ones_like(t), t, np.cos(w), np.sin(w)], axis=1)
    return float(np.linalg.lstsq(matrix, along_m, rcond=None)[0][1])


def straightness(path_m: FloatArray) -> tuple[float, FloatArray]:
    """RMS distance (m) of places (N, 2) from the straight line that fits them best, and its direction (2,)."""
    off = path_m - path_m.mean(axis=0)
    _, sizes, axes = np.linalg.svd(off, full_matrices=False)
    return float(sizes[1] / math.sqrt(len(off))), axes[0]


def hip_path(take: Take, rows: BoolArray, steps: Steps) -> FloatArray:
    """Mid-hip on the floor (N, 2): its own bearing, the ankles' distance smooth in time."""
    camera, centre = take.camera, take.camera.centre_m[:2]
    away = np.linalg.norm(steps.ankles_m.mean(axis=1) - centre, axis=1)
    t = take.track.times_s[rows] - steps.times_s.mean()
    w = 4 * np.pi * steps.stride_hz * (steps.times_s - steps.times_s.mean())
    own = steps.times_s - steps.times_s.mean()
    matrix = np.stack([np.ones_like(own), own, own**2, np.cos(w), np.sin(w)], axis=1)
    found = np.linalg.lstsq(matrix, away, rcond=None)[0]
    distance = found[0] + found[1] * t + found[2] * t**2
    marks = take.track.landmarks_px[rows][:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=1)
    pixels = undistort_points(camera, marks)
    rays = np.column_stack([pixels, np.ones(len(pixels))]) @ np.linalg.inv(camera.matrix).T
    level = (rays @ camera.rotation_cam_from_floor)[:, :2]
    return np.asarray(centre + level / np.linalg.norm(level, axis=1, keepdims=True) * distance[:, None])


def _deviation(take: Take, rows: BoolArray, steps: Steps, view: View) -> Measurement:
    path = hip_path(take, rows, steps)
    size, way = straightness(path)
    sight = path - take.camera.centre_m[:2]
    distance = np.linalg.norm(sight, axis=1)
    aside = np.abs(sight[:, 0] * way[1] - sight[:, 1] * way[0]) / distance  # sine of the way against the sight
    noise = np.sqrt(np.mean((ACROSS_M * np.sqrt(1 - aside**2)) ** 2 + (DEPTH_REL * distance * aside) ** 2))
    value, u = less_noise(100 * size, 100 * float(noise))
    scale = 2 * camera_sigma(lambda camera: _scale_of(take, camera, rows), take.camera)
    return given("walk_deviation", value, math.hypot(u, scale * value), view)


def _scale_of(take: Take, camera: Camera, rows: BoolArray) -> float:
    """Relative size of the floor as this camera sees it."""
    steps, own = steps_of(take, camera, rows), steps_of(take, take.camera, rows)
    return math.nan if steps is None or own is None else steps.swing_m / own.swing_m


def _pace(take: Take, rows: BoolArray, steps: Steps, view: View) -> list[Measurement]:
    """Speed, cadence, stride, and the step as a share of stature."""

    def speed(camera: Camera) -> float:
        seen = steps_of(take, camera, rows)
        return math.nan if seen is None else seen.speed_m_s

    strides = float(np.ptp(steps.times_s)) * steps.stride_hz
    speed_rel = math.hypot(SPEED_REL, 0.05 / strides, camera_sigma(speed, take.camera) / steps.speed_m_s)
    cadence_rel = math.hypot(CADENCE_REL, 0.03 / strides)
    length = steps.speed_m_s / steps.stride_hz
    # Late landmarks quicken speed and steps alike, so the length of a stride is better known than both together.
    length_rel = math.hypot(speed_rel, 0.03 / strides)
    ratio, ratio_rel = length / 2 / take.stature_m, math.hypot(length_rel, take.stature_sigma_rel)
    return [
        given("walk_speed", 100 * steps.speed_m_s, 200 * steps.speed_m_s * speed_rel, view),
        given("cadence", 120 * steps.stride_hz, 240 * steps.stride_hz * cadence_rel, view),
        given("stride_length", 100 * length, 200 * length * length_rel, view),
        given("step_ratio", ratio, 2 * ratio * ratio_rel, view),
    ]


def speed_variation(steps: Steps) -> float | None:
    """Standard deviation over mean of the speed taken over one stride each; None when there are too few."""
    along = steps.ankles_m.mean(axis=1) @ steps.way
    half = 0.5 / steps.stride_hz
    at = steps.times_s[(steps.times_s >= steps.times_s[0] + half) & (steps.times_s <= steps.times_s[-1] - half)]
    if len(at) < 4 or np.ptp(at) < half:
        return None
    ahead, behind = (np.interp(at + shift, steps.times_s, along) for shift in (half, -half))
    speeds = (ahead - behind) / (2 * half)
    return float(speeds.std() / abs(speeds.mean()))


def _evenness(steps: Steps, view: View) -> Measurement:
    variation = speed_variation(steps)
    if variation is None:
        return missing("walk_speed_cv", Reason.TOO_UNCERTAIN)
    value, u = less_noise(variation, CV_NOISE)
    return given("walk_speed_cv", value, u, view)


def _arm_swings(take: Take, rows: BoolArray, steps: Steps, view: View) -> list[Measurement]:
    """Range of both upper arms' swing along the way, and how much they differ; only across the picture."""
    found: dict[str, Measurement] = {}
    known: list[tuple[float, float]] = []
    for side in Side:
        name = f"arm_swing_{side}"
        arm = [Landmark[f"{side.name}_SHOULDER"], Landmark[f"{side.name}_ELBOW"]]
        aside = aside_share(take, steps)
        if abs(aside) < LEAST_ASIDE:
            found[name] = missing(name, Reason.WRONG_VIEW)
        elif np.median(take.track.visibility[rows][:, arm]) < LEAST_VISIBILITY:
            found[name] = missing(name, Reason.OCCLUDED)
        else:
            marks = take.track.landmarks_px[rows][:, arm]
            seen = swing_deg(take.track.times_s[rows], marks[:, 1] - marks[:, 0], aside, steps.stride_hz)
            swing = seen / SWING_GAIN
            u = 2 * math.hypot(SWING_NOISE_DEG, SWING_REL * swing)
            known.append((swing, u))
            found[name] = given(name, swing, u, view)
    return [*found.values(), _asymmetry(known, view)]


def aside_share(take: Take, steps: Steps) -> float:
    """Sine of the way against the sight: 1 walks to the picture's right, -1 to its left, 0 towards or away."""
    sight = steps.ankles_m.mean(axis=(0, 1)) - take.camera.centre_m[:2]
    sight = sight / np.linalg.norm(sight)
    return float(sight[1] * steps.way[0] - sight[0] * steps.way[1])


def swing_deg(times_s: FloatArray, upper_arm_px: FloatArray, aside: float, stride_hz: float) -> float:
    """Range (deg) of the swing of stride frequency of an upper arm (N, 2), shoulder to elbow, in the picture."""
    angle = np.degrees(np.arctan2(upper_arm_px[:, 0] / aside, upper_arm_px[:, 1]))
    t = times_s - times_s.mean()
    w = 2 * np.pi * stride_hz * t
    matrix = np.stack([np.ones_like(t), t, np.cos(w), np.sin(w)], axis=1)
    found = np.linalg.lstsq(matrix, angle, rcond=None)[0]
    return float(2 * np.hypot(found[2], found[3]))


def _asymmetry(known: list[tuple[float, float]], view: View) -> Measurement:
    """Difference of the two swings over the larger."""
    name = "arm_swing_asymmetry"
    if len(known) < 2:
        return missing(name, Reason.OCCLUDED if known else Reason.WRONG_VIEW)
    (left, left_u), (right, right_u) = known
    larger = max(left, right)
    value = abs(left - right) / larger
    return given(name, value, math.hypot(left_u, right_u) / larger, view)
