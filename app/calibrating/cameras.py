"""Cameras from pictures: a standing person, the floor sheet, the board. Nothing is saved here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.calibrating.made import Made
from app.calibrating.outcome import describe
from app.calibrating.pictures import Progress, gray, sampled, unwatched
from app.session import require
from calibration.board import BoardView, calibrate_lens, find_board
from calibration.camera import ASSUMED_SIGMA_FOCAL_REL, Camera, CameraSigma, assumed_camera, for_size
from calibration.check import Finding, check_moved, check_people
from calibration.files import load_camera
from calibration.floor import SheetView, find_sheet, solve_floor
from calibration.moved import background, background_to_dict, movement
from calibration.patterns import RULER_MM
from calibration.pose import field_of_view_deg, level_camera, pitch_roll_deg
from vision.types import Frame

RULER_LIMITS_MM = (80.0, 120.0)
MOST_FLOOR_VIEWS = 8
SHEET_MOVED_PX = 0.01  # of the picture's width: below this the sheet lies where it lay
DISAGREE = Finding(
    "person_room", "warning",
    "人与房间直线给出的结果相差较大：请确认身高、站姿，以及画面中的直线确为竖直或水平",
    "person and room disagree: check the height and the posture, and whether the room's edges are upright and level",
)  # fmt: skip
SAME_PLACE_M = 0.3
SAME_PLACE = Finding(
    "same_place", "warning",
    "几次拍摄站的是同一个地方，多拍没有帮助：请走到远近不同的位置再拍",
    "the pictures show the person at one and the same place, so more of them do not help: walk nearer or farther",
)  # fmt: skip


def print_scale(ruler_mm: float) -> float:
    """How much larger than meant the sheets were printed."""
    low, high = RULER_LIMITS_MM
    require(
        low <= ruler_mm <= high,
        f"--ruler-mm 应在 {low:g} 到 {high:g} 之间（打印的 100 毫米标尺线的实际长度），实为 {ruler_mm:g}",
        f"--ruler-mm: expected {low:g} to {high:g} (the printed 100 mm line as measured), got {ruler_mm:g}",
    )
    return ruler_mm / RULER_MM


@dataclass(frozen=True, slots=True)
class PersonTask:
    """Arguments of `person_camera`; ``lens``: a camera file that knows the lens."""

    files: Sequence[Path]
    height_cm: float
    lens: Path | None = None
    use_room: bool = True


def person_camera(task: PersonTask, progress: Progress = unwatched) -> Made:
    """The camera from somebody of known height who stands upright. Runs in a worker."""
    from app.calibrating.people import calibrate, see

    scene = see(task.files, progress=lambda share: progress(0.9 * share))
    known = None if task.lens is None else load_camera(task.lens)
    fit = calibrate(scene, task.height_cm, known, use_room=task.use_room)
    findings = check_people(fit.camera, scene.views, task.height_cm / 100)
    findings += [] if fit.agree else [DISAGREE]
    apart_m = float(np.linalg.norm(np.ptp(fit.spots_m, axis=0)))
    findings += [SAME_PLACE] if len(fit.spots_m) > 1 and apart_m < SAME_PLACE_M else []
    zh, en = describe(fit.camera)
    return Made(
        fit.camera,
        f"{zh}（{fit.camera.method}）",
        f"{en} ({fit.camera.method})",
        scene.picture_bgr,
        tuple(findings),
        {"background": background_to_dict(scene.background())},
        fit.spots_m,
    )


@dataclass(frozen=True, slots=True)
class LensTask:
    """Arguments of `lens_camera`; ``ruler_mm``: the printed 100 mm line as measured."""

    files: Sequence[Path]
    ruler_mm: float = RULER_MM


def lens_camera(task: LensTask, progress: Progress = unwatched) -> Made:
    """The lens from pictures of the ChArUco board; the pose stays unknown. Runs in a worker."""
    scale = print_scale(task.ruler_mm)
    views: list[BoardView] = []
    last: Frame | None = None
    for frame in sampled(task.files, progress=lambda share: progress(0.8 * share)):
        last = frame
        view = find_board(gray(frame.image_bgr), frame.source)
        views += [] if view is None else [view]
    assert last is not None
    lens = calibrate_lens(views, last.size_wh, scale)
    unknown = assumed_camera(last.size_wh)
    sigma = CameraSigma(lens.focal_sigma_rel, unknown.sigma.pitch_deg, unknown.sigma.roll_deg, unknown.sigma.height_m)
    pitch, roll = pitch_roll_deg(unknown.rotation_cam_from_floor)
    method = f"ChArUco board, {lens.views} views, rms {lens.rms_px:.2f} px, held out {lens.held_out_rms_px:.2f} px"
    height_m = float(unknown.centre_m[2])
    camera = level_camera(last.size_wh, lens.matrix, lens.distortion, pitch, roll, height_m, sigma, "none", method)
    seen = 100 * float((lens.coverage > 0).mean())
    return Made(
        camera,
        f"{lens.views} 个视图，重投影误差 {lens.rms_px:.2f} 像素（留出视图 {lens.held_out_rms_px:.2f}），"
        f"覆盖画面 {seen:.0f}%，焦距 {lens.matrix[0, 0]:.0f} 像素 ±{200 * lens.focal_sigma_rel:.1f}%",
        f"{lens.views} views, rms {lens.rms_px:.2f} px (held out {lens.held_out_rms_px:.2f}), "
        f"{seen:.0f} % of the picture covered, focal length {lens.matrix[0, 0]:.0f} px "
        f"+-{200 * lens.focal_sigma_rel:.1f} %",
        last.image_bgr,
        extra={"lens": {"coverage": lens.coverage.round(3).tolist(), "rms_px": round(lens.rms_px, 3)}},
        lens=lens,
    )


def load_lens(path: Path | None, size_wh: tuple[int, int]) -> tuple[Camera, float]:
    """A camera whose lens is to be used, and its focal length's standard deviation; assumed where none is given."""
    if path is None:
        return assumed_camera(size_wh), ASSUMED_SIGMA_FOCAL_REL
    camera = for_size(load_camera(path), size_wh)
    return camera, camera.sigma.focal_rel


@dataclass(frozen=True, slots=True)
class FloorTask:
    """Arguments of `floor_camera`; ``lens``: a camera file that knows the lens; ``ruler_mm`` as measured."""

    files: Sequence[Path]
    ruler_mm: float = RULER_MM
    lens: Path | None = None


def floor_camera(task: FloorTask, progress: Progress = unwatched) -> Made:
    """The camera from pictures of the floor sheet. Runs in a worker."""
    scale = print_scale(task.ruler_mm)
    kept, size_wh = _sheets(task.files, scale, lambda share: progress(0.8 * share))
    known, focal_sigma = load_lens(task.lens, size_wh)
    fit = solve_floor(
        [view for view, _ in kept],
        size_wh,
        known.matrix,
        known.distortion,
        focal_sigma,
        lens_measured=task.lens is not None,
    )
    room = kept[0][1].image_bgr
    fingerprint = background(gray(room))
    findings = []
    if len(kept) > 1:
        last = background(gray(kept[-1][1].image_bgr))
        change = movement(fingerprint, last, field_of_view_deg(fit.camera))
        findings = check_moved(change) if change.moved else []
    zh, en = describe(fit.camera)
    return Made(
        fit.camera,
        f"{zh}；{fit.views} 处标定纸，误差 {fit.rms_px:.2f} 像素",
        f"{en}; {fit.views} place(s) of the sheet, rms {fit.rms_px:.2f} px",
        room,
        tuple(findings),
        {"background": background_to_dict(fingerprint)},
        fit.sheet_centres_m,
    )


def _sheets(
    files: Sequence[Path], scale: float, progress: Progress
) -> tuple[list[tuple[SheetView, Frame]], tuple[int, int]]:
    """The sheet wherever it lies elsewhere than before, and the size of the pictures."""
    kept: list[tuple[SheetView, Frame]] = []
    size_wh: tuple[int, int] | None = None
    for frame in sampled(files, progress=progress):
        size_wh = frame.size_wh
        view = find_sheet(gray(frame.image_bgr), scale, frame.source)
        if view is not None and all(_elsewhere(view, other, size_wh) for other, _ in kept):
            kept.append((view, frame))
        if len(kept) == MOST_FLOOR_VIEWS:
            break
    assert size_wh is not None
    return kept, size_wh


def _elsewhere(view: SheetView, other: SheetView, size_wh: tuple[int, int]) -> bool:
    off = np.linalg.norm(view.corners_px.mean(axis=0) - other.corners_px.mean(axis=0))
    return bool(view.sheet == other.sheet and off > SHEET_MOVED_PX * size_wh[0])
