"""Where a session's practice stands, and its steps; kept over language switches and visits to other pages."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.engine import own_upright
from app.files import remove
from app.house_packs import usable_standard
from app.jobs import JobBoard
from app.live.grooming import GroomingWorker
from app.live.state import LiveSetup, LiveState
from app.live.stream import SESSION_KEY
from app.live.worker import LiveWorker
from app.practice.leavers import Leavers
from app.practice.takes import Order, PracticeTake, forget, scoring, take_folder, take_of
from app.practice.workers import LiveWorkers
from app.presenter.practise_live import Trouble
from app.views.context import language, places, preferences
from calibration.camera import Camera
from calibration.files import load_camera
from vision.errors import YitaiError
from vision.standard import Pack, load_pack
from vision.types import Drill, Subject

KEY = "practice"
SCORED_AT_ONCE = 2  # practices of different people; a long batch must not hold them up
STREAMS = SESSION_KEY.format("practise-stream")
LIVE_RECORDING = "recording.mp4"
ENDING_S = 30.0  # for a cancelled job
AnyWorker = LiveWorker | GroomingWorker


class Step(StrEnum):
    """What the page shows."""

    CHOOSE = "choose"
    CAMERA = "camera"  # the browser is asked for its camera
    LIVE = "live"
    INSTEAD = "instead"  # a recording or a picture, for want of a camera
    SUMMARY = "summary"


@dataclass(slots=True)
class Practice:
    """One session's practice. ``round`` makes the keys of components new for each attempt."""

    step: Step = Step.CHOOSE
    standard: str = ""
    drill: Drill = Drill.STAND
    trainee: str = ""
    by_camera: bool = True
    with_camera_file: bool = True
    mirrored: bool = True
    skeleton: bool = True
    round: int = 0
    worker: AnyWorker | None = None
    live_since_s: float = 0.0
    frames_seen: int = 0  # of the worker, and when they last grew
    grown_s: float = 0.0
    looked_s: float = 0.0  # when the live view was last looked at
    done_since_s: float | None = None
    shown_since_s: float | None = None  # the final verdicts
    frames_before: int = 0  # of the worker, when the live view began
    trouble: Trouble | None = None
    detail: str = ""
    result: LiveState | None = None  # what the live view found last
    take: PracticeTake | None = None
    job: str | None = None
    kept: str | None = None  # the take's id in the library
    failure: YitaiError | None = None  # why the take could not be taken in
    wanted: dict[str, Any] | None = None  # of the browser's camera
    folder: Path | None = None  # where the live worker records

    @property
    def pack(self) -> Pack:
        """The chosen standard."""
        return load_pack(self.standard)


def practice() -> Practice:
    """The session's practice."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Practice(standard=usable_standard(places(), preferences().standard))
    kept: Practice = st.session_state[KEY]
    leaving, context = _session(), get_script_run_ctx()
    leaving.holds(kept)
    if context is not None:
        _leavers().add(context.session_id, leaving)
    return kept


class Leaving:
    """Removes what a session's practice left on disk when the session ends, in the server's own thread."""

    def __init__(self, jobs: JobBoard, live: LiveWorkers) -> None:
        self._jobs, self._live = jobs, live
        self._practice: Practice | None = None

    def holds(self, now: Practice) -> None:
        """This is the practice; another one (somebody else signed in here) is over."""
        if self._practice is not now:
            self.left()
            self._practice = now

    def left(self) -> None:
        """Nobody is there any more: what was not kept goes."""
        now, self._practice = self._practice, None
        if now is None:
            return
        if now.worker is not None:
            self._live.close(now.worker)
        if now.job is not None:
            self._jobs.cancel(now.job)
            self._await_end(now.job)
        if now.folder is not None:
            remove(now.folder)
        if now.kept is None:
            forget(now.take)

    def _await_end(self, job: str) -> None:
        """What a cancelled job writes last must not come after the removal."""
        until_s = time.monotonic() + ENDING_S
        while time.monotonic() < until_s:
            state = self._jobs.state(job)
            if state is None or state.finished:
                return
            time.sleep(0.1)


@st.cache_resource(show_spinner=False)
def _leavers() -> Leavers:
    return Leavers(lambda session: runtime.exists() and runtime.get_instance().is_active_session(session))


@st.cache_resource(show_spinner=False, scope="session")
def _session() -> Leaving:
    return Leaving(board(), workers())


@st.cache_resource(show_spinner=False)
def board() -> JobBoard:
    """Scores the takes of practices, apart from batches."""
    return JobBoard(at_once=SCORED_AT_ONCE)


@st.cache_resource(show_spinner=False)
def workers() -> LiveWorkers:
    """Of all sessions."""
    return LiveWorkers()


def order(now: Practice) -> Order:
    """What the take is judged by."""
    kept = preferences()
    camera = Path(kept.camera) if kept.camera and now.with_camera_file else None
    neutral = Path(kept.neutral) if kept.neutral else None
    subject = Subject(now.trainee.strip() or None, kept.height_cm, kept.sex)
    return Order(now.standard, now.drill, subject, camera, neutral, language())


def camera_of(now: Practice) -> Camera | None:
    """The camera that is judged with; CameraError says what is wrong with its file."""
    file = order(now).calibration
    return None if file is None else load_camera(file)


def live_worker(now: Practice) -> AnyWorker | None:
    """The session's worker, unless it was closed meanwhile."""
    if now.worker is not None and not workers().touch(now.worker):
        now.worker = None
    return now.worker


def new_worker(now: Practice) -> AnyWorker:
    """The live worker of the chosen drill. CameraError, PackError or OutputError say what is wrong."""
    leave_live(now)
    asked = order(now)
    now.folder = take_folder(places())
    setup = LiveSetup(
        pack=now.pack,
        drill=now.drill,
        camera=camera_of(now),
        subject=asked.subject,
        language=language(),
        neutral=None if asked.neutral is None else own_upright(asked.neutral),
        mirrored=now.mirrored,
        skeleton=now.skeleton,
        record_to=now.folder / LIVE_RECORDING,
    )
    worker: AnyWorker = GroomingWorker(setup) if now.drill is Drill.GROOM else LiveWorker(setup)
    workers().add(worker)
    now.worker = worker
    return worker


def leave_live(now: Practice) -> None:
    """Free the live worker and its streams."""
    for key in [key for key in st.session_state if str(key).startswith(STREAMS)]:
        del st.session_state[key]
    if now.worker is not None:
        workers().close(now.worker)
        now.worker = None
    if now.folder is not None:
        remove(now.folder)
        now.folder = None


def score(now: Practice, recording: Path) -> None:
    """Start scoring a recording of ours and go to the summary."""
    forget_take(now)
    now.take = take_of(recording, order(now), places())
    now.job = board().start(*scoring(now.take), jobs=1)
    now.step = Step.SUMMARY


def forget_take(now: Practice) -> None:
    """Remove the last take unless it was kept."""
    if now.job is not None:
        board().cancel(now.job)
    if now.kept is None:
        forget(now.take)
    now.take, now.job, now.kept, now.failure = None, None, None, None


def go(step: Step) -> None:
    """Show another step."""
    practice().step = step
    st.rerun()
