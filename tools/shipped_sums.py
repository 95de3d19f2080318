"""Writes ``app/doctor/shipped.json``: the SHA-256 of every model and font, which ``yitai doctor`` compares.

Usage: ``python tools/shipped_sums.py``, after a model was trained anew; a test says when that is due.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("vision/data",)


def sums() -> dict[str, str]:
    """The sum of each file, by its path."""
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def main() -> None:
    """Write the file."""
    goal = ROOT / "app" / "doctor" / "shipped.json"
    goal.write_text(json.dumps(sums(), indent=1) + "\n", "utf-8")
    print(f"{goal}: {len(sums())} files")


if __name__ == "__main__":
    main()
