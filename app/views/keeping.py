"""Widgets whose values outlive them: Streamlit forgets a widget's value when another page is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import streamlit as st

STORE = "kept_values"
Value = TypeVar("Value")


def kept(name: str, default: Any, options: Sequence[Any] | None = None) -> str:
    """The widget's key, after its last value was put there (``default``, where it is none of ``options`` any more)."""
    key = f"w-{name}"
    if key not in st.session_state:
        st.session_state[key] = _store().get(name, default)
    if options is not None and st.session_state[key] not in options:
        st.session_state[key] = default
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
