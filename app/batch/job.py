"""What a worker does with one recording, wherever the worker runs: fetch, score, leave a finished report folder.

A long recording on a cluster is first cut up (`Split`): its pieces are watched
by whoever is free and kept beside the reports, then the recording itself is
asked for again and finds them there. A run that was killed goes on from the same pieces.
"""

from __future__ import annotations

import functools
import hashlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app import engine, remote
from app.batch.place import Place, place_of
from app.batch.resume import finished_row, made_by, note_run, options_hash
from app.batch.summary import SummaryRow
from app.files import remove
from app.inputs import Task
from app.settings import program_version
from vision.errors import MediaError, YitaiError

PIECES = ".pieces"
WATCHING_SHARE = 0.85  # of the work on a recording, for progress
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A small file that a worker without our disk needs: a camera file, a pack, a neutral file."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs for one recording.

    ``run``: names the run, so that a repeated attempt finds what the first one finished; ``shared``: others
    may watch pieces of it; ``version``: of the program that asks.
    """

    task: Task
    choices: engine.Choices
    out: Path | str
    resume: bool
    run: str = ""
    shared: bool = False
    version: str = ""
    enclosed: tuple[Enclosed, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A row, whether an earlier run had made it, and how many frames were looked at."""

    row: SummaryRow
    resumed: bool
    frames: int = 0


@dataclass(frozen=True, slots=True)
class Split:
    """Work to be done first, by anybody; then the same task is asked for again."""

    work: Callable[[Any, Progress], Any]
    tasks: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class PieceJob:
    """One piece of a long recording, to be kept as ``name`` in the place of the reports."""

    job: Job
    number: int
    name: str


def score_job(job: Job, progress: Progress) -> Result | Split:
    """Score one recording into its final folder, or find it done. Runs in a worker."""
    if job.version and job.version != program_version():
        raise YitaiError(
            f"this worker runs Yitai {program_version()}, the command is {job.version}; install the same everywhere",
            f"该工作进程的版本是 {program_version()}，命令的版本是 {job.version}；请统一版本",
        )
    place = place_of(job.out)
    folder = place.at(job.task.folder)
    with _opened(job) as (task, choices):
        options = options_hash(task, choices)
        if job.run and (row := made_by(folder, job.run)):
            return Result(row, resumed=False, frames=row.frames or 0)
        if job.resume and (row := finished_row(folder, job.task, options, file_of)):
            return Result(replace(row, path=job.task.path), resumed=True)
        task = replace(task, file=file_of(job.task), url=None)
        names = _pieces(task, options)
        missing = [PieceJob(job, number, name) for number, name in enumerate(names) if not place.has(name)]
        if missing and job.shared:
            return Split(piece_job, tuple(missing))
        for count, piece in enumerate(missing):
            piece_job(piece, _part_of(progress, count, len(missing)))
        return _scored(job, task, choices, options, place, progress, names)


def _part_of(progress: Progress, count: int, parts: int) -> Progress:
    """Progress of one of several parts as progress of the whole."""
    return lambda share: progress((count + share) / parts * WATCHING_SHARE)


def piece_job(piece: PieceJob, progress: Progress) -> None:
    """Watch one piece of a long recording and keep it. Runs in a worker."""
    from vision.pieces import save_piece, spans_of, watch_span
    from vision.video import probe

    file = file_of(piece.job.task)
    info = probe(file)
    span = spans_of(file, info)[piece.number]
    end_s = min(span.end_s, info.duration_s or span.end_s)
    choices = piece.job.choices

    def advance(time_s: float) -> None:
        progress(min(1.0, max(0.0, (time_s - span.start_s) / max(end_s - span.start_s, 1e-3))))

    watched = watch_span(file, span, info.size_wh, choices.person, choices.sample_fps, advance, fast=choices.fast)
    with tempfile.TemporaryDirectory(prefix="piece-", dir=_made(scratch_folder())) as folder:
        kept = Path(folder) / "piece.npz"
        save_piece(kept, watched)
        place_of(piece.job.out).put(kept, piece.name)


def _scored(
    job: Job, task: Task, choices: engine.Choices, options: str, place: Place, progress: Progress, names: list[str]
) -> Result:
    grown = place.growing(job.task.folder, scratch_folder())
    try:
        with tempfile.TemporaryDirectory(prefix="pieces-", dir=_made(scratch_folder())) as pieces:
            for name in names:
                place.fetch(name, Path(pieces) / Path(name).name)
            shown = job.task.url or str(job.task.file)
            scored = engine.score(task, choices, grown, progress, shown, Path(pieces) if names else None)
        row = _in_folder(scored.row, job.task.folder)
        mark = remote.fingerprint(job.task.url) if job.task.url else None
        note_run(grown, options, scored.sha256, row, run=job.run, mark=mark)
        place.publish(grown, job.task.folder)
        if names:
            place.remove(Path(names[0]).parent.as_posix())
    finally:
        remove(grown)
    return Result(row, resumed=False, frames=row.frames or 0)


def _in_folder(row: SummaryRow, folder: str) -> SummaryRow:
    """The row with its report files named as seen from the summary."""
    report, html = (f"{folder}/{name}" if name else None for name in (row.report, row.html))
    return replace(row, report=report, html=html)


def _pieces(task: Task, options: str) -> list[str]:
    """Where the pieces of a long recording are kept, by what they depend on; none for any other."""
    from vision.pieces import LEAD_S, PIECE_S, piece_file, spans_of
    from vision.types import Drill
    from vision.video import probe

    if task.drill is Drill.GROOM:
        return []
    count = len(spans_of(task.file, probe(task.file)))
    if count < 2:
        return []
    asked = f"{engine.content_hash(task.file)} {options} {PIECE_S} {LEAD_S}"
    folder = Path(PIECES) / hashlib.sha256(asked.encode()).hexdigest()[:20]
    return [piece_file(folder, number).as_posix() for number in range(count)]


@contextmanager
def _opened(job: Job) -> Iterator[tuple[Task, engine.Choices]]:
    """Task and choices with every enclosed file as one of this machine."""
    if not job.enclosed:
        yield job.task, job.choices
        return
    with tempfile.TemporaryDirectory(prefix="enclosed-", dir=_made(scratch_folder())) as folder:
        here: dict[str, Path] = {}
        for number, one in enumerate(job.enclosed):
            file = Path(folder) / str(number) / Path(one.path).name
            file.parent.mkdir()
            file.write_bytes(one.content)
            here[one.path] = file
        calibration, neutral = job.task.calibration, job.choices.neutral
        yield (
            replace(
                job.task,
                calibration=calibration and here.get(str(calibration), calibration),
                standard=str(here.get(job.task.standard, job.task.standard)),
            ),
            replace(job.choices, neutral=neutral and here.get(str(neutral), neutral)),
        )


def enclosed_of(task: Task, choices: engine.Choices) -> tuple[Enclosed, ...]:
    """The files of this machine that workers elsewhere need for a task, recordings excepted."""
    packs = [Path(task.standard)] if task.standard.endswith(".toml") else []
    files = [file for file in (task.calibration, choices.neutral, *packs) if file is not None]
    return tuple(Enclosed(str(file), _content(file)) for file in files)


@functools.lru_cache(maxsize=64)
def _content(file: Path) -> bytes:
    return file.read_bytes()


def file_of(task: Task) -> Path:
    """The recording on this machine.

    One that was fetched is kept for the next piece of it; fetching another removes it. A worker does one
    task at a time, so nobody else reads it then.
    """
    if task.url is None:
        return task.file
    fetched = scratch_folder() / "fetched"
    goal = fetched / remote.fingerprint(task.url)[:20] / remote.name_of(task.url)
    if not goal.is_file():
        remove(fetched)
        remote.download(task.url, goal)
    return goal


def is_long(file: Path) -> bool:
    """Whether a recording is watched in pieces, as far as its heading tells; False for what cannot be read."""
    from vision.pieces import PIECE_S
    from vision.video import probe

    try:
        return (probe(file).duration_s or 0.0) >= 2 * PIECE_S
    except MediaError:
        return False


def scratch_folder() -> Path:
    """Where this worker keeps what need not stay; it goes with the worker."""
    if "distributed" in sys.modules:  # else this is no worker of a cluster, and importing it takes a second
        from distributed import get_worker

        with suppress(ValueError):
            return Path(get_worker().local_directory) / "yitai"
    return Path(_own_scratch().name)


@functools.cache
def _own_scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="yitai-")


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror or str(error)
        raise MediaError(f"{folder}: no room to work in: {why}", f"{folder}：临时文件夹不可用：{why}") from error
    return folder
