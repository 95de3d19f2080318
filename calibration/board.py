"""Lens from pictures of the printed ChArUco board: focal length, principal point, distortion, and their worth.

Zhang's method as in OpenCV. The choice of views and the refusal of sets that cannot tell the focal length are ours.
Corners are moved by half a pixel: OpenCV counts from a pixel's centre, this program from the picture's corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.errors import CameraError
from calibration.patterns import BOARDS, charuco

FloatArray = NDArray[np.float64]
Gray = NDArray[np.uint8]

FEWEST_CORNERS, FEWEST_VIEWS, MOST_VIEWS = 10, 6, 20
GRID = (4, 3)  # cells of the coverage map, columns and rows
LEAST_COVERAGE = 0.6
WORST_FOCAL_SIGMA = 0.03
WORST_RMS_PX = 1.5
LEAST_TILT_DEG = 15.0
BLUR_SHARE = 0.35  # of the median sharpness; blurrier views are left out
# Real lenses and paper are never quite what the model says: focal is not believed beyond this.
FOCAL_SIGMA_FLOOR = 0.0015


@dataclass(frozen=True, slots=True)
class BoardView:
    """The board in one picture. ``corners_px`` (N, 2) with ``ids`` (N,) of the chessboard's inner corners."""

    paper: str
    corners_px: FloatArray
    ids: NDArray[np.int64]
    sharpness: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class Lens:
    """Intrinsics with what they are worth. ``coverage`` (rows, columns): share of corners per cell of the picture."""

    image_size: tuple[int, int]
    matrix: FloatArray
    distortion: FloatArray  # (5,)
    focal_sigma_rel: float
    rms_px: float
    held_out_rms_px: float
    coverage: FloatArray
    views: int


def find_board(gray: Gray, source: str = "") -> BoardView | None:
    """The board of whichever paper is in the picture, None when too little of it can be read."""
    best: BoardView | None = None
    for paper in BOARDS:
        corners, ids, _, _ = cv2.aruco.CharucoDetector(charuco(paper)).detectBoard(gray)
        if ids is None or len(ids) < FEWEST_CORNERS or (best is not None and len(ids) <= len(best.ids)):
            continue
        points = np.asarray(corners, dtype=np.float64).reshape(-1, 2)
        best = BoardView(
            paper, points + 0.5, np.asarray(ids).ravel().astype(np.int64), _sharpness(gray, points), source
        )
    return best


def _sharpness(gray: Gray, points: FloatArray) -> float:
    low = np.maximum(points.min(axis=0).astype(int), 0)
    high = points.max(axis=0).astype(int) + 1
    patch = gray[low[1] : high[1], low[0] : high[0]]
    return float(cv2.Laplacian(patch, cv2.CV_64F).var()) if patch.size else 0.0


def _signature(view: BoardView, size_wh: tuple[int, int]) -> FloatArray:
    """Where the board is in the picture, how large, and how it is tilted (the homography's direction), 5 numbers."""
    board = np.asarray(charuco(view.paper).getChessboardCorners())[view.ids, :2]
    homography, _ = cv2.findHomography(board / np.ptp(board, axis=0).max(), view.corners_px / size_wh[0])
    if homography is None:
        return np.zeros(5)
    centre, spread = view.corners_px.mean(axis=0) / size_wh[0], np.ptp(view.corners_px, axis=0).max() / size_wh[0]
    return np.array([*centre, spread, *(0.5 * homography[2, :2] / homography[2, 2])])


def pick_views(views: Sequence[BoardView], size_wh: tuple[int, int], most: int = MOST_VIEWS) -> list[BoardView]:
    """Sharp views, as different from each other as can be: the next one is always farthest from those taken."""
    if not views:
        return []
    limit = BLUR_SHARE * float(np.median([view.sharpness for view in views]))
    sharp = [view for view in views if view.sharpness >= limit]
    signatures = np.array([_signature(view, size_wh) for view in sharp])
    chosen = [int(np.argmax([len(view.ids) for view in sharp]))]
    distance = np.linalg.norm(signatures - signatures[chosen[0]], axis=1)
    while len(chosen) < min(most, len(sharp)):
        best = int(np.argmax(distance))
        if distance[best] <= 0.01:
            break
        chosen.append(best)
        distance = np.minimum(distance, np.linalg.norm(signatures - signatures[best], axis=1))
    return [sharp[i] for i in chosen]


def coverage_map(views: Sequence[BoardView], size_wh: tuple[int, int]) -> FloatArray:
    """Share of all corners in each cell of the picture (rows, columns)."""
    points = np.concatenate([view.corners_px for view in views])
    columns, rows = GRID
    counts, _, _ = np.histogram2d(
        points[:, 1], points[:, 0], bins=(rows, columns), range=((0, size_wh[1]), (0, size_wh[0]))
    )
    return np.asarray(counts / max(len(points), 1), dtype=np.float64)


FLAGS = cv2.CALIB_FIX_ASPECT_RATIO | cv2.CALIB_FIX_K3


def _objects(views: Sequence[BoardView], print_scale: float) -> list[NDArray[np.float32]]:
    boards = {paper: np.asarray(charuco(paper).getChessboardCorners()) * print_scale for paper in BOARDS}
    return [boards[view.paper][view.ids].astype(np.float32) for view in views]


def _solve(
    views: Sequence[BoardView], size_wh: tuple[int, int], print_scale: float
) -> tuple[float, FloatArray, FloatArray, FloatArray, list[FloatArray]]:
    start = np.array([[size_wh[0], 0, size_wh[0] / 2], [0, size_wh[0], size_wh[1] / 2], [0, 0, 1.0]])
    images = [view.corners_px.astype(np.float32) for view in views]
    rms, matrix, distortion, turns, _, deviations, _, _ = cv2.calibrateCameraExtended(
        _objects(views, print_scale), images, size_wh, start, np.zeros(5), flags=FLAGS | cv2.CALIB_USE_INTRINSIC_GUESS
    )

    def plain(array: object) -> FloatArray:
        return np.array(array, dtype=np.float64)

    found = plain(matrix), plain(distortion).ravel()[:5], plain(deviations).ravel()
    return float(rms), *found, [plain(turn).ravel() for turn in turns]


def held_out_rms(
    views: Sequence[BoardView], matrix: FloatArray, distortion: FloatArray, print_scale: float = 1.0
) -> float:
    """Reprojection error of views that took no part: only their pose is fitted."""
    squares: list[FloatArray] = []
    for view, board in zip(views, _objects(views, print_scale), strict=True):
        found, turn, shift = cv2.solvePnP(board, view.corners_px, matrix, distortion)
        if found:
            pixels, _ = cv2.projectPoints(board, turn, shift, matrix, distortion)
            squares.append(((pixels.reshape(-1, 2) - view.corners_px) ** 2).sum(axis=1))
    return float(np.sqrt(np.concatenate(squares).mean())) if squares else float("nan")


def calibrate_lens(views: Sequence[BoardView], size_wh: tuple[int, int], print_scale: float = 1.0) -> Lens:
    """Intrinsics from views of the board; CameraError with advice when they cannot tell the lens."""
    chosen = pick_views(views, size_wh)
    if len(chosen) < FEWEST_VIEWS:
        raise CameraError(
            f"only {len(chosen)} different sharp views of the board, {FEWEST_VIEWS} are needed: "
            "move it slowly through the whole picture, near and far, tilted each way",
            f"只有 {len(chosen)} 个不同的清晰标定板视图，至少需要 {FEWEST_VIEWS} 个：请在整个画面内缓慢移动标定板，"
            "远近变化并向各方向倾斜",
        )
    coverage = coverage_map(chosen, size_wh)
    if float((coverage > 0).mean()) < LEAST_COVERAGE:
        raise CameraError(
            f"the board was seen in only {100 * (coverage > 0).mean():.0f} % of the picture: show it in its corners",
            f"标定板只覆盖了画面的 {100 * (coverage > 0).mean():.0f}%：请也放到画面四角",
        )
    # With the aspect ratio fixed, OpenCV gives the deviation of one of fx and fy and 0 for the other.
    rms, matrix, distortion, deviations, turns = _solve(chosen, size_wh, print_scale)
    sigma = float(np.hypot(deviations[:2].max() / matrix[0, 0], FOCAL_SIGMA_FLOOR))
    _refuse_degenerate(turns, sigma, rms)
    rest = [view for view in views if all(view is not other for other in chosen)]
    if len(rest) >= 2:
        held_out = held_out_rms(rest[:MOST_VIEWS], matrix, distortion, print_scale)
    else:
        _, part, part_distortion, _, _ = _solve(chosen[:-2], size_wh, print_scale)
        held_out = held_out_rms(chosen[-2:], part, part_distortion, print_scale)
    return Lens(size_wh, matrix, distortion, sigma, rms, held_out, coverage, len(chosen))


def _refuse_degenerate(turns: Sequence[FloatArray], focal_sigma_rel: float, rms_px: float) -> None:
    normals = np.array([cv2.Rodrigues(turn)[0][:, 2] for turn in turns])
    cosines = np.clip(normals @ normals.T, -1.0, 1.0)
    tilt_deg = float(np.degrees(np.arccos(cosines.min())))
    if tilt_deg < LEAST_TILT_DEG or focal_sigma_rel > WORST_FOCAL_SIGMA:
        raise CameraError(
            f"the board was held alike in all views (tilts within {tilt_deg:.0f} deg), so the focal length is unknown "
            f"(+-{100 * focal_sigma_rel:.1f} %): tilt it by 30 to 45 deg to the left, right, up and down",
            f"各视图中标定板朝向过于一致（倾斜差 {tilt_deg:.0f}°），无法确定焦距（±{100 * focal_sigma_rel:.1f}%）："
            "请向左、右、上、下各倾斜 30 至 45°",
        )
    if rms_px > WORST_RMS_PX:
        raise CameraError(
            f"the board's corners miss by {rms_px:.1f} px: is the sheet flat, and were all views taken with one zoom?",
            f"角点重投影误差为 {rms_px:.1f} 像素：纸面是否平整？拍摄时是否改变了变焦？",
        )
