"""Practise: choose a drill, do it before the camera, see what was good and the one thing to change."""

from __future__ import annotations

import streamlit as st

from app.views.consenting import consented
from app.views.context import say
from app.views.practising import choose, instead, live, summary
from app.views.practising.flow import Step, practice


def show() -> None:
    """The page."""
    now = practice()
    with st.container(key="practise"):
        if now.step is not Step.SUMMARY and not consented(say("练习", "Practise")):
            return
        match now.step:
            case Step.CHOOSE:
                choose.show(now)
            case Step.CAMERA:
                live.ask_camera(now)
            case Step.LIVE:
                live.show(now)
            case Step.INSTEAD:
                instead.show(now)
            case Step.SUMMARY:
                summary.show(now)
