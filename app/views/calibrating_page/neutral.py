"""Two seconds of standing upright: a trainee's own neutral."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.calibrating.neutrals import CheckedNeutral, NeutralTask, checked_neutral
from app.presenter.calibrate import neutral_numbers, plain, remarks
from app.presenter.calibrate_stops import standing_stop
from app.texts import literal
from app.views.calibrating_page.outcome import free_path, show_error_of
from app.views.calibrating_page.parts import (
    choice_entry,
    compute_button,
    findings,
    heading,
    number_entry,
    numbers,
    picture,
    pictures,
    shown,
    start,
    text_entry,
    watch,
)
from app.views.calibrating_page.person import HEIGHT_CM
from app.views.calibrating_page.state import Step, recordings, step_of
from app.views.context import language, places, prefer, preferences, say
from calibration.check import errors
from calibration.errors import CameraError
from calibration.neutral import Neutral, save_neutral
from vision.types import Subject

KEY = "neutral"


def show() -> None:
    """The step."""
    step = step_of(KEY)
    heading(
        KEY,
        say(
            "每个人的“直”都不一样。站直两秒，之后的鞠躬和头部角度就以本人为准。",
            "Upright differs from person to person. Stand for two seconds; bows and heads are then held against it.",
        ),
    )
    show_error_of(step)
    if step.running is not None:
        watch(step, say("正在测量站姿……", "Measuring the posture…"))
    elif step.result is not None:
        _outcome(step)
    else:
        _take(step)


def _take(step: Step) -> None:
    left, right = st.columns([4, 8], gap="large")
    with left:
        name = text_entry(step, "trainee", say("学员", "Trainee"), placeholder=say("姓名或编号", "Name or number"))
        step.entries.setdefault("height_cm", preferences().height_cm)
        height_cm = number_entry(
            step, "height_cm", say("净身高（厘米）", "Height without shoes (cm)"), HEIGHT_CM, by=1.0,
            placeholder=say("例如 168", "such as 168"),
        )  # fmt: skip
        sexes = {"": say("不填", "Not given"), "f": say("女", "Woman"), "m": say("男", "Man")}
        step.entries.setdefault("sex", preferences().sex or "")
        sex = choice_entry(
            step, "sex", say("性别（用于体型比例）", "Sex (for body proportions)"), ("", "f", "m"), sexes.__getitem__
        )
        camera = preferences().camera
        if camera is None:
            st.caption(say("尚未标定相机：结果会粗一些。", "The camera is not calibrated: the result will be coarser."))
        else:
            st.caption(say(f"相机：{Path(camera).stem}", f"Camera: {Path(camera).stem}"))
    with right:
        complete = pictures(
            step, KEY, standing_stop(language()), guide="person", wait_s=10,
            hint=say("一段站直不动两秒以上的录像", "A video of standing still for two seconds or more"),
        )  # fmt: skip
    with left:
        asked = compute_button("neutral", say("开始测量", "Measure"), step.has_pictures)
    if asked or complete:
        subject = Subject(name or None, height_cm, sex or None)

        file = None if camera is None else Path(camera)
        start(step, checked_neutral, lambda: NeutralTask(recordings(step)[0], file, subject))
        st.rerun()


def _outcome(step: Step) -> None:
    checked: CheckedNeutral = step.result
    left, right = st.columns([6, 6], gap="large")
    with left:
        numbers(neutral_numbers(checked.neutral, language()), small=True)
        frames = checked.neutral.frames
        st.caption(
            say(
                f"测了 {frames} 帧；± 是各帧之间的起伏（两倍标准差）。",
                f"Measured in {frames} frames; ± is the spread between them (two standard deviations).",
            )
        )
        if checked.findings:
            findings(remarks(checked.findings, language()), "")
        if errors(checked.findings):
            st.caption(
                say(
                    "相机文件与这段画面不符，不能保存：请先重新标定相机。",
                    "The camera file does not fit this picture, so nothing is saved: calibrate the camera again first.",
                )
            )
        else:
            _save(step, checked.neutral)
        st.button(say("重新拍摄", "Take it again"), key="again-neutral", icon=":material/refresh:", on_click=step.again)
    with right:
        step.picture = step.picture or shown(checked.picture_bgr)
        picture(step.picture, say("以这个站姿为准。", "This posture is the reference."))


def _save(step: Step, neutral: Neutral) -> None:
    if step.saved is not None:
        st.success(
            say(f"已保存并启用「{literal(step.saved.stem)}」。", f"Saved and in use: “{literal(step.saved.stem)}”."),
            icon=":material/check_circle:",
        )
        return
    with st.container(key="calibrate-save", horizontal=True, gap="small"):
        _name_and_save(step, neutral)


def _name_and_save(step: Step, neutral: Neutral) -> None:
    name = text_entry(step, "name", say("名称", "Name"), neutral.trainee or say("自然站姿", "own upright"))
    if st.button(
        say("保存并使用", "Save and use"),
        key="save-neutral",
        type="primary",
        icon=":material/check:",
        disabled=not name,
    ):
        out = free_path(places().neutrals, name)
        try:
            save_neutral(out, neutral)
        except CameraError as error:
            st.error(literal(plain(error.text(language()))))
            return
        step.saved = out
        prefer(neutral=str(out))
        st.rerun()
