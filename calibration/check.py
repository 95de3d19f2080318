"""Is a calibration believable? By itself, by people who stand in its picture, by the room, by what it was made from.

Every finding says what is wrong and what to do. Errors mean: do not save, do not use.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.camera import Camera, points_on_plane, project, undistort_points
from calibration.errors import CameraError
from calibration.moved import Movement
from calibration.person import StandingView, Stature, stature_by_camera
from calibration.pose import field_of_view_deg, pitch_roll_deg
from calibration.room import Segments, read_room, undistorted

FloatArray = NDArray[np.float64]

ERROR, WARNING = "error", "warning"
FIELD_POSSIBLE_DEG, FIELD_USUAL_DEG = (15.0, 130.0), (35.0, 110.0)
HEIGHT_POSSIBLE_M, HEIGHT_USUAL_M = (0.05, 5.0), (0.3, 2.5)
PITCH_USUAL_DEG = (-45.0, 30.0)
ROLL_USUAL_DEG, ROLL_POSSIBLE_DEG = 20.0, 60.0
HUMAN_M = (1.40, 2.05)
# Share of stature: beyond both this and so many standard deviations, the camera is not believed.
STATURE_OFF = {ERROR: (0.05, 3.0), WARNING: (0.035, 2.0)}
SPREAD_OFF = {ERROR: (0.06, 3.5), WARNING: (0.04, 2.5)}
LEAN_OFF_DEG = {ERROR: 6.0, WARNING: 3.5}
ROOM_OFF_DEG = {ERROR: 3.0, WARNING: 1.5}
ROOM_SIGMAS = 3.5
ROOM_EDGES, ROOM_EXPLAINED = 20, 0.5
STRANGE_BODY = 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """``severity`` is ``error`` or ``warning``; ``code`` is stable."""

    code: str
    severity: str
    zh: str
    en: str


def errors(findings: Sequence[Finding]) -> list[Finding]:
    """The findings that forbid use."""
    return [finding for finding in findings if finding.severity == ERROR]


def _outside(value: float, limits: tuple[float, float]) -> bool:
    return not limits[0] <= value <= limits[1]


def check_camera(camera: Camera) -> list[Finding]:
    """What can be told from the numbers alone."""
    found = [*_lens(camera), *_pose(camera)]
    if camera.seat is not None:
        found += _seat(camera)
    return found


def _lens(camera: Camera) -> list[Finding]:
    found = []
    field = field_of_view_deg(camera)
    if _outside(field, FIELD_USUAL_DEG):
        found.append(
            Finding(
                "focal", ERROR if _outside(field, FIELD_POSSIBLE_DEG) else WARNING,
                f"视场角 {field:.0f}°，不像普通摄像头（35 至 110°）：请重新标定镜头（calibrate board）",
                f"the field of view is {field:.0f} deg, unlike a usual camera (35 to 110): calibrate the lens again "
                "(calibrate board)",
            )
        )  # fmt: skip
    ratio = camera.matrix[0, 0] / camera.matrix[1, 1]
    if abs(ratio - 1) > 0.03:
        found.append(
            Finding(
                "aspect", ERROR if abs(ratio - 1) > 0.1 else WARNING,
                f"横纵焦距之比为 {ratio:.2f}，像素应为正方形：画面可能被拉伸，请用录像的原始画幅重新标定",
                f"fx / fy is {ratio:.2f}, pixels should be square: the picture was stretched; calibrate with the "
                "recording's own format",
            )
        )  # fmt: skip
    off = np.abs(camera.matrix[:2, 2] / np.array(camera.image_size) - 0.5).max()
    if off > 0.15:
        found.append(
            Finding(
                "centre", ERROR if off > 0.35 else WARNING,
                f"光轴中心偏离画面中心 {100 * off:.0f}%：画面可能被裁剪，请重新标定",
                f"the optical axis is {100 * off:.0f} % of the picture off its middle: was the picture cropped? "
                "calibrate again",
            )
        )  # fmt: skip
    corner = np.array([[0.0, 0.0], camera.image_size])
    back = _reprojected(camera, corner)
    if not np.isfinite(back).all() or np.abs(back - corner).max() > 2.0:
        found.append(
            Finding(
                "distortion", ERROR,
                "镜头畸变参数在画面边缘失效：请让标定板覆盖整个画面后重新标定",
                "the distortion breaks down at the picture's edge: calibrate again with the board in the corners",
            )
        )  # fmt: skip
    return found


def _reprojected(camera: Camera, pixels: FloatArray) -> FloatArray:
    straight = undistort_points(camera, pixels)
    rays = np.concatenate([straight, np.ones((len(straight), 1))], axis=1) @ np.linalg.inv(camera.matrix).T
    return project(camera, camera.centre_m + rays @ camera.rotation_cam_from_floor)


def _pose(camera: Camera) -> list[Finding]:
    found = []
    height = float(camera.centre_m[2])
    pitch, roll = pitch_roll_deg(camera.rotation_cam_from_floor)
    if _outside(height, HEIGHT_USUAL_M):
        found.append(
            Finding(
                "height", ERROR if _outside(height, HEIGHT_POSSIBLE_M) else WARNING,
                f"相机离地 {height:.2f} 米，通常在 0.3 至 2.5 米：请核对标定纸尺寸、标尺长度或身高",
                f"the camera is {height:.2f} m above the floor, usual is 0.3 to 2.5: check the sheet's size, the ruler "
                "line or the person's height",
            )
        )  # fmt: skip
    if _outside(pitch, PITCH_USUAL_DEG):
        found.append(
            Finding(
                "pitch", WARNING, f"相机俯仰 {pitch:+.0f}°：人可能不在画面内",
                f"the camera is pitched by {pitch:+.0f} deg: people may not be in the picture",
            )
        )  # fmt: skip
    if abs(roll) > ROLL_USUAL_DEG:
        found.append(
            Finding(
                "roll", ERROR if abs(roll) > ROLL_POSSIBLE_DEG else WARNING,
                f"相机侧倾 {roll:+.0f}°：画面可能横置或上下颠倒，请先把画面转正",
                f"the camera is rolled by {roll:+.0f} deg: the picture may lie on its side or upside down; turn it",
            )
        )  # fmt: skip
    return found


def _seat(camera: Camera) -> list[Finding]:
    seat = camera.seat
    assert seat is not None
    heights = np.array([seat.front_left[2], seat.front_right[2]])
    width = float(np.linalg.norm(seat.front_left - seat.front_right))
    odd = (
        np.abs(heights - seat.height_m).max() > 0.03
        or _outside(seat.height_m, (0.25, 0.70))
        or _outside(seat.depth_m, (0.25, 0.70))
        or _outside(width, (0.25, 2.5))
    )
    if not odd and np.isfinite(project(camera, np.array([seat.front_left, seat.front_right]))).all():
        return []
    return [
        Finding(
            "seat", ERROR, "座椅的位置或尺寸不合理：请重新标定座椅（calibrate seat）",
            "the seat's place or size is not that of a seat: calibrate the seat again (calibrate seat)",
        )
    ]  # fmt: skip


def check_people(camera: Camera, views: Sequence[StandingView], stature_m: float | None = None) -> list[Finding]:
    """Upright people in pictures of this camera: do they stand on the floor, are they as tall as they are?"""
    found: list[Finding] = []
    statures: list[Stature] = []
    for view in views:
        try:
            if not _feet_below_horizon(camera, view):
                found.append(_above_horizon())
                continue
            stature = stature_by_camera(camera, view)
        except CameraError:
            continue
        if stature.misfit < STRANGE_BODY:
            statures.append(stature)
        found += [*_gravity(camera, view, stature), *_facing(camera, view)]
    found += _heights(statures, stature_m)
    return list({finding.code: finding for finding in sorted(found, key=lambda one: one.severity == ERROR)}.values())


def _feet_below_horizon(camera: Camera, view: StandingView) -> bool:
    feet = view.landmarks_px[[27, 28, 29, 30]]
    feet = feet[np.isfinite(feet).all(axis=1)]
    floor = points_on_plane(camera, feet, 0.0)
    return bool(len(feet) and np.isfinite(floor).all())


def _above_horizon() -> Finding:
    return Finding(
        "horizon", ERROR,
        "人的双脚位于相机地平线之上：地面方向有误（上下颠倒或俯仰错误），请重新标定",
        "the person's feet lie above the camera's horizon: the floor is upside down or the pitch wrong; calibrate anew",
    )  # fmt: skip


def _heights(statures: Sequence[Stature], stature_m: float | None) -> list[Finding]:
    if not statures:
        return []
    found = []
    values = np.array([one.value_m for one in statures])
    sigma = max(float(np.median([one.sigma_m for one in statures])), 1e-6)
    middle = float(np.median(values))
    if stature_m is None:
        over = max(HUMAN_M[0] - middle, middle - HUMAN_M[1], 0.0)
        if over > 2 * sigma:
            found.append(_wrong_height(ERROR, middle, None))
    else:
        off = abs(middle / stature_m - 1)
        for severity, (share, sigmas) in STATURE_OFF.items():
            if off > share and abs(middle - stature_m) > sigmas * math.hypot(sigma, 0.01 * stature_m):
                found.append(_wrong_height(severity, middle, stature_m))
                break
    spread = float(np.ptp(values)) / middle
    own = float(np.median([one.own_sigma_m for one in statures])) / middle
    for severity, (share, sigmas) in SPREAD_OFF.items():
        if len(values) > 1 and spread > share and spread > sigmas * own:
            found.append(
                Finding(
                    "spots", severity,
                    f"同一人在不同位置算得身高相差 {100 * spread:.0f}%：俯仰或焦距有误，请重新标定",
                    f"the same person comes out {100 * spread:.0f} % taller at one place than at another: pitch or "
                    "focal length is wrong; calibrate again",
                )
            )  # fmt: skip
            break
    return found


def _wrong_height(severity: str, seen_m: float, known_m: float | None) -> Finding:
    zh = "" if known_m is None else f"（实际 {100 * known_m:.0f} 厘米）"
    en = "" if known_m is None else f" instead of {100 * known_m:.0f}"
    how_zh = "" if known_m is None else ("，相当于悬在地面之上" if seen_m > known_m else "，相当于陷入地面之下")
    how_en = "" if known_m is None else (", as if floating" if seen_m > known_m else ", as if below the floor")
    return Finding(
        "stature", severity,
        f"按此标定，画面中的人身高 {100 * seen_m:.0f} 厘米{zh}{how_zh}：请核对标定纸尺寸、标尺、身高或相机是否被移动",
        f"by this calibration the person is {100 * seen_m:.0f} cm tall{en}{how_en}: check the sheet's size, the ruler "
        "line, the height given, and whether the camera was moved",
    )  # fmt: skip


def _gravity(camera: Camera, view: StandingView, stature: Stature) -> list[Finding]:
    """Upright bodies must stand along the vertical of the picture."""
    top = undistort_points(camera, np.nanmean(view.landmarks_px[[7, 8, 11, 12]], axis=0))
    feet = undistort_points(camera, np.nanmean(view.landmarks_px[[27, 28, 29, 30]], axis=0))
    ends = project(camera, np.array([[*stature.spot_m, 0.05], [*stature.spot_m, 0.85 * stature.value_m]]))
    body, plumb = top - feet, ends[1] - ends[0]
    lean = math.degrees(math.atan2(body[0] * plumb[1] - body[1] * plumb[0], float(body @ plumb)))
    for severity, limit in LEAN_OFF_DEG.items():
        if abs(lean) > limit + 2 * camera.sigma.roll_deg:
            return [
                Finding(
                    "gravity", severity,
                    f"直立的人在画面中与标定的竖直方向相差 {abs(lean):.0f}°：侧倾有误或相机被转动，请重新标定",
                    f"upright people lean {abs(lean):.0f} deg against this calibration's vertical: the roll is wrong "
                    "or the camera was turned; calibrate again",
                )
            ]  # fmt: skip
    return []


def _facing(camera: Camera, view: StandingView) -> list[Finding]:
    """Toes must point to where the pelvis faces; on a mirrored or inverted floor they point backwards."""
    pixels = view.landmarks_px
    if view.yaw_deg is None or not np.isfinite(pixels[[29, 30, 31, 32]]).all():
        return []
    heels, toes = points_on_plane(camera, pixels[[29, 30]], 0.05), points_on_plane(camera, pixels[[31, 32]], 0.025)
    if not np.isfinite([*heels, *toes]).all():
        return []
    feet = (toes - heels).mean(axis=0)
    right = camera.rotation_cam_from_floor[0] * np.array([1.0, 1.0, 0.0])
    away = camera.rotation_cam_from_floor[2] * np.array([1.0, 1.0, 0.0])
    yaw = math.radians(view.yaw_deg)
    forward = math.sin(yaw) * right - math.cos(yaw) * away
    cosine = float(feet @ forward) / max(float(np.linalg.norm(feet) * np.linalg.norm(forward)), 1e-9)
    if cosine > -0.3 or float(np.linalg.norm(feet)) < 0.05:
        return []
    return [
        Finding(
            "facing", ERROR, "人的脚尖与身体朝向相反：地面左右或前后颠倒，请重新标定",
            "the feet point against the way the body faces: the floor is mirrored or turned over; calibrate again",
        )
    ]  # fmt: skip


def check_room(camera: Camera, segments: Segments) -> list[Finding]:
    """Do walls, doors and tiles agree with this gravity and focal length?"""
    pitch, roll = pitch_roll_deg(camera.rotation_cam_from_floor)
    mean = np.array([pitch, roll, 0.0])
    straight = undistorted(segments, camera.matrix, camera.distortion)
    view = read_room(straight, camera.matrix, mean, np.diag(np.square([8.0, 5.0, 0.15])))
    if view is None or len(segments) < ROOM_EDGES or view.explained < ROOM_EXPLAINED:
        return []
    own = np.diag([camera.sigma.pitch_deg, camera.sigma.roll_deg, camera.sigma.focal_rel]) ** 2
    off = view.values - mean
    distance = math.sqrt(float(off @ np.linalg.solve(own + view.covariance, off)))
    tilt = math.hypot(off[0], off[1])
    if distance < ROOM_SIGMAS:
        return []
    severity = ERROR if tilt > ROOM_OFF_DEG[ERROR] else WARNING
    if tilt < ROOM_OFF_DEG[WARNING] and abs(off[2]) < 0.06:
        return []
    return [
        Finding(
            "room", severity,
            f"房间的直线与标定不符（俯仰差 {off[0]:+.1f}°，侧倾差 {off[1]:+.1f}°，焦距差 {100 * off[2]:+.0f}%）："
            "相机可能被移动或变焦，请重新标定",
            f"the room's straight edges disagree with this calibration (pitch {off[0]:+.1f} deg, roll {off[1]:+.1f} "
            f"deg, focal length {100 * off[2]:+.0f} %): was the camera moved or zoomed? calibrate again",
        )
    ]  # fmt: skip


def check_moved(change: Movement) -> list[Finding]:
    """The background of the calibration's picture against that of a recording."""
    if change.moved is None:
        return [
            Finding(
                "background", WARNING, "无法确认相机是否移动：背景与标定时差别太大",
                "cannot tell whether the camera moved: the background differs too much from that of the calibration",
            )
        ]  # fmt: skip
    if not change.moved:
        return []
    severity = ERROR if change.shift_deg > 2.0 or abs(change.zoom - 1) > 0.05 else WARNING
    return [
        Finding(
            "moved", severity,
            f"标定之后相机移动或变焦过（视线改变约 {change.shift_deg:.1f}°）：请重新标定",
            f"the camera was moved or zoomed after the calibration (the view turned by about {change.shift_deg:.1f} "
            "deg): calibrate again",
        )
    ]  # fmt: skip
