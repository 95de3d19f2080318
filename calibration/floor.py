"""Camera pose from pictures of the floor sheet: pitch, roll, height, and focal length as far as it is unknown.

The camera stands still; in each picture the sheet lies somewhere on the floor. All corners are explained at once by
one pose and a place of the sheet per picture. Uncertainty comes from resampling the corners' noise, the printer's
scale and, where the lens was not calibrated, the assumed field of view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from calibration.camera import Camera, CameraSigma, level_rotation, points_on_plane
from calibration.errors import CameraError
from calibration.patterns import SHEET_OF_MARKER, floor_dictionary, floor_marker_corners_m
from calibration.pose import level_camera, pitch_roll_deg

FloatArray = NDArray[np.float64]
Gray = NDArray[np.uint8]

CORNER_SIGMA_PX = 0.2  # no detector is believed beyond this
# A few corners say little of their own noise: so many more are thought to have this one.
TYPICAL_NOISE_PX, TYPICAL_COUNT = 0.3, 8
PRINT_SIGMA_REL = 0.004  # reading a ruler to 0.4 mm in 100
WORST_RMS_PX = 2.0
DISAGREEMENT = 4.0  # standard deviations between the poses that single pictures give
SHRUNK = 0.02  # of a poster's markers against their papers
SINGLE_SIGMA = np.array([0.2, 0.2, 0.01])  # what curled paper alone does to pitch deg, roll deg, height m
RESAMPLES = 40
# Corners of one sheet share errors (curled paper, blur, an uneven floor): never believed beyond these.
LEAST_SIGMA = CameraSigma(0.0, 0.1, 0.1, 0.003)
# Curled paper and uneven floors tilt a sheet a little against the floor that feet stand on.
SHEET_TILT_SIGMA_DEG = 0.06


@dataclass(frozen=True, slots=True)
class SheetView:
    """The floor sheet in one picture: corners (N, 2) in pixels and in the sheet's frame in metres."""

    corners_px: FloatArray
    sheet_m: FloatArray
    sheet: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class FloorFit:
    """The camera with its sigma, and how well it explains the corners."""

    camera: Camera
    rms_px: float
    views: int
    sheet_centres_m: FloatArray  # (views, 2) in the camera's floor frame


def find_sheet(gray: Gray, print_scale: float = 1.0, source: str = "") -> SheetView | None:
    """The floor sheet of whichever size is in the picture; None when none is seen.

    CameraError when it is seen only in the mirror: a mirrored picture would swap left and right everywhere.
    """
    corners, ids = _markers(gray)
    if not ids:
        if _markers(np.ascontiguousarray(gray[:, ::-1]))[1]:
            raise CameraError(
                f"{source or 'the picture'} is mirrored (the sheet reads only in the mirror): switch off the mirror "
                "image of the webcam program",
                f"{source or '画面'} 左右镜像（标定纸只有翻转后才能识别）：请在摄像头软件中关闭镜像",
            )
        return None
    sheets = [SHEET_OF_MARKER[one][0] for one in ids]
    sheet = max(set(sheets), key=sheets.count)
    chosen = [i for i, name in enumerate(sheets) if name == sheet]
    pixels = np.concatenate([corners[i] for i in chosen])
    metres = np.concatenate([floor_marker_corners_m(SHEET_OF_MARKER[ids[i]][1], print_scale) for i in chosen])
    return SheetView(pixels, metres, sheet, source)


def _markers(gray: Gray) -> tuple[list[FloatArray], list[int]]:
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    parameters.cornerRefinementWinSize = 4
    corners, ids, _ = cv2.aruco.ArucoDetector(floor_dictionary(), parameters).detectMarkers(gray)
    if ids is None:
        return [], []
    known = [i for i, one in enumerate(ids.ravel()) if int(one) in SHEET_OF_MARKER]
    numbers = [int(ids.ravel()[i]) for i in known]
    return [np.asarray(corners[i], dtype=np.float64).reshape(4, 2) + 0.5 for i in known], numbers


def _first_guess(view: SheetView, matrix: FloatArray, distortion: FloatArray) -> tuple[float, float, float, FloatArray]:
    """Pitch, roll, height and the sheet's place (x, y, yaw deg), from this view alone."""
    board = np.concatenate([view.sheet_m, np.zeros((len(view.sheet_m), 1))], axis=1)
    flags = cv2.SOLVEPNP_IPPE
    _, turns, shifts, errors = cv2.solvePnPGeneric(board, view.corners_px, matrix, distortion, flags=flags)
    best: tuple[float, float, float, FloatArray] | None = None
    for i in np.argsort(np.ravel(errors)):
        turn, shift = turns[i], shifts[i]
        rotation = cv2.Rodrigues(turn)[0]
        centre = -rotation.T @ shift.ravel()
        if centre[2] <= 0:
            continue
        pitch, roll = pitch_roll_deg(rotation)
        heading = level_rotation(pitch, roll).T @ rotation
        place = -heading @ (centre * np.array([1.0, 1.0, 0.0]))
        yaw = np.degrees(np.arctan2(heading[1, 0], heading[0, 0]))
        guess = (pitch, roll, float(centre[2]), np.array([place[0], place[1], yaw]))
        # Of the two readings of a flat square, one has the camera lie on its side.
        if best is None or abs(guess[1]) + 20 < abs(best[1]):
            best = guess
    if best is None:
        raise CameraError(
            "the sheet is seen from below: the picture is upside down or mirrored",
            "标定纸像是从下方看到的：画面上下颠倒或左右镜像",
        )
    return best


def _predict(
    values: FloatArray, views: Sequence[SheetView], matrix: FloatArray, distortion: FloatArray
) -> list[FloatArray]:
    pitch, roll, height, log_focal = values[:4]
    rotation = level_rotation(float(pitch), float(roll))
    scaled = matrix.copy()
    scaled[[0, 1], [0, 1]] *= np.exp(log_focal)
    turn, shift = cv2.Rodrigues(rotation)[0], -rotation @ np.array([0.0, 0.0, height])
    result = []
    for view, (x, y, yaw) in zip(views, values[4:].reshape(-1, 3), strict=True):
        cos, sin = np.cos(np.radians(yaw)), np.sin(np.radians(yaw))
        floor = view.sheet_m @ np.array([[cos, sin], [-sin, cos]]) + np.array([x, y])
        points = np.concatenate([floor, np.zeros((len(floor), 1))], axis=1)
        pixels, _ = cv2.projectPoints(points, turn, shift, scaled, distortion)
        result.append(np.asarray(pixels, dtype=np.float64).reshape(-1, 2))
    return result


def _fit(
    views: Sequence[SheetView],
    pixels: Sequence[FloatArray],
    matrix: FloatArray,
    distortion: FloatArray,
    focal_prior: tuple[float, float],
    corner_sigma_px: float,
    start: FloatArray,
) -> FloatArray:
    mean, sigma = focal_prior

    def residuals(values: FloatArray) -> FloatArray:
        predicted = _predict(values, views, matrix, distortion)
        rows = [(a - b).ravel() / corner_sigma_px for a, b in zip(predicted, pixels, strict=True)]
        return np.concatenate([*rows, [(values[3] - mean) / max(sigma, 1e-6)]])

    scale = np.concatenate([[1.0, 1.0, 0.05, 0.02], np.tile([0.05, 0.05, 1.0], len(views))])
    return np.asarray(least_squares(residuals, start, x_scale=scale, max_nfev=60).x, dtype=np.float64)


def solve_floor(
    views: Sequence[SheetView],
    size_wh: tuple[int, int],
    matrix: FloatArray,
    distortion: FloatArray,
    focal_sigma_rel: float,
    *,
    lens_measured: bool,
    seed: int = 0,
) -> FloorFit:
    """The camera above the floor, its heading as the picture's middle; at least one view of the sheet."""
    if not views:
        raise CameraError(
            "the floor sheet was not found: it must lie flat, wholly in the picture, not too far away and well lit",
            "未找到地面标定纸：请平放在地面、完整进入画面、不要太远并保证光线充足",
        )
    guesses = [_first_guess(view, matrix, distortion) for view in views]
    middle = np.median([guess[:3] for guess in guesses], axis=0)
    start = np.concatenate([middle, [0.0], *[guess[3] for guess in guesses]])
    pixels = [view.corners_px for view in views]
    prior = (0.0, focal_sigma_rel)
    best = _fit(views, pixels, matrix, distortion, prior, CORNER_SIGMA_PX, start)
    predicted = _predict(best, views, matrix, distortion)
    errors = np.concatenate([(a - b).ravel() for a, b in zip(predicted, pixels, strict=True)])
    free = max(errors.size - best.size + 1, 1)
    rms = float(np.sqrt((errors**2).sum() / free))
    _refuse(best, rms)
    if len(views) > 1:
        _refuse_contradiction(views, matrix, distortion, focal_sigma_rel, best)
    _refuse_shrunk(views, matrix, distortion, best)
    pooled = ((errors**2).sum() + TYPICAL_COUNT * TYPICAL_NOISE_PX**2) / (free + TYPICAL_COUNT)
    noise_px = max(float(np.sqrt(pooled)), CORNER_SIGMA_PX)
    sigma = _resampled(views, predicted, matrix, distortion, focal_sigma_rel, noise_px, best, seed)
    scaled = matrix.copy()
    scaled[[0, 1], [0, 1]] *= np.exp(best[3])
    level = "full" if lens_measured else "floor"
    sheets = ",".join(sorted({view.sheet for view in views}))
    method = f"floor sheet {sheets}, {len(views)} picture(s), rms {rms:.2f} px"
    camera = level_camera(
        size_wh, scaled, distortion, float(best[0]), float(best[1]), float(best[2]), sigma, level, method
    )
    return FloorFit(camera, rms, len(views), best[4:].reshape(-1, 3)[:, :2])


def _refuse(values: FloatArray, rms_px: float) -> None:
    if rms_px > WORST_RMS_PX:
        raise CameraError(
            f"the pictures contradict each other (corners miss by {rms_px:.1f} px): did the camera move between them, "
            "or is the sheet curled?",
            f"各画面互相矛盾（角点误差 {rms_px:.1f} 像素）：拍摄期间相机是否移动，或标定纸是否卷曲？",
        )
    if not 0.05 <= values[2] <= 6.0:
        raise CameraError(
            f"the camera would hang {values[2]:.2f} m above the floor: check the sheet's size and the ruler line",
            f"算得相机离地 {values[2]:.2f} 米，不合理：请核对标定纸尺寸与标尺长度",
        )


def _refuse_contradiction(
    views: Sequence[SheetView], matrix: FloatArray, distortion: FloatArray, focal_sigma_rel: float, best: FloatArray
) -> None:
    """Each picture alone must give the same pose: with the focal length of all, pitch, roll and height agree."""
    rows, sigmas = [], []
    for i, view in enumerate(views):
        start = np.concatenate([best[:4], best[4 + 3 * i : 7 + 3 * i]])
        prior = (best[3], min(focal_sigma_rel, 0.005))
        alone = _fit([view], [view.corners_px], matrix, distortion, prior, TYPICAL_NOISE_PX, start)
        rows.append(alone[:3])
        sigmas.append(np.hypot(_spread_alone(view, alone, matrix, distortion), SINGLE_SIGMA))
    values, weights = np.array(rows), 1 / np.array(sigmas) ** 2
    for i in range(len(views)):
        others = np.delete(np.arange(len(views)), i)
        total = weights[others].sum(axis=0)
        middle = (values[others] * weights[others]).sum(axis=0) / total
        if np.abs((values[i] - middle) / np.sqrt(1 / weights[i] + 1 / total)).max() > DISAGREEMENT:
            raise _contradiction(float(np.ptp(values[:, 0])), float(np.ptp(values[:, 2])))


def _refuse_shrunk(views: Sequence[SheetView], matrix: FloatArray, distortion: FloatArray, values: FloatArray) -> None:
    """A poster tells the printer's scale by itself: its markers shrink, the papers they are on do not."""
    ratios = []
    scaled = matrix.copy()
    scaled[[0, 1], [0, 1]] *= np.exp(values[3])
    pitch, roll, height = (float(one) for one in values[:3])
    lens = level_camera((1, 1), scaled, distortion, pitch, roll, height, LEAST_SIGMA, "none", "")
    for view in views:
        groups = view.sheet_m.reshape(-1, 4, 2)
        if view.sheet != "poster" or len(groups) < 2:
            continue
        floor = points_on_plane(lens, view.corners_px, 0.0)[:, :2].reshape(-1, 4, 2)
        ratios.append(_sides(floor) / _sides(groups) * _apart(groups) / _apart(floor))
    ratio = float(np.median(ratios)) if ratios else 1.0
    if abs(ratio - 1) > SHRUNK:
        raise CameraError(
            f"the markers are {100 * ratio:.0f} % as large as stated: measure the printed ruler line and give it as "
            "--ruler-mm, and lay the four papers edge to edge",
            f"标记大小为标称的 {100 * ratio:.0f}%：请量打印的标尺线并用 --ruler-mm 给出，四张纸须边对边拼好",
        )


def _sides(groups: FloatArray) -> float:
    """Mean side of markers (M, 4, 2)."""
    return float(np.linalg.norm(np.roll(groups, -1, axis=1) - groups, axis=2).mean())


def _apart(groups: FloatArray) -> float:
    """Mean distance of their centres from each other."""
    centres = groups.mean(axis=1)
    first, second = np.triu_indices(len(centres), 1)
    return float(np.linalg.norm(centres[first] - centres[second], axis=1).mean())


def _spread_alone(view: SheetView, values: FloatArray, matrix: FloatArray, distortion: FloatArray) -> FloatArray:
    """Standard deviation of pitch, roll and height from one picture by linear propagation (3,)."""
    steps = np.array([0.01, 0.01, 1e-3, 1e-3, 1e-3, 0.01])
    moving = [0, 1, 2, 4, 5, 6]
    base = _predict(values, [view], matrix, distortion)[0].ravel()
    columns = []
    for index, step in zip(moving, steps, strict=True):
        moved = values.copy()
        moved[index] += step
        columns.append((_predict(moved, [view], matrix, distortion)[0].ravel() - base) / step)
    jacobian = np.stack(columns, axis=1) / TYPICAL_NOISE_PX
    return np.asarray(np.sqrt(np.diag(np.linalg.inv(jacobian.T @ jacobian)))[:3], dtype=np.float64)


def _contradiction(pitch_deg: float, height_m: float) -> CameraError:
    return CameraError(
        f"the pictures contradict each other (pitch by {pitch_deg:.1f} deg, height by {100 * height_m:.0f} cm): did "
        "the camera move between them, or is the sheet curled?",
        f"各画面互相矛盾（俯仰差 {pitch_deg:.1f}°，高度差 {100 * height_m:.0f} 厘米）："
        "拍摄期间相机是否移动，或标定纸是否卷曲？",
    )


def _resampled(
    views: Sequence[SheetView],
    predicted: Sequence[FloatArray],
    matrix: FloatArray,
    distortion: FloatArray,
    focal_sigma_rel: float,
    noise_px: float,
    best: FloatArray,
    seed: int,
) -> CameraSigma:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(RESAMPLES):
        shaken = [pixels + rng.normal(0.0, noise_px, pixels.shape) for pixels in predicted]
        prior = (best[3] + rng.normal(0.0, focal_sigma_rel), focal_sigma_rel)
        found.append(_fit(views, shaken, matrix, distortion, prior, noise_px, best)[:4])
    spread = np.std(found, axis=0, ddof=1)
    height = float(np.hypot(spread[2], PRINT_SIGMA_REL * best[2]))
    tilt = SHEET_TILT_SIGMA_DEG
    return CameraSigma(
        focal_rel=float(max(spread[3], LEAST_SIGMA.focal_rel)),
        pitch_deg=float(max(np.hypot(spread[0], tilt), LEAST_SIGMA.pitch_deg)),
        roll_deg=float(max(np.hypot(spread[1], tilt), LEAST_SIGMA.roll_deg)),
        height_m=max(height, LEAST_SIGMA.height_m),
    )
