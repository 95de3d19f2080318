"""The library: takes, the newest first, a page at a time; adding recordings and the shipped samples."""

from __future__ import annotations

import streamlit as st

from app.components.takes import Wish
from app.components.takes import takes as take_cards
from app.library.intake import shipped_samples
from app.library.takes import TakesFound, remove_take, search_takes
from app.presenter.review_list import card, list_words
from app.views.context import language, places, say, show_error
from app.views.reviewing.adding import add_samples, adding, adding_form, set_adding, show_progress, take_in_finished
from app.views.reviewing.chosen import layer_or_problem, open_take, picture
from app.views.reviewing.downloads import show_downloads
from vision.errors import YitaiError

FIND, MOST = "review_find", "review_most"  # what is looked for, and how many are shown
AT_ONCE = 48  # as in the component


def show_library() -> None:
    """Everything that was kept; takes that were just finished among them."""
    take_in_finished()
    found = search_takes(places(), st.session_state.get(FIND, ""), most=st.session_state.get(MOST, AT_ONCE))
    anything = bool(found.takes) or bool(st.session_state.get(FIND))
    with st.container(key="review-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.title(say("回看", "Review"))
        if anything and not adding():
            st.button(
                say("添加录像", "Add a recording"),
                type="primary",
                icon=":material/add:",
                key="review-add",
                on_click=set_adding,
                args=(True,),
            )
            show_downloads()
    running = show_progress()
    if adding() or not (anything or running):
        adding_form(first=not anything)
    if not anything:
        if not running:
            _samples()
        return
    _cards(found)


def _samples() -> None:
    """For a library with nothing in it."""
    folder = shipped_samples()
    if folder is None:
        return
    with st.container(key="review-samples", horizontal=True, vertical_alignment="center"):
        st.write(say("手边没有录像？先看看自带的示例。", "No recording at hand? Have a look at the samples."))
        st.button(
            say("添加示例", "Add the samples"),
            icon=":material/movie:",
            key="review-add-samples",
            on_click=add_samples,
            args=(folder,),
        )


def _cards(found: TakesFound) -> None:
    spoken, searched = language(), st.session_state.get(FIND, "")
    shown = [card(take, layer_or_problem(take)[0], picture(take), spoken) for take in found.takes]
    wish = take_cards("review-takes", shown, list_words(spoken), count=found.count, found=searched, before=_heed)
    if wish is None or wish.kind != "remove":
        return
    st.dialog(say("移除这段录像？", "Remove this take?"))(_removing)(wish.take)


def _heed(wish: Wish) -> None:
    """What was pressed or typed, before the page is drawn again."""
    if wish.kind == "open":
        open_take(wish.take)
    elif wish.kind == "find":
        st.session_state[FIND], st.session_state[MOST] = wish.text, AT_ONCE
    elif wish.kind == "more":
        st.session_state[MOST] = st.session_state.get(MOST, AT_ONCE) + AT_ONCE


def _removing(take_id: str) -> None:
    st.write(
        say(
            "文件夹连同其中的一切都会删除，无法恢复。",
            "Its folder is deleted with everything in it. This cannot be undone.",
        )
    )
    if st.button(say("移除", "Remove"), type="primary", icon=":material/delete:", key="review-remove"):
        try:
            remove_take(places(), take_id)
        except YitaiError as error:
            show_error(error)
            return
        st.rerun()
