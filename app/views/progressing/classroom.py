"""The class: a map of trainees by clauses, the takes behind each cell."""

from __future__ import annotations

import streamlit as st

from app.components.picks import picks
from app.library.records import store_of
from app.presenter.progress_class import map_html, ordered, takes_html
from app.presenter.progress_words import demand_text, since
from app.store.people import groups
from app.texts import literal
from app.trends.class_map import class_map, drills_shown, takes_of
from app.trends.scope import ClassScope, name_of
from app.views.context import language, places, say
from app.views.keeping import defaulted, indexed, keep, segment
from app.views.links import go_to
from app.views.progressing.where import PART, PERSON, WHO, choose_period, heed_pick, open_person
from vision.report.wording import drill_text
from vision.types import Drill

EVERYBODY = ""
ROWS_AT_ONCE = 50
NAME, NEED = "name", "need"


def show_class() -> None:
    """Group, drill, period and order above the map."""
    store, viewer = store_of(places()), places().viewer
    drills = drills_shown(store, viewer)
    if not drills:
        st.info(say("还没有带姓名的录像。", "There is no take with a name yet."), icon=":material/groups:")
        return
    with st.container(key="progress-scope", horizontal=True, vertical_alignment="center", gap="small"):
        scope = ClassScope(_choose_drill(drills), _choose_group(), since(choose_period("progress-class-period")))
        by_need = _choose_order() == NEED
    found = class_map(store, viewer, scope)
    if not found.rows or not found.demands:
        st.info(
            say("这段时间里没有这样的录像。", "There are no such takes in this time."), icon=":material/event_busy:"
        )
        return
    rows = ordered(found, by_need)
    page = _page(len(rows))
    shown = rows[page * ROWS_AT_ONCE : (page + 1) * ROWS_AT_ONCE]
    picked = picks("progress-map", map_html(found, shown, language()), open_person)
    if picked is not None and picked.startswith("cell:"):
        person, _, demand = picked.removeprefix("cell:").partition(":")
        if person.isdecimal():
            _behind(scope, int(person), demand)
        return
    heed_pick(picked)


def _behind(scope: ClassScope, person: int, demand: str) -> None:
    title = f"{name_of(store_of(places()), person)} · {drill_text(scope.drill, language())}"
    st.dialog(literal(title), width="large")(_takes)(scope, person, demand)


def _takes(scope: ClassScope, person: int, demand: str) -> None:
    """The takes behind a cell, in a window."""
    st.write(demand_text(demand, language()))
    takes = takes_of(store_of(places()), places().viewer, scope, person, demand)
    heed_pick(picks("progress-behind", takes_html(takes, language())))
    if st.button(say("看这位学员的全部", "Everything of this trainee"), icon=":material/trending_up:"):
        go_to("progress", **{PART: PERSON, WHO: str(person)})


def _choose_drill(drills: tuple[Drill, ...]) -> Drill:
    names = [drill.value for drill in drills]
    chosen: str = keep(
        "progress-class-drill",
        st.selectbox(
            say("动作", "Drill"),
            names,
            format_func=lambda one: drill_text(Drill(one), language()),
            **indexed("progress-class-drill", names[0], names),
            label_visibility="collapsed",
        ),
    )
    return Drill(chosen)


def _choose_group() -> str | None:
    names = [EVERYBODY, *groups(store_of(places()))]
    chosen: str = keep(
        "progress-group",
        st.selectbox(
            say("分组", "Group"),
            names,
            format_func=lambda one: one or say("所有人", "Everybody"),
            **indexed("progress-group", EVERYBODY, names),
            label_visibility="collapsed",
        ),
    )
    return chosen or None


def _choose_order() -> str:
    words = {NAME: say("按姓名", "By name"), NEED: say("不符合多的在前", "Most failures first")}
    return segment("progress-order", say("次序", "Order"), words)


def _page(rows: int) -> int:
    """Which fifty trainees; asked only where there are more."""
    pages = list(range((rows + ROWS_AT_ONCE - 1) // ROWS_AT_ONCE))
    if len(pages) < 2:
        return 0

    def word(page: int) -> str:
        return f"{page * ROWS_AT_ONCE + 1}–{min(rows, (page + 1) * ROWS_AT_ONCE)}"

    chosen = st.segmented_control(
        say("第几位", "Which"),
        pages,
        format_func=word,
        **defaulted("progress-page", 0, pages),
        label_visibility="collapsed",
        required=True,
        width="content",
    )
    return keep("progress-page", chosen if chosen is not None else 0)
