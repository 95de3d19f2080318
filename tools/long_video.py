"""A two-hour recording: does memory stay flat, and does a killed run go on to the same report?

    PYTHONPATH=. python tools/long_video.py make two_hours.mp4 --minutes 120
    PYTHONPATH=. python tools/long_video.py run two_hours.mp4 --fast --jobs 2 --out docs/scaling.json
    PYTHONPATH=. python tools/long_video.py kill six_minutes.mp4 --fast --jobs 2 --out docs/scaling.json

``make`` films half a minute at 1280x720, a bow and then standing, and joins copies of it without encoding them again.
``run`` scores a recording and looks at the memory of all its processes meanwhile. ``kill`` ends a run with SIGKILL at
random moments, goes on with ``--resume`` each time, and holds the report against an undisturbed one. Both write what
they found into the figures from which ``tools/scaling.py page`` makes docs/scaling.md.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import psutil

from vision.files import atomic_write
from vision.video import VideoWriter, frames, probe

ROOT = Path(__file__).parents[1]
CLIP = ROOT / "sample_media" / "d04_bow30_front.mp4"
SIZE_WH, FPS, UNIT_S = (1280, 720), 30.0, 30.0
LOOK_EVERY_S = 2.0
SHARES = 8  # of a run for which memory is told
KILLS = 3
SHOWN = 12  # differences
IN_PASSING = ("timing", "created", "program")  # of a report: says when and how fast, not what


def make(path: Path, minutes: float) -> None:
    """A bow, then standing, over and over."""
    with tempfile.TemporaryDirectory(prefix="yitai-") as folder:
        unit = Path(folder) / "unit.mp4"
        _film(unit)
        _repeat(unit, path, round(minutes * 60 / UNIT_S))


def _film(path: Path) -> None:
    """Half a minute that ends as it began: the clip, and its first second to and fro."""
    with frames(CLIP) as stream:
        shown = [(frame.timestamp_s, frame.image_bgr) for frame in stream]
    times = np.array([time_s for time_s, _ in shown])
    with VideoWriter(path, SIZE_WH, FPS) as writer:
        for number in range(round(UNIT_S * FPS)):
            time_s = number / FPS
            if time_s > times[-1]:
                time_s = 1.0 - abs((time_s - times[-1]) % 2.0 - 1.0)
            image = shown[int(np.argmin(np.abs(times - time_s)))][1]
            writer.write(np.asarray(cv2.resize(image, SIZE_WH), np.uint8), number / FPS)


def _repeat(unit: Path, path: Path, count: int) -> None:
    """The packets of a file ``count`` times over, each copy after the one before."""
    with av.open(str(path), "w") as out:
        stream = None
        for number in range(count):
            with av.open(str(unit)) as source:
                track = source.streams.video[0]
                stream = stream or out.add_stream_from_template(track)
                base = track.time_base or Fraction(1, 90000)
                shift = round(number * UNIT_S / base)
                for packet in source.demux(track):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, stream
                    out.mux(packet)


def command(recording: Path, out: Path, jobs: int, fast: bool, *more: str) -> list[str]:
    """The command line that scores a recording."""
    program = "import sys; from app.cli import main; sys.exit(main())"
    pace = ["--fast"] if fast else []
    return [sys.executable, "-c", program, "score", str(recording), "--out", str(out), "--no-video", "--jobs",
            str(jobs), *pace, *more]  # fmt: skip


def start(asked: list[str]) -> subprocess.Popen[bytes]:
    """The command as a group of processes of its own, without a word."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(asked, cwd=ROOT, env=env, stdout=quiet, stderr=quiet, start_new_session=True)


def run(recording: Path, jobs: int, fast: bool) -> dict[str, Any]:
    """Score a recording; memory of each of its processes at most, and of the largest over time."""
    largest: dict[int, float] = {}
    course: list[tuple[float, float, float]] = []  # seconds, the largest process, all together; MiB
    with tempfile.TemporaryDirectory(prefix="yitai-") as folder:
        since = time.monotonic()
        process = start(command(recording, Path(folder) / "out", jobs, fast))
        spent_s = 0.0
        while process.poll() is None:
            held, spent_s = _memory(process.pid, spent_s)
            for pid, mib in held.items():
                largest[pid] = max(largest.get(pid, 0.0), mib)
            if held:
                course.append((time.monotonic() - since, max(held.values()), sum(held.values())))
            time.sleep(LOOK_EVERY_S)
        report = Path(folder) / "out" / recording.stem / "report.json"
        segments = len(json.loads(report.read_text(encoding="utf-8"))["segments"])
        report_mib = sum(file.stat().st_size for file in report.parent.iterdir()) / 2**20
    info = probe(recording)
    return {
        "minutes": round((info.duration_s or 0.0) / 60, 1),
        "size": list(info.size_wh),
        "fast": fast,
        "jobs": jobs,
        "drills": segments,
        "report_mib": round(report_mib, 1),
        "wall_s": round(time.monotonic() - since),
        "cpu_s": round(spent_s),
        "peak_mib": sorted((round(mib) for mib in largest.values()), reverse=True),
        "course_mib": _thinned(course),
    }


def _memory(pid: int, spent_s: float) -> tuple[dict[int, float], float]:
    """Resident MiB by process, and processor seconds of all of them so far (of ended ones as last seen)."""
    held: dict[int, float] = {}
    now_s = 0.0
    try:
        parent = psutil.Process(pid)
        for one in (parent, *parent.children(recursive=True)):
            held[one.pid] = one.memory_info().rss / 2**20
            now_s += sum(one.cpu_times()[:2])
    except psutil.Error:  # one ended meanwhile
        pass
    return held, max(spent_s, now_s)


def _thinned(course: list[tuple[float, float, float]]) -> list[list[int]]:
    """For each share of the run: its end (s), the largest process and all together, at most (MiB)."""
    told = []
    for number in range(SHARES):
        part = course[len(course) * number // SHARES : len(course) * (number + 1) // SHARES]
        if part:
            told.append([round(part[-1][0]), *(round(max(row[k] for row in part)) for k in (1, 2))])
    return told


def kill(recording: Path, jobs: int, fast: bool, seed: int) -> dict[str, Any]:
    """End a run at random moments and go on; whether the report is the one of an undisturbed run."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="yitai-") as name:
        folder = Path(name)
        since = time.monotonic()
        start(command(recording, folder / "whole", jobs, fast)).wait()
        whole_s = time.monotonic() - since
        moments: list[dict[str, Any]] = []
        for _ in range(KILLS):
            process = start(command(recording, folder / "cut", jobs, fast, "--resume"))
            after_s = rng.uniform(0.15, 0.6) * whole_s
            time.sleep(after_s)
            _kill_all(process)
            kept = len(list((folder / "cut").rglob("piece-*.npz")))
            ended = (folder / "cut" / recording.stem / "run.json").is_file()
            moments.append({"after_s": round(after_s, 1), "pieces_kept": kept, "report_there": ended})
        since = time.monotonic()
        code = start(command(recording, folder / "cut", jobs, fast, "--resume")).wait()
        same = [_counts(folder / way / recording.stem) for way in ("whole", "cut")]
        differs = [] if same[0] == same[1] else [*_differences(same[0][0], same[1][0]), "series.csv or report.json"]
        left = [path.name for path in (folder / "cut").rglob("piece-*.npz")]
        shutil.rmtree(folder / "whole")
        return {
            "minutes": round((probe(recording).duration_s or 0.0) / 60, 1),
            "fast": fast,
            "jobs": jobs,
            "undisturbed_s": round(whole_s),
            "kills": moments,
            "last_s": round(time.monotonic() - since),
            "exit_code": code,
            "identical": same[0] == same[1],
            "differs": differs[:SHOWN],
            "pieces_left": len(left),
        }


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the command and all that it started."""
    family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for one in family:
        try:
            os.kill(one.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


def _counts(folder: Path) -> tuple[Any, bytes]:
    """What must be the same in two report folders: the report without its times, and the series to the byte."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return {key: value for key, value in report.items() if key not in IN_PASSING}, (folder / "series.csv").read_bytes()


def _differences(one: Any, other: Any, place: str = "") -> list[str]:
    """Where two JSON values differ, with what stands there."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [line for key in one for line in _differences(one[key], other[key], f"{place}/{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [line for number, (mine, theirs) in pairs for line in _differences(mine, theirs, f"{place}/{number}")]
    return [] if one == other else [f"{place}: {str(one)[:80]} and {str(other)[:80]}"]


def _note(path: Path, kind: str, found: dict[str, Any]) -> None:
    """Put what was found into the figures, in the place of what was found of the same."""
    figures = json.loads(path.read_text(encoding="utf-8"))
    rows = figures.setdefault("long", {}).setdefault(kind, [])
    same = ("minutes", "fast", "jobs")
    rows[:] = [row for row in rows if any(row[key] != found[key] for key in same)] + [found]
    rows.sort(key=lambda row: (not row["fast"], row["minutes"]))
    atomic_write(path, json.dumps(figures, indent=1) + "\n")


def main() -> int:
    """Make a recording, or measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, dest="command")
    making = commands.add_parser("make")
    making.add_argument("recording", type=Path)
    making.add_argument("--minutes", type=float, default=120.0)
    for name in ("run", "kill"):
        measuring = commands.add_parser(name)
        measuring.add_argument("recording", type=Path)
        measuring.add_argument("--jobs", type=int, default=2)
        measuring.add_argument("--fast", action="store_true")
        measuring.add_argument("--seed", type=int, default=1, help="of the moments of killing")
        measuring.add_argument("--out", type=Path, help="figures to put the result into")
    asked = parser.parse_args()
    if asked.command == "make":
        make(asked.recording, asked.minutes)
        return 0
    if asked.command == "run":
        found = run(asked.recording, asked.jobs, asked.fast)
    else:
        found = kill(asked.recording, asked.jobs, asked.fast, asked.seed)
    print(json.dumps(found))
    if asked.out is not None:
        _note(asked.out, asked.command, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
