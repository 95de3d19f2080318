"""From stills to one set of grooming measurements: each quantity from the still that shows it best."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from calibration.camera import Camera
from vision.errors import NoPersonError
from vision.estimators.face import FaceEstimator
from vision.estimators.pose import PoseEstimator
from vision.grooming.badge import measure_badge
from vision.grooming.cards import card_model
from vision.grooming.decide import Torsos
from vision.grooming.dress import dress_model, measure_dress
from vision.grooming.head import measure_head
from vision.grooming.learned import learned
from vision.grooming.portrait import POSE_CONFIDENCE, PortraitReader
from vision.grooming.seen import Facing, Portrait, Region
from vision.grooming.station import Station
from vision.grooming.whole import measure_whole
from vision.types import FloatArray, Frame, Measurement, Notice, Reason, Series, Subject, View
from vision.video import MediaInfo, frames, read_still

SAMPLE_FPS = 5.0  # a person who turns holds each side for a second or two
# Of two reasons why something was not measured, the later in this list says more.
SAYS_LEAST = (Reason.UNSUPPORTED, Reason.WRONG_VIEW, Reason.NO_PERSON, Reason.OUT_OF_FRAME, Reason.TOO_SMALL)
VIEW_OF: dict[Facing, View] = {
    Facing.FRONT: View.FRONT,
    Facing.LEFT: View.SIDE,
    Facing.RIGHT: View.SIDE,
    Facing.BACK: View.BACK,
}


@dataclass(frozen=True, slots=True)
class Examined:
    """One still, read and measured."""

    portrait: Portrait
    time_s: float
    frame: int
    measurements: dict[str, Measurement]
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class Groomed:
    """All stills of one person and the measurements taken together; ``source`` says which still a name comes from."""

    stills: tuple[Examined, ...]
    measurements: dict[str, Measurement]
    source: dict[str, int]

    @property
    def view(self) -> View:
        """Of the first still from in front, or of the first."""
        sides = [still.portrait.facing for still in self.stills]
        return VIEW_OF[Facing.FRONT if Facing.FRONT in sides else sides[0]]


def pick_stills(pictures: Iterable[Frame]) -> tuple[Frame, ...]:
    """The best frames of a recording, one for each side shown and the whole body; in the order of time."""
    station = Station()
    with PoseEstimator(video=True, confidence=POSE_CONFIDENCE) as estimator, FaceEstimator() as faces:
        for frame in pictures:
            poses = estimator.estimate(frame.image_bgr, frame.timestamp_s)
            pose = poses[0] if poses else None
            face = pose is not None and faces.estimate(frame.image_bgr, pose.image_landmarks_px) is not None
            station.feed(frame, pose, face)
    best = {kept.frame.index: kept.frame for kept in station.kept}
    return tuple(best[index] for index in sorted(best))


def chosen_stills(
    path: str, info: MediaInfo, sample_fps: float | None
) -> tuple[tuple[Frame, ...], tuple[Notice, ...], int]:
    """The stills of a recording, the reader's notices and how many frames were looked at; MediaError."""
    if info.kind == "still":
        return (read_still(path),), (), 1
    counted = 0

    def counting(stream: Iterable[Frame]) -> Iterator[Frame]:
        nonlocal counted
        for frame in stream:
            counted += 1
            yield frame

    with frames(path, sample_fps=sample_fps or SAMPLE_FPS) as stream:
        stills = pick_stills(counting(stream))
        return stills, stream.notices, counted


def examine(pictures: Iterable[Frame], camera: Camera | None, subject: Subject) -> Groomed:
    """Read and measure the stills; NoPersonError when nobody is seen on any of them."""
    stills = []
    nobody: NoPersonError | None = None
    with PortraitReader() as reader:
        for frame in pictures:
            try:
                portrait = reader.read(frame.image_bgr, camera=camera, subject=subject)
            except NoPersonError as error:
                nobody = error
                continue
            measurements, regions = measure_portrait(portrait, camera)
            stills.append(Examined(portrait, frame.timestamp_s, frame.index, measurements, regions))
    if not stills:
        raise nobody or NoPersonError("nobody is seen", "画面中没有看到人")
    return together(stills)


def measure_portrait(
    portrait: Portrait, camera: Camera | None, fold: int | None = None
) -> tuple[dict[str, Measurement], tuple[Region, ...]]:
    """Every grooming measure of one still, and the regions they were read from.

    ``fold``: judge by what was learned without the people of this fold, for cross-validation.
    """
    torso = Torsos.of(portrait)
    parts = (
        measure_head(portrait, learned(fold)),
        measure_badge(portrait, camera, torso, card_model(fold)),
        measure_dress(portrait, torso, dress_model(fold)),
        measure_whole(portrait),
    )
    measurements = {name: found for part, _ in parts for name, found in part.items()}
    return measurements, tuple(region for _, regions in parts for region in regions)


def together(stills: Iterable[Examined]) -> Groomed:
    """Each quantity from the still that gives it with the least uncertainty, or the most telling reason."""
    known = tuple(stills)
    names = list(dict.fromkeys(name for still in known for name in still.measurements))
    source = {name: _best(name, known) for name in names}
    measurements = {name: known[number].measurements[name] for name, number in source.items()}
    return Groomed(known, measurements, source)


def _best(name: str, stills: tuple[Examined, ...]) -> int:
    own = [(i, still.measurements[name]) for i, still in enumerate(stills) if name in still.measurements]
    return min(own, key=lambda pair: _rank(pair[1]))[0]


def _rank(measurement: Measurement) -> tuple[int, float]:
    """Lower is better: measured ones by u, then reasons, the most telling first."""
    if measurement.reason is None:
        return 0, float(measurement.u or 0.0)
    says = SAYS_LEAST.index(measurement.reason) if measurement.reason in SAYS_LEAST else len(SAYS_LEAST)
    return 1, -float(says)


def numbers_of(groomed: Groomed) -> Series:
    """The numeric measures of every still at its time, NaN where not measured."""
    names = sorted({
        name
        for still in groomed.stills
        for name, found in still.measurements.items()
        if isinstance(found.value, float)
    })  # fmt: skip

    def column(name: str, field: str) -> FloatArray:
        found = (getattr(still.measurements.get(name), field, None) for still in groomed.stills)
        return np.array([np.nan if value is None else value for value in found], np.float64)

    return Series(
        np.array([still.time_s for still in groomed.stills]),
        {name: column(name, "value") for name in names},
        {name: column(name, "u") for name in names},
    )


def outlines_of(name: str, regions: Iterable[Region]) -> Iterator[Region]:
    """The regions that a measurement of this name speaks of."""
    wanted = REGIONS.get(name, (name,))
    yield from (region for region in regions if region.name in wanted)


# Regions whose names differ from the measurement's.
REGIONS: dict[str, tuple[str, ...]] = {
    "badge_present": ("badge",),
    "badge_side": ("badge",),
    "badge_tilt": ("badge",),
    "badge_drop": ("badge", "badge_drop"),
    "tie_tilt": ("tie_present",),
}
