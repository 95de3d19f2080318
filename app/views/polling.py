"""Parts of a page that are drawn again and again by themselves, and go on doing so."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from app.components.pulse import pulse

P = ParamSpec("P")


def polled(shown: Callable[P, None], every_s: float | None, key: str, *given: P.args, **named: P.kwargs) -> None:
    """Draw ``shown`` of what is given as a fragment, every ``every_s`` seconds; None: when something in it is used.

    The browser's timer for it may get lost on the way (`app.server.reruns`). Then the whole page is drawn once, which
    sets it anew.
    """

    @wraps(shown)
    def drawn() -> None:
        if every_s is not None and pulse(f"{key}-pulse", every_s):
            st.rerun()
        shown(*given, **named)

    st.fragment(drawn, run_every=every_s)()
