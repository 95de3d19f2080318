"""Where a command speaks: language, standard output for results, standard error for everything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console

from app.texts import pick
from vision.errors import UsageError

EXIT_OK = 0
EXIT_INPUT = 1
EXIT_USAGE = 2
EXIT_CHECK_FAILED = 3
EXIT_INTERRUPTED = 130  # as shells report Ctrl-C


@dataclass(slots=True)
class Session:
    """One call of the program. ``argv`` is what the user typed after ``yitai``."""

    language: str
    argv: Sequence[str] = ()
    out: Console = field(default_factory=lambda: Console(highlight=False, markup=False))
    err: Console = field(default_factory=lambda: Console(stderr=True, highlight=False, markup=False))

    def say(self, zh: str, en: str) -> None:
        """A line of the result."""
        self.out.print(pick(self.language, zh, en), soft_wrap=True)

    def warn(self, zh: str, en: str) -> None:
        """A line about the run."""
        self.err.print(f"yitai: {pick(self.language, zh, en)}", soft_wrap=True)


def require(condition: bool, zh: str, en: str) -> None:
    """UsageError unless ``condition``."""
    if not condition:
        raise UsageError(en, zh)
