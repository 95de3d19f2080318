"""A line of ``yitai doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How it stands."""

    GOOD = "good"
    NOTE = "note"  # nothing is lost; the next start puts it right, or there is something to know
    BAD = "bad"


MARKS = {Outcome.GOOD: "✓", Outcome.NOTE: "–", Outcome.BAD: "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """``area`` is stable; ``subject`` names the file, take or table, "" for the area as a whole."""

    area: str
    outcome: Outcome
    subject: str
    zh: str
    en: str


def good(area: str, zh: str, en: str) -> Finding:
    """An area without a fault."""
    return Finding(area, Outcome.GOOD, "", zh, en)


def note(area: str, subject: str, zh: str, en: str) -> Finding:
    """Something to know."""
    return Finding(area, Outcome.NOTE, subject, zh, en)


def bad(area: str, subject: str, zh: str, en: str) -> Finding:
    """A fault."""
    return Finding(area, Outcome.BAD, subject, zh, en)
