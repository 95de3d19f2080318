"""What a calibration command leaves behind: the camera file, a picture for the eye, a few lines to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2

from app.session import EXIT_INPUT, EXIT_OK, Session
from calibration.camera import Camera
from calibration.check import Finding, check_camera, errors
from calibration.draw import draw_calibration
from calibration.errors import CameraError
from calibration.files import save_camera
from calibration.pose import field_of_view_deg, pitch_roll_deg
from vision.files import atomic_write
from vision.types import FloatArray, ImageBgr


def now() -> str:
    """Date and time for the key ``created``."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def save(camera: Camera, out: Path, findings: Sequence[Finding], extra: Mapping[str, Any] | None = None) -> None:
    """Write the camera file unless a finding forbids it; CameraError with the first reason."""
    for finding in errors([*check_camera(camera), *findings]):
        raise CameraError(f"not saved: {finding.en}", f"未保存：{finding.zh}")
    save_camera(out, camera, now(), extra)


def preview(picture: ImageBgr, camera: Camera, out: Path | None, spots_m: FloatArray | None = None) -> None:
    """The picture with the floor grid and the pole, as JPEG or PNG by its name."""
    if out is None:
        return
    kind = out.suffix.lower() if out.suffix.lower() in (".png", ".jpg", ".jpeg") else ".jpg"
    done, data = cv2.imencode(kind, draw_calibration(picture, camera, spots_m))
    assert done
    atomic_write(out, data.tobytes())


def say_findings(findings: Sequence[Finding], session: Session) -> int:
    """Every finding on stderr; the exit code."""
    for finding in findings:
        mark_zh, mark_en = ("错误", "error") if finding.severity == "error" else ("注意", "warning")
        session.warn(f"{mark_zh}：{finding.zh}", f"{mark_en}: {finding.en}")
    return EXIT_INPUT if errors(findings) else EXIT_OK


def describe(camera: Camera) -> tuple[str, str]:
    """A camera in one line, zh and en."""
    width, height = camera.image_size
    pitch, roll = pitch_roll_deg(camera.rotation_cam_from_floor)
    above_m, s = camera.centre_m[2], camera.sigma
    seat_zh, seat_en = ("有座椅", "with a seat") if camera.seat else ("无座椅", "no seat")
    return (
        f"级别 {camera.level}，{width}x{height}，焦距 {camera.focal_px:.0f} 像素 ±{200 * s.focal_rel:.1f}%"
        f"（视场角 {field_of_view_deg(camera):.0f}°），相机高 {above_m:.2f} ±{2 * s.height_m:.2f} 米，"
        f"俯仰 {pitch:+.1f} ±{2 * s.pitch_deg:.1f}°，侧倾 {roll:+.1f} ±{2 * s.roll_deg:.1f}°，{seat_zh}",
        f"level {camera.level}, {width}x{height}, focal length {camera.focal_px:.0f} px +-{200 * s.focal_rel:.1f} % "
        f"(field of view {field_of_view_deg(camera):.0f} deg), camera {above_m:.2f} +-{2 * s.height_m:.2f} m above the "
        f"floor, pitch {pitch:+.1f} +-{2 * s.pitch_deg:.1f}, roll {roll:+.1f} +-{2 * s.roll_deg:.1f} deg, {seat_en}",
    )


# What somebody can expect of a file, in words; see docs/calibration.md for the figures.
GOOD_PITCH_DEG, GOOD_HEIGHT_M, GOOD_FOCAL = 1.0, 0.05, 0.06


def advice(camera: Camera) -> tuple[str, str] | None:
    """How to make a vague calibration better, zh and en; None when it is good."""
    s = camera.sigma
    if s.pitch_deg <= GOOD_PITCH_DEG and s.height_m <= GOOD_HEIGHT_M and s.focal_rel <= GOOD_FOCAL:
        return None
    return (
        "标定偏粗，测量的不确定度会变大。改进办法：让人依次站到 2 至 4 个远近不同的位置，"
        "让画面包含更多门框、墙角等直线，或使用地面标定纸（calibrate floor）与标定板（calibrate board）",
        "this calibration is coarse, so every uncertainty grows. Better: let the person stand at 2 to 4 places near "
        "and far, show more straight edges of the room, or use the sheets (calibrate floor, calibrate board)",
    )
