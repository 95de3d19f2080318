"""Recordings on their way into the library: scored in the background, taken in when they are done.

What is under way lies on disk, in hidden folders of the library, so that a
page that was closed meanwhile loses nothing: whoever looks next takes it in.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Container
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import app as program
from app.engine import Choices
from app.files import remove, writing_to
from app.inputs import Defaults, Task, gather
from app.library.pictures import thumbnail
from app.library.records import REPORT_FILE, store_of
from app.library.takes import Take, add_take, find_take
from app.manifest import read_manifest
from app.places import Places
from app.privacy.consents import require_consent_of
from app.store.recordings import taken_in
from app.store.viewers import LOCAL, Role, Viewer
from vision.files import atomic_write
from vision.types import Drill, Subject

INCOMING = ".incoming"
ORDER_FILE = "order.json"
SCORED = "scored"
TASK_FOLDER = "take"  # the name of the report folder of an order's only task
MANIFEST = "manifest.csv"
SAMPLE = "sample"
_TAKING_IN = threading.Lock()  # two sessions may look at once
TRIES = 3
KEPT_S = 7 * 24 * 3600.0  # an order that came to nothing is forgotten after a week


@dataclass(frozen=True, slots=True)
class Order:
    """A recording that waits for its report: which file, what the take will be called, and who asked for it.

    ``task`` and ``choices`` say how it is scored, so that it can be begun again; ``tries`` counts how often it was.
    """

    folder: Path
    recording: str
    title: str
    origin: str
    viewer: Viewer = LOCAL
    task: dict[str, Any] | None = None
    choices: dict[str, Any] | None = None
    tries: int = 0

    @property
    def out(self) -> Path:
        """The output folder for `app.jobs.JobBoard.start`."""
        return self.folder / SCORED


def order(places: Places, task: Task, title: str, origin: str, choices: Choices | None = None) -> Order:
    """Note that ``task`` (its folder is `TASK_FOLDER`) is being scored for the library.

    NoConsentError when who is shown did not agree to being recorded; the shipped samples show nobody.
    """
    if origin != SAMPLE:
        require_consent_of(places, task.subject.trainee)
    folder = places.library / INCOMING / secrets.token_hex(8)
    given = None if choices is None else _plain({**asdict(choices), "formats": sorted(choices.formats)})
    placed = Order(folder, str(task.file), title, origin, places.viewer, _plain(asdict(task)), given)
    with writing_to(folder):
        folder.mkdir(parents=True)
    _note(placed)
    return placed


def _note(placed: Order) -> None:
    document = {name: value for name, value in asdict(placed).items() if name != "folder"}
    atomic_write(placed.folder / ORDER_FILE, json.dumps(document, ensure_ascii=False) + "\n")


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Path) else value for name, value in values.items()}


def interrupted(places: Places, running: Container[str]) -> tuple[tuple[Order, Task, Choices], ...]:
    """The viewer's orders that no job works on (``running``: the names of folders that one does), to begin again.

    Each is handed out at most `TRIES` times: a recording that ends the program must not do so for ever.
    """
    incoming = places.library / INCOMING
    found = []
    with _TAKING_IN:
        for folder in sorted(incoming.iterdir()) if incoming.is_dir() else ():
            placed = _order(folder)
            if placed is None or folder.name in running or placed.viewer.account != places.viewer.account:
                continue
            if placed.task is None or placed.choices is None or placed.tries >= TRIES:
                continue
            if Path(placed.recording).is_file() and not (placed.out / TASK_FOLDER / REPORT_FILE).is_file():
                _note(replace(placed, tries=placed.tries + 1))
                found.append((placed, _task(placed.task), _choices(placed.choices)))
    return tuple(found)


def _task(document: dict[str, Any]) -> Task:
    return Task(
        path=document["path"],
        file=Path(document["file"]),
        folder=TASK_FOLDER,
        subject=Subject(**document["subject"]),
        standard=document["standard"],
        calibration=Path(document["calibration"]) if document["calibration"] else None,
        drill=Drill(document["drill"]) if document["drill"] else None,
    )


def _choices(document: dict[str, Any]) -> Choices:
    return Choices(
        formats=frozenset(document["formats"]),
        video=bool(document["video"]),
        language=document["language"],
        neutral=Path(document["neutral"]) if document["neutral"] else None,
    )


def take_in(places: Places) -> tuple[Take, ...]:
    """Move what is scored into the library; what cannot be read or is long forgotten is removed.

    Each take is its orderer's; those that the viewer may see are returned.
    """
    with _TAKING_IN:
        taken = _take_in(places)
    return tuple(take for take in taken if find_take(places, take.id) is not None)


def _take_in(places: Places) -> list[Take]:
    incoming = places.library / INCOMING
    takes = []
    known = taken_in(store_of(places)) if incoming.is_dir() and any(incoming.iterdir()) else frozenset()
    for folder in sorted(incoming.iterdir()) if incoming.is_dir() else ():
        placed = _order(folder)
        if placed is None:
            _forget_old(folder)
            continue
        if folder.name in known:  # the program ended between taking in and clearing away
            _clear(placed, places)
            continue
        scored = placed.out / TASK_FOLDER
        if (scored / REPORT_FILE).is_file() and Path(placed.recording).is_file():
            theirs = replace(places, viewer=placed.viewer)
            recording = Path(placed.recording)
            take = add_take(theirs, scored, recording, placed.origin, title=placed.title, intake=folder.name)
            remove(folder)
            thumbnail(take)
            takes.append(take)
        else:
            _forget_old(folder)
    return takes


def _clear(placed: Order, places: Places) -> None:
    recording = Path(placed.recording)
    if recording.resolve().is_relative_to(places.root.resolve()):
        remove(recording)
    remove(placed.folder)


def forget_orders(places: Places) -> int:
    """Remove what the viewer's recordings wait for, and the recordings; how many. A job on one fails and says so."""
    incoming = places.library / INCOMING
    with _TAKING_IN:
        mine = [
            placed
            for folder in (sorted(incoming.iterdir()) if incoming.is_dir() else ())
            if (placed := _order(folder)) is not None and placed.viewer.account == places.viewer.account
        ]
        for placed in mine:
            _clear(placed, places)
    return len(mine)


def _order(folder: Path) -> Order | None:
    try:
        document = json.loads((folder / ORDER_FILE).read_text(encoding="utf-8"))
        given = document.pop("viewer", None)
        viewer = LOCAL if given is None else Viewer(**{**given, "role": Role(given["role"])})
        return Order(folder=folder, viewer=viewer, **document)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
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
