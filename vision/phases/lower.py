"""What the legs do: sitting and walking.

Sitting is found by two of three signs (bent knees, bent hips, low pelvis), so
one bad series does not decide. Walking is found by the way of the pelvis over
the floor, and by the knees bending in turn where no floor is known.
"""

from __future__ import annotations

import math

import numpy as np

from vision.filtering import kernel_sigma_s, smooth_zero_phase
from vision.phases.model import Phase
from vision.phases.ramps import Ramp, come_to_rest, fit_excursion, fit_ramp, minimum_jerk, set_off
from vision.phases.signals import Signals, Span, climb, fill, hysteresis, mean_seen, merged
from vision.types import Drill, FloatArray

KNEE_STRAIGHT_DEG, KNEE_SEATED_DEG = 155.0, 120.0
"""Standing knees read 165-176 and seated ones 80-105 (130 and more when stretched out); noise is 5-10 deg."""

HIP_STRAIGHT_DEG, HIP_SEATED_DEG = 155.0, 120.0
"""Standing hips read 165-175, seated ones 70-110; a bow of 40 deg alone gives 135, but its knees stay straight."""

DROP_STANDING, DROP_SEATED = 0.12, 0.28
"""Share by which the pelvis is lower than when standing: walking up to 6 %, sitting on a usual chair about 40 %."""

SEATED_ENTER, SEATED_LEAVE = 0.6, 0.4
SHORTEST_SIT_S = 0.6
"""Time spent low; a curtsy or a stumble is shorter."""

USUAL_SIT_RAMP_S = 1.5
"""Sitting down takes a little longer than a bow."""

LEAN_LEAST_DEG = 12.0
"""The trunk leans forward by 20-40 deg on the way down and up; less is not followed."""

SETTLING_LEAST_S, LONGEST_SETTLING_S = 0.3, 0.6
"""The trunk comes to rest soon after the pelvis; what it does later is posture, not sitting down."""

WALK_CUTOFF_HZ = 0.7
"""The place of the pelvis is smoothed over more than a step: one camera sees its distance only to 5-10 cm."""

WALK_ENTER_M_S, WALK_LEAVE_M_S = 0.32, 0.15
"""Slow walking is 0.5 m/s and more; the sway of standing stays below 0.05 and noise of 5 cm makes about 0.07."""

SHORTEST_WALK_S, SHORTEST_WALK_M = 0.8, 0.6
"""One step is not walking: two steps take about 1 s and cover about 1 m. Sitting down moves the pelvis 0.35 m."""

WALK_PAUSE_S = 0.6
"""Shorter slow moments belong to the walk."""

UNDER_WAY_S = 0.4
"""Who walks at half speed within this time of the recording's edge walked in, or out."""

USUAL_SET_OFF_S = 0.5
"""Full speed is reached within about one step."""

KNEES_IN_TURN_ENTER_DEG, KNEES_IN_TURN_LEAVE_DEG = 14.0, 9.0
"""RMS difference between the knees: about 20 deg in walking, below 5 in standing."""

FIT_REACH_S = 1.8
"""How far to both sides of the threshold a movement is fitted: a slow ramp of 3 s and a moment of rest."""


def with_leg_extension(signals: Signals, series_raw: dict[str, FloatArray]) -> None:
    """Add ``leg_left/right``: hip-ankle distance over leg length, which is nearly linear in the pelvis' height."""
    for side in ("left", "right"):
        name = f"knee_{side}"
        if name in series_raw:
            bend = np.radians(180.0 - signals.raw[name])
            signals.raw[f"leg_{side}"] = np.cos(bend / 2.0)
            signals.noise[f"leg_{side}"] = max(0.5 * np.radians(signals.noise[name]) * 0.5, 0.01)


def seatedness(signals: Signals) -> FloatArray:
    """0 upright .. 1 seated: the middle one of the three signs (T,)."""
    knee = climb(mean_seen(signals.get("knee_left"), signals.get("knee_right")), KNEE_STRAIGHT_DEG, KNEE_SEATED_DEG)
    hip = climb(mean_seen(signals.get("hip_left"), signals.get("hip_right")), HIP_STRAIGHT_DEG, HIP_SEATED_DEG)
    signs = np.stack([knee, hip, _drop(signals, knee)])
    seen = np.isfinite(signs)
    ordered = np.sort(signs, axis=0)  # NaN last
    count = seen.sum(axis=0)
    pair = (ordered[0] + ordered[1]) / 2.0
    out: FloatArray = np.where(count == 3, ordered[1], np.where(count == 2, pair, ordered[0]))
    return out


def _drop(signals: Signals, knee: FloatArray) -> FloatArray:
    """The pelvis' sign: NaN where the standing height is unknown because nobody ever stands."""
    height = signals.get("pelvis_z")
    standing = np.isfinite(height) & ((knee < 0.5) | np.isnan(knee))
    if standing.sum() < 3:
        return np.full(len(height), np.nan)
    upright = float(np.percentile(height[standing], 75))
    return climb(1.0 - height / upright, DROP_STANDING, DROP_SEATED)


def find_sitting(signals: Signals) -> list[Phase]:
    """Sitting down, seated, rising."""
    times = signals.times_s
    found = merged(times, hysteresis(seatedness(signals), SEATED_ENTER, SEATED_LEAVE), SHORTEST_SIT_S)
    kept = [s for s in found if times[s.last] - times[s.first] >= SHORTEST_SIT_S or _whole(times, s)]
    phases = []
    for number, span in enumerate(kept):
        low = times[0] if number == 0 else (times[kept[number - 1].last] + times[span.first]) / 2
        high = times[-1] if number == len(kept) - 1 else (times[span.last] + times[kept[number + 1].first]) / 2
        phases.append(_sit_phase(signals, span, float(low), float(high)))
    return phases


def _whole(times: FloatArray, span: Span) -> bool:
    return span.first == 0 and span.last == len(times) - 1


def _sit_phase(signals: Signals, span: Span, low_s: float, high_s: float) -> Phase:
    times = signals.times_s
    begin, finish = float(times[span.first]), float(times[span.last])
    middle = (begin + finish) / 2
    start = hold_start = float(times[0])
    end = hold_end = float(times[-1])
    if span.first > 0:
        down = _height_ramp(signals, max(low_s, begin - FIT_REACH_S), min(middle, begin + FIT_REACH_S), begin)
        settled = _trunk_settled(signals, down, min(finish, down.end_s + FIT_REACH_S))
        start, hold_start = max(down.start_s, low_s), min(max(down.end_s, settled), finish)
    if span.last < len(times) - 1:
        up = _height_ramp(signals, max(middle, finish - FIT_REACH_S), min(high_s, finish + FIT_REACH_S), finish)
        leaning = _trunk_leaning(signals, up, max(begin, up.start_s - FIT_REACH_S))
        hold_end, end = max(min(up.start_s, leaning), hold_start), min(up.end_s, high_s)
    return Phase(Drill.SIT, start, end, hold_start, hold_end)


def _trunk_settled(signals: Signals, down: Ramp, until_s: float) -> float:
    """When the trunk, which leans forward on the way down, has come back; the end of the way when it does not lean."""
    peak = _deepest(signals, down.start_s, down.end_s)
    if peak is None or until_s - peak < SETTLING_LEAST_S:
        return down.end_s
    times, channels = signals.scaled(["trunk_flexion"], peak, until_s)
    course = fit_excursion(times, channels, Ramp(peak, down.end_s), None) if channels.shape[1] else None
    if course is None or course.up is None or course.before[0] - course.top[0] < _least_lean(signals):
        return down.end_s
    return min(course.up.end_s, down.end_s + LONGEST_SETTLING_S)


def _trunk_leaning(signals: Signals, up: Ramp, since_s: float) -> float:
    """When the trunk begins to lean forward in order to rise."""
    peak = _deepest(signals, up.start_s, up.end_s)
    if peak is None or peak - since_s < SETTLING_LEAST_S:
        return up.start_s
    times, channels = signals.scaled(["trunk_flexion"], since_s, peak)
    course = fit_excursion(times, channels, Ramp(up.start_s, peak), None) if channels.shape[1] else None
    if course is None or course.up is None or course.top[0] - course.before[0] < _least_lean(signals):
        return up.start_s
    return max(course.up.start_s, up.start_s - LONGEST_SETTLING_S)


def _deepest(signals: Signals, low_s: float, high_s: float) -> float | None:
    """Time of the deepest trunk flexion inside."""
    inside = (signals.times_s >= low_s) & (signals.times_s <= high_s)
    flexion = np.where(inside, signals.get("trunk_flexion"), np.nan)
    return float(signals.times_s[int(np.nanargmax(flexion))]) if np.isfinite(flexion).any() else None


def _least_lean(signals: Signals) -> float:
    """`LEAN_LEAST_DEG` in units of the noise."""
    return LEAN_LEAST_DEG / signals.noise["trunk_flexion"]


def _height_ramp(signals: Signals, low_s: float, high_s: float, crossing_s: float) -> Ramp:
    guess = Ramp(crossing_s - 0.6, crossing_s + 0.6)
    times, channels = signals.scaled(["pelvis_z", "leg_left", "leg_right"], low_s, high_s)
    if channels.shape[1] == 0:
        times, channels = signals.scaled(["hip_left", "hip_right"], low_s, high_s)
    if channels.shape[1] == 0:
        return guess
    return fit_ramp(times, channels, guess, minimum_jerk, USUAL_SIT_RAMP_S)


def find_walking(signals: Signals) -> list[Phase]:
    """Walking from the first movement of the pelvis to rest."""
    times = signals.times_s
    if len(times) < 4 or not {"pelvis_x", "pelvis_y"} <= signals.raw.keys() or (np.diff(times) <= 0).any():
        return _walking_by_knees(signals)
    axes = [fill(times, smooth_zero_phase(times, signals.raw[n], WALK_CUTOFF_HZ)) for n in ("pelvis_x", "pelvis_y")]
    way = np.stack(axes, axis=1)
    speed = np.hypot(*np.gradient(way, times, axis=0).T)
    leave = max(WALK_LEAVE_M_S, 3.0 * _speed_noise(signals))
    found = merged(times, hysteresis(speed, max(WALK_ENTER_M_S, 2.0 * leave), leave), WALK_PAUSE_S)
    phases = []
    for span in found:
        gone = float(np.hypot(*(way[span.last] - way[span.first])))
        if times[span.last] - times[span.first] >= SHORTEST_WALK_S and gone >= SHORTEST_WALK_M:
            phases.append(_walk_phase(signals, span, speed))
    return phases


def _speed_noise(signals: Signals) -> float:
    """Standard deviation of one axis' speed: sigma^2 dt / (4 sqrt(pi) s^3) for a local line under a Gaussian s wide."""
    usual_s = float(np.median(np.diff(signals.times_s)))
    width_s = kernel_sigma_s(WALK_CUTOFF_HZ)
    sigma = max(signals.noise["pelvis_x"], signals.noise["pelvis_y"])
    return sigma * math.sqrt(usual_s / (4.0 * math.sqrt(math.pi) * width_s**3))


def _walk_phase(signals: Signals, span: Span, speed: FloatArray) -> Phase:
    times = signals.times_s
    inside = np.full(len(times), np.nan)
    inside[span.first : span.last + 1] = speed[span.first : span.last + 1]
    half = 0.5 * float(np.nanmedian(inside))
    runs = [s for s in hysteresis(inside, half, half) if times[s.last] - times[s.first] >= UNDER_WAY_S] or [span]
    begin, finish = float(times[runs[0].first]), float(times[runs[-1].last])
    reach = min(1.2, (finish - begin) / 2)
    start, end = float(times[0]), float(times[-1])
    if begin - start > UNDER_WAY_S:
        window, way = signals.scaled(["pelvis_x", "pelvis_y"], begin - 1.5, begin + reach)
        ramp = fit_ramp(window, way, Ramp(begin - 0.25, begin + 0.25), set_off, USUAL_SET_OFF_S)
        start = max(ramp.start_s, start)
    if end - finish > UNDER_WAY_S:
        window, way = signals.scaled(["pelvis_x", "pelvis_y"], finish - reach, finish + 1.5)
        ramp = fit_ramp(window, way, Ramp(finish - 0.25, finish + 0.25), come_to_rest, USUAL_SET_OFF_S)
        end = min(ramp.end_s, end)
    return Phase(Drill.WALK, start, max(end, start))


def _walking_by_knees(signals: Signals) -> list[Phase]:
    """Where no floor is known: the knees differ, now one way, now the other."""
    times = signals.times_s
    difference = signals.get("knee_left") - signals.get("knee_right")
    if len(times) < 4:
        return []
    reach = SHORTEST_WALK_S / 2 + 0.2
    first = np.searchsorted(times, times - reach, side="left")
    last = np.searchsorted(times, times + reach, side="right")
    seen = np.isfinite(difference)
    sums = [np.concatenate([[0.0], np.cumsum(np.where(seen, difference, 0.0) ** power * seen)]) for power in (0, 1, 2)]
    count, total, square = (c[last] - c[first] for c in sums)
    count = np.maximum(count, 1.0)
    spread = np.sqrt(np.maximum(square / count - (total / count) ** 2, 0.0))
    found = merged(times, hysteresis(spread, KNEES_IN_TURN_ENTER_DEG, KNEES_IN_TURN_LEAVE_DEG), WALK_PAUSE_S)
    return [
        Phase(Drill.WALK, float(times[s.first]), float(times[s.last]))
        for s in found
        if times[s.last] - times[s.first] >= SHORTEST_WALK_S
    ]
