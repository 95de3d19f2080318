"""A folder of recordings at 720p30 scored as `yitai score` does it, on one and on all processors, exactly and fast.

The command itself is run, so that its start, its cluster and its summary are in the figures.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import psutil

from app.bench.results import results_of
from app.inputs import Task
from vision.errors import YitaiError

SIZE_WH, FPS = (1280, 720), 30.0
KEYFRAME_S = 1.0  # as phones write them
RECORDINGS = 40
LOOK_EVERY_S = 0.25
IN_PASSING = ("timing", "created", "source")  # of a report: how fast, when, and what the copy is called
PROGRAM = "import sys; from app.cli import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Filmed:
    """A recording of the folder to be made: the task's, played to and fro until it lasts ``least_s``."""

    task: Task
    path: Path
    least_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Folder:
    """A manifest over recordings at 720p30: how many, their seconds and frames together."""

    manifest: Path
    recordings: int
    duration_s: float
    frames: int


@dataclass(frozen=True, slots=True)
class Throughput:
    """One run over the folder, starting up included; with one job the whole run has one processor to itself.

    ``peak_mib``: of the largest process, and of all together.
    """

    fast: bool
    jobs: int
    recordings: int
    frames: int
    duration_s: float
    wall_s: float
    cpu_s: float
    peak_mib: float
    together_mib: float
    digest: str = ""  # of all reports and courses, times and names left out


def make_folder(
    tasks: Sequence[Task], folder: Path, jobs: int, recordings: int = RECORDINGS, least_s: float = 0.0
) -> Folder:
    """The tasks' videos at 1280x720 and 30 frames a second, copied until there are enough, with a manifest.

    One shorter than ``least_s`` is played to and fro.
    """
    folder.mkdir(parents=True)
    films = [Filmed(task, folder / f"film-{number:02d}.mp4", least_s) for number, task in enumerate(tasks)]
    lengths: list[int] = results_of(film, films, jobs)
    rows, frames = [], 0
    for number in range(recordings):
        one = films[number % len(films)]
        copy = folder / f"{number:02d}-{one.task.file.stem}.mp4"
        shutil.copyfile(one.path, copy)
        frames += lengths[number % len(films)]
        rows.append(
            {
                "path": copy.name,
                "calibration": one.task.calibration and str(one.task.calibration.absolute()),
                "height_cm": one.task.subject.height_cm,
                "sex": one.task.subject.sex,
                "drill": one.task.drill,
            }
        )
    for one in films:
        one.path.unlink()
    manifest = folder / "manifest.csv"
    with manifest.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return Folder(manifest, recordings, frames / FPS, frames)


def film(filmed: Filmed, progress: Callable[[float], None]) -> int:
    """Write one recording at 720p30, each frame the one nearest in time; how many frames. Runs in a worker."""
    from vision.video import VideoWriter, frames

    with frames(filmed.task.file) as stream:
        shown = [(frame.timestamp_s, frame.image_bgr) for frame in stream]
    times = np.array([time_s for time_s, _ in shown])
    once_s = float(times[-1])
    passes = max(1, math.ceil(filmed.least_s / once_s)) if once_s else 1
    count = int(passes * once_s * FPS) + 1
    with VideoWriter(filmed.path, SIZE_WH, FPS, keyframe_s=KEYFRAME_S) as writer:
        for number in range(count):
            image = shown[int(np.argmin(np.abs(times - _to_and_fro(number / FPS, once_s))))][1]
            resized = cv2.resize(image, SIZE_WH, interpolation=cv2.INTER_CUBIC)
            writer.write(np.asarray(resized, np.uint8), number / FPS)
    return count


def _to_and_fro(time_s: float, once_s: float) -> float:
    """Where a recording of ``once_s`` is that is played forward, back, forward and so on."""
    if not once_s:
        return 0.0
    passes, within_s = divmod(time_s, once_s)
    return within_s if passes % 2 == 0 else once_s - within_s


def score_folder(folder: Folder, out: Path, jobs: int, *, fast: bool) -> Throughput:
    """`yitai score` over the folder, with as many processors as jobs."""
    command = [sys.executable, "-c", PROGRAM, "score", "--manifest", str(folder.manifest), "--out", str(out),
               "--no-video", "--jobs", str(jobs), "--fast" if fast else "--exact", "--quiet"]  # fmt: skip
    log = out.with_suffix(".log")
    started_s = time.monotonic()
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=_environment())
        if jobs == 1:
            _confine(process.pid)
        watch = _Family(process.pid)
        while process.poll() is None:
            watch.look()
            time.sleep(LOOK_EVERY_S)
    wall_s = time.monotonic() - started_s
    if process.returncode != 0:
        last = " ".join(log.read_text(encoding="utf-8", errors="replace").split()[-20:])
        raise YitaiError(f"the benchmark stopped: {last}", f"测速中断：{last}")
    return Throughput(
        fast, jobs, folder.recordings, folder.frames, folder.duration_s, wall_s, watch.cpu_s, watch.peak_mib,
        watch.together_mib, digest_of(out),
    )  # fmt: skip


def _confine(pid: int) -> None:
    """One processor for a process and all it will start, where the system can do that."""
    process = psutil.Process(pid)
    if hasattr(process, "cpu_affinity"):
        process.cpu_affinity((process.cpu_affinity() or [])[:1])


def _environment() -> dict[str, str]:
    """Ours, with the program findable where it is not installed."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}


class _Family:
    """Memory and processor time of a process and all it starts."""

    def __init__(self, pid: int) -> None:
        self._parent = psutil.Process(pid)
        self._spent: dict[int, float] = {}
        self.peak_mib = self.together_mib = 0.0

    @property
    def cpu_s(self) -> float:
        """Processor seconds of all processes, of ended ones as last seen."""
        return sum(self._spent.values())

    def look(self) -> None:
        """Look once."""
        held = []
        try:
            for one in (self._parent, *self._parent.children(recursive=True)):
                with one.oneshot():
                    held.append(one.memory_info().rss / 2**20)
                    times = one.cpu_times()
                    self._spent[one.pid] = times.user + times.system
        except psutil.Error:  # one of them has just ended
            return
        self.peak_mib = max(self.peak_mib, *held)
        self.together_mib = max(self.together_mib, sum(held))


def digest_of(out: Path) -> str:
    """One hash over the reports and courses below a folder, without what differs by name and time."""
    found = hashlib.sha256()
    for report in sorted(out.glob("*/report.json")):
        document = json.loads(report.read_text(encoding="utf-8"))
        kept = {key: value for key, value in document.items() if key not in IN_PASSING}
        found.update(json.dumps(kept, sort_keys=True).encode("utf-8"))
        course = report.with_name("series.csv")
        if course.is_file():
            found.update(course.read_bytes())
    return found.hexdigest()
