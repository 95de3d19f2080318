"""A seat added to a camera: by its corners, a sheet on it, or somebody who sits all the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.calibrating.made import Made
from app.calibrating.pictures import Progress, gray, sampled, unwatched
from calibration.camera import Camera, Seat, for_size
from calibration.errors import CameraError
from calibration.files import load_background, load_camera
from calibration.floor import find_sheet
from calibration.moved import background_to_dict
from calibration.seat import TYPICAL_DEPTH_M, seat_from_corners, seat_from_sheet
from vision.types import FloatArray


@dataclass(frozen=True, slots=True)
class SeatTask:
    """One way of three is given: corners in the picture (4, 2) px, recordings of a sitter, pictures of the sheet.

    ``size_wh``: of the picture the corners were given in, None = that of the camera file.
    """

    camera: Path
    height_m: float
    depth_m: float | None = None
    corners_px: FloatArray | None = None
    size_wh: tuple[int, int] | None = None
    deep_sit: Sequence[Path] = ()
    sheet: Sequence[Path] = ()
    front_edge_cm: float | None = None
    person_height_cm: float | None = None
    sex: str | None = None


def seat_camera(task: SeatTask, progress: Progress = unwatched) -> Made:
    """The camera of the file with the seat in it. Runs in a worker where somebody sits."""
    camera = load_camera(task.camera)
    seat = _find_seat(task, camera, progress)
    fitted = replace(camera, seat=seat, method=f"{camera.method.removesuffix('; seat')}; seat".removeprefix("; "))
    known = load_background(task.camera)
    pictures = task.deep_sit or task.sheet
    return Made(
        fitted,
        f"座高 {100 * seat.height_m:.0f} 厘米，座深 {100 * seat.depth_m:.0f} 厘米",
        f"seat {100 * seat.height_m:.0f} cm high and {100 * seat.depth_m:.0f} cm deep",
        next(iter(sampled(pictures))).image_bgr if pictures else None,
        extra={} if known is None else {"background": background_to_dict(known)},
    )


def _find_seat(task: SeatTask, camera: Camera, progress: Progress) -> Seat:
    if task.corners_px is not None:
        seen = camera if task.size_wh is None else for_size(camera, task.size_wh)
        return seat_from_corners(seen, task.corners_px, task.height_m, task.depth_m)
    if task.deep_sit:
        from app.calibrating.seated import DeepSit, seat_work

        sitting = DeepSit(task.deep_sit, camera, task.height_m, task.depth_m, task.person_height_cm, task.sex)
        return seat_work(sitting, progress)
    depth_m = task.depth_m or TYPICAL_DEPTH_M
    for frame in sampled(task.sheet, progress=progress):
        view = find_sheet(gray(frame.image_bgr), 1.0, frame.source)
        if view is not None:
            edge_m = depth_m / 2 if task.front_edge_cm is None else task.front_edge_cm / 100
            return seat_from_sheet(for_size(camera, frame.size_wh), view, task.height_m, depth_m, front_edge_m=edge_m)
    raise CameraError(
        "no sheet was found on the seat: lay the A4 floor sheet flat on it, arrow to the back, well lit",
        "座面上未找到标定纸：请把 A4 地面标定纸平放在座面上，箭头朝后，并保证光线充足",
    )
