"""From a measurement series to the drills in it.

With the landmarks' motion in the picture, the course of postures is decoded
(`decode`, `assemble`) and every drill is found. Without it, from the series alone:
the legs first (sitting, walking), then trunk and arms in what is left
(bows, guiding), then standing is the rest.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vision.phases.assemble import SHORTEST_STAND_S, assemble, with_bow_timing
from vision.phases.decode import course_of
from vision.phases.lower import find_sitting, find_walking, seatedness, with_leg_extension
from vision.phases.model import Found, Neutral, Passage, Phase
from vision.phases.motion import Motion, rests_in, stretches
from vision.phases.signals import BoolArray, Signals, Span, prepare, spans
from vision.phases.upper import (
    BOW_LEAN_DEG,
    Excursion,
    deepest_s,
    find_bows,
    find_guiding,
    guiding_throughout,
    upright_deg,
)
from vision.types import Drill, FloatArray, Series

SHORTEST_NEUTRAL_S = 0.5
"""A neutral needs about a dozen frames at 25 a second, so that noise of 5 deg becomes 1.5."""

LONGEST_NEUTRAL_S = 2.0
"""Of a long standing the part next to the bow is used: people shift over time."""

NEUTRAL_MARGIN_S = 0.1
"""Kept away from the neighbouring movement, whose start is known to about that."""

VISIBLE_LEAST = 0.3
"""Share of landmarks below which a frame says nothing of the posture."""

STILL_BOW_LEAST_DEG = 8.0
"""Flexion of a constant posture that can be a bow rather than the offset of an upright one (up to 6 deg)."""

LOW_SHARE, LOW_LEVEL = 0.3, 0.4
"""Nobody walks low for this share of the way."""

UNSEEN_S = 1.0
"""No drill fits into less."""

STILL_S = 0.5
"""Recordings up to this length are stills: they show the drill that was asked for."""

_SIDES = ("arm_trunk", "elbow", "knee", "hip", "hand_lateral")
NAMES = (
    "trunk_flexion",
    "hands_gap",
    "pelvis_x",
    "pelvis_y",
    "pelvis_z",
    *(f"{name}_{side}" for name in _SIDES for side in ("left", "right")),
)
"""The series that are read; any of them may be missing."""


def find_phases(series: Series, drill: Drill | None = None, motion: Motion | None = None) -> Found:
    """Find the drills, their holds, the neutral, and what lies between.

    Parameters
    ----------
    series : names of the contract, and ``pelvis_x, pelvis_y, pelvis_z`` (m, floor frame) and ``visible`` (0..1)
    drill : report only this one; None or ``routine`` reports all
    motion : how the landmarks move in the picture; finer boundaries, and squats, handing over and turns besides
    """
    if len(series.times_s) == 0:
        return Found((), None)
    seen = _seen(series)
    signals = prepare(_masked(series, seen), NAMES)
    with_leg_extension(signals, signals.raw)
    passages: list[Passage] = []
    if motion is None:
        found = _all_phases(signals, seen)
    else:
        found, passages = _decoded(signals, series, motion)
    neutral = _neutral(found)
    if drill is None or drill is Drill.ROUTINE:
        return Found(tuple(found), neutral, tuple(passages))
    if len(found) == 1:
        return Found(_asked_of_one(signals, found[0], drill), neutral, tuple(passages))
    return Found(tuple(p for p in found if p.drill is drill), neutral, tuple(passages))


def _decoded(signals: Signals, series: Series, motion: Motion) -> tuple[list[Phase], list[Passage]]:
    """Drills and passages of every stretch in which the person is seen."""
    upright = [walk for walk in find_walking(signals) if _low_share(signals, walk) < LOW_SHARE]
    walks = _outside(upright, find_sitting(signals))
    phases: list[Phase] = []
    passages: list[Passage] = []
    seen = stretches(motion)
    passages += _unseen(motion, seen)
    for stretch in seen:
        limits = float(motion.times_s[stretch.first]), float(motion.times_s[stretch.last])
        inside = [_within(w, max(w.start_s, limits[0]), min(w.end_s, limits[1])) for w in walks]
        inside = [w for w in inside if w.end_s - w.start_s >= SHORTEST_STAND_S]
        steps = course_of(motion, series, rests_in(motion, stretch), inside)
        drills, between = assemble(motion, steps, inside, limits)
        phases += [_bow_timed(p, signals, limits) if p.drill is Drill.BOW else p for p in drills]
        passages += between
    return phases, sorted(passages, key=lambda p: p.start_s)


def _low_share(signals: Signals, walk: Phase) -> float:
    """Share of a walk spent low: a squat lifts a heel, which looks like going somewhere."""
    inside = (signals.times_s >= walk.start_s) & (signals.times_s <= walk.end_s)
    return float(np.mean(np.nan_to_num(seatedness(signals)[inside]) > LOW_LEVEL)) if inside.any() else 0.0


def _unseen(motion: Motion, seen: list[Span]) -> list[Passage]:
    """When the person was not in the picture for long enough to do something."""
    times = motion.times_s
    edges = [float(times[0]), *(float(times[k]) for s in seen for k in (s.first, s.last)), float(times[-1])]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return [Passage("unseen", start, end) for start, end in gaps if end - start >= UNSEEN_S]


def _bow_timed(bow: Phase, signals: Signals, limits_s: tuple[float, float]) -> Phase:
    hold = bow.hold_start_s or bow.start_s, bow.hold_end_s or bow.end_s
    return with_bow_timing(bow, deepest_s(signals, *hold), limits_s)


def _seen(series: Series) -> BoolArray:
    visible = series.values.get("visible")
    if visible is None:
        return np.ones(len(series.times_s), dtype=np.bool_)
    seen: BoolArray = np.nan_to_num(visible) >= VISIBLE_LEAST
    return seen


def _masked(series: Series, seen: BoolArray) -> Series:
    values = {n: np.where(seen, v, np.nan) for n, v in series.values.items() if n in NAMES}
    return Series(np.asarray(series.times_s, dtype=np.float64), values)


def _all_phases(signals: Signals, seen: BoolArray) -> list[Phase]:
    """Every drill in order of time, without overlaps."""
    times = signals.times_s
    known = _known(signals)
    sitting = find_sitting(signals)
    walking = _outside(find_walking(signals), sitting)
    moving = sorted([*sitting, *walking], key=lambda p: p.start_s)
    upright = known & ~_covered(times, moving)
    gestures = _resolve(find_bows(signals, upright), find_guiding(signals, upright))
    drills = _in_turn([*moving, *gestures])
    phases = sorted([*drills, *_standing(times, known, drills)], key=lambda p: p.start_s)
    if len(phases) == 1 and phases[0].drill is Drill.STAND:
        side = guiding_throughout(signals)
        if side is not None:
            phases = [replace(phases[0], drill=Drill.GUIDE, active_side=side)]
    return phases


def _known(signals: Signals) -> BoolArray:
    """Where the posture is known at all, short dropouts filled."""
    known = np.zeros(len(signals.times_s), dtype=np.bool_)
    for name in ("trunk_flexion", "knee_left", "knee_right", "arm_trunk_left", "arm_trunk_right"):
        known |= np.isfinite(signals.get(name))
    return known


def _covered(times: FloatArray, phases: list[Phase]) -> BoolArray:
    covered = np.zeros(len(times), dtype=np.bool_)
    for phase in phases:
        covered |= (times > phase.start_s) & (times < phase.end_s)
        if phase.start_s <= times[0]:
            covered[0] |= phase.end_s >= times[0]
        if phase.end_s >= times[-1]:
            covered[-1] |= phase.start_s <= times[-1]
    return covered


def _outside(walking: list[Phase], sitting: list[Phase]) -> list[Phase]:
    """Walks without what belongs to sitting down; the pelvis moves then too."""
    out = []
    for walk in walking:
        start, end = walk.start_s, walk.end_s
        for sit in sitting:
            if sit.start_s <= start < sit.end_s:
                start = sit.end_s
            if sit.start_s < end <= sit.end_s:
                end = sit.start_s
        if end - start >= SHORTEST_STAND_S:
            out.append(replace(walk, start_s=start, end_s=end))
    return out


def _resolve(bows: list[Excursion], guides: list[Excursion]) -> list[Phase]:
    """A slight lean during a guiding gesture is part of it."""
    kept = [g.phase for g in guides]
    for bow in bows:
        length = bow.phase.end_s - bow.phase.start_s
        shared = sum(max(0.0, min(g.end_s, bow.phase.end_s) - max(g.start_s, bow.phase.start_s)) for g in kept)
        if shared < 0.5 * length or bow.strength > BOW_LEAN_DEG:
            kept.append(bow.phase)
    return kept


def _in_turn(phases: list[Phase]) -> list[Phase]:
    """In order of time; where two overlap, both end and begin half way."""
    ordered = sorted(phases, key=lambda p: (p.start_s, p.end_s))
    out: list[Phase] = []
    for phase in ordered:
        if out and phase.start_s < out[-1].end_s:
            cut = min((phase.start_s + out[-1].end_s) / 2, phase.end_s)
            out[-1] = _within(out[-1], out[-1].start_s, max(cut, out[-1].start_s))
            phase = _within(phase, cut, phase.end_s)
        out.append(phase)
    return out


def _within(phase: Phase, start_s: float, end_s: float) -> Phase:
    def inside(moment_s: float | None) -> float | None:
        return None if moment_s is None else min(max(moment_s, start_s), end_s)

    return replace(
        phase,
        start_s=start_s,
        end_s=end_s,
        hold_start_s=inside(phase.hold_start_s),
        hold_end_s=inside(phase.hold_end_s),
    )


def _standing(times: FloatArray, known: BoolArray, drills: list[Phase]) -> list[Phase]:
    """What is left: the boundaries are those of the drills, not of the samples."""
    out = []
    for span in spans(known):
        first, last = float(times[span.first]), float(times[span.last])
        start = first
        for drill in [d for d in drills if d.end_s >= first and d.start_s <= last]:
            out += _stand(start, drill.start_s)
            start = max(start, drill.end_s)
        still = span.first == 0 and span.last == len(times) - 1 and not drills
        out += [Phase(Drill.STAND, first, last, first, last)] if still else _stand(start, last)
    return out


def _stand(start_s: float, end_s: float) -> list[Phase]:
    if end_s - start_s < SHORTEST_STAND_S:
        return []
    return [Phase(Drill.STAND, start_s, end_s, start_s, end_s)]


def _neutral(found: list[Phase]) -> Neutral | None:
    """The standing before the first bow, else before the first drill, else any that is long enough."""
    stands = [p for p in found if p.drill is Drill.STAND and p.end_s - p.start_s >= SHORTEST_NEUTRAL_S]
    if not stands:
        return None
    bows = [p for p in found if p.drill is Drill.BOW]
    before = [p for p in stands if bows and p.end_s <= bows[0].start_s + 1e-6]
    if before or not bows:
        chosen = before[-1] if before else stands[0]
        start, end = _trimmed(chosen, found)
        return Neutral(max(start, end - LONGEST_NEUTRAL_S), end)
    start, end = _trimmed(stands[0], found)
    return Neutral(start, min(end, start + LONGEST_NEUTRAL_S))


def _trimmed(stand: Phase, found: list[Phase]) -> tuple[float, float]:
    """Away from movements, as far as the shortest neutral allows."""
    spare = (stand.end_s - stand.start_s - SHORTEST_NEUTRAL_S) / 2
    margin = min(NEUTRAL_MARGIN_S, max(spare, 0.0))
    first, last = found[0].start_s, found[-1].end_s
    start = stand.start_s + (margin if stand.start_s > first else 0.0)
    end = stand.end_s - (margin if stand.end_s < last else 0.0)
    return start, end


def _asked_of_one(signals: Signals, only: Phase, drill: Drill) -> tuple[Phase, ...]:
    """A constant posture taken as the drill that was asked for, unless it plainly is another."""
    if only.drill is drill:
        return (only,)
    if only.drill not in (Drill.STAND, Drill.SIT, Drill.GUIDE) or drill is Drill.WALK:
        return ()
    if signals.times_s[-1] - signals.times_s[0] > STILL_S and not _can_be(signals, drill):
        return ()
    return (replace(only, drill=drill, active_side=guiding_throughout(signals) if drill is Drill.GUIDE else None),)


def _can_be(signals: Signals, drill: Drill) -> bool:
    seated = seatedness(signals)
    low = np.isfinite(seated).any() and float(np.nanmedian(seated)) > 0.5
    if drill is Drill.SIT:
        return bool(low)
    if drill is Drill.STAND:
        return not low
    if drill is Drill.BOW:
        everywhere = np.ones(len(signals.times_s), dtype=np.bool_)
        return not low and upright_deg(signals, everywhere) >= STILL_BOW_LEAST_DEG
    return drill is not Drill.GUIDE
