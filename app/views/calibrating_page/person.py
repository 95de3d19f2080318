"""Somebody of known height stands upright at one to four places."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.calibrating.cameras import PersonTask, person_camera
from app.components.camera_picture import Stop
from app.presenter.calibrate_stops import SPOTS, person_stops
from app.views.calibrating_page.lenses import choose_camera, lens_files
from app.views.calibrating_page.outcome import camera_outcome, show_error_of
from app.views.calibrating_page.parts import (
    choice_entry,
    compute_button,
    heading,
    number_entry,
    pictures,
    rules,
    start,
    watch,
)
from app.views.calibrating_page.state import CAMERA, Step, recordings, step_of
from app.views.context import language, preferences, say

KEY = "person"
HEIGHT_CM = (100.0, 230.0)


def show() -> None:
    """The step."""
    step = step_of(KEY)
    heading(
        KEY,
        say(
            "一个人面向镜头站直，程序由身高、站位和房间里的直线算出相机位置。",
            "Somebody stands upright facing the camera; their height, where they stand and the room's edges tell "
            "where the camera is.",
        ),
    )
    show_error_of(step)
    if step.running is not None:
        watch(step, say("正在找人、看房间、解算相机……", "Finding the person, reading the room, solving the camera…"))
    elif step.result is not None:
        another = step.source == CAMERA and len(step.bursts) < len(SPOTS)
        sound = say("人、地面和房间都对得上", "Person, floor and room agree with each other")
        camera_outcome(step, KEY, sound, (lambda: _another_place(step)) if another else None)
    else:
        _take(step)


def _another_place(step: Step) -> None:
    """Keep what was taken and ask for one place more."""
    step.entries["spots"] = str(len(step.bursts) + 1)
    step.result, step.picture = None, ""


def _take(step: Step) -> None:
    left, right = st.columns([4, 8], gap="large")
    with left:
        step.entries.setdefault("height_cm", preferences().height_cm)
        height_cm = number_entry(
            step,
            "height_cm",
            say("净身高（厘米）", "Height without shoes (cm)"),
            HEIGHT_CM,
            by=1.0,
            placeholder=say("例如 168", "such as 168"),
        )
        count = int(
            choice_entry(
                step,
                "spots",
                say("站几个位置", "Places to stand at"),
                ("1", "2", "3", "4"),
                str,
                default="2",
            )
        )
        lens = _lens(step)
        _rules()
    stops = person_stops(count, language())
    with right:
        complete = pictures(
            step,
            KEY,
            stops,
            guide="person",
            wait_s=10 if count > 1 else 5,
            hint=say(
                "同一台固定相机的照片（每个位置一张），或一段走向镜头的录像。",
                "Photos from one fixed camera, one for each place, or a video of walking towards it.",
            ),
        )
    with left:
        _compute(step, stops, height_cm, lens, complete)


def _lens(step: Step) -> Path | None:
    """A lens file, asked for only where there is one."""
    files = lens_files()
    none = say("没有：由画面估计焦距", "None: the focal length is estimated")
    return choose_camera(step, "lens", say("镜头文件（可选）", "Lens file (optional)"), files, none) if files else None


def _rules() -> None:
    rules(
        (
            say("相机固定好，之后不要再动", "Fix the camera; do not move it afterwards"),
            say(
                "穿鞋站直，双臂下垂，头和鞋都在画面内",
                "Shoes on, upright, arms down, head and shoes in the picture",
            ),
            say(
                "画面里留些门框、踢脚线、地砖：只有白墙时会粗得多",
                "Leave door frames, skirting boards or tiles in view: before a plain wall it is far coarser",
            ),
            say("站两个以上远近不同的位置更准", "Two or more places, near and far, make it surer"),
        )
    )


def _compute(step: Step, stops: tuple[Stop, ...], height_cm: float | None, lens: Path | None, complete: bool) -> None:
    wanted = {stop.id for stop in stops}
    if step.source == CAMERA:
        step.bursts = {name: burst for name, burst in step.bursts.items() if name in wanted}
    asked = compute_button("person", say("开始解算", "Work it out"), height_cm is not None and step.has_pictures)
    if height_cm is None:
        st.caption(say("请先填身高。", "Fill in the height first."))
    if height_cm is not None and (asked or complete):
        start(step, person_camera, lambda: PersonTask(recordings(step), height_cm, lens))
        st.rerun()
