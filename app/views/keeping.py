"""Widgets whose values outlive them: Streamlit forgets a widget's value when another page is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from app.views.context import language

STORE = "kept_values"
SPOKEN = "kept_language"  # the language in which each was drawn last
FORGOTTEN = "kept_forgotten"  # what the browser still shows and has to be told
Value = TypeVar("Value")


def valued(name: str, default: Any) -> dict[str, Any]:
    """Key and ``value`` for a text, a number, a toggle.

    The widget's own default is the kept value, too: a browser that is slower than two runs of the page never sees
    what only the first run had told it.
    """
    key, value = _recalled(name, default, None)
    return {"key": key, "value": value}


def indexed(name: str, default: Any, options: Sequence[Any]) -> dict[str, Any]:
    """Key and ``index`` for a select box; see `valued`."""
    key, value = _recalled(name, default, options)
    return {"key": key, "index": list(options).index(value)}


def defaulted(name: str, default: Any, options: Sequence[Any] | None = None) -> dict[str, Any]:
    """Key and ``default`` for pills, segments and several choices; see `valued`."""
    key, value = _recalled(name, default, options)
    return {"key": key, "default": value}


def _recalled(name: str, default: Any, options: Sequence[Any] | None) -> tuple[str, Any]:
    key = f"w-{name}"
    spoken: dict[str, str] = st.session_state.setdefault(SPOKEN, {})
    forgotten: set[str] = st.session_state.setdefault(FORGOTTEN, set())
    there = key in st.session_state
    value = st.session_state[key] if there else _store().get(name, default)
    valid = options is None or value in options
    if not valid:
        value = default
    if name in forgotten or (there and not (valid and spoken.get(name) == language())):
        st.session_state[key] = value
        forgotten.discard(name)
    spoken[name] = language()
    return key, value


def segment(
    name: str, label: str, words: Mapping[str, str], default: str | None = None, *, labelled: bool = False
) -> str:
    """One of a few ``words`` (what is kept -> what is read) side by side; without ``default`` the first is it."""
    options = list(words)
    first = default or options[0]
    chosen = st.segmented_control(
        label,
        options,
        format_func=words.__getitem__,
        label_visibility="visible" if labelled else "collapsed",
        required=True,
        **defaulted(name, first, options),
    )
    return keep(name, chosen or first)


def keep(name: str, value: Value) -> Value:
    """Remember what the widget says, and hand it on."""
    _store()[name] = value
    return value


def forget(*names: str) -> None:
    """Begin again with the defaults. Only before the widgets are drawn, as in a callback."""
    st.session_state.setdefault(FORGOTTEN, set()).update(names)
    for name in names:
        _store().pop(name, None)
        st.session_state.pop(f"w-{name}", None)


def _store() -> dict[str, Any]:
    store: dict[str, Any] = st.session_state.setdefault(STORE, {})
    return store
