"""A seat of known height in a calibrated picture: where its front edge is and how deep it is.

Three ways: the four corners of its top given in the picture, a marker sheet laid on it, or a person who sits all the
way back. Points are in the floor frame, metres; left and right are the sitter's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.camera import Camera, Seat, points_on_plane
from calibration.errors import CameraError
from calibration.floor import SheetView

FloatArray = NDArray[np.float64]

HEIGHT_M, DEPTH_M, WIDTH_M = (0.25, 0.70), (0.25, 0.70), (0.25, 2.50)
DEPTH_TOLERANCE = 0.2  # share by which the clicked depth may differ from the one given
TYPICAL_DEPTH_M, TYPICAL_WIDTH_M = 0.42, 0.44


def _inside(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _refuse_odd(seat: Seat) -> Seat:
    width = float(np.linalg.norm(seat.front_left - seat.front_right))
    for value, limits, en, zh in (
        (seat.height_m, HEIGHT_M, "height", "高度"),
        (seat.depth_m, DEPTH_M, "depth", "深度"),
        (width, WIDTH_M, "width", "宽度"),
    ):
        if not _inside(value, limits):
            raise CameraError(
                f"the seat's {en} would be {100 * value:.0f} cm, expected {100 * limits[0]:.0f} to "
                f"{100 * limits[1]:.0f}: check the points and the height",
                f"座面{zh}算得 {100 * value:.0f} 厘米，应在 {100 * limits[0]:.0f} 至 {100 * limits[1]:.0f} 之间："
                "请核对点位与座高",
            )
    return seat


def in_sitters_order(camera: Camera, corners_px: FloatArray, height_m: float) -> FloatArray:
    """Corners (4, 2), the two of the front edge first, as `seat_from_corners` wants them, whichever came first."""
    pixels = np.asarray(corners_px, dtype=np.float64).reshape(4, 2)
    floor = points_on_plane(camera, pixels, height_m)[:, :2]
    if not np.isfinite(floor).all():
        return pixels  # refused with its own words by `seat_from_corners`
    forward = floor[:2].mean(axis=0) - floor[2:].mean(axis=0)
    left = np.array([-forward[1], forward[0]])
    front = sorted((0, 1), key=lambda i: -float(floor[i] @ left))
    back = sorted((2, 3), key=lambda i: float(floor[i] @ left))
    return pixels[[*front, *back]]


def seat_from_corners(camera: Camera, corners_px: FloatArray, height_m: float, depth_m: float | None = None) -> Seat:
    """From the top's corners (4, 2) in the order front left, front right, back right, back left of the sitter.

    A given depth is kept and held against the one in the picture.
    """
    corners = points_on_plane(camera, np.asarray(corners_px, dtype=np.float64).reshape(4, 2), height_m)
    if not np.isfinite(corners).all():
        raise CameraError(
            "a seat corner lies above the horizon of the camera: check the points, the seat's height, the camera file",
            "有座面角点位于相机地平线之上：请核对点位、座高与相机文件",
        )
    left, right, back_right, back_left = corners
    forward = (left + right) / 2 - (back_left + back_right) / 2
    across = left - right
    if float(np.cross(across, forward)[2]) > 0:
        raise CameraError(
            "the seat's corners are in the wrong order: front left, front right, back right, back left, as the sitter "
            "says left and right",
            "座面角点顺序有误：应为前左、前右、后右、后左（以坐着的人的左右为准）",
        )
    seen = float(np.linalg.norm(forward - across * (forward @ across) / (across @ across)))
    if depth_m is not None and abs(seen / depth_m - 1) > DEPTH_TOLERANCE:
        raise CameraError(
            f"the points give a depth of {100 * seen:.0f} cm, {100 * depth_m:.0f} cm was stated: check the points, "
            "the seat's height and the camera file",
            f"点位算得座深 {100 * seen:.0f} 厘米，而给定为 {100 * depth_m:.0f} 厘米：请核对点位、座高与相机文件",
        )
    return _refuse_odd(Seat(left, right, seen if depth_m is None else depth_m, height_m))


def seat_from_deep_sit(
    hip_m: FloatArray,
    forward: FloatArray,
    height_m: float,
    depth_m: float = TYPICAL_DEPTH_M,
    *,
    buttock_behind_hip_m: float,
    width_m: float = TYPICAL_WIDTH_M,
) -> Seat:
    """From somebody who sits all the way back: mid-hip (3,) and level forward (3,) on the floor frame."""
    level = np.array([forward[0], forward[1], 0.0])
    level /= np.linalg.norm(level)
    left = np.cross([0.0, 0.0, 1.0], level)
    back = np.array([hip_m[0], hip_m[1], height_m]) - level * buttock_behind_hip_m
    front = back + level * depth_m
    return _refuse_odd(Seat(front + left * width_m / 2, front - left * width_m / 2, depth_m, height_m))


def seat_from_sheet(
    camera: Camera,
    view: SheetView,
    height_m: float,
    depth_m: float,
    front_edge_m: float,
    width_m: float = TYPICAL_WIDTH_M,
) -> Seat:
    """From a floor sheet laid in the middle of the seat, its arrow to the back; the sheet's centre lies
    ``front_edge_m`` behind the front edge."""
    corners = points_on_plane(camera, view.corners_px, height_m)
    if not np.isfinite(corners).all():
        raise CameraError(
            "the sheet on the seat lies above the horizon of the camera: check the seat's height and the camera file",
            "座面上的标定纸位于相机地平线之上：请核对座高与相机文件",
        )
    side = _mean_scale(view.sheet_m, corners[:, :2])
    if not 0.85 <= side <= 1.15:
        raise CameraError(
            f"the sheet on the seat appears {100 * side:.0f} % of its size: check the seat's height, the sheet and the "
            "camera file",
            f"座面上的标定纸大小为实际的 {100 * side:.0f}%：请核对座高、标定纸与相机文件",
        )
    turn = _turn(view.sheet_m, corners[:, :2])
    back = np.array([-math.sin(turn), math.cos(turn), 0.0])
    centre = corners.mean(axis=0) - back * float(view.sheet_m.mean(axis=0)[1])
    front, left = centre - back * front_edge_m, np.cross([0.0, 0.0, 1.0], -back)
    return _refuse_odd(Seat(front + left * width_m / 2, front - left * width_m / 2, depth_m, height_m))


def _mean_scale(source: FloatArray, target: FloatArray) -> float:
    spread = [np.linalg.norm(points - points.mean(axis=0)) for points in (source, target)]
    return float(spread[1] / spread[0])


def _turn(source: FloatArray, target: FloatArray) -> float:
    """Turn in rad that brings one set of flat points onto another."""
    a, b = source - source.mean(axis=0), target - target.mean(axis=0)
    return math.atan2(float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()), float((a * b).sum()))


def parse_points(texts: Sequence[str]) -> FloatArray:
    """``x,y`` words as pixels (N, 2); CameraError when one is not two numbers."""
    try:
        points = np.array([[float(part) for part in text.split(",")] for text in texts], dtype=np.float64)
    except ValueError:
        points = np.empty((0, 0))
    if points.ndim != 2 or points.shape != (len(texts), 2):
        raise CameraError("points are given as x,y in pixels, such as 512,640", "点以像素 x,y 给出，例如 512,640")
    return points
