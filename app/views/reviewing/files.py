"""What can be taken away: reports in their forms, the videos; and removing the take."""

from __future__ import annotations

from functools import partial
from html import escape
from pathlib import Path

import streamlit as st

from app.exporting.gather import of_take
from app.exporting.make import SUFFIX, files_of
from app.library.exports import available, export
from app.library.layer import LAYER_FILE, Layer
from app.library.takes import ANNOTATED_FILE, Take, find_take, remove_take
from app.places import Places
from app.presenter.review_list import title_of
from app.presenter.review_rows import day
from app.server.uploads import safe_name
from app.store import recordings
from app.texts import pick
from app.views.context import language, places, say, show_error
from app.views.reviewing.chosen import address, close_take
from app.views.reviewing.sharing import show_sharing
from app.views.reviewing.veiling import show_veiled
from vision.errors import YitaiError
from vision.records import RECORD_FILE
from vision.report import FORMATS, Report

MIME = {
    "html": "text/html",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "json": "application/json",
}
WORDS: dict[str, tuple[str, str]] = {
    "html": ("网页报告", "Report as a web page"),
    "pdf": ("PDF 报告", "Report as PDF"),
    "xlsx": ("Excel 检查表", "Checks as an Excel workbook"),
    "csv": ("时间序列 CSV", "Series as CSV"),
    "json": ("程序结果 JSON", "The program's result as JSON"),
}
ALSO_ALONE = frozenset({"pdf", "csv"})  # the report to read, and the series: other files than the exports of that kind
# Of `app.exporting.make`: the program's result and the trainer's layer, told apart.
REVIEWED: dict[str, tuple[str, str, str]] = {
    "pdf": ("训练记录 PDF（可签字）", "Record as PDF, to sign", "application/pdf"),
    "xlsx": ("会自动计算的 Excel", "Workbook that counts by itself", MIME["xlsx"]),
    "csv": ("检查项 CSV", "Checks as CSV", "text/csv"),
    "json": ("含教练记录的 JSON", "JSON with the trainer's notes", "application/json"),
    "vtt": ("字幕 WebVTT", "Subtitles (WebVTT)", "text/vtt"),
    "trc": ("OpenSim 标记点 TRC", "OpenSim markers (TRC)", "text/plain"),
    "mot": ("OpenSim 角度 MOT", "OpenSim angles (MOT)", "text/plain"),
}


def show_files(take: Take, report: Report, layer: Layer) -> None:
    """One button a file; each is made when it is asked for."""
    name = safe_name(title_of(take))
    with st.container(key="review-files"):
        columns = st.columns(2, gap="large")
        with columns[0]:
            st.subheader(say("报告", "Report"))
            for kind in (one for one in available(take) if one not in REVIEWED or one in ALSO_ALONE):
                suffix = FORMATS[kind].rpartition(".")[2]
                st.download_button(
                    pick(language(), *WORDS[kind]),
                    data=partial(_export, places(), take, report, layer, kind, language()),
                    file_name=f"{name}.{suffix}",
                    mime=MIME[kind],
                    icon=":material/description:",
                    key=f"review-file-{kind}",
                    width="stretch",
                    on_click="ignore",
                )
            if layer.overrides:
                st.caption(
                    say(
                        "网页和 PDF 报告中写明教练的改判；时间序列是程序自己的测量。",
                        "Web page and PDF name what the trainer changed; the series is what the program measured.",
                    )
                )
            st.subheader(say("视频和记录", "Videos and notes"))
            _link(take.folder / ANNOTATED_FILE, say("标注视频", "Annotated video"), f"{name}-annotated.mp4")
            if take.recording is not None:
                _link(take.recording, say("原始录像", "The recording"), name + take.recording.suffix)
            _link(take.folder / LAYER_FILE, say("教练记录", "Trainer's notes"), f"{name}-review.json")
            show_veiled(take, report, layer)
            _about(take, report)
            show_sharing(take)
            with st.popover(
                say("移除这段录像", "Remove this take"), icon=":material/delete:", disabled=layer.signed is not None
            ):
                _removal(take)
        with columns[1]:
            _reviewed(take, report, layer, name)


def _reviewed(take: Take, report: Report, layer: Layer, name: str) -> None:
    """Files in which the program's result and the trainer's stand apart."""
    st.subheader(say("导出", "Export"))
    moving = (take.folder / RECORD_FILE).is_file()
    for kind, (zh, en, mime) in REVIEWED.items():
        if kind in ("trc", "mot") and not moving:
            continue
        st.download_button(
            pick(language(), zh, en),
            data=partial(_made, places(), take, report, layer, kind, language()),
            file_name=f"{name}.{SUFFIX.get(kind, kind)}",
            mime=mime,
            icon=":material/download:",
            key=f"review-export-{kind}",
            width="stretch",
            on_click="ignore",
        )
    st.caption(
        say(
            "这些文件同时写明程序判定与教练改判、签字，分开列出。",
            "These hold the program's verdicts and the trainer's changes and signature, told apart.",
        )
    )


def _still_seen(here: Places, take: Take) -> None:
    """A page may be older than what it offers: UsageError when the take is not the viewer's to see any more."""
    if find_take(here, take.id) is None:
        raise recordings.gone()


def _export(here: Places, take: Take, report: Report, layer: Layer, kind: str, spoken: str) -> bytes:
    _still_seen(here, take)
    return export(take, report, layer, kind, spoken)


def _made(here: Places, take: Take, report: Report, layer: Layer, kind: str, spoken: str) -> bytes:
    """One file; empty where the record it is made of is damaged."""
    _still_seen(here, take)
    return next((content for _, content in files_of(of_take(take, report, layer), (kind,), spoken)), b"")


def _link(file: Path, words: str, name: str) -> None:
    url = address(file)
    if url is not None:
        st.html(f'<a class="take-file" href="{escape(url)}" download="{escape(name)}">{escape(words)}</a>')


def _about(take: Take, report: Report) -> None:
    origins = {
        "upload": say("上传", "uploaded"),
        "practice": say("练习", "practice"),
        "batch": say("批量", "batch"),
        "sample": say("示例", "sample"),
    }
    size = "×".join(str(side) for side in report.source.size_wh)
    st.caption(
        f"{origins.get(take.origin, take.origin)} · {day(take.created)} · {size} · "
        f"{report.standard.id} {report.standard.version} · yitai {report.program.version}"
    )


def _removal(take: Take) -> None:
    st.write(say("连同报告和录像一起删除，无法恢复。", "Deletes report and recording. This cannot be undone."))
    if st.button(say("移除", "Remove"), icon=":material/delete:", key="review-remove-take"):
        try:
            remove_take(places(), take.id)
        except YitaiError as error:
            show_error(error)
            return
        close_take()
        st.rerun()
