"""What the Calibrate page remembers of one way while the user goes to and fro; none of it under widget keys."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from app.calibrating.burst import Shot, write_clip
from app.calibrating.running import Running
from app.components.camera_picture import Burst
from app.components.uploader import Uploaded
from app.server.uploads import upload_path
from app.views.context import places
from calibration.errors import CameraError
from vision.errors import YitaiError

WAY = "calibrate.way"
STEPS = "calibrate.steps"
VISITS = "calibrate.visits"
CAMERA, UPLOAD = "camera", "upload"


@dataclass(slots=True)
class Step:
    """One way as far as it has come. ``entries``: what the user filled in, by name."""

    bursts: dict[str, Burst] = field(default_factory=dict)  # by stop
    met: set[str] = field(default_factory=set)  # bursts that were taken over already
    uploads: tuple[Uploaded, ...] = ()
    source: str = CAMERA
    entries: dict[str, Any] = field(default_factory=dict)
    running: Running | None = None
    result: Any = None
    error: YitaiError | CameraError | None = None
    saved: Path | None = None
    picture: str = ""  # address of the picture that belongs to the result
    round: int = 0  # a new one gives fresh components

    def again(self) -> None:
        """Forget pictures and result, keep what was filled in."""
        if self.running is not None:
            self.running.cancel()
        self.bursts, self.uploads, self.running = {}, (), None
        self.result, self.error, self.saved, self.picture = None, None, None, ""
        self.round += 1

    @property
    def has_pictures(self) -> bool:
        """Whether the chosen source has given anything."""
        return bool(self.bursts if self.source == CAMERA else self.uploads)


def step_of(way: str) -> Step:
    """The step of a way, made when first asked for."""
    steps: dict[str, Step] = st.session_state.setdefault(STEPS, {})
    return steps.setdefault(way, Step())


def go(way: str | None) -> None:
    """Show a way; None is the start."""
    st.session_state[WAY] = way
    st.session_state[VISITS] = st.session_state.get(VISITS, 0) + 1


def scroll_mark(step: Step) -> str:
    """Another word whenever something else is shown and the window should begin at its top again."""
    return f"{st.session_state.get(VISITS, 0)}-{step.running is not None}-{step.result is not None}-{step.round}"


def here() -> str | None:
    """The way that is shown."""
    way: str | None = st.session_state.get(WAY)
    return way


def work_folder() -> Path:
    """A new folder for files on their way; it goes as uploads do."""
    folder = places().uploads / secrets.token_hex(8)
    folder.mkdir(parents=True)
    return folder


def uploaded_files(step: Step) -> list[Path]:
    """Paths of what was uploaded; UsageError when one is gone."""
    return [upload_path(places().uploads, one.number) for one in step.uploads]


def stills_of(burst: Burst) -> list[Shot]:
    """The stills of a burst on disk."""
    return [Shot(upload_path(places().uploads, still.number), still.time_s) for still in burst.stills]


def recordings(step: Step) -> list[Path]:
    """One recording per burst (a single still stays one), or what was uploaded."""
    if step.source != CAMERA:
        return uploaded_files(step)
    found = []
    for burst in step.bursts.values():
        shots = stills_of(burst)
        if len(shots) == 1:
            found.append(shots[0].file)
            continue
        clip = work_folder() / f"{burst.stop}.mkv"
        write_clip(shots, clip)
        found.append(clip)
    return found


def stills(step: Step) -> list[Path]:
    """Every still of every burst, or what was uploaded."""
    if step.source != CAMERA:
        return uploaded_files(step)
    return [shot.file for burst in step.bursts.values() for shot in stills_of(burst)]
