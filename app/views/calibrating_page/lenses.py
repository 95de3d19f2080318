"""Choosing one of the camera files of this installation."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.views.calibrating_page.state import Step
from app.views.context import places, preferences
from calibration.camera import Camera
from calibration.errors import CameraError
from calibration.files import load_camera

NONE = ""


def known_cameras() -> list[Path]:
    """Camera files made in the page and the one in use, newest first."""
    folder = places().cameras
    found = sorted(folder.glob("*.json"), key=lambda one: -one.stat().st_mtime) if folder.is_dir() else []
    used = preferences().camera
    if used is not None and Path(used) not in found and Path(used).is_file():
        found.insert(0, Path(used))
    return found


def readable(path: Path) -> Camera | None:
    """The camera of a file; None when it is broken."""
    try:
        return load_camera(path)
    except CameraError:
        return None


def lens_files() -> list[Path]:
    """Those whose lens was measured with the board."""
    cameras = ((path, readable(path)) for path in known_cameras())
    return [path for path, camera in cameras if camera and (camera.level == "full" or "ChArUco" in camera.method)]


def choose_camera(step: Step, name: str, label: str, files: list[Path], none: str | None = None) -> Path | None:
    """A select box of camera files; ``none``: the words for choosing none, offered first."""
    choices: list[str] = [*([NONE] if none is not None else []), *(str(file) for file in files)]
    before = step.entries.get(name)
    chosen = st.selectbox(
        label,
        choices,
        index=choices.index(before) if before in choices else 0,
        format_func=lambda one: Path(one).stem if one else str(none),
        key=f"calibrate-entry-{name}-{id(step)}",
    )
    step.entries[name] = chosen
    return Path(chosen) if chosen else None
