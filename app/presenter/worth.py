"""What calibration is worth: median u of measurements without a camera file, from a person, with the true camera.

``worth.json`` is written by ``tools/worth.py`` from the measured tables in ``docs``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.texts import pick
from vision.quantities import VIEW_TEXT, label_text, quantity
from vision.types import View

COLUMNS = ("none", "person", "full")
UNITS = {"deg": "°", "cm": " cm"}


@dataclass(frozen=True, slots=True)
class Cell:
    """``u`` with its unit, and in how many of the recordings a number was given at all where that is not all."""

    u: str
    measured: str


@dataclass(frozen=True, slots=True)
class WorthRow:
    """One measurement; cells in the order of `COLUMNS`."""

    name: str
    cells: tuple[Cell, ...]


@cache
def _measured() -> list[dict[str, object]]:
    text = (files("app.presenter") / "worth.json").read_text(encoding="utf-8")
    rows: list[dict[str, object]] = json.loads(text)
    return rows


def worth_rows(language: str) -> list[WorthRow]:
    """The table in words."""
    return [_row(row, language) for row in _measured()]


def _row(row: dict[str, object], language: str) -> WorthRow:
    name = str(row["name"])
    described = quantity(name)
    assert described is not None
    unit, times = (" %", 100.0) if described.percent else (UNITS[described.unit], 1.0)
    view = pick(language, *VIEW_TEXT[View(str(row["view"]))])
    title = label_text(name, language)
    shares, spreads = row["measured"], row["u"]
    assert isinstance(shares, dict)
    assert isinstance(spreads, dict)
    cells = tuple(
        _cell(None if spreads[one] is None else times * spreads[one], float(shares[one]), unit, language)
        for one in COLUMNS
    )
    return WorthRow(f"{title}（{view}）" if language == "zh" else f"{title} ({view})", cells)


def _cell(u: float | None, share: float, unit: str, language: str) -> Cell:
    if u is None:
        return Cell(pick(language, "测不了", "not measured"), "")
    few = "" if share >= 99 else pick(language, f"{share:.0f}% 的录像能测", f"in {share:.0f} % of recordings")
    return Cell(f"± {u:.2g}{unit}" if u < 10 else f"± {u:.0f}{unit}", few)
