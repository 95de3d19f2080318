"""People of known angles, and what a camera and the pose network would make of them.

`body` builds the 21 points of `vision.reconstruct.skeleton` from the angles that
the contract names, with the bones of the shipped model, so that every angle is
known by construction. `seen` looks at them through a camera: landmarks lie off
their points as the model says they do, with its noise where that is asked for.

A person at ``turn_deg`` 0 faces -y, so their left is +x.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from calibration.camera import LEVEL_SIGMA, Camera, CameraSigma, Seat, level_rotation, project
from vision.reconstruct.fit import Seen
from vision.reconstruct.model import BodyModel, body_model, bone_shares
from vision.reconstruct.observations import FOOT_POINTS
from vision.reconstruct.skeleton import (
    BONES,
    COUNT,
    DEPTH_BONES,
    LANDMARKS_OF_POINT,
    PARTS,
    UP,
    Point,
    limb_axes,
    middle,
    offset_directions,
    pelvis_axes,
    unit,
)
from vision.types import FloatArray

IMAGE_SIZE = (1280, 720)
TYPICAL_STATURE_M = 1.65  # of the network's world landmarks
LINK_SIGMA_M = 0.01
LEFT, FORWARD = np.array([1.0, 0.0, 0.0]), np.array([0.0, -1.0, 0.0])


def direction(forward_deg: float, left_deg: float = 0.0) -> FloatArray:
    """Unit (3,): up, leaning so far forwards (seen from the side) and to the left (seen from in front)."""
    return unit(UP + np.tan(np.radians(forward_deg)) * FORWARD + np.tan(np.radians(left_deg)) * LEFT)


@dataclass(frozen=True)
class Arm:
    """``raise_deg`` from the trunk's downward axis; the way out turns from the own side (0) to the front (90)."""

    raise_deg: float = 8.0
    turn_deg: float = 20.0
    elbow_deg: float = 180.0


@dataclass(frozen=True)
class Sitting:
    """On a seat; ``shank_deg`` is the tilt of the shank, feet ahead of the knees +."""

    seat_height_m: float = 0.44
    seat_depth_m: float = 0.45
    used_share: float = 0.66
    shank_deg: float = 0.0
    knees_apart_m: float | None = None  # joint centres; None = as wide as the hips


@dataclass(frozen=True)
class Posture:
    """Angles as the contract defines them."""

    stature_m: float = 1.68
    sex: str | None = "f"
    yaw_left_deg: float = 22.5
    yaw_right_deg: float = 22.5
    heel_dist_m: float = 0.10
    knee_deg: float = 176.0
    flexion_deg: float = 0.0
    lateral_deg: float = 0.0
    neck_deg: float = 5.0  # of the ears against the trunk, forward +
    left_arm: Arm = field(default_factory=Arm)
    right_arm: Arm = field(default_factory=Arm)
    sitting: Sitting | None = None
    place_m: tuple[float, float] = (0.0, 0.0)
    turn_deg: float = 0.0  # about the vertical, to the own left


STAND = Posture()
BOW = replace(STAND, flexion_deg=30.0)
GUIDE = replace(STAND, right_arm=Arm(raise_deg=45.0, turn_deg=15.0))
SIT = replace(STAND, yaw_left_deg=5.0, yaw_right_deg=5.0, sitting=Sitting())
POSTURES = {"stand": STAND, "bow": BOW, "guide": GUIDE, "sit": SIT}


def bone_lengths(posture: Posture, model: BodyModel) -> dict[str, float]:
    """Metres by name."""
    shares, _ = bone_shares(model, posture.sex, posture.stature_m)
    return {name: float(share) * posture.stature_m for (name, _, _), share in zip(BONES, shares, strict=True)}


def about_vertical(angle_deg: float) -> FloatArray:
    """Rotation (3, 3), counter-clockwise from above."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _put(points: FloatArray, part: str, side: int, place: FloatArray) -> None:
    points[2 * PARTS.index(part) + side] = place


def _foot(bones: dict[str, float], model: BodyModel, yaw_deg: float, side: int) -> dict[str, FloatArray]:
    """Heel, toe and ankle of a flat foot whose heel stands at the origin."""
    out = LEFT if side == 0 else -LEFT
    along = np.cos(np.radians(yaw_deg)) * FORWARD + np.sin(np.radians(yaw_deg)) * out
    heel_z, toe_z = model.floor_height_m
    run = np.sqrt(bones["foot"] ** 2 - (heel_z - toe_z) ** 2)
    heel, toe = heel_z * UP, toe_z * UP + run * along
    axis = unit(toe - heel)
    share = (bones["rearfoot"] ** 2 - bones["instep"] ** 2 + bones["foot"] ** 2) / (2 * bones["foot"])
    above = unit(UP - axis * (axis @ UP))
    ankle = heel + share * axis + np.sqrt(max(bones["rearfoot"] ** 2 - share**2, 0.0)) * above
    return {"heel": heel, "toe": toe, "ankle": ankle}


def _knee(hip: FloatArray, ankle: FloatArray, thigh: float, shank: float) -> FloatArray:
    """The knee in front of the line from hip to ankle."""
    reach = float(np.linalg.norm(ankle - hip))
    line = (ankle - hip) / reach
    share = (thigh**2 - shank**2 + reach**2) / (2 * reach)
    ahead = unit(FORWARD - line * (line @ FORWARD))
    return np.asarray(hip + share * line + np.sqrt(max(thigh**2 - share**2, 0.0)) * ahead)


def _standing_legs(points: FloatArray, posture: Posture, bones: dict[str, float], model: BodyModel) -> None:
    feet = [_foot(bones, model, yaw, s) for s, yaw in enumerate((posture.yaw_left_deg, posture.yaw_right_deg))]
    for side, foot in enumerate(feet):
        start = LEFT * posture.heel_dist_m * (0.5, -0.5)[side]
        for part, place in foot.items():
            _put(points, part, side, place + start)
    ankles = points[Point.LEFT_ANKLE : Point.RIGHT_ANKLE + 1]
    thigh, shank = bones["thigh"], bones["shank"]
    reach_2 = thigh**2 + shank**2 - 2 * thigh * shank * np.cos(np.radians(posture.knee_deg))
    centre = ankles.mean(axis=0) * np.array([1.0, 1.0, 0.0])
    hips = [centre + LEFT * bones["pelvis"] * sign for sign in (0.5, -0.5)]
    level = [np.sqrt(reach_2 - np.sum((ankle - hip)[:2] ** 2)) for hip, ankle in zip(hips, ankles, strict=True)]
    for side, hip in enumerate(hips):
        place = hip + UP * (min(level) + ankles[0, 2])
        _put(points, "hip", side, place)
        _put(points, "knee", side, _knee(place, ankles[side], thigh, shank))


def _sitting_legs(points: FloatArray, posture: Posture, bones: dict[str, float], model: BodyModel) -> None:
    sitting = posture.sitting
    assert sitting is not None
    tilt = np.radians(sitting.shank_deg)
    hip_z = sitting.seat_height_m + model.constants["hip_above_seat_m"][0]
    for side, sign in enumerate((1.0, -1.0)):
        hip = LEFT * sign * bones["pelvis"] / 2 + UP * hip_z
        foot = _foot(bones, model, (posture.yaw_left_deg, posture.yaw_right_deg)[side], side)
        knee_z = foot["ankle"][2] + bones["shank"] * np.cos(tilt)
        apart = bones["pelvis"] if sitting.knees_apart_m is None else sitting.knees_apart_m
        across = sign * (apart - bones["pelvis"]) / 2
        run = np.sqrt(bones["thigh"] ** 2 - (knee_z - hip_z) ** 2 - across**2)
        knee = hip + LEFT * across + FORWARD * run + UP * (knee_z - hip_z)
        ankle = knee + bones["shank"] * (np.sin(tilt) * FORWARD - np.cos(tilt) * UP)
        _put(points, "hip", side, hip)
        _put(points, "knee", side, knee)
        for part, place in foot.items():
            _put(points, part, side, place + ankle - foot["ankle"])


def _torso(points: FloatArray, posture: Posture, bones: dict[str, float]) -> tuple[FloatArray, FloatArray]:
    """Shoulders and head; the trunk's left and up."""
    up = direction(posture.flexion_deg, posture.lateral_deg)
    left = unit(LEFT - up * (LEFT @ up))
    forward = np.cross(left, up)
    height = np.sqrt(bones["trunk"] ** 2 - ((bones["shoulders"] - bones["pelvis"]) / 2) ** 2)
    neck = middle(points, "hip") + height * up
    distance = np.sqrt(bones["neck"] ** 2 - ((bones["shoulders"] - bones["ears"]) / 2) ** 2)
    bend = np.radians(posture.neck_deg)
    ears = neck + distance * (np.cos(bend) * up + np.sin(bend) * forward)
    for side, sign in enumerate((0.5, -0.5)):
        _put(points, "shoulder", side, neck + sign * bones["shoulders"] * left)
        _put(points, "ear", side, ears + sign * bones["ears"] * left)
    points[Point.NOSE] = ears + np.sqrt(bones["nose"] ** 2 - (bones["ears"] / 2) ** 2) * forward
    return left, up


def _arm(points: FloatArray, arm: Arm, bones: dict[str, float], side: int, left: FloatArray, up: FloatArray) -> None:
    out = left if side == 0 else -left
    way = np.cos(np.radians(arm.turn_deg)) * out + np.sin(np.radians(arm.turn_deg)) * np.cross(left, up)
    upper = -np.cos(np.radians(arm.raise_deg)) * up + np.sin(np.radians(arm.raise_deg)) * way
    ahead = unit(np.cross(left, up) + 0.3 * -out - upper * (upper @ (np.cross(left, up) + 0.3 * -out)))
    bend = np.radians(180.0 - arm.elbow_deg)
    fore = np.cos(bend) * upper + np.sin(bend) * ahead
    elbow = points[Point.LEFT_SHOULDER + side] + bones["upper_arm"] * upper
    wrist = elbow + bones["forearm"] * fore
    for part, place in (("elbow", elbow), ("wrist", wrist), ("hand", wrist + bones["hand"] * fore)):
        _put(points, part, side, place)


def body(posture: Posture, model: BodyModel | None = None) -> FloatArray:
    """The points (21, 3) of a posture, metres on the floor frame."""
    known = body_model() if model is None else model
    bones = bone_lengths(posture, known)
    points = np.zeros((COUNT, 3))
    legs = _standing_legs if posture.sitting is None else _sitting_legs
    legs(points, posture, bones, known)
    left, up = _torso(points, posture, bones)
    _arm(points, posture.left_arm, bones, 0, left, up)
    _arm(points, posture.right_arm, bones, 1, left, up)
    return points @ about_vertical(posture.turn_deg).T + np.array([*posture.place_m, 0.0])


def seat_under(posture: Posture, points_m: FloatArray, model: BodyModel | None = None) -> Seat:
    """A seat of which the sitter (21, 3) uses just the posture's share."""
    known, sitting = body_model() if model is None else model, posture.sitting
    assert sitting is not None
    left, forward = pelvis_axes(points_m)
    behind = known.constants["buttock_behind_hip_rel"][0]
    behind += known.constants["buttock_slope_per_deg"][0] * posture.flexion_deg
    ahead = sitting.used_share * sitting.seat_depth_m - behind * posture.stature_m
    front = middle(points_m, "hip") * np.array([1.0, 1.0, 0.0]) + forward * ahead + UP * sitting.seat_height_m
    return Seat(front + 0.22 * left, front - 0.22 * left, sitting.seat_depth_m, sitting.seat_height_m)


def camera_at(
    azimuth_deg: float,
    *,
    distance_m: float = 3.6,
    height_m: float = 1.3,
    field_of_view_deg: float = 60.0,
    sigma: CameraSigma = LEVEL_SIGMA["full"],
    level: str = "full",
    seat: Seat | None = None,
    turn_deg: float = 0.0,
    aim_m: float = 0.85,
) -> Camera:
    """A camera that looks at a person at the origin; azimuth 0 is in front of them, + on their left."""
    pitch = np.degrees(np.arctan2(aim_m - height_m, distance_m))
    # A camera that looks along +y stands in front of a person who faces -y.
    rotation = level_rotation(float(pitch)) @ about_vertical(azimuth_deg + turn_deg).T
    away = about_vertical(azimuth_deg + turn_deg) @ FORWARD * distance_m
    width, height = IMAGE_SIZE
    focal = width / 2 / np.tan(np.radians(field_of_view_deg / 2))
    return Camera(
        image_size=IMAGE_SIZE,
        matrix=np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]]),
        distortion=np.zeros(5),
        rotation_cam_from_floor=rotation,
        translation_m=-rotation @ (away + UP * height_m),
        sigma=sigma,
        level=level,
        seat=seat,
    )


def _pixels(points_m: FloatArray, stature_m: float, camera: Camera, model: BodyModel) -> tuple[FloatArray, FloatArray]:
    """Landmarks of the points (21, 2) as the model expects them, and pixels per stature there (21,)."""
    offsets = np.zeros((COUNT, 3))
    for index, directions in enumerate(offset_directions(points_m[None])):
        for amount, way in zip(model.offsets[index], directions, strict=False):
            offsets[index] += amount * way.value[0]
    off = points_m + offsets * stature_m
    depth = (off @ camera.rotation_cam_from_floor.T + camera.translation_m)[:, 2]
    scale = camera.focal_px * stature_m / depth
    return project(camera, off), scale


def _pixel_noise(
    points_m: FloatArray, scale: FloatArray, camera: Camera, model: BodyModel, rng: np.random.Generator
) -> FloatArray:
    """(21, 2) with the model's spread along and across the limbs."""
    axes = limb_axes(points_m)
    along = unit_2d(project(camera, points_m + 0.01 * axes) - project(camera, points_m))
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    first, second = (np.hypot(s * scale, 0.5) * rng.normal(size=COUNT) for s in (model.sigma_along, model.sigma_across))
    return np.asarray(first[:, None] * along + second[:, None] * across)


def unit_2d(vectors: FloatArray) -> FloatArray:
    """Vectors (N, 2) at length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


def _world(
    points_m: FloatArray, stature_m: float, camera: Camera, model: BodyModel, noise: FloatArray | None
) -> FloatArray:
    """World landmarks (33, 3) whose depths say what the model expects of these points."""
    hip = middle(points_m, "hip")
    seen = (points_m - hip) @ camera.rotation_cam_from_floor.T * (TYPICAL_STATURE_M / stature_m)
    world = np.zeros((33, 3))
    for index, ids in enumerate(LANDMARKS_OF_POINT):
        world[list(ids)] = seen[index]
    ray = unit(hip - camera.centre_m)
    rows, targets, weights = [], [], []
    for number, (_, first, second, mp_first, mp_second) in enumerate(DEPTH_BONES):
        row = np.zeros(33)
        row[mp_second], row[mp_first] = 1.0, -1.0
        gain, constant = model.depth_gain[number]
        told = gain * float((points_m[second] - points_m[first]) @ ray) / stature_m + constant
        rows.append(row)
        targets.append(told + (0.0 if noise is None else noise[number] * model.depth_sigma[number]))
        weights.append(1.0 / model.depth_sigma[number])
    # What no depth is learned of hangs on its neighbour: heels on ankles, hands on wrists, the nose on the ears.
    for first, second in ((27, 29), (28, 30), (15, 17), (15, 19), (16, 18), (16, 20), (7, 0), (8, 0)):
        row = np.zeros(33)
        row[second], row[first] = 1.0, -1.0
        rows.append(row)
        targets.append(float(world[second, 2] - world[first, 2]))
        weights.append(1.0 / LINK_SIGMA_M)
    weight = np.array([*weights, *([1e-3] * 33)])
    matrix = np.concatenate([np.array(rows), np.eye(33)]) * weight[:, None]
    world[:, 2] = np.linalg.lstsq(matrix, np.array([*targets, *world[:, 2]]) * weight, rcond=None)[0]
    return world


def seen(
    points_m: FloatArray,
    camera: Camera,
    posture: Posture,
    *,
    height_cm: float | None = -1.0,
    feet_sigma_px: float | None = 1.5,
    rng: np.random.Generator | None = None,
    model: BodyModel | None = None,
) -> Seen:
    """What the networks see of a body (21, 3). ``height_cm`` -1: the true one; ``rng``: with the model's noise."""
    known = body_model() if model is None else model
    pixels, scale = _pixels(points_m, posture.stature_m, camera, known)
    depth_noise = None
    if rng is not None:
        pixels = pixels + _pixel_noise(points_m, scale, camera, known, rng)
        depth_noise = rng.normal(size=len(DEPTH_BONES))
    landmarks = np.tile(pixels[Point.NOSE], (33, 1))
    for index, ids in enumerate(LANDMARKS_OF_POINT):
        landmarks[list(ids)] = pixels[index]
    landmarks[21], landmarks[22] = landmarks[15], landmarks[16]
    feet = covariance = None
    if feet_sigma_px is not None:
        feet = project(camera, points_m[list(FOOT_POINTS)])
        if rng is not None:
            feet = feet + feet_sigma_px * rng.normal(size=feet.shape)
        covariance = np.eye(2 * len(FOOT_POINTS)) * feet_sigma_px**2
    return Seen(
        camera=camera,
        landmarks_px=landmarks,
        world_m=_world(points_m, posture.stature_m, camera, known, depth_noise),
        visibility=np.full(33, 0.99),
        height_cm=posture.stature_m * 100 if height_cm == -1.0 else height_cm,
        sex=posture.sex,
        feet_px=feet,
        feet_covariance_px2=covariance,
        sits=posture.sitting is not None and camera.seat is not None,
    )


def views(azimuths_deg: Sequence[float], posture: Posture, **known: float) -> list[Seen]:
    """One noise-free look per azimuth, on a known seat for sitters."""
    points = body(posture)
    seat = None if posture.sitting is None else seat_under(posture, points)
    turn = posture.turn_deg
    return [seen(points, camera_at(a, seat=seat, turn_deg=turn, **known), posture) for a in azimuths_deg]
