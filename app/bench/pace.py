"""What ``--fast`` changes, check by check, on recordings scored in both ways; and what judging again costs."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app import engine
from app.bench.results import results_of
from app.bench.speed import Order, score_one
from app.inputs import Defaults, Task, gather
from app.library.again import Plan, find_reports, judge_again
from app.manifest import read_manifest
from app.settings import default_jobs
from vision.report.model import Report
from vision.types import Check, Drill, Segment, Verdict

COPIES = 200
CONFIDENT = (Verdict.PASS, Verdict.FAIL)


@dataclass(frozen=True, slots=True)
class Changed:
    """A check whose verdict is another one in the fast run; ``fast`` None: its drill was not found."""

    recording: str
    drill: Drill
    exact: Check
    fast: Check | None


@dataclass(frozen=True, slots=True)
class Pace:
    """Checks of the exact runs, those that changed, differences of values by name over u, and seconds."""

    checks: int = 0
    changed: tuple[Changed, ...] = ()
    over_u: tuple[tuple[str, float], ...] = ()  # |fast - exact| / u of the exact run
    exact_s: float = 0.0
    fast_s: float = 0.0
    recordings: int = 0

    def __add__(self, other: Pace) -> Pace:
        return Pace(
            self.checks + other.checks,
            self.changed + other.changed,
            self.over_u + other.over_u,
            self.exact_s + other.exact_s,
            self.fast_s + other.fast_s,
            self.recordings + other.recordings,
        )

    @property
    def equal_share(self) -> float:
        """Share of checks with the same verdict."""
        return 1.0 - len(self.changed) / max(1, self.checks)

    @property
    def contradicted(self) -> int:
        """Checks that one run passes and the other fails."""
        return sum(
            one.fast is not None and one.exact.verdict in CONFIDENT and one.fast.verdict in CONFIDENT
            for one in self.changed
        )


def tasks_in(folder: Path) -> tuple[Task, ...]:
    """The videos of a folder's manifest, or of its ``clips``; none where there is no manifest."""
    for place in (folder / "clips", folder):
        if (place / "manifest.csv").is_file():
            tasks = gather([], read_manifest(place / "manifest.csv"), Defaults()).tasks
            return tuple(task for task in tasks if task.drill is not Drill.GROOM)
    return ()


def compare_paces(tasks: Sequence[Task], jobs: int) -> Pace:
    """Every recording in both ways."""
    return sum(results_of(both_ways, tasks, jobs), Pace())


def both_ways(task: Task, progress: Callable[[float], None]) -> Pace:
    """One recording exactly and fast. Runs in a worker."""
    started_s = time.process_time()
    exact = engine.assess(task, engine.Choices(video=False), progress).report
    between_s = time.process_time()
    fast = engine.assess(task, engine.Choices(video=False, fast=True), progress).report
    spent_s = time.process_time()
    pairs = list(_pairs(exact, fast))
    changed = (Changed(task.path, s.drill, a, b) for s, a, b in pairs if b is None or a.verdict is not b.verdict)
    over_u = (
        (a.measurement, abs(b.value - a.value) / a.u)
        for _, a, b in pairs
        if b is not None and isinstance(a.value, float) and isinstance(b.value, float) and a.u
    )
    return Pace(len(pairs), tuple(changed), tuple(over_u), between_s - started_s, spent_s - between_s, 1)


def _pairs(exact: Report, fast: Report) -> Iterator[tuple[Segment, Check, Check | None]]:
    """Each check of the exact report with that of the fast one, drill by drill in time."""
    for segment in exact.segments:
        same = next((other for other in fast.segments if _alike(segment, other)), None)
        found = {check.rule: check for check in same.checks} if same is not None else {}
        for check in segment.checks:
            yield segment, check, found.get(check.rule)


def _alike(first: Segment, second: Segment) -> bool:
    overlap_s = min(first.end_s, second.end_s) - max(first.start_s, second.start_s)
    return first.drill is second.drill and (overlap_s > 0 or first.start_s == first.end_s)


def time_judging(task: Task, jobs: int) -> float:
    """Milliseconds of one recording when many are judged again with ``jobs`` workers, their start included."""
    with tempfile.TemporaryDirectory(prefix="yitai-") as name:
        folder = Path(name)
        results_of(score_one, [Order(task, folder / "first", False)], 1)
        for number in range(COPIES):
            shutil.copytree(folder / "first" / task.folder, folder / "kept" / f"{number:05d}")
        kept, _ = find_reports([str(folder / "kept")])
        formats = engine.Choices().formats
        plan = Plan(kept, (), "T2", folder / "again", formats, "en", jobs)
        started_s = time.monotonic()
        judge_again(plan, _Silent())
        return 1000 * (time.monotonic() - started_s) / len(kept)


class _Silent:
    """A watcher who says nothing."""

    def started(self, index: int, path: str) -> None:
        """Nothing."""

    def progressed(self, index: int, share: float) -> None:
        """Nothing."""

    def done(self, index: int, row: object, resumed: bool) -> None:
        """Nothing."""


def pace_section(folder: Path, pace: Pace) -> Iterator[str]:
    """What --fast changes, for the page."""
    yield from (
        "",
        f"## `--fast` against `--exact`: {pace.recordings} recordings of `{folder.name}`",
        "",
        f"**{100 * pace.equal_share:.1f} % of {pace.checks} checks have the same verdict** (wanted: 99 %); "
        f"{pace.contradicted} contradict each other (a pass against a fail). Processor time: "
        f"{100 * pace.fast_s / max(pace.exact_s, 1e-9):.0f} % of the exact run, loading included. "
        f"Values differ by {_middle(pace):.2f} u in the middle; 95 % of them by less than {_most(pace):.2f} u.",
    )
    if pace.changed:
        yield from ("", "| recording | check | exact | fast |", "|---|---|---|---|")
    for one in pace.changed:
        name = Path(one.recording).stem
        yield f"| {name} | {one.exact.rule} | {_told(one.exact)} | {_told(one.fast)} |"
    kinds = Counter((one.exact.verdict, None if one.fast is None else one.fast.verdict) for one in pace.changed)
    gone = sum(count for (_, fast), count in kinds.items() if fast is None)
    if gone:
        yield from ("", f"{gone} checks belong to drills that the fast run did not find.")


def judging_section(ms: float) -> Iterator[str]:
    """What `yitai rejudge` costs, for the page."""
    yield from (
        "",
        "## Judging again",
        "",
        f"`yitai rejudge` with {default_jobs()} workers on {COPIES} copies of a report folder, with JSON, HTML "
        f"and CSV: **{ms:.0f} ms a recording**, {10_000 * ms / 60_000:.0f} minutes for 10,000.",
    )


def _told(check: Check | None) -> str:
    if check is None:
        return "drill not found"
    if not isinstance(check.value, float) or check.u is None:
        return f"{check.verdict}" if check.value is None else f"{check.verdict} ({check.value})"
    return f"{check.verdict} ({check.value:.3g} ± {check.u:.2g})"


def _middle(pace: Pace) -> float:
    return _quantile(pace, 0.5)


def _most(pace: Pace) -> float:
    return _quantile(pace, 0.95)


def _quantile(pace: Pace, share: float) -> float:
    values = sorted(value for _, value in pace.over_u)
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0
