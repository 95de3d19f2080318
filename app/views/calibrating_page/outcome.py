"""A camera that was found: numbers, the floor drawn into the picture, what is odd, save and use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import streamlit as st

from app.calibrating.made import Made
from app.components.camera_picture import camera_picture, overlay_lines
from app.presenter.calibrate import camera_numbers, plain, remarks
from app.server.uploads import safe_name
from app.texts import literal
from app.views.calibrating_page.parts import drawn, findings, numbers, picture, problem, text_entry
from app.views.calibrating_page.state import CAMERA, Step, go
from app.views.context import language, places, prefer, say
from calibration.check import check_camera, errors
from calibration.errors import CameraError

TAKEN, LIVE = "taken", "live"


def free_path(folder: Path, name: str, suffix: str = ".json") -> Path:
    """A file of that name which is not there yet."""
    stem = safe_name(name).removesuffix(suffix)
    goal, number = folder / f"{stem}{suffix}", 2
    while goal.exists():
        goal, number = folder / f"{stem} {number}{suffix}", number + 1
    return goal


def camera_outcome(step: Step, key: str, sound: str, more: Callable[[], None] | None = None) -> None:
    """The camera of ``step.result`` (`Made`), to be looked at before it is saved.

    ``sound``: what is said where no fault was found; ``more`` goes on for a better one.
    """
    made: Made = step.result
    left, right = st.columns([5, 7], gap="large")
    with left:
        numbers(camera_numbers(made.camera, language(), beside_none=True))
        found = [*check_camera(made.camera), *made.findings]
        findings(remarks(found, language()), sound)
        words = made.advice()
        if words is not None:
            st.html(f'<p class="remark odd"><i>≈</i>{plain(words[0 if language() == "zh" else 1])}</p>')
        if errors(found):
            st.caption(say("有错误的标定不能保存。", "A calibration with errors is not saved."))
        else:
            _save(step, made, key)
        with st.container(horizontal=True, key="calibrate-again"):
            st.button(
                say("重新拍摄", "Take it again"), key=f"again-{key}", icon=":material/refresh:", on_click=step.again
            )
            if more is not None and step.saved is None:
                st.button(say("再加一个位置", "Add a place"), key=f"more-{key}", icon=":material/add:", on_click=more)
    with right:
        _look(step, made, key)


def _look(step: Step, made: Made, key: str) -> None:
    """The floor as this camera has it, in the picture and in the live one."""
    ways = (TAKEN, LIVE) if step.source == CAMERA else (TAKEN,)
    chosen = TAKEN
    if len(ways) > 1:
        names = {TAKEN: say("拍下的画面", "Picture taken"), LIVE: say("实时画面", "Live")}
        chosen = (
            st.segmented_control(
                say("画面", "Picture"),
                ways,
                default=step.entries.get("look", TAKEN),
                format_func=names.__getitem__,
                label_visibility="collapsed",
                key=f"calibrate-look-{key}",
            )
            or TAKEN
        )
        step.entries["look"] = chosen
    text = say(
        "看一眼：网格应平铺在地面上（每格半米），红白杆高 1.7 米。对不上就不要用。",
        "Have a look: the grid (half a metre a cell) should lie on the floor, the striped pole is 1.7 m. If they do "
        "not fit, do not use it.",
    )
    if chosen == LIVE:
        camera_picture(f"calibrate-live-{key}", language(), lines=overlay_lines(made.camera, made.spots_m))
        st.caption(text)
        return
    if not step.picture and made.picture_bgr is not None:
        step.picture = drawn(made.picture_bgr, made.camera, made.spots_m)
    picture(step.picture, text)


def _save(step: Step, made: Made, key: str) -> None:
    if step.saved is not None:
        saved_note(step.saved)
        return
    with st.container(key="calibrate-save", horizontal=True, gap="small"):
        _name_and_save(step, made, key)


def _name_and_save(step: Step, made: Made, key: str) -> None:
    default = say(f"相机 {date.today():%m-%d}", f"camera {date.today():%m-%d}")
    name = text_entry(
        step,
        f"name-{key}",
        say("名称", "Name"),
        default,
        help=say("例如教室和机位", "For example the room and the place"),
    )
    if st.button(
        say("保存并使用", "Save and use"), key=f"save-{key}", type="primary", icon=":material/check:", disabled=not name
    ):
        save_camera_as(step, made, free_path(places().cameras, name))
        st.rerun()


def save_camera_as(step: Step, made: Made, out: Path) -> None:
    """Save and use it from now on; what forbids that stays as the step's error."""
    try:
        made.save(out)
    except CameraError as error:
        step.error = error
        return
    step.saved = out
    prefer(camera=str(out))


def saved_note(path: Path) -> None:
    """What was saved, and what may come next."""
    st.success(
        say(
            f"已保存并启用「{literal(path.stem)}」。练习、回看和批量都会用它。",
            f"Saved and in use: “{literal(path.stem)}”. Practise, Review and Batch use it from now on.",
        ),
        icon=":material/check_circle:",
    )
    with st.container(horizontal=True, key="calibrate-next"):
        st.button(say("标定座椅", "Go on with the seat"), icon=":material/chair:", on_click=go, args=("seat",))
        st.button(say("自然站姿", "Own upright"), icon=":material/person:", on_click=go, args=("neutral",))


def show_error_of(step: Step) -> None:
    """The step's error, if there is one."""
    if step.error is not None:
        problem(step.error)
