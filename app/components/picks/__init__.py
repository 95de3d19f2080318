"""Our own HTML with things to pick in it: whatever carries ``data-pick`` is told to Python when it is pressed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app.components import renderer

LONGEST_PICK = 300


def picks(key: str, html: str, before: Callable[[str], None] | None = None) -> str | None:
    """Show HTML of a presenter (its texts escaped); what was just picked, once, else None.

    ``before`` is told a pick before the page runs again, so that nothing is drawn in vain.
    """

    def told() -> None:
        picked = parse_pick(getattr(st.session_state.get(key), "pick", None))
        if before is not None and picked is not None:
            before(picked)

    result = renderer("picks")(key=key, data={"html": html}, on_pick_change=told)
    return parse_pick(result.get("pick"))


def parse_pick(picked: object) -> str | None:
    """What the browser says, if it is of the right form."""
    return picked if isinstance(picked, str) and 0 < len(picked) <= LONGEST_PICK else None
