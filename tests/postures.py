"""Right and wrong postures for the clauses, built from `tests.synthetic` and seen through a camera with noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from calibration.camera import Camera
from tests.synthetic import (
    FORWARD,
    LEFT,
    SIT,
    STAND,
    Arm,
    Posture,
    Sitting,
    about_vertical,
    body,
    bone_lengths,
    camera_at,
    seat_under,
    seen,
)
from vision.look import Look
from vision.measures import head_pose as hp
from vision.measures.arms import THIGH_HALF_WIDTH_REL
from vision.moment import Moment, measure_moments
from vision.reconstruct.model import body_model
from vision.reconstruct.skeleton import COUNT, PARTS, UP, middle, trunk_frame, unit
from vision.types import FloatArray, PoseObservation, Subject

Edit = Callable[[FloatArray, Posture], FloatArray]
MIRROR = [2 * i + (1 - side) for i in range(len(PARTS)) for side in range(2)] + [COUNT - 1]
UPPER = ("shoulder", "elbow", "wrist", "hand", "ear")


@dataclass(frozen=True)
class Scene:
    """Somebody in front of a camera. ``head_deg``: pitch, yaw, roll; ``on_top``: log odds of the right hand on top."""

    posture: Posture = STAND
    azimuth_deg: float = 0.0
    edits: tuple[Edit, ...] = ()
    head_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    on_top: float | None = None
    sex: str = "f"
    distance_m: float = 3.6
    height_m: float = 1.3
    hidden: tuple[str, ...] = ()  # parts that the network hardly sees

    def points_m(self) -> FloatArray:
        """(21, 3)."""
        points = body(self.posture)
        for edit in self.edits:
            points = edit(points, self.posture)
        return points

    def camera(self) -> Camera:
        """Where the camera stands, with the seat of a sitter."""
        seat = None if self.posture.sitting is None else seat_under(self.posture, body(self.posture))
        return camera_at(self.azimuth_deg, distance_m=self.distance_m, height_m=self.height_m, seat=seat)


def index_of(part: str, side: int) -> int:
    return 2 * PARTS.index(part) + side


def look_at(scene: Scene, rng: np.random.Generator, mirrored: bool = False) -> Moment:
    """The moment that is measured of a scene; ``mirrored``: of its mirror image, the camera mirrored as well."""
    points, camera = scene.points_m(), scene.camera()
    head = scene.head_deg
    if mirrored:
        points = points[MIRROR] * np.array([-1.0, 1.0, 1.0])
        camera = replace(scene, azimuth_deg=-scene.azimuth_deg).camera()
        head = (head[0], -head[1], -head[2])
    saw = seen(points, camera, scene.posture, rng=rng)
    visibility = saw.visibility.copy()
    for part in scene.hidden:
        ids = {"wrist": (15, 16, 17, 18, 19, 20, 21, 22)}[part]
        visibility[list(ids)] = 0.3
    pose = PoseObservation(saw.landmarks_px, saw.world_m, visibility)
    look = Look(saw.feet_px, saw.feet_covariance_px2, scene.on_top, (), head_of(points, camera, head, rng))
    subject = Subject(height_cm=scene.posture.stature_m * 100, sex=scene.sex)
    return measure_moments([pose], [look], camera, subject, sits=scene.posture.sitting is not None)[0]


def head_of(
    points_m: FloatArray, camera: Camera, head_deg: Sequence[float], rng: np.random.Generator
) -> hp.HeadEstimate | None:
    """What the face mesh of a mean head tells, with half a pixel of noise; None of a face seen from behind."""
    left = unit(points_m[0] - points_m[1])
    turn = camera.rotation_cam_from_floor
    rotation = hp.head_rotation(head_deg, turn @ UP, turn @ np.cross(left, UP))
    template = np.array(hp._model()[hp.HeadSource.MESH]["template"])
    scale = 0.09 / float(np.ptp(template[list(hp.RIGID), 1]))
    centre = turn @ middle(points_m, "ear") + camera.translation_m
    if rotation[2, 0] > -0.2:
        return None
    seen_m = centre + scale * (template - template.mean(axis=0)) @ rotation.T
    pixels = seen_m @ camera.matrix.T
    pixels = pixels[:, :2] / pixels[:, 2:] + 0.5 * rng.normal(size=(len(template), 2))
    depth = (seen_m[:, 2] - seen_m[:, 2].mean()) * camera.matrix[0, 0] / seen_m[:, 2].mean()
    return hp.head_from_mesh(pixels, depth, camera.matrix)


def bent_between(start: FloatArray, end: FloatArray, first: float, second: float, pole: FloatArray) -> FloatArray:
    """The joint between two ends, bent towards ``pole``; the ends are brought within reach."""
    reach = float(np.linalg.norm(end - start))
    line = (end - start) / reach
    share = (first**2 - second**2 + reach**2) / (2 * reach)
    aside = unit(pole - line * (line @ pole))
    return np.asarray(start + share * line + np.sqrt(max(first**2 - share**2, 0.0)) * aside)


def reach(points: FloatArray, posture: Posture, side: int, target_m: FloatArray) -> FloatArray:
    """The arm bent so that the hand's centre lies at the target, the elbow out and behind."""
    bones, out = bone_lengths(posture, body_model()), (LEFT, -LEFT)[side]
    points = points.copy()
    shoulder, wrist = points[index_of("shoulder", side)], np.asarray(target_m, dtype=np.float64)
    longest = 0.999 * (bones["upper_arm"] + bones["forearm"])
    for _ in range(8):
        away = wrist - shoulder
        wrist = shoulder + away * min(1.0, longest / float(np.linalg.norm(away)))
        pole = about_vertical(posture.turn_deg) @ (0.7 * out - 0.5 * FORWARD - 0.5 * UP)
        elbow = bent_between(shoulder, wrist, bones["upper_arm"], bones["forearm"], pole)
        fore = unit(wrist - elbow)
        wrist = target_m - bones["hand"] * fore
    for part, place in (("elbow", elbow), ("wrist", wrist), ("hand", wrist + bones["hand"] * fore)):
        points[index_of(part, side)] = place
    return points


def navel_of(points: FloatArray, posture: Posture) -> FloatArray:
    """(3,)."""
    constants = body_model().constants
    _, forward, up = trunk_frame(points)
    ahead, above = constants["navel_forward_rel"][0], constants["navel_up_rel"][0]
    return np.asarray(middle(points, "hip") + (forward * ahead + up * above) * posture.stature_m)


def hands_at(lateral_cm: float, forward_cm: float, up_cm: float, apart_cm: float = 4.0) -> Edit:
    """Both hands so far from the navel, with this gap between them."""

    def edit(points: FloatArray, posture: Posture) -> FloatArray:
        navel = navel_of(points, posture)
        for side, sign in ((0, 0.5), (1, -0.5)):
            aside = (lateral_cm + sign * apart_cm) / 100
            target = navel + aside * LEFT + forward_cm / 100 * FORWARD + up_cm / 100 * UP
            points = reach(points, posture, side, target)
        return points

    return edit


def wrist_held(points: FloatArray, posture: Posture) -> FloatArray:
    """The right hand round the left wrist, before the lower abdomen."""
    navel = navel_of(points, posture)
    points = reach(points, posture, 0, navel + 0.06 * FORWARD - 0.10 * UP - 0.02 * LEFT)
    return reach(points, posture, 1, points[index_of("wrist", 0)] + 0.03 * FORWARD)


def hands_on_knees(back_cm: float) -> Edit:
    """Each hand on its thigh, so far behind the knee's centre."""

    def edit(points: FloatArray, posture: Posture) -> FloatArray:
        for side in (0, 1):
            knee, hip = points[index_of("knee", side)], points[index_of("hip", side)]
            target = knee + unit(hip - knee) * back_cm / 100 + UP * (THIGH_HALF_WIDTH_REL * posture.stature_m)
            points = reach(points, posture, side, target)
        return points

    return edit


def tilted_shoulders(deg: float) -> Edit:
    """Left shoulder and arm up, right ones down."""

    def edit(points: FloatArray, _posture: Posture) -> FloatArray:
        points = points.copy()
        half = float(np.linalg.norm(points[2] - points[3])) / 2
        for side, sign in ((0, 1.0), (1, -1.0)):
            for part in ("shoulder", "elbow", "wrist", "hand"):
                points[index_of(part, side)] += sign * half * np.tan(np.radians(deg)) * UP
        return points

    return edit


def t_stance(gap_cm: float) -> Edit:
    """The left foot's heel brought to the right foot's arch, ``gap_cm`` clear of it."""

    def edit(points: FloatArray, _posture: Posture) -> FloatArray:
        points = points.copy()
        heel, toe = points[index_of("heel", 1)], points[index_of("toe", 1)]
        axis = (toe - heel) * np.array([1.0, 1.0, 0.0])
        inward = np.array([axis[1], -axis[0], 0.0])
        inward = inward if inward @ LEFT > 0 else -inward
        arch = heel + 0.45 * axis + 0.16 * inward
        place = arch + unit(inward) * (gap_cm + 3.5) / 100
        shift = (place - points[index_of("heel", 0)]) * np.array([1.0, 1.0, 0.0])
        for part in ("heel", "toe", "ankle"):
            points[index_of(part, 0)] += shift
        points[index_of("knee", 0)] += shift / 2
        return points

    return edit


def crossed_ankles(over_cm: float) -> Edit:
    """Feet and shanks crossed: the left ankle so far to the right of the right one."""

    def edit(points: FloatArray, _posture: Posture) -> FloatArray:
        points = points.copy()
        apart = float((points[index_of("ankle", 0)] - points[index_of("ankle", 1)]) @ LEFT)
        for side, sign in ((0, -0.5), (1, 0.5)):
            for part in ("ankle", "heel", "toe"):
                points[index_of(part, side)] += sign * (apart + over_cm / 100) * LEFT
        return points

    return edit


def squatting(high_low_cm: float, knees_apart_cm: float, lean_deg: float = 5.0) -> Edit:
    """Down on the heels, the left foot in front; the left knee so much higher than the right one."""

    def edit(points: FloatArray, posture: Posture) -> FloatArray:
        bones, points = bone_lengths(posture, body_model()), points.copy()
        hip_z = 0.42
        drop = (middle(points, "hip")[2] - hip_z) * UP
        for part in ("hip", *UPPER):
            for side in (0, 1):
                points[index_of(part, side)] -= drop
        points[-1] -= drop
        half = (knees_apart_cm / 100 + body_model().constants["knee_width_rel"][0] * posture.stature_m) / 2
        mean_z = 0.45
        for side, sign in ((0, 1.0), (1, -1.0)):
            hip = points[index_of("hip", side)]
            rise = mean_z + sign * high_low_cm / 200 - hip[2]
            across = float((half * sign * LEFT - hip) @ LEFT)
            run = np.sqrt(max(bones["thigh"] ** 2 - rise**2 - across**2, 0.0))
            knee = hip + run * FORWARD + rise * UP + across * LEFT
            ankle_z = float(points[index_of("ankle", side)][2]) + (0.0 if side == 0 else 0.10)
            fall = min(knee[2] - ankle_z, bones["shank"])
            ankle = knee - fall * UP - np.sqrt(bones["shank"] ** 2 - fall**2) * FORWARD
            shift = ankle - points[index_of("ankle", side)]
            points[index_of("knee", side)] = knee
            for part in ("ankle", "heel", "toe"):
                points[index_of(part, side)] += shift
        return leaning(lean_deg)(points, posture)

    return edit


def leaning(deg: float) -> Edit:
    """Everything above the hips turned forwards about them."""

    def edit(points: FloatArray, _posture: Posture) -> FloatArray:
        points, hip = points.copy(), middle(points, "hip")
        c, s = np.cos(np.radians(deg)), np.sin(np.radians(deg))
        turn = np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]])
        rows = [index_of(part, side) for part in UPPER for side in (0, 1)] + [COUNT - 1]
        points[rows] = hip + (points[rows] - hip) @ turn.T
        return points

    return edit


FOLDED = hands_at(0.0, 6.0, -9.0)
V_45 = replace(STAND, heel_dist_m=0.08)
SEATED = replace(SIT, sitting=Sitting(used_share=0.33, knees_apart_m=0.16), flexion_deg=5.0)
HANGING = Arm(raise_deg=6.0, turn_deg=30.0, elbow_deg=172.0)
