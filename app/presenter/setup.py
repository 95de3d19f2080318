"""What the setup page says: camera files, the place of the data and its size."""

from __future__ import annotations

from dataclasses import dataclass

from app.camera_files import CameraFile
from app.texts import line_of, pick
from vision.report.wording import LEVEL_MEANING, LEVEL_TEXT

LOW_SPACE_BYTES = 5e9


def size_text(size_bytes: float) -> str:
    """A size as people read it: 820 KB, 3.4 MB, 12 GB."""
    for factor, unit in ((1e9, "GB"), (1e6, "MB")):
        if size_bytes >= factor:
            value = size_bytes / factor
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{size_bytes / 1e3:.0f} KB"


@dataclass(frozen=True, slots=True)
class CameraWords:
    """A camera file in words. ``problem`` is "" where it can be used."""

    name: str
    level: str
    meaning: str
    size: str
    seat: str
    method: str
    problem: str


def camera_words(file: CameraFile, language: str) -> CameraWords:
    """What a file knows, or why it cannot be used."""
    camera = file.camera
    if camera is None:
        problem = line_of(file.problem, language) if file.problem is not None else ""
        return CameraWords(file.name, "", "", "", "", "", problem)
    width, height = camera.image_size
    return CameraWords(
        file.name,
        LEVEL_TEXT[camera.level][language],
        LEVEL_MEANING[camera.level][language],
        f"{width} × {height}",
        pick(language, "有座椅" if camera.seat else "无座椅", "with a seat" if camera.seat else "no seat"),
        camera.method,
        "",
    )


def camera_option(file: CameraFile | None, language: str) -> str:
    """A camera file in a list; None stands for using none."""
    if file is None:
        return pick(language, "不使用（按一般摄像头估计）", "None (a usual camera is assumed)")
    words = camera_words(file, language)
    level = words.level or pick(language, "无法使用", "cannot be used")
    return f"{words.name} · {level}"


def space_text(used_bytes: float, free_bytes: float, language: str) -> str:
    """How much the data take, and how much room is left."""
    used, free = size_text(used_bytes), size_text(free_bytes)
    return pick(language, f"已用 {used}，磁盘剩余 {free}", f"{used} used, {free} free on the disk")


def space_is_low(free_bytes: float) -> bool:
    """Whether a few recordings could fill the disk."""
    return free_bytes < LOW_SPACE_BYTES
