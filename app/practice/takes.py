"""Takes of the practise page: a folder each below ``practice/``, scored there, kept in the library or removed.

A take is removed when its user's next one starts, and after a day in any case.
"""

from __future__ import annotations

import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from app.engine import Choices
from app.files import remove, writing_to
from app.inputs import Inputs, Task
from app.library.takes import REPORT_FILE, Take, add_take
from app.places import Places
from app.privacy.consents import require_consent
from app.texts import pick
from vision.errors import UsageError
from vision.quantities import DRILL_TEXT
from vision.types import Drill, Subject

KEPT_S = 24 * 3600.0
REPORT_FOLDER = "report"
ORIGIN = "practice"


@dataclass(frozen=True, slots=True)
class Order:
    """What a practice is judged by."""

    standard: str
    drill: Drill
    subject: Subject
    calibration: Path | None = None
    neutral: Path | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class PracticeTake:
    """A recording or picture on its way to a report."""

    folder: Path
    recording: Path
    order: Order

    @property
    def report_folder(self) -> Path:
        """Where the report is, or will be."""
        return self.folder / REPORT_FOLDER

    @property
    def report(self) -> Path:
        """The report's file."""
        return self.report_folder / REPORT_FILE


def take_folder(places: Places) -> Path:
    """A new folder for a take. NoConsentError before the viewer agreed, OutputError when the disk refuses."""
    require_consent(places)
    folder = places.practice / secrets.token_hex(8)
    with writing_to(places.practice):
        folder.mkdir(parents=True)
    return folder


def take_of(recording: Path, order: Order, places: Places) -> PracticeTake:
    """Move a recording of ours into a take of its own."""
    folder = take_folder(places)
    with writing_to(folder):
        moved = Path(shutil.move(recording, folder / recording.name))
    return PracticeTake(folder, moved, order)


def scoring(take: PracticeTake) -> tuple[Inputs, Choices, Path]:
    """What a `app.jobs.JobBoard` is started with: inputs, choices, output folder."""
    order = take.order
    task = Task(
        path=take.recording.name,
        file=take.recording,
        folder=REPORT_FOLDER,
        subject=order.subject,
        standard=order.standard,
        calibration=order.calibration,
        drill=order.drill,
    )
    return Inputs((task,)), Choices(language=order.language, neutral=order.neutral), take.folder


def keep(take: PracticeTake, places: Places) -> Take:
    """Move a scored take into the library; UsageError when there is no report (removed meanwhile)."""
    if not take.report.is_file() or not take.recording.is_file():
        raise UsageError("this take is gone; practise once more", "这段练习已被清除，请再练一次")
    drill = pick(take.order.language, *DRILL_TEXT[take.order.drill])
    title = " · ".join(part for part in (take.order.subject.trainee, drill) if part)
    kept = add_take(places, take.report_folder, take.recording, ORIGIN, title=title)
    remove(take.folder)
    return kept


def forget(take: PracticeTake | None) -> None:
    """Remove a take that was not kept."""
    if take is not None:
        remove(take.folder)


def forget_old(places: Places, now_s: float | None = None) -> None:
    """Remove what is older than a day."""
    now_s = time.time() if now_s is None else now_s
    for folder in places.practice.iterdir() if places.practice.is_dir() else ():
        if now_s - folder.stat().st_mtime > KEPT_S:
            remove(folder)
