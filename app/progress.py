"""How a run shows itself on stderr: a bar on a terminal, plain lines otherwise, JSON for programs, or nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from app.batch.summary import SummaryRow
from app.texts import pick, verdict_word

FACTS_EVERY_S = 30.0  # a line of facts, where there is no terminal for a bar
JSON_EVERY_S = 1.0
KNOWN_SHARE = 0.05  # of a recording must be done before the time left is told


class Shown(Protocol):
    """A `app.batch.run.Watcher` that is opened and closed around a run."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def started(self, index: int, path: str) -> None: ...

    def progressed(self, index: int, share: float) -> None: ...

    def done(self, index: int, row: SummaryRow, resumed: bool) -> None: ...


@dataclass(slots=True)
class Tally:
    """The facts of a run: the same for people and for programs."""

    total: int
    clock: Callable[[], float] = time.monotonic
    done: int = 0
    failed: int = 0
    resumed: int = 0
    frames: int = 0  # looked at in this run
    shares: dict[int, float] = field(default_factory=dict)
    since_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.since_s = self.clock()

    def progressed(self, index: int, share: float) -> None:
        """``share`` of recording ``index`` is done."""
        self.shares[index] = min(1.0, max(0.0, share))

    def ended(self, index: int, row: SummaryRow, resumed: bool) -> None:
        """Recording ``index`` is final."""
        self.shares.pop(index, None)
        self.done += 1
        self.failed += row.status == "failed"
        self.resumed += resumed
        self.frames += 0 if resumed else row.frames or 0

    @property
    def completed(self) -> float:
        """Recordings done, with the parts of those that are being scored."""
        return self.done + sum(self.shares.values())

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return self.clock() - self.since_s

    @property
    def frames_per_s(self) -> float | None:
        """Of finished recordings; None before the first."""
        return self.frames / self.seconds if self.frames and self.seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """At the pace so far; None while nothing can be said."""
        worked = self.completed - self.resumed
        return self.seconds * (self.total - self.completed) / worked if worked >= KNOWN_SHARE else None

    def as_json(self) -> dict[str, Any]:
        """Plain values, seconds and frames a second with one decimal."""
        rate, left = self.frames_per_s, self.seconds_left
        return {
            "done": self.done,
            "total": self.total,
            "failed": self.failed,
            "resumed": self.resumed,
            "frames": self.frames,
            "frames_per_s": None if rate is None else round(rate, 1),
            "seconds": round(self.seconds, 1),
            "seconds_left": None if left is None else round(left, 1),
        }

    def text(self, language: str) -> str:
        """What a bar does not show: failures and frames a second."""
        parts = []
        if self.frames_per_s is not None:
            parts.append(pick(language, f"每秒 {self.frames_per_s:.0f} 帧", f"{self.frames_per_s:.0f} frames/s"))
        if self.failed:
            parts.append(pick(language, f"失败 {self.failed}", f"{self.failed} failed"))
        return pick(language, "，", ", ").join(parts)


class Show:
    """A `app.batch.run.Watcher` that writes errors always, progress unless quiet."""

    def __init__(self, console: Console, total: int, language: str, *, quiet: bool = False) -> None:
        self._console = console
        self._language = language
        self._quiet = quiet
        self._tally = Tally(total)
        self._facts_s = time.monotonic()
        self._bar: Progress | None = None
        self._task = TaskID(0)
        if console.is_terminal and not quiet:
            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[facts]}", markup=False),
                TimeRemainingColumn(),
                console=console,
                transient=True,
            )
            self._task = self._bar.add_task("", total=total, facts="")

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def started(self, index: int, path: str) -> None:
        """Name the recording on the bar."""
        if self._bar:
            self._bar.update(self._task, description=path)

    def progressed(self, index: int, share: float) -> None:
        """Move the bar by parts of recordings."""
        self._tally.progressed(index, share)
        self._move()

    def done(self, index: int, row: SummaryRow, resumed: bool) -> None:
        """One line for each recording; a failure is said even when quiet."""
        self._tally.ended(index, row, resumed)
        if row.status == "failed":
            self._line(f"yitai: {row.error}")
        elif not self._quiet:
            self._line(f"[{self._tally.done}/{self._tally.total}] {row.path}: {self._outcome(row, resumed)}")
        self._move()

    def _move(self) -> None:
        if self._bar:
            self._bar.update(self._task, completed=self._tally.completed, facts=self._tally.text(self._language))
        elif not self._quiet and time.monotonic() - self._facts_s > FACTS_EVERY_S:
            self._facts_s = time.monotonic()
            self._line(self._facts())

    def _facts(self) -> str:
        tally, left = self._tally, self._tally.seconds_left
        more = [tally.text(self._language)] if tally.text(self._language) else []
        if left is not None:
            more.append(pick(self._language, f"约剩 {left / 60:.0f} 分钟", f"about {left / 60:.0f} min left"))
        done = pick(self._language, f"已完成 {tally.done}/{tally.total}", f"{tally.done} of {tally.total} done")
        return pick(self._language, "，", ", ").join([done, *more])

    def _outcome(self, row: SummaryRow, resumed: bool) -> str:
        if resumed:
            return pick(self._language, "已完成，跳过", "already done, skipped")
        if row.status == "measured":
            return pick(self._language, "已测量", "measured")
        score = "" if row.score is None else f" {row.score:.0f}"
        return f"{verdict_word(self._language, row.verdict or 'not_measured')}{score} ({row.seconds or 0.0:.1f} s)"

    def _line(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)


class ShowJson:
    """A `app.batch.run.Watcher` for programs: one JSON object a line.

    ``event``: ``done`` (a recording is final: ``path``, ``status``, ``verdict``, ``score``, ``error``),
    ``progress`` (at most once a second) or ``end``; each with the facts of `Tally.as_json`.
    """

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._tally = Tally(total)
        self._told_s = time.monotonic()

    def __enter__(self) -> Self:
        self._tell("progress")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tell("end")

    def started(self, index: int, path: str) -> None:
        """Nothing that the next line would not tell."""

    def progressed(self, index: int, share: float) -> None:
        """Tell, if the last time was long enough ago."""
        self._tally.progressed(index, share)
        if time.monotonic() - self._told_s >= JSON_EVERY_S:
            self._tell("progress")

    def done(self, index: int, row: SummaryRow, resumed: bool) -> None:
        """Tell of every recording."""
        self._tally.ended(index, row, resumed)
        self._tell(
            "done",
            path=row.path,
            status=row.status,
            verdict=row.verdict,
            score=row.score,
            resumed_now=resumed,
            error=row.error,
        )

    def _tell(self, event: str, **more: Any) -> None:
        self._told_s = time.monotonic()
        line = json.dumps({"event": event, **self._tally.as_json(), **more}, ensure_ascii=False)
        self._console.print(line, soft_wrap=True)


def show(console: Console, total: int, language: str, *, quiet: bool, style: str = "text") -> Shown:
    """The way of showing that was asked for: ``text`` or ``json``."""
    return ShowJson(console, total) if style == "json" else Show(console, total, language, quiet=quiet)
