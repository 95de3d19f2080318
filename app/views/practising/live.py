"""The camera is asked for, then the live view runs from placing the person to the end of the drill."""

from __future__ import annotations

import time

import streamlit as st

from app.components.camera_check import BrowserCamera, camera_check
from app.components.cues import cues
from app.live.state import LiveState, Stage
from app.live.stream import show_stream
from app.presenter.practise_live import (
    CONNECT_S,
    GROOMING_WIDE_PX,
    USUAL_WH,
    Trouble,
    constraints,
    cue_lines,
    guidance,
    speed_text,
)
from app.presenter.practise_rows import live_rows
from app.views.context import language, prefer, preferences, say, show_error
from app.views.keeping import keep, valued
from app.views.links import link_to
from app.views.polling import polled
from app.views.practising.flow import (
    AnyWorker,
    Practice,
    Step,
    camera_of,
    go,
    leave_live,
    live_worker,
    new_worker,
    practice,
    score,
)
from app.views.practising.head import head, picture
from app.views.practising.markup import guidance_html, live_rows_html
from calibration.camera import Camera, for_size
from calibration.errors import CameraError
from vision.errors import YitaiError
from vision.types import Drill

LOOK_EVERY_S = 0.4
LOST_S = 15.0
AWAY_S = 5.0  # after a visit to another page the stream is a new one
SEEN_S = 2.0  # the last verdicts stay for a moment
PATIENCE_S = 30.0  # for a slow machine to measure and write


def ask_camera(now: Practice) -> None:
    """Second step: whether the browser gives its camera, and whether the camera file fits its picture."""
    head(now)
    try:
        camera = camera_of(now)
    except CameraError as error:
        show_error(error)
        link_to("setup", say("选择相机文件", "Choose the camera file"), ":material/tune:")
        return
    wide_px = GROOMING_WIDE_PX if now.drill is Drill.GROOM else USUAL_WH[0]
    wanted = constraints(None if camera is None else camera.image_size, wide_px)
    left, right = st.columns([17, 10], gap="medium")
    with left:
        found = camera_check(f"practise-camera-{now.round}", language(), wanted)
    with right:
        picture(now)
    if found is None:
        return
    trouble = _trouble(now, found, camera)
    if trouble is None:
        now.wanted = wanted
        start_live(now)
    else:
        now.trouble, now.detail = trouble, now.detail or found.detail
        go(Step.INSTEAD)


def _trouble(now: Practice, found: BrowserCamera, camera: Camera | None) -> Trouble | None:
    now.detail = ""
    if found.size_wh is None:
        return Trouble(found.trouble or Trouble.FAILED)
    if camera is None:
        return None
    try:
        for_size(camera, found.size_wh)
    except CameraError as error:
        now.detail = say(error.zh, error.en)
        return Trouble.FORMAT
    return None


def start_live(now: Practice) -> None:
    """Make the worker and show the live view."""
    try:
        new_worker(now)
    except (YitaiError, CameraError) as error:
        show_error(error)
        return
    connect(now)


def once_more(now: Practice) -> None:
    """The same drill again; the live view begins by itself once the person stands well."""
    now.round += 1
    now.trouble, now.result = None, None
    worker = live_worker(now)
    if not now.by_camera:
        go(Step.INSTEAD)
    elif worker is None:
        go(Step.CAMERA)
    else:
        worker.again()
        connect(now)


def connect(now: Practice) -> None:
    """Go to the live view; from here on a picture is waited for."""
    _await_pictures(now)
    go(Step.LIVE)


def _await_pictures(now: Practice) -> None:
    now.live_since_s = now.looked_s = time.monotonic()
    now.frames_before = 0 if now.worker is None else now.worker.state().frames


def show(now: Practice) -> None:
    """Third step: the live view."""
    head(now)
    worker = live_worker(now)
    if worker is None:
        go(Step.CAMERA)
        return
    if time.monotonic() - now.looked_s > AWAY_S:
        now.round += 1
        _await_pictures(now)
    worker.change(language=language(), mirrored=now.mirrored, skeleton=now.skeleton)
    with st.container(key="practise-live"):
        left, right = st.columns([17, 10], gap="medium")
        with left:
            with st.container(key="practise-video"):
                show_stream(worker, f"practise-stream-{now.round}", language(), playing=True, wanted=now.wanted)
            _switches(now)
        with right:
            polled(_panel, LOOK_EVERY_S, "practise")


def _switches(now: Practice) -> None:
    with st.container(key="practise-switches", horizontal=True, vertical_alignment="center"):
        mirrored = keep("live-mirror", st.toggle(say("镜像", "Mirror"), **valued("live-mirror", now.mirrored)))
        skeleton = keep("live-skeleton", st.toggle(say("骨架", "Skeleton"), **valued("live-skeleton", now.skeleton)))
        aloud = st.toggle(say("朗读提示", "Speak cues"), **valued("live-aloud", preferences().spoken))
        keep("live-aloud", aloud)
        if st.button(say("改用录像", "Use a recording"), type="tertiary", icon=":material/upload:", key="live-instead"):
            now.trouble = None
            leave_live(now)
            go(Step.INSTEAD)
    if (mirrored, skeleton) != (now.mirrored, now.skeleton):
        now.mirrored, now.skeleton = mirrored, skeleton
        if now.worker is not None:
            now.worker.change(mirrored=mirrored, skeleton=skeleton)
    if aloud != preferences().spoken:
        prefer(spoken=aloud)


def _panel() -> None:
    """What the worker knows, looked at again and again."""
    now = practice()
    worker = live_worker(now)
    if worker is None or now.step is not Step.LIVE:
        return
    state = worker.state()
    connected = state.frames > now.frames_before
    if connected and _ended(now, state):
        _finish(now, state)
    trouble = _silence(now, state)
    if trouble is not None:
        now.trouble, now.detail, now.step = trouble, "", Step.INSTEAD
        leave_live(now)
        st.rerun()
    with st.container(key="practise-panel"):
        st.html(guidance_html(guidance(state, language(), connected=connected), state.stage))
        _buttons(worker, state)
        cues("practise-cues", language(), cue_lines(state, language()), aloud=preferences().spoken)
        rows = live_rows(state.findings, language(), now.pack)
        st.html(live_rows_html(rows, say("要求", "asked"), say("看不到：", "Not seen: ")))
        st.html(f'<p class="speed" data-frames="{state.frames}">{speed_text(state.speed, language())}</p>')


def _buttons(worker: AnyWorker, state: LiveState) -> None:
    with st.container(key="practise-buttons", horizontal=True):
        begun = state.stage is Stage.PRACTISING
        if state.stage is Stage.DONE:
            return
        if not state.armed and not begun:
            if st.button(
                say("开始", "Start"), type="primary", icon=":material/play_arrow:", shortcut="s", key="practise-start"
            ):
                worker.start()
            return
        if begun:
            name, icon = say("结束", "Finish"), ":material/stop:"
        else:
            name, icon = say("先不开始", "Not yet"), ":material/pause:"
        if st.button(name, type="primary", icon=icon, shortcut="f", key="practise-finish"):
            worker.stop()
        if begun and st.button(say("重来", "Again"), icon=":material/replay:", shortcut="a", key="practise-again"):
            worker.stop()
            worker.again()


def _silence(now: Practice, state: LiveState) -> Trouble | None:
    """Whether no picture came at all, or none any more."""
    now_s = now.looked_s = time.monotonic()
    if state.frames <= now.frames_before:
        return Trouble.CONNECTION if now_s - now.live_since_s > CONNECT_S else None
    if state.frames != now.frames_seen:
        now.frames_seen, now.grown_s = state.frames, now_s
    return Trouble.LOST if now_s - now.grown_s > LOST_S and state.stage is not Stage.DONE else None


def _ended(now: Practice, state: LiveState) -> bool:
    """Whether it is time for the summary: measured for good, written to disk, and shown for a moment."""
    if state.stage is not Stage.DONE:
        now.done_since_s = now.shown_since_s = None
        return False
    now_s = time.monotonic()
    now.done_since_s = now.done_since_s or now_s
    recorded = state.recording is not None or any(notice.code == "recording" for notice in state.notices)
    if recorded and (state.settled or not state.reached):
        now.shown_since_s = now.shown_since_s or now_s
    shown = now.shown_since_s is not None and now_s - now.shown_since_s >= SEEN_S
    return shown or now_s - now.done_since_s >= PATIENCE_S


def _finish(now: Practice, state: LiveState) -> None:
    """Score what was recorded; without a recording the live result is all there is."""
    now.result = state
    try:
        if state.recording is not None:
            score(now, state.recording)
    except YitaiError as error:
        now.take, now.job, now.failure = None, None, error
    now.step = Step.SUMMARY
    st.rerun()
