"""The Markdown page of `app.bench.speed`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from app.bench.machine import describe
from app.bench.speed import Speed, Throughput

LIMIT_RATIO = 1.15
LIMIT_REAL_TIME = {False: 4.0, True: 10.0}


def speed_page(speed: Speed, runs: Sequence[Throughput], more: Iterable[str] = ()) -> str:
    """Stages of one recording, several recordings at once, and ``more`` lines."""
    return "\n".join([*_stages(speed), *_together(runs), *more]) + "\n"


def _stages(speed: Speed) -> Iterator[str]:
    width, height = speed.size_wh
    yield from (
        "# Speed, measured",
        "",
        "Written by `yitai bench speed`; do not edit by hand.",
        "",
        f"Machine: {describe()}.",
        "",
        f"## One recording: {speed.frames} frames, {width}x{height}, {speed.duration_s:.1f} s",
        "",
        "One process; decoding runs in a thread of its own beside the rest. *Bare* is the time inside the pose network "
        "alone, on every frame of the same recording, in the same run (the mean of a pass before and one after).",
        "",
        "| stage | exact, s | ms a frame | of bare | fast, s |",
        "|---|--:|--:|--:|--:|",
    )
    yield _row("bare pose network", speed.bare.wall_s, None, speed)
    yield _row("decoding alone", speed.decode.wall_s, None, speed)
    for name, seconds in speed.stages_s.items():
        yield _row(name, seconds, speed.fast_stages_s.get(name), speed)
    yield _row("**score, in all**", speed.exact.wall_s, speed.fast.wall_s, speed)
    yield _row("processor time of it", speed.exact.cpu_s, speed.fast.cpu_s, speed)
    yield _row("writing report, tables, stills", speed.writing_s, None, speed)
    yield _row("annotated video: drawing", speed.drawing_s, None, speed)
    yield _row("annotated video: encoding", speed.encoding_s, None, speed)
    yield from (
        "",
        f"**Score / bare pose network: {speed.ratio:.2f}**, without closer looks (feet, hands, face) "
        f"{speed.pose_only_ratio:.2f} (wanted: at most {LIMIT_RATIO:g}); peak memory {speed.peak_mib:.0f} MiB.",
    )


def _row(name: str, seconds: float, fast_s: float | None, speed: Speed) -> str:
    per_frame_ms = 1000 * seconds / max(1, speed.frames)
    fast = "" if fast_s is None else f"{fast_s:.2f}"
    return f"| {name} | {seconds:.2f} | {per_frame_ms:.2f} | {100 * seconds / speed.bare.wall_s:.0f} % | {fast} |"


def _together(runs: Sequence[Throughput]) -> Iterator[str]:
    yield from (
        "",
        f"## {runs[0].recordings} recordings of {runs[0].duration_s / runs[0].recordings:.0f} s",
        "",
        "As `yitai score --no-video` scores them: reports, stills and tables included, and the workers' start.",
        "",
        "| mode | workers | s | frames/s | x real time | wanted | against one worker | peak MiB a worker |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    )
    for run in runs:
        alone = next(other for other in runs if other.fast == run.fast and other.jobs == 1)
        wanted = f"{LIMIT_REAL_TIME[run.fast]:g} on 2" if run.jobs > 1 else ""
        yield (
            f"| {'fast' if run.fast else 'exact'} | {run.jobs} | {run.wall_s:.1f} | {run.frames / run.wall_s:.0f} | "
            f"{run.duration_s / run.wall_s:.1f} | {wanted} | {alone.wall_s / run.wall_s:.2f} | {run.peak_mib:.0f} |"
        )
