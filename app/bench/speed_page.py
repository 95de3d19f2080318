"""The Markdown page of `app.bench.speed`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from app.bench.folder import FPS, SIZE_WH, Throughput
from app.bench.machine import describe
from app.bench.speed import Speed

LIMIT_RATIO = 1.15
LIMIT_REAL_TIME = {False: 4.0, True: 10.0}
LIMIT_SHARED = 1.8  # times one worker, on two


def speed_page(
    speed: Speed, runs: Sequence[Throughput], short: Sequence[Throughput] = (), more: Iterable[str] = ()
) -> str:
    """Stages of one recording, many recordings at once, the same with ``short`` ones, and ``more`` lines."""
    return "\n".join([*_stages(speed), *_together(speed, runs), *_short(short), *more]) + "\n"


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
        "as its maker ships it, alone, on every frame of the same recording, in the same run (the mean of a pass "
        "before and one after). The program runs the same network without the part that draws a mask, which nobody "
        "reads; its landmarks are the same to the bit.",
        "",
        "| stage | exact, s | ms a frame | of bare | fast, s |",
        "|---|--:|--:|--:|--:|",
    )
    yield _row("bare pose network", speed.bare.wall_s, None, speed)
    yield _row("the same without its mask", speed.own_bare.wall_s, None, speed)
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
        f"{speed.pose_only_ratio:.2f} (wanted: at most {LIMIT_RATIO:g}). Against the network without its mask "
        f"{speed.ratio * speed.bare.wall_s / speed.own_bare.wall_s:.2f} and "
        f"{speed.pose_only_ratio * speed.bare.wall_s / speed.own_bare.wall_s:.2f}. "
        f"Peak memory {speed.peak_mib:.0f} MiB.",
    )


def _row(name: str, seconds: float, fast_s: float | None, speed: Speed) -> str:
    per_frame_ms = 1000 * seconds / max(1, speed.frames)
    fast = "" if fast_s is None else f"{fast_s:.2f}"
    return f"| {name} | {seconds:.2f} | {per_frame_ms:.2f} | {100 * seconds / speed.bare.wall_s:.0f} % | {fast} |"


def _together(speed: Speed, runs: Sequence[Throughput]) -> Iterator[str]:
    yield from ("", f"## {_folder(runs[0])}", "")
    most = max(run.jobs for run in runs)
    yield from (
        "`yitai score --manifest --no-video` itself: the start of the program and its workers, reports, stills and "
        "tables included. The clips are played to and fro until they last long enough. With one worker the whole run "
        "is held to one processor, so that the last ratio is that of processors.",
        "",
        f"The bare pose network as its maker ships it, alone on every frame and without decoding, would come to "
        f"{most * speed.frames / FPS / speed.bare.wall_s:.1f} x real time on {most} processors, the same without its "
        f"mask to {most * speed.frames / FPS / speed.own_bare.wall_s:.1f} x.",
        "",
        *_table(runs),
    )
    for fast in (False, True):
        digests = {run.digest for run in runs if run.fast == fast}
        counts = sorted({run.jobs for run in runs if run.fast == fast})
        if len(counts) > 1:
            workers = " and ".join(f"{count}" for count in counts)
            same = "are the same to the bit" if len(digests) == 1 else "**differ**"
            yield from (
                "",
                f"Reports and courses of `{'--fast' if fast else '--exact'}` {same} with {workers} workers.",
            )


def _short(runs: Sequence[Throughput]) -> Iterator[str]:
    """The same clips as short as they are: what starting up and a posture's closer looks cost then."""
    if runs:
        yield from ("", f"### {_folder(runs[0])}", "", *_table(runs))


def _folder(run: Throughput) -> str:
    width, height = SIZE_WH
    return (
        f"A folder of {run.recordings} recordings, {width}x{height} at {FPS:g} a second, "
        f"{run.duration_s / run.recordings:.1f} s each on average"
    )


def _table(runs: Sequence[Throughput]) -> Iterator[str]:
    yield from (
        "| mode | workers | s | processor s | ms of a core a frame | frames/s | x real time | wanted | "
        "against one core | largest process, MiB | together, MiB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    )
    for run in sorted(runs, key=lambda run: (run.fast, run.jobs)):
        alone = next((other for other in runs if other.fast == run.fast and other.jobs == 1), None)
        wanted = f"{LIMIT_REAL_TIME[run.fast]:g}, {LIMIT_SHARED:g} on 2" if run.jobs > 1 else ""
        yield (
            f"| {'fast' if run.fast else 'exact'} | {run.jobs} | {run.wall_s:.1f} | {run.cpu_s:.1f} | "
            f"{1000 * run.cpu_s / run.frames:.1f} | {run.frames / run.wall_s:.0f} | "
            f"{run.duration_s / run.wall_s:.1f} | {wanted} | "
            f"{'' if alone is None else f'{alone.wall_s / run.wall_s:.2f}'} | {run.peak_mib:.0f} | "
            f"{run.together_mib:.0f} |"
        )
