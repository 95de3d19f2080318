"""The line above every step after the first: back, the drill, for whom."""

from __future__ import annotations

from html import escape

import streamlit as st

from app.presenter.practise import NEEDS, main_clause
from app.server.address import asset_url
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


def picture(now: Practice) -> None:
    """The drill's drawing, and from where it should be seen."""
    url = escape(asset_url(f"drill_{now.drill}.svg"))
    needs = escape(say(*NEEDS[now.drill]))
    st.html(f'<figure class="drill-picture"><img src="{url}" alt=""><figcaption>{needs}</figcaption></figure>')
