"""``yitai calibrate seat`` and ``neutral``: what belongs to a chair and to a trainee rather than to the camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.calibrating.aside import aside
from app.calibrating.made import Made
from app.calibrating.outcome import preview
from app.calibrating.pictures import files_of
from app.calibrating.seats import SeatTask, seat_camera
from app.session import EXIT_OK, Session, require
from calibration.camera import for_size
from calibration.files import load_camera
from calibration.neutral import Neutral, save_neutral
from calibration.seat import parse_points
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
    task = _seat_task(request)
    made: Made = aside(seat_camera, task) if task.deep_sit else seat_camera(task)
    made.save(out)
    if picture is not None and made.picture_bgr is not None:
        height, width = made.picture_bgr.shape[:2]
        preview(made.picture_bgr, for_size(made.camera, (width, height)), picture)
    session.say(f"已写入 {out}：{made.zh}", f"written to {out}: {made.en}")
    return EXIT_OK


def _seat_task(request: SeatRequest) -> SeatTask:
    require(
        len(request.corners) in (0, 4),
        "--corner 应给出四次：前左、前右、后右、后左（以坐着的人的左右为准）",
        "--corner is given four times: front left, front right, back right, back left, as the sitter says",
    )
    return SeatTask(
        request.camera,
        request.seat_height_cm / 100,
        None if request.seat_depth_cm is None else request.seat_depth_cm / 100,
        corners_px=parse_points(request.corners) if request.corners else None,
        deep_sit=files_of(request.deep_sit) if request.deep_sit else (),
        sheet=files_of(request.sheet) if request.sheet else (),
        front_edge_cm=request.front_edge_cm,
        person_height_cm=request.person_height_cm,
        sex=request.sex,
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
