"""Taking away what was found of a trainee or a class, as one archive that is made when it is asked for."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import streamlit as st

from app.exporting.gather import of_class, of_trainee
from app.exporting.make import write_zip
from app.library.records import store_of
from app.places import Places
from app.server.uploads import safe_name
from app.store.people import groups
from app.trends.scope import NOBODY, people
from app.views.context import language, places, say
from app.views.keeping import indexed, keep

EVERYTHING = ("pdf", "xlsx", "csv", "json", "vtt")
CLASS, TRAINEE = "class:", "trainee:"


def show_downloads() -> None:
    """Whose takes, and one button. A trainee is offered what they may see."""
    names = _offered(places())
    if not names:
        return
    with st.popover(say("下载", "Download"), icon=":material/download:", key="review-download"):
        chosen: str = keep(
            "review-whose",
            st.selectbox(
                say("谁的录像", "Whose takes"),
                list(names),
                format_func=names.__getitem__,
                **indexed("review-whose", next(iter(names)), list(names)),
            ),
        )
        st.caption(
            say(
                "每人一份可签字的 PDF，一个会自动计算的 Excel，另有 CSV、JSON 和字幕。",
                "A PDF to sign for each person, a workbook that counts by itself, CSV, JSON and subtitles.",
            )
        )
        name = chosen.partition(":")[2]
        st.download_button(
            say("下载压缩包", "Download as ZIP"),
            data=partial(archive, places(), chosen, language()),
            file_name=f"{safe_name(name)}.zip",
            mime="application/zip",
            icon=":material/folder_zip:",
            key="review-download-zip",
            on_click="ignore",
        )


def archive(here: Places, chosen: str, spoken: str) -> bytes:
    """The archive of one of the choices; UsageError where there is nothing that the viewer may see."""
    kind, _, name = chosen.partition(":")
    collection = of_class(here, name) if f"{kind}:" == CLASS else of_trainee(here, name)
    with tempfile.TemporaryDirectory(prefix="yitai-") as folder:
        return write_zip(collection, EVERYTHING, spoken, Path(folder) / "takes.zip").read_bytes()


def _offered(here: Places) -> dict[str, str]:
    """What can be chosen, with its words: classes, then people of whom there is a take to be seen."""
    store = store_of(here)
    shown = {one.id: one.name for one in people(store, here.viewer) if one.id != NOBODY}
    classes = {
        f"{CLASS}{name}": say(f"班级：{name}", f"Class: {name}")
        for name, members in (groups(store) if here.viewer.trains else {}).items()
        if shown.keys() & set(members)
    }
    return {**classes, **{f"{TRAINEE}{name}": name for name in shown.values()}}
