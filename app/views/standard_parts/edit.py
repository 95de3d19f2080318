"""House tolerances as numbers to change; a new version with author and reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

import streamlit as st

from app.house_packs import LONGEST_AUTHOR, LONGEST_REASON, Edit, PackChoice, changes, save_version
from app.presenter.standards import EditRow, change_rows, changes_html, edit_rows, lock_html, stored, word_label
from app.views.context import language, places, preferences, say, show_error
from app.views.keeping import defaulted, forget, keep, valued
from app.views.standard_parts.search import Search
from vision.errors import YitaiError
from vision.standard import Pack

EDITS = "standard_edits"  # by version: the edits that are not saved yet, by rule
SAVED = "standard_saved"  # the version that was saved last in this session


def show_edit(choice: PackChoice, pack: Pack, search: Search) -> None:
    """Rows at the left, what will change and the save button at the right."""
    rows = edit_rows(pack, language(), search.drill, search.text)
    edits = _edits(choice)
    left, right = st.columns([3, 2], gap="large")
    with left:
        for ask, group in _by_clause(rows):
            with st.container(border=True, key=f"edit-{choice.id}-{group[0].rule}", gap="small"):
                st.html(f'<p class="edit-ask">{escape(ask)}</p>')
                for row in group:
                    _row(choice, pack, row, edits)
        if not rows:
            st.info(say("没有可修改的项目。", "Nothing to edit here."), icon=":material/search_off:")
    with right, st.container(key="edit-panel", border=True):
        _panel(choice, pack, edits)


def _edits(choice: PackChoice) -> dict[str, Edit]:
    of_all: dict[str, dict[str, Edit]] = st.session_state.setdefault(EDITS, {})
    return of_all.setdefault(choice.id_or_path, {})


def _by_clause(rows: Sequence[EditRow]) -> list[tuple[str, list[EditRow]]]:
    groups: list[tuple[str, list[EditRow]]] = []
    for row in rows:
        if not groups or groups[-1][1][0].clause != row.clause:
            groups.append((row.ask, []))
        groups[-1][1].append(row)
    return groups


def _row(choice: PackChoice, pack: Pack, row: EditRow, edits: dict[str, Edit]) -> None:
    label, low, high = st.columns([5, 3, 3], vertical_alignment="bottom", gap="small")
    stated = say(f"文件规定：{row.figure}", f"the document: {row.figure}")
    figure = f"<small>{lock_html(language())}{escape(stated)}</small>" if row.figure else ""
    label.html(f'<p class="edit-label">{escape(row.label)}{figure}</p>')
    if row.locked:
        low.html(f'<p class="edit-locked">{lock_html(language())}<b>{escape(row.accept)}</b></p>')
        high.html(f'<p class="edit-locked"><small>{escape(row.locked)}</small></p>')
        return
    name = f"edit-{choice.id}-{row.rule}"
    rule = next(rule for clause in pack.clauses for rule in clause.rules if rule.id == row.rule)
    if row.words:
        with low:
            words = _words(name, row)
        edit = Edit(row.rule, words=words)
        same = set(words) == set(rule.words)
    else:
        low_value = None if row.low is None else _number(low, say("下限", "From"), f"{name}-low", row.low, row)
        high_value = None if row.high is None else _number(high, say("上限", "To"), f"{name}-high", row.high, row)
        edit = Edit(row.rule, stored(low_value, rule), stored(high_value, rule))
        same = (low_value, high_value) == (row.low, row.high)
    if same:
        edits.pop(row.rule, None)
    else:
        edits[row.rule] = edit


def _number(place: st.delta_generator.DeltaGenerator, label: str, name: str, value: float, row: EditRow) -> float:
    said = f"{label}（{row.sign}）" if language() == "zh" else f"{label} ({row.sign})"
    number = place.number_input(said if row.sign else label, **valued(name, value), step=row.step, format="%g")
    return keep(name, number)


def _words(name: str, row: EditRow) -> tuple[str, ...]:
    chosen = st.multiselect(
        say("接受", "Accepted"),
        row.known_words,
        **defaulted(name, list(row.words)),
        format_func=lambda word: word_label(word, language()),
    )
    return keep(name, tuple(chosen))


def _panel(choice: PackChoice, pack: Pack, edits: dict[str, Edit]) -> None:
    st.subheader(say("将要保存的修改", "What will change"))
    if not edits:
        st.caption(
            say("在左边修改数值，这里会列出改动前后的对比。保存后成为一个新版本，原来的版本不变。",
                "Change numbers at the left: old and new appear here. Saving makes a new version; "
                "the one before stays as it is.")
        )  # fmt: skip
        return
    st.session_state.pop(SAVED, None)
    try:
        made = changes(pack, list(edits.values()))
    except YitaiError as error:
        show_error(error)
        return
    st.html(changes_html(change_rows(made, language())))
    author = keep(
        "edit-author",
        st.text_input(
            say("修改人", "Author"), **valued("edit-author", preferences().trainer or ""), max_chars=LONGEST_AUTHOR
        ),
    )
    reason = keep(
        "edit-reason",
        st.text_area(say("原因", "Reason"), **valued("edit-reason", ""), max_chars=LONGEST_REASON, height=80),
    )
    with st.container(horizontal=True, gap="small"):
        save = st.button(
            say("保存为新版本", "Save as a new version"), type="primary", key="edit-save", icon=":material/save:"
        )
        st.button(say("放弃修改", "Discard"), key="edit-discard", on_click=_discard, args=(choice,))
    if save:
        _save(choice, edits, author, reason)


def _save(choice: PackChoice, edits: dict[str, Edit], author: str, reason: str) -> None:
    try:
        saved = save_version(places(), choice, list(edits.values()), author, reason, datetime.now().astimezone())
    except YitaiError as error:
        show_error(error)
        return
    _discard(choice)
    forget("edit-reason")
    st.session_state[SAVED] = saved.id_or_path
    forget("standards-pack")
    keep("standards-pack", saved.id_or_path)
    st.rerun()


def _discard(choice: PackChoice) -> None:
    for rule in _edits(choice):
        name = f"edit-{choice.id}-{rule}"
        forget(name, f"{name}-low", f"{name}-high")
    _edits(choice).clear()
