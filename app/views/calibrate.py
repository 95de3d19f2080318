"""Placeholder."""

from __future__ import annotations

import streamlit as st

from app.views.context import say


def show() -> None:
    """The page."""
    st.title(say("calibrate", "calibrate"))
