"""``yitai bench speed``: what scoring costs, stage by stage, beside the bare pose network on the same frames.

One recording is taken apart in a worker of its own; then a folder is scored by the command itself (`app.bench.folder`).

The *bare* network is the maker's own, as it comes; the program runs it without the branch that draws a mask
(`vision.estimators.bundles`), and what that network alone takes is told beside.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from app import engine
from app.bench.folder import RECORDINGS, Filmed, Throughput, film, make_folder, score_folder
from app.bench.results import results_of
from app.inputs import Defaults, Task, gather
from app.settings import default_jobs
from vision.errors import UsageError

SAMPLE_S = 10.0
DRILL_S = 20.0  # a drill as it is filmed, from walking in to walking out, lasts longer than the bare posture
SPEED_STEPS = ("stages", "folder", "exact, all", "exact, one", "fast, all", "fast, one", "short", "exact", "fast")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall clock and processor time, both in seconds."""

    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Speed:
    """One recording taken apart. ``bare``: the network alone, the mean of a run before and one after.

    ``own_bare``: the same of the network without its mask.
    """

    frames: int
    size_wh: tuple[int, int]
    duration_s: float
    decode: Cost
    bare: Cost
    own_bare: Cost
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
class Order:
    """A recording for a worker, and where its report may go."""

    task: Task
    folder: Path
    fast: bool


def measure_speed(
    recording: Path | None, tasks: Sequence[Task], recordings: int = RECORDINGS, tick: Callable[[], None] = lambda: None
) -> tuple[Speed, list[Throughput], list[Throughput]]:
    """Take a recording apart, then score folders made of the tasks' videos; `SPEED_STEPS` ticks.

    The runs over recordings of at least `DRILL_S` on all processors and on one, then those over the videos as long as
    they are, on all.

    Without a recording the first clip of ``sample_media/`` at 720p30, played to and fro; without tasks, of it.
    """
    with tempfile.TemporaryDirectory(prefix="yitai-") as name:
        folder = Path(name)
        file = recording or sample_film(folder / "sample.mp4")
        speed: Speed = results_of(time_recording, [file], 1)[0]
        tick()
        asked = tasks or gather([str(file)], None, Defaults()).tasks
        counts = tuple(dict.fromkeys((default_jobs(), 1)))
        runs = _runs(asked, folder / "drills", recordings, DRILL_S, counts, tick)
        short = _runs(asked, folder / "short", recordings, 0.0, counts[:1], tick)
    return speed, runs, short


def _runs(
    tasks: Sequence[Task],
    folder: Path,
    recordings: int,
    least_s: float,
    counts: Sequence[int],
    tick: Callable[[], None],
) -> list[Throughput]:
    """Runs over one folder, exact and fast, each with so many workers; a tick for the folder and for each run."""
    made = make_folder(tasks, folder / "recordings", default_jobs(), recordings, least_s)
    tick()
    runs = []
    for fast in (False, True):
        for jobs in counts:
            runs.append(score_folder(made, folder / f"{'fast' if fast else 'exact'}-{jobs}", jobs, fast=fast))
            tick()
    return runs


def sample_film(path: Path, least_s: float = SAMPLE_S) -> Path:
    """The first clip of ``sample_media/`` at 720p30, played to and fro for so long that starting up no longer shows."""
    clips = sorted(Path("sample_media").glob("*.mp4"))
    if not clips:
        raise UsageError(
            "no sample_media/*.mp4 here; name a recording: yitai bench speed FILE",
            "此处没有 sample_media/*.mp4，请指定录像：yitai bench speed FILE",
        )
    film(Filmed(gather([str(clips[0])], None, Defaults()).tasks[0], path, least_s), lambda share: None)
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
    own_before, _ = _bare(file, own=True)
    assessed, exact = _timed(lambda: engine.assess(task, engine.Choices(video=False), progress))
    peak = peak_mib()
    quick, fast = _timed(lambda: engine.assess(task, engine.Choices(video=False, fast=True), progress))
    own_after, _ = _bare(file, own=True)
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
        bare=_mean(before, after),
        own_bare=_mean(own_before, own_after),
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


def _mean(one: Cost, other: Cost) -> Cost:
    return Cost((one.wall_s + other.wall_s) / 2, (one.cpu_s + other.cpu_s) / 2)


def _bare(file: Path, most: int | None = None, *, own: bool = False) -> tuple[Cost, int]:
    """Time inside the pose network over all frames (one person, tracking), and how many frames there were.

    ``own``: as the program runs it, without the mask; else as its maker ships it.
    """
    from vision.estimators.pose import PoseEstimator
    from vision.video import frames

    spent, count = Cost(0.0, 0.0), 0
    with PoseEstimator(whole=not own) as estimator, frames(file) as stream:
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
