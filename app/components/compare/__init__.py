"""Two takes side by side, aligned on an event of the drill they share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.components import renderer


def compare(key: str, data: Mapping[str, Any]) -> None:
    """Show them. ``data`` comes from `app.presenter.review_player.compare_data`."""
    renderer("compare", "player/core.js")(key=key, data=dict(data))
