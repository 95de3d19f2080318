"""The values that travel between the hops. Frozen; arrays are read-only.

Conventions, written once:

* degrees in every signature; units in names (``_deg _m _cm _px _s _bgr``);
* left and right are the person's own;
* floor frame: metres, z up, floor z = 0; camera frame: OpenCV axes (x right,
  y down, z forward), ``x_cam = R x_world + t``; pixel (0, 0) is the corner of
  the picture, a pixel's centre lies at .5;
* missing is NaN in arrays and a `Reason` in a `Measurement`;
* ``u`` is the expanded uncertainty at 95 % (k = 2), ``sigma`` one standard deviation;
* images are BGR uint8.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
ImageBgr = NDArray[np.uint8]


def frozen_array(values: object, shape: tuple[int | None, ...], name: str) -> FloatArray:
    """A read-only float copy of ``values``; ValueError when the shape differs (None = any length)."""
    array = np.array(values, dtype=np.float64)
    fits = array.ndim == len(shape) and all(
        want is None or want == got for want, got in zip(shape, array.shape, strict=True)
    )
    if not fits:
        raise ValueError(f"{name}: expected shape {shape}, got {array.shape}")
    array.setflags(write=False)
    return array


class Verdict(StrEnum):
    """What a rule says of a measurement."""

    PASS = "pass"
    FAIL = "fail"
    UNCERTAIN = "uncertain"
    NOT_MEASURED = "not_measured"


class Basis(StrEnum):
    """Where a limit comes from: the document itself, or our own tolerance."""

    DOCUMENTED = "documented"
    HOUSE = "house"


class Reason(StrEnum):
    """Why a value was not measured: a closed list."""

    OUT_OF_FRAME = "out_of_frame"
    OCCLUDED = "occluded"
    WRONG_VIEW = "wrong_view"
    NO_FLOOR = "no_floor"
    NO_SEAT = "no_seat"
    NO_NEUTRAL = "no_neutral"
    TOO_UNCERTAIN = "too_uncertain"
    NO_PERSON = "no_person"
    SEVERAL_PEOPLE = "several_people"
    TOO_SMALL = "too_small"
    TOO_DARK = "too_dark"
    UNSUPPORTED = "unsupported"


class View(StrEnum):
    """From where the camera sees the person, by the azimuth of the camera round the pelvis' front."""

    FRONT = "front"  # within 25 deg
    OBLIQUE = "oblique"  # 25 to 65 deg
    SIDE = "side"  # 65 to 115 deg
    BACK = "back"  # beyond


class Drill(StrEnum):
    """The postures of the documents, as on the command line (without ``auto``)."""

    STAND = "stand"
    BOW = "bow"
    GUIDE = "guide"
    SIT = "sit"
    WALK = "walk"
    SQUAT = "squat"
    HAND_OVER = "hand_over"
    ROUTINE = "routine"
    GROOM = "groom"  # dress and hair on portraits; no posture, and never found by itself


class Side(StrEnum):
    """The person's own side."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A frame passed over. ``unchanged``: it shows what the look before it shows, and the look after it does not."""

    index: int
    timestamp_s: float
    unchanged: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture. ``timestamp_s`` is the container's, from the first frame = 0."""

    image_bgr: ImageBgr
    index: int
    timestamp_s: float
    source: str = ""
    skipped: tuple[Skipped, ...] = ()  # frames passed over since the one before

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels, after rotation."""
        return int(self.image_bgr.shape[1]), int(self.image_bgr.shape[0])


@dataclass(frozen=True, slots=True)
class PoseObservation:
    """One person as the pose network sees it: 33 landmarks, raw."""

    image_landmarks_px: FloatArray  # (33, 2)
    world_landmarks_m: FloatArray  # (33, 3) hip-centred, camera axes, a typical body's scale
    visibility: FloatArray  # (33,) the network's score, not a probability of being right
    timestamp_s: float = 0.0

    def __post_init__(self) -> None:
        for name, shape in (
            ("image_landmarks_px", (33, 2)),
            ("world_landmarks_m", (33, 3)),
            ("visibility", (33,)),
        ):
            object.__setattr__(self, name, frozen_array(getattr(self, name), shape, name))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What to draw into a picture so that a person sees where a number lives.

    ``lines_px``: polylines (N, 2) in pixels; for an angle the two legs and the
    arc between them, already in perspective. ``anchor_px``: where the label goes.
    """

    lines_px: tuple[FloatArray, ...]
    anchor_px: FloatArray  # (2,)

    def __post_init__(self) -> None:
        lines = tuple(frozen_array(line, (None, 2), "lines_px") for line in self.lines_px)
        object.__setattr__(self, "lines_px", lines)
        object.__setattr__(self, "anchor_px", frozen_array(self.anchor_px, (2,), "anchor_px"))


@dataclass(frozen=True, slots=True)
class Measurement:
    """A number (or a word) with its uncertainty, or the reason why there is none.

    ``value`` is a float in ``unit``, or a word for a categorical quantity; then
    ``u`` is the probability of being wrong. Not measured: ``value`` and ``u``
    are None and ``reason`` is set.
    """

    name: str
    value: float | str | None
    u: float | None
    unit: str
    reason: Reason | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError(f"{self.name}: a measurement has either a value or a reason")
        if isinstance(self.value, float) and not math.isfinite(self.value):
            raise ValueError(f"{self.name}: a measured value is finite")
        if self.value is not None and (self.u is None or not self.u >= 0):
            raise ValueError(f"{self.name}: a measured value carries u >= 0")

    @property
    def status(self) -> str:
        """``measured`` or ``not_measured``."""
        return "measured" if self.reason is None else "not_measured"


@dataclass(frozen=True, slots=True)
class Clause:
    """Where a rule stands: document id, its section, and the ask in our own words."""

    source: str
    section: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Check:
    """A rule applied to a measurement."""

    rule: str
    clause: Clause
    verdict: Verdict
    measurement: str
    accept: tuple[float | None, float | None] | tuple[str, ...]  # [low, high] (None = open) or accepted words
    basis: Basis
    value: float | str | None
    u: float | None
    message_zh: str
    message_en: str
    frame_s: float | None
    reason: Reason | None = None
    unit: str = ""
    weight: float = 1.0
    figure_zh: str = ""  # what the document itself asks for, "" when it gives no figure
    figure_en: str = ""
    alternative: str | None = None  # checks that share this group pass when one of its options passes
    option: str | None = None  # the option inside the group: all checks of one option must hold
    key: bool = False  # of the drill's key clause


@dataclass(frozen=True, slots=True)
class ManualItem:
    """A clause that a trainer ticks, because no camera can decide it."""

    rule: str
    clause: Clause
    why: str  # "manual" (no camera can) or "unsupported" (not yet)
    drill: Drill | None = None
    note_zh: str = ""  # what to look at, or what is missing
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """0..100 over the checks that could be measured, and the share of weight that could not."""

    value: float | None
    unmeasured_share: float
    verdict: Verdict
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """One drill found in a recording, measured over its hold."""

    drill: Drill
    start_s: float
    end_s: float
    hold_start_s: float | None
    hold_end_s: float | None
    view: View
    measurements: tuple[Measurement, ...] = ()
    checks: tuple[Check, ...] = ()
    score: Score | None = None
    active_side: Side | None = None  # the side that performs the gesture, where one does
    frame_s: float | None = None  # the moment that was measured
    moments_s: dict[str, float] = field(default_factory=dict)  # of measures that have moments of their own (grooming)


@dataclass(frozen=True, slots=True)
class Passage:
    """A time between drills: ``turn`` on the spot, ``rise`` (the end of a sit), ``unclear`` what, or ``unseen``."""

    kind: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is measured. ``sex`` is ``f``, ``m`` or None; it selects the clauses that differ."""

    trainee: str | None = None
    height_cm: float | None = None
    sex: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader of the result should know; ``code`` is stable."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Series:
    """Every measurement over time: NaN where not measured (words are not in here)."""

    times_s: FloatArray  # (T,)
    values: dict[str, FloatArray] = field(default_factory=dict)  # name -> (T,)
    u: dict[str, FloatArray] = field(default_factory=dict)  # name -> (T,)
