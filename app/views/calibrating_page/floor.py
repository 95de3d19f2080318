"""The printed sheet on the floor."""

from __future__ import annotations

import streamlit as st

from app.calibrating.cameras import FloorTask, floor_camera
from app.presenter.calibrate_stops import floor_stops
from app.views.calibrating_page.lenses import choose_camera, lens_files
from app.views.calibrating_page.outcome import camera_outcome, show_error_of
from app.views.calibrating_page.parts import compute_button, heading, number_entry, pictures, rules, start, watch
from app.views.calibrating_page.state import Step, go, step_of, stills
from app.views.context import language, say
from calibration.patterns import RULER_MM

KEY = "floor"
RULER_CM = (8.0, 12.0)


def show() -> None:
    """The step."""
    step = step_of(KEY)
    heading(
        KEY,
        say(
            "把打印的标定纸平放在地面上拍几张，程序由它算出相机的高度和角度。",
            "The printed sheet lies flat on the floor; a few pictures of it tell the camera's height and tilt.",
        ),
    )
    show_error_of(step)
    if step.running is not None:
        watch(step, say("正在找标定纸、解算相机……", "Finding the sheet, solving the camera…"))
    elif step.result is not None:
        camera_outcome(
            step, KEY, say("各处标定纸互相一致，数值合理", "All places of the sheet agree, the numbers are sound")
        )
    else:
        _take(step)


def ruler_entry(step: Step) -> float:
    """The ruler line of the printed page as measured, in mm."""
    step.entries.setdefault("ruler_cm", RULER_MM / 10)
    ruler_cm = number_entry(
        step,
        "ruler_cm",
        say("标尺线实测长度（厘米）", "Printed ruler line, measured (cm)"),
        RULER_CM,
        by=0.05,
        help=say(
            "纸底部有一条 10 厘米的线。用尺量一下：打印机常会缩放。",
            "There is a 10 cm line at the bottom of the page. Measure it: printers like to shrink pages.",
        ),
    )
    return RULER_MM if ruler_cm is None else 10 * ruler_cm


def _take(step: Step) -> None:
    left, right = st.columns([4, 8], gap="large")
    with left:
        ruler_mm = ruler_entry(step)
        lens = choose_camera(
            step,
            "lens",
            say("镜头文件（可选）", "Lens file (optional)"),
            lens_files(),
            say("没有：由画面估计焦距", "None: the focal length is estimated"),
        )
        _rules()
    with right:
        complete = pictures(
            step,
            KEY,
            floor_stops(language()),
            guide="sheet",
            wait_s=15,
            mirror=False,
            hint=say(
                "同一台固定相机的照片：标定纸放在两三个不同的地方，各拍一张。",
                "Photos from one fixed camera with the sheet at two or three different places.",
            ),
        )
    with left:
        asked = compute_button("floor", say("开始解算", "Work it out"), step.has_pictures)
        st.button(
            say("还没打印？", "Not printed yet?"),
            key="floor-print",
            type="tertiary",
            icon=":material/print:",
            on_click=go,
            args=("print",),
        )
    if asked or complete:
        start(step, floor_camera, lambda: FloorTask(stills(step), ruler_mm, lens))
        st.rerun()


def _rules() -> None:
    rules(
        (
            say("纸的大小（A4、A3、四张拼图）会自动认出", "The size of the sheet (A4, A3, poster) is recognised"),
            say("纸要平：翘起的角会带来误差", "Keep it flat: curled corners spoil the result"),
            say("两三个位置比一个位置准得多", "Two or three places are far better than one"),
        )
    )
