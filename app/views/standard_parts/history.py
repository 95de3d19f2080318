"""The house versions of a standard: by whom, when, why, and what changed."""

from __future__ import annotations

from html import escape

import streamlit as st

from app.house_packs import PackChoice, differences
from app.presenter.batch import day_and_time
from app.presenter.standards import change_rows, changes_html
from app.texts import literal, pick
from app.views.context import language, prefer, preferences, say, show_error
from vision.errors import PackError
from vision.standard import load_pack


def show_history(choice: PackChoice, choices: dict[str, PackChoice]) -> None:
    """All versions of the chosen standard, the newest first."""
    versions = [one for one in choices.values() if one.is_house and one.base == choice.base]
    if not versions:
        st.info(
            say("还没有内部版本。在“修改容差”里改动并保存后，会列在这里。",
                "No house version yet. Change a tolerance under “Edit tolerances” and save: it is listed here."),
            icon=":material/history:",
        )  # fmt: skip
        return
    by_id = {one.id: one for one in choices.values()}
    for version in versions:
        _version(version, by_id.get(version.parent, by_id[version.base]))


def _version(version: PackChoice, parent: PackChoice) -> None:
    is_default = preferences().standard == version.id_or_path
    with st.container(border=True, key=f"version-{version.id}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            title = escape(pick(language(), version.title_zh, version.title_en))
            who = f"{escape(version.author)} · {day_and_time(version.created)}"
            st.html(f'<div class="batch-name"><b>{title}</b><span>{who}</span></div>', width="content")
            if is_default:
                st.badge(say("默认标准", "Default"), icon=":material/check_circle:", color="green", width="content")
            elif st.button(say("设为默认", "Make default"), key=f"version-default-{version.id}"):
                prefer(standard=version.id_or_path)
                st.rerun()
        st.html(f'<p class="version-reason">{escape(version.reason)}</p>')
        try:
            made = differences(load_pack(parent.id_or_path), load_pack(version.id_or_path))
        except PackError as error:
            show_error(error)
            return
        before = literal(pick(language(), parent.title_zh, parent.title_en))
        st.caption(say(f"相对于 {before}", f"Against {before}"))
        st.html(changes_html(change_rows(made, language())))
