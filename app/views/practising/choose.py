"""First step: standard, trainee, and the drill from picture cards."""

from __future__ import annotations

import streamlit as st

from app.components.drill_cards import drill_cards
from app.house_packs import list_all_packs
from app.practice.takes import forget_old
from app.presenter.practise import drill_cards as cards_of
from app.presenter.practise import for_whom, practisable, standard_name
from app.views.context import language, places, prefer, preferences, say, show_error
from app.views.keeping import indexed, keep, segment, valued
from app.views.links import link_to
from app.views.practising.flow import Practice, Step, forget_take, go
from calibration.camera import Camera
from calibration.errors import CameraError
from calibration.files import load_camera
from vision.errors import PackError
from vision.types import Drill

CAMERA, RECORDING = "camera", "recording"


def show(now: Practice) -> None:
    """The choice; a card leads on."""
    st.title(say("练习", "Practise"))
    with st.container(key="practise-choice"):
        columns = st.columns([5, 3, 4], vertical_alignment="bottom")
        with columns[0]:
            _standard(now)
        with columns[1]:
            _trainee(now)
        with columns[2]:
            _source(now)
    _for_whom()
    try:
        cards = cards_of(now.pack, language(), preferences().sex)
    except PackError as error:
        show_error(error)
        return
    chosen = drill_cards("practise-cards", cards)
    if chosen is not None:
        begin(now, chosen)


def begin(now: Practice, drill: Drill) -> None:
    """Go on with a drill."""
    forget_old(places())
    forget_take(now)
    now.drill, now.trouble, now.result = drill, None, None
    now.with_camera_file = True
    now.round += 1
    go(Step.CAMERA if now.by_camera else Step.INSTEAD)


def _standard(now: Practice) -> None:
    choices = {choice.id_or_path: choice for choice in practisable(list_all_packs(places()))}
    ids = list(choices)
    default = now.standard if now.standard in choices else ids[0]
    now.standard = keep(
        "practise-standard",
        st.selectbox(
            say("标准", "Standard"),
            ids,
            format_func=lambda name: standard_name(choices[name], language()),
            **indexed("practise-standard", default, ids),
        ),
    )
    if now.standard != preferences().standard:
        prefer(standard=now.standard)


def _trainee(now: Practice) -> None:
    now.trainee = keep(
        "practise-trainee",
        st.text_input(
            say("练习者（可不填）", "Trainee (optional)"),
            max_chars=60,
            placeholder=say("姓名或工号", "name or number"),
            **valued("practise-trainee", ""),
        ),
    )


def _source(now: Practice) -> None:
    names = {
        CAMERA: say(":material/videocam: 用摄像头", ":material/videocam: With the camera"),
        RECORDING: say(":material/upload: 用录像或照片", ":material/upload: Recording or photo"),
    }
    now.by_camera = segment("practise-source", say("方式", "How"), names, labelled=True) != RECORDING


def _for_whom() -> None:
    with st.container(key="practise-for", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<span class="for-whom">{for_whom(preferences(), _camera(), language())}</span>', width="content")
        link_to("setup", say("修改", "Change"), ":material/tune:")


def _camera() -> Camera | None:
    """The preferred camera; a broken file is said."""
    path = preferences().camera
    if path is None:
        return None
    try:
        return load_camera(path)
    except CameraError as error:
        show_error(error)
        return None
