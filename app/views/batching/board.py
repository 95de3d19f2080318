"""The jobs and archives of this server, shared by all sessions, and which batch is open in this one."""

from __future__ import annotations

import streamlit as st

from app.batch.archive import Archive
from app.batch.kept import Kept, contents
from app.jobs import JobBoard
from app.settings import default_jobs

OPEN = "batch"  # in the address, so that a reload comes back to it


@st.cache_resource(show_spinner=False)
def board() -> JobBoard:
    """The jobs of this server."""
    return JobBoard()


@st.cache_resource(show_spinner=False)
def archives() -> dict[str, Archive]:
    """Archives that are being packed, by the batch's id."""
    return {}


def start(batch: Kept) -> None:
    """Score what is missing of a batch."""
    board().start(batch.asked.inputs, batch.asked.choices, batch.reports, default_jobs(), batch.id)


def pack(batch: Kept) -> None:
    """Begin to pack everything of a batch, unless that is under way."""
    there = archives().get(batch.id)
    if there is None or there.state.finished:
        archive = Archive(batch.reports, tuple(contents(batch)), batch.archive)
        archives()[batch.id] = archive
        archive.start()


def open_batch(batch_id: str) -> None:
    """Show this batch from the next run of the page on."""
    st.query_params[OPEN] = batch_id


def close_batch() -> None:
    """Back to the list."""
    st.query_params.pop(OPEN, None)


def opened() -> str | None:
    """The batch that is open here."""
    return st.query_params.get(OPEN)
