"""Keeping still (clauses stand.upright, stand.still, sit.still, bow.feet_still): sway, path rates, turning, feet.

Sway is the RMS distance of the mid-hip's place on the floor from its mean. Sideways it is read from the picture at
every frame, in depth from the fitted bodies; the noise of both is known from people who stand still and is taken off.
Path rates are read in the picture: a movement seen at right angles counts in full, one towards the camera not at all,
so what is read is stretched to the middle of what it can be in space.
"""

from __future__ import annotations

import math

import numpy as np

from calibration.camera import Camera, points_on_plane
from vision.landmarks import Landmark
from vision.overtime.take import LEAST_VISIBILITY, Take, camera_sigma, given, less_noise, missing
from vision.phases import Phase
from vision.reconstruct.skeleton import middle, pair
from vision.types import BoolArray, FloatArray, Measurement, Reason, Side, View

SETTLING_S = 0.3  # boundaries are known to 0.25 s, the network's landmarks lag and take a moment to settle at first
SHORTEST_S = 0.5
# Of a sway towards the camera and back this much is seen on rendered clips (0.53 to 0.81), across 0.89 to 1.26.
DEPTH_GAIN, GAIN_U = 0.67, 0.35
# A path in space is 0.9 to 3.1 times what is seen of it on rendered clips: part of it lies in depth, and the network's
# smoothing takes the tips off quick movements.
IN_SPACE, IN_SPACE_U = 2.0, 1.1
FILLED_IN_SPACE_U = 1.7  # between few looks the jitter of each counts as a path: one read 2.6 times too long
# Path of a landmark at rest per second, in its own jitter: the median on rendered clips, and how often that 95 % are.
RATE_NOISE_PER_S, RATE_NOISE_UNSURE = 6.0, 3.0
ANKLE_NOISE = 2.0  # resting ankles of who sits read 1.6 to 3.1 times that on the four of the rendered clips
TURN_NOISE_DEG, TURN_SHARE = 6.0, 0.3
ANKLE_M = 0.09
FEET = ((Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX),
        (Landmark.RIGHT_ANKLE, Landmark.RIGHT_HEEL, Landmark.RIGHT_FOOT_INDEX))  # fmt: skip
SHIFT_NOISE_PX = 3.0  # in jitter: what a bending trunk moves the landmarks of resting feet
STEADY_S = 0.3


def held_span(phase: Phase, take: Take) -> tuple[float, float] | None:
    """The hold without what may still be movement; None when too little is left."""
    start = phase.start_s if phase.hold_start_s is None else phase.hold_start_s
    end = phase.end_s if phase.hold_end_s is None else phase.hold_end_s
    start += SETTLING_S
    end -= SETTLING_S if end < take.track.times_s[-1] - SETTLING_S else 0.0
    return None if end - start < SHORTEST_S or take.rows(start, end).sum() < 4 else (start, end)


def sway(phase: Phase, take: Take, view: View) -> Measurement:
    """``sway``: RMS distance (cm) of the mid-hip from its mean place over the hold."""
    if take.camera.level == "none":  # each fit finds a camera of its own, and with it another distance
        return missing("sway", Reason.NO_FLOOR)
    span = held_span(phase, take)
    if span is None:
        return missing("sway", Reason.TOO_UNCERTAIN)
    rows, bodies = take.rows(*span), take.fitted(*span)
    if bodies.sum() < 4:
        return missing("sway", Reason.OCCLUDED)
    distance = take.distance_m(*span)
    m_per_px = distance / take.camera.focal_px
    marks = take.track.landmarks_px[rows]
    across = marks[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=1)[:, 0] * m_per_px
    hips = middle(take.bodies.points_m[bodies], "hip")
    towards = (take.camera.centre_m - hips.mean(axis=0)) * np.array([1.0, 1.0, 0.0])
    depth = hips @ (towards / np.linalg.norm(towards))
    noise = math.hypot(take.jitter_px(*span) * m_per_px, take.depth_noise_m(distance) / DEPTH_GAIN)
    value, u = less_noise(math.hypot(float(across.std()), float(depth.std()) / DEPTH_GAIN) * 100, noise * 100)
    return given("sway", value, math.hypot(u, GAIN_U * value), view)


def path_rate(name: str, landmark: Landmark, span: tuple[float, float], take: Take, view: View) -> Measurement:
    """Path of a landmark per second (cm/s) in space, less the noise of one at rest."""
    rows = take.rows(*span)
    visibility = float(np.median(take.track.visibility[rows, landmark]))
    if _outside(take, rows, landmark):
        return missing(name, Reason.OUT_OF_FRAME)
    if visibility < LEAST_VISIBILITY:
        return missing(name, Reason.OCCLUDED)
    times, marks = take.track.times_s[rows], take.track.landmarks_px[rows, landmark]
    cm_per_px = 100 * take.distance_m(*span) / take.camera.focal_px
    path = float(np.linalg.norm(np.diff(marks, axis=0), axis=1).sum())
    own = ANKLE_NOISE if landmark in (Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE) else 1.0
    noise = own * RATE_NOISE_PER_S * take.jitter_px(*span)
    seen, u = less_noise(path / float(times[-1] - times[0]) * cm_per_px, noise * cm_per_px, RATE_NOISE_UNSURE)
    scale = take.camera.sigma.focal_rel * 2
    in_space_u = FILLED_IN_SPACE_U if take.fast else IN_SPACE_U
    return given(name, IN_SPACE * seen, math.hypot(IN_SPACE * u, math.hypot(in_space_u, scale) * seen), view)


def path_rates(phase: Phase, take: Take, view: View, part: str) -> list[Measurement]:
    """``wrist_path_rate_*`` or ``ankle_path_rate_*`` over the hold."""
    span = held_span(phase, take)
    found = []
    for side in Side:
        name = f"{part}_path_rate_{side}"
        landmark = Landmark[f"{side.name}_{part.upper()}"]
        found.append(
            missing(name, Reason.TOO_UNCERTAIN) if span is None else path_rate(name, landmark, span, take, view)
        )
    return found


def _outside(take: Take, rows: BoolArray, landmark: Landmark) -> bool:
    marks = take.track.landmarks_px[rows, landmark]
    return bool(((marks < 0) | (marks > np.array(take.track.size_wh))).any())


def trunk_turn(phase: Phase, take: Take, view: View) -> Measurement:
    """``trunk_turn``: range (deg) of the shoulder line's heading over the hold."""
    span = held_span(phase, take)
    if span is None:
        return missing("trunk_turn", Reason.TOO_UNCERTAIN)
    bodies = take.fitted(*span)
    if bodies.sum() < 4:
        return missing("trunk_turn", Reason.OCCLUDED)
    left, right = pair(take.bodies.points_m[bodies], "shoulder")
    line = left - right
    heading = np.degrees(np.unwrap(np.arctan2(line[:, 1], line[:, 0])))
    value = float(np.ptp(heading))
    return given("trunk_turn", value, math.hypot(TURN_NOISE_DEG, TURN_SHARE * value), view)


def feet_shift(phase: Phase, take: Take, view: View) -> Measurement:
    """``feet_shift``: how far (cm) either foot comes from where it stood when the movement began."""
    before = take.rows(phase.start_s - STEADY_S, phase.start_s + STEADY_S / 2)
    during = take.rows(phase.start_s, phase.end_s)
    if before.sum() < 3 or during.sum() < 6:
        return missing("feet_shift", Reason.OUT_OF_FRAME)
    for foot in FEET:
        if any(_outside(take, during, mark) for mark in foot):
            return missing("feet_shift", Reason.OUT_OF_FRAME)
        if np.median(take.track.visibility[during][:, list(foot)]) < LEAST_VISIBILITY:
            return missing("feet_shift", Reason.OCCLUDED)
    noise_px = SHIFT_NOISE_PX * take.jitter_px(phase.start_s, phase.end_s)

    def shift_cm(camera: Camera) -> float:
        return max(_foot_shift_cm(take, camera, foot, before, during) for foot in FEET)

    value = shift_cm(take.camera)
    noise = noise_px * _cm_per_px_on_floor(take, during)
    u = math.hypot(2 * noise, 2 * camera_sigma(shift_cm, take.camera))
    return given("feet_shift", value, u, view)


def _foot_shift_cm(
    take: Take, camera: Camera, foot: tuple[Landmark, ...], before: BoolArray, during: BoolArray
) -> float:
    """Largest distance from its first place of one foot, mean of its landmarks, as it comes to rest."""
    marks = take.track.landmarks_px[:, list(foot)].mean(axis=1)
    place = points_on_plane(camera, marks, ANKLE_M / 2)[:, :2]
    start = _middle(place[before])
    times = take.track.times_s[during]
    moved = place[during]
    steady = np.stack([_middle(moved[np.abs(times - t) <= STEADY_S]) for t in times])
    return 100 * float(np.nanmax(np.linalg.norm(steady - start, axis=1)))


def _middle(places: FloatArray) -> FloatArray:
    """Median of (N, 2) without NaN; leaving out what is not there costs NumPy forty times as much."""
    clean = bool(np.isfinite(places).all())
    return np.asarray(np.median(places, axis=0) if clean else np.nanmedian(places, axis=0))


def _cm_per_px_on_floor(take: Take, rows: BoolArray) -> float:
    """How far a pixel up the picture is on the floor where the feet stand."""
    marks = take.track.landmarks_px[rows][:, [mark for foot in FEET for mark in foot]].mean(axis=(0, 1))
    places = points_on_plane(take.camera, np.stack([marks, marks - np.array([0.0, 1.0])]), ANKLE_M / 2)
    return 100 * float(np.linalg.norm(places[1] - places[0]))
