"""The grooming station live: it asks for one side after the other; the pictures of the turns are recorded.

Which stills show each side best is found again in the recording, by the same station, when it is scored.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from app.live.drawing import Picture, draw
from app.live.feed import Feed
from app.live.pace import Pace
from app.live.recording import Recorder, with_recording
from app.live.state import Arrow, Hint, HintCode, LiveSetup, LiveState, Stage, Turn
from calibration.camera import known_or_assumed
from vision.estimators.face import FaceEstimator
from vision.estimators.pose import PoseEstimator
from vision.grooming.portrait import POSE_CONFIDENCE
from vision.grooming.station import ASK_TEXT, WANT_TEXT, Ask, Station, Want, judge_frame
from vision.overlay import LabelMemory
from vision.types import FloatArray, Frame, ImageBgr, PoseObservation

PLACED_S = 0.8  # well placed for this long before the turns begin
HINT_STAYS_S = 0.5
LONGEST_S = 180.0
RECORD_EVERY_S = 0.12  # stills are chosen from it: more pictures of the same side say no more
SHOWN_WIDE_PX = 640  # what is given back; the stills are as large as the camera gives them
CODES: dict[Ask, HintCode] = {
    Ask.STEP_IN: HintCode.NOBODY,
    Ask.MORE_LIGHT: HintCode.TOO_DARK,
    Ask.LESS_LIGHT: HintCode.TOO_BRIGHT,
    Ask.COME_CLOSER: HintCode.CLOSER,
    Ask.GO_BACK: HintCode.BACK,
    Ask.SHOW_WHOLE: HintCode.BACK,
    Ask.HOLD_STILL: HintCode.HOLD,
    Ask.DONE: HintCode.RISE,
}
ARROWS: dict[Ask, Arrow] = {
    Ask.COME_CLOSER: Arrow.CLOSER,
    Ask.GO_BACK: Arrow.BACK,
    Ask.SHOW_WHOLE: Arrow.BACK,
    Ask.HOLD_STILL: Arrow.GOOD,
    Ask.DONE: Arrow.GOOD,
}
TURNING = (Ask.SHOW_LEFT, Ask.SHOW_BACK, Ask.SHOW_RIGHT)  # always on to the person's own right
READY_TEXT = ("位置很好", "Well placed")


class GroomingWorker:
    """Guides the turns and records them. Called as `app.live.worker.LiveWorker` is."""

    def __init__(self, setup: LiveSetup) -> None:
        self._setup = setup
        self._lock = threading.RLock()
        self._closed = False
        self._estimator: PoseEstimator | None = None
        self._faces: FaceEstimator | None = None
        self._station = Station()
        self._labels = LabelMemory()
        self._pace = Pace()
        self._recorder: Recorder | None = None
        self._feed = Feed()
        self._since_s: float | None = None  # of the present stage; while placing: well placed since
        self._recorded_s = -1.0
        self._frames = 0
        self._hint: tuple[float, Hint] = (-1.0, hint_of(Ask.STEP_IN, setup.mirrored))
        self._state = LiveState(hint=Hint(HintCode.WAITING, Arrow.NONE, "等待画面", "Waiting for the picture"))
        self._warming = threading.Thread(target=self._warm, name="grooming-warming", daemon=True)
        self._warming.start()

    def _warm(self) -> None:
        """Load the networks beside the first pictures."""
        estimator, faces = PoseEstimator(confidence=POSE_CONFIDENCE), FaceEstimator()
        estimator.estimate(np.zeros((480, 640, 3), np.uint8), 0.0)
        with self._lock:
            self._estimator, self._faces = estimator, faces
            if self._closed:
                self._free()

    # What pages call.

    def state(self) -> LiveState:
        """What is known now; never waits for a picture that is being worked on."""
        return with_recording(self._state, self._recorder)

    def start(self, record_to: Path | None = None) -> None:
        """Go on to the turns as soon as the person stands well; ``record_to``: write this take there."""
        with self._lock:
            if self._state.stage is Stage.DONE:
                self._end_recording()
                self._recorder = None
                self._station = Station()
                self._enter(Stage.PLACING)
            if record_to is not None:
                self._setup = replace(self._setup, record_to=record_to)
            self._state = replace(self._state, armed=True)

    def again(self, record_to: Path | None = None) -> None:
        """All turns once more."""
        self.start(record_to)

    def stop(self) -> None:
        """End the turns; what was shown is scored. Before they began, they are only put off."""
        with self._lock:
            begun = self._state.stage is Stage.PRACTISING
            self._enter(Stage.DONE if begun else Stage.PLACING)
            self._state = replace(self._state, armed=False)
            self._end_recording()

    def change(
        self, *, language: str | None = None, mirrored: bool | None = None, skeleton: bool | None = None
    ) -> None:
        """Change what is shown, at once."""
        with self._lock:
            self._setup = self._setup.changed(language, mirrored, skeleton)

    def close(self) -> None:
        """Free networks, threads and files."""
        self._warming.join()
        with self._lock:
            if not self._closed:
                self._closed = True
                self._end_recording()
                self._free()

    def wait(self, timeout_s: float) -> bool:
        """Wait until the networks are loaded: for tests."""
        self._warming.join(timeout_s)
        return self._estimator is not None

    def _free(self) -> None:
        if self._estimator is not None:
            self._estimator.close()
        if self._faces is not None:
            self._faces.close()

    # The thread of the video.

    def process(self, image_bgr: ImageBgr, time_s: float, arrived_s: float | None = None) -> ImageBgr:
        """The drawn picture, `SHOWN_WIDE_PX` wide at most; as `app.live.worker.LiveWorker.process`."""
        arrived_s = time.monotonic() if arrived_s is None else arrived_s
        with self._lock:
            if self._closed:
                return image_bgr
            image = self._feed.sized(image_bgr, may_grow=self._recorder is None)
            now_s = self._feed.rising(time_s)
            found = [] if self._estimator is None else self._estimator.estimate(image, now_s)
            pose = found[0] if found else None
            self._frames += 1
            self._follow(image, pose, now_s)
            drawn = self._drawn(image, pose)
            self._pace.done(arrived_s, time.monotonic())
            return drawn

    def _follow(self, image: ImageBgr, pose: PoseObservation | None, now_s: float) -> None:
        """Everything that one more picture changes."""
        if self._estimator is None:
            self._state = replace(self._state, frames=self._frames)
            return
        stage = self._state.stage
        held = 0.0
        if stage is Stage.PLACING:
            hint = self._placing(image, pose, now_s)
        elif stage is Stage.PRACTISING:
            hint, held = self._turning(image, pose, now_s)
        else:
            hint = hint_of(Ask.DONE, self._setup.mirrored)
        self._tell(hint, held, now_s)

    def _placing(self, image: ImageBgr, pose: PoseObservation | None, now_s: float) -> Hint:
        problem = Ask.STEP_IN if pose is None else judge_frame(image, pose).problem
        if problem is not None and problem is not Ask.HOLD_STILL:
            self._since_s = None
            return hint_of(problem, self._setup.mirrored)
        self._since_s = now_s if self._since_s is None else self._since_s
        if self._state.armed and now_s - self._since_s >= PLACED_S:
            self._enter(Stage.PRACTISING)
            self._since_s = now_s
        return Hint(HintCode.READY, Arrow.GOOD, *READY_TEXT)

    def _turning(self, image: ImageBgr, pose: PoseObservation | None, now_s: float) -> tuple[Hint, float]:
        """The station's word, and how much of holding still is done."""
        assert self._faces is not None
        self._record(image, now_s)
        face = None if pose is None else self._faces.estimate(image, pose.image_landmarks_px) is not None
        guidance = self._station.feed(Frame(image, self._frames, now_s), pose, face)
        late = self._since_s is not None and now_s - self._since_s > LONGEST_S
        if self._station.done or late:
            self._enter(Stage.DONE)
            self._state = replace(self._state, armed=False)
            self._end_recording()
        return hint_of(guidance.ask, self._setup.mirrored), guidance.held

    def _record(self, image: ImageBgr, now_s: float) -> None:
        if self._setup.record_to is None or self._feed.size_wh is None:
            return
        if self._recorder is None:
            self._recorder, self._recorded_s = Recorder(self._setup.record_to, self._feed.size_wh), -1.0
        if self._recorded_s < 0 or now_s - self._recorded_s >= RECORD_EVERY_S:
            self._recorder.add(image, now_s)
            self._recorded_s = now_s

    def _end_recording(self) -> None:
        if self._recorder is not None:
            self._recorder.finish()

    def _enter(self, stage: Stage) -> None:
        self._since_s = None
        self._state = replace(self._state, stage=stage)

    def _tell(self, wanted: Hint, held: float, now_s: float) -> None:
        """The new snapshot; a hint does not change quicker than it is read."""
        since_s, shown = self._hint
        if wanted != shown and (since_s < 0 or now_s - since_s >= HINT_STAYS_S):
            self._hint = (now_s, wanted)
        done = self._station.settled
        turns = tuple(Turn(*WANT_TEXT[want], want in done) for want in Want)
        over = self._state.stage is Stage.DONE
        self._state = replace(
            self._state,
            hint=self._hint[1],
            turns=turns,
            held_s=len(done) + held,
            hold_of_s=float(len(turns)),
            share=min(1.0, (len(done) + held) / len(turns)),
            reached=over,
            settled=over,
            speed=self._pace.speed(None),
            frames=self._frames,
        )

    def _drawn(self, image: ImageBgr, pose: PoseObservation | None) -> ImageBgr:
        factor = min(1.0, SHOWN_WIDE_PX / image.shape[1])
        size_wh = (round(image.shape[1] * factor), round(image.shape[0] * factor))
        small = np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
        setup = self._setup
        picture = Picture(
            state=self._state,
            drill=setup.drill,
            language=setup.language,
            mirrored=setup.mirrored,
            skeleton=setup.skeleton,
            pose=None if pose is None else scaled(pose, factor),
            points_m=None,
            camera=known_or_assumed(None, size_wh),
        )
        return draw(small, picture, self._labels)


def scaled(pose: PoseObservation, factor: float) -> PoseObservation:
    """The pose in a picture resized by ``factor``."""
    points: FloatArray = pose.image_landmarks_px * factor
    return replace(pose, image_landmarks_px=points)


def hint_of(ask: Ask, mirrored: bool) -> Hint:
    """The station's word as a hint. Arrows point on the picture as shown, words speak of the person's own sides."""
    turn = Arrow.TURN_RIGHT if mirrored else Arrow.TURN_LEFT
    arrow = turn if ask in TURNING else ARROWS.get(ask, Arrow.NONE)
    return Hint(CODES.get(ask, HintCode.TURN), arrow, *ASK_TEXT[ask])
