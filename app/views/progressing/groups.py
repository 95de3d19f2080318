"""Groups: making them, naming them, putting trainees in. For trainers and administrators."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app.library.records import store_of
from app.store.people import groups, trainees
from app.trends.groups import add_group, add_trainee, remove_group, rename_group, set_members
from app.views.context import places, say, show_error
from app.views.keeping import indexed, keep
from vision.errors import YitaiError


def show_groups() -> None:
    """New groups and trainees above, below them the members of one group."""
    store = store_of(places())
    names = {person.id: person.name for person in trainees(store)}
    with st.container(key="progress-groups"):
        left, right = st.columns(2, gap="medium")
        with left:
            _adding("group", say("新的分组", "New group"), say("例如：一班", "For example: class 1"), add_group)
        with right:
            _adding("trainee", say("新的学员", "New trainee"), say("姓名", "Name"), add_trainee)
    found = groups(store)
    if not found:
        st.info(say("还没有分组。", "There is no group yet."), icon=":material/groups:")
        return
    name = _choose(found)
    with st.container(border=True):
        _group(name, found[name], names)


def _adding(kind: str, label: str, hint: str, add: Callable[..., str]) -> None:
    with st.form(f"progress-new-{kind}", clear_on_submit=True, border=True):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            name = st.text_input(label, placeholder=hint, max_chars=200)
            wanted = st.form_submit_button(say("添加", "Add"), icon=":material/add:")
        if wanted:
            _do(lambda: add(store_of(places()), places().viewer, name))


def _choose(found: dict[str, tuple[int, ...]]) -> str:
    options = list(found)
    chosen: str = keep(
        "progress-edited",
        st.selectbox(say("分组", "Group"), options, **indexed("progress-edited", options[0], options)),
    )
    return chosen


def _group(name: str, members: tuple[int, ...], names: dict[int, str]) -> None:
    wanted = st.multiselect(
        say(f"成员（{len(members)} 人）", f"Members ({len(members)})"),
        list(names),
        default=[one for one in members if one in names],
        format_func=names.__getitem__,
        key=f"progress-members-{name}-{hash(members)}",
        placeholder=say("选择学员", "Choose trainees"),
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        changed = set(wanted) != set(members)
        if st.button(
            say("保存成员", "Keep members"), key=f"progress-keep-{name}", type="primary", disabled=not changed
        ):
            _do(lambda: set_members(store_of(places()), places().viewer, name, wanted))
        with st.popover(say("改名", "Rename"), icon=":material/edit:"):
            other = st.text_input(say("新的名称", "New name"), value=name, key=f"progress-name-{name}")
            if st.button(say("保存", "Keep"), key=f"progress-rename-{name}"):
                _do(lambda: rename_group(store_of(places()), places().viewer, name, other))
        with st.popover(say("移除", "Remove"), icon=":material/delete:"):
            st.write(say("分组会被移除，学员和录像都保留。", "The group goes; its trainees and takes stay."))
            if st.button(say("移除这个分组", "Remove this group"), key=f"progress-remove-{name}"):
                _do(lambda: remove_group(store_of(places()), places().viewer, name))


def _do(change: Callable[[], object]) -> None:
    """Make a change and show the page anew; what is refused is said."""
    try:
        change()
    except YitaiError as error:
        show_error(error)
        return
    st.rerun()
