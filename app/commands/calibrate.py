"""``yitai calibrate``: sheets, lens, floor, person, and the check of what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.calibrating.aside import aside
from app.calibrating.outcome import advice, describe, preview, save, say_findings
from app.calibrating.pictures import files_of, gray, sampled
from app.session import EXIT_OK, Session, require
from calibration.board import BoardView, calibrate_lens, find_board
from calibration.camera import ASSUMED_SIGMA_FOCAL_REL, Camera, CameraSigma, assumed_camera, for_size
from calibration.check import Finding, check_camera, check_moved, check_people, check_room
from calibration.errors import CameraError
from calibration.files import load_background, load_camera
from calibration.floor import SheetView, find_sheet, solve_floor
from calibration.moved import background, background_to_dict, movement
from calibration.patterns import RULER_MM
from calibration.pose import field_of_view_deg, level_camera, pitch_roll_deg
from calibration.sheets import SHEETS, sheet_pdf
from vision.files import atomic_write
from vision.types import Frame

if TYPE_CHECKING:
    from app.calibrating.people import Scene

RULER_LIMITS_MM = (80.0, 120.0)
MOST_FLOOR_VIEWS = 8
SHEET_MOVED_PX = 0.01  # of the picture's width: below this the sheet lies where it lay
DISAGREE = Finding(
    "person_room", "warning",
    "人与房间直线给出的结果相差较大：请确认身高、站姿，以及画面中的直线确为竖直或水平",
    "person and room disagree: check the height and the posture, and whether the room's edges are upright and level",
)  # fmt: skip


def print_sheets(sheets: Sequence[str], out: Path, session: Session) -> int:
    """Write PDF sheets into a folder."""
    unknown = [sheet for sheet in sheets if sheet not in SHEETS]
    known = ", ".join(SHEETS)
    require(
        not unknown,
        f"没有标定纸 {', '.join(unknown)}；可用：{known}",
        f"no sheet {', '.join(unknown)}; known: {known}",
    )
    for sheet in sheets or SHEETS:
        path = out / f"{sheet}.pdf"
        atomic_write(path, sheet_pdf(sheet))
        session.say(f"已写入 {path}", f"written to {path}")
    session.say(
        "请按 100% 比例打印，量一下 100 毫米标尺线；若不是 100 毫米，标定时用 --ruler-mm 给出量得的长度",
        "print at 100 % and measure the ruler line; if it is not 100 mm, give its length as --ruler-mm later",
    )
    return EXIT_OK


def _print_scale(ruler_mm: float) -> float:
    low, high = RULER_LIMITS_MM
    require(
        low <= ruler_mm <= high,
        f"--ruler-mm 应在 {low:g} 到 {high:g} 之间（打印的 100 毫米标尺线的实际长度），实为 {ruler_mm:g}",
        f"--ruler-mm: expected {low:g} to {high:g} (the printed 100 mm line as measured), got {ruler_mm:g}",
    )
    return ruler_mm / RULER_MM


def make_lens(inputs: Sequence[str], out: Path, ruler_mm: float, session: Session) -> int:
    """Lens file from pictures of the ChArUco board."""
    scale = _print_scale(ruler_mm)
    views: list[BoardView] = []
    size_wh: tuple[int, int] | None = None
    for frame in sampled(files_of(inputs)):
        size_wh = frame.size_wh
        view = find_board(gray(frame.image_bgr), frame.source)
        views += [] if view is None else [view]
    assert size_wh is not None
    lens = calibrate_lens(views, size_wh, scale)
    unknown = assumed_camera(size_wh)
    sigma = CameraSigma(lens.focal_sigma_rel, unknown.sigma.pitch_deg, unknown.sigma.roll_deg, unknown.sigma.height_m)
    pitch, roll = pitch_roll_deg(unknown.rotation_cam_from_floor)
    method = f"ChArUco board, {lens.views} views, rms {lens.rms_px:.2f} px, held out {lens.held_out_rms_px:.2f} px"
    camera = level_camera(
        size_wh, lens.matrix, lens.distortion, pitch, roll, float(unknown.centre_m[2]), sigma, "none", method
    )
    save(camera, out, (), {"lens": {"coverage": lens.coverage.round(3).tolist(), "rms_px": round(lens.rms_px, 3)}})
    seen = 100 * float((lens.coverage > 0).mean())
    session.say(
        f"已写入 {out}：{lens.views} 个视图，重投影误差 {lens.rms_px:.2f} 像素（留出视图 {lens.held_out_rms_px:.2f}），"
        f"覆盖画面 {seen:.0f}%，焦距 {lens.matrix[0, 0]:.0f} 像素 ±{200 * lens.focal_sigma_rel:.1f}%。"
        "它只知道镜头；位置还要用 calibrate floor 或 person 加 --lens 标定",
        f"written to {out}: {lens.views} views, rms {lens.rms_px:.2f} px (held out {lens.held_out_rms_px:.2f}), "
        f"{seen:.0f} % of the picture covered, focal length {lens.matrix[0, 0]:.0f} px "
        f"+-{200 * lens.focal_sigma_rel:.1f} %. It knows the lens only: go on with calibrate floor or person --lens",
    )
    return EXIT_OK


def load_lens(path: Path | None, size_wh: tuple[int, int]) -> tuple[Camera, float]:
    """A camera whose lens is to be used, and its focal length's standard deviation; assumed where none is given."""
    if path is None:
        return assumed_camera(size_wh), ASSUMED_SIGMA_FOCAL_REL
    camera = for_size(load_camera(path), size_wh)
    return camera, camera.sigma.focal_rel


def make_floor(
    inputs: Sequence[str], out: Path, lens: Path | None, ruler_mm: float, picture: Path | None, session: Session
) -> int:
    """Camera file from pictures of the floor sheet."""
    scale = _print_scale(ruler_mm)
    kept: list[tuple[SheetView, Frame]] = []
    size_wh: tuple[int, int] | None = None
    for frame in sampled(files_of(inputs)):
        size_wh = frame.size_wh
        view = find_sheet(gray(frame.image_bgr), scale, frame.source)
        if view is not None and all(_elsewhere(view, other, size_wh) for other, _ in kept):
            kept.append((view, frame))
        if len(kept) == MOST_FLOOR_VIEWS:
            break
    assert size_wh is not None
    known, focal_sigma = load_lens(lens, size_wh)
    fit = solve_floor(
        [view for view, _ in kept], size_wh, known.matrix, known.distortion, focal_sigma, lens_measured=lens is not None
    )
    room = kept[0][1].image_bgr
    findings = []
    if len(kept) > 1:
        change = movement(
            background(gray(room)), background(gray(kept[-1][1].image_bgr)), field_of_view_deg(fit.camera)
        )
        findings = check_moved(change) if change.moved else []
    save(fit.camera, out, findings, {"background": background_to_dict(background(gray(room)))})
    say_findings(findings, session)
    preview(room, fit.camera, picture, fit.sheet_centres_m)
    zh, en = describe(fit.camera)
    session.say(
        f"已写入 {out}：{zh}；{fit.views} 处标定纸，误差 {fit.rms_px:.2f} 像素",
        f"written to {out}: {en}; {fit.views} place(s) of the sheet, rms {fit.rms_px:.2f} px",
    )
    return _say_advice(fit.camera, session)


def _elsewhere(view: SheetView, other: SheetView, size_wh: tuple[int, int]) -> bool:
    off = np.linalg.norm(view.corners_px.mean(axis=0) - other.corners_px.mean(axis=0))
    return bool(view.sheet == other.sheet and off > SHEET_MOVED_PX * size_wh[0])


def _say_advice(camera: Camera, session: Session) -> int:
    words = advice(camera)
    if words is not None:
        session.warn(*words)
    return EXIT_OK


def make_person(
    inputs: Sequence[str],
    out: Path,
    height_cm: float,
    lens: Path | None,
    use_room: bool,
    picture: Path | None,
    session: Session,
) -> int:
    """Camera file from a person of known height."""
    from app.calibrating.people import calibrate, see_work

    scene: Scene = aside(see_work, (files_of(inputs), True))
    fit = calibrate(scene, height_cm, None if lens is None else load_camera(lens), use_room=use_room)
    findings = check_people(fit.camera, scene.views, height_cm / 100)
    findings += [] if fit.agree else [DISAGREE]
    save(fit.camera, out, findings, {"background": background_to_dict(scene.background())})
    preview(scene.picture_bgr, fit.camera, picture, fit.spots_m)
    zh, en = describe(fit.camera)
    session.say(f"已写入 {out}：{zh}（{fit.camera.method}）", f"written to {out}: {en} ({fit.camera.method})")
    say_findings(findings, session)
    return _say_advice(fit.camera, session)


def check_camera_file(
    file: Path, inputs: Sequence[str], height_cm: float | None, picture: Path | None, session: Session
) -> int:
    """Say what a camera file holds and whether it is believable, alone or against pictures of its camera."""
    camera = load_camera(file)
    findings = list(check_camera(camera))
    if inputs:
        findings += _against_pictures(camera, file, inputs, height_cm, picture)
    zh, en = describe(camera)
    if not findings:
        session.say(f"{file}：没有问题；{zh}", f"{file}: sound; {en}")
        return EXIT_OK
    session.say(f"{file}：{zh}", f"{file}: {en}")
    return say_findings(findings, session)


def _against_pictures(
    camera: Camera, file: Path, inputs: Sequence[str], height_cm: float | None, picture: Path | None
) -> list[Finding]:
    from app.calibrating.people import see_work

    scene: Scene = aside(see_work, (files_of(inputs), False))
    fitting = for_size(camera, scene.size_wh)
    preview(scene.picture_bgr, fitting, picture)
    known = load_background(file)
    findings = []
    if known is not None:
        findings += check_moved(movement(known, scene.background(), field_of_view_deg(fitting)))
    if scene.change.moved:
        findings += check_moved(scene.change)
    findings += check_people(fitting, scene.views, None if height_cm is None else height_cm / 100)
    findings += check_room(fitting, scene.segments())
    if not scene.views:
        findings.append(
            Finding(
                "nobody", "warning", "画面中没有完整的直立站姿，无法用人核对",
                "nobody stands upright in full view, so people could not be held against the camera",
            )
        )  # fmt: skip
    return findings


def require_height(height_cm: float | None) -> float:
    """The height that a command cannot do without."""
    if height_cm is None or not 100 <= height_cm <= 230:
        raise CameraError(
            "--height-cm: give the person's height in centimetres, 100 to 230",
            "请用 --height-cm 给出身高（100 至 230）",
        )
    return height_cm
