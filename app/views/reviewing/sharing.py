"""Showing a take of one's own to the trainers, and taking that back."""

from __future__ import annotations

import streamlit as st

from app.library.desk import TRAINERS, allowed, share, shared_with, unshare
from app.library.takes import Take
from app.store.access import Action
from app.store.viewers import Role
from app.views.context import places, say, show_error, viewer
from vision.errors import YitaiError


def show_sharing(take: Take) -> None:
    """A switch for a trainee's own take; nothing for anybody else."""
    if viewer().role is not Role.TRAINEE or not allowed(places(), take, Action.SHARE):
        return
    shared = TRAINERS in shared_with(places(), take)
    wanted = st.toggle(
        say("给教练看", "Show it to the trainers"),
        value=shared,
        key=f"review-share-{take.id}-{shared}",
        help=say("不打开时只有你自己能看", "Until then nobody but you sees it"),
    )
    if wanted != shared:
        try:
            (share if wanted else unshare)(places(), take)
        except YitaiError as error:
            show_error(error)
            return
        st.rerun()
