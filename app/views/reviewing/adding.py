"""Recordings that come into the library: upload, options, scoring in the background."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.components.uploader import Uploaded, uploader
from app.engine import Choices
from app.files import remove
from app.house_packs import usable_standard
from app.inputs import Inputs, Task
from app.jobs import JobBoard, JobState
from app.library.intake import interrupted, order, sample_tasks, take_in
from app.library.takes import search_takes
from app.privacy.consents import adds_others
from app.server.uploads import upload_path
from app.texts import line_of, literal
from app.views.consenting import consented, settle, vouched
from app.views.context import language, places, preferences, say, show_error
from app.views.keeping import keep, valued
from app.views.polling import polled
from app.views.reviewing.chosen import open_take
from app.views.reviewing.options import Options, options
from calibration.errors import CameraError
from vision.errors import YitaiError

ADDING = "review_adding"
ROUND = "review_uploads"  # counts the uploaders: a new one, empty, after each start
JOBS = "review_jobs"  # what this session is waiting for
POLL_S = 1.0
FORMATS = frozenset({"json", "html", "csv"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A recording that is being scored."""

    job: str
    folder: Path  # of its order
    file: Path
    title: str
    opens: bool  # whether its take is shown as soon as it is there


@st.cache_resource(show_spinner=False)
def board() -> JobBoard:
    """Scores what is added here, apart from batches."""
    return JobBoard()


def adding() -> bool:
    """Whether the form is open."""
    return bool(st.session_state.get(ADDING, False))


def set_adding(now: bool) -> None:
    """Open or close the form."""
    st.session_state[ADDING] = now


def take_in_finished() -> None:
    """Bring what was scored meanwhile into the library; the one take that this session waits for is opened."""
    try:
        arrived = take_in(places())
        _begin_again()
    except YitaiError as error:
        show_error(error)
        return
    waiting: list[Waiting] = st.session_state.get(JOBS, [])
    done = [one for one in waiting if _is_done(board().state(one.job))]
    st.session_state[JOBS] = [one for one in waiting if one not in done]
    if len(done) == 1 and done[0].opens and not st.session_state[JOBS]:
        there = next(
            (
                take
                for take in (*arrived, *search_takes(places(), done[0].title, most=20).takes)
                if take.title == done[0].title
            ),
            None,
        )
        if there is not None:
            open_take(there.id)
            st.rerun()


def _begin_again() -> None:
    """Score what was under way when the program ended."""
    jobs: list[Waiting] = st.session_state.setdefault(JOBS, [])
    for placed, task, choices in interrupted(places(), _Known()):
        job = board().start(Inputs((task,)), choices, placed.out, 1, placed.folder.name)
        jobs.append(Waiting(job, placed.folder, task.file, placed.title, opens=False))


class _Known:
    """The orders that this server works or worked on."""

    def __contains__(self, name: object) -> bool:
        return board().state(str(name)) is not None


def add_samples(folder: Path) -> None:
    """Score the shipped clips for the library."""
    standard = usable_standard(places(), preferences().standard)
    try:
        for task in sample_tasks(folder, standard):
            _start(task, task.file.stem, "sample", opens=False)
    except YitaiError as error:
        show_error(error)


def adding_form(first: bool) -> None:
    """Upload and options; ``first``: nothing is in the library yet."""
    with st.container(key="review-adding", border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(
                say("先添加一段录像", "Add a first recording") if first else say("添加录像", "Add a recording")
            )
            if not first:
                st.button(
                    say("关闭", "Close"),
                    icon=":material/close:",
                    key="review-close",
                    on_click=set_adding,
                    args=(False,),
                )
        others = adds_others(places().viewer)
        if not others and not consented():
            return
        left, right = st.columns([3, 4], gap="large")
        with left:
            number = st.session_state.setdefault(ROUND, 0)
            sent = uploader(f"review-uploader-{number}", language())
            name = keep(
                "review-trainee",
                st.text_input(say("学员姓名（可不填）", "Trainee (optional)"), **valued("review-trainee", "")),
            )
            may = vouched(name, "review-agreed") if others else True
        with right:
            asked = options(name)
        pressed = left.button(
            say("开始评测", "Score it"),
            type="primary",
            icon=":material/play_arrow:",
            key="review-start",
            disabled=not sent or may is False,
            width="stretch",
        )
    if pressed and sent:
        _score(sent[0], name.strip(), asked, may)


def _score(sent: Uploaded, name: str, asked: Options, may: bool | None) -> None:
    """Score what was uploaded, and close the form."""
    try:
        settle(name, may)
        file = upload_path(places().uploads, sent.number)
        _start(asked.task(file, sent.name), name or Path(sent.name).stem, "upload", opens=True)
    except (YitaiError, CameraError) as error:
        show_error(error)
        return
    st.session_state[ROUND] += 1
    set_adding(False)
    st.rerun()


def _start(task: Task, title: str, origin: str, *, opens: bool) -> None:
    neutral = Path(preferences().neutral or "") if preferences().neutral and origin == "upload" else None
    choices = Choices(formats=FORMATS, video=True, language=language(), neutral=neutral)
    placed = order(places(), task, title, origin, choices)
    job = board().start(Inputs((task,)), choices, placed.out, 1, placed.folder.name)
    st.session_state.setdefault(JOBS, []).append(Waiting(job, placed.folder, task.file, title, opens))


def show_progress() -> bool:
    """What this session waits for, polled while something runs; whether something does."""
    if not st.session_state.get(JOBS):
        return False
    running = _running()
    polled(_watched, POLL_S if running else None, "review", running)
    return running


def _running() -> bool:
    states = (board().state(one.job) for one in st.session_state.get(JOBS, []))
    return any(state is not None and not state.finished for state in states)


def _watched(polled: bool) -> None:
    waiting: list[Waiting] = st.session_state.get(JOBS, [])
    states = [(one, board().state(one.job)) for one in waiting]
    if not waiting or polled is not _running() or any(_is_done(state) for _, state in states):
        st.rerun()
    queue = [one for one, state in states if state is not None and state.waiting]
    with st.container(key="review-progress", border=True):
        for one, state in states:
            if state is not None and one not in queue:
                _line(one, state)
        if queue:
            _queue(queue)


def _line(one: Waiting, state: JobState) -> None:
    trouble = _trouble(state)
    with st.container(horizontal=True, vertical_alignment="center", key=f"review-job-{one.job}"):
        if trouble is not None:
            st.error(literal(trouble.replace(str(one.file), one.file.name)), icon=":material/error:")
        else:
            st.progress(min(1.0, state.share), text=literal(_words(one, state)))
        label = say("知道了", "All right") if trouble is not None else say("取消", "Cancel")
        st.button(label, key=f"review-end-{one.job}", on_click=_end, args=(one,))


def _queue(queue: list[Waiting]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(say(f"还有 {len(queue)} 段排队", f"{len(queue)} more waiting"))
        st.button(say("取消排队", "Cancel these"), key="review-end-queue", on_click=_end, args=tuple(queue))


def _words(one: Waiting, state: JobState) -> str:
    percent = f"{100 * state.share:.0f} %"
    left = state.seconds_left
    rest = "" if left is None or left < 2 else say(f"，约剩 {left:.0f} 秒", f", about {left:.0f} s left")
    return say(f"{one.title}：正在评测 {percent}{rest}", f"{one.title}: scoring {percent}{rest}")


def _is_done(state: JobState | None) -> bool:
    return state is None or (state.finished and _trouble(state) is None)


def _trouble(state: JobState) -> str | None:
    """Why it came to nothing, in one sentence."""
    if state.error is not None:
        return line_of(state.error, language())
    return next((row.error for row in state.rows if row.error), None)


def _end(*ended: Waiting) -> None:
    for one in ended:
        board().cancel(one.job)
        remove(one.folder)
    st.session_state[JOBS] = [other for other in st.session_state.get(JOBS, []) if other not in ended]
