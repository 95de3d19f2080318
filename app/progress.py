"""How a run shows itself on stderr: a bar on a terminal, plain lines otherwise, nothing when quiet."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from app.batch.summary import SummaryRow
from app.texts import pick, verdict_word


class Show:
    """A `app.batch.run.Watcher` that writes errors always, progress unless quiet."""

    def __init__(self, console: Console, total: int, language: str, *, quiet: bool = False) -> None:
        self._console = console
        self._total = total
        self._language = language
        self._quiet = quiet
        self._count = 0
        self._shares: dict[int, float] = {}
        self._bar: Progress | None = None
        self._task = TaskID(0)
        if console.is_terminal and not quiet:
            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=console,
                transient=True,
            )
            self._task = self._bar.add_task("", total=total)

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
        self._shares[index] = min(1.0, max(0.0, share))
        if self._bar:
            self._bar.update(self._task, completed=self._count + sum(self._shares.values()))

    def done(self, index: int, row: SummaryRow, resumed: bool) -> None:
        """One line for each recording; a failure is said even when quiet."""
        self._count += 1
        self._shares.pop(index, None)
        if self._bar:
            self._bar.update(self._task, completed=self._count + sum(self._shares.values()))
        if row.status == "failed":
            self._line(f"yitai: {row.error}")
        elif not self._quiet:
            self._line(f"[{self._count}/{self._total}] {row.path}: {self._outcome(row, resumed)}")

    def _outcome(self, row: SummaryRow, resumed: bool) -> str:
        if resumed:
            return pick(self._language, "已完成，跳过", "already done, skipped")
        if row.status == "measured":
            return pick(self._language, "已测量", "measured")
        score = "" if row.score is None else f" {row.score:.0f}"
        return f"{verdict_word(self._language, row.verdict or 'not_measured')}{score} ({row.seconds or 0.0:.1f} s)"

    def _line(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)
