"""The shipped font: Chinese and Latin letters for frames and PDF (made by ``tools/make_font.py``)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path

FONT_FILE = "YitaiSansSC.ttf"


def font_file() -> AbstractContextManager[Path]:
    """The font as a file on disk, for as long as the context lasts."""
    return as_file(files("vision") / "data" / "fonts" / FONT_FILE)


def font_bytes() -> bytes:
    """The font as it lies in the package."""
    return (files("vision") / "data" / "fonts" / FONT_FILE).read_bytes()
