"""The library: one folder per take, with the report, the recording and what trainers wrote about it.

A folder that is not what it should be is listed as broken with one sentence;
it never keeps the others from being shown.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from app.files import remove, writing_to
from app.inputs import MEDIA_SUFFIXES
from app.places import Places
from vision.errors import UsageError, YitaiError
from vision.files import atomic_write
from vision.report.jsonform import from_json
from vision.report.model import Report
from vision.types import Drill, Verdict

CARD_FILE = "take.json"
CARD_SCHEMA = "yitai.take/1"
REPORT_FILE = "report.json"
SERIES_FILE = "series.csv"
ANNOTATED_FILE = "annotated.mp4"
THUMBNAIL_FILE = "thumbnail.jpg"
RECORDING_STEM = "recording"
REPORTS_KEPT = 16  # read reports held in memory; their headlines are held for all
HEADLINES_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Headline:
    """What a list shows of a report."""

    trainee: str | None
    drills: tuple[Drill, ...]
    verdict: Verdict
    score: float | None
    standard: str
    duration_s: float | None  # None: a still


@dataclass(frozen=True, slots=True)
class Take:
    """A recording with its report. ``headline`` and ``report`` are None where ``problem`` says why."""

    id: str
    folder: Path
    title: str
    created: str  # ISO 8601, UTC: when it came into the library
    origin: str  # upload, practice, batch, sample ...
    recording: Path | None
    headline: Headline | None
    problem: YitaiError | None = None

    @property
    def report(self) -> Report | None:
        """The report as it stands on disk."""
        return None if self.problem is not None else read_report(self.folder / REPORT_FILE)

    @property
    def still(self) -> bool:
        """Whether this is one picture."""
        return self.headline is not None and self.headline.duration_s is None


@dataclass(frozen=True, slots=True)
class Card:
    """What ``take.json`` says."""

    title: str
    created: str
    origin: str


def list_takes(places: Places) -> tuple[Take, ...]:
    """All takes, newest first; broken ones among them."""
    takes = [_take(folder) for folder in _folders(places.library)]
    return tuple(sorted(takes, key=lambda take: (take.created, take.id), reverse=True))


def find_take(places: Places, take_id: str) -> Take | None:
    """The take called ``take_id``, or None (removed meanwhile, or never there)."""
    folder = places.library / take_id
    named = take_id and not take_id.startswith(".") and Path(take_id).name == take_id
    return _take(folder) if named and folder.is_dir() else None


def add_take(
    places: Places, report_folder: Path, recording: Path, origin: str, *, title: str = "", keep: bool = False
) -> Take:
    """Take a report folder and its recording into the library.

    What lies in the data folder is moved (copied with ``keep``); files from elsewhere are the
    user's own and are copied. The take appears whole. OutputError when the disk refuses.
    """
    now = datetime.now(UTC)
    take_id = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
    final, part = places.library / take_id, places.library / f".{take_id}.part"
    try:
        with writing_to(places.library):
            places.library.mkdir(parents=True, exist_ok=True)
            _bring(report_folder, part, places, keep)
            _bring(recording, part / f"{RECORDING_STEM}{recording.suffix.lower()}", places, keep)
            card = Card(title or recording.stem, now.isoformat(timespec="milliseconds"), origin)
            write_card(part, card)
            part.rename(final)
    finally:
        remove(part)
    return _take(final)


def remove_take(places: Places, take_id: str) -> None:
    """Delete a take with everything in it; UsageError when there is none of that name."""
    take = find_take(places, take_id)
    if take is None:
        raise UsageError("this take is not in the library any more", "这段录像已不在库中")
    remove(take.folder)


def write_card(folder: Path, card: Card) -> None:
    """Write ``take.json``."""
    atomic_write(
        folder / CARD_FILE, json.dumps({"schema": CARD_SCHEMA, **asdict(card)}, ensure_ascii=False, indent=1) + "\n"
    )


def read_report(path: Path) -> Report:
    """The report of a file, from memory while the file is the same; YitaiError says what is wrong with it."""
    return _report_at(path, _stamp(path))


def _bring(source: Path, target: Path, places: Places, keep: bool) -> None:
    """Move or copy a file or a folder; see `add_take`."""
    ours = source.resolve().is_relative_to(places.root.resolve())
    if ours and not keep:
        shutil.move(source, target)
    elif source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def _folders(library: Path) -> Iterator[Path]:
    if library.is_dir():
        yield from (path for path in library.iterdir() if path.is_dir() and not path.name.startswith("."))


def _take(folder: Path) -> Take:
    card = _card(folder)
    recording = _recording(folder)
    headline, problem = None, None
    try:
        path = folder / REPORT_FILE
        headline = _headline_at(path, _stamp(path))
    except YitaiError as error:
        problem = error
    return Take(folder.name, folder, card.title, card.created, card.origin, recording, headline, problem)


def _card(folder: Path) -> Card:
    """The card of a folder; one made up from the folder itself where it is missing or broken."""
    try:
        document = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        card = Card(document["title"], document["created"], document["origin"])
    except (OSError, ValueError, TypeError, KeyError):
        card = Card("", "", "")
    if all(isinstance(text, str) for text in asdict(card).values()) and card.created:
        return card
    changed = datetime.fromtimestamp(_stamp(folder)[0] / 1e9, UTC)
    return Card(folder.name, changed.isoformat(timespec="milliseconds"), "")


def _recording(folder: Path) -> Path | None:
    found = sorted(folder.glob(f"{RECORDING_STEM}.*"))
    return next((path for path in found if path.suffix.lower() in MEDIA_SUFFIXES), None)


def _stamp(path: Path) -> tuple[int, int]:
    """Time of the last change (ns) and size; zeros when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=REPORTS_KEPT)
def _report_at(path: Path, stamp: tuple[int, int]) -> Report:
    if stamp == (0, 0):
        raise YitaiError("there is no report in this folder", "文件夹中没有报告")
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        why = error.strerror or str(error)
        raise YitaiError(f"the report cannot be read: {why}", f"报告无法读取：{why}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise YitaiError(
            "the report is damaged or was made by another program; score the recording again",
            "报告已损坏，或不是本程序生成的；请重新评测这段录像",
        ) from error


@lru_cache(maxsize=HEADLINES_KEPT)
def _headline_at(path: Path, stamp: tuple[int, int]) -> Headline:
    report = _report_at(path, stamp)
    return Headline(
        trainee=report.subject.trainee,
        drills=tuple(dict.fromkeys(segment.drill for segment in report.segments)),
        verdict=report.overall.verdict,
        score=report.overall.value,
        standard=report.standard.id,
        duration_s=report.source.duration_s,
    )
