"""What the steps share: heading, picture source, running work, numbers, findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import cv2
import streamlit as st

from app.batch.pool import Work
from app.calibrating.running import Running
from app.components.camera_picture import Stop, camera_picture
from app.components.uploader import uploader
from app.presenter.calibrate import Number, Remark, plain, way
from app.server.address import media_url
from app.server.uploads import upload_path
from app.texts import line_of, literal, pick
from app.views.calibrating_page.state import CAMERA, UPLOAD, Step, go, scroll_mark, step_of, work_folder
from app.views.context import language, places, preferences, say
from app.views.polling import polled
from calibration.camera import Camera, for_size
from calibration.draw import draw_calibration
from calibration.errors import CameraError
from vision.errors import YitaiError
from vision.files import atomic_write
from vision.types import FloatArray, ImageBgr

LOOK_EVERY_S = 0.7
USER_ERRORS = (YitaiError, CameraError)


def heading(name: str, lead: str) -> None:
    """Back to the start, the way's name, what it is for."""
    shown = way(name)
    with st.container(key="calibrate-back"):
        st.button(say("全部方法", "All ways"), icon=":material/arrow_back:", type="tertiary", on_click=go, args=(None,))
    st.title(f"{say('标定', 'Calibrate')} · {pick(language(), *shown.name)}", anchor=False)
    st.html(f'<p class="lead">{escape(lead)}</p>')
    to_top(scroll_mark(step_of(name)))


def to_top(mark: str) -> None:
    """Begin at the top of the window whenever ``mark`` changes: Streamlit stays where it was scrolled to before."""
    scroll = "document.querySelector('[data-testid=\"stMain\"]')?.scrollTo(0, 0)"
    with st.container(key="calibrate-top"):
        st.html(f"<script>{scroll} // {mark}</script>", unsafe_allow_javascript=True)


def problem(error: YitaiError | CameraError) -> None:
    """What went wrong and what to do, without the names of commands."""
    st.error(literal(plain(line_of(error, language()))), icon=":material/error:")


def number_entry(
    step: Step, name: str, label: str, limits: tuple[float, float], *, by: float, **more: Any
) -> float | None:
    """A number that survives a change of language or page, in steps of ``by``; None while empty."""
    before = step.entries.get(name)
    value = st.number_input(
        label,
        limits[0],
        limits[1],
        None if before is None else float(before),
        step=by,
        format="%.0f" if by >= 1 else "%.1f" if by >= 0.1 else "%.2f",
        key=f"calibrate-entry-{name}-{id(step)}",
        **more,
    )
    step.entries[name] = value
    return None if value is None else float(value)


def text_entry(step: Step, name: str, label: str, default: str = "", **more: Any) -> str:
    """A line of text that survives a change of language or page."""
    value = st.text_input(
        label, step.entries.get(name, default), key=f"calibrate-entry-{name}-{id(step)}", max_chars=60, **more
    )
    step.entries[name] = value
    return str(value).strip()


def choice_entry(
    step: Step, name: str, label: str, choices: Sequence[str], text: Callable[[str], str], default: str | None = None
) -> str:
    """One of a few words; without ``default`` the first is it."""
    before = step.entries.get(name, default or choices[0])
    chosen = st.segmented_control(
        label,
        choices,
        default=before if before in choices else choices[0],
        format_func=text,
        key=f"calibrate-entry-{name}-{id(step)}",
    )
    step.entries[name] = chosen or before
    return str(step.entries[name])


def pictures(
    step: Step, key: str, stops: Sequence[Stop], *, guide: str, wait_s: int = 5, mirror: bool = True, hint: str = ""
) -> bool:
    """The picture source: webcam or upload. Whether the camera has just taken the last of the stops."""
    names = {CAMERA: say("摄像头", "Camera"), UPLOAD: say("上传照片或录像", "Upload pictures or a video")}
    chosen = st.segmented_control(
        say("画面来源", "Pictures from"),
        (CAMERA, UPLOAD),
        default=step.source,
        format_func=names.__getitem__,
        label_visibility="collapsed",
        key=f"calibrate-source-{key}-{step.round}",
    )
    step.source = chosen or step.source
    if step.source == UPLOAD:
        _uploads(step, key, hint)
        return False
    seen = camera_picture(
        f"calibrate-camera-{key}-{step.round}",
        language(),
        stops,
        taken=list(step.bursts),
        guide=guide,
        wait_s=wait_s,
        spoken=preferences().spoken,
        mirror=mirror,
    )
    fresh = False
    for burst in seen.bursts:
        if burst.id not in step.met:
            step.met.add(burst.id)
            step.bursts[burst.stop] = burst
            fresh = True
    if seen.trouble and not step.bursts:
        _uploads(step, key, hint)
        if step.uploads:
            step.source = UPLOAD
    return fresh and {stop.id for stop in stops} <= step.bursts.keys()


def _uploads(step: Step, key: str, hint: str) -> None:
    if hint:
        st.caption(hint)
    arrived = uploader(f"calibrate-upload-{key}-{step.round}", language(), several=True)
    if arrived:
        step.uploads = arrived
    elif step.uploads:
        names = literal("、".join(one.name for one in step.uploads))
        st.caption(say(f"已有：{names}", f"Here already: {names}"))


def compute_button(key: str, words: str, enabled: bool, icon: str = "calculate") -> bool:
    """The one primary action of a step; on a phone the style sheet puts it below the pictures."""
    with st.container(key="calibrate-after"):
        return st.button(
            words,
            key=f"compute-{key}",
            type="primary",
            icon=f":material/{icon}:",
            disabled=not enabled,
            width="stretch",
        )


def start(step: Step, work: Work, task: Callable[[], Any]) -> None:
    """Begin the work in the background; what cannot even begin is kept as the step's error."""
    step.error, step.result, step.saved = None, None, None
    try:
        step.running = Running(work, task())
    except USER_ERRORS as error:
        step.error = error


def watch(step: Step, words: str) -> None:
    """Progress while the work runs; afterwards its result or error is in the step and the page is drawn again."""

    def look() -> None:
        running = step.running
        if running is None:
            return
        now = running.now
        if now.finished:
            step.running, step.result, step.error = None, now.result, now.error
            if now.error is not None and len(step.bursts) == 1:
                step.bursts = {}  # of no use: to be taken anew
            st.rerun()
        with st.container(key="calibrate-running", border=True):
            if step.source == CAMERA and step.bursts:
                st.html(f'<img class="taken" src="{escape(_taken(step))}" alt="">')
            seconds = say(f"{running.elapsed_s:.0f} 秒", f"{running.elapsed_s:.0f} s")
            st.progress(min(now.share, 1.0), text=f"{words} {seconds}")
            if st.button(say("取消", "Cancel"), key="calibrate-cancel"):
                running.cancel()
                step.running = None
                st.rerun()

    polled(look, LOOK_EVERY_S, "calibrate")


def _taken(step: Step) -> str:
    """The address of a still that is being worked on."""
    stills = next(iter(step.bursts.values())).stills
    return address(upload_path(places().uploads, stills[len(stills) // 2].number))


def numbers(rows: Sequence[Number], *, small: bool = False) -> None:
    """Large numbers with their uncertainty, each with a word where it is coarse; ``small``: more in a row."""
    cards = []
    for row in rows:
        mark = "" if row.good is None else '<i class="good">✓</i>' if row.good else '<i class="coarse">≈</i>'
        note = escape(row.note) if row.note else ""
        if row.good is False:
            note = f"{note} · {say('偏粗', 'coarse')}" if note else say("偏粗", "coarse")
        cards.append(
            f'<div class="number"><span>{escape(row.label)}{mark}</span><b>{escape(row.value)}</b> '
            f"<em>{escape(row.spread)}</em><small>{note}</small></div>"
        )
    st.html(f'<div class="numbers{" small" if small else ""}">{"".join(cards)}</div>')


def findings(rows: Sequence[Remark], sound: str) -> None:
    """What was found, errors first; ``sound`` where nothing was."""
    if not rows:
        st.html(f'<p class="remark fine"><i>✓</i>{escape(sound)}</p>')
    for row in rows:
        kind, sign = ("bad", "✕") if row.bad else ("odd", "!")
        st.html(f'<p class="remark {kind}"><i>{sign}</i>{escape(row.text)}</p>')


def drawn(picture: ImageBgr, camera: Camera, spots_m: FloatArray | None = None) -> str:
    """The picture with floor grid, pole and seat; its address."""
    height, width = picture.shape[:2]
    return shown(draw_calibration(picture, for_size(camera, (width, height)), spots_m))


def shown(picture: ImageBgr) -> str:
    """The address of a picture."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])
    assert done
    out = work_folder() / "look.jpg"
    atomic_write(out, data.tobytes())
    return address(out)


def address(file: Path) -> str:
    """Where the browser finds a file of the data folder."""
    return media_url(file, places().root)


def rules(lines: Sequence[str]) -> None:
    """What to heed, as a list."""
    st.html(f'<ul class="rules">{"".join(f"<li>{escape(line)}</li>" for line in lines)}</ul>')


def picture(url: str, text: str) -> None:
    """A picture, as wide as its column, with a line below."""
    below = escape(text)
    st.html(f'<figure class="look"><img src="{escape(url)}" alt="{below}"><figcaption>{below}</figcaption></figure>')
