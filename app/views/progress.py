"""Progress: a trainee's courses and what to practise; for trainers the class, agreement with the program, groups."""

from __future__ import annotations

import streamlit as st

from app.views.context import say, show_error, viewer
from app.views.progressing.changes import show_changes
from app.views.progressing.classroom import show_class
from app.views.progressing.groups import show_groups
from app.views.progressing.person import show_person
from app.views.progressing.trust import show_agreement
from app.views.progressing.where import CHANGES, CLASS, GROUPS, PERSON, TRUST, choose_part
from vision.errors import YitaiError


def show() -> None:
    """The page."""
    with st.container(key="progress-head", horizontal=True, vertical_alignment="center", gap="medium"):
        st.title(say("进步", "Progress"), width="content", anchor=False)
        part = choose_part(viewer().trains)
    shown = {
        CLASS: show_class,
        PERSON: show_person,
        CHANGES: show_changes,
        TRUST: show_agreement,
        GROUPS: show_groups,
    }
    try:
        shown[part]()
    except YitaiError as error:
        show_error(error)
