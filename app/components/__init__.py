"""Small components of our own: HTML, CSS and JavaScript in a folder each, served with the page."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer


def text_of(component: str, name: str) -> str:
    """A text file of a component's folder; "" when it has none of that name."""
    path = files("app.components") / component / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@cache
def renderer(component: str, *scripts: str) -> ComponentRenderer:
    """The mounting command of ``app/components/COMPONENT/{view.html,view.css,view.js}``.

    ``scripts`` (``FOLDER/FILE.js``) are put before ``view.js``, for what components share.
    """
    import streamlit as st

    html, css = (text_of(component, f"view.{kind}") or None for kind in ("html", "css"))
    shared = [text_of(*script.split("/", 1)) for script in scripts]
    js = "\n".join([*shared, text_of(component, "view.js")]).strip() or None
    return st.components.v2.component(f"yitai_{component}", html=html, css=css, js=js)
