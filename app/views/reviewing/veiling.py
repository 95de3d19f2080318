"""Videos and report of a take with every face covered, made when asked for."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from app.library.layer import Layer
from app.library.takes import Take
from app.library.veiled import make_veiled
from app.views.context import language, places, say, show_error
from app.views.reviewing.chosen import address
from vision.errors import YitaiError
from vision.report import Report

MADE = "review_veiled"  # the files by take, made in this session


def _show(bar: Any, share: float) -> None:
    bar.progress(min(1.0, share))


def show_veiled(take: Take, report: Report, layer: Layer) -> None:
    """The button, and links once they are there."""
    made: dict[str, tuple[Path, ...]] = st.session_state.setdefault(MADE, {})
    words = say("遮盖人脸后导出", "Make copies with faces covered")
    if st.button(words, icon=":material/blur_on:", key="review-veil", width="stretch"):
        bar = st.progress(0.0, text=say("正在遮盖人脸", "Covering faces"))
        try:
            made[take.id] = make_veiled(places(), take, report, layer, language(), lambda share: _show(bar, share))
        except YitaiError as error:
            show_error(error)
        bar.empty()
    for file in made.get(take.id, ()):
        url = address(file)
        if url is not None:
            name = escape(file.name)
            st.html(f'<a class="take-file" href="{escape(url)}" download="{name}">{name}</a>')
