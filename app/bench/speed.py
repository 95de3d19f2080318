"""``yitai bench speed``: what scoring costs, stage by stage, beside the bare pose network on the same frames.

One recording is taken apart in a worker of its own; then several are scored as `yitai score` would, on one and on all
processors, exactly and fast.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

from app import engine
from app.bench.results import results_of
from app.inputs import Defaults, Task, gather
from app.settings import default_jobs
from vision.errors import UsageError

SIZE_WH, FPS = (1280, 720), 30.0
PASSES = 4  # a sample played forward and back until starting up no longer shows
RECORDINGS = 4  # scored together
SPEED_STEPS = ("stages", "exact, one", "exact, all", "fast, one", "fast, all")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall clock and processor time, both in seconds."""

    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Speed:
    """One recording taken apart. ``bare``: the network alone, the mean of a run before and one after."""

    frames: int
    size_wh: tuple[int, int]
    duration_s: float
    decode: Cost
    bare: Cost
    exact: Cost
    fast: Cost
    stages_s: dict[str, float]  # of the exact run
    fast_stages_s: dict[str, float]
    drawing_s: float
    encoding_s: float
    writing_s: float  # report, tables, stills, numbers over time
    peak_mib: float

    @property
    def ratio(self) -> float:
        """Scoring without annotated video over the bare pose network on the same frames."""
        return self.exact.wall_s / self.bare.wall_s

    @property
    def pose_only_ratio(self) -> float:
        """The same without closer looks at feet, hands and face."""
        return (self.exact.wall_s - self.stages_s.get("closer looks", 0.0)) / self.bare.wall_s


@dataclass(frozen=True, slots=True)
class Throughput:
    """Several recordings scored as `yitai score --no-video` does, starting up included."""

    fast: bool
    jobs: int
    recordings: int
    frames: int
    duration_s: float
    wall_s: float
    peak_mib: float  # of one worker


@dataclass(frozen=True, slots=True)
class Order:
    """A recording for a worker, and where its report may go."""

    task: Task
    folder: Path
    fast: bool


def measure_speed(recording: Path | None, tick: Callable[[], None] = lambda: None) -> tuple[Speed, list[Throughput]]:
    """Time a recording; without one, the first clip of ``sample_media/`` at 720p30, played forward and back."""
    with tempfile.TemporaryDirectory(prefix="yitai-") as folder:
        file = recording or _long_sample(Path(folder) / "sample.mp4")
        speed: Speed = results_of(time_recording, [file], 1)[0]
        tick()
        runs = []
        for fast in (False, True):
            for jobs in dict.fromkeys((1, default_jobs())):
                runs.append(_throughput(file, Path(folder), jobs, fast=fast))
                tick()
    return speed, runs


def _throughput(file: Path, folder: Path, jobs: int, *, fast: bool) -> Throughput:
    copies = []
    for number in range(RECORDINGS):
        copy = folder / f"copy-{number}{file.suffix}"
        if not copy.exists():
            shutil.copyfile(file, copy)
        copies.append(str(copy))
    tasks = gather(copies, None, Defaults()).tasks
    started_s = time.monotonic()
    found = results_of(score_one, [Order(task, folder / "out", fast) for task in tasks], jobs)
    wall_s = time.monotonic() - started_s
    frames, durations, peaks = (sum(row[0] for row in found), sum(row[1] for row in found), [row[2] for row in found])
    return Throughput(fast, jobs, len(tasks), frames, durations, wall_s, max(peaks))


def _long_sample(path: Path) -> Path:
    from vision.video import VideoWriter, frames

    clips = sorted(Path("sample_media").glob("*.mp4"))
    if not clips:
        raise UsageError(
            "no sample_media/*.mp4 here; name a recording: yitai bench speed FILE",
            "此处没有 sample_media/*.mp4，请指定录像：yitai bench speed FILE",
        )
    with frames(clips[0]) as stream:
        images = [np.asarray(cv2.resize(frame.image_bgr, SIZE_WH), np.uint8) for frame in stream]
    with VideoWriter(path, SIZE_WH, FPS) as writer:
        for number, image in enumerate((images + images[::-1]) * (PASSES // 2)):
            writer.write(image, number / FPS)
    return path


def score_one(order: Order, progress: Callable[[float], None]) -> tuple[int, float, float]:
    """Score a recording with its reports; frames, duration and the worker's peak memory. Runs in a worker."""
    choices = engine.Choices(video=False, fast=order.fast)
    folder = order.folder / order.task.folder
    assessed = engine.assess(order.task, choices, progress)
    _write(assessed.assessment, folder)
    source = assessed.report.source
    return source.frames, source.duration_s or 0.0, peak_mib()


def time_recording(file: Path, progress: Callable[[float], None]) -> Speed:
    """Every stage of one recording. Runs in a worker, whose peak memory is scoring's own."""
    import vision.pipeline  # noqa: F401  what is loaded once in a worker's life is not a recording's cost

    _bare(file, most=3)
    task = gather([str(file)], None, Defaults()).tasks[0]
    decode = _timed(lambda: _drain(file))[1]
    before, count = _bare(file)
    assessed, exact = _timed(lambda: engine.assess(task, engine.Choices(video=False), progress))
    peak = peak_mib()
    quick, fast = _timed(lambda: engine.assess(task, engine.Choices(video=False, fast=True), progress))
    after, _ = _bare(file)
    with tempfile.TemporaryDirectory(prefix="yitai-") as folder:
        _, writing = _timed(lambda: _write(assessed.assessment, Path(folder)))
        drawing_s, encoding_s = _annotating(assessed.assessment, Path(folder) / "annotated.mp4")
    source = assessed.report.source
    return Speed(
        frames=count,
        size_wh=source.size_wh,
        duration_s=source.duration_s or 0.0,
        decode=decode,
        bare=Cost((before.wall_s + after.wall_s) / 2, (before.cpu_s + after.cpu_s) / 2),
        exact=exact,
        fast=fast,
        stages_s=dict(assessed.report.timing),
        fast_stages_s=dict(quick.report.timing),
        drawing_s=drawing_s,
        encoding_s=encoding_s,
        writing_s=writing.wall_s,
        peak_mib=peak,
    )


def peak_mib() -> float:
    """The most memory this process ever held."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def _timed(work: Callable[[], Result]) -> tuple[Result, Cost]:
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    result = work()
    return result, Cost(time.perf_counter() - wall_s, time.process_time() - cpu_s)


def _drain(file: Path) -> None:
    from vision.video import frames

    with frames(file) as stream:
        for _ in stream:
            pass


def _write(assessment: Any, folder: Path) -> None:
    from vision.pipeline import write_outputs

    folder.mkdir(parents=True, exist_ok=True)
    write_outputs(assessment, folder, engine.Choices().formats, False, "en")


def _annotating(assessment: Any, path: Path) -> tuple[float, float]:
    """Seconds of drawing and of encoding the annotated video."""
    from vision.outputs import annotate
    from vision.pipeline import Stopwatch

    stopwatch = Stopwatch()
    annotate(assessment, path, "en", stopwatch.lap)
    return stopwatch.stages["drawing"], stopwatch.stages["encoding"]


def _bare(file: Path, most: int | None = None) -> tuple[Cost, int]:
    """Time inside the pose network over all frames (one person, tracking), and how many frames there were."""
    from vision.estimators.pose import PoseEstimator
    from vision.video import frames

    spent, count = Cost(0.0, 0.0), 0
    with PoseEstimator() as estimator, frames(file) as stream:
        for frame in _first(stream, most):
            wall_s, cpu_s = time.perf_counter(), time.process_time()
            estimator.estimate(frame.image_bgr, frame.timestamp_s)
            spent = Cost(spent.wall_s + time.perf_counter() - wall_s, spent.cpu_s + time.process_time() - cpu_s)
            count += 1
    return spent, count


def _first(stream: Iterator[Any], most: int | None) -> Iterator[Any]:
    for number, item in enumerate(stream):
        if most is not None and number >= most:
            return
        yield item
