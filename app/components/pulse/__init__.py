"""Feels whether a part of the page that is drawn again and again still is; says so when it is not."""

from __future__ import annotations

import streamlit as st

from app.components import renderer

LEAST_PATIENCE_S = 5.0
BEATS = 8.0  # that may fail to come


def pulse(key: str, every_s: float) -> bool:
    """Mount it in a part that is drawn every ``every_s`` seconds; whether the browser has missed that for long.

    Nothing is to be seen of it. A page that nobody looks at is not expected to move.
    """
    beats = f"{key}-beats"
    st.session_state[beats] = beat = st.session_state.get(beats, 0) + 1
    patience_s = max(LEAST_PATIENCE_S, BEATS * every_s)
    with st.container(key=f"pulse-{key}"):
        found = renderer("pulse")(key=key, data={"beat": beat, "patience_s": patience_s}, on_missed_change=lambda: None)
    return bool(found.get("missed"))
