"""Which of the people in the picture is measured, and keeping to that person.

All people are followed by motion, overlap and size (no appearance), and each
detection goes to the track that it fits best, so somebody who walks past keeps
the detection that is theirs. Where two assignments fit about equally well, or
nothing fits, the answer is None: a missing frame costs little, another
person's numbers cost the verdict.

Lengths are in units of the person's own size in the picture: the spread of the
body's landmarks about their centre, about 0.3 of a standing person's height or half a metre.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from vision.landmarks import MIRRORED
from vision.landmarks import Landmark as L
from vision.types import FloatArray, Notice, PoseObservation

SubjectMode = Literal["largest", "center"] | int

LONG_LOSS_S = 1.5
"""After this time the person is chosen anew: motion says nothing any more about where somebody may be."""

SETTLE_S = 0.5
"""The first choice is made again within this time when more people come to be found than it was made among."""

STRANGER_AFTER_S = 5.0
"""Only after this time may somebody who was seen beside the person take their place: a trainee who steps out for a
moment comes back, and a bystander must not be measured meanwhile."""

_GATE = 0.8
"""Largest distance (sizes) between prediction and detection: 0.4 m, a fast step at 10 frames a second."""

_GATE_PER_S = 1.5
"""Growth of that distance for each second unseen: 0.75 m/s, a slow walk that began unseen."""

_SIZE_GATE, _SIZE_GATE_PER_S = 0.35, 0.3
"""Largest change of size (natural logarithm): sitting down and bowing change it by less than 0.3."""

_CLEAR_MARGIN = 0.12
"""Cost by which the best assignment must beat the second: the landmarks' noise between frames costs about 0.05."""

_SAME_PERSON = 0.12
"""Detections nearer than this (sizes, all landmarks' median) are one person found twice."""

_COAST_S = 0.6
"""The motion of an unseen person is extrapolated for this long, and no further."""

_VELOCITY_MEMORY_S = 0.2
"""Time constant of a track's velocity: shorter than a step, longer than the noise of two frames."""

_FORGET_S = 3.0
"""Tracks of other people end when unseen for this long."""

_VISIBLE = 0.3
"""Landmarks below this visibility do not widen the box."""

_REPORTED_LOSS_S = 0.5
_BODY = np.array((
    L.NOSE, L.LEFT_SHOULDER, L.RIGHT_SHOULDER, L.LEFT_ELBOW, L.RIGHT_ELBOW, L.LEFT_HIP, L.RIGHT_HIP,
    L.LEFT_KNEE, L.RIGHT_KNEE, L.LEFT_ANKLE, L.RIGHT_ANKLE,
))  # fmt: skip
_BODY_MIRRORED = np.array(MIRRORED)[_BODY]


@dataclass(frozen=True, slots=True)
class Loss:
    """A time without the person; ``chosen_anew``: the one after it was chosen by the mode and may be another."""

    start_s: float
    end_s: float
    chosen_anew: bool


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a detection shows, for matching."""

    body: FloatArray  # (11, 2) px
    swapped: FloatArray  # (11, 2) px, left and right exchanged: the network does that at times
    center: FloatArray  # (2,) px
    size: float  # px
    box: FloatArray  # (4,) px: left, top, right, bottom


@dataclass(slots=True)
class _Track:
    shape: _Shape
    seen_s: float
    velocity: FloatArray = field(default_factory=lambda: np.zeros(2))  # px/s
    hits: int = 1
    beside_subject: bool = False

    def moved(self, timestamp_s: float) -> FloatArray:
        """Expected motion (2,) px since last seen."""
        moved: FloatArray = self.velocity * min(timestamp_s - self.seen_s, _COAST_S)
        return moved

    def see(self, shape: _Shape, timestamp_s: float) -> None:
        step_s = timestamp_s - self.seen_s
        if step_s > 0:
            share = 1.0 - math.exp(-step_s / _VELOCITY_MEMORY_S)
            self.velocity = self.velocity + share * ((shape.center - self.shape.center) / step_s - self.velocity)
        self.shape, self.seen_s, self.hits = shape, timestamp_s, self.hits + 1


class SubjectTracker:
    """Chooses one person and keeps to them.

    Parameters
    ----------
    mode : ``"largest"`` (box area), ``"center"`` (nearest to the picture's centre), or N: the N-th person counted
        from the left of the picture, from 1, in the first frame that shows at least N people (or more of them in the
        `SETTLE_S` after it)
    size_wh : of the picture, px

    After each `update`: ``lost_since_s`` (when last seen; None while followed), ``reacquired`` (chosen anew in this
    update after a long loss), ``people`` (in this frame) and ``people_max``.
    """

    def __init__(self, mode: SubjectMode, size_wh: tuple[int, int]) -> None:
        if not (mode in ("largest", "center") or (isinstance(mode, int) and mode >= 1)):
            raise ValueError(f"mode: expected 'largest', 'center' or a number from 1, got {mode!r}")
        self._mode = mode
        self.size_wh = size_wh
        self._middle = np.asarray(size_wh, dtype=np.float64) / 2.0
        self._tracks: list[_Track] = []
        self._subject: _Track | None = None
        self._now_s: float | None = None
        self._last_seen_s: float | None = None
        self._misses = 0
        self._chosen_s = 0.0
        self._chosen_among = 0
        self._closed: list[Loss] = []
        self._crowded: list[float] = []
        self.reacquired = False
        self.people = 0
        self.people_max = 0

    @property
    def lost_since_s(self) -> float | None:
        """When the person was last seen (or when the recording began); None while followed."""
        return self._last_seen_s if self._misses else None

    @property
    def losses(self) -> tuple[Loss, ...]:
        """All times without the person so far, the running one included."""
        since = self.lost_since_s
        if since is None or self._now_s is None:
            return tuple(self._closed)
        return (*self._closed, Loss(since, self._now_s, False))

    def update(self, timestamp_s: float, observations: Sequence[PoseObservation]) -> int | None:
        """Index of the person in ``observations``, or None when not clearly among them."""
        if self._now_s is not None and timestamp_s < self._now_s:
            raise ValueError(f"timestamps must not fall: {timestamp_s} after {self._now_s}")
        self._now_s = timestamp_s
        self._last_seen_s = timestamp_s if self._last_seen_s is None else self._last_seen_s
        shapes = _distinct(observations)
        self._count(timestamp_s, len(shapes))
        index = self._follow(timestamp_s, shapes)
        self.reacquired = False
        if self._unsettled(timestamp_s, len(shapes)):
            self._subject, index = None, None
        if index is None and self._may_choose(timestamp_s):
            index = self._choose(timestamp_s, shapes)
            self.reacquired = index is not None and bool(self._misses)
        self._note(timestamp_s, index)
        return index

    def _count(self, timestamp_s: float, people: int) -> None:
        self.people, self.people_max = people, max(people, self.people_max)
        if people > 1:
            self._crowded.append(timestamp_s)

    def _follow(self, timestamp_s: float, shapes: dict[int, _Shape]) -> int | None:
        """Give each detection to its track; index of the subject's, None when missing or doubtful."""
        self._tracks = [
            t for t in self._tracks if timestamp_s - t.seen_s <= _FORGET_S or t is self._subject or self._slow(t)
        ]
        indices = list(shapes)
        costs = np.array([[_cost(t, shapes[i], timestamp_s) for i in indices] for t in self._tracks])
        costs = costs.reshape(len(self._tracks), len(indices))
        if self._subject is not None and self._may_choose(timestamp_s):
            costs[[t is self._subject for t in self._tracks]] = math.inf
        pairs = _assign(costs)
        doubtful = self._doubtful(costs, pairs, timestamp_s)
        found = None
        for row, column in pairs.items():
            if row in doubtful:
                continue
            self._tracks[row].see(shapes[indices[column]], timestamp_s)
            if self._tracks[row] is self._subject:
                found = indices[column]
        taken = set(pairs.values()) | {c for row in doubtful for c in np.flatnonzero(np.isfinite(costs[row]))}
        self._tracks += [_Track(shapes[i], timestamp_s) for c, i in enumerate(indices) if c not in taken]
        if found is not None:
            for track in self._tracks:
                track.beside_subject |= track is not self._subject and track.seen_s == timestamp_s
        return found

    def _slow(self, track: _Track) -> bool:
        """A bystander seen beside the missing subject is remembered as such."""
        return self._misses > 0 and track.beside_subject

    def _doubtful(self, costs: FloatArray, pairs: dict[int, int], timestamp_s: float) -> set[int]:
        """Rows whose detection another assignment with the subject would explain about as well."""
        row = next((k for k, t in enumerate(self._tracks) if t is self._subject), None)
        if row is None:
            return set()
        rivals = {
            k for k, t in enumerate(self._tracks) if k != row and t.hits >= 3 and timestamp_s - t.seen_s <= LONG_LOSS_S
        }
        doubtful: set[int] = set()
        own = pairs.get(row)
        for rival in rivals:
            theirs = pairs.get(rival)
            if own is None and theirs is None:
                continue
            best = sum(costs[k, c] for k, c in ((row, own), (rival, theirs)) if c is not None)
            swapped = sum(costs[k, c] for k, c in ((row, theirs), (rival, own)) if c is not None)
            if swapped - best < _CLEAR_MARGIN:
                doubtful |= {row, rival}
        if own is not None:
            free = set(range(costs.shape[1])) - set(pairs.values())
            if any(costs[row, c] - costs[row, own] < _CLEAR_MARGIN for c in free):
                doubtful.add(row)
        return doubtful

    def _unsettled(self, timestamp_s: float, people: int) -> bool:
        """Somebody was perhaps overlooked when the first choice was made a moment ago."""
        first = self._subject is not None and not any(loss.chosen_anew for loss in self._closed)
        return first and people > self._chosen_among and timestamp_s - self._chosen_s <= SETTLE_S

    def _may_choose(self, timestamp_s: float) -> bool:
        """At the start, and after a long loss; one missed frame of a slow recording is not yet a loss."""
        if self._subject is None:
            return True
        return self._misses >= 1 and timestamp_s - self._subject.seen_s > LONG_LOSS_S

    def _choose(self, timestamp_s: float, shapes: dict[int, _Shape]) -> int | None:
        """Choose by the mode among those who may be the person; None while nobody qualifies."""
        if isinstance(self._mode, int) and self._subject is None and len(shapes) < self._mode:
            return None
        owner = {id(t.shape): t for t in self._tracks}
        away_s = 0.0 if self._subject is None else timestamp_s - self._subject.seen_s
        open_to_all = self._subject is None or away_s > STRANGER_AFTER_S
        able = {
            i: s
            for i, s in shapes.items()
            if id(s) in owner and owner[id(s)] is not self._subject and (open_to_all or not owner[id(s)].beside_subject)
        }
        if not able:
            return None
        index = self._by_mode(able)
        self._subject = owner[id(shapes[index])]
        self._chosen_s, self._chosen_among = timestamp_s, len(shapes)
        for track in self._tracks:
            track.beside_subject = track is not self._subject and track.seen_s == timestamp_s
        return index

    def _by_mode(self, shapes: dict[int, _Shape]) -> int:
        if self._mode == "largest":
            return max(shapes, key=lambda i: _area(shapes[i].box))
        if self._mode == "center":
            return min(shapes, key=lambda i: float(np.hypot(*(_box_center(shapes[i].box) - self._middle))))
        from_left = sorted(shapes, key=lambda i: float(shapes[i].center[0]))
        return from_left[min(int(self._mode), len(from_left)) - 1]

    def _note(self, timestamp_s: float, index: int | None) -> None:
        if index is None:
            self._misses += 1
            return
        if self._misses and self._last_seen_s is not None:
            self._closed.append(Loss(self._last_seen_s, timestamp_s, self.reacquired))
        self._misses = 0
        self._last_seen_s = timestamp_s

    @property
    def notices(self) -> tuple[Notice, ...]:
        """``subject_lost`` with its times and ``several_people``, as far as they apply so far."""
        out = []
        losses = [x for x in self.losses if x.end_s - x.start_s >= _REPORTED_LOSS_S or x.chosen_anew]
        if losses:
            out.append(_lost_notice(losses))
        if len(self._crowded) >= 3:
            first, last = self._crowded[0], self._crowded[-1]
            out.append(
                Notice(
                    "several_people",
                    f"画面中最多同时有 {self.people_max} 人({first:.1f}-{last:.1f} 秒);只评估选定的一人。",
                    f"Up to {self.people_max} people in the picture ({first:.1f}-{last:.1f} s);"
                    " only the chosen one is assessed.",
                )
            )
        return tuple(out)


def _lost_notice(losses: Sequence[Loss]) -> Notice:
    times = ", ".join(f"{x.start_s:.1f}-{x.end_s:.1f}" for x in losses[:5])
    more = len(losses) - 5
    zh = f"被评估者在 {times} 秒不在画面中或无法确认" + (f",另有 {more} 次" if more > 0 else "")
    en = f"The person was out of the picture or not clearly found at {times} s" + (
        f", and {more} more times" if more > 0 else ""
    )
    if any(x.chosen_anew for x in losses):
        zh += ";之后重新选定,可能不是同一人"
        en += "; chosen anew after that, perhaps another person"
    return Notice("subject_lost", zh + "。", en + ".")


def _distinct(observations: Sequence[PoseObservation]) -> dict[int, _Shape]:
    """Shapes by index in the list, without second finds of the same person and without empty detections."""
    shapes: dict[int, _Shape] = {}
    for index, observation in enumerate(observations):
        shape = _shape(observation)
        if shape is not None and all(_apart(shape, other, np.zeros(2)) > _SAME_PERSON for other in shapes.values()):
            shapes[index] = shape
    return shapes


def _shape(observation: PoseObservation) -> _Shape | None:
    points = observation.image_landmarks_px
    body = points[_BODY]
    finite = np.isfinite(body).all(axis=1)
    if finite.sum() < 4:
        return None
    center = body[finite].mean(axis=0)
    size = float(np.sqrt(((body[finite] - center) ** 2).sum(axis=1).mean()))
    if not size > 0:
        return None
    seen = np.isfinite(points).all(axis=1)
    clear = seen & (observation.visibility >= _VISIBLE)
    boxed = points[clear if clear.sum() >= 4 else seen]
    return _Shape(body, points[_BODY_MIRRORED], center, size, np.concatenate([boxed.min(axis=0), boxed.max(axis=0)]))


def _apart(old: _Shape, new: _Shape, moved: FloatArray) -> float:
    """Median distance (sizes) of the body's landmarks, ``old`` moved by ``moved`` px; exchanged sides do not count."""
    distances = [np.hypot(*(old.body + moved - body).T) for body in (new.body, new.swapped)]
    medians = [float(np.median(d[np.isfinite(d)])) if np.isfinite(d).any() else math.inf for d in distances]
    return min(medians) / math.sqrt(old.size * new.size)


def _cost(track: _Track, shape: _Shape, timestamp_s: float) -> float:
    """How badly a detection fits a track; infinite beyond the gates."""
    unseen_s = min(timestamp_s - track.seen_s, LONG_LOSS_S)
    moved = track.moved(timestamp_s)
    apart = _apart(track.shape, shape, moved)
    growth = abs(math.log(shape.size / track.shape.size))
    if apart > _GATE + _GATE_PER_S * unseen_s or growth > _SIZE_GATE + _SIZE_GATE_PER_S * unseen_s:
        return math.inf
    overlap = _overlap(track.shape.box + np.tile(moved, 2), shape.box)
    return apart + growth + 0.5 * (1.0 - overlap)


def _assign(costs: FloatArray) -> dict[int, int]:
    """Track row -> detection column, at least total cost and only within the gates."""
    if costs.size == 0:
        return {}
    beyond = 1e6
    rows, columns = linear_sum_assignment(np.where(np.isfinite(costs), costs, beyond))
    return {int(r): int(c) for r, c in zip(rows, columns, strict=True) if np.isfinite(costs[r, c])}


def _overlap(first: FloatArray, second: FloatArray) -> float:
    """Intersection over union of two boxes."""
    low, high = np.maximum(first[:2], second[:2]), np.minimum(first[2:], second[2:])
    common = float(np.prod(np.maximum(high - low, 0.0)))
    union = _area(first) + _area(second) - common
    return common / union if union > 0 else 0.0


def _area(box: FloatArray) -> float:
    return float(np.prod(box[2:] - box[:2]))


def _box_center(box: FloatArray) -> FloatArray:
    center: FloatArray = (box[:2] + box[2:]) / 2.0
    return center
