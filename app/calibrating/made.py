"""A camera that was found but is not saved yet: what the command line writes and what the page shows first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.calibrating.outcome import advice, save
from calibration.board import Lens
from calibration.camera import Camera
from calibration.check import Finding
from vision.types import FloatArray, ImageBgr


@dataclass(frozen=True, slots=True)
class Made:
    """The camera with everything that belongs to it.

    ``extra``: further keys of its file; ``spots_m`` (N, 2): where people stood or sheets lay; ``zh``, ``en``: what it
    was made from, one line each.
    """

    camera: Camera
    zh: str
    en: str
    picture_bgr: ImageBgr | None = None
    findings: tuple[Finding, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    spots_m: FloatArray | None = None
    lens: Lens | None = None

    def save(self, out: Path) -> None:
        """Write the camera file; CameraError when a finding forbids it."""
        save(self.camera, out, self.findings, self.extra)

    def advice(self) -> tuple[str, str] | None:
        """How to make it better, zh and en; None when it is good or knows the lens only."""
        return None if self.lens is not None else advice(self.camera)
