"""``yitai bench speed``: what scoring costs, stage by stage, beside the bare pose network on the same frames."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from app import engine
from app.batch import pool
from app.bench.machine import describe
from app.inputs import Defaults, gather
from vision.errors import UsageError, YitaiError

SIZE_WH = (1280, 720)
PASSES = 4  # a sample played forward and back until starting up no longer shows


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds for one recording: the bare network (mean of a run before and one after), scoring, its stages."""

    frames: int
    size_wh: tuple[int, int]
    duration_s: float
    bare_s: float
    score_s: float
    stages_s: dict[str, float]
    peak_mib: float

    @property
    def ratio(self) -> float:
        """Scoring without annotated video over the bare pose network on the same frames."""
        return self.score_s / self.bare_s


def measure_speed(recording: Path | None) -> Speed:
    """Time a recording; without one, the first clip of ``sample_media/`` at 1280x720, played forward and back."""
    with tempfile.TemporaryDirectory(prefix="yitai-") as folder:
        file = recording or _long_sample(Path(folder) / "sample.mp4")
        for event in pool.run(time_recording, [file], 1):
            match event:
                case pool.Finished():
                    speed: Speed = event.result
                    return speed
                case pool.Failed():
                    raise event.error
                case pool.Died():
                    last = " ".join(event.log.split()[-20:])
                    raise YitaiError(f"the benchmark stopped: {last}", f"测速中断：{last}")
    raise AssertionError("a pool ends every task")


def _long_sample(path: Path) -> Path:
    from vision.video import VideoWriter, frames

    clips = sorted(Path("sample_media").glob("*.mp4"))
    if not clips:
        raise UsageError(
            "no sample_media/*.mp4 here; name a recording: yitai bench speed FILE",
            "此处没有 sample_media/*.mp4，请指定录像：yitai bench speed FILE",
        )
    with frames(clips[0]) as stream:
        fps = stream.info.fps or 25.0
        images = [np.asarray(cv2.resize(frame.image_bgr, SIZE_WH), np.uint8) for frame in stream]
    with VideoWriter(path, SIZE_WH, fps) as writer:
        for number, image in enumerate((images + images[::-1]) * (PASSES // 2)):
            writer.write(image, number / fps)
    return path


def time_recording(file: Path, progress: Callable[[float], None]) -> Speed:
    """Bare network, scoring, bare network again. Runs in a worker, whose peak memory is scoring's own."""
    before_s, count = _bare(file)
    task = gather([str(file)], None, Defaults()).tasks[0]
    assessed = engine.assess(task, engine.Choices(video=False), progress)
    after_s, _ = _bare(file)
    source = assessed.report.source
    return Speed(
        frames=count,
        size_wh=source.size_wh,
        duration_s=source.duration_s or 0.0,
        bare_s=(before_s + after_s) / 2,
        score_s=assessed.seconds,
        stages_s=dict(assessed.report.timing),
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _bare(file: Path) -> tuple[float, int]:
    """Seconds inside the pose network over all frames (one person, tracking), and how many frames there were."""
    from vision.estimators.pose import PoseEstimator
    from vision.video import frames

    spent_s, count = 0.0, 0
    with PoseEstimator() as estimator, frames(file) as stream:
        for frame in stream:
            started_s = time.perf_counter()
            estimator.estimate(frame.image_bgr, frame.timestamp_s)
            spent_s += time.perf_counter() - started_s
            count += 1
    return spent_s, count


def speed_page(speed: Speed) -> str:
    """The Markdown page."""
    width, height = speed.size_wh
    lines = [
        "# Speed, measured",
        "",
        "Written by `yitai bench speed`; do not edit by hand. One worker, no annotated video.",
        "",
        f"Machine: {describe()}.",
        "",
        f"Recording: {speed.frames} frames, {width}x{height}, {speed.duration_s:.1f} s.",
        "",
        "| stage | s | ms a frame | share |",
        "|---|--:|--:|--:|",
    ]
    for name, seconds in speed.stages_s.items():
        lines.append(_row(name, seconds, speed))
    lines.append(_row("**score, in all**", speed.score_s, speed))
    lines.append(_row("bare pose network", speed.bare_s, speed))
    lines += [
        "",
        f"**Score / bare pose network: {speed.ratio:.2f}**; {speed.frames / speed.score_s:.0f} frames/s, "
        f"{speed.duration_s / speed.score_s:.1f} x real time; peak memory {speed.peak_mib:.0f} MiB.",
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, seconds: float, speed: Speed) -> str:
    per_frame_ms = 1000 * seconds / max(1, speed.frames)
    return f"| {name} | {seconds:.2f} | {per_frame_ms:.2f} | {100 * seconds / speed.score_s:.0f} % |"
