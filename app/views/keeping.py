"""Widgets whose values outlive them: Streamlit forgets a widget's value when another page is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import streamlit as st

from app.views.context import language

STORE = "kept_values"
SPOKEN = "kept_language"  # the language in which each was drawn last
Value = TypeVar("Value")


def kept(name: str, default: Any, options: Sequence[Any] | None = None) -> str:
    """The widget's key, after its last value was put there (``default``, where it is none of ``options`` any more).

    Options in another language make another widget of the same key, to which the value has to be given again.
    """
    key = f"w-{name}"
    spoken: dict[str, str] = st.session_state.setdefault(SPOKEN, {})
    value = st.session_state[key] if key in st.session_state else _store().get(name, default)
    if options is not None and value not in options:
        value = default
    if key not in st.session_state or value != st.session_state[key] or spoken.get(name) != language():
        st.session_state[key] = value
    spoken[name] = language()
    return key


def keep(name: str, value: Value) -> Value:
    """Remember what the widget says, and hand it on."""
    _store()[name] = value
    return value


def forget(*names: str) -> None:
    """Begin again with the defaults. Only before the widgets are drawn, as in a callback."""
    for name in names:
        _store().pop(name, None)
        st.session_state.pop(f"w-{name}", None)


def _store() -> dict[str, Any]:
    store: dict[str, Any] = st.session_state.setdefault(STORE, {})
    return store
