"""The camera is asked for, then the live view runs from placing the person to the end of the drill."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.components.camera_check import BrowserCamera, camera_check
from app.components.cues import cues
from app.live.state import LiveState, Stage
from app.live.stream import show_stream
from app.presenter.practise_live import CONNECT_S, Trouble, cue_lines, guidance, speed_text
from app.presenter.practise_rows import live_rows
from app.views.context import language, prefer, preferences, say, show_error
from app.views.keeping import keep, kept
from app.views.practising.flow import Practice, Step, go, leave_live, new_worker, order, practice, score
from app.views.practising.head import head
from app.views.practising.markup import guidance_html, live_rows_html
from calibration.camera import for_size
from calibration.errors import CameraError
from calibration.files import load_camera
from vision.errors import YitaiError

LOOK_EVERY_S = 0.4


def ask_camera(now: Practice, constraints: Mapping[str, Any]) -> None:
    """Second step: whether the browser gives its camera, and whether the camera file fits its picture."""
    head(now)
    found = camera_check(f"practise-camera-{now.round}", language(), constraints)
    if found is None:
        return
    trouble = _trouble(now, found)
    if trouble is None:
        start_live(now)
    else:
        now.trouble, now.detail = trouble, now.detail or found.detail
        go(Step.INSTEAD)


def _trouble(now: Practice, found: BrowserCamera) -> Trouble | None:
    now.detail = ""
    if found.size_wh is None:
        return Trouble(found.trouble or Trouble.FAILED)
    file = order(now).calibration
    if file is None:
        return None
    try:
        for_size(load_camera(file), found.size_wh)
    except CameraError as error:
        now.detail = f"{file.name}: {say(error.zh, error.en)}"
        return Trouble.FORMAT
    return None


def start_live(now: Practice) -> None:
    """Make the worker and show the live view."""
    leave_live(now)
    try:
        with st.spinner(say("正在准备……", "Getting ready…")):
            now.worker = new_worker(now)
    except (YitaiError, CameraError) as error:
        show_error(error)
        return
    now.live_since_s = time.monotonic()
    go(Step.LIVE)


def show(now: Practice) -> None:
    """Third step: the live view."""
    head(now)
    worker = now.worker
    if worker is None:
        go(Step.CAMERA)
        return
    worker.change(language=language(), mirrored=now.mirrored, skeleton=now.skeleton)
    with st.container(key="practise-live"):
        left, right = st.columns([17, 10], gap="medium")
        with left:
            with st.container(key="practise-video"):
                show_stream(worker, f"practise-stream-{now.round}", language(), playing=True)
            _switches(now)
        with right:
            _panel()


def _switches(now: Practice) -> None:
    with st.container(key="practise-switches", horizontal=True, vertical_alignment="center"):
        mirrored = keep("live-mirror", st.toggle(say("镜像", "Mirror"), key=kept("live-mirror", now.mirrored)))
        skeleton = keep("live-skeleton", st.toggle(say("骨架", "Skeleton"), key=kept("live-skeleton", now.skeleton)))
        aloud = st.toggle(say("朗读提示", "Speak cues"), key=kept("live-aloud", preferences().spoken))
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


@st.fragment(run_every=LOOK_EVERY_S)
def _panel() -> None:
    """What the worker knows, looked at again and again."""
    now = practice()
    if now.worker is None or now.step is not Step.LIVE:
        return
    state = now.worker.state()
    if state.stage is Stage.DONE:
        _finish(now, state)
    if state.frames == 0 and time.monotonic() - now.live_since_s > CONNECT_S:
        now.trouble, now.detail = Trouble.CONNECTION, ""
        leave_live(now)
        go(Step.INSTEAD)
    with st.container(key="practise-panel"):
        st.html(guidance_html(guidance(state, language()), state.stage))
        _buttons(now, state)
        cues("practise-cues", language(), cue_lines(state, language()), aloud=preferences().spoken)
        rows = live_rows(state.findings, language(), now.pack)
        st.html(live_rows_html(rows, say("要求", "asked"), say("看不到：", "Not seen: ")))
        st.html(f'<p class="speed" data-frames="{state.frames}">{speed_text(state.speed, language())}</p>')


def _buttons(now: Practice, state: LiveState) -> None:
    assert now.worker is not None
    with st.container(key="practise-buttons", horizontal=True):
        if not state.armed:
            if st.button(
                say("开始", "Start"), type="primary", icon=":material/play_arrow:", shortcut="s", key="practise-start"
            ):
                now.worker.start()
        elif st.button(
            say("结束", "Finish"), type="primary", icon=":material/stop:", shortcut="f", key="practise-finish"
        ):
            now.worker.stop()
        if st.button(say("重来", "Again"), icon=":material/replay:", shortcut="a", key="practise-again"):
            now.worker.again()


def _finish(now: Practice, state: LiveState) -> None:
    """Score what was recorded; without a recording the live result is all there is."""
    now.result = state
    if state.recording is not None and state.recording.is_file():
        score(now, state.recording)
    else:
        now.step = Step.SUMMARY
    st.rerun()
