"""Links from one page to another that keep the session."""

from __future__ import annotations

import streamlit as st


def link_to(module: str, label: str, icon: str | None = None, **query: str) -> None:
    """A link to the page of a module in `app.views`, with what its address shall say."""
    page = st.Page(_elsewhere, title=label, url_path=module)
    st.page_link(page, label=label, icon=icon, query_params=query or None)


def go_to(module: str, **query: str) -> None:
    """Leave for the page of a module in `app.views`, with what its address shall say."""
    st.switch_page(st.Page(_elsewhere, title=module, url_path=module), query_params=query or None)


def _elsewhere() -> None:
    """Stands for a page that is only linked or gone to."""
