"""The live worker: the latest picture in, the drawn picture and a snapshot out. No Streamlit.

The pose network runs on every picture that is given; the body is fitted beside
it (`app.live.measuring`), and what was measured last is drawn. So a picture is
given back after the network's few milliseconds, however long a fit takes.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.live.drawing import Picture, draw
from app.live.feed import Feed
from app.live.guidance import Scene, after_hint, begin_hint, hint, place_hint
from app.live.judging import Judge
from app.live.measuring import Glimpse, Measurer, Reading
from app.live.memory import PoseMemory
from app.live.pace import Pace
from app.live.posture import Attitude, PostureWatch
from app.live.recording import Recorder, with_recording
from app.live.stages import Seen, Stages
from app.live.state import Hint, HintCode, LiveSetup, LiveState, Stage
from calibration.camera import Camera, known_or_assumed
from calibration.errors import CameraError
from vision.estimators.pose import PoseEstimator
from vision.measures.correction import view_of
from vision.moment import Moment
from vision.overlay import LabelMemory
from vision.standard import score_checks
from vision.types import Check, Drill, ImageBgr, Notice, PoseObservation, Side, Verdict

_LOG = logging.getLogger(__name__)
GONE_S = 0.5  # without a pose for this long nobody is there
READING_STAYS_S = 1.0  # a body fitted longer ago is not drawn
HINT_STAYS_S = 0.5  # a hint does not change quicker than it is read
RECORD_BEFORE_S = 1.5  # of the count-down: a bow is scored against the upright before it


class LiveWorker:
    """Measures, judges and draws the latest picture of a person who practises one drill.

    `process` is called by the thread of the video, the others by any thread.
    """

    def __init__(self, setup: LiveSetup) -> None:
        self._setup = setup
        self._lock = threading.RLock()
        self._closed = False
        self._estimator: PoseEstimator | None = None
        self._measurer: Measurer | None = None
        self._camera: Camera | None = None
        self._feed = Feed()
        self._notices: tuple[Notice, ...] = ()
        self._memory = PoseMemory()
        self._labels = LabelMemory()
        self._posture = PostureWatch(setup.drill)
        self._judge = Judge(setup.pack, setup.drill, setup.subject)
        self._stages = Stages(setup.drill, setup.hold_s, setup.drill is Drill.BOW and setup.neutral is None)
        self._upright_deg = None if setup.neutral is None else setup.neutral.trunk_flexion_deg
        self._reading: Reading | None = None
        self._attitude = Attitude()
        self._findings: tuple[Check, ...] = ()
        self._final_asked = self._final_given = False
        self._side: Side | None = None  # that performed the gesture last
        self._held: Glimpse | None = None  # the last still picture of the posture
        self._hint: tuple[float, Hint] = (-1.0, hint(HintCode.WAITING))
        self._recorder: Recorder | None = None
        self._frames = 0
        self._pace = Pace()
        self._state = LiveState(hint=self._hint[1], hold_of_s=self._stages.hold_of_s)
        self._warming = threading.Thread(target=self._warm, name="live-warming", daemon=True)
        self._warming.start()

    def _warm(self) -> None:
        """Load the network beside the first pictures."""
        try:
            estimator = PoseEstimator()
            estimator.estimate(np.zeros((480, 640, 3), np.uint8), 0.0)
        except (ImportError, OSError, RuntimeError, ValueError):
            _LOG.exception("the pose network cannot be loaded")
            return
        with self._lock:
            self._estimator = estimator
            if self._closed:
                estimator.close()

    # What pages call.

    def state(self) -> LiveState:
        """What is known now; never waits for a picture that is being worked on."""
        return with_recording(self._state, self._recorder)

    def start(self, record_to: Path | None = None) -> None:
        """Go on through neutral, count-down and practice as soon as the person stands well.

        ``record_to``: write this take there rather than where the set-up says.
        """
        with self._lock:
            if self._stages.stage is Stage.DONE:
                self._forget()
            if record_to is not None:
                self._setup = replace(self._setup, record_to=record_to)
            self._stages.arm()

    def again(self, record_to: Path | None = None) -> None:
        """The same drill once more, with the neutral pose that was taken."""
        self.start(record_to)

    def stop(self) -> None:
        """End the practice; what was found stays."""
        with self._lock:
            self._stages.finish()
            self._end_recording()
            self._state = replace(self._state, stage=self._stages.stage, armed=False)

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
            if self._closed:
                return
            self._closed = True
            self._end_recording()
            if self._measurer is not None:
                self._measurer.close()
            if self._estimator is not None:
                self._estimator.close()

    def wait(self, timeout_s: float) -> bool:
        """Wait until the network is loaded and what was given is measured: for tests and for stills."""
        self._warming.join(timeout_s)
        return self._measurer is None or self._measurer.wait(timeout_s)

    # The thread of the video.

    def process(self, image_bgr: ImageBgr, time_s: float, arrived_s: float | None = None) -> ImageBgr:
        """The drawn picture.

        ``time_s`` is the picture's own time; when it falls back (a new connection), it goes on from where it was.
        ``arrived_s`` is when it came, by `time.monotonic`, for the delay.
        """
        arrived_s = time.monotonic() if arrived_s is None else arrived_s
        with self._lock:
            if self._closed:
                return image_bgr
            image = self._sized(image_bgr)
            now_s = self._feed.rising(time_s)
            pose = None
            if self._estimator is not None:
                found = self._estimator.estimate(image, now_s)
                pose = found[0] if found else None
            picture = self._follow(image, pose, now_s)
            drawn = draw(image, picture, self._labels)
            self._pace.done(arrived_s, time.monotonic())
            return drawn

    def _sized(self, image_bgr: ImageBgr) -> ImageBgr:
        """The picture at the size of this practice, for which there is a measurer."""
        before_wh = self._feed.size_wh
        image = self._feed.sized(image_bgr, may_grow=self._stages.stage is Stage.PLACING)
        if self._feed.size_wh is not None and self._feed.size_wh != before_wh:
            self._prepare(self._feed.size_wh)
        return image

    def _prepare(self, size_wh: tuple[int, int]) -> None:
        """A measurer for pictures of this size."""
        self._notices = ()
        try:
            camera = known_or_assumed(self._setup.camera, size_wh)
        except CameraError as error:
            camera = known_or_assumed(None, size_wh)
            self._notices = (Notice("camera_size", error.zh, error.en),)
        if self._measurer is not None:
            self._measurer.close()
        self._camera = camera
        self._measurer = Measurer(camera, self._setup.subject, self._setup.drill, self._setup.neutral)
        self._memory.clear()
        self._posture.clear()
        self._reading = None

    def _follow(self, image: ImageBgr, pose: PoseObservation | None, now_s: float) -> Picture:
        """Everything that one more picture changes; what to draw over it."""
        assert self._measurer is not None
        assert self._camera is not None
        self._frames += 1
        if pose is not None:
            self._memory.add(pose)
        elif self._memory.newest is not None and now_s - self._memory.newest.timestamp_s > GONE_S:
            self._memory.clear()
            self._posture.clear()
        before = self._stages.stage
        placed = self._guide(image, pose, now_s)
        self._read(now_s)
        still_s = self._memory.still_since_s if pose is not None else None
        self._stages.update(Seen(now_s, placed.ready, pose is not None, still_s, self._attitude))
        self._give(image, pose, now_s, before)
        self._record(image, now_s)
        self._tell(placed, now_s)
        reading = self._reading
        fresh = reading is not None and now_s - reading.time_s <= READING_STAYS_S
        setup = self._setup
        return Picture(
            state=self._state,
            drill=setup.drill,
            language=setup.language,
            mirrored=setup.mirrored,
            skeleton=setup.skeleton,
            pose=pose,
            points_m=reading.moment.points_m if reading is not None and fresh else None,
            camera=self._camera,
            taken=self._attitude.taken,
            fitted=None if reading is None else reading.pose,
        )

    def _guide(self, image: ImageBgr, pose: PoseObservation | None, now_s: float) -> Hint:
        """The hint about the place, at once; `_tell` calms it for the reader."""
        assert self._measurer is not None
        if self._estimator is None:
            return hint(HintCode.WAITING if self._warming.is_alive() else HintCode.BROKEN)
        reading = self._reading
        recent = reading is not None and now_s - reading.time_s <= READING_STAYS_S
        scene = Scene(
            pose=pose,
            size_wh=(int(image.shape[1]), int(image.shape[0])),
            brightness=float(image[::16, ::16].mean()),
            people=max(1, self._measurer.people),
            azimuth_deg=reading.moment.azimuth_deg if reading is not None and recent else None,
            camera_known=self._camera is not None and self._camera.level != "none",
        )
        return place_hint(scene, self._setup.drill, self._setup.mirrored)

    def _read(self, now_s: float) -> None:
        """Take over what the measurer has found meanwhile."""
        assert self._measurer is not None
        final = self._measurer.take_final()
        if final is not None:
            self._take_final(final, now_s)
        reading = self._measurer.reading
        if reading is None or reading is self._reading:
            return
        self._reading = reading
        if reading.final:
            return
        self._attitude = self._posture.update(reading, self._upright_deg)
        if self._stages.stage is not Stage.PRACTISING or self._stages.reached:
            return
        taken, side = self._attitude.taken, self._attitude.active_side
        self._findings = self._judge.checks(reading.measurements, now_s, side) if taken else ()
        self._side = side if taken else self._side

    def _take_final(self, reading: Reading, now_s: float) -> None:
        """The measurement that counts: of the neutral pose, or of the posture that was held."""
        if self._stages.stage is Stage.NEUTRAL:
            self._take_neutral(reading.moment)
        elif self._stages.reached:
            self._final_given = True
            self._findings = self._judge.checks(reading.measurements, now_s, self._side, final=True)

    def _take_neutral(self, moment: Moment) -> None:
        """The person's own upright, unless it could not be measured."""
        assert self._measurer is not None
        flexion = moment.reading("trunk_flexion")
        if flexion is None:
            self._stages.neutral_refused()
            return
        self._upright_deg = flexion[0]
        self._measurer.set_neutral(moment)
        self._stages.neutral_taken()

    def _give(self, image: ImageBgr, pose: PoseObservation | None, now_s: float, before: Stage) -> None:
        """Hand the picture to the measurer; ask once for the measurement that counts."""
        if self._estimator is None:
            return
        assert self._measurer is not None
        stages = self._stages
        practising = stages.stage is Stage.PRACTISING
        if practising and before is not Stage.PRACTISING:
            self._judge.clear()
            self._posture.clear()
            self._findings, self._held = (), None
            self._final_asked = self._final_given = False
        glimpse = Glimpse(
            time_s=now_s,
            image_bgr=image,
            newest=pose,
            steady=None if pose is None else self._memory.steady(),
            still_since_s=self._memory.still_since_s if pose is not None else None,
            feet_still_since_s=self._memory.feet_still_since_s if pose is not None else None,
            closer=practising and not stages.reached,
        )
        if practising and self._attitude.taken and glimpse.still_since_s is not None and not stages.reached:
            self._held = glimpse
        if stages.stage is not Stage.DONE:
            self._measurer.give(glimpse)
        # On a slow machine the first reading may find the posture already held as long as asked for.
        held = self._held if self._held is not None or pose is None else glimpse
        wanted = held if stages.reached else glimpse if stages.neutral_due else None
        if wanted is not None and not self._final_asked:
            self._final_asked = True
            self._measurer.give(replace(wanted, final=True))
        elif stages.stage is Stage.NEUTRAL and not stages.neutral_due:
            self._final_asked = False

    def _record(self, image: ImageBgr, now_s: float) -> None:
        stages, path = self._stages, self._setup.record_to
        if path is None or self._feed.size_wh is None:
            return
        counted = stages.stage is Stage.COUNTDOWN and stages.elapsed_s >= 3.0 - RECORD_BEFORE_S
        before = counted and self._setup.drill is not Drill.STAND
        if stages.stage is Stage.PRACTISING or before:
            if self._recorder is None:
                self._recorder = Recorder(path, self._feed.size_wh)
            self._recorder.add(image, now_s)
        elif stages.stage is Stage.DONE:
            self._end_recording()

    def _end_recording(self) -> None:
        if self._recorder is not None:
            self._recorder.finish()

    def _forget(self) -> None:
        """Before another go: the last one's findings and file are not this one's."""
        self._end_recording()
        self._recorder = None
        self._findings, self._held = (), None
        self._final_asked = self._final_given = False
        self._judge.clear()
        self._posture.clear()

    def _tell(self, placed: Hint, now_s: float) -> None:
        """The new snapshot."""
        stages = self._stages
        wanted = self._coach(placed)
        since_s, shown = self._hint
        if wanted != shown and (now_s - since_s >= HINT_STAYS_S or shown.code is HintCode.WAITING):
            self._hint = (now_s, wanted)
        cues = self._judge.cues(self._findings, now_s) if stages.stage in (Stage.PRACTISING, Stage.DONE) else ()
        reading = self._reading
        self._state = LiveState(
            stage=stages.stage,
            armed=stages.armed,
            hint=self._hint[1],
            findings=self._findings,
            cues=cues,
            held_s=stages.held_s,
            hold_of_s=stages.hold_of_s,
            counting=stages.counting,
            share=stages.share,
            reached=stages.reached,
            settled=self._final_given,
            view=None if reading is None else view_of(reading.moment.azimuth_deg),
            verdict=score_checks(self._findings).verdict if self._findings else Verdict.NOT_MEASURED,
            speed=self._pace.speed(None if self._measurer is None else self._measurer.rate_hz),
            elapsed_s=stages.elapsed_s if stages.stage is Stage.PRACTISING else self._state.elapsed_s,
            frames=self._frames,
            notices=self._notices,
        )

    def _coach(self, placed: Hint) -> Hint:
        """What to say in this stage."""
        stages = self._stages
        if stages.stage is Stage.NEUTRAL and placed.ready:
            return hint(HintCode.UPRIGHT)
        if stages.stage is not Stage.PRACTISING:
            return placed
        if placed.code in (HintCode.NOBODY, HintCode.TOO_DARK, HintCode.SEVERAL, HintCode.WHOLE_BODY):
            return placed
        if stages.reached:
            return after_hint(self._setup.drill)
        if self._attitude.taken and self._memory.still_since_s is not None:
            return hint(HintCode.HOLD)
        return begin_hint(self._setup.drill)
