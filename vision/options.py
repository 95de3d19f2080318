"""What a run is told besides the recording."""

from __future__ import annotations

from dataclasses import dataclass, field

from calibration.camera import Camera
from vision.standard import Pack
from vision.types import Drill, Subject


@dataclass(frozen=True, slots=True)
class ScoreOptions:
    """``camera`` None: nothing is known and a level camera is assumed. ``drill`` None: find out."""

    pack: Pack
    camera: Camera | None = None
    subject: Subject = field(default_factory=Subject)
    drill: Drill | None = None
    person: str = "largest"
    sample_fps: float | None = None
    role: str | None = None
    version: str = ""
