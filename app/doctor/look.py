"""All checks, in order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.doctor.finding import Finding
from app.doctor.kept import (
    look_at_cameras,
    look_at_halves,
    look_at_media,
    look_at_packs,
    look_at_settings,
    look_at_takes,
)
from app.doctor.records import Known, look_at_records
from app.doctor.shipped import look_at_folder, look_at_fonts, look_at_models, look_at_video


def findings(root: Path, url: str = "", *, quick: bool = False) -> Iterator[Finding]:
    """Every finding, as soon as it is known. Nothing is written but a file without a name, to try the folder."""
    known = Known()
    yield from look_at_folder(root)
    if not root.exists() or root.is_dir():
        yield from look_at_records(root, url, known)
        yield from look_at_takes(root, known)
        yield from look_at_media(root, known, quick=quick)
        yield from look_at_halves(root)
        yield from look_at_cameras(root)
        yield from look_at_packs(root)
        yield from look_at_settings(root)
    yield from look_at_fonts()
    yield from look_at_models()
    yield from look_at_video()
