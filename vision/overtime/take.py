"""A recording as the measures over time see it, and how sure its places are.

What one camera sees sideways and upwards it sees sharply, what it sees in depth it does not. The landmarks come from
a network that smooths in time, so slow small movements are damped and quick ones late by about a tenth of a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from calibration.camera import Camera
from vision.measures.admissible import too_uncertain
from vision.quantities import quantities
from vision.reconstruct.skeleton import middle
from vision.series import BodySeries
from vision.types import BoolArray, FloatArray, Measurement, Reason, View
from vision.watch import Track

BODY_M = 1.5  # an upright adult from the nose to the ankles
# Standard deviations on rendered clips (`tools/over_time.py`): a landmark at rest against its true place, as a share of
# the body's height in the picture, and at least a part of a pixel; depth at rest, in pixels of that height.
JITTER_SHARE, JITTER_PX = 0.0008, 0.2
DEPTH_JITTER_PX = 0.7
LEAST_VISIBILITY = 0.5


@dataclass(frozen=True)
class Take:
    """The track at every frame, the fitted bodies at a modest rate, and the camera that saw them."""

    track: Track
    bodies: BodySeries
    camera: Camera
    stature_m: float
    stature_sigma_rel: float
    fast: bool = False  # frames were passed over and filled in

    @cached_property
    def step_s(self) -> float:
        """Usual time between frames; 0 for a still."""
        times = self.track.times_s
        return float(np.median(np.diff(times))) if len(times) > 1 else 0.0

    def rows(self, start_s: float, end_s: float) -> BoolArray:
        """(T,) frames of the track between two times in which the person is seen."""
        return _within(self.track.times_s, start_s, end_s) & self.track.seen

    def fitted(self, start_s: float, end_s: float) -> BoolArray:
        """(N,) fitted bodies between two times."""
        return _within(self.bodies.times_s, start_s, end_s) & self._bodies_known

    @cached_property
    def _bodies_known(self) -> BoolArray:
        return np.asarray(np.isfinite(self.bodies.points_m).all(axis=(1, 2)))

    def distance_m(self, start_s: float, end_s: float) -> float:
        """Median distance of the hips from the camera; NaN where no body was fitted."""
        hips = middle(self.bodies.points_m[self.fitted(start_s, end_s)], "hip")
        return math.nan if len(hips) == 0 else float(np.median(np.linalg.norm(hips - self.camera.centre_m, axis=1)))

    def jitter_px(self, start_s: float, end_s: float) -> float:
        """Standard deviation of a landmark at rest, per axis."""
        return max(JITTER_PX, JITTER_SHARE * BODY_M * self.camera.focal_px / self.distance_m(start_s, end_s))

    def depth_noise_m(self, distance_m: float) -> float:
        """Standard deviation of a fitted body's distance while it rests."""
        return DEPTH_JITTER_PX * distance_m**2 / (self.camera.focal_px * BODY_M)


def _within(times_s: FloatArray, start_s: float, end_s: float) -> BoolArray:
    return np.asarray((times_s >= start_s - 1e-6) & (times_s <= end_s + 1e-6))


def cameras_about(camera: Camera) -> Iterator[Camera]:
    """The camera with each thing that the calibration knows off by one standard deviation."""
    sigma, centre = camera.sigma, camera.centre_m
    for axis, angle_deg in ((0, sigma.pitch_deg), (2, sigma.roll_deg)):
        rotation = _about(axis, angle_deg) @ camera.rotation_cam_from_floor
        yield replace(camera, rotation_cam_from_floor=rotation, translation_m=-rotation @ centre)
    matrix = camera.matrix.copy()
    matrix[0, 0], matrix[1, 1] = matrix[0, 0] * (1 + sigma.focal_rel), matrix[1, 1] * (1 + sigma.focal_rel)
    yield replace(camera, matrix=matrix)
    raised = centre + np.array([0.0, 0.0, sigma.height_m])
    yield replace(camera, translation_m=-camera.rotation_cam_from_floor @ raised)


def camera_sigma(measure: Callable[[Camera], float], camera: Camera) -> float:
    """Standard deviation of a number for want of knowing the camera; NaN where one of the cameras sees nothing."""
    value = measure(camera)
    return math.sqrt(sum((measure(other) - value) ** 2 for other in cameras_about(camera)))


def _about(axis: int, angle_deg: float) -> FloatArray:
    c, s = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    i, j = [k for k in range(3) if k != axis]
    rotation = np.eye(3)
    rotation[i, i], rotation[i, j], rotation[j, i], rotation[j, j] = c, -s, s, c
    return rotation


def given(name: str, value: float, u: float, view: View) -> Measurement:
    """The measurement, or why it is not worth giving."""
    if not (math.isfinite(value) and math.isfinite(u)):
        return missing(name, Reason.TOO_UNCERTAIN)
    reason = too_uncertain(name, u, view)
    return missing(name, reason) if reason is not None else Measurement(name, value, u, quantities()[name].unit)


def missing(name: str, reason: Reason) -> Measurement:
    """The measurement that there is not."""
    return Measurement(name, None, None, quantities()[name].unit, reason)


def less_noise(size: float, noise: float, unsure: float = 2.0) -> tuple[float, float]:
    """A size (RMS, speed) that noise has made larger, and its u.

    ``noise`` adds in quadrature and lies between 0 and ``unsure`` times itself with 95 %; a true movement may as well
    have been damped by it.
    """
    value = math.sqrt(max(size**2 - noise**2, 0.0))
    low = math.sqrt(max(size**2 - (unsure * noise) ** 2, 0.0))
    high = size + noise
    return value, max(value - low, high - value)
