"""Without a live view: why there is none, and a recording or a picture instead."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from app.components.uploader import uploader
from app.files import writing_to
from app.practice.takes import take_folder
from app.presenter.practise_live import Trouble, trouble_text
from app.server.uploads import upload_path
from app.views.context import language, places, say, show_error
from app.views.keeping import segment
from app.views.links import link_to
from app.views.practising.flow import Practice, Step, go, score
from app.views.practising.head import head, picture
from vision.errors import YitaiError

UPLOAD, PHOTO = "upload", "photo"
DETAILED = (Trouble.FAILED, Trouble.FORMAT)  # the other reasons say everything


def show(now: Practice) -> None:
    """Upload or photograph; what comes in is scored at once."""
    head(now)
    if now.trouble is not None:
        _why(now, now.trouble)
    with st.container(key="practise-instead"):
        left, right = st.columns([3, 7], gap="large")
        with left:
            picture(now)
        with right:
            _ways(now)


def _ways(now: Practice) -> None:
    names = {
        UPLOAD: say(":material/upload_file: 上传录像或照片", ":material/upload_file: Upload a recording or photo"),
        PHOTO: say(":material/photo_camera: 现在拍一张", ":material/photo_camera: Take a picture now"),
    }
    if segment("practise-way", say("方式", "How"), names) == PHOTO:
        _photo(now)
    else:
        _upload(now)


def _why(now: Practice, trouble: Trouble) -> None:
    what, do = trouble_text(trouble, language())
    detail = f"<small>{escape(now.detail)}</small>" if now.detail and trouble in DETAILED else ""
    told = f"<b>{escape(what)}</b><p>{escape(do)}</p>{detail}"
    with st.container(key="practise-trouble", border=True):
        st.html(f'<div class="trouble" role="alert" data-trouble="{trouble}">{told}</div>')
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(say("重试", "Try again"), type="primary", icon=":material/refresh:", key="practise-retry"):
                _retry(now)
            if trouble is Trouble.FORMAT:
                link_to("setup", say("换相机文件", "Choose another camera file"), ":material/tune:")
                if st.button(say("这次不用相机文件", "Go on without it"), key="practise-without-file"):
                    now.with_camera_file = False
                    _retry(now)
    st.html(f"<h2>{escape(say('也可以用录像或照片练', 'Or practise with a recording or photo'))}</h2>")


def _retry(now: Practice) -> None:
    now.trouble = None
    now.round += 1
    go(Step.CAMERA)


def _upload(now: Practice) -> None:
    sent = uploader(f"practise-upload-{now.round}", language())
    if not sent:
        return
    try:
        file = upload_path(places().uploads, sent[0].number)
        now.round += 1
        now.result = None
        score(now, file)
    except YitaiError as error:
        show_error(error)
        return
    st.rerun()


def _photo(now: Practice) -> None:
    picture = st.camera_input(say("拍照", "Photo"), label_visibility="collapsed", key=f"practise-photo-{now.round}")
    if picture is None:
        return
    try:
        file = _written(picture.getvalue())
        now.round += 1
        now.result = None
        score(now, file)
    except YitaiError as error:
        show_error(error)
        return
    st.rerun()


def _written(jpeg: bytes) -> Path:
    """A still from the browser, on disk."""
    folder = take_folder(places())
    file = folder / "photo.jpg"
    with writing_to(file):
        file.write_bytes(jpeg)
    return file
