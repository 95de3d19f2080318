"""Before and after: two takes of a trainee, or two periods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from app.components.picks import picks
from app.library.records import store_of
from app.presenter.progress_change import assumed_text, compared_html
from app.presenter.progress_words import day_text, moment_text
from app.trends.before_after import compare_sides, compare_takes
from app.trends.rows import Seen, TakeRef, seen_of
from app.views.context import language, places, say
from app.views.keeping import defaulted, indexed, keep, segment
from app.views.progressing.where import choose_person
from vision.report.wording import drill_text
from vision.types import Drill

TAKES, PERIODS = "takes", "periods"


def show_changes() -> None:
    """Choose the person and what is compared."""
    with st.container(key="progress-who", horizontal=True, vertical_alignment="center", gap="small"):
        person = choose_person(places().viewer.trains)
        if person is None:
            return
        periods = _choose_kind() == PERIODS
    seen = seen_of(store_of(places()), places().viewer, person.id)
    drill = _choose_drill(seen)
    seen = tuple(one for one in seen if one.drill is drill)
    takes = tuple(dict.fromkeys(one.take for one in seen))
    if len(takes) < 2:
        st.info(say("至少要有两段录像才能对比。", "Two takes of it are needed."), icon=":material/compare_arrows:")
        return
    if periods:
        _periods(seen, takes)
    else:
        _takes(seen, takes)
    st.caption(assumed_text(periods, language()))


def _choose_drill(seen: Sequence[Seen]) -> Drill | None:
    drills = list(dict.fromkeys(one.drill.value for one in reversed(seen)))
    if not drills:
        return None
    chosen = st.pills(
        say("动作", "Drill"),
        drills,
        format_func=lambda one: drill_text(Drill(one), language()),
        **defaulted("progress-change-drill", drills[0], drills),
        label_visibility="collapsed",
        required=True,
    )
    return Drill(keep("progress-change-drill", chosen or drills[0]))


def _choose_kind() -> str:
    words = {TAKES: say("两段录像", "Two takes"), PERIODS: say("两个时期", "Two periods")}
    return segment("progress-change-kind", say("对比什么", "What"), words)


def _takes(seen: Sequence[Seen], takes: Sequence[TakeRef]) -> None:
    names = {take.id: f"{moment_text(take.time)} · {take.title}" for take in takes}
    left, right = st.columns(2, gap="medium")
    with left:
        before = _choose_take("progress-before", say("之前", "Before"), names, takes[0].id)
    with right:
        after = _choose_take("progress-after", say("之后", "After"), names, takes[-1].id)
    if before == after:
        st.info(say("请选两段不同的录像。", "Choose two different takes."), icon=":material/compare_arrows:")
        return
    heads = (names[before].partition(" · ")[0], names[after].partition(" · ")[0])
    picks("progress-changes", compared_html(compare_takes(seen, before, after), heads, language()))


def _choose_take(name: str, label: str, names: dict[str, str], default: str) -> str:
    options = list(names)
    chosen: str = keep(
        name, st.selectbox(label, options, format_func=names.__getitem__, **indexed(name, default, options))
    )
    return chosen


def _periods(seen: Sequence[Seen], takes: Sequence[TakeRef]) -> None:
    """Everything before a day against everything from it on."""
    first, last = takes[0].time.astimezone().date(), takes[-1].time.astimezone().date()
    middle = takes[len(takes) // 2].time.astimezone().date()
    day = st.date_input(
        say("从哪一天起算“之后”", "“After” begins on"),
        value=max(first, min(middle, last)),
        min_value=first,
        max_value=last,
        key=f"progress-from-{first}-{last}",
        width=260,
    )
    if not isinstance(day, date):
        return
    found = compare_sides(seen, lambda take: _day(take) < day, lambda take: _day(take) >= day)
    earlier, later = (tuple(take for take in takes if (_day(take) >= day) is side) for side in (False, True))
    if not earlier or not later:
        st.info(say("其中一个时期没有录像。", "One of the periods has no take."), icon=":material/event_busy:")
        return
    picks("progress-changes", compared_html(found, (_span(earlier), _span(later)), language()))


def _day(take: TakeRef) -> date:
    return take.time.astimezone().date()


def _span(takes: Sequence[TakeRef]) -> str:
    first, last = day_text(takes[0].time), day_text(takes[-1].time)
    days = first if first == last else f"{first} – {last}"
    return f"{days} · {say(f'{len(takes)} 段', f'{len(takes)} takes')}"
