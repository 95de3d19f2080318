"""Writes ``app/presenter/worth.json``: what calibration is worth, taken from the measured tables in ``docs``.

    python tools/worth.py

Run it after `yitai bench accuracy` has written new tables.
"""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "app" / "presenter" / "worth.json"
# Measurements to show, each with the view it is taken from.
SHOWN = (
    ("shoulder_tilt", "front"),
    ("trunk_lateral", "front"),
    ("trunk_flexion", "side"),
    ("toe_gap", "oblique"),
    ("v_angle", "front"),
    ("seat_depth_used", "side"),
)


def rows(text: str, name: str, view: str) -> list[list[str]]:
    """Cells of every table row that starts with a measurement and a view."""
    lines = (line for line in text.splitlines() if line.startswith(f"| {name} | {view} |"))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def percent(cell: str) -> float:
    """``35.7 %`` as 35.7."""
    return float(cell.removesuffix("%"))


def worth(accuracy: str, person: str) -> list[dict[str, object]]:
    """Median u and the share measured of each shown measurement: without a camera file, from a person, true camera."""
    without = accuracy.split("## Without camera files")[1].split("### Measurements in stills")[1].split("\n### ")[0]
    loses = person.split("## What each measurement loses")[1]
    found: list[dict[str, object]] = []
    for name, view in SHOWN:
        (none,), (both,) = rows(without, name, view), rows(loses, name, view)
        found.append(
            {
                "name": name,
                "view": view,
                "u": {"none": float(none[-1]) if none[-1] else None, "person": float(both[9]), "full": float(both[8])},
                "measured": {"none": percent(none[3]), "person": percent(both[11]), "full": percent(both[10])},
            }
        )
    return found


def main() -> None:
    """Read both pages, write the file."""
    pages = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("accuracy.md", "accuracy-person.md")]
    OUT.write_text(json.dumps(worth(pages[0], pages[1]), indent=1) + "\n", encoding="utf-8")
    print(f"written to {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
