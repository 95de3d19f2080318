"""Recordings on their way into the library: scored in the background, taken in when they are done.

What is under way lies on disk, in hidden folders of the library, so that a
page that was closed meanwhile loses nothing: whoever looks next takes it in.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import app as program
from app.files import remove, writing_to
from app.inputs import Defaults, Task, gather
from app.library.pictures import thumbnail
from app.library.takes import REPORT_FILE, Take, add_take
from app.manifest import read_manifest
from app.places import Places
from vision.files import atomic_write

INCOMING = ".incoming"
ORDER_FILE = "order.json"
SCORED = "scored"
TASK_FOLDER = "take"  # the name of the report folder of an order's only task
MANIFEST = "manifest.csv"
_TAKING_IN = threading.Lock()  # two sessions may look at once
KEPT_S = 7 * 24 * 3600.0  # an order that came to nothing is forgotten after a week


@dataclass(frozen=True, slots=True)
class Order:
    """A recording that waits for its report: which file, and what the take will be called."""

    folder: Path
    recording: str
    title: str
    origin: str

    @property
    def out(self) -> Path:
        """The output folder for `app.jobs.JobBoard.start`."""
        return self.folder / SCORED


def order(places: Places, task: Task, title: str, origin: str) -> Order:
    """Note that ``task`` (its folder is `TASK_FOLDER`) is being scored for the library."""
    folder = places.library / INCOMING / secrets.token_hex(8)
    placed = Order(folder, str(task.file), title, origin)
    with writing_to(folder):
        folder.mkdir(parents=True)
    document = {name: value for name, value in asdict(placed).items() if name != "folder"}
    atomic_write(folder / ORDER_FILE, json.dumps(document, ensure_ascii=False) + "\n")
    return placed


def take_in(places: Places) -> tuple[Take, ...]:
    """Move what is scored into the library; what cannot be read or is long forgotten is removed."""
    with _TAKING_IN:
        return tuple(_take_in(places))


def _take_in(places: Places) -> list[Take]:
    incoming = places.library / INCOMING
    takes = []
    for folder in sorted(incoming.iterdir()) if incoming.is_dir() else ():
        placed = _order(folder)
        if placed is None:
            _forget_old(folder)
            continue
        scored = placed.out / TASK_FOLDER
        if (scored / REPORT_FILE).is_file() and Path(placed.recording).is_file():
            take = add_take(places, scored, Path(placed.recording), placed.origin, title=placed.title)
            remove(folder)
            thumbnail(take)
            takes.append(take)
        else:
            _forget_old(folder)
    return takes


def _order(folder: Path) -> Order | None:
    try:
        document = json.loads((folder / ORDER_FILE).read_text(encoding="utf-8"))
        return Order(folder=folder, **document)
    except (OSError, ValueError, TypeError):
        return None


def _forget_old(folder: Path) -> None:
    try:
        age_s = time.time() - folder.stat().st_mtime
    except OSError:
        return  # taken in by another session
    if age_s > KEPT_S:
        remove(folder)


def shipped_samples() -> Path | None:
    """The folder of sample clips beside the program; None where it was not shipped."""
    folder = Path(program.__path__[0]).resolve().parent / "sample_media"
    return folder if (folder / MANIFEST).is_file() else None


def sample_tasks(folder: Path, standard: str) -> tuple[Task, ...]:
    """The sample clips with their cameras and people, as the manifest lists them."""
    inputs = gather((), read_manifest(folder / MANIFEST), Defaults(standard=standard))
    return tuple(replace(task, folder=TASK_FOLDER) for task in inputs.tasks)
