"""The printed board waved about: the lens."""

from __future__ import annotations

from datetime import date

import numpy as np
import streamlit as st

from app.calibrating.cameras import LensTask, lens_camera
from app.calibrating.made import Made
from app.presenter.calibrate import Number, plain
from app.presenter.calibrate_stops import board_stops
from app.texts import literal
from app.views.calibrating_page.floor import ruler_entry
from app.views.calibrating_page.outcome import free_path, show_error_of
from app.views.calibrating_page.parts import (
    compute_button,
    heading,
    numbers,
    picture,
    pictures,
    rules,
    shown,
    start,
    text_entry,
    watch,
)
from app.views.calibrating_page.state import Step, go, step_of, stills
from app.views.context import language, places, say
from calibration.board import Lens
from calibration.errors import CameraError
from calibration.pose import field_of_view_deg
from vision.types import ImageBgr

KEY = "board"
GOOD_RMS_PX, GOOD_FOCAL, GOOD_COVERAGE = 0.8, 0.01, 0.9


def show() -> None:
    """The step."""
    step = step_of(KEY)
    heading(
        KEY,
        say(
            "在镜头前挥动打印的棋盘纸，程序由它算出焦距和畸变。一个摄像头只需做一次。",
            "Wave the printed board before the camera: it tells focal length and distortion. Once for every camera.",
        ),
    )
    show_error_of(step)
    if step.running is not None:
        watch(step, say("正在找棋盘角点、解算镜头……", "Finding the board's corners, solving the lens…"))
    elif step.result is not None:
        _outcome(step)
    else:
        _take(step)


def _take(step: Step) -> None:
    left, right = st.columns([4, 8], gap="large")
    with left:
        ruler_mm = ruler_entry(step)
        rules(
            (
                say("棋盘纸贴在硬板上，保持平整", "Glue the board onto something flat"),
                say("走遍画面：中间、四角、远处、近处", "Go everywhere: middle, corners, near, far"),
                say("向左右上下各倾斜 30 至 45°", "Tilt it by 30 to 45° to the left, right, up and down"),
                say("每响一声前停稳，画面才清楚", "Hold still before each beep, or the picture blurs"),
            )
        )
    with right:
        complete = pictures(
            step,
            KEY,
            board_stops(language()),
            guide="board",
            hint=say(
                "一段挥动棋盘纸的录像，或十几张不同角度的照片。",
                "A video of the board waved about, or a dozen photos of it, each different.",
            ),
        )
    with left:
        asked = compute_button("board", say("开始解算", "Work it out"), step.has_pictures)
    if asked or complete:
        start(step, lens_camera, lambda: LensTask(stills(step), ruler_mm))
        st.rerun()


def _outcome(step: Step) -> None:
    made: Made = step.result
    assert made.lens is not None
    assert made.picture_bgr is not None
    left, right = st.columns([5, 7], gap="large")
    with left:
        st.subheader(say("镜头", "Lens"), anchor=False)
        numbers(_numbers(made, made.lens))
        _save(step, made)
        st.button(say("重新拍摄", "Take it again"), key="again-board", icon=":material/refresh:", on_click=step.again)
    with right:
        if not step.picture:
            step.picture = shown(coverage_picture(made.picture_bgr, made.lens))
        picture(
            step.picture,
            say(
                "棋盘到过的地方：越绿角点越多，红框处一次也没有到过。",
                "Where the board has been: the greener the more corners; framed in red: never.",
            ),
        )


def _numbers(made: Made, lens: Lens) -> list[Number]:
    seen = float((lens.coverage > 0).mean())
    return [
        Number(
            say("视场角", "Field of view"),
            f"{field_of_view_deg(made.camera):.0f}°",
            "",
            None,
            say(f"焦距 {lens.matrix[0, 0]:.0f} 像素", f"focal length {lens.matrix[0, 0]:.0f} px"),
        ),
        Number(
            say("焦距误差", "Focal length"),
            f"± {200 * lens.focal_sigma_rel:.1f} %",
            "",
            lens.focal_sigma_rel <= GOOD_FOCAL,
        ),
        Number(
            say("重投影误差", "Reprojection error"),
            f"{lens.rms_px:.2f} px",
            "",
            lens.rms_px <= GOOD_RMS_PX,
            say(f"留出的视图 {lens.held_out_rms_px:.2f} px", f"held-out views {lens.held_out_rms_px:.2f} px"),
        ),
        Number(
            say("覆盖画面", "Picture covered"),
            f"{100 * seen:.0f} %",
            "",
            seen >= GOOD_COVERAGE,
            say(f"{lens.views} 个视图", f"{lens.views} views"),
        ),
    ]


def coverage_picture(picture_bgr: ImageBgr, lens: Lens) -> ImageBgr:
    """The picture with each cell tinted by how often corners were in it; never-visited cells are framed."""
    tinted = picture_bgr.copy()
    height, width = tinted.shape[:2]
    rows, columns = lens.coverage.shape
    most = max(float(lens.coverage.max()), 1e-9)
    for row in range(rows):
        for column in range(columns):
            top, bottom = round(row * height / rows), round((row + 1) * height / rows)
            start_x, end_x = round(column * width / columns), round((column + 1) * width / columns)
            cell = tinted[top:bottom, start_x:end_x]
            share = float(lens.coverage[row, column]) / most
            if share > 0:
                strength = 0.2 + 0.4 * share
                cell[:] = (cell * (1 - strength) + np.array([115, 158, 0]) * strength).astype(np.uint8)
                continue
            edge = max(3, width // 240)
            for side in (cell[:edge], cell[-edge:], cell[:, :edge], cell[:, -edge:]):
                side[:] = (0, 94, 213)
    return tinted


def _save(step: Step, made: Made) -> None:
    if step.saved is not None:
        name = literal(step.saved.stem)
        st.success(
            say(
                f"已保存「{name}」。它只知道镜头；接着用标定纸或站一站定出位置。",
                f"Saved: “{name}”. It knows the lens only; go on with the floor sheet for the position.",
            ),
            icon=":material/check_circle:",
        )
        st.button(say("接着铺标定纸", "Go on with the floor sheet"), type="primary", on_click=go, args=("floor",))
        return
    default = say(f"镜头 {date.today():%m-%d}", f"lens {date.today():%m-%d}")
    name = text_entry(step, "name", say("名称", "Name"), default)
    if st.button(say("保存镜头文件", "Save the lens file"), key="save-board", type="primary", disabled=not name):
        out = free_path(places().cameras, name)
        try:
            made.save(out)
        except CameraError as error:
            st.error(literal(plain(error.text(language()))))
            return
        step.saved = out
        step_of("floor").entries["lens"] = str(out)
        st.rerun()
