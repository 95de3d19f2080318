"""The line above every step after the first: back, the drill, for whom."""

from __future__ import annotations

from html import escape

import streamlit as st

from app.presenter.practise import main_clause
from app.views.context import preferences, say
from app.views.practising.flow import Practice, Step, go, leave_live
from vision.quantities import DRILL_TEXT
from vision.report.wording import typeset


def head(now: Practice) -> None:
    """Back to the choice, and what is practised."""
    zh, en = DRILL_TEXT[now.drill]
    clause = main_clause(now.pack, now.drill, preferences().sex)
    ask = say(typeset(clause.clause.zh), clause.clause.en)
    figure = say(typeset(clause.figure_zh), clause.figure_en)
    with st.container(key="practise-head", horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(say("换一个", "Other drill"), icon=":material/arrow_back:", type="tertiary", key="practise-back"):
            leave_live(now)
            go(Step.CHOOSE)
        tag = f'<span class="tag">{escape(figure)}</span>' if figure else ""
        name = say(zh, en[:1].upper() + en[1:])
        st.html(
            f'<div class="drill-head"><h1>{escape(name)}</h1><span>{escape(ask)}</span>{tag}</div>', width="stretch"
        )
