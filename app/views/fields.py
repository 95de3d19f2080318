"""Fields that several forms ask: which camera file, which drill. What was chosen is kept under the field's name."""

from __future__ import annotations

import streamlit as st

from app.camera_files import camera_paths, read_camera
from app.texts import pick
from app.views.context import language, places, preferences, say
from app.views.keeping import indexed, keep
from vision.quantities import DRILL_TEXT
from vision.report.wording import LEVEL_TEXT
from vision.types import Drill

ANY_DRILL = "auto"


def choose_camera(name: str) -> str:
    """The path of a camera file; "" for none."""
    files = {str(path): read_camera(path) for path in camera_paths(places(), preferences().camera)}
    levels = {path: file.camera.level for path, file in files.items() if file.camera is not None}
    options = ["", *levels]

    def word(path: str) -> str:
        if not path:
            return say("没有（按一般摄像头估计，误差较大）", "None (a usual camera is assumed; wider ±)")
        return f"{files[path].name} · {LEVEL_TEXT[levels[path]][language()]}"

    preferred = preferences().camera or ""
    chosen: str = keep(
        name,
        st.selectbox(
            say("相机文件", "Camera file"),
            options,
            format_func=word,
            **indexed(name, preferred if preferred in options else "", options),
        ),
    )
    return chosen


def choose_drill(name: str) -> str:
    """The drill's name; ``auto`` to find out."""
    drills = (ANY_DRILL, *(drill.value for drill in Drill))
    chosen: str = keep(
        name,
        st.selectbox(say("动作", "Drill"), drills, format_func=_drill_word, **indexed(name, ANY_DRILL, drills)),
    )
    return chosen


def _drill_word(drill: str) -> str:
    if drill == ANY_DRILL:
        return say("自动识别", "Recognised automatically")
    return pick(language(), *DRILL_TEXT[Drill(drill)])
