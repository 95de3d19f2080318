"""A long recording watched in pieces: several processes share the work, and a stopped run goes on where it was.

The pose network's tracking mode carries state from frame to frame, so a cut
changes the numbers of the frames after it a little. Pieces are therefore
always the same, `PIECE_S` of the recording's own time, also where one process
watches them all: what comes out never depends on who did the work. Each piece
starts `LEAD_S` early, so that tracking has settled when its own frames come.
Recordings shorter than two pieces are one piece: for them nothing changes.
"""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vision.between import filled
from vision.errors import MediaError
from vision.files import replacing
from vision.subject import SubjectTracker
from vision.types import Notice, PoseObservation
from vision.video import MediaInfo, frames, last_seekable_s
from vision.watch import Looked, Track, follow, observe, pace, subject_mode, track_of

PIECE_S = 60.0
LEAD_S = 2.0
_TIME_SLACK_S = 1e-6

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Span:
    """The frames of a piece: ``start_s`` <= time < ``end_s``."""

    start_s: float = 0.0
    end_s: float = math.inf

    def lead_start_s(self, sample_fps: float | None) -> float:
        """Where watching begins: earlier, on a tick of the sampling rate."""
        early = max(0.0, self.start_s - LEAD_S)
        return early if sample_fps is None else math.floor(early * sample_fps) / sample_fps

    def holds(self, time_s: float) -> bool:
        """Whether a frame is this piece's own."""
        return self.start_s - _TIME_SLACK_S <= time_s < self.end_s - _TIME_SLACK_S


WHOLE = Span()


@dataclass(frozen=True, slots=True)
class Piece:
    """The frames of a span, and what the reader noticed."""

    looked: tuple[Looked, ...]
    notices: tuple[Notice, ...] = ()


def spans_of(path: Path | str, info: MediaInfo) -> tuple[Span, ...]:
    """The pieces of a recording; one where it is short, or where a reader cannot jump in it."""
    if info.kind == "still" or (info.duration_s or 0.0) < 2 * PIECE_S:
        return (WHOLE,)
    last_s = last_seekable_s(path)
    count = 1 if last_s is None else max(1, math.floor(last_s / PIECE_S))
    starts = [PIECE_S * number for number in range(count)]
    return tuple(Span(start, end) for start, end in zip(starts, [*starts[1:], math.inf], strict=True))


def watch_span(
    path: Path | str,
    span: Span,
    size_wh: tuple[int, int],
    person: str,
    sample_fps: float | None,
    progress: Progress | None = None,
    *,
    fast: bool = False,
) -> Piece:
    """Watch one piece; ``progress`` hears the time (s) in the recording, ``fast`` looks at fewer frames.

    A piece in which nothing can be decoded is empty; MediaError when that is the whole recording.
    """
    tracker = SubjectTracker(subject_mode(person), size_wh)
    start_s = span.lead_start_s(sample_fps)
    end_s = None if math.isinf(span.end_s) else span.end_s
    try:
        with frames(path, sample_fps=sample_fps, start_s=start_s, end_s=end_s, **pace(fast)) as stream:
            looked = tuple(one for one in filled(tuple(observe(stream, tracker, progress))) if span.holds(one.time_s))
            return Piece(looked, stream.notices)
    except MediaError:
        if span == WHOLE:
            raise
        return Piece(())


def joined(pieces: Iterable[Piece], size_wh: tuple[int, int], person: str) -> tuple[Track, tuple[Notice, ...]]:
    """The subject's track over all pieces, one person kept throughout, and what the readers noticed.

    Pieces are taken one after the other and need not stay in memory.
    """
    tracker = SubjectTracker(subject_mode(person), size_wh)
    notices: dict[str, Notice] = {}

    def followed() -> Iterator[Iterator[Looked]]:
        for piece in pieces:
            notices.update({notice.code: notice for notice in piece.notices})
            yield follow(piece.looked, tracker)

    track = track_of(followed(), size_wh, ())
    return replace(track, notices=tracker.notices), tuple(notices.values())


def save_piece(path: Path, piece: Piece) -> None:
    """Keep a piece in a file (``.npz``), whole or not at all; OutputError on failure."""
    tries = [found for one in piece.looked for found in one.tries]
    people = [person for found in tries for person in found]
    with replacing(path) as part, part.open("xb") as file:
        np.savez(
            file,
            time_s=np.array([one.time_s for one in piece.looked]),
            index=np.array([one.index for one in piece.looked], dtype=np.int64),
            brightness=np.array([one.brightness for one in piece.looked]),
            passed_over=np.array([one.passed_over for one in piece.looked], dtype=np.bool_),
            chosen=np.array([-1 if one.chosen is None else one.chosen for one in piece.looked], dtype=np.int64),
            tries=np.array([len(one.tries) for one in piece.looked], dtype=np.int64),
            found=np.array([len(found) for found in tries], dtype=np.int64),
            image_px=np.array([p.image_landmarks_px for p in people]).reshape(-1, 33, 2),
            world_m=np.array([p.world_landmarks_m for p in people]).reshape(-1, 33, 3),
            visibility=np.array([p.visibility for p in people]).reshape(-1, 33),
            notices=np.array([(n.code, n.zh, n.en) for n in piece.notices], dtype=np.str_).reshape(-1, 3),
        )


def load_piece(path: Path) -> Piece | None:
    """A piece that `save_piece` kept, to the bit; None where there is none, or it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            columns = {name: kept[name] for name in kept.files}
        return Piece(tuple(_looked(columns)), tuple(Notice(*map(str, row)) for row in columns["notices"]))
    except (OSError, ValueError, KeyError, EOFError, StopIteration, zipfile.BadZipFile, zlib.error):
        return None


def _looked(columns: dict[str, np.ndarray]) -> Iterator[Looked]:  # type: ignore[type-arg]  # of many types
    people = zip(columns["image_px"], columns["world_m"], columns["visibility"], strict=True)
    found = iter(columns["found"].tolist())
    names = ("time_s", "index", "chosen", "tries", "brightness", "passed_over")
    frame_columns = (columns[name].tolist() for name in names)
    for time_s, index, chosen, tries, brightness, passed_over in zip(*frame_columns, strict=True):
        tried: list[tuple[PoseObservation, ...]] = []
        for _ in range(tries):
            tried.append(tuple(PoseObservation(*next(people), time_s) for _ in range(next(found))))
        yield Looked(time_s, index, tuple(tried), None if chosen < 0 else chosen, brightness, passed_over=passed_over)


def piece_file(folder: Path, number: int) -> Path:
    """Where a piece is kept."""
    return folder / f"piece-{number:04d}.npz"


def watch_in_pieces(
    path: Path | str,
    spans: Sequence[Span],
    size_wh: tuple[int, int],
    person: str,
    sample_fps: float | None,
    folder: Path | None = None,
    progress: Progress | None = None,
    *,
    fast: bool = False,
) -> tuple[Track, tuple[Notice, ...]]:
    """The subject's track over all spans; pieces that lie in ``folder`` are taken from there, others put there."""

    def each() -> Iterator[Piece]:
        for number, span in enumerate(spans):
            piece = None if folder is None else load_piece(piece_file(folder, number))
            if piece is None:
                piece = watch_span(path, span, size_wh, person, sample_fps, progress, fast=fast)
                if folder is not None:
                    save_piece(piece_file(folder, number), piece)
            elif progress is not None and piece.looked:
                progress(piece.looked[-1].time_s)
            yield piece

    return joined(each(), size_wh, person)
