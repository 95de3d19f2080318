"""``yitai bench``: how right and how fast the program is."""

from __future__ import annotations

from pathlib import Path

from rich.progress import Progress

from app.bench.accuracy import page, run_trials, trials, without_camera
from app.bench.speed import measure_speed, speed_page
from app.session import EXIT_INPUT, EXIT_OK, Session
from vision.files import atomic_write


def bench_accuracy(truth: Path, out: Path | None, jobs: int, session: Session) -> int:
    """Examine a truth set with and without its camera files and write the tables."""
    found = trials(truth)
    variants = {
        "With the true camera files": found,
        "Without camera files (the program assumes a camera)": without_camera(found),
    }
    with Progress(console=session.err, disable=not session.err.is_terminal, transient=True) as bar:
        task = bar.add_task(truth.name, total=len(found) * len(variants))
        sections = {title: run_trials(each, jobs, lambda: bar.advance(task)) for title, each in variants.items()}
    _write(page(truth, sections), out, session)
    return EXIT_INPUT if any(outcome.failures for outcome in sections.values()) else EXIT_OK


def bench_speed(recording: Path | None, out: Path | None, session: Session) -> int:
    """Time the stages on one recording beside the bare pose network and write the table."""
    _write(speed_page(measure_speed(recording)), out, session)
    return EXIT_OK


def _write(text: str, out: Path | None, session: Session) -> None:
    if out is None:
        session.say(text, text)
        return
    atomic_write(out, text)
    session.say(f"已写入 {out}", f"written to {out}")
