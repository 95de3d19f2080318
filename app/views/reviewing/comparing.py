"""Side by side with another take, or with the model of a drill."""

from __future__ import annotations

import streamlit as st

from app.components.compare import compare
from app.library.layer import Entry, Kind, Layer
from app.library.series import take_series
from app.library.takes import Take, comparable_takes
from app.presenter.review_events import Pair, pairs, preferred_event
from app.presenter.review_list import title_of
from app.presenter.review_player import compare_data, footage
from app.presenter.review_rows import day
from app.views.context import language, places, say
from app.views.keeping import indexed, keep
from app.views.reviewing.asking import heed_model
from app.views.reviewing.footage import footage_of
from vision.report.model import Report
from vision.report.wording import drill_text

OTHERS = 100  # to choose from


def show_compare(take: Take, report: Report, layer: Layer, reviews: bool) -> None:
    """Choose the other take and the drill; the component does the rest. Who reviews may make the take a model."""
    others = _others(take)
    if not others:
        st.info(
            say("库中还没有做同样动作的其他录像。", "No other take in the library shows the same drills yet."),
            icon=":material/compare:",
        )
        if reviews:
            _model(take, report, layer)
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        other = _choose_other(others)
    theirs = other.report
    if theirs is None:
        return
    found = pairs(report, take_series(take.folder), theirs, take_series(other.folder), language())
    with right:
        pair = _choose_pair(found)
    sides = tuple(
        {"id": one.id, "title": title_of(one), "footage": footage(footage_of(one), made)}
        for one, made in ((take, report), (other, theirs))
    )
    compare("review-compare", compare_data(pair, (sides[0], sides[1]), preferred_event(pair), language()))
    if reviews:
        _model(take, report, layer)


def _choose_other(others: list[tuple[Take, str]]) -> Take:
    names = {other.id: label for other, label in others}
    chosen = keep(
        "review-other",
        st.selectbox(
            say("与哪一段对比", "Compare with"),
            list(names),
            format_func=names.__getitem__,
            **indexed("review-other", next(iter(names)), list(names)),
        ),
    )
    return next(one for one, _ in others if one.id == chosen)


def _choose_pair(found: tuple[Pair, ...]) -> Pair:
    numbers = list(range(len(found)))
    number: int = keep(
        "review-pair",
        st.selectbox(
            say("动作", "Drill"),
            numbers,
            format_func=lambda one: found[one].label,
            **indexed("review-pair", 0, numbers),
        ),
    )
    return found[number]


def _others(take: Take) -> list[tuple[Take, str]]:
    """Takes that share a drill with this one, with their labels; models first."""
    return [
        (other, f"{say('示范：', 'Model: ') if models else ''}{title_of(other)} · {day(other.created)}")
        for other, models in comparable_takes(places(), take, most=OTHERS)
    ]


def _model(take: Take, report: Report, layer: Layer) -> None:
    """Whether this take shows how a drill is done."""
    with st.expander(say("设为示范", "Use as a model"), icon=":material/star:"):
        st.caption(
            say("示范录像在对比时排在最前。", "Models come first when takes are compared."),
        )
        for drill in dict.fromkeys(segment.drill for segment in report.segments):
            on = drill.value in layer.models
            wanted = st.toggle(drill_text(drill, language()), value=on, key=f"review-model-{take.id}-{drill}-{on}")
            if wanted != on:
                heed_model(take, Entry(Kind.MODEL if wanted else Kind.NO_MODEL, "", drill=drill.value))
