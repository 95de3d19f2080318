"""The part of Setup about the viewer's own data: consent, taking out, withdrawing; for administrators the periods."""

from __future__ import annotations

import secrets
from html import escape

import streamlit as st

from app.files import remove
from app.library.records import store_of
from app.privacy.consents import consent_of
from app.privacy.handler import LONGEST, cleaned, handler_of, set_handler
from app.privacy.leaving import leave
from app.privacy.people import person_of
from app.privacy.periods import LONGEST_DAYS, PERIODS, Kind, periods, set_period
from app.privacy.take_out import take_out
from app.server.address import media_url
from app.server.uploads import safe_name
from app.views.consenting import consented, notice_html
from app.views.context import language, places, say, show_error, viewer
from vision.errors import YitaiError

READY = "privacy_ready"  # the ZIP that was made in this session


def show_privacy() -> None:
    """Consent first; then one's own data; then how long everything is kept."""
    given = consent_of(store_of(places()), viewer())
    if given is None or not given.current:
        consented()
    else:
        when = f"{given.given:%Y-%m-%d}"
        st.write(say(f"你在 {when} 同意了录制。", f"You agreed to being recorded on {when}."))
        with st.container(horizontal=True, key="privacy-buttons"):
            with st.popover(say("我同意了什么", "What I agreed to"), icon=":material/description:"):
                st.html(notice_html())
            with st.popover(say("撤回同意", "Withdraw"), icon=":material/block:"):
                _withdrawal()
    if not viewer().local:
        _own_data()
    if viewer().administers:
        with st.expander(say("保存期限", "How long things are kept"), icon=":material/schedule:"):
            _periods()
        with st.expander(say("由谁负责", "Who is responsible"), icon=":material/contact_mail:"):
            _responsible()


def _responsible() -> None:
    """For administrators: what the notice says of the handler."""
    now = handler_of(places())
    if not (now.whole or viewer().local):
        st.warning(
            say("说明中还没有负责单位和联系方式，应当告知。",
                "The notice does not yet say who is responsible and how to reach them; people have to be told."),
            icon=":material/contact_mail:",
        )  # fmt: skip
    name = st.text_input(
        say("单位或部门", "Organisation or department"), value=now.name, max_chars=LONGEST, key="privacy-handler-name"
    )
    contact = st.text_input(
        say("联系方式（电话、邮箱或联系人）", "Contact: telephone, e-mail or person"),
        value=now.contact,
        max_chars=LONGEST,
        key="privacy-handler-contact",
    )
    st.caption(say("会写在录制前的说明里。", "It stands in the notice before the first recording."))
    wanted = cleaned(name, contact)
    if wanted != now:
        try:
            set_handler(places(), wanted)
        except YitaiError as error:
            show_error(error)
            return
        st.rerun()


def _withdrawal() -> None:
    st.write(
        say("之后不再录制你；练习和上传的文件立即删除。",
            "Nothing of you is recorded after that; practices and uploads are deleted at once.")
    )  # fmt: skip
    everything = not viewer().local and st.checkbox(
        say("同时立即删除我的全部录像和报告", "Delete all my takes and reports now, too"), key="privacy-delete"
    )
    if st.button(say("撤回", "Withdraw"), type="primary", key="privacy-withdraw"):
        try:
            leave(places(), delete_takes=bool(everything))
        except YitaiError as error:
            show_error(error)
            return
        st.session_state.pop(READY, None)
        st.rerun()


def _own_data() -> None:
    pressed = st.button(
        say("取出我的全部数据", "Take out all my data"), icon=":material/download:", key="privacy-take-out"
    )
    if pressed:
        _make()
    ready = st.session_state.get(READY)
    if ready is not None and ready.is_file():
        url, name = media_url(ready, places().root), escape(ready.name)
        words = escape(say("下载", "Download"))
        st.html(f'<a class="take-file" href="{escape(url)}" download="{name}">{words} {name}</a>')


def _make() -> None:
    here = places()
    try:
        person = person_of(store_of(here), here.viewer)
        remove(here.exports)
        goal = here.exports / secrets.token_hex(8) / f"{safe_name(person.name)}.zip"
        with st.spinner(say("正在整理", "Putting it together")):
            st.session_state[READY] = take_out(here, person, goal, language()).path
    except YitaiError as error:
        show_error(error)


def _periods() -> None:
    st.caption(say("单位：天；空着表示不限。", "In days; empty means without an end."))
    store = store_of(places())
    now = periods(store)
    columns = st.columns(2)
    for number, (kind, period) in enumerate(PERIODS.items()):
        chosen = columns[number % 2].number_input(
            say(period.zh, period.en[:1].upper() + period.en[1:]),
            period.shortest,
            LONGEST_DAYS,
            value=now[kind],
            placeholder=say("不限", "no end"),
            key=f"privacy-period-{kind}",
        )
        if chosen != now[kind]:
            _change(kind, chosen)


def _change(kind: Kind, days: int | None) -> None:
    try:
        set_period(store_of(places()), viewer(), kind, days)
    except YitaiError as error:
        show_error(error)
