"""From what stands on the command line to one task per recording."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app import remote
from app.manifest import Row
from vision.errors import MediaError
from vision.types import Drill, Subject

MEDIA_SUFFIXES = frozenset(
    f".{name}"
    for names in (
        ("mp4", "mov", "m4v", "mkv", "webm", "avi", "mpg", "mpeg", "mts", "m2ts", "ts", "wmv", "flv", "3gp"),
        ("mjpeg", "mjpg", "gif", "jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif"),
    )
    for name in names
)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the command line says of every recording; a manifest's filled cell goes before it."""

    calibration: Path | None = None
    height_cm: float | None = None
    sex: str | None = None
    standard: str = "telecom"
    drill: Drill | None = None  # None: find out


@dataclass(frozen=True, slots=True)
class Task:
    """One recording to score or measure."""

    path: str  # as given by the user, on the command line or in the manifest
    file: Path
    folder: str  # name of the report folder
    subject: Subject
    standard: str
    calibration: Path | None
    drill: Drill | None
    url: str | None = None  # where it lies when no folder of this machine holds it; ``file`` is then its name


@dataclass(frozen=True, slots=True)
class Nothing:
    """An input that leads to no recording at all: a missing file, a folder without media."""

    path: str
    error: MediaError


@dataclass(frozen=True, slots=True)
class Inputs:
    """What there is to do, and what could not be found."""

    tasks: tuple[Task, ...]
    nothing: tuple[Nothing, ...] = ()


def gather(inputs: Sequence[str], manifest: Sequence[Row] | None, defaults: Defaults) -> Inputs:
    """Expand files, folders and globs; a manifest alone stands for all its recordings."""
    nothing: list[Nothing] = []
    rows = list(_rows(_found(inputs, nothing), manifest or ()) if inputs else manifest or ())
    folders = folder_names([row.file for row in rows])
    tasks = tuple(_task(row, folder, defaults) for row, folder in zip(rows, folders, strict=True))
    return Inputs(tasks, tuple(nothing))


def _task(row: Row, folder: str, defaults: Defaults) -> Task:
    return Task(
        path=row.path,
        file=row.file,
        folder=folder,
        subject=Subject(row.trainee, row.height_cm or defaults.height_cm, row.sex or defaults.sex),
        standard=row.standard or defaults.standard,
        calibration=row.calibration or defaults.calibration,
        drill=row.drill or defaults.drill,
        url=row.url,
    )


def _rows(found: Iterable[str], manifest: Sequence[Row]) -> Iterator[Row]:
    """Each file with what the manifest says of it; a file that stands there twice is done twice."""
    by_file: dict[Path | str, list[Row]] = {}
    for row in manifest:
        by_file.setdefault(row.url or row.file.resolve(), []).append(row)
    seen: set[Path | str] = set()
    for path in found:
        plain = row_of(path)
        file = plain.url or plain.file.resolve()
        if file in seen:
            continue
        seen.add(file)
        for row in by_file.get(file, [plain]):
            yield replace(row, path=path, file=plain.file)


def row_of(path: str) -> Row:
    """A recording of which only its path or URL is known."""
    if remote.is_url(path):
        return Row(path, Path(remote.name_of(path)), url=path)
    return Row(path, Path(remote.local_text(path)))


def _found(inputs: Sequence[str], nothing: list[Nothing]) -> Iterator[str]:
    """Every recording that the inputs name, in their order; folders and globs sorted by name."""
    for given in map(remote.local_text, inputs):
        if remote.is_url(given):
            yield from _remote(given, nothing)
        elif Path(given).is_dir():
            media = media_in(Path(given))
            if not media:
                nothing.append(Nothing(given, _no_media(given)))
            yield from media
        elif Path(given).exists() or not glob.has_magic(given):
            yield given  # a missing file is reported where it would be read
        else:
            yield from _matches(given, nothing)


def _remote(given: str, nothing: list[Nothing]) -> Iterator[str]:
    """The recordings behind a URL: a file, what a folder holds, or what a pattern fits."""
    try:
        media = remote.media_below(given, MEDIA_SUFFIXES)
    except MediaError as error:
        nothing.append(Nothing(given, error))
        return
    if media == []:
        nothing.append(Nothing(given, _no_media(given)))
    yield from [given] if media is None else media


def _matches(pattern: str, nothing: list[Nothing]) -> Iterator[str]:
    media: list[str] = []
    for match in sorted(glob.glob(pattern, recursive=True)):
        if Path(match).is_dir():
            media.extend(media_in(Path(match)))
        elif Path(match).suffix.lower() in MEDIA_SUFFIXES:
            media.append(match)
    if not media:
        nothing.append(Nothing(pattern, _no_match(pattern)))
    yield from media


def media_in(folder: Path) -> list[str]:
    """Media files below a folder; hidden files and folders are left alone."""
    return sorted(
        str(path)
        for path in folder.rglob("*")
        if path.suffix.lower() in MEDIA_SUFFIXES
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    )


def _no_media(folder: str) -> MediaError:
    return MediaError(f"{folder}: no videos or pictures in this folder", f"{folder}：该文件夹中没有视频或图片")


def _no_match(pattern: str) -> MediaError:
    return MediaError(f"{pattern}: no video or picture matches", f"{pattern}：没有匹配的视频或图片")


def folder_names(files: Sequence[Path]) -> list[str]:
    """A report folder for each file: its stem, and ``stem-2``, ``stem-3`` for further ones of that name.

    Names that differ only in case count as the same, as they would on Windows.
    """
    stems = [_fitting(file.stem.strip(". ")) or "input" for file in files]
    taken = {stem.casefold() for stem in stems}
    used: set[str] = set()
    names = []
    for stem in stems:
        name, count = stem, 1
        while name.casefold() in (used if count == 1 else taken):
            count += 1
            name = f"{stem}-{count}"
        used.add(name.casefold())
        taken.add(name.casefold())
        names.append(name)
    return names


def _fitting(stem: str) -> str:
    """Short enough for file systems that allow 255 bytes, with room for ``.part`` and a count."""
    return stem.encode("utf-8", errors="replace")[:200].decode("utf-8", errors="ignore")
