"""A camera file held against itself and against pictures of its camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.calibrating.pictures import Progress, unwatched
from calibration.camera import Camera, for_size
from calibration.check import Finding, check_camera, check_moved, check_people, check_room
from calibration.files import load_background, load_camera
from calibration.moved import movement
from calibration.pose import field_of_view_deg
from vision.types import ImageBgr


@dataclass(frozen=True, slots=True)
class CheckTask:
    """Arguments of `check_file`; ``height_cm``: of who stands in the pictures, None = unknown."""

    file: Path
    files: Sequence[Path] = ()
    height_cm: float | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. ``camera`` fits ``picture_bgr`` where there is one."""

    camera: Camera
    findings: tuple[Finding, ...]
    picture_bgr: ImageBgr | None


def check_file(task: CheckTask, progress: Progress = unwatched) -> Checked:
    """Every finding on a camera file; CameraError when it is none. Runs in a worker."""
    camera = load_camera(task.file)
    findings = check_camera(camera)
    if not task.files:
        return Checked(camera, tuple(findings), None)
    from app.calibrating.people import see

    scene = see(task.files, need_people=False, progress=progress)
    fitting = for_size(camera, scene.size_wh)
    known = load_background(task.file)
    if known is not None:
        findings += check_moved(movement(known, scene.background(), field_of_view_deg(fitting)))
    if scene.change.moved:
        findings += check_moved(scene.change)
    findings += check_people(fitting, scene.views, None if task.height_cm is None else task.height_cm / 100)
    findings += check_room(fitting, scene.segments())
    if not scene.views:
        findings.append(
            Finding(
                "nobody", "warning", "画面中没有完整的直立站姿，无法用人核对",
                "nobody stands upright in full view, so people could not be held against the camera",
            )
        )  # fmt: skip
    return Checked(fitting, tuple(findings), scene.picture_bgr)
