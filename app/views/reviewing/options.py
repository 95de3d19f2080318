"""What a recording is judged by: standard, drill, person, camera."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.camera_files import camera_paths, read_camera
from app.house_packs import list_all_packs, usable_standard
from app.inputs import Task
from app.library.intake import TASK_FOLDER
from app.manifest import HEIGHT_RANGE_CM
from app.presenter.standards import pack_label
from app.texts import pick
from app.views.context import language, places, preferences, say
from app.views.keeping import indexed, keep, valued
from vision.quantities import DRILL_TEXT
from vision.report.wording import LEVEL_TEXT
from vision.types import Drill, Subject


@dataclass(frozen=True, slots=True)
class Options:
    """What the form says of a recording."""

    subject: Subject
    standard: str
    camera: Path | None
    drill: Drill | None

    def task(self, file: Path, name: str) -> Task:
        """The recording as the batch engine takes it."""
        return Task(name, file, TASK_FOLDER, self.subject, self.standard, self.camera, self.drill)


def options(name: str) -> Options:
    """The fields; ``name`` is the trainee's."""
    standard = choose_standard("review-standard", usable_standard(places(), preferences().standard))
    left, right = st.columns(2)
    with left:
        drill = _drill()
        height = _height()
    with right:
        camera = _camera()
        sex = _sex()
    return Options(
        Subject(name.strip() or None, height, sex or None),
        standard,
        Path(camera) if camera else None,
        None if drill == "auto" else Drill(drill),
    )


def _drill() -> str:
    drills = ("auto", *(drill.value for drill in Drill))
    chosen: str = keep(
        "review-drill",
        st.selectbox(say("动作", "Drill"), drills, format_func=_drill_word, **indexed("review-drill", "auto", drills)),
    )
    return chosen


def _height() -> float | None:
    low, high = HEIGHT_RANGE_CM
    return keep(
        "review-height",
        st.number_input(
            say("身高（厘米）", "Height (cm)"),
            low,
            high,
            **valued("review-height", preferences().height_cm),
            step=1.0,
            format="%g",
            placeholder=say("不填", "not given"),
        ),
    )


def _sex() -> str:
    sexes = {"": say("不填", "Not given"), "f": say("女", "Female"), "m": say("男", "Male")}
    chosen: str = keep(
        "review-sex",
        st.selectbox(
            say("性别", "Sex"),
            list(sexes),
            format_func=sexes.__getitem__,
            **indexed("review-sex", preferences().sex or "", list(sexes)),
        ),
    )
    return chosen


def choose_standard(name: str, default: str) -> str:
    """The field for a standard; the path or id for `vision.load_pack`."""
    packs = {choice.id_or_path: choice for choice in list_all_packs(places())}
    chosen: str = keep(
        name,
        st.selectbox(
            say("标准", "Standard"),
            list(packs),
            format_func=lambda one: pack_label(packs[one], language()),
            **indexed(name, default if default in packs else next(iter(packs)), list(packs)),
        ),
    )
    return chosen


def _drill_word(drill: str) -> str:
    return say("自动识别", "Find out") if drill == "auto" else pick(language(), *DRILL_TEXT[Drill(drill)])


def _camera() -> str:
    files = {str(path): read_camera(path) for path in camera_paths(places(), preferences().camera)}
    levels = {path: file.camera.level for path, file in files.items() if file.camera is not None}
    options = ["", *levels]

    def word(path: str) -> str:
        if not path:
            return say("没有（误差较大）", "None (wider ±)")
        return f"{files[path].name} · {LEVEL_TEXT[levels[path]][language()]}"

    preferred = preferences().camera or ""
    chosen: str = keep(
        "review-camera",
        st.selectbox(
            say("相机文件", "Camera file"),
            options,
            format_func=word,
            **indexed("review-camera", preferred if preferred in options else "", options),
        ),
    )
    return chosen
