"""Files of a collection in the formats that were asked for, and all of them as one ZIP."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.exporting.certificate import certificate
from app.exporting.document import export_json
from app.exporting.gather import Collection, Item, Kind
from app.exporting.table import checks_csv
from app.exporting.workbook import workbook
from app.library.exports import trainers_report
from app.library.series import take_series
from app.server.uploads import safe_name
from vision.errors import UsageError
from vision.files import atomic_write, replacing
from vision.outputs import BODY_NAMES
from vision.records import RECORD_FILE, read_record
from vision.report import Motion
from vision.report.tables import series_csv
from vision.report.tracks import mot, trc, webvtt
from vision.report.wording import Language
from vision.report.write import printable

TOGETHER = ("xlsx", "csv", "json")  # one file for all takes
OF_A_TAKE = ("vtt", "series", "trc", "mot")
FORMATS = ("pdf", *TOGETHER, *OF_A_TAKE)
SUFFIX: Mapping[str, str] = {"csv": "checks.csv", "series": "series.csv"}
Named = tuple[str, bytes]


def parse_formats(text: str) -> tuple[str, ...]:
    """``pdf,xlsx`` in the order of `FORMATS`; UsageError names what is unknown."""
    wanted = {name.strip() for name in text.split(",") if name.strip()}
    unknown = sorted(wanted - set(FORMATS))
    if unknown or not wanted:
        known = ", ".join(FORMATS)
        what = unknown[0] if unknown else ""
        raise UsageError(f"unknown format '{what}'; known: {known}", f"没有 '{what}' 这种格式；可用：{known}")
    return tuple(name for name in FORMATS if name in wanted)


def files_of(collection: Collection, formats: Sequence[str], language: Language) -> Iterator[Named]:
    """Each file with its relative name. A take without a record of its course has no series, TRC and MOT."""
    name = _file_name(collection.name or collection.kind.value)
    makers: dict[str, Callable[[], bytes]] = {
        "xlsx": lambda: workbook(collection, language),
        "csv": lambda: checks_csv(collection),
        "json": lambda: export_json(collection, datetime.now(UTC).isoformat(timespec="seconds")).encode(),
    }
    for kind in TOGETHER:
        if kind in formats:
            yield f"{name}.{SUFFIX.get(kind, kind)}", makers[kind]()
    if "pdf" in formats:
        yield from _certificates(collection, name, language)
    own = [kind for kind in OF_A_TAKE if kind in formats]
    names = _unique([_file_name(item.title) for item in collection.items])
    for item, title in zip(collection.items, names, strict=True):
        stem = title if collection.kind is Kind.TAKE else f"takes/{title}/{title}"
        for kind in own:
            content = of_take(item, kind, language)
            if content is not None:
                yield f"{stem}.{SUFFIX.get(kind, kind)}", content


def _certificates(collection: Collection, name: str, language: Language) -> Iterator[Named]:
    if collection.kind is not Kind.CLASS:
        yield f"{name}.pdf", certificate(collection, language)
        return
    people = collection.by_trainee()
    names = _unique([_file_name(person or "unnamed") for person in people])
    for theirs, person in zip(people.values(), names, strict=True):
        yield f"people/{person}.pdf", certificate(theirs, language)


def of_take(item: Item, kind: str, language: Language) -> bytes | None:
    """One of `OF_A_TAKE`; None where the take does not hold what it is made of."""
    if kind == "vtt":
        return webvtt(printable(trainers_report(item.report, item.layer)), language).encode()
    if kind == "series":
        series = take_series(item.folder)
        return None if series is None else series_csv(series).encode()
    motion = motion_of(item.folder)
    if motion is None:
        return None
    return (trc(motion, "motion.trc") if kind == "trc" else mot(motion, "Coordinates")).encode()


def motion_of(folder: Path) -> Motion | None:
    """The reconstructed body over time; None where the folder has no record of it or a damaged one."""
    try:
        record = read_record(folder / RECORD_FILE)
    except (OSError, ValueError, KeyError):
        return None
    if not len(record.points_m):
        return None
    return Motion(record.series.times_s, BODY_NAMES, record.points_m)


def write_files(collection: Collection, formats: Sequence[str], language: Language, folder: Path) -> list[Path]:
    """Write the files, each whole or not at all; their paths. OutputError when the disk refuses."""
    written = []
    for name, content in files_of(collection, formats, language):
        atomic_write(folder / name, content)
        written.append(folder / name)
    return written


def write_zip(collection: Collection, formats: Sequence[str], language: Language, goal: Path) -> Path:
    """The same as one ZIP, which appears whole."""
    with replacing(goal) as part, zipfile.ZipFile(part, "x", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files_of(collection, formats, language):
            archive.writestr(name, content)
    return goal


def _file_name(text: str) -> str:
    """A name that file systems and people take, without an ending that would be lost."""
    return safe_name(text.replace("/", " ").replace("\\", " ")).lstrip("-~")[:80].strip(". ") or "export"


def _unique(names: Sequence[str]) -> list[str]:
    """The names, numbered where they would meet (also where only capitals differ)."""
    taken: set[str] = set()
    made = []
    for name in names:
        number, candidate = 1, name
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{name} ({number})"
        taken.add(candidate.casefold())
        made.append(candidate)
    return made
