"""A neutral with the doubt about its camera: a file of another or a moved camera would bend the trainee's upright."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.calibrating.against import CheckTask, check_file
from app.calibrating.pictures import Progress, sampled, unwatched
from app.calibrating.upright import make_neutral
from calibration.check import Finding
from calibration.files import load_camera
from calibration.neutral import Neutral
from vision.types import ImageBgr, Subject


@dataclass(frozen=True, slots=True)
class NeutralTask:
    """Arguments of `checked_neutral`; ``calibration``: a camera file, None = assumed."""

    recording: Path
    calibration: Path | None
    subject: Subject


@dataclass(frozen=True, slots=True)
class CheckedNeutral:
    """The neutral, what was found against its camera, and the first picture."""

    neutral: Neutral
    findings: tuple[Finding, ...]
    picture_bgr: ImageBgr


def checked_neutral(task: NeutralTask, progress: Progress = unwatched) -> CheckedNeutral:
    """The neutral of somebody who stands still, its camera held against the same recording. Runs in a worker."""
    camera = None if task.calibration is None else load_camera(task.calibration)
    neutral = make_neutral(task.recording, camera, task.subject)
    progress(0.6)
    findings: tuple[Finding, ...] = ()
    if task.calibration is not None:
        files = [task.recording]
        findings = check_file(CheckTask(task.calibration, files, task.subject.height_cm)).findings
    return CheckedNeutral(neutral, findings, next(iter(sampled([task.recording]))).image_bgr)
