"""The player of the review page: recording, timeline, courses and checks, all in the browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.components import renderer

SCRIPTS = ("player/core.js", "player/chart.js", "player/side.js")


def player(key: str, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Show it; what a trainer just asked for (``kind`` and what belongs to it), once, else None.

    ``data`` comes from `app.presenter.review_player.player_data`. ``kind`` is ``comment`` (``time_s``),
    ``override`` or ``withdraw`` (``segment``, ``rule``), ``tick`` (``rule``, ``tick``) or ``erase`` (``number``).
    """
    result = renderer("player", *SCRIPTS)(key=key, data=dict(data), on_ask_change=lambda: None)
    return asked_for(result.get("ask"), str(data["id"]))


def asked_for(asked: object, take_id: str) -> dict[str, Any] | None:
    """What was asked of this take; None for anything else."""
    if not isinstance(asked, dict) or asked.get("take") != take_id or not isinstance(asked.get("kind"), str):
        return None
    return asked
