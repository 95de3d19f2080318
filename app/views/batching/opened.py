"""One batch: how far it is, what came out, what to do with it."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import streamlit as st

from app.batch.kept import Kept, forget
from app.batch.summary import SummaryRow
from app.components.results import results
from app.jobs import JobState
from app.library.takes import add_take, find_take
from app.presenter.batch import (
    FAILURES_SHOWN,
    batch_title,
    day_and_time,
    failures,
    progress_html,
    progress_text,
    table_row,
    tallies,
    tally_html,
)
from app.server.address import media_url
from app.texts import literal
from app.views.batching.board import archives, board, close_batch, pack, start
from app.views.context import language, places, say, show_error
from app.views.links import go_to
from app.views.polling import polled
from vision.errors import YitaiError
from vision.files import atomic_write

POLL_S = 1.5
TAKES_FILE = "takes.json"  # which rows went into the library already


def show_opened(batch: Kept) -> None:
    """The page of a batch; it polls while the batch runs."""
    state = board().state(batch.id)
    running = state is not None and not state.finished
    _head(batch, running)
    if state is not None and state.error is not None:
        show_error(state.error)
    if running:
        polled(_watched, POLL_S, "batch", batch)
        return
    rows = batch.outcome.rows
    _outcome(batch, rows)
    _actions(batch)
    _table(batch, rows)


def _head(batch: Kept, running: bool) -> None:
    with st.container(key="batch-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.button(say("全部批次", "All batches"), icon=":material/arrow_back:", on_click=close_batch, key="batch-back")
        st.title(literal(batch_title(batch.asked, language())))
    st.caption(day_and_time(batch.asked.created))
    if not running and not batch.outcome.complete:
        done, total = len(batch.outcome.rows), batch.outcome.total
        st.info(
            say(f"停在 {done} / {total}，可以接着评测，已完成的不会重做。",
                f"Stopped at {done} of {total}. It can go on; what is done is not done again."),
            icon=":material/pause_circle:",
        )  # fmt: skip


def _watched(batch: Kept) -> None:
    """What changes while the batch runs."""
    state = board().state(batch.id)
    if state is None or state.finished:
        st.rerun()
        return
    with st.container(key="batch-progress", border=True):
        _progress(batch, state)
    for name, why in failures(state.rows, language())[-FAILURES_SHOWN:]:
        st.warning(f"**{literal(name)}**  {literal(why)}", icon=":material/error:")
    if state.rows:
        _outcome(batch, state.rows)
        _table(batch, state.rows)


def _progress(batch: Kept, state: JobState) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.html(f'<div class="batch-line">{progress_text(state, language())}</div>', width="content")
        st.button(
            say("停止", "Stop"),
            icon=":material/stop:",
            on_click=board().cancel,
            args=(batch.id,),
            key="batch-cancel",
            disabled=state.cancelled,
        )
    st.html(progress_html(state, language()))


def _outcome(batch: Kept, rows: tuple[SummaryRow, ...]) -> None:
    if rows:
        st.html(tally_html(tallies(rows, language())))


def _actions(batch: Kept) -> None:
    with st.container(key="batch-actions", horizontal=True, vertical_alignment="center", gap="small"):
        if not batch.outcome.complete:
            pressed = st.button(
                say("接着评测", "Go on"), type="primary", icon=":material/play_arrow:", key="batch-go-on"
            )
            if pressed:
                start(batch)
                st.rerun()
        if batch.table.is_file():
            packing = _packing(batch)
            polled(_downloads, POLL_S if packing else None, "batch-packing", batch, packing)
        with st.popover(say("删除", "Delete"), icon=":material/delete:"):
            st.write(
                say("删除这一批的报告和上传的录像？", "Delete this batch with its reports and uploaded recordings?")
            )
            if st.button(say("删除", "Delete"), key="batch-delete", icon=":material/delete:"):
                forget(batch)
                close_batch()
                st.rerun()


def _packing(batch: Kept) -> bool:
    there = archives().get(batch.id)
    return there is not None and not there.state.finished


def _downloads(batch: Kept, was_packing: bool) -> None:
    there = archives().get(batch.id)
    packing = _packing(batch)
    if packing is not was_packing:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        if packing and there is not None:
            share = there.state.share
            st.progress(share, text=say(f"正在打包 {100 * share:.0f} %", f"Packing {100 * share:.0f} %"), width=220)
        elif _fresh(batch):
            size = batch.archive.stat().st_size / 1e6
            _link(batch.archive, say(f"保存 ZIP（{size:.1f} MB）", f"Save ZIP ({size:.1f} MB)"))
        elif st.button(say("打包下载全部", "Download everything"), icon=":material/folder_zip:", key="batch-pack"):
            pack(batch)
            st.rerun()
        _link(batch.table, say("汇总表 CSV", "Summary CSV"))
    if there is not None and there.state.error is not None:
        show_error(there.state.error)


def _fresh(batch: Kept) -> bool:
    """Whether the archive is there and holds the last state."""
    made, table = batch.archive, batch.table
    return made.is_file() and made.stat().st_mtime_ns >= table.stat().st_mtime_ns


def _link(file: Path, words: str) -> None:
    st.html(f'<a class="save-file" href="{media_url(file, places().root)}" download="{escape(file.name)}">{words}</a>')


def _table(batch: Kept, rows: tuple[SummaryRow, ...]) -> None:
    if not rows:
        return

    def address(file: Path) -> str:
        return media_url(file, places().root)

    shown = [table_row(row, batch.reports, address, language()) for row in rows]
    counts = [(one.key, one.symbol, one.word, one.count) for one in tallies(rows, language())]
    wanted = results(f"batch-results-{batch.id}", language(), shown, counts)
    if wanted is not None:
        _review(batch, wanted, rows)


def _review(batch: Kept, report_folder: str, rows: tuple[SummaryRow, ...]) -> None:
    """Take a row into the library (once) and show it there."""
    task = next((task for task in batch.asked.inputs.tasks if task.folder == report_folder), None)
    if task is None:
        return
    known = _taken(batch)
    take = find_take(places(), known.get(report_folder, ""))
    try:
        if take is None:
            title = task.subject.trainee or Path(task.path).stem
            take = add_take(places(), batch.reports / report_folder, task.file, "batch", title=title, keep=True)
            atomic_write(batch.folder / TAKES_FILE, json.dumps({**known, report_folder: take.id}))
    except YitaiError as error:
        show_error(error)
        return
    go_to("review", take=take.id)


def _taken(batch: Kept) -> dict[str, str]:
    try:
        document = json.loads((batch.folder / TAKES_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in document.items()} if isinstance(document, dict) else {}
