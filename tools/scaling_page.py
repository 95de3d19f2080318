"""docs/scaling.md from the figures that `tools/scaling.py` measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.batch.cluster import PROGRESS_EVERY_S
from vision.pieces import LEAD_S, PIECE_S

EMPLOYEES, MINUTES = 2000, 5
FPS = 30.0
CAMERA_MBIT_S = 8.0  # a phone's 720p30, as its maker sets it
BUSY = 0.5  # of one core: more than that, and a scheduler answers late


def page(figures: dict[str, Any]) -> str:
    """The Markdown page."""
    parts = [_head, _costs, _saturation, _long, _tail]
    return "\n".join(line for part in parts for line in part(figures)) + "\n"


def _head(figures: dict[str, Any]) -> list[str]:
    scoring, scheduler = figures["scoring"], figures["scheduler"]
    return [
        "# Scoring at scale",
        "",
        "Written by `tools/scaling.py` from `docs/scaling.json`; do not edit by hand.",
        "",
        f"Measured on: {figures['machine']}, {figures['date']}. Processor time is what the system books on the"
        " processes; where other work ran beside, caches were shared and figures are high rather than low.",
        "",
        "## What was measured",
        "",
        "| what | value |",
        "|---|--:|",
        f"| one frame of 1280x720, `--exact`, no annotated video | {scoring['exact_ms_per_frame']:.1f} ms of a core |",
        f"| the same, `--fast` | {scoring['fast_ms_per_frame']:.1f} ms |",
        f"| the same, `--exact`, with annotated video | {scoring['video_ms_per_frame']:.1f} ms |",
        f"| starting a worker and its networks, a still scored | {scoring['start_s']:.1f} s |",
        f"| report folder of {scoring['duration_s']:.0f} s, no annotated video | {scoring['report_kib']:.0f} KiB |",
        f"| annotated video | {scoring['video_mib_per_min']:.1f} MiB a minute |",
        f"| scheduler, for a recording (or a piece of one) | {scheduler['ms_per_task']:.2f} ms of its core |",
        f"| scheduler, for a sign of life of a worker | {scheduler['ms_per_message']:.3f} ms |",
        f"| scheduler without workers | {100 * scheduler['share_alone']:.2f} % of its core |",
        f"| scheduler, {scheduler['idlers']} idle workers | {100 * scheduler['share_idle']:.2f} % of its core |",
        "",
    ]


def _costs(figures: dict[str, Any]) -> list[str]:
    scoring = figures["scoring"]
    frames = EMPLOYEES * MINUTES * 60 * FPS
    recording_gib = EMPLOYEES * MINUTES * 60 * CAMERA_MBIT_S / 8 * 1e6 / 2**30
    reports_gib = EMPLOYEES * scoring["report_kib"] * MINUTES * 60 / scoring["duration_s"] / 2**20
    video_gib = EMPLOYEES * MINUTES * scoring["video_mib_per_min"] / 1024
    lines = [
        f"## {EMPLOYEES:,} employees, {MINUTES} minutes each",
        "",
        f"{frames / 1e6:.0f} million frames at {FPS:g} a second; recordings at {CAMERA_MBIT_S:g} Mbit/s (an "
        "assumption: what phones write at 720p30).",
        "",
        "| way | core-hours | one night (10 h) | one hour | disk for reports | network, recordings on a server |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for way, name, kept_gib in (
        ("exact", "`--exact --no-video`", reports_gib),
        ("fast", "`--fast --no-video`", reports_gib),
        ("video", "`--exact` with annotated video", reports_gib + video_gib),
    ):
        hours = frames * scoring[f"{way}_ms_per_frame"] / 1000 / 3600
        lines.append(
            f"| {name} | {hours:,.0f} | {max(1, -(-hours // 10)):,.0f} cores | {max(1, -(-hours // 1)):,.0f} cores |"
            f" {kept_gib:.1f} GiB | {recording_gib + kept_gib:,.0f} GiB |"
        )
    return [
        *lines,
        "",
        f"The recordings themselves are {recording_gib:,.0f} GiB. Each is fetched once by the worker that scores it "
        f"({CAMERA_MBIT_S * MINUTES * 60 / 8:.0f} MB to its scratch disk, one at a time); nothing else crosses the "
        "network but the finished report folder (taken to grow with the recording, which is rather too much: its "
        "stills do not), some kilobytes of messages and, where `--out` is a URL, the pieces of recordings of two "
        "minutes and more, once up and once down: "
        f"{2 * EMPLOYEES * MINUTES * figures['cut']['piece_mib_per_min_at_30_fps'] / 1024:,.0f} GiB.",
        "",
    ]


def _saturation(figures: dict[str, Any]) -> list[str]:
    scoring, scheduler = figures["scoring"], figures["scheduler"]
    task_s = MINUTES * 60 * FPS * scoring["exact_ms_per_frame"] / 1000
    per_worker = (
        max(0.0, scheduler["share_idle"] - scheduler["share_alone"]) / scheduler["idlers"]
        + scheduler["ms_per_task"] / 1000 / task_s
        + scheduler["ms_per_message"] / 1000 / PROGRESS_EVERY_S
    )
    workers = (BUSY - scheduler["share_alone"]) / per_worker
    network = workers * CAMERA_MBIT_S * MINUTES * 60 / task_s
    return [
        "## Where the scheduler saturates",
        "",
        f"A recording of {MINUTES} minutes is one task of {task_s:.0f} s on a core. A busy worker costs "
        f"the scheduler {100 * per_worker:.3f} % of its one core: its tasks, {1 / PROGRESS_EVERY_S:g} signs of "
        f"life a second, and its heartbeats. The scheduler is half busy, the most at which it answers at once, with "
        f"about **{workers:,.0f} workers** (cores); they would do the quarter's work in "
        f"{60 * EMPLOYEES * task_s / 3600 / workers:,.0f} minutes and take in {network / 1000:,.1f} Gbit/s of "
        "recordings. Where that is more than the store of the recordings gives, the store is the limit.",
        "",
    ]


def _long(figures: dict[str, Any]) -> list[str]:
    """Memory over a long recording, and reports after kills; nothing where `tools/long_video.py` has not run."""
    runs, kills = (figures.get("long", {}).get(kind, []) for kind in ("run", "kill"))
    lines: list[str] = []
    if runs:
        lines += [
            "## One long recording",
            "",
            "Measured by `tools/long_video.py`: half a minute of a bow and of standing, over and over; resident memory "
            "of every process, looked at every two seconds, at most in each part of the run.",
            "",
            "| minutes | way | workers | drills | wall, min | core, min | MiB, each process at most | "
            "largest process over the run, MiB | report, MiB |",
            "|--:|---|--:|--:|--:|--:|---|---|--:|",
            *(_run_row(run) for run in runs),
            "",
        ]
    for kill in kills:
        moments = ", ".join(f"{one['after_s']:.0f} s ({one['pieces_kept']} pieces kept)" for one in kill["kills"])
        same = "the same to the bit" if kill["identical"] else "**not the same**: " + "; ".join(kill["differs"])
        lines += [
            f"A recording of {kill['minutes']:g} minutes ({_way(kill)}, {kill['jobs']} workers, "
            f"{kill['undisturbed_s']} s undisturbed), killed with SIGKILL after {moments}, each time begun again with "
            f"`--resume`: its report and course are {same} as of the undisturbed run.",
            "",
        ]
    return lines


def _run_row(run: dict[str, Any]) -> str:
    peaks, course = (
        ", ".join(str(mib) for mib in each) for each in (run["peak_mib"], [c[1] for c in run["course_mib"]])
    )
    return (
        f"| {run['minutes']:g} | {_way(run)} | {run['jobs']} | {run['drills']} | {run['wall_s'] / 60:.0f} | "
        f"{run['cpu_s'] / 60:.0f} | {peaks} | {course} | {run['report_mib']:.0f} |"
    )


def _way(figures: dict[str, Any]) -> str:
    return "`--fast`" if figures["fast"] else "`--exact`"


def _tail(figures: dict[str, Any]) -> list[str]:
    text = Path(__file__).with_name("scaling_page_tail.md").read_text(encoding="utf-8")
    cut = figures["cut"]
    by_lead = ", ".join(f"{moved_px:.2f} px with {lead_s} s" for lead_s, moved_px in cut["median_px_by_lead_s"].items())
    return [text.format(piece_s=PIECE_S, lead_s=LEAD_S, twice_s=2 * PIECE_S, by_lead=by_lead, **cut).rstrip()]
