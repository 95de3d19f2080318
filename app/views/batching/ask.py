"""A new batch: recordings, options, start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import streamlit as st

from app.batch.asking import Reach, from_server, from_uploads, is_local
from app.batch.kept import Asked, Kept, keep, named, new_folder, take_in
from app.components.uploader import Uploaded, uploader
from app.engine import Choices
from app.files import remove
from app.house_packs import list_all_packs, usable_standard
from app.inputs import Defaults, Inputs
from app.manifest import HEIGHT_RANGE_CM
from app.presenter.batch import FORMAT_TEXT
from app.presenter.standards import pack_label
from app.privacy.consents import adds_others, require_consent_of
from app.server.uploads import upload_path
from app.settings import batch_root
from app.texts import pick
from app.views.batching.board import open_batch, start
from app.views.consenting import consented, settle, vouched
from app.views.context import language, places, preferences, say, show_error
from app.views.fields import ANY_DRILL, choose_camera, choose_drill
from app.views.keeping import defaulted, indexed, valued
from app.views.keeping import keep as remember
from calibration.errors import CameraError
from vision.errors import YitaiError
from vision.types import Drill

UPLOADS = "batch_uploads"  # counts the uploaders: a new one, empty, after each start
UPLOAD, SERVER = "upload", "server"
FORMATS = ("html", "csv", "pdf", "xlsx", "vtt", "trc")


@dataclass(frozen=True, slots=True)
class Form:
    """What the form says."""

    uploaded: tuple[Uploaded, ...]
    server: str | None  # None: the recordings are uploaded
    defaults: Defaults
    video: bool
    formats: frozenset[str]


def show_ask() -> None:
    """The form with its one button."""
    others = adds_others(places().viewer)
    if not others and not consented():
        return
    source, options = st.columns([3, 2], gap="large")
    with source, st.container(key="batch-source"):
        uploaded, server = _source()
    with options, st.container(key="batch-options", border=True):
        defaults = _options()
        video, formats = _outputs()
    with source:
        may = vouched("", "batch-agreed") if others else True
        pressed = st.button(
            say("开始评测", "Start scoring"),
            type="primary",
            icon=":material/play_arrow:",
            key="batch-start",
            width="stretch",
            disabled=may is False,
        )
    if pressed:
        _start(Form(uploaded, server, defaults, video, formats), may)


def _source() -> tuple[tuple[Uploaded, ...], str | None]:
    reach = _reach()
    words = {UPLOAD: say("上传文件", "Upload files"), SERVER: say("服务器上的文件夹", "Folder on the server")}
    chosen = UPLOAD
    if reach.open:
        chosen = remember(
            "batch-source",
            st.segmented_control(
                say("录像从哪里来", "Where the recordings are"),
                (UPLOAD, SERVER),
                format_func=words.__getitem__,
                **defaulted("batch-source", UPLOAD, (UPLOAD, SERVER)),
                label_visibility="collapsed",
                required=True,
            )
            or UPLOAD,
        )
    if chosen == SERVER:
        return (), _server(reach)
    count = st.session_state.setdefault(UPLOADS, 0)
    uploaded = uploader(
        f"batch-uploader-{count}",
        language(),
        several=True,
        tall=True,
        label=say("选择或拖入多个录像、照片", "Choose or drop recordings or photos, several at once"),
    )
    return uploaded, None


def _server(reach: Reach) -> str:
    text: str = remember(
        "batch-server",
        st.text_input(
            say("文件夹、文件或清单（.csv）的路径", "Path of a folder, a file or a manifest (.csv)"),
            **valued("batch-server", ""),
            placeholder=str(reach.root or Path.home()),
        ),
    )
    if not reach.local:
        st.caption(say(f"在 {reach.root} 之内", f"Below {reach.root}"))
    st.caption(
        say(
            "清单逐行写明录像、学员、身高、性别、动作；留空处用右边的选项。",
            "A manifest names recording, trainee, height, sex and drill line by line; "
            "what it leaves empty comes from the options.",
        )
    )
    return text


def _reach() -> Reach:
    """Who signs in may sit anywhere, also before a server that listens on its own machine alone: behind a proxy."""
    local = is_local(st.get_option("server.address")) and places().viewer.local
    return Reach(local, batch_root())


def _options() -> Defaults:
    packs = {choice.id_or_path: choice for choice in list_all_packs(places())}
    standard = remember(
        "batch-standard",
        st.selectbox(
            say("标准", "Standard"),
            list(packs),
            format_func=lambda name: pack_label(packs[name], language()),
            **indexed("batch-standard", usable_standard(places(), preferences().standard), list(packs)),
        ),
    )
    drill = choose_drill("batch-drill")
    camera = choose_camera("batch-camera")
    left, right = st.columns(2)
    low, high = HEIGHT_RANGE_CM
    height = remember(
        "batch-height",
        left.number_input(
            say("身高（厘米）", "Height (cm)"),
            low,
            high,
            **valued("batch-height", preferences().height_cm),
            step=1.0,
            format="%g",
            placeholder=say("不填", "not given"),
        ),
    )
    with right:
        sex = _sex()
    return Defaults(
        Path(camera) if camera else None, height, sex, standard, None if drill == ANY_DRILL else Drill(drill)
    )


def _sex() -> str | None:
    words = {"": say("不填", "Not given"), "f": say("女", "Female"), "m": say("男", "Male")}
    chosen = remember(
        "batch-sex",
        st.selectbox(
            say("性别", "Sex"),
            list(words),
            format_func=words.__getitem__,
            **indexed("batch-sex", preferences().sex or "", list(words)),
        ),
    )
    return chosen or None


def _outputs() -> tuple[bool, frozenset[str]]:
    video = remember(
        "batch-video",
        st.toggle(
            say("生成标注视频", "Annotated video"),
            **valued("batch-video", True),
            help=say(
                "在录像上画出角度和判定；不需要时评测更快", "Draws angles and verdicts on the recording; faster without"
            ),
        ),
    )
    formats = remember(
        "batch-formats",
        st.pills(
            say("报告格式", "Report formats"),
            FORMATS,
            selection_mode="multi",
            format_func=lambda name: pick(language(), *FORMAT_TEXT[name]),
            **defaulted("batch-formats", ["html", "csv"]),
        ),
    )
    return video, frozenset({"json", *formats})


def _start(form: Form, may: bool | None) -> None:
    now = datetime.now().astimezone()
    try:
        settle("", may)
        require_consent_of(places(), None)
        batch = _made(form, now)
    except (YitaiError, CameraError) as error:
        show_error(error)
        return
    st.session_state[UPLOADS] += 1
    start(batch)
    open_batch(batch.id)
    st.rerun()


def _made(form: Form, now: datetime) -> Kept:
    """The batch on disk; nothing is left of it when it cannot be."""
    inputs = None if form.server is None else from_server(form.server, _reach(), form.defaults)
    files = [upload_path(places().uploads, one.number) for one in form.uploaded]
    if inputs is None:
        from_uploads(files, form.defaults)
    folder = new_folder(places(), now)
    whole = False
    try:
        inputs = inputs or named(from_uploads(take_in(folder, files), form.defaults), folder)
        batch = keep(folder, Asked(_title(inputs, form), now.isoformat(timespec="seconds"), inputs, _choices(form)))
        whole = True
    finally:
        if not whole:
            remove(folder)
    return batch


def _title(inputs: Inputs, form: Form) -> str:
    """The name of a folder or manifest; uploaded recordings name the batch themselves."""
    return "" if form.server is None or len(inputs.tasks) < 2 else Path(form.server.strip()).name


def _choices(form: Form) -> Choices:
    return Choices(formats=form.formats, video=form.video, language=language())
