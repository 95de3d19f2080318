"""Our own HTML with things to pick in it: whatever carries ``data-pick`` is told to Python when it is pressed."""

from __future__ import annotations

from app.components import renderer

LONGEST_PICK = 300


def picks(key: str, html: str) -> str | None:
    """Show HTML of a presenter (its texts escaped); what was just picked, once, else None."""
    result = renderer("picks")(key=key, data={"html": html}, on_pick_change=lambda: None)
    return parse_pick(result.get("pick"))


def parse_pick(picked: object) -> str | None:
    """What the browser says, if it is of the right form."""
    return picked if isinstance(picked, str) and 0 < len(picked) <= LONGEST_PICK else None
