"""One trainee: what to practise next, and every clause's course."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from app.components.picks import picks
from app.library.records import store_of
from app.presenter.progress_person import courses_html, next_html
from app.presenter.progress_words import since
from app.trends.course import shown_and_others
from app.trends.practise_next import practise_next
from app.trends.rows import Seen, seen_of
from app.views.context import language, places, say
from app.views.keeping import defaulted, keep
from app.views.progressing.where import choose_period, choose_person, heed_pick
from vision.report.wording import drill_text
from vision.types import Drill


def show_person() -> None:
    """Choose the person and the period; the drill below what to practise."""
    with st.container(key="progress-who", horizontal=True, vertical_alignment="center", gap="small"):
        person = choose_person(places().viewer.trains)
        if person is None:
            return
        period = choose_period("progress-period")
    seen = seen_of(store_of(places()), places().viewer, person.id, since=since(period))
    if not seen:
        st.info(say("这段时间里没有录像。", "There is no take in this time."), icon=":material/event_busy:")
        return
    heed_pick(picks("progress-next", next_html(practise_next(seen), language())))
    drill = _choose_drill(seen)
    heed_pick(picks("progress-courses", courses_html(*shown_and_others(seen, drill), language())))


def _choose_drill(seen: Sequence[Seen]) -> Drill:
    """The commonest drill at first."""
    takes = Counter(drill for _, drill in {(one.take.id, one.drill) for one in seen})
    drills = [drill.value for drill, _ in takes.most_common()]
    chosen = st.pills(
        say("动作", "Drill"),
        drills,
        format_func=lambda one: f"{drill_text(Drill(one), language())} · {takes[Drill(one)]}",
        **defaulted("progress-drill", drills[0], drills),
        label_visibility="collapsed",
        required=True,
    )
    return Drill(keep("progress-drill", chosen or drills[0]))
