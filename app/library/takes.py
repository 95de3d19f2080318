"""The library: one folder per take, with the report and what trainers wrote about it; the recording by its content.

Whose a take is and who may see it stands in the records (`app.store`); every
function here asks them on behalf of ``places.viewer``. A folder that is not
what it should be is listed as broken with one sentence; it never keeps the
others from being shown.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import ColumnElement

from app.files import is_plain_name, remove, writing_to
from app.inputs import MEDIA_SUFFIXES
from app.library.records import REPORT_FILE as REPORT_FILE
from app.library.records import (
    Card,
    enter_notes,
    indexed,
    new_recording,
    read_card,
    recording_path,
    stamp,
    store_of,
    write_card,
)
from app.places import Places
from app.store import audit, finding, recordings
from app.store.access import mine
from app.store.database import Store
from app.store.media import drop, media_lock, media_name, put, settle
from app.store.viewers import LOCAL
from vision.errors import YitaiError
from vision.report.jsonform import from_json
from vision.report.model import Report
from vision.types import Drill, Verdict

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


def list_takes(places: Places) -> tuple[Take, ...]:
    """The takes that the viewer may see, newest first; broken ones among them."""
    store = store_of(places)
    _enter_unknown(places, store)
    there = {folder.name: folder for folder in _folders(places.library)}
    rows = (row for row in recordings.listed(store, places.viewer) if row.id in there)
    return tuple(_take(store, there[row.id], row) for row in rows)


def takes_that(places: Places, which: ColumnElement[bool]) -> tuple[tuple[Take, recordings.Listed], ...]:
    """The takes that the viewer may see and that meet a condition on `Recording` and `Assessment`, the newest first,
    each with its row."""
    store = store_of(places)
    _enter_unknown(places, store)
    rows = recordings.listed(store, places.viewer, where=(which,))
    there = [(places.library / row.id, row) for row in rows]
    return tuple((_take(store, folder, row), row) for folder, row in there if folder.is_dir())


@dataclass(frozen=True, slots=True)
class TakesFound:
    """The newest takes that fit, and how many fit altogether."""

    takes: tuple[Take, ...]
    count: int


def search_takes(places: Places, search: str = "", *, most: int) -> TakesFound:
    """The newest takes that the viewer may see and that fit every word (`app.store.finding`), at most so many."""
    store = store_of(places)
    _enter_unknown(places, store)
    rows, count = finding.found(store, places.viewer, search, most=most)
    there = [(row, places.library / row.id) for row in rows]
    return TakesFound(tuple(_take(store, folder, row) for row, folder in there if folder.is_dir()), count)


def comparable_takes(places: Places, take: Take, *, most: int) -> tuple[tuple[Take, frozenset[str]], ...]:
    """Other takes that show a drill of this one, with what they are models of: models first, then the newest."""
    if take.headline is None or not take.headline.drills:
        return ()
    store, drills = store_of(places), take.headline.drills
    shown = finding.showing(drills)
    models = {
        name: shared
        for name, told in finding.models(store, places.viewer).items()
        if (shared := told & {drill.value for drill in drills})
    }
    rows, _ = finding.found(store, places.viewer, most=most + 1, further=(shown,))
    first, _ = finding.found(store, places.viewer, most=most, further=(shown, finding.among(tuple(models))))
    found = {row.id: row for row in (*first, *rows) if row.id != take.id and (places.library / row.id).is_dir()}
    others = [_take(store, places.library / row.id, row) for row in found.values()]
    kept = [other for other in others if other.headline is not None and not other.still]
    return tuple((other, models.get(other.id, frozenset())) for other in kept[:most])


def find_take(places: Places, take_id: str) -> Take | None:
    """The take called ``take_id``, or None: removed meanwhile, never there, or not the viewer's to see.

    Seeing another's is written into the audit log.
    """
    folder = places.library / take_id
    if not is_plain_name(take_id) or not folder.is_dir():
        return None
    store = store_of(places)
    rows = recordings.listed(store, places.viewer, take_id)
    if not rows and places.viewer.trains:
        _enter_unknown(places, store)
        rows = recordings.listed(store, places.viewer, take_id)
    if not rows:
        return None
    if not mine(places.viewer, rows[0].facts):
        audit.note(store, places.viewer, "see another's", take_id)
    return _take(store, folder, rows[0])


def add_take(
    places: Places,
    report_folder: Path,
    recording: Path,
    origin: str,
    *,
    title: str = "",
    keep: bool = False,
    intake: str | None = None,
) -> Take:
    """Take a report folder and its recording into the library.

    What lies in the data folder is moved (copied with ``keep``); files from elsewhere are the
    user's own and are copied. The take appears whole. OutputError when the disk refuses. The
    recording at its old place goes last, when the take stands in the records: whatever ends
    the program before leaves enough to begin again.
    """
    store, viewer, now = store_of(places), places.viewer, datetime.now(UTC)
    take_id = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
    media = media_name(recording)
    card = Card(
        title or recording.stem,
        now.isoformat(timespec="milliseconds"),
        origin,
        media,
        viewer.account,
        viewer.name,
        recordings.is_private_of(viewer),
        intake,
    )
    with media_lock(places.root):
        put(places.root, recording, media)
        folder = _appear(places, report_folder, take_id, card, keep)
        recordings.take_in(store, new_recording(take_id, card), indexed(folder))
    if not keep and _ours(recording, places):
        remove(recording)
    return _take(store, folder, recordings.listed(store, LOCAL, take_id)[0])


def _appear(places: Places, report_folder: Path, take_id: str, card: Card, keep: bool) -> Path:
    """The take's folder under its name, all at once: ours takes another name, another's is copied beside first."""
    final, part = places.library / take_id, places.library / f".{take_id}.part"
    moved = _ours(report_folder, places) and not keep
    try:
        with writing_to(places.library):
            places.library.mkdir(parents=True, exist_ok=True)
            if not moved:
                shutil.copytree(report_folder, part)
            whole = report_folder if moved else part
            write_card(whole, card)
            whole.rename(final)
            settle(places.library)
    finally:
        remove(part)
    return final


def remove_take(places: Places, take_id: str) -> None:
    """Delete a take with everything in it; UsageError when there is none of that name, or it may not be removed."""
    take = find_take(places, take_id)
    if take is None:
        raise recordings.gone()
    store = store_of(places)
    recordings.begin_removal(store, places.viewer, take_id)
    finish_removal(store, take_id)


def finish_removal(store: Store, take_id: str) -> None:
    """Delete the files of a take whose removal has begun, the recording unless another take has the same, the rows."""
    root = store.root
    media = recordings.media_of(store, take_id)
    with media_lock(root):
        remove(Places(root).library / take_id)
        recordings.end_removal(store, take_id)
        if media is not None and not recordings.of_media(store, media):
            drop(root, media)
    _report_at.cache_clear()


def enter(places: Places, folder: Path) -> None:
    """Have a folder of the library in the records, as its card, report and notes say."""
    store = store_of(places)
    with media_lock(places.root):
        if folder.is_dir():  # not removed meanwhile
            recordings.take_in(store, new_recording(folder.name, read_card(folder)), indexed(folder))
            enter_notes(store, folder)


def _enter_unknown(places: Places, store: Store) -> None:
    if places.library.is_dir():
        with os.scandir(places.library) as entries:  # of names alone: this runs for every list, over every take
            there = [one.name for one in entries if not one.name.startswith(".") and one.is_dir()]
        known = recordings.names(store)
        for name in there:
            if name not in known:
                enter(places, places.library / name)


def read_report(path: Path) -> Report:
    """The report of a file, from memory while the file is the same; YitaiError says what is wrong with it."""
    return _report_at(path, stamp(path))


def _ours(path: Path, places: Places) -> bool:
    return path.resolve().is_relative_to(places.root.resolve())


def _folders(library: Path) -> Iterator[Path]:
    if library.is_dir():
        with os.scandir(library) as entries:
            yield from (Path(one.path) for one in entries if not one.name.startswith(".") and one.is_dir())


def _take(store: Store, folder: Path, row: recordings.Listed) -> Take:
    """The take of a row. What the row says of the report holds while the file is the one that was read."""
    path = folder / REPORT_FILE
    problem, now = None, stamp(path)
    headline = _headline(row) if row.stamp == now and now != (0, 0) else None
    if headline is None:
        try:
            headline = _headline_at(path, now)
            again = indexed(folder)
            if again is not None:
                recordings.index(store, row.id, again)
        except YitaiError as error:
            problem = error
    recording = recording_path(folder.parent.parent, row.media) or legacy_recording(folder)
    created = row.created.isoformat(timespec="milliseconds")
    return Take(row.id, folder, row.title, created, row.origin, recording, headline, problem)


def _headline(row: recordings.Listed) -> Headline | None:
    if row.verdict is None or row.standard is None:
        return None
    drills = tuple(Drill(drill) for drill in row.drills)
    return Headline(row.trainee, drills, Verdict(row.verdict), row.score, row.standard, row.duration_s)


def legacy_recording(folder: Path) -> Path | None:
    """The recording of a take from before there was a store, which lies in its folder."""
    found = sorted(folder.glob(f"{RECORDING_STEM}.*"))
    return next((path for path in found if path.suffix.lower() in MEDIA_SUFFIXES), None)


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
