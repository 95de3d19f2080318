"""Setup: what holds for this installation: language, standard, person, camera, and where the data lie."""

from __future__ import annotations

import os
import shutil
from html import escape
from pathlib import Path

import streamlit as st

from app.engine import own_upright
from app.house_packs import list_all_packs, usable_standard
from app.manifest import HEIGHT_RANGE_CM
from app.presenter.setup import space_is_low, space_text
from app.presenter.standards import pack_label
from app.settings import LANGUAGES
from app.views.context import choose_language, language, places, prefer, preferences, say, show_error, viewer
from app.views.links import link_to
from app.views.setup_camera import show_camera
from app.views.setup_privacy import show_privacy
from app.views.shell import LANGUAGE_NAMES
from calibration.errors import CameraError

SIZE_KEPT_S = 60.0


def show() -> None:
    """The page."""
    st.title(say("设置", "Setup"))
    left, right = st.columns([2, 3], gap="large")
    with left:
        with st.container(border=True, key="setup-general"):
            st.subheader(say("通用", "General"))
            _general()
        with st.container(border=True, key="setup-person"):
            st.subheader(say("被测者", "Person"))
            _person()
    with right:
        with st.container(border=True, key="setup-camera"):
            st.subheader(say("相机", "Camera"))
            show_camera()
        with st.container(border=True, key="setup-privacy"):
            st.subheader(say("个人信息", "Personal data"))
            show_privacy()
        if viewer().trains:
            with st.container(border=True, key="setup-data"):
                st.subheader(say("数据", "Data"))
                _data()


def _general() -> None:
    st.session_state["setup-language"] = language()
    st.selectbox(
        say("语言", "Language"),
        LANGUAGES,
        format_func=LANGUAGE_NAMES.__getitem__,
        key="setup-language",
        on_change=lambda: choose_language(st.session_state["setup-language"]),
    )
    packs = {choice.id_or_path: choice for choice in list_all_packs(places())}
    now = usable_standard(places(), preferences().standard)
    standard = st.selectbox(
        say("默认标准", "Default standard"),
        list(packs),
        index=list(packs).index(now),
        format_func=lambda one: pack_label(packs[one], language()),
        key=f"setup-standard-{now}",
    )
    if standard != preferences().standard:
        prefer(standard=standard)
        st.rerun()
    aloud = st.toggle(
        say("练习时朗读提示", "Read cues aloud while practising"), value=preferences().spoken, key="setup-spoken"
    )
    if aloud != preferences().spoken:
        prefer(spoken=aloud)


def _person() -> None:
    low, high = HEIGHT_RANGE_CM
    columns = st.columns(2)
    height = columns[0].number_input(
        say("身高（厘米）", "Height (cm)"),
        low,
        high,
        value=preferences().height_cm,
        step=1.0,
        format="%g",
        placeholder=say("不填", "not given"),
        key="setup-height",
    )
    if height != preferences().height_cm:
        prefer(height_cm=height)
    words = {"": say("不填", "Not given"), "f": say("女", "Female"), "m": say("男", "Male")}
    sex = columns[1].selectbox(
        say("性别", "Sex"),
        list(words),
        index=list(words).index(preferences().sex or ""),
        format_func=words.__getitem__,
        key="setup-sex",
    )
    if (sex or None) != preferences().sex:
        prefer(sex=sex or None)
    st.caption(say("身高使距离更准，性别决定适用的条款。", "Height makes distances sharper; sex selects the clauses."))
    _neutral()


def _neutral() -> None:
    folder, now = places().neutrals, preferences().neutral or ""
    files = [str(path) for path in sorted(folder.glob("*.json"))] if folder.is_dir() else []
    options = ["", *files] if now in ("", *files) or not Path(now).is_file() else ["", *files, now]
    chosen = st.selectbox(
        say("自然站姿文件", "Own upright"),
        options,
        index=options.index(now) if now in options else 0,
        format_func=lambda one: Path(one).stem if one else say("没有", "None"),
        key=f"setup-neutral-{now}",
        help=say(
            "本人自然站立的两秒，作为鞠躬等角度的零点",
            "Two seconds of own upright standing: the zero of bows and others",
        ),
    )
    if chosen != now:
        try:
            if chosen:
                own_upright(Path(chosen))
        except CameraError as error:
            show_error(error)
        else:
            prefer(neutral=chosen or None)
            st.rerun()
    link_to("calibrate", say("去标定页录一个", "Record one in Calibrate"), icon=":material/straighten:")


def _data() -> None:
    root = places().root.absolute()
    free = _free_bytes(root)
    st.html(
        f'<p class="data-folder"><span>{say("数据文件夹", "Data folder")}</span><code>{escape(str(root))}</code></p>'
    )
    st.write(space_text(_used_bytes(str(root)), free, language()))
    if space_is_low(free):
        st.warning(
            say("磁盘空间不多了，请删除不用的批次或录像。",
                "The disk is nearly full: delete batches or takes that nobody needs."),
            icon=":material/hard_drive:",
        )  # fmt: skip
    st.caption(
        say("录像、报告和设置都只存放在这里，不会上传到别处。",
            "Recordings, reports and settings stay here and go nowhere else.")
    )  # fmt: skip


def _free_bytes(root: Path) -> float:
    """Room on the disk that holds ``root``, which need not exist yet."""
    there = next(folder for folder in (root, *root.parents) if folder.exists())
    return float(shutil.disk_usage(there).free)


@st.cache_data(ttl=SIZE_KEPT_S, show_spinner=False)
def _used_bytes(root: str) -> float:
    """What the files below ``root`` take; those that vanish meanwhile do not count."""
    total = 0
    for folder, _, names in os.walk(root):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_size
            except OSError:
                continue
    return float(total)
