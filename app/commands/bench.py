"""``yitai bench``: how right and how fast the program is."""

from __future__ import annotations

import tempfile
from pathlib import Path

from rich.progress import Progress

from app.bench.ablation import ablation_table, looked_at, plain_stills, samples_by_stage
from app.bench.accuracy import introduction, page, run_trials, trials, without_camera
from app.bench.grooming import page as grooming_page
from app.bench.grooming import portraits_in, run
from app.bench.pace import compare_paces, judging_section, pace_section, tasks_in, time_judging
from app.bench.person import camera_section, comparison, with_found_cameras
from app.bench.speed import SPEED_STEPS, measure_speed
from app.bench.speed_page import speed_page
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
        stills = list(plain_stills(found))
        task = bar.add_task(truth.name, total=len(found) * len(variants) + len(stills))
        sections = {title: run_trials(each, jobs, lambda: bar.advance(task)) for title, each in variants.items()}
        stages = samples_by_stage(looked_at(stills, lambda: bar.advance(task)))
    _write(page(truth, sections, ablation_table(stages)), out, session)
    return EXIT_INPUT if any(outcome.failures for outcome in sections.values()) else EXIT_OK


def bench_person(truth: Path, out: Path | None, jobs: int, session: Session) -> int:
    """Examine a truth set with its true cameras and with cameras found from its people, and write what that costs."""
    found = trials(truth)
    with (
        tempfile.TemporaryDirectory(prefix="yitai-") as folder,
        Progress(console=session.err, disable=not session.err.is_terminal, transient=True) as bar,
    ):
        task = bar.add_task(truth.name, total=3 * len(found))
        person, cameras, failures = with_found_cameras(found, Path(folder), jobs, lambda: bar.advance(task))
        sides = [run_trials(each, jobs, lambda: bar.advance(task)) for each in (found, person)]
    lines = [
        *introduction(f"yitai bench accuracy --calibration person --truth {truth.name}", "With a camera from a person"),
        *camera_section(cameras, failures),
        *comparison(sides[0], sides[1]),
    ]
    _write("\n".join(lines) + "\n", out, session)
    return EXIT_INPUT if any(side.failures for side in sides) else EXIT_OK


def bench_grooming(folder: Path, out: Path | None, session: Session) -> int:
    """Examine portraits with known truth in several kinds of light and write the tables."""
    with Progress(console=session.err, disable=not session.err.is_terminal, transient=True) as bar:
        task = bar.add_task(folder.name, total=len(portraits_in(folder)))
        outcome = run(folder, lambda: bar.advance(task))
    _write(grooming_page(folder, outcome), out, session)
    return EXIT_OK


def bench_speed(
    recording: Path | None, clips: Path, recordings: int, jobs: int, out: Path | None, session: Session
) -> int:
    """Time the stages beside the bare pose network and a folder of ``recordings``, hold fast against exact on
    ``clips``, and write the tables."""
    tasks = tasks_in(clips)
    with Progress(console=session.err, disable=not session.err.is_terminal, transient=True) as bar:
        task = bar.add_task("speed", total=len(SPEED_STEPS) + (2 if tasks else 0))
        speed, runs, short = measure_speed(recording, tasks, recordings, lambda: bar.advance(task))
        more: list[str] = []
        if tasks:
            more += pace_section(clips, compare_paces(tasks, jobs))
            bar.advance(task)
            more += judging_section(time_judging(tasks[0], jobs))
    _write(speed_page(speed, runs, short, more), out, session)
    return EXIT_OK


def _write(text: str, out: Path | None, session: Session) -> None:
    if out is None:
        session.say(text, text)
        return
    atomic_write(out, text)
    session.say(f"已写入 {out}", f"written to {out}")
