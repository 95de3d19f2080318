"""Standards: what is asked, by whom it is decided, and the house's own tolerances in versions."""

from __future__ import annotations

import streamlit as st

from app.house_packs import PackChoice, list_all_packs, usable_standard
from app.presenter.standards import cards_html, clause_cards, drills_in, pack_label, summary_text
from app.texts import literal, pick
from app.views.context import language, places, prefer, preferences, say, show_error
from app.views.keeping import defaulted, indexed, keep, segment, valued
from app.views.standard_parts.edit import SAVED, show_edit
from app.views.standard_parts.history import show_history
from app.views.standard_parts.search import Search
from vision.errors import PackError
from vision.quantities import DRILL_TEXT
from vision.standard import Pack, load_pack
from vision.types import Drill

BROWSE, EDIT, HISTORY = "browse", "edit", "history"


def show() -> None:
    """The page."""
    st.title(say("标准", "Standards"))
    choices = {choice.id_or_path: choice for choice in list_all_packs(places())}
    choice = _chosen(choices)
    try:
        pack, shipped = load_pack(choice.id_or_path), load_pack(choice.base)
    except PackError as error:
        show_error(error)
        return
    _said(choice)
    mode = _mode()
    if mode == HISTORY:
        show_history(choice, choices)
        return
    search = _search(pack)
    if mode == EDIT:
        show_edit(choice, pack, search)
        return
    _browse(choice, pack, shipped, search)


def _chosen(choices: dict[str, PackChoice]) -> PackChoice:
    default = usable_standard(places(), preferences().standard)
    with st.container(key="standard-head", horizontal=True, vertical_alignment="center", gap="small"):
        name = keep(
            "standards-pack",
            st.selectbox(
                say("标准", "Standard"),
                list(choices),
                format_func=lambda one: pack_label(choices[one], language()),
                **indexed("standards-pack", default, list(choices)),
                label_visibility="collapsed",
            ),
        )
        if name == default:
            st.badge(say("默认标准", "Default"), icon=":material/check_circle:", color="green", width="content")
        elif st.button(say("设为默认", "Make default"), key="standard-default", icon=":material/check_circle:"):
            prefer(standard=name)
            st.rerun()
    return choices[name]


def _said(choice: PackChoice) -> None:
    """That this version was saved, until something else is done."""
    if st.session_state.get(SAVED) == choice.id_or_path:
        title = literal(pick(language(), choice.title_zh, choice.title_en))
        st.success(say(f"已保存：{title}", f"Saved: {title}"), icon=":material/check:")


def _mode() -> str:
    words = {
        BROWSE: say("查看条款", "Clauses"),
        EDIT: say("修改容差", "Edit tolerances"),
        HISTORY: say("版本记录", "Versions"),
    }
    return segment("standards-mode", say("查看或修改", "Look or edit"), words)


def _search(pack: Pack) -> Search:
    drills = ("", *drills_in(pack))
    with st.container(key="standard-search", horizontal=True, vertical_alignment="center", gap="small"):
        text = st.text_input(
            say("查找", "Find"),
            **valued("standards-find", ""),
            placeholder=say("查找条款，如：鞠躬、肩、手", "Find a clause: bow, shoulder, hand ..."),
            label_visibility="collapsed",
            icon=":material/search:",
        )
        drill = st.pills(
            say("动作", "Drill"),
            drills,
            format_func=lambda one: pick(language(), *DRILL_TEXT[Drill(one)]) if one else say("全部", "All"),
            **defaulted("standards-drill", "", drills),
            label_visibility="collapsed",
            required=True,
        )
    keep("standards-find", text)
    keep("standards-drill", drill or "")
    return Search(Drill(drill) if drill else None, text)


def _browse(choice: PackChoice, pack: Pack, shipped: Pack, search: Search) -> None:
    cards = clause_cards(pack, shipped, language(), search.drill, search.text)
    if choice.is_house:
        st.caption(say(f"{choice.author}：{choice.reason}", f"{choice.author}: {choice.reason}"))
    st.caption(summary_text(pack, language()))
    if not cards:
        st.info(say("没有找到，换个词试试。", "Nothing found; try another word."), icon=":material/search_off:")
        return
    st.html(cards_html(cards, language()))
