"""Did the camera stay where it was: since its calibration, and during the recording? Cheap enough for every scoring."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.calibrating.pictures import gray
from calibration.camera import ASSUMED_FIELD_OF_VIEW_DEG
from calibration.files import load_background, load_camera
from calibration.moved import Background, Movement, background, movement
from calibration.pose import field_of_view_deg
from vision.types import Notice

LOOKS = 5
MOVED_DEG = 0.4  # below this no measurement is touched


def camera_notices(recording: Path, calibration: Path | None) -> tuple[Notice, ...]:
    """What a reader should know; MediaError when the recording cannot be read, CameraError for a broken camera file."""
    prints = _fingerprints(recording)
    field = ASSUMED_FIELD_OF_VIEW_DEG if calibration is None else field_of_view_deg(load_camera(calibration))
    found = []
    if calibration is not None:
        known = load_background(calibration)
        since = Movement(None, 0.0, 0) if known is None else movement(known, prints[0], field)
        if since.moved and since.shift_deg > MOVED_DEG:
            found.append(_since(since))
    during = [movement(prints[0], later, field) for later in prints[1:]]
    # Whoever walks past spoils one look at most; a camera that was moved stays moved or shakes.
    moved = sorted((one.shift_deg for one in during if one.moved and one.shift_deg > MOVED_DEG), reverse=True)
    if len(moved) > 1 or (moved and len(during) == 1):
        found.append(_during(moved[0]))
    return tuple(found)


def _fingerprints(recording: Path) -> list[Background]:
    from vision.video import frames_at, probe, read_still

    duration_s = probe(recording).duration_s
    if not duration_s:
        return [background(gray(read_still(recording).image_bgr))]
    times = np.linspace(0.0, 0.98 * duration_s, LOOKS)
    return [background(gray(frame.image_bgr)) for frame in frames_at(recording, times.tolist())]


def _since(change: Movement) -> Notice:
    return Notice(
        "camera_moved",
        f"标定之后相机移动或变焦过（视线改变约 {change.shift_deg:.1f}°）：请重新标定，否则角度和长度不可信",
        f"the camera was moved or zoomed after its calibration (by about {change.shift_deg:.1f} deg): calibrate again, "
        "or do not trust angles and lengths",
    )


def _during(shift_deg: float) -> Notice:
    return Notice(
        "camera_moves",
        f"录像过程中相机移动（约 {shift_deg:.1f}°）：请固定相机后重录",
        f"the camera moves during the recording (by about {shift_deg:.1f} deg): fix it and record again",
    )
