"""Camera pose from nothing but a person of known height who stands upright on the floor.

The body is a rigid template: where the pose network's landmarks of an upright standing person lie, as shares of
stature (left, forward, up from the point on the floor between the ankles). Template and the covariance of what people
and the network do differently are learned from rendered people of known geometry (``tools/upright``), and say how
sure the result can be. One spot tells the ratio of heights well and the focal length hardly; more spots, a walk
or the straight edges of the room (`calibration.room`) tell the rest.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from calibration.camera import Camera, CameraSigma, level_rotation, undistort_points
from calibration.errors import CameraError
from calibration.pose import heading_rotation, level_camera, pitch_roll_deg
from calibration.room import RoomView, Segments, read_room, undistorted

FloatArray = NDArray[np.float64]

# Before anything is seen: laptops and phones between knee and head height, see `calibration.camera`.
PRIOR_PITCH_DEG = (-8.0, 12.0)
PRIOR_ROLL_DEG = (0.0, 4.0)
PRIOR_HEIGHT_M = (1.25, 0.6)
YAW_SIGMA_DEG = 12.0
HEADING_FREE_SIGMA_DEG = 60.0
SEEN = 0.5
FEWEST_LANDMARKS = 10
FEWEST_FEET = 2
FACING_DEG = 40.0
# Real people, shoes and floors differ from rendered ones: the learned spread is widened by this.
REALITY = 1.3
LEAST_SIGMA = CameraSigma(focal_rel=0.006, pitch_deg=0.25, roll_deg=0.2, height_m=0.012)
DISAGREEMENT = 3.5
PITCH, ROLL, FOCAL, HEIGHT, STATURE = range(5)
SHARED = 5


@dataclass(frozen=True, slots=True)
class UprightModel:
    """``template`` (P, 3) left, forward, up as shares of stature; ``covariance`` (2P, 2P) of what is seen around it.

    In the picture's plane, x and y of each landmark in turn, shares of stature. ``person_share``: how much of that
    covariance stays the same for one person from picture to picture.
    """

    landmarks: tuple[int, ...]
    template: FloatArray
    covariance: FloatArray
    person_share: float


@dataclass(frozen=True, slots=True)
class StandingView:
    """Upright person in one picture: landmarks (33, 2) px, visibility (33,), and roughly where the body faces.

    ``yaw_deg``: turn of the body's left from the picture's right, 0 = faces the camera; None = unknown.
    """

    landmarks_px: FloatArray
    visibility: FloatArray
    yaw_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Beliefs:
    """Estimates of pitch, roll (deg), log focal factor, height (m), with their covariance (4, 4)."""

    values: FloatArray
    covariance: FloatArray


@dataclass(frozen=True, slots=True)
class PersonFit:
    """The camera, what the person alone said, what the room said, and how odd the body looked (1 = as expected)."""

    camera: Camera
    person: Beliefs
    room: RoomView | None
    misfit: float
    spots_m: FloatArray  # (V, 2) where the person stood
    stature_m: float
    agree: bool


@functools.cache
def upright_model() -> UprightModel:
    """The shipped template."""
    text = resources.files("calibration").joinpath("data/upright.json").read_text(encoding="utf-8")
    data = json.loads(text)
    return UprightModel(
        tuple(data["landmarks"]),
        np.array(data["template"], dtype=np.float64),
        np.array(data["covariance"], dtype=np.float64),
        float(data["person_share"]),
    )


def body_yaw_deg(world_m: FloatArray) -> float:
    """Roughly where a body faces from the pose network's world landmarks (33, 3), camera axes; 0 = the camera.

    The network flattens depth: the width of pelvis and shoulders is about 1.6 times as deep as it says.
    """
    across = (world_m[23] - world_m[24]) + (world_m[11] - world_m[12])
    return math.degrees(math.atan2(1.6 * across[2], across[0]))


def usable(view: StandingView, size_wh: tuple[int, int], model: UprightModel) -> NDArray[np.bool_]:
    """Which landmarks of the model (P,) are in the picture and seen."""
    ids = list(model.landmarks)
    pixels = view.landmarks_px[ids]
    inside = np.isfinite(pixels).all(axis=1) & (pixels >= 0).all(axis=1) & (pixels <= np.array(size_wh)).all(axis=1)
    return np.asarray(inside & (np.nan_to_num(view.visibility[ids]) >= SEEN))


def body_points_m(model: UprightModel, spot: FloatArray, stature_m: float) -> FloatArray:
    """The template (P, 3) on the floor at ``spot`` (x m, y m, yaw deg)."""
    yaw = math.radians(float(spot[2]))
    left, forward = np.array([math.cos(yaw), math.sin(yaw), 0]), np.array([math.sin(yaw), -math.cos(yaw), 0])
    axes = np.stack([left, forward, [0.0, 0.0, 1.0]])
    return np.asarray(model.template * stature_m @ axes + [spot[0], spot[1], 0.0], dtype=np.float64)


def _turned_away(view: StandingView) -> float:
    """How much wider the learned spread is for a body that does not face the camera: it was learned from in front."""
    return 1.0 + max(0.0, abs(view.yaw_deg or 0.0) - FACING_DEG) / 25.0


class _Problem:
    """Residuals of all spots at once; the covariance joins them, since one person stays the same person."""

    def __init__(
        self,
        views: Sequence[StandingView],
        stature_m: float,
        stature_sigma_rel: float,
        size_wh: tuple[int, int],
        matrix: FloatArray,
        distortion: FloatArray,
        focal_sigma_rel: float,
        model: UprightModel,
    ) -> None:
        self.model, self.stature_m, self.matrix = model, stature_m, matrix
        self.views, self.count = views, len(views)
        lens = level_camera(size_wh, matrix, distortion, 0, 0, 1, LEAST_SIGMA, "none", "")
        ids = list(model.landmarks)
        self.pixels = [undistort_points(lens, view.landmarks_px[ids]) for view in views]
        self.seen = [usable(view, size_wh, model) for view in views]
        self.rows = np.concatenate([np.repeat(seen, 2) for seen in self.seen])
        self.whiten = self._whitening()
        self.prior_mean = np.array([PRIOR_PITCH_DEG[0], PRIOR_ROLL_DEG[0], 0.0, PRIOR_HEIGHT_M[0], 0.0])
        self.prior_sigma = np.array(
            [PRIOR_PITCH_DEG[1], PRIOR_ROLL_DEG[1], focal_sigma_rel, PRIOR_HEIGHT_M[1], stature_sigma_rel]
        )

    def _whitening(self) -> FloatArray:
        own = self.model.covariance * REALITY**2
        share = self.model.person_share
        joint = np.kron(np.full((self.count, self.count), share) + (1 - share) * np.eye(self.count), own)
        wider = np.repeat([_turned_away(view) for view in self.views], len(own))
        joint *= wider[:, None] * wider[None, :]
        joint = joint[np.ix_(self.rows, self.rows)]
        return np.asarray(np.linalg.inv(np.linalg.cholesky(joint)), dtype=np.float64)

    def body(self, values: FloatArray) -> FloatArray:
        """Whitened differences between the picture and the template, all spots."""
        rotation = level_rotation(float(values[PITCH]), float(values[ROLL]))
        focal = self.matrix[[0, 1], [0, 1]] * math.exp(values[FOCAL])
        stature = self.stature_m * math.exp(values[STATURE])
        rows = []
        for pixels, seen, spot in zip(self.pixels, self.seen, values[SHARED:].reshape(-1, 3), strict=True):
            points = body_points_m(self.model, spot, stature) - np.array([0.0, 0.0, values[HEIGHT]])
            cam = points @ rotation.T
            depth = np.maximum(cam[:, 2:], 0.1)
            off = pixels - (focal * cam[:, :2] / depth + self.matrix[:2, 2])
            scale = float(np.mean(focal)) * stature / float(depth.mean())
            rows.append((off / scale)[seen].ravel())
        return np.asarray(self.whiten @ np.concatenate(rows), dtype=np.float64)

    def priors(self, values: FloatArray) -> FloatArray:
        """What is known beforehand, whitened."""
        spots = values[SHARED:].reshape(-1, 3)
        yaw = [
            (spot[2] - (view.yaw_deg or 0.0)) / (HEADING_FREE_SIGMA_DEG if view.yaw_deg is None else YAW_SIGMA_DEG)
            for spot, view in zip(spots, self.views, strict=True)
        ]
        return np.concatenate([(values[:SHARED] - self.prior_mean) / self.prior_sigma, yaw])

    def start(self, pitch_deg: float) -> FloatArray:
        """A level guess of where everybody stands, for a camera pitched like this."""
        focal = float(self.matrix[0, 0])
        spots: list[float] = []
        for pixels, seen, view in zip(self.pixels, self.seen, self.views, strict=True):
            tall = np.ptp(pixels[seen, 1]) / max(np.ptp(self.model.template[seen, 2]), 0.1)
            distance = focal * self.stature_m / max(float(tall), 1.0)
            across = distance * (float(pixels[seen, 0].mean()) - self.matrix[0, 2]) / focal
            spots += [across, distance, view.yaw_deg or 0.0]
        return np.array([pitch_deg, 0.0, 0.0, PRIOR_HEIGHT_M[0], 0.0, *spots])

    def solve(self, start: FloatArray, held: FloatArray | None = None) -> tuple[FloatArray, FloatArray, float]:
        """Best values, covariance of the free ones, cost; ``held`` fixes pitch, roll, log focal factor (and height)."""
        free = np.ones(start.size, dtype=bool)
        if held is not None:
            free[: len(held)] = False
            start = np.concatenate([held, start[len(held) :]])

        def residuals(moving: FloatArray) -> FloatArray:
            values = start.copy()
            values[free] = moving
            return np.concatenate([self.body(values), self.priors(values)])

        scale = np.concatenate([[1.0, 1.0, 0.05, 0.1, 0.01], np.tile([0.1, 0.1, 5.0], self.count)])[free]
        found = least_squares(residuals, start[free], x_scale=scale, max_nfev=80)
        values = start.copy()
        values[free] = found.x
        normal = found.jac.T @ found.jac
        covariance = np.linalg.inv(normal + 1e-12 * np.eye(len(normal)))
        return values, np.asarray(covariance, dtype=np.float64), float(2 * found.cost)


def _refuse_unusable(problem: _Problem, stature_m: float) -> None:
    if not 1.0 <= stature_m <= 2.3:
        raise CameraError(
            f"a height of {100 * stature_m:.0f} cm: give the person's height in centimetres, 100 to 230",
            f"身高 {100 * stature_m:.0f} 厘米不合理：请以厘米给出身高（100 至 230）",
        )
    feet = [i for i, one in enumerate(problem.model.landmarks) if one in (27, 28, 29, 30, 31, 32)]
    head = [i for i, one in enumerate(problem.model.landmarks) if one <= 10]
    for seen in problem.seen:
        if seen.sum() < FEWEST_LANDMARKS or seen[feet].sum() < FEWEST_FEET or not seen[head].any():
            raise CameraError(
                "head or feet are not in the picture: step back until the whole person is visible, shoes included",
                "头部或双脚不在画面内：请后退，直到全身（含鞋）完整可见",
            )


MISFIT_LIMIT = 2.6


def solve_person(
    views: Sequence[StandingView],
    stature_m: float,
    size_wh: tuple[int, int],
    matrix: FloatArray,
    distortion: FloatArray,
    focal_sigma_rel: float,
    *,
    stature_sigma_rel: float = 0.01,
    segments: Segments | None = None,
    lens_measured: bool = False,
    model: UprightModel | None = None,
) -> PersonFit:
    """The camera above the floor from a person who stands upright in each view; ``segments``: edges of the room."""
    if not views:
        raise CameraError("nobody was found: let one person stand in full view", "未找到人：请一人完整站在画面中")
    problem = _Problem(
        views, stature_m, stature_sigma_rel, size_wh, matrix, distortion, focal_sigma_rel, model or upright_model()
    )
    _refuse_unusable(problem, stature_m)
    tries = [problem.solve(problem.start(pitch)) for pitch in (-20.0, -5.0, 10.0)]
    values, covariance, _ = min(tries, key=lambda one: one[2])
    body = problem.body(values)
    misfit = math.sqrt(float(body @ body) / max(body.size - 3 * len(views), 1)) * REALITY
    if misfit > MISFIT_LIMIT:
        raise CameraError(
            "the body does not look like one person standing upright: arms down, legs straight, facing the camera",
            "姿态不像直立站姿：请面向相机、双腿伸直、双臂下垂站好",
        )
    covariance = covariance * max(1.0, misfit / REALITY) ** 2
    person = Beliefs(values[:4], covariance[:4, :4])
    final, spread, room, agree = _with_room(problem, values, person, segments, matrix, distortion)
    camera = _camera(final, spread, size_wh, matrix, distortion, len(views), room, lens_measured)
    spots = final[SHARED:].reshape(-1, 3)[:, :2]
    return PersonFit(camera, person, room, misfit, spots, stature_m * math.exp(final[STATURE]), agree)


def _with_room(
    problem: _Problem,
    values: FloatArray,
    person: Beliefs,
    segments: Segments | None,
    matrix: FloatArray,
    distortion: FloatArray,
) -> tuple[FloatArray, FloatArray, RoomView | None, bool]:
    """The values after the room has spoken, covariance (4, 4), the room's view and whether it fits the person's."""
    if segments is None:
        return values, person.covariance, None, True
    straight = undistorted(segments, matrix, distortion)
    room = read_room(straight, matrix, person.values[:3], person.covariance[:3, :3])
    if room is None:
        return values, person.covariance, None, True
    off = room.values - person.values[:3]
    distance = math.sqrt(float(off @ np.linalg.solve(person.covariance[:3, :3] + room.covariance, off)))
    final, conditional, _ = problem.solve(values, held=room.values)
    # How the height follows pitch, roll and focal length, by small steps around the room's answer.
    steps = np.array([0.2, 0.2, 0.01])
    slope = np.zeros(3)
    for i in range(3):
        moved, _, _ = problem.solve(final, held=room.values + np.eye(3)[i] * steps[i])
        slope[i] = (moved[HEIGHT] - final[HEIGHT]) / steps[i]
    spread = np.zeros((4, 4))
    spread[:3, :3] = room.covariance
    spread[3, 3] = conditional[0, 0] + slope @ room.covariance @ slope
    spread[3, :3] = spread[:3, 3] = room.covariance @ slope
    return final, spread, room, distance <= DISAGREEMENT


def _camera(
    values: FloatArray,
    covariance: FloatArray,
    size_wh: tuple[int, int],
    matrix: FloatArray,
    distortion: FloatArray,
    views: int,
    room: RoomView | None,
    lens_measured: bool,
) -> Camera:
    scaled = matrix.copy()
    scaled[[0, 1], [0, 1]] *= math.exp(values[FOCAL])
    pitch, roll, focal, height = np.sqrt(np.diag(covariance))
    sigma = CameraSigma(
        focal_rel=float(focal) if lens_measured else max(float(focal), LEAST_SIGMA.focal_rel),
        pitch_deg=max(float(pitch), LEAST_SIGMA.pitch_deg),
        roll_deg=max(float(roll), LEAST_SIGMA.roll_deg),
        height_m=max(float(height), LEAST_SIGMA.height_m),
    )
    method = f"standing person, {views} spot(s)" + ("" if room is None else ", edges of the room")
    return level_camera(
        size_wh, scaled, distortion, float(values[PITCH]), float(values[ROLL]), float(values[HEIGHT]), sigma, "person",
        method,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stature:
    """How tall a person is by a camera: metres, standard deviation with and without the camera's own doubt."""

    value_m: float
    sigma_m: float
    own_sigma_m: float
    spot_m: FloatArray  # (2,)
    misfit: float


def stature_by_camera(camera: Camera, view: StandingView, model: UprightModel | None = None) -> Stature:
    """How tall a known camera says an upright person is; CameraError when head or feet are not to be seen."""
    known = model or upright_model()
    problem = _Problem((view,), 1.68, 0.5, camera.image_size, camera.matrix, camera.distortion, 0.0, known)
    _refuse_unusable(problem, 1.68)
    pitch, roll = pitch_roll_deg(camera.rotation_cam_from_floor)
    held = np.array([pitch, roll, 0.0, camera.centre_m[2]])
    problem.prior_sigma[FOCAL] = 1.0
    start = problem.start(pitch)

    def found(values: FloatArray) -> tuple[FloatArray, FloatArray]:
        best, covariance, _ = problem.solve(start, held=values)
        return best, covariance

    best, covariance = found(held)
    sigma = camera.sigma
    steps = np.array([sigma.pitch_deg, sigma.roll_deg, sigma.focal_rel, sigma.height_m])
    moved = [found(held + np.eye(4)[i] * steps[i])[0][STATURE] - best[STATURE] for i in range(4)]
    stature = 1.68 * math.exp(best[STATURE])
    own = float(np.sqrt(covariance[0, 0]))
    body = problem.body(best)
    misfit = math.sqrt(float(body @ body) / max(body.size - 4, 1)) * REALITY
    turn = heading_rotation(camera.rotation_cam_from_floor)
    spot = turn.T @ np.array([best[SHARED], best[SHARED + 1], 0.0]) + camera.centre_m * [1, 1, 0]
    return Stature(stature, stature * math.hypot(own, float(np.linalg.norm(moved))), stature * own, spot[:2], misfit)
