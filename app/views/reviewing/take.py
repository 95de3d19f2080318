"""One take: its outcome, and the views on it."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from app.components.player import player
from app.library.desk import allowed
from app.library.layer import Layer
from app.library.series import take_series
from app.library.takes import Take
from app.presenter.review_list import title_of
from app.presenter.review_player import player_data
from app.presenter.review_rows import outcome, signed_line
from app.store.access import Action
from app.texts import literal, pick
from app.views.context import language, places, say, show_error
from app.views.reviewing.asking import heed, sign_off, unlock
from app.views.reviewing.chosen import VIEWS, choose_view, close_take, layer_or_problem, view
from app.views.reviewing.comparing import show_compare
from app.views.reviewing.files import show_files
from app.views.reviewing.footage import footage_of
from app.views.reviewing.rejudging import show_rejudge
from vision.report.model import Report


def show_take(take: Take) -> None:
    """The head with the outcome, then the chosen view."""
    report = take.report
    if report is None:
        _broken(take)
        return
    layer, problem = layer_or_problem(take)
    reviews = allowed(places(), take, Action.REVIEW)
    _head(take, report, layer, reviews)
    if problem is not None:
        show_error(problem)
    match view():
        case "compare":
            show_compare(take, report, layer, reviews)
        case "rejudge":
            show_rejudge(take, report, layer, reviews)
        case "files":
            show_files(take, report, layer)
        case _:
            _watch(take, report, layer, reviews)


def _broken(take: Take) -> None:
    st.button(say("全部录像", "All takes"), icon=":material/arrow_back:", on_click=close_take, key="review-back")
    st.title(literal(title_of(take)))
    if take.problem is not None:
        show_error(take.problem)


def _head(take: Take, report: Report, layer: Layer, reviews: bool) -> None:
    with st.container(key="review-take-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.button(say("全部录像", "All takes"), icon=":material/arrow_back:", on_click=close_take, key="review-back")
        st.title(literal(title_of(take)), width="content", anchor=False)
        st.html(_outcome_html(outcome(report, layer, language())), width="content")
        _views()
        with st.container(key="review-signing", horizontal=True, vertical_alignment="center", width="content"):
            _signing(take, layer, reviews)


def _signing(take: Take, layer: Layer, reviews: bool) -> None:
    if layer.signed is None:
        words, icon = say("签字确认", "Sign off"), ":material/verified:"
        if reviews and st.button(words, icon=icon, key="review-sign", type="primary"):
            sign_off(take)
        return
    line, who = escape(signed_line(layer.signed, language())), escape(layer.signed.who)
    st.html(f'<span class="signed-mark" title="{line}">✓ {say("已签字", "signed off")} · {who}</span>', width="content")
    if reviews and st.button(say("解锁", "Unlock"), icon=":material/lock_open:", key="review-unlock"):
        unlock(take)


def _outcome_html(made: dict[str, Any]) -> str:
    machine, trainer = made["machine"], made["trainer"]
    unit = say("分", "points")

    def badge(score: dict[str, Any], who: str, aside: bool) -> str:
        told = f"{who}: {score['text']}, {score['score']} {unit}"
        words = f"<b>{score['symbol']}</b>" if aside else f"<b>{score['symbol']} {score['text']}</b>"
        return (
            f'<span class="outcome {score["verdict"]}{" aside" if aside else ""}" title="{told}"><i>{who}</i>'
            f"{words}<span>{score['score']}{'' if aside else ' ' + unit}</span></span>"
        )

    program = badge(machine, say("程序", "program"), trainer is not None)
    own = "" if trainer is None else badge(trainer, say("教练", "trainer"), False)
    open_part = say(f"{machine['unmeasured']} 未能判定", f"{machine['unmeasured']} undecided")
    aside = "" if trainer is not None else f"<small>{open_part}</small>"
    return f'<div class="outcomes">{own}{program}{aside}</div>'


VIEW_NAMES: dict[str, tuple[str, str]] = {
    "watch": ("观看", "Watch"),
    "compare": ("对比", "Side by side"),
    "rejudge": ("重新评判", "Judge again"),
    "files": ("文件", "Files"),
}


def _views() -> None:
    key = "review-view"
    st.session_state[key] = view()

    def chosen() -> None:
        choose_view(st.session_state[key] or view())

    st.segmented_control(
        say("视图", "View"),
        VIEWS,
        format_func=lambda name: pick(language(), *VIEW_NAMES[name]),
        key=key,
        label_visibility="collapsed",
        on_change=chosen,
        width="content",
    )


def _watch(take: Take, report: Report, layer: Layer, reviews: bool) -> None:
    for notice in report.warnings:
        st.html(f'<p class="notice">{escape(pick(language(), notice.zh, notice.en))}</p>')
    source = footage_of(take)
    data = player_data(take.id, report, layer, take_series(take.folder), source, language(), reviews=reviews)
    asked = player("review-player", data)
    if asked is not None:
        heed(take, report, layer, asked)
