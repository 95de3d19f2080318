"""One line in Chinese and English, for what a user reads on a terminal."""

from __future__ import annotations

import re
from typing import Protocol

from vision.quantities import VERDICT_TEXT
from vision.types import Verdict


class Spoken(Protocol):
    """Anything that has a line in both languages: errors, notices."""

    zh: str
    en: str


def pick(language: str, zh: str, en: str) -> str:
    """The line in ``language``."""
    return zh if language == "zh" else en


_ADDRESS = re.compile(r"(https?|ftp|mailto|xmpp):|www(?=\.)|@", re.IGNORECASE)
_MARKDOWN = frozenset("\\`*_{}[]()#+-.!|<>~$:&")


def literal(text: str) -> str:
    """What somebody typed, for a place that reads Markdown: every letter stands for itself, on one line.

    Addresses become links there even so; a joiner without width keeps them from it.
    """
    line = _ADDRESS.sub(lambda found: found[0] + "\u2060", " ".join(text.split()))
    return "".join(f"\\{letter}" if letter in _MARKDOWN else letter for letter in line)


def line_of(error: Spoken, language: str) -> str:
    """The one line of an error, without line breaks."""
    return " ".join(pick(language, error.zh, error.en).split())


def verdict_word(language: str, verdict: str) -> str:
    """``pass`` as a reader of ``language`` calls it."""
    return pick(language, *VERDICT_TEXT[Verdict(verdict)])
