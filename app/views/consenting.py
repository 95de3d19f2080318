"""The notice before the first recording, and agreeing to it; what a trainer says for somebody else."""

from __future__ import annotations

from html import escape

import streamlit as st

from app.library.records import store_of
from app.privacy.consents import adds_others, agree, agreed, consent_of, vouch
from app.privacy.handler import handler_of
from app.privacy.periods import periods
from app.privacy.wording import points
from app.views.context import language, places, say, show_error
from vision.errors import YitaiError


def consented(title: str = "") -> bool:
    """Whether the viewer agreed to being recorded; shows the notice, under a title, where they did not."""
    given = consent_of(store_of(places()), places().viewer)
    if given is not None and given.current:
        return True
    if title:
        st.title(title)
    with st.container(key="consent", border=True):
        st.subheader(say("录制之前", "Before you are recorded"))
        st.html(notice_html())
        if st.button(say("同意", "I agree"), type="primary", icon=":material/check:", key="consent-agree"):
            try:
                agree(places(), language())
            except YitaiError as error:
                show_error(error)
                return False
            st.rerun()
    return False


def notice_html() -> str:
    """The notice as a list."""
    now = places()
    lines = points(language(), periods(store_of(now)), local=now.viewer.local, handler=handler_of(now))
    rows = "".join(f"<dt>{escape(line.head)}</dt><dd>{escape(line.text)}</dd>" for line in lines)
    return f'<dl class="consent-notice">{rows}</dl>'


def vouched(name: str, key: str) -> bool | None:
    """Whether who is shown agreed: True in the records, False not yet; None: the trainer ticked that they did."""
    if agreed(places(), name):
        return True
    who = name.strip() or say("录像中的每个人", "everybody who is shown")
    with st.container(key=f"{key}-vouch"):
        ticked = st.checkbox(
            say(f"{who}看过说明并同意录制", f"{_capital(who)} read the notice and agreed to being recorded"),
            key=f"{key}-{name.strip()}",
        )
        with st.popover(say("说明内容", "The notice"), icon=":material/description:"):
            st.html(notice_html())
    return None if ticked else False


def settle(name: str, state: bool | None) -> None:
    """Keep what a trainer ticked; YitaiError where that may not be said for the person."""
    if state is None and adds_others(places().viewer):
        vouch(places(), name, language())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
