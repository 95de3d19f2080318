"""The moments of a recording that are judged: the stillest part of every hold, looked at closely."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from calibration.camera import Camera
from vision.estimators.pose import PoseEstimator
from vision.estimators.shelf import SHELF
from vision.look import NEEDED, Look, Looker, merged
from vision.moment import Moment, as_bow, measure_moments
from vision.phases import Found, Phase
from vision.series import pose_at
from vision.types import Drill, ImageBgr, IntArray, PoseObservation, Subject
from vision.video import frames_at
from vision.watch import CROWD_PEOPLE, STILL_CONFIDENCE, Track

WINDOW_S = 1.2  # long enough to average out the networks' jitter, short enough to lie inside a one-second hold
LOOKS = 3  # pictures looked at closely per moment
PICTURE_STEP_S = 0.2  # pictures are taken about a whole step, for the same reason
PICTURE_APART_S = 0.1
MIDDLE_STEP_S = 0.5  # a hold's ends are known to 0.1 s or so: its middle is taken at a whole step
AS_STILL_SHARE = 0.0025  # of the body's height in the picture: about a pixel, the jitter of a landmark
SAME_POSE_SHARE = 0.06  # of the body's height in the picture: farther off is somebody else, or a pose gone wrong
PICTURES_KEPT = 24  # of one recording: a picture is 3 MB and more, and a long recording has hundreds of holds
TOGETHER = 48  # moments fitted at once
BOW_INSET_S = 0.1  # a bow's hold is left out this much at both ends


@dataclass(frozen=True, slots=True)
class Window:
    """Frames of a track that are one held posture."""

    frames: tuple[int, ...]
    drill: Drill
    picture_frames: tuple[int, ...]  # frames to look at closely
    bowing: bool = False

    @property
    def middle(self) -> int:
        """The frame shown as evidence."""
        return self.picture_frames[len(self.picture_frames) // 2]


@dataclass(frozen=True, slots=True)
class Held:
    """A window measured, with the picture it is shown on (None where that was not kept)."""

    window: Window
    moment: Moment
    time_s: float
    image_bgr: ImageBgr | None


def window_of(track: Track, start_s: float, end_s: float, drill: Drill) -> Window | None:
    """The stillest stretch of at most `WINDOW_S` in which the subject is seen; None when it never is."""
    inside = np.flatnonzero((track.times_s >= start_s - 1e-6) & (track.times_s <= end_s + 1e-6) & track.seen)
    if len(inside) == 0:
        nearest = np.flatnonzero(track.seen)
        if len(nearest) == 0:
            return None
        inside = nearest[[np.argmin(np.abs(track.times_s[nearest] - (start_s + end_s) / 2))]]
    times = track.times_s[inside]
    if times[-1] - times[0] > WINDOW_S:
        inside = _stillest(track, inside, (start_s + end_s) / 2)
    return Window(tuple(int(i) for i in inside), drill, _pictures(track, inside))


def _pictures(track: Track, inside: IntArray) -> tuple[int, ...]:
    """The frames of a window to look at closely: about its middle and half way to its ends, at whole steps of time.

    So a window whose ends are found a frame earlier or later is judged by the same pictures.
    """
    times = track.times_s[inside]
    middle_s = round(float(times[0] + times[-1]) / 2 / PICTURE_STEP_S) * PICTURE_STEP_S
    apart_s = math.floor(float(times[-1] - times[0]) / 4 / PICTURE_APART_S + 1e-6) * PICTURE_APART_S
    apart_s = max(apart_s, float(np.median(np.diff(times)))) if len(times) > 1 else 0.0
    wanted_s = middle_s + apart_s * np.arange(-(LOOKS // 2), LOOKS // 2 + 1)
    return tuple(dict.fromkeys(int(inside[np.argmin(np.abs(times - time_s))]) for time_s in wanted_s))


def _stillest(track: Track, inside: IntArray, middle_s: float) -> IntArray:
    """The stretch of `WINDOW_S` over which the landmarks spread least; of stretches as still, the middle one.

    Jitter alone would choose among those; which frames are judged must not hang on it.
    """
    times = track.times_s[inside]
    path = track.landmarks_px[inside].reshape(len(inside), -1)
    tall_px = float(np.median(np.ptp(track.landmarks_px[inside, :, 1], axis=1)))
    ends = np.searchsorted(times, times + WINDOW_S, side="right") - 1
    starts = np.flatnonzero(times + WINDOW_S <= times[-1] + 1e-6)
    count = (ends[starts] - starts + 1)[:, None]
    centred = path - path.mean(axis=0)
    sums, squares = (
        np.concatenate([np.zeros((1, path.shape[1])), np.cumsum(each, axis=0)]) for each in (centred, centred**2)
    )
    mean, mean_square = ((total[ends[starts] + 1] - total[starts]) / count for total in (sums, squares))
    spread_px = np.sqrt(np.maximum(mean_square - mean**2, 0.0).mean(axis=1))
    as_still = starts[spread_px <= spread_px.min() + AS_STILL_SHARE * tall_px]
    wanted_s = round(middle_s / MIDDLE_STEP_S) * MIDDLE_STEP_S
    best = as_still[np.argmin(np.abs(times[as_still] + WINDOW_S / 2 - wanted_s))]
    return inside[best : ends[best] + 1]


def averaged(track: Track, window: Window) -> PoseObservation:
    """Median landmarks of a window as one pose."""
    rows = list(window.frames)
    return PoseObservation(
        np.median(track.landmarks_px[rows], axis=0),
        np.median(track.world_m[rows], axis=0),
        np.median(track.visibility[rows], axis=0),
        float(track.times_s[window.middle]),
    )


def _pose_of(track: Track, window: Window, fresh: Mapping[int, PoseObservation]) -> PoseObservation:
    """The held pose: of the pictures looked at anew, or of the whole track where somebody else stood in the way."""
    seen = [fresh[i] for i in window.picture_frames if i in fresh]
    return median_pose(seen) if len(seen) == len(window.picture_frames) else averaged(track, window)


def median_pose(poses: Sequence[PoseObservation]) -> PoseObservation:
    """Median landmarks of several looks at one posture."""
    return PoseObservation(
        np.median([pose.image_landmarks_px for pose in poses], axis=0),
        np.median([pose.world_landmarks_m for pose in poses], axis=0),
        np.median([pose.visibility for pose in poses], axis=0),
        poses[len(poses) // 2].timestamp_s,
    )


def nearest(poses: Sequence[PoseObservation], tracked: PoseObservation) -> PoseObservation | None:
    """The detection that is the tracked person; None when none lies on them."""
    size = float(np.ptp(tracked.image_landmarks_px[:, 1]))

    def away(pose: PoseObservation) -> float:
        return float(np.median(np.linalg.norm(pose.image_landmarks_px - tracked.image_landmarks_px, axis=1)))

    found = min(poses, key=away, default=None)
    return found if found is not None and away(found) < SAME_POSE_SHARE * size else None


def phase_window(track: Track, phase: Phase) -> Window | None:
    """The window of a phase's hold."""
    start_s = phase.hold_start_s if phase.hold_start_s is not None else phase.start_s
    end_s = phase.hold_end_s if phase.hold_end_s is not None else phase.end_s
    if phase.drill is Drill.BOW and end_s - start_s > 4 * BOW_INSET_S:
        start_s, end_s = start_s + BOW_INSET_S, end_s - BOW_INSET_S
    window = window_of(track, start_s, end_s, phase.drill)
    return replace(window, bowing=True) if window is not None and phase.drill is Drill.BOW else window


def windows_of(track: Track, found: Found) -> tuple[list[Window | None], Window | None]:
    """One window per phase, and one for the neutral when a bow asks for it."""
    windows = [phase_window(track, phase) for phase in found.phases]
    needs = any(phase.drill is Drill.BOW for phase in found.phases) and found.neutral is not None
    neutral = None
    if needs and found.neutral is not None:
        neutral = window_of(track, found.neutral.start_s, found.neutral.end_s, Drill.BOW)
    return windows, neutral


def _still_estimator() -> PoseEstimator:
    return PoseEstimator(people=CROWD_PEOPLE, video=False, confidence=STILL_CONFIDENCE)


def measure_windows(
    path: str | Path,
    track: Track,
    windows: Sequence[Window],
    camera: Camera,
    subject: Subject,
    progress: Callable[[float], None] | None = None,
) -> list[Held]:
    """Decode the pictures of all windows once, look closely, fit together; ``progress`` hears the share looked at."""
    wanted = sorted({i for window in windows for i in window.picture_frames})
    looks: dict[int, dict[int, Look]] = {k: {} for k in range(len(windows))}
    pictures: dict[int, ImageBgr] = {}
    shown = {window.middle for window in windows[:PICTURES_KEPT]}
    fresh: dict[int, PoseObservation] = {}
    with Looker() as looker, SHELF.lent("stills", _still_estimator) as estimator:
        times = [float(track.times_s[i]) for i in wanted]
        for number, (i, frame) in enumerate(zip(wanted, frames_at(path, times), strict=True)):
            if progress is not None:
                progress(number / len(wanted))
            pose = pose_at(track, i)
            again = nearest(estimator.estimate(frame.image_bgr), pose)
            if again is not None:
                fresh[i] = again
            if i in shown:
                pictures[i] = frame.image_bgr
            for k, window in enumerate(windows):
                if i in window.picture_frames:
                    seen = again or pose
                    looks[k][i] = looker.look(
                        frame.image_bgr, seen, camera.matrix, NEEDED.get(window.drill, frozenset())
                    )
    poses = [_pose_of(track, window, fresh) for window in windows]
    together = [merged(list(looks[k].values())) for k in range(len(windows))]
    return [
        Held(window, moment, float(track.times_s[window.middle]), pictures.get(window.middle))
        for window, moment in zip(windows, _moments(windows, poses, together, camera, subject), strict=True)
        if moment is not None
    ]


def _moments(
    windows: Sequence[Window], poses: Sequence[PoseObservation], looks: Sequence[Look], camera: Camera, subject: Subject
) -> list[Moment | None]:
    """Every window's body and measures; those who sit on a known seat are fitted by themselves."""
    moments: list[Moment | None] = [None] * len(windows)
    for sits in (True, False):
        own = [k for k, w in enumerate(windows) if (w.drill is Drill.SIT and camera.seat is not None) == sits]
        for rows in (own[first : first + TOGETHER] for first in range(0, len(own), TOGETHER)):
            measured = measure_moments([poses[k] for k in rows], [looks[k] for k in rows], camera, subject, sits=sits)
            for k, moment in zip(rows, measured, strict=True):
                moments[k] = as_bow(moment) if windows[k].bowing else moment
    return moments
