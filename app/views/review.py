"""The review page: the library of takes, and one take with its video, checks and the trainer's layer."""

from __future__ import annotations

import streamlit as st

from app.library.takes import find_take
from app.views.context import places, say
from app.views.reviewing.chosen import close_take, opened
from app.views.reviewing.library import show_library
from app.views.reviewing.take import show_take


def show() -> None:
    """The page."""
    wanted = opened()
    take = None if wanted is None else find_take(places(), wanted)
    if wanted is not None and take is None:
        close_take()
        st.warning(say("这段录像已不在库中。", "This take is not in the library any more."), icon=":material/info:")
    if take is None:
        show_library()
    else:
        show_take(take)
