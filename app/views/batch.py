"""Batch: score many recordings at once, watch, and look into what came out."""

from __future__ import annotations

from html import escape

import streamlit as st

from app.batch.kept import find_kept, list_kept
from app.presenter.batch import BatchCard, batch_card, tally_html
from app.views.batching.ask import show_ask
from app.views.batching.board import board, close_batch, open_batch, opened
from app.views.batching.opened import show_opened
from app.views.context import language, places, say
from app.views.polling import polled

SHOWN = "batch_shown"
STEP = 12
POLL_S = 2.0


def show() -> None:
    """The page."""
    wanted = opened()
    batch = find_kept(places(), wanted) if wanted else None
    if batch is not None:
        show_opened(batch)
        return
    if wanted:
        close_batch()
    st.title(say("批量评测", "Batch"))
    show_ask()
    busy = bool(board().running())
    polled(_earlier, POLL_S if busy else None, "batches", busy)


def _earlier(was_busy: bool) -> None:
    """The batches so far, the newest first."""
    if was_busy and not board().running():
        st.rerun()
    found = list_kept(places())
    if not found:
        return
    st.subheader(say("已有批次", "Batches so far"))
    shown = st.session_state.setdefault(SHOWN, STEP)
    with st.container(key="batch-list", gap="small"):
        for kept in found[:shown]:
            _card(batch_card(kept, board().state(kept.id), language()))
    if len(found) > shown and st.button(say("显示更多", "Show more"), key="batch-more"):
        st.session_state[SHOWN] = shown + STEP
        st.rerun()


def _card(card: BatchCard) -> None:
    with st.container(
        key=f"batch-card-{card.id}", border=True, horizontal=True, vertical_alignment="center", gap="small"
    ):
        name = f"<b>{escape(card.title)}</b><span>{card.when} · {escape(card.line)}</span>"
        st.html(f'<div class="batch-name">{name}</div>{tally_html(card.tallies)}', width="stretch")
        if st.button(say("打开", "Open"), key=f"batch-open-{card.id}"):
            open_batch(card.id)
            st.rerun(scope="app")
