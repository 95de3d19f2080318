"""Which part of the progress page is open, and whose progress; in the address, so that a link comes back to it."""

from __future__ import annotations

import streamlit as st

from app.library.records import store_of
from app.presenter.progress_words import PERIODS
from app.trends.scope import NOBODY, PersonInfo, people
from app.views.context import places, say
from app.views.keeping import segment
from app.views.links import go_to

PART, WHO = "part", "person"
CLASS, PERSON, CHANGES, TRUST, GROUPS = "class", "person", "change", "agreement", "groups"
NAMES = {
    CLASS: ("班级", "Class"),
    PERSON: ("个人", "One trainee"),
    CHANGES: ("前后对比", "Before and after"),
    TRUST: ("与教练的一致性", "Trainers and program"),
    GROUPS: ("分组", "Groups"),
}
NOBODY_YET = ("还没有带姓名的录像。", "There is no take with a name yet.")
NOTHING_YET = (
    "还没有你的录像。练习一次并保留，这里就会有内容。",
    "There is no take of yours yet: practise once and keep it.",
)


def choose_part(trains: bool) -> str:
    """The part that is open; trainees have their own progress only."""
    parts = tuple(NAMES) if trains else (PERSON, CHANGES)
    asked = st.query_params.get(PART, "")
    if asked not in parts:
        asked = PERSON if WHO in st.query_params or not trains else CLASS
    key = "progress-part"
    st.session_state[key] = asked

    def chosen() -> None:
        st.query_params[PART] = st.session_state[key] or asked

    def word(part: str) -> str:
        return say("我的", "Mine") if part == PERSON and not trains else say(*NAMES[part])

    st.segmented_control(
        say("内容", "Part"), parts, format_func=word, key=key, label_visibility="collapsed", on_change=chosen,
        width="content", required=True,
    )  # fmt: skip
    return asked


def choose_person(trains: bool) -> PersonInfo | None:
    """Whose progress is shown; None where there is nobody yet. A trainee has no choice."""
    found = {one.id: one for one in people(store_of(places()), places().viewer)}
    if not found:
        st.info(say(*(NOBODY_YET if trains else NOTHING_YET)), icon=":material/trending_up:")
        return None
    asked = st.query_params.get(WHO, "")
    number = int(asked) if asked.isdecimal() and len(asked) < 12 and int(asked) in found else None
    if asked and number is None:
        st.warning(say("记录中没有这个人。", "There is nobody of this number in the records."), icon=":material/info:")
    if number is None:
        kept = st.session_state.get(WHO)
        number = kept if kept in found else next(iter(found))
    st.session_state[WHO] = number
    if len(found) == 1 and not trains:
        return found[number]
    return found[_choose(found, number)]


def _choose(found: dict[int, PersonInfo], number: int) -> int:
    key = "progress-person"
    st.session_state[key] = number

    def chosen() -> None:
        st.query_params[WHO] = str(st.session_state[key])

    def word(one: int) -> str:
        return found[one].name if one != NOBODY else say("没有写姓名的录像", "takes without a name")

    st.selectbox(
        say("学员", "Trainee"), list(found), format_func=word, key=key, on_change=chosen, label_visibility="collapsed"
    )
    return number


def choose_period(name: str, default: str = "year") -> str:
    """How far back; the name of an entry of `PERIODS`."""
    return segment(name, say("时间", "Period"), {one: say(*row[:2]) for one, row in PERIODS.items()}, default)


def heed_pick(picked: str | None) -> None:
    """Open the take that was picked."""
    kind, _, goal = (picked or "").partition(":")
    if kind == "take" and goal:
        go_to("review", take=goal)


def open_person(picked: str) -> None:
    """Show the person that was picked, from the next run of the page on."""
    kind, _, goal = picked.partition(":")
    if kind == "person" and goal.isdecimal():
        st.query_params[PART], st.query_params[WHO] = PERSON, goal
