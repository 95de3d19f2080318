"""``yitai calibrate``: so far only the check of a camera file."""

from __future__ import annotations

from pathlib import Path

from app.session import EXIT_OK, Session
from calibration.camera import Camera
from calibration.files import load_camera


def check_camera(file: Path, session: Session) -> int:
    """Say what a sound camera file holds; CameraError when it is broken."""
    camera = load_camera(file)
    session.say(f"{file}：没有问题；{_words(camera)[0]}", f"{file}: sound; {_words(camera)[1]}")
    return EXIT_OK


def _words(camera: Camera) -> tuple[str, str]:
    width, height = camera.image_size
    above_m = camera.centre_m[2]
    seat_zh, seat_en = ("有座椅", "with a seat") if camera.seat else ("无座椅", "no seat")
    return (
        f"级别 {camera.level}，{width}x{height}，焦距 {camera.focal_px:.0f} 像素，相机高 {above_m:.2f} 米，{seat_zh}",
        f"level {camera.level}, {width}x{height}, focal length {camera.focal_px:.0f} px, "
        f"camera {above_m:.2f} m above the floor, {seat_en}",
    )
