"""The sheets to print, as PDF at true scale."""

from __future__ import annotations

from base64 import b64encode

import streamlit as st

from app.presenter.calibrate import SHEET_WORDS
from app.presenter.sheets import sheet_svg
from app.texts import pick
from app.views.calibrating_page.parts import heading
from app.views.calibrating_page.state import go
from app.views.context import language, say
from calibration.sheets import SHEETS, sheet_pdf

KEY = "print"


def show() -> None:
    """The step."""
    heading(
        KEY,
        say(
            "按 100% 比例打印（不要“适合页面”），再用尺量一下底部 10 厘米的标尺线。",
            "Print at 100 % (never “fit to page”), then measure the 10 cm ruler line at the bottom.",
        ),
    )
    for kind, way in (("floor", "floor"), ("board", "board")):
        titles = {"floor": say("地面标定纸", "Floor sheets"), "board": say("镜头棋盘纸", "Boards for the lens")}
        st.subheader(titles[kind], anchor=False)
        with st.container(key=f"sheets-{kind}", horizontal=True, gap="medium"):
            for sheet in (one for one in SHEETS if one.startswith(kind)):
                _sheet(sheet)
        st.button(
            say("打印好了，开始标定", "Printed: go on"), key=f"print-go-{kind}", on_click=go, args=(way,),
            icon=":material/arrow_forward:",
        )  # fmt: skip


def _sheet(sheet: str) -> None:
    title, use = SHEET_WORDS[sheet]
    with st.container(key=f"sheet-{sheet}", border=True):
        drawing = b64encode(sheet_svg(sheet).encode()).decode()
        st.html(
            f'<div class="sheet"><img src="data:image/svg+xml;base64,{drawing}" alt=""><div>'
            f"<b>{pick(language(), *title)}</b><p>{pick(language(), *use)}</p></div></div>"
        )
        st.download_button(
            say("下载 PDF", "Download PDF"),
            data=lambda: sheet_pdf(sheet),
            file_name=f"yitai-{sheet}.pdf",
            mime="application/pdf",
            key=f"download-{sheet}",
            icon=":material/download:",
            on_click="ignore",
        )
