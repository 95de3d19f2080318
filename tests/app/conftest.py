"""Small pictures for the command line's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from app.components import renderer


@pytest.fixture(autouse=True)
def _components_are_told_again() -> None:
    """Every `AppTest` is a server of its own, which knows no component yet."""
    renderer.cache_clear()


@pytest.fixture
def grey_picture(tmp_path: Path) -> Path:
    """A picture without anybody in it."""
    path = tmp_path / "grey.png"
    Image.new("RGB", (320, 180), (120, 120, 120)).save(path)
    return path
