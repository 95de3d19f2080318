"""The body fit beside the video: one thread that always takes the newest picture, so that nothing piles up.

Two kinds of fit. A quick one (a few steps from the fit before, about 30 ms)
follows the movement several times a second. A full one (all readings of the
picture, and closer looks while the person keeps still) says what a quick one
cannot: how uncertain a value is, and where the feet point.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from calibration.camera import Camera
from vision.look import NEEDED, Look, Looker, merged
from vision.moment import Moment, as_bow, measure_moments
from vision.options import OwnUpright
from vision.overtime import bow_angle, difference
from vision.reconstruct.solver import ITERATIONS
from vision.types import Drill, FloatArray, ImageBgr, Measurement, PoseObservation, Reason, Subject
from vision.watch import CROWD_PEOPLE, SCOUT_INTERVAL_S, distinct

if TYPE_CHECKING:
    from vision.estimators.pose import PoseEstimator

QUICK_HZ = 6.0  # while practising
PLACING_HZ = 3.0  # before: only the view is asked for
QUICK_ITERATIONS = 5
FULL_EVERY_S = 1.0
LOOK_EVERY_S = 0.6
LOOKS = 3  # as in a scored recording
NEAR_SHARE = 0.55  # of the largest person's height
RATE_OVER_S = 4.0
DUTY = 0.5  # of one processor: more the fits never take
KEEPS_S = 2.5  # a full measurement speaks for the quick ones after it over this time
IDLE_S = 20.0  # without pictures the thread ends and frees its networks; the next picture starts it anew
BENT_DEG = 7.0  # nobody sways that far
CHAIN_S = 3.0  # a chain of quick fits begins anew from the picture this often


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What the thread of the video hands over: the newest picture with its poses."""

    time_s: float
    image_bgr: ImageBgr
    newest: PoseObservation | None  # of this picture
    steady: PoseObservation | None  # the median of the still stretch, else the same
    still_since_s: float | None
    feet_still_since_s: float | None
    closer: bool = False  # worth a closer look: while practising
    final: bool = False  # the posture was held: measure it as a recording would be


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured of a glimpse. ``looked``: feet, hands or face were looked at closely."""

    time_s: float
    moment: Moment
    measurements: Mapping[str, Measurement]
    still: bool
    looked: bool
    final: bool = False
    pose: PoseObservation | None = None  # that was fitted


class Measurer:
    """The background thread. `give` and the properties are for any thread."""

    def __init__(self, camera: Camera, subject: Subject, drill: Drill, upright: OwnUpright | None = None) -> None:
        self._fitting = _Fitting(camera, subject, drill, upright)
        self._lock = threading.Condition()
        self._next: Glimpse | None = None
        self._wanted_final: Glimpse | None = None
        self._busy = False
        self._closing = False
        self._reading: Reading | None = None
        self._final: Reading | None = None
        self._people = 0
        self._fits: list[float] = []
        self._thread: threading.Thread | None = None

    def set_neutral(self, neutral: Moment | None) -> None:
        """The person's own upright, for bows."""
        self._fitting.neutral = neutral

    def give(self, glimpse: Glimpse) -> None:
        """The newest picture; one that nobody has looked at yet is forgotten. A final one waits its turn."""
        with self._lock:
            if glimpse.final:
                self._wanted_final = glimpse
            else:
                self._next = glimpse
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="live-measuring", daemon=True)
                self._thread.start()
            self._lock.notify_all()

    @property
    def reading(self) -> Reading | None:
        """The last thing measured."""
        with self._lock:
            return self._reading

    def take_final(self) -> Reading | None:
        """The answer to a final glimpse, once."""
        with self._lock:
            final, self._final = self._final, None
            return final

    @property
    def people(self) -> int:
        """How many people the last scout saw."""
        with self._lock:
            return self._people

    @property
    def rate_hz(self) -> float | None:
        """Fits a second lately."""
        with self._lock:
            times = [t for t in self._fits if t > time.monotonic() - RATE_OVER_S]
        return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 and times[-1] > times[0] else None

    def wait(self, timeout_s: float) -> bool:
        """Wait until everything given has been measured."""
        with self._lock:
            return self._lock.wait_for(
                lambda: self._closing or (self._next is None and self._wanted_final is None and not self._busy),
                timeout_s,
            )

    def close(self) -> None:
        """End the thread and free its networks."""
        with self._lock:
            self._closing = True
            thread = self._thread
            self._lock.notify_all()
        if thread is not None:
            thread.join()

    def _take(self) -> Glimpse | None:
        """The next thing to do; None at the end."""
        with self._lock:
            self._busy = False
            self._lock.notify_all()
            self._lock.wait_for(self._called, IDLE_S)
            if self._closing or not self._called():
                return None
            self._busy = True
            if self._wanted_final is not None:
                final, self._wanted_final = self._wanted_final, None
                return final
            newest, self._next = self._next, None
            return newest

    def _called(self) -> bool:
        return self._closing or self._next is not None or self._wanted_final is not None

    def _run(self) -> None:
        try:
            while (glimpse := self._take()) is not None:
                started_s, worked_s = time.monotonic(), time.thread_time()
                people = self._fitting.scout(glimpse)
                reading = self._fitting.measure(glimpse)
                usual_s = 1.0 / (QUICK_HZ if glimpse.closer else PLACING_HZ)
                # By the processor's time, not the clock's: on a busy computer fits are rare enough as it is.
                until_s = started_s + max(usual_s, (time.thread_time() - worked_s) / DUTY)
                self._rest(until_s, people, reading)
        finally:
            with self._lock:
                self._fitting.close()
                self._thread, self._busy = None, False
                self._lock.notify_all()

    def _rest(self, until_s: float, people: int | None, reading: Reading | None) -> None:
        """Give out what was found, and leave the processor to the video for a while."""
        now_s = time.monotonic()
        with self._lock:
            self._busy = False
            self._people = self._people if people is None else people
            if reading is not None and reading.final:
                self._final = reading
            if reading is not None:
                self._reading = reading
                self._fits = [*self._fits[-30:], now_s]
            self._lock.notify_all()
            self._lock.wait_for(lambda: self._closing or self._wanted_final is not None, max(0.0, until_s - now_s))


class _Fitting:
    """What the background thread keeps between glimpses."""

    def __init__(self, camera: Camera, subject: Subject, drill: Drill, upright: OwnUpright | None) -> None:
        self._camera, self._subject, self._drill, self._upright = camera, subject, drill, upright
        self.neutral: Moment | None = None
        self._looker = Looker()
        self._scout: PoseEstimator | None = None
        self._scouted_s = -math.inf
        self._looks: list[tuple[float, Look]] = []
        self._last: Moment | None = None
        self._chain_from_s = -math.inf
        self._full: Reading | None = None

    def close(self) -> None:
        """Free the networks."""
        self._looker.close()
        self._looker = Looker()
        if self._scout is not None:
            self._scout.close()
            self._scout = None

    def scout(self, glimpse: Glimpse) -> int | None:
        """How many people are there; None when it is not yet time to look again."""
        if abs(glimpse.time_s - self._scouted_s) < SCOUT_INTERVAL_S:
            return None
        from vision.estimators.pose import PoseEstimator

        self._scouted_s = glimpse.time_s
        self._scout = self._scout or PoseEstimator(people=CROWD_PEOPLE, video=False)
        return near_people(distinct(self._scout.estimate(glimpse.image_bgr)))

    def measure(self, glimpse: Glimpse) -> Reading | None:
        """A reading of the glimpse; None when nobody is there."""
        if glimpse.steady is None or glimpse.newest is None:
            self._last = self._full = None
            return None
        looked = self._look(glimpse.newest, glimpse)
        if glimpse.final or (glimpse.closer and (looked or self._due(glimpse))):
            return self._measure_full(glimpse.steady, glimpse)
        return self._measure_quick(glimpse.steady, glimpse)

    def _due(self, glimpse: Glimpse) -> bool:
        """Time for a full fit: after a second, or when the person has just come to rest."""
        if self._full is None or glimpse.time_s - self._full.time_s >= FULL_EVERY_S:
            return True
        return glimpse.still_since_s is not None and not self._full.still

    def _look(self, newest: PoseObservation, glimpse: Glimpse) -> bool:
        """Look closely while the person keeps still."""
        self._looks = valid_looks(self._looks, glimpse)
        what = NEEDED.get(self._drill, frozenset())
        recent = bool(self._looks) and glimpse.time_s - self._looks[-1][0] < LOOK_EVERY_S
        if glimpse.still_since_s is None or not what or recent or not (glimpse.closer or glimpse.final):
            return False
        look = self._looker.look(glimpse.image_bgr, newest, self._camera.matrix, what)
        self._looks = [*self._looks[-(LOOKS - 1) :], (glimpse.time_s, look)]
        return True

    def _fit(self, pose: PoseObservation, look: Look, start: FloatArray | None, readings: bool) -> Moment:
        sits = None if self._camera.seat is not None and self._drill is Drill.SIT else False
        self._last = measure_moments(
            [pose],
            [look],
            self._camera,
            self._subject,
            sits=sits,
            readings=readings,
            start=start,
            iterations=ITERATIONS if start is None else QUICK_ITERATIONS,
        )[0]
        return self._last

    def _measure_full(self, pose: PoseObservation, glimpse: Glimpse) -> Reading:
        look = merged([look for _, look in self._looks]) if self._looks else Look()
        moment = self._fit(pose, look, None if glimpse.final else self._start(glimpse.time_s), readings=True)
        still = glimpse.still_since_s is not None
        looked, final = bool(self._looks), glimpse.final
        self._full = Reading(glimpse.time_s, moment, self._with_bow(moment), still, looked, final, pose)
        return self._full

    def _measure_quick(self, pose: PoseObservation, glimpse: Glimpse) -> Reading:
        moment = self._fit(pose, Look(), self._start(glimpse.time_s), readings=False)
        behind = self._full if self._full is not None and glimpse.time_s - self._full.time_s <= KEEPS_S else None
        feet_still = (
            behind is not None
            and glimpse.feet_still_since_s is not None
            and glimpse.feet_still_since_s <= behind.time_s + 1e-6
        )
        together = blended(self._with_bow(moment), None if behind is None else behind.measurements, feet_still)
        still = glimpse.still_since_s is not None
        return Reading(glimpse.time_s, moment, together, still, bool(self._looks), pose=pose)

    def _with_bow(self, moment: Moment) -> dict[str, Measurement]:
        """The moment's measurements, and what is measured against the own upright."""
        neutral = self.neutral
        if self._drill is Drill.BOW and _bent(moment, neutral, self._upright):
            moment = as_bow(moment)
        found = dict(moment.measurements)
        if self._drill is Drill.BOW and (neutral is not None or self._upright is not None):
            found["bow_angle"] = bow_angle(moment, neutral, self._upright)
            if neutral is not None:
                found["neck_line_change"] = difference("neck_line_change", "neck_line", moment, neutral, "deg")
        return found

    def _start(self, time_s: float) -> FloatArray | None:
        """The state (1, N) to begin from; None: from nothing, which now and then keeps a chain from going astray."""
        if self._last is None or self._last.state is None or time_s - self._chain_from_s > CHAIN_S:
            self._chain_from_s = time_s
            return None
        return self._last.state[None]


def near_people(found: Sequence[PoseObservation]) -> int:
    """How many of them stand near enough to be taken for the person: not those far behind, nor on a poster."""
    heights = [float(np.ptp(one.image_landmarks_px[:, 1])) for one in found]
    return sum(height >= NEAR_SHARE * max(heights) for height in heights)


def _bent(moment: Moment, neutral: Moment | None, upright: OwnUpright | None) -> bool:
    """Whether the trunk reads clearly further forward than the person's own upright: a bow has begun."""
    now = moment.reading("trunk_flexion")
    own = None if neutral is None else neutral.reading("trunk_flexion")
    before_deg = own[0] if own is not None else None if upright is None else upright.trunk_flexion_deg
    return now is not None and before_deg is not None and now[0] - before_deg >= BENT_DEG


def valid_looks(looks: list[tuple[float, Look]], glimpse: Glimpse) -> list[tuple[float, Look]]:
    """Looks that still hold: of feet that have not moved since, of hands and head while nothing has."""
    feet_s = math.inf if glimpse.feet_still_since_s is None else glimpse.feet_still_since_s - 1e-6
    body_s = math.inf if glimpse.still_since_s is None else glimpse.still_since_s - 1e-6
    return [
        (t, look if t >= body_s else Look(look.feet_px, look.feet_covariance_px2)) for t, look in looks if t >= feet_s
    ]


LOOKED_AT = ("v_angle", "foot_yaw", "heel_", "toe_", "stance_ratio", "hand_on_top", "head_", "face_off", "palm_up")


def blended(
    quick: Mapping[str, Measurement], full: Mapping[str, Measurement] | None, feet_still: bool
) -> dict[str, Measurement]:
    """Quick values with what only a full measurement knows: the uncertainty of other readings, and closer looks.

    Without a full one behind it a quick value is not given: it would look surer than it is.
    """
    result: dict[str, Measurement] = {}
    for name, now in quick.items():
        then = None if full is None else full.get(name)
        if then is None:
            result[name] = _without(now, now.reason or Reason.TOO_UNCERTAIN)
        elif name.startswith(LOOKED_AT):
            result[name] = then if feet_still else _without(now, Reason.OCCLUDED)
        elif now.value is None or then.value is None:
            result[name] = now if now.value is None else then
        elif isinstance(now.value, str) and now.value != then.value:
            result[name] = _without(now, Reason.TOO_UNCERTAIN)
        else:
            result[name] = replace(now, u=max(now.u or 0.0, then.u or 0.0))
    return result


def _without(measurement: Measurement, reason: Reason) -> Measurement:
    return Measurement(measurement.name, None, None, measurement.unit, reason)
