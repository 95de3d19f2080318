"""What the live view knows at one moment: frozen snapshots that threads and pages may read freely."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from calibration.camera import Camera
from vision.options import OwnUpright
from vision.standard import Pack
from vision.types import Check, Drill, Notice, Subject, Verdict, View


class Stage(StrEnum):
    """Where a practice stands. ``PLACING`` comes first, ``DONE`` last; `again` leads back to ``PLACING``."""

    PLACING = "placing"
    NEUTRAL = "neutral"
    COUNTDOWN = "countdown"
    PRACTISING = "practising"
    DONE = "done"


class HintCode(StrEnum):
    """What the person is told about their place before the camera: a closed list."""

    WAITING = "waiting"  # no picture has come yet
    BROKEN = "broken"  # the pose network cannot be loaded
    NOBODY = "nobody"
    SEVERAL = "several"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    WHOLE_BODY = "whole_body"  # the body does not fit into the picture
    BACK = "back"
    CLOSER = "closer"
    LEFT = "left"
    RIGHT = "right"
    TURN = "turn"
    LEVEL = "level"  # the camera is rolled or tilted
    UPRIGHT = "upright"  # stand upright and still for the neutral pose
    READY = "ready"
    BEGIN = "begin"  # while practising: take the posture
    HOLD = "hold"  # while practising: the posture is there, keep it
    RISE = "rise"  # while practising: held long enough, come out of it


class Arrow(StrEnum):
    """The sign beside a hint. Words speak of the person's own left and right, arrows point on the picture as shown."""

    NONE = "none"
    LEFT = "left"
    RIGHT = "right"
    BACK = "back"  # away from the camera
    CLOSER = "closer"  # towards the camera
    TURN_LEFT = "turn_left"  # round the vertical; as left and right, on the picture as shown
    TURN_RIGHT = "turn_right"
    UP = "up"
    DOWN = "down"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to do before practising, as a coach would say it."""

    code: HintCode
    arrow: Arrow
    zh: str
    en: str

    @property
    def ready(self) -> bool:
        """Nothing is left to do."""
        return self.code is HintCode.READY


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing to change now, in the words of the standard's advice."""

    rule: str
    verdict: Verdict
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class LiveSetup:
    """What is practised, by whom, and how it is shown.

    ``camera`` None: a level camera is assumed. ``neutral`` None: the person's own upright is taken before a bow.
    ``hold_s`` None: as long as the drill asks for. ``record_to``: a video file to be written while practising.
    """

    pack: Pack
    drill: Drill
    camera: Camera | None = None
    subject: Subject = field(default_factory=Subject)
    language: str = "en"
    neutral: OwnUpright | None = None
    mirrored: bool = True
    skeleton: bool = True
    hold_s: float | None = None
    record_to: Path | None = None

    def changed(self, language: str | None, mirrored: bool | None, skeleton: bool | None) -> LiveSetup:
        """The same, shown otherwise; None leaves a thing as it is."""
        given = {"language": language, "mirrored": mirrored, "skeleton": skeleton}
        return replace(self, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Speed:
    """How quick the live view is. None before there is anything to tell.

    The delay is from the picture's arrival to the end of its drawing, of the last few seconds.
    """

    fps: float | None = None
    delay_ms: float | None = None  # median
    delay_p95_ms: float | None = None
    fit_hz: float | None = None  # body fits a second


@dataclass(frozen=True, slots=True)
class Turn:
    """One side that the grooming station asks for."""

    zh: str
    en: str
    done: bool


@dataclass(frozen=True, slots=True)
class LiveState:
    """A snapshot. ``findings`` are those shown: in ``DONE`` the ones of the held posture."""

    stage: Stage = Stage.PLACING
    armed: bool = False  # `start` was called: the stages go on by themselves once the person stands well
    hint: Hint | None = None
    findings: tuple[Check, ...] = ()
    cues: tuple[Cue, ...] = ()  # at most three, worst first
    held_s: float = 0.0
    hold_of_s: float = 0.0
    counting: int | None = None  # 3, 2, 1 while counting down
    share: float = 0.0  # 0..1 of the present stage: standing still for the neutral, counting, holding
    reached: bool = False  # the posture was held as long as asked for
    settled: bool = False  # the findings are those of the held posture, measured once and for good
    view: View | None = None
    verdict: Verdict = Verdict.NOT_MEASURED  # of everything that counts
    speed: Speed = field(default_factory=Speed)
    elapsed_s: float = 0.0  # of the practice
    frames: int = 0  # processed since the worker was made
    recording: Path | None = None  # in ``DONE``: the finished file, if one was asked for and written
    recording_dropped: int = 0  # frames left out of it
    turns: tuple[Turn, ...] = ()  # of the grooming station; the hint then leads through the whole practice
    notices: tuple[Notice, ...] = ()
