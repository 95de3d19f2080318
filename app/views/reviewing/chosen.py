"""Which take is open, in which view; in the address, so that a reload or a link comes back to it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.library.layer import Layer, read_layer
from app.library.pictures import thumbnail
from app.library.takes import Take
from app.server.address import media_url
from app.views.context import places, preferences, viewer
from vision.errors import YitaiError

TAKE = "take"
VIEW = "view"
VIEWS = ("watch", "compare", "rejudge", "files")


def open_take(take_id: str) -> None:
    """Show this take from the next run of the page on."""
    st.query_params[TAKE] = take_id
    st.query_params.pop(VIEW, None)


def close_take() -> None:
    """Back to the library."""
    for name in (TAKE, VIEW):
        st.query_params.pop(name, None)


def opened() -> str | None:
    """The take that is open here."""
    return st.query_params.get(TAKE)


def view() -> str:
    """The view of the open take."""
    asked = st.query_params.get(VIEW, VIEWS[0])
    return asked if asked in VIEWS else VIEWS[0]


def choose_view(name: str) -> None:
    """Show another view of the open take."""
    if name == VIEWS[0]:
        st.query_params.pop(VIEW, None)
    else:
        st.query_params[VIEW] = name


def layer_or_problem(take: Take) -> tuple[Layer, YitaiError | None]:
    """The trainer's layer; an empty one and what is wrong where it cannot be read."""
    try:
        return read_layer(take.folder), None
    except YitaiError as error:
        return Layer(), error


def address(path: Path | None) -> str | None:
    """Where the browser finds a file of the data folder."""
    return None if path is None or not path.is_file() else media_url(path, places().root)


def picture(take: Take) -> str | None:
    """Where the browser finds a take's small picture."""
    return address(thumbnail(take))


def trainer() -> str:
    """Who reviews here: whose account it is, else the name that was given last."""
    return preferences().trainer or "" if viewer().local else viewer().name
