"""The start: where things stand, the ways, and what each level is worth."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from app.presenter.calibrate import LEVEL_NAMES, TYPICAL, WAYS, Way, camera_line
from app.presenter.worth import worth_rows
from app.texts import pick
from app.views.calibrating_page.lenses import readable
from app.views.calibrating_page.state import go
from app.views.context import language, preferences, say


def show() -> None:
    """The page's first screen."""
    st.title(say("标定", "Calibrate"), anchor=False)
    _status()
    main = [way for way in WAYS if way.level is not None]
    for column, way, step in zip(st.columns(3, gap="medium"), main, (1, 2, 3), strict=True):
        with column:
            _rung(way, step)
    st.html(f'<h2 class="section">{say("还可以", "And then")}</h2>')
    rest = [way for way in WAYS if way.level is None]
    for column, way in zip(st.columns(4, gap="medium"), rest, strict=True):
        with column:
            _extra(way)
    _worth()


def _status() -> None:
    used = preferences().camera
    camera = None if used is None else readable(Path(used))
    if used is None:
        words = say(
            "还没有标定。程序只能假设相机水平、高 1.2 米：地面角度、厘米和坐深都不可靠。",
            "Not calibrated. The program can only assume a level camera at 1.2 m: angles on the floor, centimetres and "
            "seats are poor.",
        )
        kind, sign = "none", "○"
    elif camera is None:
        words = say(
            f"相机文件「{Path(used).stem}」读不出来，请重新标定。",
            f"The camera file “{Path(used).stem}” cannot be read: calibrate again.",
        )
        kind, sign = "bad", "✕"
    else:
        words, kind, sign = f"{Path(used).stem} · {camera_line(camera, language())}", "fine", "✓"
    neutral = preferences().neutral
    person = say(f"自然站姿：{Path(neutral).stem}", f"Own upright: {Path(neutral).stem}") if neutral else ""
    st.html(f'<p class="now {kind}"><i>{sign}</i><span>{escape(words)}<small>{escape(person)}</small></span></p>')


def _rung(way: Way, step: int) -> None:
    typical = {one.level: one for one in TYPICAL}[way.level or "none"]
    with st.container(key=f"way-{way.id}", border=True):
        st.html(
            f'<div class="rung r{step}"><header><b>{escape(pick(language(), *way.name))}</b>'
            f'<span class="time">{escape(pick(language(), *way.time))}</span></header>'
            f"<p>{escape(pick(language(), *way.gives))}</p>"
            f'<p class="need">{say("要有", "You need")}: {escape(pick(language(), *way.need))}</p>'
            f"<dl><div><dt>{say('俯仰', 'pitch')}</dt><dd>± {typical.pitch_deg:g}°</dd></div>"
            f"<div><dt>{say('高度', 'height')}</dt><dd>± {typical.height_cm:g} cm</dd></div>"
            f"<div><dt>{say('焦距', 'focal')}</dt><dd>± {typical.focal_percent:g} %</dd></div></dl></div>"
        )
        st.button(
            say("开始", "Start"), key=f"go-{way.id}", type="primary" if way.id == "person" else "secondary",
            on_click=go, args=(way.id,), icon=f":material/{way.icon}:", width="stretch",
        )  # fmt: skip


def _extra(way: Way) -> None:
    with st.container(key=f"way-{way.id}", border=True):
        st.html(
            f'<div class="extra"><header><b>{escape(pick(language(), *way.name))}</b>'
            f'<span class="time">{escape(pick(language(), *way.time))}</span></header>'
            f"<p>{escape(pick(language(), *way.gives))}</p></div>"
        )
        st.button(
            say("打开", "Open"), key=f"go-{way.id}", on_click=go, args=(way.id,), icon=f":material/{way.icon}:",
            width="stretch",
        )  # fmt: skip


def _worth() -> None:
    """What becomes of u: of the camera's own numbers, and of measurements."""
    st.html(f'<h2 class="section">{say("每一级值多少", "What each level is worth")}</h2>')
    heads = [say("测量", "Measurement"), *(pick(language(), *LEVEL_NAMES[one]) for one in ("none", "person")),
             say("真实相机（上限）", "true camera (the limit)")]  # fmt: skip
    body = "".join(
        f"<tr><th>{escape(row.name)}</th>"
        + "".join(f"<td>{escape(cell.u)}<small>{escape(cell.measured)}</small></td>" for cell in row.cells)
        + "</tr>"
        for row in worth_rows(language())
    )
    camera = "".join(
        f"<tr><th>{pick(language(), *LEVEL_NAMES[one.level])}</th><td>± {one.pitch_deg:g}°</td>"
        f"<td>± {one.height_cm:g} cm</td><td>± {one.focal_percent:g} %</td></tr>"
        for one in TYPICAL
    )
    first, second = st.columns([7, 5], gap="large")
    with first:
        title = say("测量结果的不确定度 u（中位数）", "Uncertainty u of measurements (median)")
        _table(title, heads, body)
        st.caption(
            say(
                "在已知真值的渲染人像上测得（docs/accuracy.md、docs/accuracy-person.md）。地面标定介于后两列之间。",
                "Measured on rendered people of known geometry (docs/accuracy.md, docs/accuracy-person.md). The floor "
                "sheet lies between the last two columns.",
            )
        )
    with second:
        heads = [say("相机", "Camera"), say("俯仰", "pitch"), say("高度", "height"), say("焦距", "focal")]
        _table(say("相机本身的不确定度（两倍标准差）", "Of the camera itself (two standard deviations)"), heads, camera)
        st.caption(
            say(
                "“人体标定”一行指画面里有直线的房间；站在白墙前只拍一处，只有俯仰 ± 7.4°、高度 ± 50 cm。",
                "“By a person” is for a room with straight edges; one spot before a plain wall gives ± 7.4° and "
                "± 50 cm.",
            )
        )


def _table(title: str, heads: list[str], body: str) -> None:
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    st.html(
        f'<div class="worth"><table><caption>{escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
