"""What trunk and arms do while the person stands: bows and guiding gestures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vision.phases.model import BowTiming, Phase
from vision.phases.ramps import Course, Ramp, fit_excursion
from vision.phases.signals import BoolArray, Signals, Span, climb, hysteresis, merged, spans
from vision.types import Drill, FloatArray, Side

BOW_ENTER_DEG, BOW_LEAVE_DEG = 4.5, 2.5
"""Flexion above the own upright that opens and closes a candidate: half of the smallest bow that must be found (8)."""

BOW_LEAST_DEG = 5.0
"""Fitted depth of a bow; swaying and breathing stay below 2 deg."""

BOW_BRIEF_DEG, BOW_BRIEF_S = 2.5, 1.8
"""So much deeper must a bow be that lasts no time, falling to nothing for one of this time: short wobbles are common,
while a bow of the usual tempo stays above half its depth for 2 s."""

BOW_CUT_OFF_LEAST_DEG = 8.0
"""A bow whose beginning or end the recording does not show must be clear: it may be a change of stance."""

SHORTEST_BOW_S = 0.5
LEAST_GAIN = 22.0
"""Drop of the noise-scaled squared residuals that a movement must bring: its 6 free numbers bring about 6 by chance,
and a search over a minute of standing about 15."""

HANGING_DEG, HANGING_OFFSET_DEG = 12.0, 6.0
"""A hanging arm, and the largest offset of a recording that is allowed for: more is a raised arm."""

GESTURE_LEAST_GAIN = 40.0
"""As `LEAST_GAIN`, for two series at once."""

ARM_REST_DEG, ARM_RAISED_DEG = 14.5, 22.0
"""A hanging arm reads 10-15 deg, the lowest guiding arm 25."""

OUT_NEAR_CM, OUT_CLEAR_CM = 6.0, 16.0
"""Folded hands lie within 6 cm of the midline, a guiding hand 22 cm and more to its own side."""

AWAY_NEAR_CM, AWAY_CLEAR_CM = 4.0, 12.0
"""Further out than when hanging: 12 cm is an arm opened by 12 deg; the place is read more surely than the angle."""

ELBOW_FOLDED_DEG, ELBOW_OPEN_DEG = 75.0, 95.0
"""A guiding elbow may be bent to 100 deg; a hand at the face or in the chest has 70 and less."""

GESTURE_TOP_DEG = 18.5
"""Fitted level of a raised arm: half way between hanging (12) and the lowest gesture (25)."""

GESTURE_CLEAR_DEG = 35.0
"""An arm raised this far is no passage between hanging and folded (25-35), even if each end differs in another way."""

GESTURE_LEAST_DEG, GESTURE_LEAST_CM = 10.0, 8.0
"""A gesture raises the arm or takes the hand outward; the lowest (25 deg) does so by 13 deg, or 12 cm and more."""

SWEEP_LEAST_CM = 15.0
"""Way of the hand that stands out of its noise of about 3 cm."""

CUT_OFF_FACTOR = 1.4
"""A gesture whose beginning or end is not shown must be clearer by this factor."""

HANGING_SHARE = 0.5
"""A hanging arm opens against a bowed trunk by about this share of the flexion; that is no gesture."""

GUIDE_ENTER, GUIDE_LEAVE = 0.5, 0.25
SHORTEST_GUIDE_S = 0.4
PAUSE_S = 0.5
"""Shorter dips are noise of one posture: going back half way and out again takes about 1 s."""

FIT_REACH_S = 2.0
BOW_LEAN_DEG = 20.0
"""A lean up to this deep during a guiding gesture belongs to it (the documents ask for a slight one)."""


@dataclass(frozen=True, slots=True)
class Excursion:
    """A fitted movement out of standing and back; ``strength`` in the unit of its main series."""

    phase: Phase
    strength: float


def upright_deg(signals: Signals, upright: BoolArray) -> float:
    """The person's own trunk flexion when upright: the level that standing returns to."""
    flexion = signals.get("trunk_flexion")[upright]
    flexion = flexion[np.isfinite(flexion)]
    if len(flexion) == 0:
        return 0.0
    level = float(np.percentile(flexion, 25))
    for _ in range(3):
        level = float(np.median(flexion[np.abs(flexion - level) <= BOW_ENTER_DEG]))
    return level


def find_bows(signals: Signals, upright: BoolArray) -> list[Excursion]:
    """Bows inside the stretches where ``upright`` holds (no sitting, no walking)."""
    times = signals.times_s
    above = signals.get("trunk_flexion") - upright_deg(signals, upright)
    out = []
    for stretch in spans(upright):
        part = np.where(_only(stretch, len(times)), above, np.nan)
        found = merged(times, hysteresis(part, BOW_ENTER_DEG, BOW_LEAVE_DEG), PAUSE_S)
        for number, span in enumerate(found):
            bow = _bow(signals, span, stretch, _limits(times, stretch, found, number))
            out += [bow] if bow is not None else []
    return out


def find_guiding(signals: Signals, upright: BoolArray) -> list[Excursion]:
    """Guiding gestures of either arm inside the stretches where ``upright`` holds."""
    times = signals.times_s
    lean = np.nan_to_num(signals.get("trunk_flexion") - upright_deg(signals, upright))
    raised = {side: _raised(signals, side, lean, _hanging(signals, side, upright)) for side in Side}
    out = []
    for side, other in ((Side.LEFT, Side.RIGHT), (Side.RIGHT, Side.LEFT)):
        alone = raised[side] * (1.0 - climb(np.nan_to_num(raised[other]), GUIDE_ENTER, 1.0))
        for stretch in spans(upright):
            part = np.where(_only(stretch, len(times)), alone, np.nan)
            found = merged(times, hysteresis(part, GUIDE_ENTER, GUIDE_LEAVE), PAUSE_S)
            found = [s for s in found if times[s.last] - times[s.first] >= SHORTEST_GUIDE_S]
            for number, span in enumerate(found):
                guide = _guide(signals, side, span, stretch, _limits(times, stretch, found, number))
                out += [guide] if guide is not None else []
    return out


def guiding_throughout(signals: Signals) -> Side | None:
    """The arm that is clearly raised on the whole recording's average."""
    lean = np.zeros(len(signals.times_s))
    level = {side: _mean(_raised(signals, side, lean, _Hanging())) for side in Side}
    best = max(level, key=lambda s: level[s])
    return best if level[best] > 0.8 and min(level.values()) < 0.3 else None


@dataclass(frozen=True, slots=True)
class _Hanging:
    """How this recording reads a hanging arm: offset of its angle (deg), hand's distance from the midline (cm)."""

    offset_deg: float = 0.0
    outward_cm: float = np.inf


def _hanging(signals: Signals, side: Side, upright: BoolArray) -> _Hanging:
    """The default when the arm never hangs for long."""
    outward = _outward(signals, side)
    arm = signals.get(f"arm_trunk_{side}")
    with np.errstate(invalid="ignore"):
        hanging = upright & (outward > OUT_CLEAR_CM) & np.isfinite(arm)
    if hanging.sum() < max(0.15 * upright.sum(), 3):
        return _Hanging()
    offset = float(np.percentile(arm[hanging], 40)) - HANGING_DEG
    if abs(offset) > HANGING_OFFSET_DEG:
        return _Hanging()
    return _Hanging(offset, float(np.percentile(outward[hanging], 25)))


def _outward(signals: Signals, side: Side) -> FloatArray:
    """Distance of the hand from the midline to its own side, cm (T,)."""
    return signals.get(f"hand_lateral_{side}") * (1.0 if side is Side.LEFT else -1.0)


def _raised(signals: Signals, side: Side, lean_deg: FloatArray, rest: _Hanging) -> FloatArray:
    """0 hanging or folded .. 1 raised to its own side, open elbow (T,)."""
    outward = _outward(signals, side)
    hanging = HANGING_SHARE * np.maximum(lean_deg - BOW_ENTER_DEG, 0.0)
    arm = climb(signals.get(f"arm_trunk_{side}") - hanging - rest.offset_deg, ARM_REST_DEG, ARM_RAISED_DEG)
    arm = np.fmax(arm, climb(outward - rest.outward_cm, AWAY_NEAR_CM, AWAY_CLEAR_CM))
    out = climb(outward, OUT_NEAR_CM, OUT_CLEAR_CM)
    elbow_deg = signals.get(f"elbow_{side}")
    elbow = climb(elbow_deg, ELBOW_FOLDED_DEG, ELBOW_OPEN_DEG)
    apart = climb(signals.get("hands_gap"), OUT_NEAR_CM + 4.0, OUT_CLEAR_CM + 4.0)
    straight = climb(elbow_deg, 125.0, 145.0)  # a folded arm reads 95-120
    out = np.where(np.isfinite(out), out, np.where(np.isfinite(apart), apart, straight))
    raised: FloatArray = arm * out * np.where(np.isfinite(elbow), elbow, 1.0)
    return raised


def _bow(signals: Signals, span: Span, stretch: Span, limits: tuple[float, float]) -> Excursion | None:
    if signals.scaled(["trunk_flexion"], *limits)[1].shape[1] == 0:
        return None
    times, channels = signals.scaled(["trunk_flexion", "hip_left", "hip_right"], *limits)
    course = _fit(signals, span, stretch, times, channels)
    depth = _depth(course) * signals.noise["trunk_flexion"]
    lasts_s = float(signals.times_s[span.last] - signals.times_s[span.first])
    least = BOW_LEAST_DEG + BOW_BRIEF_DEG * max(0.0, 1.0 - lasts_s / BOW_BRIEF_S)
    if course.up is None or course.down is None:
        least = BOW_CUT_OFF_LEAST_DEG
    phase = _phase(Drill.BOW, course, signals.times_s, stretch)
    if depth < least or course.gain < LEAST_GAIN or phase.end_s - phase.start_s < SHORTEST_BOW_S:
        return None
    return Excursion(_with_timing(phase, course, signals), depth)


def _depth(course: Course) -> float:
    """Rise above the higher of the two levels it comes from and returns to."""
    sides = []
    if course.up is not None:
        sides.append(float(course.top[0] - course.before[0]))
    if course.down is not None:
        sides.append(float(course.top[0] - course.after[0]))
    return min(sides) if sides else 0.0


def _with_timing(phase: Phase, course: Course, signals: Signals) -> Phase:
    hold_start, hold_end = phase.hold_start_s or phase.start_s, phase.hold_end_s or phase.end_s
    deepest = deepest_s(signals, hold_start, hold_end)
    timing = BowTiming(
        None if course.up is None else hold_start - phase.start_s,
        hold_end - hold_start,
        None if course.down is None else phase.end_s - hold_end,
        deepest,
    )
    return Phase(phase.drill, phase.start_s, phase.end_s, phase.hold_start_s, phase.hold_end_s, None, timing)


def deepest_s(signals: Signals, hold_start_s: float, hold_end_s: float) -> float:
    """When the trunk is bent farthest during a hold; its middle where that is not known."""
    inside = (signals.times_s >= hold_start_s - 0.1) & (signals.times_s <= hold_end_s + 0.1)
    flexion = np.where(inside, signals.get("trunk_flexion"), np.nan)
    if np.isfinite(flexion).any():
        return float(signals.times_s[int(np.nanargmax(flexion))])
    return (hold_start_s + hold_end_s) / 2


def _guide(signals: Signals, side: Side, span: Span, stretch: Span, limits: tuple[float, float]) -> Excursion | None:
    names = [n for n in (f"arm_trunk_{side}", f"hand_lateral_{side}") if n in signals.raw]
    times, channels = signals.scaled(names, *limits)
    if channels.shape[1] < len(names) or f"arm_trunk_{side}" not in names:
        return None
    course = _fit(signals, span, stretch, times, channels)
    scale = np.array([signals.noise[n] for n in names])
    if not _is_gesture(course, scale, side) or course.gain < GESTURE_LEAST_GAIN:
        return None
    if _sweeps(course, scale):
        times, channels = signals.scaled([names[1], "hands_gap"], *limits)
        timed = _fit(signals, span, stretch, times, channels)
    else:
        timed = course
    found = _phase(Drill.GUIDE, timed, signals.times_s, stretch)
    phase = Phase(found.drill, found.start_s, found.end_s, found.hold_start_s, found.hold_end_s, side)
    return Excursion(phase, float(course.top[0] * scale[0]))


def _sweeps(course: Course, scale: FloatArray) -> bool:
    """The hand goes far to the side: its place then times the movement better than the arm's angle, which first falls
    when the hand leaves the abdomen."""
    if len(scale) < 2:
        return False
    ends = [level for ramp, level in ((course.up, course.before), (course.down, course.after)) if ramp]
    return all(abs(course.top[1] - end[1]) * scale[1] >= SWEEP_LEAST_CM for end in ends)


def _is_gesture(course: Course, scale: FloatArray, side: Side) -> bool:
    """The arm is raised, and in its angle or in the hand's place it goes beyond where it comes from and returns to.

    Folding the hands passes half raised, but on the way from one to the other.
    """
    top = course.top * scale
    ends = [level * scale for ramp, level in ((course.up, course.before), (course.down, course.after)) if ramp]
    if not ends or top[0] < GESTURE_TOP_DEG:
        return False
    sure = 1.0 if len(ends) == 2 else CUT_OFF_FACTOR
    rise_deg = [float(top[0] - end[0]) for end in ends]
    sign = 1.0 if side is Side.LEFT else -1.0
    out_cm = [float(sign * (top[1] - end[1])) if len(top) > 1 else 0.0 for end in ends]
    raised = min(rise_deg) >= sure * GESTURE_LEAST_DEG
    away = min(out_cm) >= sure * GESTURE_LEAST_CM
    either = all(r >= GESTURE_LEAST_DEG or o >= GESTURE_LEAST_CM for r, o in zip(rise_deg, out_cm, strict=True))
    return raised or away or (top[0] >= GESTURE_CLEAR_DEG and either)


def _fit(signals: Signals, span: Span, stretch: Span, times: FloatArray, channels: FloatArray) -> Course:
    """Fit the way out and back round a candidate; one that reaches the stretch's end has no movement there."""
    begin, finish = float(signals.times_s[span.first]), float(signals.times_s[span.last])
    length = min(1.0, max(0.8 * (finish - begin), 0.3))
    up = None if span.first <= stretch.first else Ramp(begin - 0.4 * length, begin + 0.5 * length)
    down = None if span.last >= stretch.last else Ramp(finish - 0.5 * length, finish + 0.4 * length)
    return fit_excursion(times, channels, up, down)


def _phase(drill: Drill, course: Course, times: FloatArray, stretch: Span) -> Phase:
    first, last = float(times[stretch.first]), float(times[stretch.last])
    start, hold_start = (first, first) if course.up is None else (course.up.start_s, course.up.end_s)
    hold_end, end = (last, last) if course.down is None else (course.down.start_s, course.down.end_s)
    if hold_end < hold_start:
        hold_start = hold_end = (hold_start + hold_end) / 2
    start, end, hold_start, hold_end = (min(max(v, first), last) for v in (start, end, hold_start, hold_end))
    return Phase(drill, start, end, hold_start, hold_end)


def _only(stretch: Span, count: int) -> BoolArray:
    mask = np.zeros(count, dtype=np.bool_)
    mask[stretch.first : stretch.last + 1] = True
    return mask


def _limits(times: FloatArray, stretch: Span, found: list[Span], number: int) -> tuple[float, float]:
    """The window of the fit: some rest on both sides, never the neighbour's movement."""
    span = found[number]
    low, high = float(times[stretch.first]), float(times[stretch.last])
    if number > 0:
        low = float(times[found[number - 1].last] + times[span.first]) / 2
    if number + 1 < len(found):
        high = float(times[span.last] + times[found[number + 1].first]) / 2
    return max(low, float(times[span.first]) - FIT_REACH_S), min(high, float(times[span.last]) + FIT_REACH_S)


def _mean(values: FloatArray) -> float:
    seen = values[np.isfinite(values)]
    return float(seen.mean()) if len(seen) else 0.0
