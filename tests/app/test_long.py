"""Long recordings: the same report whoever watched the pieces, and nothing watched twice after a kill."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from app.batch import pool
from app.batch.job import PIECES
from app.cli import main
from tests.app.clusters import PERSON, what_counts
from tests.app.test_score import start
from vision.pieces import PIECE_S, WHOLE, Piece, Span, load_piece, save_piece, spans_of, watch_span
from vision.video import VideoWriter, probe

SECONDS = 3 * PIECE_S + 5
FPS = 2.0
OPTIONS = ["--no-video", "--formats", "json,csv"]


@pytest.fixture(scope="module")
def long_take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three minutes of somebody who stands and is pushed about a little, at two frames a second."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    picture = cv2.imread(str(PERSON))
    with VideoWriter(path, (640, 360), FPS) as writer:
        for number in range(int(SECONDS * FPS)):
            shift = np.float32([[1, 0, 6 * np.sin(number / 9)], [0, 1, 0]])
            image = cv2.warpAffine(picture, shift, (640, 360), borderMode=cv2.BORDER_REPLICATE)
            writer.write(np.asarray(image, np.uint8), number / FPS)
    return path


def watched(asked: tuple[Path, Span], progress: Callable[[float], None]) -> Piece:
    """A piece, watched in a worker: the network's maker leaves files open."""
    path, span = asked
    return watch_span(path, span, probe(path).size_wh, "largest", 1.0, progress)


def report(out: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((out / "long" / "report.json").read_text(encoding="utf-8"))
    return document


def test_pieces_are_fixed_and_short_recordings_are_whole(long_take: Path) -> None:
    info = probe(long_take)
    assert spans_of(long_take, info) == (Span(0, 60), Span(60, 120), Span(120, float("inf")))
    short = probe(Path(__file__).parents[2] / "sample_media" / "d01_stand_v45.mp4")
    assert spans_of(short.path, short) == (WHOLE,)


@pytest.mark.model
def test_a_piece_holds_its_own_frames_and_comes_back_to_the_bit(long_take: Path, tmp_path: Path) -> None:
    spans = [(long_take, Span(50, 60)), (long_take, Span(60, 70))]
    pieces = [event.result for event in pool.run(watched, spans, 1) if isinstance(event, pool.Finished)]
    times = [one.time_s for piece in pieces for one in piece.looked]
    assert times == sorted(set(times))
    assert all(50 <= time_s < 60 for time_s in times[: len(pieces[0].looked)])
    np.testing.assert_allclose(np.diff(times), 1.0, atol=0.51)
    save_piece(tmp_path / "piece.npz", pieces[1])
    again = load_piece(tmp_path / "piece.npz")
    assert again is not None
    assert again.notices == pieces[1].notices
    for one, other in zip(pieces[1].looked, again.looked, strict=True):
        assert (one.time_s, one.index, one.chosen, one.brightness) == (
            other.time_s,
            other.index,
            other.chosen,
            other.brightness,
        )
        assert one.subject is not None
        assert other.subject is not None
        np.testing.assert_array_equal(one.subject.image_landmarks_px, other.subject.image_landmarks_px)
        np.testing.assert_array_equal(one.subject.world_landmarks_m, other.subject.world_landmarks_m)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a piece", b"\x93NUMPY"])
def test_a_damaged_piece_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "piece.npz").write_bytes(content)
    assert load_piece(tmp_path / "piece.npz") is None
    assert load_piece(tmp_path / "gone.npz") is None


@pytest.mark.model
@pytest.mark.slow
def test_one_worker_two_workers_and_a_killed_run_give_the_same_report(long_take: Path, tmp_path: Path) -> None:
    outs = {name: tmp_path / name for name in ("one", "two", "killed")}
    for name, jobs in (("one", "1"), ("two", "2")):
        assert main(["score", str(long_take), "--out", str(outs[name]), "--jobs", jobs, "--quiet", *OPTIONS]) == 0
    command = ["score", str(long_take), "--out", str(outs["killed"]), "--jobs", "1", "--quiet", *OPTIONS]
    process = start(command, start_new_session=True)
    until = time.monotonic() + 600
    while not list(outs["killed"].glob(f"{PIECES}/*/piece-0000.npz")) and time.monotonic() < until:
        time.sleep(0.05)
    process.kill()  # the parent alone: its worker sees the end of its pipe
    process.communicate()
    kept = {path: path.stat().st_mtime_ns for path in outs["killed"].glob(f"{PIECES}/*/*.npz")}
    assert kept
    assert not (outs["killed"] / "long").exists()
    again = tmp_path / "again"
    shutil.copytree(outs["killed"], again, copy_function=shutil.copy2)
    first = next(again.glob(f"{PIECES}/*/piece-0000.npz"))
    assert main([*command, "--resume"]) == 0
    expected = what_counts(report(outs["one"]))
    assert what_counts(report(outs["two"])) == expected
    assert what_counts(report(outs["killed"])) == expected
    assert (outs["two"] / "long" / "series.csv").read_bytes() == (outs["one"] / "long" / "series.csv").read_bytes()
    assert not list(outs["killed"].glob(f"{PIECES}/*")), "pieces go when the report is there"
    assert load_piece(first) is not None
