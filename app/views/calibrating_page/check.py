"""Is a camera file believable, alone and against pictures of its camera?"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.calibrating.against import Checked, CheckTask, check_file
from app.components.uploader import uploader
from app.presenter.calibrate import camera_numbers, remarks
from app.presenter.calibrate_stops import still_stop
from app.server.uploads import upload_path
from app.texts import literal
from app.views.calibrating_page.lenses import choose_camera, known_cameras
from app.views.calibrating_page.outcome import free_path, show_error_of
from app.views.calibrating_page.parts import (
    USER_ERRORS,
    compute_button,
    drawn,
    findings,
    heading,
    number_entry,
    numbers,
    picture,
    pictures,
    start,
    watch,
)
from app.views.calibrating_page.person import HEIGHT_CM
from app.views.calibrating_page.state import Step, recordings, step_of
from app.views.context import language, places, prefer, say
from calibration.check import errors

KEY = "check"


def show() -> None:
    """The step."""
    step = step_of(KEY)
    heading(
        KEY,
        say(
            "核对相机文件：人站在地面上吗？身高对吗？房间的直线对吗？相机被移动过吗？",
            "Holds a camera file against the picture: do people stand on the floor, are they as tall as they are, "
            "do the room's edges agree, was the camera moved?",
        ),
    )
    show_error_of(step)
    if step.running is not None:
        watch(step, say("正在核对……", "Checking…"))
    elif step.result is not None:
        _outcome(step)
    else:
        _take(step)


def _take(step: Step) -> None:
    left, right = st.columns([4, 8], gap="large")
    with left:
        file = _file(step)
        height_cm = number_entry(
            step, "height_cm", say("画面中人的身高（厘米，可选）", "Height of who is in it (cm, optional)"), HEIGHT_CM,
            by=1.0,
        )  # fmt: skip
    with right:
        pictures(
            step, KEY, still_stop(language(), ("站直，头和鞋都在画面内", "Stand upright, head and shoes in sight")),
            guide="person",
            hint=say("这台相机的照片或录像（可选）", "Photos or a video of this camera (optional)"),
        )  # fmt: skip
    with left:
        asked = compute_button("check", say("检查", "Check"), file is not None, "fact_check")
        if not step.has_pictures:
            st.caption(say("没有画面时只核对数字本身。", "Without a picture only the numbers themselves are checked."))
    if asked and file is not None:
        step.entries["file"] = str(file)
        start(step, check_file, lambda: CheckTask(file, recordings(step) if step.has_pictures else (), height_cm))
        st.rerun()


def _file(step: Step) -> Path | None:
    """A saved camera file or one that is uploaded."""
    chosen = choose_camera(
        step, "saved", say("相机文件", "Camera file"), known_cameras(), say("上传一个文件", "Upload a file")
    )
    if chosen is not None:
        return chosen
    arrived = uploader(
        "calibrate-upload-file",
        language(),
        accept=".json,application/json",
        label=say("选择或拖入相机文件（.json）", "Choose or drop a camera file (.json)"),
    )
    if arrived:
        step.entries["uploaded"] = arrived[0]
    kept = step.entries.get("uploaded")
    if kept is None:
        return None
    try:
        path = upload_path(places().uploads, kept.number)
    except USER_ERRORS:
        step.entries.pop("uploaded")
        return None
    if not arrived:
        st.caption(say(f"已有：{literal(kept.name)}", f"Here already: {literal(kept.name)}"))
    return path


def _outcome(step: Step) -> None:
    checked: Checked = step.result
    left, right = st.columns([5, 7], gap="large")
    with left:
        st.subheader(literal(Path(step.entries["file"]).stem), anchor=False)
        findings(remarks(checked.findings, language()), say("没有发现问题", "No fault was found"))
        numbers(camera_numbers(checked.camera, language()))
        if not errors(checked.findings):
            _use(step)
        else:
            st.caption(say("这个文件不应使用。", "This file should not be used."))
        st.button(say("再查一个", "Check another"), key="again-check", icon=":material/refresh:", on_click=step.again)
    with right:
        if checked.picture_bgr is not None:
            if not step.picture:
                step.picture = drawn(checked.picture_bgr, checked.camera)
            picture(
                step.picture,
                say(
                    "网格应平铺在地面上（每格半米），红白杆高 1.7 米。",
                    "The grid (half a metre a cell) should lie on the floor; the striped pole is 1.7 m.",
                ),
            )


def _use(step: Step) -> None:
    if step.saved is not None:
        st.success(
            say(f"已启用「{literal(step.saved.stem)}」。", f"In use: “{literal(step.saved.stem)}”."),
            icon=":material/check_circle:",
        )
        return
    if st.button(say("使用这个文件", "Use this file"), key="save-check", type="primary", icon=":material/check:"):
        file = Path(step.entries["file"])
        if not file.is_relative_to(places().cameras):
            from vision.files import atomic_write

            out = free_path(places().cameras, file.stem)
            atomic_write(out, file.read_bytes())
            file = out
        step.saved = file
        prefer(camera=str(file))
        st.rerun()
