"""Names and words that people typed, as files of other programs may hold them."""

from __future__ import annotations

import re

from vision.report.paper import shows

# What a spreadsheet takes for the start of a formula, also in full width.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def plain(text: str) -> str:
    """The text on one line: no control or direction characters, no half characters.

    Letters of private use stay: rare Chinese names are written with them.
    """
    whole = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return " ".join("".join(letter if shows(letter) else " " for letter in whole).split())


def runs(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula."""
    return bool(_FORMULA.match(text)) and not _NUMBER.fullmatch(text)


def cell(text: str) -> str:
    """The text for a table without types (CSV): an apostrophe before what a spreadsheet would run."""
    kept = plain(text)
    return f"'{kept}" if runs(kept) else kept
