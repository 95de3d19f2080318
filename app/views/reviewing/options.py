"""What a recording is judged by: standard, drill, person, camera."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.house_packs import list_all_packs, usable_standard
from app.inputs import Task
from app.library.intake import TASK_FOLDER
from app.manifest import HEIGHT_RANGE_CM
from app.presenter.standards import pack_label
from app.views.context import language, places, preferences, say
from app.views.fields import ANY_DRILL, choose_camera, choose_drill
from app.views.keeping import indexed, keep, valued
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
        drill = choose_drill("review-drill")
        height = _height()
    with right:
        camera = choose_camera("review-camera")
        sex = _sex()
    return Options(
        Subject(name.strip() or None, height, sex or None),
        standard,
        Path(camera) if camera else None,
        None if drill == ANY_DRILL else Drill(drill),
    )


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
