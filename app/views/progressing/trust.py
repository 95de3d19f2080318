"""Whether to trust the program: how far trainers and it agree, clause by clause."""

from __future__ import annotations

import streamlit as st

from app.components.picks import picks
from app.library.records import store_of
from app.presenter.progress_agreement import agreement_html, how_text
from app.presenter.progress_words import since
from app.trends.agreement import agreements
from app.views.context import language, places, say
from app.views.progressing.where import choose_period


def show_agreement() -> None:
    """The period, then the table."""
    period = choose_period("progress-agreement-period", "all")
    found = agreements(store_of(places()), places().viewer, since(period))
    if not found:
        st.info(
            say(
                "还没有教练看过的判定。在“回看”里签字确认或改判后，这里就会有内容。",
                "No trainer has judged anything yet: sign off or override takes in Review, and figures appear here.",
            ),
            icon=":material/balance:",
        )
    else:
        picks("progress-agreement", agreement_html(found, language()))
    st.caption(how_text(language()))
