"""The frame round every page: title, navigation, language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from importlib import import_module
from importlib.resources import files

import streamlit as st

from app.server.gate import LOGIN
from app.server.login import ACCOUNT
from app.settings import LANGUAGES
from app.store.viewers import NotSignedInError, Viewer
from app.texts import pick
from app.views.context import choose_language, language, say, viewer

CHOICE = "language_choice"
VIEWER = "viewer"
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its module in `app.views`, its address, its name and its icon."""

    module: str
    zh: str
    en: str
    icon: str
    trainers: bool = False  # whether trainees have no business there


PAGES = (
    Page("practise", "练习", "Practise", ":material/accessibility_new:"),
    Page("review", "回看", "Review", ":material/slow_motion_video:"),
    Page("progress", "进步", "Progress", ":material/trending_up:"),
    Page("batch", "批量", "Batch", ":material/video_library:", trainers=True),
    Page("standards", "标准", "Standards", ":material/rule:"),
    Page("calibrate", "标定", "Calibrate", ":material/straighten:", trainers=True),
    Page("setup", "设置", "Setup", ":material/tune:"),
)
FIRST = PAGES[0].module


def show() -> None:
    """Draw the frame and run the page that was chosen."""
    st.set_page_config(page_title="仪态 Yitai", page_icon="🧍", layout="wide", initial_sidebar_state="collapsed")
    st.html(f"<style>{(files('app') / 'assets' / 'page.css').read_text(encoding='utf-8')}</style>")
    viewer = _entered()
    spoken = language()
    pages = {
        page.module: st.Page(
            _runner(page.module), title=pick(spoken, page.zh, page.en), icon=page.icon, url_path=page.module
        )
        for page in PAGES
        if viewer.trains or not page.trainers
    }
    # Streamlit gives the first page no address but "/": this one stands there for `FIRST`, which so keeps its own.
    home = st.Page(_runner(FIRST, "home"), title=pages[FIRST].title, icon=pages[FIRST].icon, default=True)
    chosen = st.navigation([home, *pages.values()], position="hidden")
    with st.container(key="top-bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.html('<div class="brand"><b>仪态</b><span>Yitai</span></div>', width="content")
        with st.container(key="navigation", horizontal=True, gap=None):
            for module, page in pages.items():
                here = page is chosen or (chosen is home and module == FIRST)
                with st.container(key=f"to-{module}{'-here' if here else ''}"):
                    st.page_link(page)
        if not viewer.local:
            _account(viewer)
        _language_switch()
    chosen.run()


def _entered() -> Viewer:
    """Who looks at the page; a page without anything for nobody. What another had open here is forgotten."""
    try:
        now = viewer()
    except NotSignedInError as error:
        st.session_state.clear()
        st.error(f"{error.zh}  \n{error.en}", icon=":material/lock:")
        st.html(f'<a href="{LOGIN}" target="_self">登录 · Sign in</a>')
        st.stop()
    if st.session_state.setdefault(VIEWER, now.account) != now.account:
        st.session_state.clear()
        st.session_state[VIEWER] = now.account
    return now


def _account(now: Viewer) -> None:
    words = escape(now.name)
    st.html(f'<a class="account" href="{ACCOUNT}" target="_self">{words}</a>', width="content")


def _runner(module: str, name: str = "") -> Callable[[], None]:
    """Import a page only when it is shown: the first one is there sooner."""

    def run() -> None:
        import_module(f"app.views.{module}").show()

    run.__name__ = name or module
    return run


def _language_switch() -> None:
    st.session_state[CHOICE] = language()
    with st.container(key="language-switch", width="content"):
        st.segmented_control(
            say("语言", "Language"),
            LANGUAGES,
            format_func=LANGUAGE_NAMES.__getitem__,
            label_visibility="collapsed",
            key=CHOICE,
            width="content",
            required=True,
            on_change=_switch,
        )


def _switch() -> None:
    """Before the page is drawn: a run that stopped here would forget what stands in the widgets below."""
    choose_language(st.session_state[CHOICE])
