"""Calibrate (标定): ways to tell the program where the camera is, each step by step."""

from __future__ import annotations

from importlib import import_module

from app.presenter.calibrate import WAYS
from app.views.calibrating_page import ladder
from app.views.calibrating_page.state import here

MODULES = {way.id: way.id for way in WAYS} | {"print": "sheets"}


def show() -> None:
    """The page: the start, or the way that was chosen."""
    chosen = here()
    if chosen not in MODULES:
        ladder.show()
        return
    import_module(f"app.views.calibrating_page.{MODULES[chosen]}").show()
