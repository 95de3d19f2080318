"""Two people on the floor (clauses greet.distance, escort.position): how far apart, who walks where.

Both stand where their ankles meet the floor, through the camera. What one camera sees in depth hangs on its height and
tilt, but an error of these moves both people alike, so it is taken of the difference. Only the person measured and one
other are known; who the other is (a customer, a passer-by) is not.
"""

from __future__ import annotations

import math

import numpy as np

from calibration.camera import Camera, points_on_plane
from vision.landmarks import Landmark
from vision.overtime.take import Take, camera_sigma, given, missing
from vision.phases import Phase
from vision.types import BoolArray, FloatArray, Measurement, Reason, View

STANDING_ANKLE_M, WALKING_ANKLE_M = 0.09, 0.12  # in shoes; walking: over stance and swing
# Standard deviation of an ankle's landmark against the true joint, metres at the body (of two people not alike).
ANKLE_SIGMA_M = 0.02
LEAST_FRAMES = 6
LEAST_SHARE = 0.5  # of the frames must show the other one as well
STANDS_M = 0.25  # RMS: whoever moves more is passing by, not being greeted
LEAST_SPEED_M_S = 0.3  # of the other one, whose way says what is ahead and what is left
ANKLES = [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]


def measure_distance(phase: Phase, take: Take, view: View) -> Measurement:
    """``people_distance``: between the two while the person stands."""
    rows = both_seen(phase, take)
    if isinstance(rows, Reason):
        return missing("people_distance", rows)

    def distance_cm(camera: Camera) -> float:
        own, other = places(take, camera, rows, STANDING_ANKLE_M)
        return 100 * float(np.median(np.linalg.norm(own - other, axis=1)))

    own, other = places(take, take.camera, rows, STANDING_ANKLE_M)
    if float(np.linalg.norm(other.std(axis=0))) > STANDS_M:
        return missing("people_distance", Reason.NO_PERSON)
    way = np.median(other - own, axis=0)
    u = 200 * math.hypot(_ankle_sigma_m(take, own, other, way), camera_sigma(distance_cm, take.camera) / 100)
    return given("people_distance", distance_cm(take.camera), u, view)


def measure_escort(phase: Phase, take: Take, view: View) -> list[Measurement]:
    """``escort_ahead`` and ``escort_left``: where the person walks, as the other one's way has it."""
    names = ("escort_ahead", "escort_left")
    rows = both_seen(phase, take)
    if isinstance(rows, Reason):
        return [missing(name, rows) for name in names]
    times = take.track.times_s[rows]
    own, other = places(take, take.camera, rows, WALKING_ANKLE_M)
    if float(np.linalg.norm(_slope(times, other))) < LEAST_SPEED_M_S:
        return [missing(name, Reason.TOO_UNCERTAIN) for name in names]
    found = []
    for axis, name in enumerate(names):

        def offset_cm(camera: Camera, axis: int = axis) -> float:
            return 100 * float(_offsets(times, *places(take, camera, rows, WALKING_ANKLE_M))[axis])

        way = _ways(times, other)[axis]
        u = 200 * math.hypot(_ankle_sigma_m(take, own, other, way), camera_sigma(offset_cm, take.camera) / 100)
        found.append(given(name, offset_cm(take.camera), u, view))
    return found


def both_seen(phase: Phase, take: Take) -> BoolArray | Reason:
    """Frames of the phase with the ankles of both in the picture, or why there are too few."""
    start = phase.start_s if phase.hold_start_s is None else phase.hold_start_s
    end = phase.end_s if phase.hold_end_s is None else phase.hold_end_s
    during, other = take.rows(start, end), take.track.other_px
    if other is None or not np.isfinite(other[during]).any():
        return Reason.NO_PERSON
    there = during & inside(take.track.landmarks_px, take) & inside(other, take)
    if there.sum() < max(LEAST_FRAMES, LEAST_SHARE * during.sum()):
        return Reason.OUT_OF_FRAME
    return np.asarray(there)


def inside(marks_px: FloatArray, take: Take) -> BoolArray:
    """(T,) frames in which both ankles of (T, 33, 2) are known and in the picture."""
    ankles = marks_px[:, ANKLES]
    with np.errstate(invalid="ignore"):
        return np.asarray(((ankles >= 0) & (ankles <= np.array(take.track.size_wh))).all(axis=(1, 2)))


def places(take: Take, camera: Camera, rows: BoolArray, ankle_m: float) -> tuple[FloatArray, FloatArray]:
    """Where both are on the floor (N, 2)."""
    assert take.track.other_px is not None
    tracks = (take.track.landmarks_px, take.track.other_px)
    own, other = (points_on_plane(camera, marks[rows][:, ANKLES], ankle_m).mean(axis=1)[:, :2] for marks in tracks)
    return own, other


def _slope(times_s: FloatArray, place_m: FloatArray) -> FloatArray:
    return np.asarray(np.polyfit(times_s, place_m, 1)[0], dtype=np.float64)


def _ways(times_s: FloatArray, other_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Unit (2,) ahead of the other one, and to their left."""
    slope = _slope(times_s, other_m)
    ahead = slope / max(float(np.linalg.norm(slope)), 1e-9)
    return ahead, np.array([-ahead[1], ahead[0]])


def _offsets(times_s: FloatArray, own_m: FloatArray, other_m: FloatArray) -> tuple[float, float]:
    """Median metres by which the person is ahead of the other one, and to their left."""
    apart = np.median(own_m - other_m, axis=0)
    ahead, left = _ways(times_s, other_m)
    return float(apart @ ahead), float(apart @ left)


def _ankle_sigma_m(take: Take, own_m: FloatArray, other_m: FloatArray, way: FloatArray) -> float:
    """Standard deviation of an offset along ``way`` (2,) for the landmarks' sake: in depth as flat as the sight is."""
    variance = 0.0
    way = way / max(float(np.linalg.norm(way)), 1e-9)
    for place in (np.median(own_m, axis=0), np.median(other_m, axis=0)):
        sight = place - take.camera.centre_m[:2]
        distance = float(np.linalg.norm(sight))
        along = abs(float(way @ sight)) / max(distance, 1e-9)
        stretch = math.hypot(distance, take.camera.centre_m[2]) / max(float(take.camera.centre_m[2]), 0.1)
        variance += (ANKLE_SIGMA_M * along * stretch) ** 2 + (ANKLE_SIGMA_M**2) * (1 - along**2)
    return math.sqrt(variance)
