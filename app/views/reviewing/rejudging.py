"""Judging a take again by another standard: what changes, and keeping it if wished."""

from __future__ import annotations

import streamlit as st

from app.house_packs import list_all_packs
from app.library.desk import judge_again
from app.library.layer import Layer
from app.library.rejudge import changes, rejudged
from app.library.takes import Take
from app.presenter.review_changes import changes_html, summary_html
from app.presenter.standards import pack_label
from app.views.context import language, places, prefer, say, show_error, viewer
from app.views.reviewing.asking import who_field
from app.views.reviewing.chosen import choose_view, trainer
from app.views.reviewing.options import choose_standard
from vision.errors import YitaiError
from vision.report.model import Report
from vision.standard import load_pack


def show_rejudge(take: Take, report: Report, layer: Layer, reviews: bool) -> None:
    """Choose a standard and see at once; nothing is kept unasked, and only by who reviews."""
    with st.container(key="review-rejudge", border=True):
        st.caption(
            say(
                "用已有的测量值重新评判，不再分析画面。选另一个标准，或在“标准”页改过容差的版本。",
                "Judges the measurements again without looking at the pictures. "
                "Choose another standard, or a version with tolerances edited on the Standards page.",
            )
        )
        choices = list_all_packs(places())
        now = next((one.id_or_path for one in choices if one.id == report.standard.id), report.standard.id)
        standard = choose_standard("review-again", now)
    try:
        pack = load_pack(standard)
    except YitaiError as error:
        show_error(error)
        return
    after = rejudged(report, pack)
    found = changes(report, after)
    names = {choice.id: pack_label(choice, language()) for choice in choices}
    before = names.get(report.standard.id, report.standard.id)
    st.html(summary_html(report, after, (before, names.get(pack.id, pack.id)), language()))
    if not found:
        same = pack.sha256 == report.standard.hash
        st.info(
            say("这就是当前的标准，判定不变。", "This is the standard it was judged by; nothing changes.")
            if same
            else say("换成这个标准，判定没有变化。", "By this standard nothing changes."),
            icon=":material/check:",
        )
    else:
        st.html(changes_html(found, report, language()))
    if reviews:
        _keeping(take, report, after, layer, bool(found) or pack.sha256 != report.standard.hash)
    else:
        st.caption(say("保存新的评判由教练来做。", "Keeping another judgement is for trainers."))


def _keeping(take: Take, report: Report, after: Report, layer: Layer, differs: bool) -> None:
    if layer.signed is not None:
        st.caption(say("已签字确认；解锁后才能保存新的评判。", "Signed off: unlock it to keep another judgement."))
        return
    pressed = st.button(
        say("保存这次评判", "Keep this judgement"),
        type="primary",
        icon=":material/save:",
        key="review-keep-again",
        disabled=not differs,
    )
    if pressed:
        st.dialog(say("保存这次评判", "Keep this judgement"))(_confirm)(take, report, after)


def _confirm(take: Take, report: Report, after: Report) -> None:
    st.write(
        say(
            "报告换成新的判定，原来的报告留在同一文件夹中。标注视频不变。",
            "The report takes the new verdicts; the earlier one stays beside it. The annotated video is not changed.",
        )
    )
    who = who_field()
    if st.button(say("保存", "Keep"), type="primary", key="review-keep", width="stretch"):
        try:
            judge_again(places(), take, report, after, who)
        except YitaiError as error:
            show_error(error)
            return
        if viewer().local and who.strip() != trainer():
            prefer(trainer=who.strip())
        choose_view("watch")
        st.rerun()
