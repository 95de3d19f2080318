"""``yitai calibrate seat`` and ``neutral``: what belongs to a chair and to a trainee rather than to the camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.calibrating.aside import aside
from app.calibrating.outcome import preview, save
from app.calibrating.pictures import files_of, gray, sampled
from app.session import EXIT_OK, Session, require
from calibration.camera import Seat, for_size
from calibration.errors import CameraError
from calibration.files import load_background, load_camera
from calibration.floor import find_sheet
from calibration.moved import background_to_dict
from calibration.neutral import Neutral, save_neutral
from calibration.seat import TYPICAL_DEPTH_M, parse_points, seat_from_corners, seat_from_sheet
from vision.types import Subject


@dataclass(frozen=True, slots=True)
class SeatRequest:
    """How a seat is to be found: by corners, a sheet on it, or somebody who sits all the way back."""

    camera: Path
    seat_height_cm: float
    seat_depth_cm: float | None
    corners: Sequence[str]
    deep_sit: Sequence[str]
    sheet: Sequence[str]
    front_edge_cm: float | None
    person_height_cm: float | None
    sex: str | None


def make_seat(request: SeatRequest, out: Path, picture: Path | None, session: Session) -> int:
    """The camera file with a seat in it."""
    ways = [bool(request.corners), bool(request.deep_sit), bool(request.sheet)]
    require(
        sum(ways) == 1,
        "请给出一种方式：--corner x,y 四次、--deep-sit 录像、或 --sheet 图片",
        "give one way: --corner x,y four times, --deep-sit RECORDING, or --sheet PICTURE",
    )
    camera = load_camera(request.camera)
    seat = _find_seat(request)
    fitted = replace(camera, seat=seat, method=f"{camera.method}; seat".removeprefix("; "))
    known = load_background(request.camera)
    save(fitted, out, (), None if known is None else {"background": background_to_dict(known)})
    if picture is not None and (request.deep_sit or request.sheet):
        frame = next(sampled(files_of(request.deep_sit or request.sheet)))
        preview(frame.image_bgr, for_size(fitted, frame.size_wh), picture)
    session.say(
        f"已写入 {out}：座高 {100 * seat.height_m:.0f} 厘米，座深 {100 * seat.depth_m:.0f} 厘米",
        f"written to {out}: seat {100 * seat.height_m:.0f} cm high and {100 * seat.depth_m:.0f} cm deep",
    )
    return EXIT_OK


def _find_seat(request: SeatRequest) -> Seat:
    camera, height_m = load_camera(request.camera), request.seat_height_cm / 100
    depth_m = None if request.seat_depth_cm is None else request.seat_depth_cm / 100
    if request.corners:
        require(
            len(request.corners) == 4,
            "--corner 应给出四次：前左、前右、后右、后左（以坐着的人的左右为准）",
            "--corner is given four times: front left, front right, back right, back left, as the sitter says",
        )
        return seat_from_corners(camera, parse_points(request.corners), height_m, depth_m)
    if request.deep_sit:
        from app.calibrating.seated import DeepSit, seat_work

        files = files_of(request.deep_sit)
        found: Seat = aside(seat_work, DeepSit(files, camera, height_m, depth_m, request.person_height_cm, request.sex))
        return found
    for frame in sampled(files_of(request.sheet)):
        view = find_sheet(gray(frame.image_bgr), 1.0, frame.source)
        if view is not None:
            edge = (request.front_edge_cm or 50 * (depth_m or TYPICAL_DEPTH_M)) / 100
            return seat_from_sheet(
                for_size(camera, frame.size_wh), view, height_m, depth_m or TYPICAL_DEPTH_M, front_edge_m=edge
            )
    raise CameraError(
        "no sheet was found on the seat: lay the A4 floor sheet flat on it, arrow to the back, well lit",
        "座面上未找到标定纸：请把 A4 地面标定纸平放在座面上，箭头朝后，并保证光线充足",
    )


def make_neutral_file(recording: Path, out: Path, calibration: Path | None, subject: Subject, session: Session) -> int:
    """The neutral file of one trainee."""
    from app.calibrating.upright import neutral_work, said

    camera = None if calibration is None else load_camera(calibration)
    neutral: Neutral = aside(neutral_work, (recording, camera, subject))
    save_neutral(out, neutral)
    zh, en = said(neutral)
    session.say(f"已写入 {out}：{zh}", f"written to {out}: {en}")
    return EXIT_OK
