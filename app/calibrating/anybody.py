"""Camera pose from a person of known height in any posture: the fitted body carries the camera's own unknowns.

Less sure than somebody who stands upright (`calibration.person`), but a sitting or bowing person is at least there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.calibrating.people import Scene, see
from calibration.camera import ASSUMED_SIGMA_FOCAL_REL, Camera, CameraSigma, assumed_camera
from calibration.person import LEAST_SIGMA, PRIOR_HEIGHT_M, PRIOR_PITCH_DEG, PRIOR_ROLL_DEG
from calibration.pose import level_camera, pitch_roll_deg
from calibration.room import read_room
from vision.errors import NoPersonError
from vision.types import FloatArray, PoseObservation

# Bent bodies are told apart less well than the fit believes.
WIDER, LEAST_HEIGHT_SIGMA_M = 3.0, 0.05


@dataclass(frozen=True, slots=True)
class _Guess:
    values: FloatArray  # (4,) pitch deg, roll deg, log focal factor, height m
    sigma: FloatArray  # (4,)


def _beforehand(scene: Scene) -> _Guess:
    """What the room says, or what can be assumed."""
    mean = np.array([PRIOR_PITCH_DEG[0], PRIOR_ROLL_DEG[0], 0.0])
    sigma = np.array([PRIOR_PITCH_DEG[1], PRIOR_ROLL_DEG[1], ASSUMED_SIGMA_FOCAL_REL])
    view = read_room(scene.segments(), assumed_camera(scene.size_wh).matrix, mean, np.diag(sigma**2))
    if view is not None:
        mean, sigma = view.values, np.sqrt(np.diag(view.covariance))
    return _Guess(np.append(mean, PRIOR_HEIGHT_M[0]), np.append(sigma, PRIOR_HEIGHT_M[1]))


def _camera(guess: _Guess, values: FloatArray, size_wh: tuple[int, int], method: str) -> Camera:
    matrix = assumed_camera(size_wh).matrix.copy()
    matrix[[0, 1], [0, 1]] *= math.exp(values[2])
    pitch, roll, focal, height = (float(one) for one in guess.sigma)
    sigma = CameraSigma(
        max(focal, LEAST_SIGMA.focal_rel), max(pitch, LEAST_SIGMA.pitch_deg), max(roll, LEAST_SIGMA.roll_deg),
        max(height, LEAST_SIGMA.height_m),
    )  # fmt: skip
    where = float(values[0]), float(values[1]), float(values[3])
    return level_camera(size_wh, matrix, np.zeros(5), *where, sigma, "person", method)


def calibrate_from_posture(file: Path, height_cm: float | None, sex: str | None) -> Camera:
    """The camera of a still from whoever is in it, in whatever posture; NoPersonError when nobody is."""
    from vision.estimators.pose import PoseEstimator
    from vision.reconstruct.fit import Seen, fit_bodies
    from vision.reconstruct.model import body_model
    from vision.reconstruct.observations import FOCAL, HEIGHT, PITCH, ROLL
    from vision.video import read_still
    from vision.watch import distinct

    frame = read_still(file)
    with PoseEstimator(people=4, video=False) as pose:
        people = distinct(pose.estimate(frame.image_bgr))
    if not people:
        raise NoPersonError(f"{file}: nobody is in the picture", f"{file}：画面中没有人")
    subject: PoseObservation = max(people, key=lambda one: float(np.ptp(one.image_landmarks_px[:, 1])))
    scene = see([file], need_people=False)
    guess = _beforehand(scene)
    camera = _camera(guess, guess.values, frame.size_wh, "posture")
    one = Seen(camera, subject.image_landmarks_px, subject.world_landmarks_m, subject.visibility, height_cm, sex)
    fit = fit_bodies([one], body_model(), readings=False)
    turned = _turned(camera, float(fit.state[0, PITCH]), float(fit.state[0, ROLL]))
    focal, height = guess.values[2] + float(fit.state[0, FOCAL]), float(camera.centre_m[2] + fit.state[0, HEIGHT])
    variance = fit.covariance[0].diagonal()[[PITCH, ROLL, FOCAL, HEIGHT]]
    spread = np.sqrt(np.maximum(variance, 0.0)) * np.array([1.0, 1.0, 1.0, WIDER])
    spread[3] = max(spread[3], LEAST_HEIGHT_SIGMA_M)
    found = _Guess(np.array([*turned, focal, height]), spread)
    return _camera(found, found.values, frame.size_wh, "person in any posture, edges of the room")


def _turned(camera: Camera, pitch_deg: float, roll_deg: float) -> tuple[float, float]:
    """Pitch and roll after small turns about the camera's own axes, as `vision.reconstruct` counts them."""
    a, b = math.radians(pitch_deg), math.radians(roll_deg)
    about_x = np.array([[1, 0, 0], [0, math.cos(a), -math.sin(a)], [0, math.sin(a), math.cos(a)]])
    about_z = np.array([[math.cos(b), -math.sin(b), 0], [math.sin(b), math.cos(b), 0], [0, 0, 1]])
    return pitch_roll_deg(about_z @ about_x @ camera.rotation_cam_from_floor)
