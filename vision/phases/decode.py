"""From rests and movements to postures: the most likely course of a recording.

A hidden Markov model whose steps are the rests of the body. What a rest is, its
numbers say (`postures`); what changed since the rest before, the picture says:
who did not move a wrist did not begin to guide. Where the course is not clear,
its probability says so, and the rest is called unclear.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np

from vision.landmarks import Landmark as L
from vision.phases.model import Phase
from vision.phases.motion import Motion, Rest
from vision.phases.postures import (
    STATES,
    Readings,
    State,
    log_likelihoods,
    own_errors,
    readings,
    standing_height_m,
    without_errors,
)
from vision.types import Drill, FloatArray, Series, Side

HEAD = (L.LEFT_EAR, L.RIGHT_EAR, L.LEFT_SHOULDER, L.RIGHT_SHOULDER)
HIPS = (L.LEFT_HIP, L.RIGHT_HIP)
ANKLES = (L.LEFT_ANKLE, L.RIGHT_ANKLE)
WRISTS = {Side.LEFT: L.LEFT_WRIST, Side.RIGHT: L.RIGHT_WRIST}
ALL = (*HEAD, *HIPS, *WRISTS.values(), L.LEFT_ELBOW, L.RIGHT_ELBOW, L.LEFT_KNEE, L.RIGHT_KNEE)

SAME_PER_CENT, SAME_HEAD_PER_CENT = 1.3, 0.6
"""Rests whose landmarks, and whose head on average, lie as near as this are one: a breath, a shift of weight."""

WRIST_STILL_PER_CENT, WRIST_SPREAD_PER_CENT, WRIST_MOST = 2.5, 3.0, 5.0
CARRIED = 0.8
"""How far a bow takes the wrists along, over how far it takes the head; shoulders already taken out."""

HEAD_STILL_PER_CENT = 0.9
HIPS_STILL_PER_CENT, HIPS_FAR_PER_CENT = 3.0, 10.0
"""Shifts from rest to rest that say that wrists, head, hips stayed or went. Sitting down lowers the hips by 20."""

SWAY_RATIO = 1.65
"""Height of ears and shoulders over that of the hips."""

AGAINST = 6.0
"""What a change costs that the picture contradicts, in nats."""

DIRECT = 2.5
"""What going from one drill to another without standing between them costs."""

STRAIGHT_KNEES_DEG = 140.0
"""Who has straighter knees than this stands."""

TURN_LEAST_DEG, TURN_LEAST_S = 28.0, 0.4
SURE = 0.8
"""A posture less probable than this is unclear."""

LEVEL_SHARE = 25.0
"""Percentile of trunk flexion over the rests of a block that counts as upright."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rest of the course. ``block`` changes when the person walks or turns between rests."""

    rest: Rest
    found: Readings
    azimuth_deg: float
    block: int = 0
    state: State = STATES[0]
    sure: float = 1.0


def course_of(motion: Motion, series: Series, rests: list[Rest], walks: list[Phase]) -> list[Step]:
    """The postures of a stretch's rests, those inside a walk left out, equal neighbours joined."""
    standing = [r for r in rests if not any(_inside(r, walk) for walk in walks)]
    steps = [Step(rest, readings(series, rest), _azimuth(series, rest)) for rest in _joined(motion, standing, walks)]
    if not steps:
        return []
    steps = _blocks(steps, walks)
    links, standing_m = _links(motion, steps), standing_height_m(series)
    first = _labelled(steps, *_decoded(_emissions(motion, steps, standing_m), links))
    known = _knowing_the_person(first)
    return _labelled(steps, *_decoded(_emissions(motion, known, standing_m), links))


def _labelled(steps: list[Step], states: list[int], sure: FloatArray) -> list[Step]:
    return [replace(s, state=STATES[k], sure=float(p)) for s, k, p in zip(steps, states, sure, strict=True)]


def _knowing_the_person(steps: list[Step]) -> list[Step]:
    """The steps with numbers freed from the errors that the person's own standing in the same block shows."""
    out = []
    for block in _by_block(steps):
        errors = own_errors(
            [(s.found, s.state.arms) for s in block if s.state.drill is Drill.STAND and s.state.arms and s.sure > 0.5]
        )
        out += [replace(step, found=without_errors(step.found, errors)) for step in block]
    return out


def _by_block(steps: list[Step]) -> list[list[Step]]:
    """The steps of every block, in order of time."""
    return [list(block) for _, block in groupby(steps, key=lambda s: s.block)]


def _inside(rest: Rest, walk: Phase) -> bool:
    return walk.start_s + 0.1 < rest.middle_s < walk.end_s - 0.1


def _joined(motion: Motion, rests: list[Rest], walks: list[Phase]) -> list[Rest]:
    out: list[Rest] = []
    for rest in rests:
        apart = any(
            out and out[-1].middle_s < walk.start_s + 0.2 and walk.end_s - 0.2 < rest.middle_s for walk in walks
        )
        if out and not apart and _alike(motion, out[-1], rest):
            out[-1] = Rest(out[-1].start_s, rest.end_s)
        else:
            out.append(rest)
    return out


def _alike(motion: Motion, first: Rest, second: Rest) -> bool:
    head = motion.shifted((first.start_s, first.end_s), (second.start_s, second.end_s), HEAD).mean(axis=0)
    return _shift(motion, first, second, ALL) < SAME_PER_CENT and float(np.hypot(*head)) < SAME_HEAD_PER_CENT


def _between(first: Rest, second: Rest, walk: Phase) -> bool:
    return first.middle_s < walk.start_s + 0.2 and walk.end_s - 0.2 < second.middle_s


def _shift(motion: Motion, first: Rest, second: Rest, marks: tuple[L, ...]) -> float:
    """The farthest of the marks, percent of the height."""
    moved = motion.shifted((first.start_s, first.end_s), (second.start_s, second.end_s), marks)
    return float(np.max(np.hypot(moved[:, 0], moved[:, 1])))


def _lean(motion: Motion, first: Rest, second: Rest) -> float:
    """How far the head went, percent of the height, beyond what the hips explain when a body sways about its feet."""
    times = (first.start_s, first.end_s), (second.start_s, second.end_s)
    head, hips = (motion.shifted(*times, marks).mean(axis=0) for marks in (HEAD, HIPS))
    return float(np.hypot(*(head - SWAY_RATIO * hips)))


def _azimuth(series: Series, rest: Rest) -> float:
    """Mean direction from which the camera sees a rest; NaN where no body is known."""
    values = series.values.get("azimuth")
    if values is None:
        return float("nan")
    rows = (series.times_s >= rest.start_s - 0.1) & (series.times_s <= rest.end_s + 0.1) & np.isfinite(values)
    if not rows.any():
        return float("nan")
    angle = np.radians(values[rows])
    return float(np.degrees(np.arctan2(np.sin(angle).mean(), np.cos(angle).mean())))


def turned_deg(first: Step, second: Step) -> float:
    """By how much the person turned between two rests; 0 where it is not known."""
    change = (second.azimuth_deg - first.azimuth_deg + 180.0) % 360.0 - 180.0
    return 0.0 if np.isnan(change) else float(change)


def is_turn(first: Step, second: Step) -> bool:
    """Whether the person stands turned afterwards."""
    return abs(turned_deg(first, second)) >= TURN_LEAST_DEG and (second.rest.start_s - first.rest.end_s >= TURN_LEAST_S)


def _blocks(steps: list[Step], walks: list[Phase]) -> list[Step]:
    """Number the blocks in which the person stands at one place, facing one way."""
    out = [steps[0]]
    for step in steps[1:]:
        last = out[-1]
        walked = any(last.rest.middle_s < w.end_s and w.start_s < step.rest.middle_s for w in walks)
        out.append(replace(step, block=last.block + int(walked or is_turn(last, step))))
    return out


def _emissions(motion: Motion, steps: list[Step], standing_m: float) -> FloatArray:
    """Log-likelihoods (steps, states)."""
    rows = []
    overall = _level(steps)
    for block in _by_block(steps):
        upright = [s for s in block if _stands(s)] or block
        level = _level(upright)
        base = min(upright, key=lambda s: abs(_flexion(s) - level))
        above_px = _hips_above_ankles_px(motion, base.rest) if _stands(base) else None
        for step in block:
            own = step.found.get("trunk_flexion")
            over = 0.0 if own is None else own.value - (level if len(upright) > 1 else min(overall + 6.0, own.value))
            shift = _lean(motion, base.rest, step.rest) if base is not step else 0.0
            lowered = _lowered_m(step, standing_m) if above_px is None else _lowered(motion, step, above_px)
            rows.append(log_likelihoods(step.found, over, shift, lowered))
    return np.array(rows)


def _lowered(motion: Motion, step: Step, upright_px: float) -> float:
    """By what share the hips are nearer to the ankles than upright, in the picture: that needs no known camera."""
    return 1.0 - _hips_above_ankles_px(motion, step.rest) / max(upright_px, 1.0)


def _hips_above_ankles_px(motion: Motion, rest: Rest) -> float:
    ankles, hips = (motion.places(rest.start_s, rest.end_s, marks)[:, 1].mean() for marks in (ANKLES, HIPS))
    return float(ankles - hips)


def _lowered_m(step: Step, standing_m: float) -> float:
    """The same of the fitted body, of who does not stand upright in this place; NaN where nothing is known."""
    height = step.found.get("hip_height")
    return float("nan") if height is None else 1.0 - height.value / standing_m


def _flexion(step: Step) -> float:
    reading = step.found.get("trunk_flexion")
    return 0.0 if reading is None else reading.value


def _knees(step: Step) -> float:
    known = [step.found[n].value for n in ("knee_left", "knee_right") if n in step.found]
    return min(known) if known else 180.0


def _stands(step: Step) -> bool:
    return _knees(step) > STRAIGHT_KNEES_DEG


def _level(steps: list[Step]) -> float:
    """The upright level: a low percentile of the flexion, each rest counted by its length."""
    flexion = np.array([_flexion(s) for s in steps])
    weight = np.array([max(s.rest.length_s, 0.1) for s in steps])
    order = np.argsort(flexion)
    share = np.cumsum(weight[order]) / weight.sum() * 100.0
    return float(flexion[order][int(np.searchsorted(share, LEVEL_SHARE))])


def _links(motion: Motion, steps: list[Step]) -> FloatArray:
    """Log-weights (steps - 1, states, states) of going from one posture to the next."""
    return np.array([_link(motion, a, b) for a, b in pairwise(steps)])


def _link(motion: Motion, first: Step, second: Step) -> FloatArray:
    if first.block != second.block:
        return np.array([[-_direct(a, b) for b in STATES] for a in STATES])
    shifts = Shifts(
        head=_lean(motion, first.rest, second.rest),
        hips=_shift(motion, first.rest, second.rest, HIPS),
        wrists={side: _shift_within(motion, first.rest, second.rest, (mark,)) for side, mark in WRISTS.items()},
    )
    return np.array([[-_direct(a, b) - _contradicted(a, b, shifts) for b in STATES] for a in STATES])


@dataclass(frozen=True, slots=True)
class Shifts:
    """How far parts lie elsewhere in the picture, percent of the height; wrists against the shoulders."""

    head: float
    hips: float
    wrists: dict[Side, float]


def _contradicted(first: State, second: State, shifts: Shifts) -> float:
    """What the picture has against going from one posture to the other, in nats."""
    if first.low != second.low:
        return AGAINST if shifts.hips < HIPS_STILL_PER_CENT else 0.0
    if first.low:
        return 0.0
    cost = AGAINST if shifts.hips > HIPS_FAR_PER_CENT else 0.0
    bows = Drill.BOW in (first.drill, second.drill)
    if bows and first.drill != second.drill and shifts.head < HEAD_STILL_PER_CENT:
        cost += AGAINST
    for side, moved in shifts.wrists.items():
        if _same_arm(first, second, side):
            own = moved - CARRIED * shifts.head if bows else moved
            cost += min(0.5 * (_beyond(own) / WRIST_SPREAD_PER_CENT) ** 2, WRIST_MOST)
        elif "other" not in (first.arms, second.arms):
            cost += AGAINST / 2.0 * max(1.0 - _beyond(moved) / WRIST_STILL_PER_CENT, 0.0)
    return cost


def _beyond(moved: float) -> float:
    return max(moved - WRIST_STILL_PER_CENT, 0.0)


def _same_arm(first: State, second: State, side: Side) -> bool:
    """Whether an arm does the same in both postures; the arm that does not guide rests as before."""
    arms = {first.arms, second.arms}
    if len(arms) == 1:
        return True
    guided = {state.side for state in (first, second) if state.drill is Drill.GUIDE}
    return bool(guided) and side not in guided and not arms & {"giving", "other"}


def _shift_within(motion: Motion, first: Rest, second: Rest, marks: tuple[L, ...]) -> float:
    """The farthest mark's shift against the shoulders', which a bow or a step takes along."""
    shoulders = (L.LEFT_SHOULDER, L.RIGHT_SHOULDER)
    times = (first.start_s, first.end_s), (second.start_s, second.end_s)
    along = motion.shifted(*times, shoulders).mean(axis=0)
    moved = motion.shifted(*times, marks) - along
    return float(np.max(np.hypot(moved[:, 0], moved[:, 1])))


def _direct(first: State, second: State) -> float:
    """Cost of a change of drill without standing between."""
    if first.drill == second.drill:
        return 0.0 if first.arms == second.arms else 0.5
    return 0.5 if Drill.STAND in (first.drill, second.drill) else DIRECT


AT_THE_ENDS = np.array([0.0 if state.drill in (Drill.STAND, Drill.SIT) else -2.0 for state in STATES])
"""Recordings begin standing or seated, and end so."""


def _decoded(emission: FloatArray, links: FloatArray) -> tuple[list[int], FloatArray]:
    """The most likely state of every rest by itself, and how probable its drill is (forward-backward)."""
    count, width = emission.shape
    forward, backward = np.zeros((count, width)), np.zeros((count, width))
    emission = emission.copy()
    emission[0] += AT_THE_ENDS
    emission[-1] += AT_THE_ENDS
    forward[0] = emission[0]
    for k in range(1, count):
        forward[k] = emission[k] + _log_sum(forward[k - 1][:, None] + links[k - 1], 0)
    for k in range(count - 2, -1, -1):
        backward[k] = _log_sum(links[k] + (emission[k + 1] + backward[k + 1])[None, :], 1)
    joint = forward + backward
    joint -= joint.max(axis=1, keepdims=True)
    probable = np.exp(joint) / np.exp(joint).sum(axis=1, keepdims=True)
    kinds = np.array([[a.drill == b.drill and a.side == b.side for b in STATES] for a in STATES], dtype=np.float64)
    by_kind = probable @ kinds.T
    states = [int(np.lexsort((row, kind))[-1]) for row, kind in zip(probable, np.round(by_kind, 9), strict=True)]
    return states, by_kind[np.arange(count), states]


def _log_sum(values: FloatArray, axis: int) -> FloatArray:
    top = values.max(axis=axis, keepdims=True)
    total: FloatArray = np.log(np.exp(values - top).sum(axis=axis)) + np.squeeze(top, axis=axis)
    return total
