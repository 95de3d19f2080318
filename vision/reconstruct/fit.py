"""From what the networks saw of a person to bodies in metres: the door of this package.

`Seen` is one frame of one person; `fit_bodies` fits all of them at once and
says how well each went.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from calibration.camera import Camera, undistort_points
from vision.reconstruct.figure import Figures
from vision.reconstruct.model import BodyModel, bone_shares
from vision.reconstruct.observations import FootPoints, Observations, cameras_of
from vision.reconstruct.skeleton import middle, pair
from vision.reconstruct.solver import ITERATIONS, Fit, solve
from vision.types import FloatArray

# Stature where nobody gave it: means of Chinese adults of 18-44 years (Report on Nutrition and Chronic Diseases of
# Chinese Residents 2020: men 169.7 cm, women 158.0 cm), with a spread that covers staff elsewhere too.
STATURE_BY_SEX_M = {"m": 1.70, "f": 1.58, "any": 1.64}
STATURE_SIGMA_REL = {"m": 0.042, "f": 0.042, "any": 0.055}
GIVEN_STATURE_SIGMA_REL = 0.01  # self-reported heights are rounded and measured with or without shoes
OUTSIDE_MARGIN_PX = 2.0
SEAT_REACH_M = 0.30  # hips within this above the seat, thighs rather level: the person sits on it
LEVEL_THIGH = 0.75  # |z| of the unit thigh below which it counts as level


@dataclass(frozen=True, slots=True)
class Seen:
    """One frame of one person.

    ``feet_px`` (4, 2): left heel, left second toe, right heel, right second toe; their covariance is (8, 8).
    """

    camera: Camera
    landmarks_px: FloatArray  # (33, 2)
    world_m: FloatArray  # (33, 3)
    visibility: FloatArray  # (33,)
    height_cm: float | None
    sex: str | None
    feet_px: FloatArray | None = None
    feet_covariance_px2: FloatArray | None = None
    sits: bool | None = None  # on the camera's seat; None = find out


def stature_of(height_cm: float | None, sex: str | None) -> tuple[float, float]:
    """Stature in metres and its relative standard deviation."""
    if height_cm is not None:
        return height_cm / 100, GIVEN_STATURE_SIGMA_REL
    key = sex if sex in ("m", "f") else "any"
    return STATURE_BY_SEX_M[key], STATURE_SIGMA_REL[key]


def _inside(seen: Seen) -> tuple[FloatArray, FloatArray]:
    """Undistorted landmarks and visibility; what lies outside the picture is unseen."""
    width, height = seen.camera.image_size
    pixels = seen.landmarks_px
    low = (pixels < -OUTSIDE_MARGIN_PX).any(axis=1)
    high = (pixels > np.array([width, height]) + OUTSIDE_MARGIN_PX).any(axis=1)
    outside = low | high | ~np.isfinite(pixels).all(axis=1)
    straight = undistort_points(seen.camera, pixels)
    straight[outside] = np.nan
    return straight, np.where(outside, 0.0, np.nan_to_num(seen.visibility))


def _feet(seen: Sequence[Seen]) -> FootPoints | None:
    if all(s.feet_px is None for s in seen):
        return None
    pixels = np.full((len(seen), 4, 2), np.nan)
    covariance = np.full((len(seen), 8, 8), np.nan)
    for i, s in enumerate(seen):
        if s.feet_px is not None and s.feet_covariance_px2 is not None:
            pixels[i] = undistort_points(s.camera, s.feet_px)
            covariance[i] = s.feet_covariance_px2
    return FootPoints(pixels, covariance)


def observations_of(seen: Sequence[Seen], model: BodyModel) -> Observations:
    """The frames as arrays; seats only where it is said that the person sits."""
    inside = [_inside(s) for s in seen]
    stature = [stature_of(s.height_cm, s.sex) for s in seen]
    bones = [bone_shares(model, s.sex, m) for s, (m, _) in zip(seen, stature, strict=True)]
    seats = [s.camera.seat.height_m if s.sits and s.camera.seat is not None else np.nan for s in seen]
    pixels, visible = np.array([pixels for pixels, _ in inside]), np.array([visible for _, visible in inside])
    world = np.array([s.world_m for s in seen])
    figure = None if model.figure is None else model.figure.read(Figures(pixels, world, visible))
    return Observations(
        cameras=cameras_of([s.camera for s in seen]),
        landmarks_px=pixels,
        world_m=world,
        visibility=visible,
        stature_m=np.array([m for m, _ in stature]),
        stature_sigma_rel=np.array([sigma for _, sigma in stature]),
        bone_share=np.array([share for share, _ in bones]),
        bone_sigma=np.array([sigma for _, sigma in bones]),
        on_floor=np.ones((len(seen), 2)),
        seat_height_m=np.array(seats, dtype=np.float64),
        feet=_feet(seen),
        figure=figure,
    )


def on_seat(points_m: FloatArray, seat_height_m: float) -> FloatArray:
    """Whether bodies (T, 21, 3) sit on a seat of this height (T,) bool."""
    hips, knees = middle(points_m, "hip"), pair(points_m, "knee")
    thigh = (knees[0] + knees[1]) / 2 - hips
    level = np.abs(thigh[:, 2]) < LEVEL_THIGH * np.linalg.norm(thigh, axis=1)
    return np.asarray(level & (hips[:, 2] < seat_height_m + SEAT_REACH_M))


def fit_bodies(
    seen: Sequence[Seen],
    model: BodyModel,
    *,
    start: FloatArray | None = None,
    iterations: int = ITERATIONS,
    readings: bool = True,
) -> Fit:
    """Bodies of all frames. Where a seat is known and nothing is said, those found sitting are fitted again on it."""
    unknown = [s.sits is None and s.camera.seat is not None for s in seen]
    if any(unknown):
        first = solve(observations_of(seen, model), model, start, iterations=iterations, readings=False)
        heights = np.array([s.camera.seat.height_m if s.camera.seat else np.nan for s in seen])
        sits = np.array([bool(on_seat(first.points_m[i : i + 1], heights[i])[0]) for i in range(len(seen))])
        seen = [replace(s, sits=bool(sits[i])) if unknown[i] else s for i, s in enumerate(seen)]
        start = first.state
    return solve(observations_of(seen, model), model, start, iterations=iterations, readings=readings)


def stature_used_m(fit: Fit, seen: Sequence[Seen]) -> FloatArray:
    """Stature assumed before the fit (T,), metres."""
    return np.array([stature_of(s.height_cm, s.sex)[0] for s in seen])
