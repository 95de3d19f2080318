"""The camera on the setup page: choose a file, send one, see what it knows and what that is worth."""

from __future__ import annotations

from html import escape
from pathlib import Path

import cv2
import numpy as np
import streamlit as st

from app.camera_files import CameraFile, camera_paths, read_camera, remove_camera, take_in_camera
from app.presenter.calibrate import camera_numbers, remarks
from app.presenter.setup import camera_option, camera_words
from app.views.calibrating_page.parts import drawn, findings, numbers, picture
from app.views.context import language, places, prefer, preferences, say, show_error
from app.views.links import link_to
from calibration.errors import CameraError
from vision.errors import YitaiError

SENT = "setup_camera_sent"  # counts what was tried: an empty uploader and a fresh list after each
PROBLEM = "setup_camera_problem"  # what was wrong with the file tried last; None: nothing


def show_camera() -> None:
    """The choice, what it is worth, and how to get a better one."""
    files = {str(path): read_camera(path) for path in camera_paths(places(), preferences().camera)}
    now = preferences().camera or ""
    options = ["", *files]
    chosen = st.selectbox(
        say("相机文件", "Camera file"),
        options,
        index=options.index(now) if now in options else 0,
        format_func=lambda one: camera_option(files.get(one), language()),
        key=f"setup-camera-{now}-{len(options)}-{st.session_state.setdefault(SENT, 0)}",
        label_visibility="collapsed",
    )
    if chosen != now:
        _use(files.get(chosen))
    _known(files.get(now))
    problem = st.session_state.get(PROBLEM)
    if problem is not None:
        show_error(problem)
    with st.container(key="setup-camera-more", horizontal=True, vertical_alignment="center", gap="small"):
        link_to("calibrate", say("标定相机", "Calibrate a camera"), icon=":material/straighten:")
        count = st.session_state.setdefault(SENT, 0)
        with st.popover(
            say("上传相机文件", "Send a camera file"), icon=":material/upload_file:", key=f"setup-sending-{count}"
        ):
            _send(count)
        if now in files and Path(now).parent == places().cameras:
            with st.popover(say("删除", "Delete"), icon=":material/delete:"):
                st.write(say("删除这个相机文件？", "Delete this camera file?"))
                if st.button(say("删除", "Delete"), key="setup-camera-delete"):
                    remove_camera(places(), Path(now))
                    prefer(camera=None)
                    st.rerun()


def _use(file: CameraFile | None) -> None:
    """Make a file the one in use; a broken one is said, and nothing changes."""
    st.session_state[PROBLEM] = None if file is None else file.problem
    if file is None or file.problem is None:
        prefer(camera=None if file is None else str(file.path))
    else:
        st.session_state[SENT] += 1  # the list shows again what is in use
    st.rerun()


def _known(file: CameraFile | None) -> None:
    if file is None:
        st.info(
            say("还没有相机文件。程序假设相机水平、高约 1.2 米，误差较大；标定一次就能改善。",
                "No camera file. A level camera at about 1.2 m is assumed and the ± are wide; one calibration helps."),
            icon=":material/photo_camera:",
        )  # fmt: skip
        return
    words = camera_words(file, language())
    if file.camera is None:
        st.error(words.problem, icon=":material/error:")
        return
    about = " · ".join(part for part in (words.size, words.seat, words.method) if part)
    st.html(f'<p class="camera-about"><b>{escape(words.level)}</b><span>{escape(about)}</span></p>')
    numbers(camera_numbers(file.camera, language()))
    st.caption(words.meaning)
    if file.findings:
        findings(remarks(file.findings, language()), "")
    with st.expander(say("看看地面网格", "See the floor grid"), icon=":material/grid_on:"):
        _preview(file)


def _preview(file: CameraFile) -> None:
    sent = st.file_uploader(
        say("这台相机拍的一张照片", "A picture taken by this camera"), type=["jpg", "jpeg", "png"], key="setup-preview"
    )
    if sent is None or file.camera is None:
        return
    image = cv2.imdecode(np.frombuffer(sent.getvalue(), np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        st.error(say("这不是能读取的图片。", "This is not a picture that can be read."), icon=":material/error:")
        return
    try:
        address = drawn(np.asarray(image, dtype=np.uint8), file.camera)
    except (CameraError, YitaiError) as error:
        show_error(error)
        return
    picture(address, say("网格每格 0.5 米；杆高 1.7 米", "The grid has cells of 0.5 m; the pole is 1.7 m high"))


def _send(count: int) -> None:
    sent = st.file_uploader(say("相机文件（.json）", "Camera file (.json)"), type=["json"], key=f"setup-send-{count}")
    if sent is None:
        return
    st.session_state[SENT] = count + 1
    st.session_state[PROBLEM] = None
    try:
        kept = take_in_camera(places(), sent.name, sent.getvalue())
    except (CameraError, YitaiError) as error:
        st.session_state[PROBLEM] = error
    else:
        prefer(camera=str(kept))
    st.rerun()
