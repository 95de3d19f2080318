"""What scoring costs at scale, from measured figures: ``measure`` writes them as JSON, ``page`` makes docs/scaling.md.

    PYTHONPATH=. python tools/scaling.py measure --out docs/scaling.json     (about ten minutes on two quiet cores)
    PYTHONPATH=. python tools/scaling.py page docs/scaling.json --out docs/scaling.md

Processor time is what the operating system books on the processes, not time on the wall.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from app.batch import cluster, crew
from app.bench.machine import describe
from app.bench.speed import sample_film
from tools.scaling_page import page
from vision.files import atomic_write
from vision.pieces import PIECE_S

ROOT = Path(__file__).parents[1]
TASKS = 400
MESSAGES = 200
IDLERS = 8  # workers that only send their heartbeats
IDLE_S = 20.0
SAMPLE_S, STARTS = 60.0, 3  # what starting costs is taken off, and that varies by a second


def nothing(task: int, progress: Callable[[float], None]) -> int:
    """Work that costs nothing."""
    return task


def talkative(task: int, progress: Callable[[float], None]) -> int:
    """Work that tells of itself all the time."""
    cluster.PROGRESS_EVERY_S = 0.0
    for count in range(MESSAGES):
        progress(count / MESSAGES)
        time.sleep(0.002)
    return task


def _processor_s(command: list[str]) -> float:
    """Processor seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _bytes_below(folder: Path, *, video: bool) -> int:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files if (path.suffix == ".mp4") == video)


def measure_scoring() -> dict[str, Any]:
    """Processor seconds and bytes for a recording at 1280x720, apart from what starting costs."""
    from vision.video import probe

    command = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())", "score", "--jobs", "1"]
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="yitai-") as name:
        folder = Path(name)
        sample = sample_film(folder / "sample.mp4", SAMPLE_S)
        info = probe(sample)
        still = [*command, str(ROOT / "tests/data/person.jpg"), "--out", str(folder / "still")]
        start_s = min(_processor_s(still) for _ in range(STARTS))
        ways = {"exact": ["--no-video"], "fast": ["--no-video", "--fast"], "video": []}
        for way, options in ways.items():
            spent_s = _processor_s([*command, str(sample), "--out", str(folder / way), *options])
            result[f"{way}_ms_per_frame"] = round(1000 * (spent_s - start_s) / (info.frames or 1), 3)
        minutes = (info.duration_s or 1.0) / 60
        result |= {
            "start_s": round(start_s, 2),
            "frames": info.frames,
            "duration_s": round(60 * minutes, 2),
            "report_kib": round(_bytes_below(folder / "exact", video=False) / 1024, 1),
            "video_mib_per_min": round(_bytes_below(folder / "video", video=True) / minutes / 2**20, 2),
        }
    return result


def measure_scheduler() -> dict[str, Any]:
    """Processor seconds of the scheduler for a task and for a message of progress, over two workers."""
    with tempfile.TemporaryDirectory(prefix="yitai-") as name:
        file = Path(name) / "scheduler.json"
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": env, "cwd": ROOT}
        scheduler = subprocess.Popen(
            [sys.executable, "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
             "--scheduler-file", str(file)], **quiet,
        )  # fmt: skip
        workers: list[subprocess.Popen[bytes]] = []
        try:
            while not file.exists():
                time.sleep(0.1)
            address = json.loads(file.read_text(encoding="utf-8"))["address"]
            command = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())", "worker"]
            watched = psutil.Process(scheduler.pid)
            alone = _busy_share(watched)
            for _ in range(IDLERS // 2):
                workers.append(subprocess.Popen([*command, address, "--jobs", "2", "--scratch", name], **quiet))
            with crew.joined(address) as client:
                client.wait_for_workers(IDLERS, timeout=300)
                time.sleep(10)
                idle = _busy_share(watched)
                figures = _scheduler_figures(client, watched, idle)
            return {**figures, "share_alone": round(alone, 5), "share_idle": round(idle, 5), "idlers": IDLERS}
        finally:
            for process in (*workers, scheduler):
                process.terminate()
                process.wait()


def _busy_share(process: psutil.Process) -> float:
    """The share of a core that a process takes."""
    before, since = sum(process.cpu_times()[:2]), time.monotonic()
    time.sleep(IDLE_S)
    return (sum(process.cpu_times()[:2]) - before) / (time.monotonic() - since)


def _scheduler_figures(client: Any, scheduler: psutil.Process, idle: float) -> dict[str, Any]:
    def spent(work: Callable[[int, Callable[[float], None]], int], count: int) -> tuple[float, float]:
        before, since = scheduler.cpu_times(), time.monotonic()
        done = sum(isinstance(event, cluster.Finished) for event in cluster.run(work, range(count), client, 600))
        assert done == count
        after = scheduler.cpu_times()
        return after.user + after.system - before.user - before.system, time.monotonic() - since

    spent(nothing, 20)  # everything imported
    tasks_s, wall_s = spent(nothing, TASKS)
    talk_s, talk_wall_s = spent(talkative, 20)
    task_ms = 1000 * max(0.0, tasks_s - idle * wall_s) / TASKS
    message_ms = (1000 * max(0.0, talk_s - idle * talk_wall_s) - 20 * task_ms) / (20 * MESSAGES)
    return {
        "ms_per_task": round(task_ms, 3),
        "ms_per_message": round(max(message_ms, 0.0), 4),
        "tasks_per_s_seen": round(TASKS / wall_s, 1),
    }


def measure_cut() -> dict[str, Any]:
    """How much the cuts between pieces change: landmarks and verdicts, against one piece."""
    import numpy as np

    from vision import pieces
    from vision.pipeline import ScoreOptions, score_recording
    from vision.standard import load_pack
    from vision.video import VideoWriter, frames

    seconds, size_wh, fps = 130.0, (640, 360), 6.25
    clips = [
        ROOT / "sample_media" / name for name in ("d01_stand_v45.mp4", "d04_bow30_front.mp4", "d05_guide45_right.mp4")
    ]
    pictures = []
    for clip in clips:
        with frames(clip, sample_fps=fps, max_size_wh=size_wh) as stream:
            shown = [frame.image_bgr for frame in stream]
        pictures += shown + shown[::-1]
    with tempfile.TemporaryDirectory(prefix="yitai-") as folder:
        path = Path(folder) / "long.mp4"
        with VideoWriter(path, size_wh, fps) as writer:
            for number in range(int(seconds * fps)):
                writer.write(pictures[number % len(pictures)], number / fps)
        options = ScoreOptions(load_pack("telecom"))
        parts = score_recording(str(path), options)
        pieces.PIECE_S = seconds
        whole = score_recording(str(path), options)
        pieces.PIECE_S = PIECE_S
        kept = Path(folder) / "piece.npz"
        pieces.save_piece(kept, pieces.watch_span(path, pieces.Span(0.0, PIECE_S), size_wh, "largest", None))
        piece_bytes = kept.stat().st_size
        by_lead = {lead_s: _moved_by_a_cut(path, size_wh, lead_s) for lead_s in (pieces.LEAD_S, 10.0, 30.0)}
    after = whole.tracks.times_s >= PIECE_S
    moved = np.abs(whole.tracks.raw_px[after] - parts.tracks.raw_px[after]).max(axis=(1, 2))
    verdicts = [[check.verdict for s in one.report.segments for check in s.checks] for one in (whole, parts)]
    changed = sum(a != b for a, b in zip(*verdicts, strict=False)) + abs(len(verdicts[0]) - len(verdicts[1]))
    return {
        "seconds": seconds,
        "width": size_wh[0],
        "median_px": round(float(np.nanmedian(moved)), 3),
        "p95_px": round(float(np.nanpercentile(moved, 95)), 2),
        "median_px_by_lead_s": {f"{lead_s:g}": moved_px for lead_s, moved_px in by_lead.items()},
        "piece_mib_per_min_at_30_fps": round(piece_bytes / PIECE_S * 60 * 30.0 / fps / 2**20, 2),
        "verdicts": len(verdicts[0]),
        "verdicts_changed": changed,
    }


def _moved_by_a_cut(path: Path, size_wh: tuple[int, int], lead_s: float) -> float:
    """Median over frames of how far a landmark moves (px) when watching begins ``lead_s`` before a piece."""
    import numpy as np

    from vision import pieces

    end_s = PIECE_S + 30.0
    whole = pieces.watch_span(path, pieces.Span(0.0, end_s), size_wh, "largest", None).looked
    usual_s, pieces.LEAD_S = pieces.LEAD_S, lead_s
    part = pieces.watch_span(path, pieces.Span(PIECE_S, end_s), size_wh, "largest", None).looked
    pieces.LEAD_S = usual_s
    moved = [
        np.abs(one.subject.image_landmarks_px - other.subject.image_landmarks_px).max()
        for one, other in zip(whole[-len(part) :], part, strict=True)
        if one.subject is not None and other.subject is not None
    ]
    return round(float(np.median(moved)), 3)


def main() -> int:
    """Measure, or write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    measuring = commands.add_parser("measure")
    measuring.add_argument("--out", type=Path, required=True)
    measuring.add_argument("--only", choices=("scoring", "scheduler", "cut"), help="and keep the other figures")
    writing = commands.add_parser("page")
    writing.add_argument("figures", type=Path)
    writing.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    if asked.command == "page":
        atomic_write(asked.out, page(json.loads(asked.figures.read_text(encoding="utf-8"))))
        return 0
    kept = json.loads(asked.out.read_text(encoding="utf-8")) if asked.out.exists() else {}
    figures = {**kept, "machine": describe(), "date": time.strftime("%Y-%m-%d")}
    for name, work in (("scoring", measure_scoring), ("scheduler", measure_scheduler), ("cut", measure_cut)):
        if asked.only not in (None, name):
            continue
        figures[name] = work()
        print(name, figures[name], flush=True)
    atomic_write(asked.out, json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
