"""Last step: what was good, the one thing to change, every check; once more, or keep it."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from app.library.takes import ANNOTATED_FILE, find_take, read_report
from app.practice.takes import keep
from app.presenter.practise_rows import Summary, manual_asks, summarise
from app.server.address import media_url
from app.views.context import language, places, say, show_error
from app.views.links import link_to
from app.views.polling import polled
from app.views.practising.flow import Practice, board, practice
from app.views.practising.head import head
from app.views.practising.live import once_more
from app.views.practising.markup import (
    by_eye_html,
    one_change_html,
    picture_html,
    score_html,
    summary_row_html,
    video_html,
)
from calibration.errors import CameraError
from vision.errors import UsageError, YitaiError
from vision.report.model import Report

LOOK_EVERY_S = 0.7
UNSAID = ("variable_frame_rate",)  # every live recording varies
PLAYED = (".mp4", ".webm", ".m4v", ".mov")  # what browsers play
SHOWN = (".jpg", ".jpeg", ".png", ".webp")


def show(now: Practice) -> None:
    """The result of the take: of the recording once it is scored, of the live view until then."""
    head(now)
    report, problem = _report(now)
    if problem is not None:
        show_error(problem)
    if report is not None:
        _whole(now, report)
    else:
        if now.job is not None and problem is None:
            polled(_progress, LOOK_EVERY_S, "practise-scoring")
        _preliminary(now, over=now.job is None or problem is not None)


def _report(now: Practice) -> tuple[Report | None, YitaiError | CameraError | None]:
    """The take's report once it is there, or what went wrong."""
    if now.take is None:
        return None, now.failure
    if now.kept is not None:
        kept = find_take(places(), now.kept)
        gone = UsageError("this take is not in the library any more", "这段录像已不在库中")
        return (None, gone) if kept is None else (kept.report, kept.problem)
    state = None if now.job is None else board().state(now.job)
    if state is not None and not state.finished:
        return None, None
    if state is not None and state.error is not None:
        return None, state.error
    failed = [] if state is None else [row.error for row in state.rows if row.status == "failed" and row.error]
    if failed:
        told = failed[0].replace(str(now.take.recording), now.take.recording.name)
        return None, YitaiError(told, told)
    try:
        return read_report(now.take.report), None
    except YitaiError as error:
        return None, error


def _progress() -> None:
    now = practice()
    state = None if now.job is None else board().state(now.job)
    if state is None or state.finished:
        st.rerun()
        return
    words = say("正在逐帧评测", "Scoring every frame") if state.running else say("排队等待评测", "Waiting for its turn")
    with st.container(key="practise-progress"):
        st.progress(state.share, text=f"{words} · {100 * state.share:.0f}%")


def _preliminary(now: Practice, *, over: bool) -> None:
    """What the live view found, until the recording is scored; ``over``: it will not be."""
    findings = () if now.result is None else now.result.findings
    if now.take is None and now.failure is None and not findings:
        nothing = say(
            "这次没有录到动作，没有可总结的内容。", "Nothing was recorded this time: there is nothing to sum up."
        )
        st.info(nothing, icon=":material/info:")
        _actions(now, scored=False)
        return
    found = summarise([findings], language(), now.pack)
    left, right = st.columns([10, 9], gap="large")
    with left:
        if now.job is None or not over:
            _replay(now)
    with right:
        if findings:
            st.html(f'<p class="preliminary">{escape(say("实时结果（初步）", "Live result (preliminary)"))}</p>')
            _told(found)
        if over:
            _actions(now, scored=False)
    if findings:
        _checks(found)


def _whole(now: Practice, report: Report) -> None:
    found = summarise([segment.checks for segment in report.segments], language(), now.pack)
    with st.container(key="practise-result"):
        left, right = st.columns([10, 9], gap="large")
        with left:
            _replay(now)
        with right:
            _told(found)
            _actions(now, scored=True)
    for notice in report.warnings:
        if notice.code not in UNSAID:
            st.html(f'<p class="notice">{escape(say(notice.zh, notice.en))}</p>')
    _checks(found)
    if report.manual_items:
        count = len(report.manual_items)
        told = say(
            f"另有 {count} 项摄像头看不出，由培训师勾选（见“回看”）：",
            f"{count} more items that no camera decides are ticked by a trainer (see Review):",
        )
        st.html(by_eye_html(told, manual_asks(report, language())))


def _replay(now: Practice) -> None:
    """The annotated video, or the still; the bare recording until they are there."""
    folder = _folder(now)
    bare = () if now.take is None or now.kept is not None else (now.take.recording,)
    for file in (*(() if folder is None else (folder / ANNOTATED_FILE,)), *bare):
        suffix = file.suffix.lower()
        if not file.is_file() or suffix not in (*PLAYED, *SHOWN):
            continue
        url = media_url(file, places().root)
        st.html(video_html(url, say("回放", "Replay")) if suffix in PLAYED else picture_html(url))
        return


def _folder(now: Practice) -> Path | None:
    if now.kept is not None:
        return places().library / now.kept
    return None if now.take is None else now.take.report_folder


def _told(found: Summary) -> None:
    st.html(score_html(found, language()))
    st.html(one_change_html(found, language()))


def _checks(found: Summary) -> None:
    st.html(f"<h2>{escape(say('全部检查', 'Every check'))}</h2>")
    for number, rows in enumerate(found.times, 1):
        if len(found.times) > 1:
            st.html(f"<h3>{escape(say(f'第 {number} 次', f'Time {number}'))}</h3>")
        st.html(f'<ul class="checks">{"".join(summary_row_html(row) for row in rows)}</ul>')


def _actions(now: Practice, *, scored: bool) -> None:
    with st.container(key="practise-actions", horizontal=True, vertical_alignment="center"):
        if st.button(
            say("再来一次", "Again"), type="primary", icon=":material/replay:", shortcut="a", key="practise-repeat"
        ):
            once_more(now)
        if scored and now.kept is None:
            if st.button(say("存入库", "Keep in library"), icon=":material/bookmark_add:", key="practise-keep"):
                _keep(now)
        elif scored:
            link_to(
                "review", say("在“回看”中打开", "Open in Review"), ":material/slow_motion_video:", take=now.kept or ""
            )


def _keep(now: Practice) -> None:
    if now.take is None:
        return
    try:
        now.kept = keep(now.take, places()).id
    except YitaiError as error:
        show_error(error)
        return
    st.rerun()
