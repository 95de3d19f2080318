"""The grooming station: which frames to keep, and what to ask of the person next.

Fed frame by frame with the pose that was found in it, live or from a file. It
keeps the best frame of every side by sharpness, light, stillness and turn, and
says in one sentence what it still needs. It holds five pictures at most.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np

from vision.estimators.crops import pixels_per_metre
from vision.grooming.facing import facing_probability
from vision.grooming.seen import Facing
from vision.landmarks import Landmark
from vision.types import FloatArray, Frame, ImageBgr, PoseObservation


class Want(StrEnum):
    """What the station collects, in the order in which it asks: one turn, then a step back."""

    FRONT = "front"
    LEFT = "left"
    BACK = "back"
    RIGHT = "right"
    FULL_BODY = "full_body"


class Ask(StrEnum):
    """What the person should do next."""

    STEP_IN = "step_in"
    MORE_LIGHT = "more_light"
    LESS_LIGHT = "less_light"
    COME_CLOSER = "come_closer"
    GO_BACK = "go_back"
    HOLD_STILL = "hold_still"
    FACE_CAMERA = "face_camera"
    SHOW_LEFT = "show_left"
    SHOW_BACK = "show_back"
    SHOW_RIGHT = "show_right"
    SHOW_WHOLE = "show_whole"
    DONE = "done"


ASK_TEXT: dict[Ask, tuple[str, str]] = {
    Ask.STEP_IN: ("请站到镜头前，露出头和肩部", "Step in front of the camera, head and shoulders in view"),
    Ask.MORE_LIGHT: ("光线太暗，请开灯或面向光源", "It is too dark: switch on a light or face one"),
    Ask.LESS_LIGHT: ("光线太强，请避开强光", "It is too bright: step out of the strong light"),
    Ask.COME_CLOSER: ("请靠近一些", "Come a little closer"),
    Ask.GO_BACK: (
        "请后退一些，露出整个头部和胸前",
        "Step back a little, so that the whole head and the chest are in view",
    ),
    Ask.HOLD_STILL: ("很好，请保持不动", "Good, hold still"),
    Ask.FACE_CAMERA: ("请面向镜头", "Face the camera"),
    Ask.SHOW_LEFT: ("请向右转，让左侧对着镜头", "Turn to your right, so that your left side faces the camera"),
    Ask.SHOW_BACK: ("请背对镜头", "Turn your back to the camera"),
    Ask.SHOW_RIGHT: ("请转到让右侧对着镜头", "Turn on, so that your right side faces the camera"),
    Ask.SHOW_WHOLE: (
        "请面向镜头并后退，让全身和鞋都入画",
        "Face the camera and step back until your shoes are in view",
    ),
    Ask.DONE: ("好了，可以放松了", "Done, you can relax"),
}
ASK_FOR: dict[Want, Ask] = {
    Want.FRONT: Ask.FACE_CAMERA,
    Want.LEFT: Ask.SHOW_LEFT,
    Want.BACK: Ask.SHOW_BACK,
    Want.RIGHT: Ask.SHOW_RIGHT,
    Want.FULL_BODY: Ask.SHOW_WHOLE,
}
WANT_TEXT: dict[Want, tuple[str, str]] = {
    Want.FRONT: ("正面", "front"),
    Want.LEFT: ("左侧", "left side"),
    Want.BACK: ("背面", "back"),
    Want.RIGHT: ("右侧", "right side"),
    Want.FULL_BODY: ("全身", "whole body"),
}
FACING_OF: dict[Want, Facing] = {
    Want.FRONT: Facing.FRONT,
    Want.LEFT: Facing.LEFT,
    Want.BACK: Facing.BACK,
    Want.RIGHT: Facing.RIGHT,
    Want.FULL_BODY: Facing.FRONT,
}

LEAST_FACING = 0.8  # probability of the side
DARK, GOOD_LEVEL = 60.0, 120.0  # 85th percentile of the luma round head and chest: a black suit is not darkness
BURNT, MOST_BURNT = 250, 0.4  # luma without detail, and the share of it
FACELESS_IS_BACK, FACE_PX_PER_CM = 0.9, 4.0  # smaller faces are missed
LEAST_PX_PER_CM, GOOD_PX_PER_CM = 3.0, 8.0  # for head and chest; the whole body may be smaller
LEAST_WHOLE_PX_PER_CM = 1.2
SHOULDERS_CM = 35.0
SPOILT = 0.3  # what a frame with a problem is worth beside one without
SEEN = 0.3  # visibility of a landmark; the pose network is unsure of heels
STILL_SHARE_PER_S = 0.35  # of the shoulder width: faster than this the picture blurs
MOTION_S = 0.4
LEAST_QUALITY = 0.15  # the best still of a side is kept in any case
HELD_S = 0.4  # a good look must last this long before the station goes on
CROP_PX = 256  # sharpness is compared at this size, so that nearness does not count as sharpness


@dataclass(frozen=True, slots=True)
class Look:
    """How good one frame is for what it can stand for, 0..1, and what is wrong with it."""

    qualities: dict[Want, float]
    problem: Ask | None


@dataclass(frozen=True, slots=True)
class Kept:
    """The best frame so far of one side."""

    want: Want
    frame: Frame
    quality: float


@dataclass(frozen=True, slots=True)
class Guidance:
    """What the station says after a frame."""

    ask: Ask
    zh: str
    en: str
    wanted: Want | None  # what it waits for; None when done
    have: tuple[Want, ...]
    held: float = 0.0  # 0..1: how much of the holding still is done


class Station:
    """Feed it frames with their poses; it keeps the best and says what comes next.

    ``wants``: what to collect. A frame may serve a side that is not asked for yet.
    """

    def __init__(self, wants: tuple[Want, ...] = tuple(Want)) -> None:
        self._wants = wants
        self._kept: dict[Want, Kept] = {}
        self._settled: set[Want] = set()
        self._good_since_s: float | None = None
        self._past: deque[tuple[float, FloatArray]] = deque()

    @property
    def kept(self) -> tuple[Kept, ...]:
        """The best frame of every side seen, in the order of `Want`."""
        return tuple(self._kept[want] for want in Want if want in self._kept)

    @property
    def settled(self) -> frozenset[Want]:
        """What has been held still long enough."""
        return frozenset(self._settled)

    @property
    def done(self) -> bool:
        """Whether everything wanted has been held still long enough."""
        return all(want in self._settled for want in self._wants)

    def feed(self, frame: Frame, pose: PoseObservation | None, face: bool | None = None) -> Guidance:
        """Judge a frame, keep it where it is the best of its side, and say what to do next.

        ``face``: whether a face was found (None: not looked for); it tells a back from a front.
        """
        look = self._look(frame, pose, face)
        for want, quality in look.qualities.items():
            best = self._kept.get(want)
            if want in self._wants and quality > (0.0 if best is None else best.quality):
                self._kept[want] = Kept(want, replace(frame, image_bgr=frame.image_bgr.copy()), quality)
        return self._guide(look, frame.timestamp_s)

    def _look(self, frame: Frame, pose: PoseObservation | None, face: bool | None) -> Look:
        if pose is None:
            self._past.clear()
            return Look({}, Ask.STEP_IN)
        marks = pose.image_landmarks_px
        motion = self._motion(frame.timestamp_s, marks)
        return judge_frame(frame.image_bgr, pose, motion, face)

    def _motion(self, time_s: float, marks: FloatArray) -> float:
        """Speed of the shoulders in shoulder widths (of a typical body at this scale) a second.

        Over `MOTION_S`: from one picture to the next, landmarks tremble faster than people move.
        """
        shoulders = marks[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, Landmark.NOSE]]
        while len(self._past) > 1 and time_s - self._past[1][0] >= MOTION_S:
            self._past.popleft()
        self._past.append((time_s, shoulders))
        past_s, past = self._past[0]
        if time_s <= past_s:
            return 0.0
        width_px = SHOULDERS_CM * pixels_per_metre(marks) / 100
        moved = float(np.linalg.norm(shoulders - past, axis=1).mean())
        return moved / max(width_px, 1.0) / max(time_s - past_s, MOTION_S / 2)

    def _guide(self, look: Look, time_s: float) -> Guidance:
        wanted = next((want for want in self._wants if want not in self._settled), None)
        if wanted is None:
            return self._say(Ask.DONE, None)
        if look.problem is not None or look.qualities.get(wanted, 0.0) < LEAST_QUALITY:
            self._good_since_s = None
            return self._say(self._what_is_wrong(look, wanted), wanted)
        self._good_since_s = time_s if self._good_since_s is None else self._good_since_s
        held = (time_s - self._good_since_s) / HELD_S
        if held < 1:
            return self._say(Ask.HOLD_STILL, wanted, held)
        self._settled.add(wanted)
        self._good_since_s = None
        following = next((want for want in self._wants if want not in self._settled), None)
        return self._say(Ask.DONE if following is None else ASK_FOR[following], following)

    def _what_is_wrong(self, look: Look, wanted: Want) -> Ask:
        """The light and the place first; then the turn that is waited for."""
        if look.problem in (Ask.STEP_IN, Ask.MORE_LIGHT, Ask.LESS_LIGHT):
            return look.problem
        if wanted not in look.qualities:
            return ASK_FOR[wanted]
        return look.problem or Ask.HOLD_STILL

    def _say(self, ask: Ask, wanted: Want | None, held: float = 0.0) -> Guidance:
        have = tuple(want for want in Want if want in self._settled)
        return Guidance(ask, *ASK_TEXT[ask], wanted, have, max(0.0, min(1.0, held)))


def judge_frame(image_bgr: ImageBgr, pose: PoseObservation, motion: float = 0.0, face: bool | None = None) -> Look:
    """Which sides a frame can stand for, and how well."""
    marks = pose.image_landmarks_px
    side, chance = _side(pose, face)
    scale = pixels_per_metre(marks) / 100
    close = next(want for want in Want if FACING_OF[want] is side)
    whole = side is Facing.FRONT and scale >= LEAST_WHOLE_PX_PER_CM and _whole(pose, image_bgr)
    box = _box(marks, scale, image_bgr)
    if box is None:
        return Look({close: 0.0}, Ask.GO_BACK)
    grey = np.asarray(cv2.cvtColor(image_bgr[box[1] : box[3], box[0] : box[2]], cv2.COLOR_BGR2GRAY), np.uint8)
    bright, burnt = float(np.percentile(grey, 85)), float(np.mean(grey >= BURNT))
    light = min(1.0, bright / GOOD_LEVEL) * (1 - burnt)
    quality = chance * _sharpness(grey) * light * math.exp(-motion / STILL_SHARE_PER_S)
    problem = _problem(bright, burnt, motion, chance)
    if problem is not None:
        quality *= SPOILT
    qualities = {close: quality * min(1.0, scale / GOOD_PX_PER_CM)}
    if whole:
        qualities[Want.FULL_BODY] = quality
    elif problem is None and scale < LEAST_PX_PER_CM:
        problem = Ask.COME_CLOSER
    return Look(qualities, problem)


def _side(pose: PoseObservation, face: bool | None) -> tuple[Facing, float]:
    """The side shown and its probability. The pose network takes one back in four for a front; no face settles it."""
    chances = facing_probability(pose)
    side = max(chances, key=lambda each: chances[each])
    near = pixels_per_metre(pose.image_landmarks_px) / 100 >= FACE_PX_PER_CM
    if side is Facing.FRONT and face is False and near:
        return Facing.BACK, chances[side] * FACELESS_IS_BACK
    return side, chances[side]


def _problem(bright: float, burnt: float, motion: float, chance: float) -> Ask | None:
    if bright < DARK:
        return Ask.MORE_LIGHT
    if burnt > MOST_BURNT:
        return Ask.LESS_LIGHT
    return Ask.HOLD_STILL if motion > STILL_SHARE_PER_S or chance < LEAST_FACING else None


def _box(marks: FloatArray, scale: float, image: ImageBgr) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of head and chest; None when the head or the chest is cut off."""
    height, width = image.shape[:2]
    ears = marks[[Landmark.LEFT_EAR, Landmark.RIGHT_EAR, Landmark.NOSE]].mean(axis=0)
    shoulders = marks[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]].mean(axis=0)
    top, bottom = ears[1] - 14 * scale, shoulders[1] + 22 * scale
    left, right = shoulders[0] - 22 * scale, shoulders[0] + 22 * scale
    if not np.isfinite([top, bottom, left, right]).all() or top < -3 * scale or bottom > height:
        return None
    edges = (max(left, 0), max(top, 0), min(right, width), min(bottom, height))
    box = (int(edges[0]), int(edges[1]), int(edges[2]), int(edges[3]))
    return box if box[2] - box[0] > 8 and box[3] - box[1] > 8 else None


def _whole(pose: PoseObservation, image: ImageBgr) -> bool:
    """Whether head and both feet are in the picture."""
    height, width = image.shape[:2]
    feet = [Landmark.LEFT_HEEL, Landmark.RIGHT_HEEL, Landmark.LEFT_FOOT_INDEX, Landmark.RIGHT_FOOT_INDEX]
    points = pose.image_landmarks_px[[*feet, Landmark.NOSE]]
    inside = (points > 0).all() and (points < [width, height]).all()
    return bool(inside and (pose.visibility[feet] > SEEN).all())


def _sharpness(grey: ImageBgr) -> float:
    """0..1: steep edges for their contrast, at one size; motion and defocus take it away."""
    scale = CROP_PX / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float64)
    steps = np.hypot(cv2.Sobel(small, cv2.CV_64F, 1, 0) / 4, cv2.Sobel(small, cv2.CV_64F, 0, 1) / 4)
    contrast = float(np.percentile(small, 95) - np.percentile(small, 5)) + 1e-6
    return min(1.0, float(np.percentile(steps, 99)) / contrast)
