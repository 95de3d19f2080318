"""One held posture of one person, measured: the fit, the closer looks and what was learned, made into measurements.

A moment is a still, or the stillest part of a hold with its landmarks averaged.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from calibration.camera import Camera
from vision.look import Look
from vision.measures.admissible import feet_twisted, missing, too_uncertain
from vision.measures.correction import (
    OF_A_BOW,
    Table,
    bow_key,
    corrected,
    table_from_dict,
    table_key,
    view_group,
    view_of,
)
from vision.measures.hand_evidence import measure_hand_on_top, measure_palm_up
from vision.measures.head_pose import measure_face_off, measure_head
from vision.measures.mouth import Mouth
from vision.measures.places import LEVEL_THIGH_DEG, measure_hands_place
from vision.measures.registry import Measured, measure_fit
from vision.measures.unlearned import UNLEARNED
from vision.quantities import quantities
from vision.reconstruct.fit import Seen, fit_bodies, stature_of
from vision.reconstruct.model import BodyModel, body_model
from vision.reconstruct.observations import STATURE
from vision.reconstruct.skeleton import LANDMARKS_OF_POINT, PARTS, SIDES, middle, pelvis_axes
from vision.reconstruct.solver import ITERATIONS, Fit
from vision.types import FloatArray, Measurement, PoseObservation, Reason, Side, Subject, View

# A fit whose residuals are this large is not this person, or not a person: nothing of it is believed.
HOPELESS_COST, POOR_COST = 150.0, 60.0
SMALLEST_BODY_PX = 100.0
FEET_NAMES = frozenset({"v_angle", "foot_yaw_left", "foot_yaw_right", "heel_dist", "toe_dist", "heel_gap", "toe_gap",
                        "stance_ratio", "heel_arch_gap"})  # fmt: skip
HEIGHT_SIGMA_FLOOR_CM = 1.0
LEAST_PELVIS_YAW_U_DEG = 6.0


@dataclass(frozen=True, slots=True)
class Moment:
    """All measurements of one moment, the body behind them, and from where it was seen."""

    measurements: Mapping[str, Measurement]
    view: View
    azimuth_deg: float
    points_m: FloatArray | None = None  # (21, 3)
    raw: Measured | None = None
    assumed_camera: bool = False
    state: FloatArray | None = None  # (N,) of the fit, to begin the next one from
    bows: bool = False  # see `as_bow`
    mouth: Mouth | None = None

    @property
    def group(self) -> str:
        """Key into the table of corrections."""
        return view_group(self.azimuth_deg)

    def reading(self, name: str) -> tuple[float, float] | None:
        """Corrected value and u of a measure of the body, however uncertain."""
        if self.raw is None or name not in self.raw.values:
            return None
        numbers = (self.raw.values[name], self.raw.sigma[name], self.raw.ambiguity[name])
        value, sigma, ambiguity = (float(array[0]) for array in numbers)
        key = bow_key(name) if self.bows and name in OF_A_BOW else table_key(name, self.raw.values)
        return corrected(correction_table(), key, self.group, value, sigma, ambiguity, assumed=self.assumed_camera)


def as_bow(moment: Moment) -> Moment:
    """The moment of somebody known to bow: the trunk's flexion is corrected by what was learned of bows."""
    bowing = replace(moment, bows=True)
    reading = bowing.reading("trunk_flexion")
    before = moment.measurements["trunk_flexion"]
    if reading is None or before.reason not in (None, Reason.TOO_UNCERTAIN, Reason.WRONG_VIEW):
        return bowing
    reason = too_uncertain("trunk_flexion", reading[1], moment.view)
    value, u = reading if reason is None else (None, None)
    flexion = Measurement("trunk_flexion", value, u, before.unit, reason)
    changed = {**moment.measurements, "trunk_flexion": flexion, "trunk_behind": trunk_behind(flexion)}
    return replace(bowing, measurements=changed)


def trunk_behind(flexion: Measurement) -> Measurement:
    """How far the trunk leans backwards, >= 0, from its flexion."""
    if not isinstance(flexion.value, float):
        return Measurement("trunk_behind", None, None, "deg", flexion.reason)
    return Measurement("trunk_behind", max(0.0, -flexion.value), flexion.u, "deg")


def pair_aside(lateral: Measurement) -> Measurement:
    """How far both hands lie to one side, >= 0, whichever it is."""
    if not isinstance(lateral.value, float):
        return Measurement("pair_aside", None, None, "cm", lateral.reason)
    return Measurement("pair_aside", abs(lateral.value), lateral.u, "cm")


@functools.cache
def correction_table() -> Table:
    """The shipped model's corrections, and those of measures that it does not know."""
    return {**UNLEARNED, **table_from_dict(body_model().corrections)}


def seen_of(pose: PoseObservation, camera: Camera, subject: Subject, look: Look, sits: bool | None = None) -> Seen:
    """What the networks saw, as the fit wants it."""
    return Seen(
        camera=camera,
        landmarks_px=pose.image_landmarks_px,
        world_m=pose.world_landmarks_m,
        visibility=pose.visibility,
        height_cm=subject.height_cm,
        sex=subject.sex,
        feet_px=look.feet_px,
        feet_covariance_px2=look.feet_covariance_px2,
        sits=sits,
    )


def azimuth_deg(points_m: FloatArray, camera: Camera) -> float:
    """Where the camera stands round the person (21, 3): 0 in front, + on the person's left."""
    left, forward = pelvis_axes(points_m)
    towards = camera.centre_m - middle(points_m, "hip")
    return math.degrees(math.atan2(float(towards @ left), float(towards @ forward)))


def slice_of(fit: Fit, k: int) -> Fit:
    """One frame of a fit."""
    rows = slice(k, k + 1)
    return Fit(fit.state[rows], fit.covariance[rows], fit.cost[rows], fit.others[:, rows], fit.other_weight[:, rows])


def measure_moments(
    poses: Sequence[PoseObservation],
    looks: Sequence[Look],
    camera: Camera,
    subject: Subject,
    *,
    sits: bool | None = None,
    readings: bool = True,
    start: FloatArray | None = None,
    iterations: int = ITERATIONS,
) -> list[Moment]:
    """Measure many moments of one recording; the fits are done together.

    ``start`` (T, N): states of moments shortly before, from which few ``iterations`` are enough.
    """
    model = body_model()
    seen = [seen_of(pose, camera, subject, look, sits) for pose, look in zip(poses, looks, strict=True)]
    fit = fit_bodies(seen, model, start=start, iterations=iterations, readings=readings)
    table = correction_table()
    return [_moment(slice_of(fit, k), poses[k], looks[k], camera, subject, model, table) for k in range(len(poses))]


def nothing(reason: Reason) -> dict[str, Measurement]:
    """Every measure as not measured for one reason."""
    return {name: Measurement(name, None, None, q.unit, reason) for name, q in quantities().items() if name in GIVEN}


def _moment(
    fit: Fit, pose: PoseObservation, look: Look, camera: Camera, subject: Subject, model: BodyModel, table: Table
) -> Moment:
    points = fit.points_m[0]
    azimuth = azimuth_deg(points, camera)
    view = view_of(azimuth)
    refusal = _refusal(fit, pose, camera, view)
    if refusal is not None:
        return Moment(nothing(refusal), view, azimuth, points, state=fit.state[0])
    stature, _ = stature_of(subject.height_cm, subject.sex)
    raw = measure_fit(fit, np.array([stature]), model, camera.seat)
    if fit.cost[0] > POOR_COST:
        widen = math.sqrt(float(fit.cost[0]) / POOR_COST)
        raw = replace(raw, sigma={name: sigma * widen for name, sigma in raw.sigma.items()})
    found = _from_body(raw, pose, look, camera, view, view_group(azimuth), table)
    turn_u = _pelvis_yaw_u(raw, view_group(azimuth), table)
    found.update(_from_looks(look, found, points, camera, view, turn_u))
    found.update(_stature(fit, subject, camera))
    return Moment(found, view, azimuth, points, raw, camera.level == "none", fit.state[0], mouth=look.mouth)


def _refusal(fit: Fit, pose: PoseObservation, camera: Camera, view: View) -> Reason | None:
    if float(np.ptp(pose.image_landmarks_px[:, 1])) < SMALLEST_BODY_PX:
        return Reason.TOO_SMALL
    inside, _ = _parts_seen(pose, camera)
    feet_seen = all(inside[f"{part}_{side}"] for part in ("heel", "toe") for side in SIDES)
    if not fit.cost[0] < HOPELESS_COST or (feet_seen and feet_twisted(fit.points_m)[0]):
        return Reason.TOO_UNCERTAIN
    # Nobody of known geometry was seen from behind: no uncertainty could be checked there.
    return Reason.WRONG_VIEW if view is View.BACK else None


def _parts_seen(pose: PoseObservation, camera: Camera) -> tuple[dict[str, bool], dict[str, float]]:
    """Per part and side, such as ``wrist_left``: whether it is in the picture, and the network's visibility."""
    width, height = camera.image_size
    inside, visible = {}, {}
    for i, part in enumerate(PARTS):
        for side, name in enumerate(SIDES):
            ids = list(LANDMARKS_OF_POINT[2 * i + side])
            pixels = pose.image_landmarks_px[ids]
            key = f"{part}_{name}"
            inside[key] = bool(((pixels >= 0) & (pixels <= [width, height])).all())
            visible[key] = float(np.nan_to_num(pose.visibility[ids]).min())
    return inside, visible


def _from_body(
    raw: Measured, pose: PoseObservation, look: Look, camera: Camera, view: View, group: str, table: Table
) -> dict[str, Measurement]:
    """Every measure of the fitted body that was learned, corrected, or the reason why not."""
    inside, visible = _parts_seen(pose, camera)
    found: dict[str, Measurement] = {}
    for name, value in raw.values.items():
        unit = quantities()[name].unit if name in quantities() else "cm"
        key = table_key(name, raw.values)
        reason = missing(name, inside, visible)
        if reason is None and name in FEET_NAMES and look.feet_px is None:
            reason = Reason.OCCLUDED
        numbers = (float(value[0]), float(raw.sigma[name][0]), float(raw.ambiguity[name][0]))
        result = corrected(table, key, group, *numbers, assumed=camera.level == "none")
        if reason is None and result is None:
            reason = Reason.TOO_UNCERTAIN
        if reason is None and result is not None:
            reason = too_uncertain(name, result[1], view)
        if reason is not None or result is None:
            found[name] = Measurement(name, None, None, unit, reason)
        else:
            found[name] = Measurement(name, result[0], result[1], unit)
    found["hands_place"] = measure_hands_place(found, visible, view)
    found["trunk_behind"] = trunk_behind(found["trunk_flexion"])
    found["pair_aside"] = pair_aside(found["pair_lateral"])
    found.pop("hand_forward_left", None)
    found.pop("hand_forward_right", None)
    no_seat = Reason.NO_SEAT if camera.seat is None else None if _sitting(raw) else Reason.UNSUPPORTED
    if no_seat is not None:
        for name in ("seat_depth_used", "ankle_behind_seat_left", "ankle_behind_seat_right"):
            found[name] = Measurement(name, None, None, quantities()[name].unit, no_seat)
    found["bow_angle"] = Measurement("bow_angle", None, None, "deg", Reason.NO_NEUTRAL)
    return found


def _sitting(raw: Measured) -> bool:
    """Whether the thighs are nearer to level than to hanging."""
    thighs = [float(raw.values[f"thigh_horizontal_{side}"][0]) for side in SIDES]
    return sum(thighs) / 2 < LEVEL_THIGH_DEG


def _pelvis_yaw_u(raw: Measured, group: str, table: Table) -> float:
    """The pelvis' share in the u of a foot's yaw, deg: what is left when the foot's own share is taken out.

    A foot's own share is the V angle's u over the square root of two: the pelvis does not enter that angle.
    """
    us = []
    for name in ("foot_yaw_left", "v_angle"):
        numbers = (raw.values[name], raw.sigma[name], raw.ambiguity[name])
        result = corrected(table, table_key(name, raw.values), group, *(float(array[0]) for array in numbers))
        us.append(math.inf if result is None else result[1])
    return math.sqrt(max(us[0] ** 2 - us[1] ** 2 / 2, LEAST_PELVIS_YAW_U_DEG**2)) if math.isfinite(us[0]) else us[0]


def _from_looks(
    look: Look,
    found: Mapping[str, Measurement],
    points: FloatArray,
    camera: Camera,
    view: View,
    pelvis_yaw_u_deg: float,
) -> dict[str, Measurement]:
    """Hands, palms and head from the closer looks."""
    result: dict[str, Measurement] = {}
    place = found["hands_place"].value
    gap = found["hands_gap"].value
    word = place if isinstance(place, str) else None
    top = measure_hand_on_top(look.log_odds_right, place=word, view=view)
    if isinstance(gap, float) and gap > APART_CM and top.value is not None:
        top = Measurement(top.name, None, None, top.unit, Reason.UNSUPPORTED)
    result[top.name] = top
    for side in Side:
        hand = look.hand(side)
        palm = measure_palm_up(
            side,
            None if hand is None else hand.world_m,
            None if hand is None else hand.second_world_m,
            None if hand is None else hand.landmarks_px.mean(axis=0),
            0.0 if hand is None else hand.handedness_score,
            camera.up_camera,
            camera.matrix,
        )
        result[palm.name] = palm
    _, forward = pelvis_axes(points)
    up_u = 2 * math.hypot(camera.sigma.pitch_deg, camera.sigma.roll_deg)
    heads = measure_head(
        look.head,
        camera.up_camera,
        camera.rotation_cam_from_floor @ forward,
        up_u_deg=up_u,
        forward_u_deg=pelvis_yaw_u_deg,
        reason=Reason.OCCLUDED,
    )
    result.update({head.name: _worth_giving(head, view) for head in heads})
    result["face_off"] = _face_off(look, points, camera, view)
    yaw = result["head_yaw"]
    for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0)):
        name = f"head_to_hand_{side}"
        result[name] = (
            Measurement(name, sign * yaw.value, yaw.u, "deg")
            if isinstance(yaw.value, float)
            else Measurement(name, None, None, "deg", yaw.reason)
        )
    return result


def _face_off(look: Look, points: FloatArray, camera: Camera, view: View) -> Measurement:
    """``face_off`` of somebody who stands facing the camera: from elsewhere the camera is nobody to look at."""
    if view is not View.FRONT:
        return Measurement("face_off", None, None, "deg", Reason.WRONG_VIEW)
    towards = camera.rotation_cam_from_floor @ (camera.centre_m - middle(points, "ear"))
    return _worth_giving(measure_face_off(look.head, towards), view)


def _worth_giving(measurement: Measurement, view: View) -> Measurement:
    """The measurement, or that it is too uncertain."""
    reason = None if measurement.u is None else too_uncertain(measurement.name, measurement.u, view)
    return measurement if reason is None else Measurement(measurement.name, None, None, measurement.unit, reason)


def _stature(fit: Fit, subject: Subject, camera: Camera) -> dict[str, Measurement]:
    """The stature that was assumed, and the one that the picture says where the floor is known."""
    used, sigma_rel = stature_of(subject.height_cm, subject.sex)
    result = {"stature_used": Measurement("stature_used", used * 100, 2 * sigma_rel * used * 100, "cm")}
    if camera.level == "none":
        result["person_height"] = Measurement("person_height", None, None, "cm", Reason.NO_FLOOR)
        return result
    factor = math.exp(float(fit.state[0, STATURE]))
    sigma = math.sqrt(max(float(fit.covariance[0, STATURE, STATURE]), 0.0)) * used * factor * 100
    sigma = math.hypot(sigma, HEIGHT_SIGMA_FLOOR_CM)
    result["person_height"] = Measurement("person_height", used * factor * 100, 2 * sigma, "cm")
    return result


APART_CM = 18.0  # hands farther apart than this do not lie on each other

GIVEN = frozenset(
    name
    for name in quantities()
    if name.removesuffix("_left").removesuffix("_right")
    in {
        "v_angle", "foot_yaw", "heel_dist", "toe_dist", "heel_gap", "toe_gap", "stance_ratio", "heel_arch_gap",
        "trunk_flexion", "trunk_lateral", "trunk_inclination", "trunk_behind", "bow_angle", "shoulder_tilt",
        "neck_line", "head_pitch", "head_yaw", "head_roll", "head_to_hand", "face_off", "arm_trunk", "upper_arm_trunk",
        "elbow",
        "wrist_height", "fingertip_height", "hand_lateral", "hand_up", "hands_gap", "pair_lateral", "pair_up",
        "hand_wrist_hold", "wrist_thigh", "wrist_forward", "hand_on_top", "hands_place", "palm_up", "knee", "hip",
        "thigh_horizontal", "shank_vertical", "knee_gap", "knee_height_diff", "ankles_apart", "hand_knee", "pair_aside",
        "seat_depth_used",
        "ankle_behind_seat", "person_height", "stature_used",
    }
)  # fmt: skip
