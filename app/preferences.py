"""What a user of this installation set once: language, standard, camera file, height, sex."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from vision.files import atomic_write


@dataclass(frozen=True, slots=True)
class Preferences:
    """``camera`` and ``neutral`` are paths of files; None where nothing was set."""

    language: str | None = None
    standard: str = "telecom"
    camera: str | None = None
    neutral: str | None = None
    height_cm: float | None = None
    sex: str | None = None
    spoken: bool = False  # cues read aloud by the browser
    trainer: str | None = None  # who reviews here: the name under overrides, comments and signatures


def load_preferences(path: Path) -> Preferences:
    """The preferences of a file; the defaults where it is missing, or where an entry is of another kind."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Preferences()
    if not isinstance(document, dict):
        return Preferences()
    default = Preferences()
    kept = {
        field.name: document[field.name]
        for field in fields(Preferences)
        if field.name in document and _fits(document[field.name], field.name, default)
    }
    return Preferences(**kept)


def _fits(value: object, name: str, default: Preferences) -> bool:
    if name == "height_cm":
        return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
    if name == "spoken":
        return isinstance(value, bool)
    return isinstance(value, str) or (value is None and getattr(default, name) is None)


def save_preferences(path: Path, preferences: Preferences) -> None:
    """Write them; OutputError when the place cannot be written to."""
    atomic_write(path, json.dumps(asdict(preferences), ensure_ascii=False, indent=1) + "\n")
