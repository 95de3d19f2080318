"""What is looked for on the standards page."""

from __future__ import annotations

from dataclasses import dataclass

from vision.types import Drill


@dataclass(frozen=True, slots=True)
class Search:
    """A drill (None: all) and words."""

    drill: Drill | None
    text: str
