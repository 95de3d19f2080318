"""What posture a rest is: log-likelihoods of every posture from the fitted body's numbers and their uncertainty.

A posture is described by where its numbers usually lie and how much people differ. The
uncertainty of each number is added, so that from a poor view many postures
are possible and the movements in the picture decide (see `decode`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vision.phases.motion import Rest
from vision.types import Drill, FloatArray, Series, Side

NAMES = (
    "trunk_flexion",
    "hip_height",
    *(
        f"{name}_{side}"
        for name in ("arm_trunk", "elbow", "hand_lateral", "hand_up", "wrist_forward", "knee", "thigh_horizontal")
        for side in ("left", "right")
    ),
)
ARM = ("arm_trunk", "elbow", "hand_lateral", "hand_up", "wrist_forward")

USUAL_SIGMA = {"arm_trunk": 7.0, "elbow": 12.0, "hand_lateral": 6.0, "hand_up": 5.0, "wrist_forward": 8.0}
USUAL_SIGMA |= {"knee": 8.0, "thigh_horizontal": 8.0, "trunk_flexion": 3.0}
"""Standard deviations where a series does not state its own."""

ALIKE = 0.5
"""The numbers of one arm err together, so they count for half as much as they would apart."""

LOWERED_SIGMA = 0.04
"""Of the hips' way down as a share of their height over the ankles; a seat is behind the feet, so that from in front
it looks less deep."""

SHOULDER_OUT_CM, SHOULDER_UP_CM, ARM_CM, FOREARM_END_CM, FORWARD_ZERO_CM = 18.0, 33.0, 66.0, 58.0, -12.0
"""Shoulder from the navel, length to the hand's centre and to the wrist, and how a hanging wrist reads."""

LEVEL_SPREAD_DEG, BOW_RANGE_DEG = 2.0, 45.0
"""Trunk flexion of one standing person against another moment of it; bows lie anywhere up to the second."""

BY_POSTURE = 0.4
"""Share of the flexion's standard deviation by which its error changes from one posture of the arms to another."""

BOW_FROM_DEG = 3.0
"""A bow of 15 deg seen from in front reads 5."""

HEAD_SPREAD_PER_CENT, HEAD_MOST = 1.0, 5.0
HEAD_LEAST_PER_CENT, HEAD_LEAST_SPREAD = 1.3, 0.4
"""How far the head of somebody who stands still wanders, percent of the height, and what more can tell against it;
and how far it goes at least in a bow of 8 deg, even from in front."""


@dataclass(frozen=True, slots=True)
class Template:
    """Usual values and spreads of arm_trunk, elbow, outward, up, forward (5,)."""

    usual: tuple[float, ...]
    spread: tuple[float, ...]


HANGING = Template((12.0, 163.0, 24.0, -25.0, -10.0), (5.0, 12.0, 6.0, 8.0, 8.0))
FOLDED = Template((30.0, 108.0, 1.0, -8.0, 1.0), (6.0, 13.0, 5.0, 6.0, 5.0))
BEHIND = Template((20.0, 130.0, 5.0, -10.0, -28.0), (8.0, 20.0, 8.0, 10.0, 7.0))
GIVING = Template((58.0, 118.0, 3.0, 12.0, 18.0), (12.0, 25.0, 9.0, 13.0, 9.0))
OTHER = Template((60.0, 120.0, 20.0, 5.0, 5.0), (45.0, 45.0, 32.0, 32.0, 25.0))
RESTING = {"hanging": HANGING, "folded": FOLDED, "behind": BEHIND}


def guiding(angle_deg: float, turn_deg: float) -> Template:
    """An arm raised by so much, to the own side (0) or towards the front (90)."""
    raised, turn = np.radians(angle_deg), np.radians(turn_deg)
    hand = ARM_CM * float(np.sin(raised))
    return Template(
        (
            angle_deg,
            158.0,
            SHOULDER_OUT_CM + hand * float(np.cos(turn)),
            SHOULDER_UP_CM - ARM_CM * float(np.cos(raised)),
            FORWARD_ZERO_CM + FOREARM_END_CM * float(np.sin(raised) * np.sin(turn)),
        ),
        (6.0, 20.0, 8.0, 8.0, 9.0),
    )


GUIDING = tuple(guiding(angle, turn) for angle in (28.0, 38.0, 50.0, 65.0, 85.0, 105.0) for turn in (0.0, 25.0, 50.0))


@dataclass(frozen=True, slots=True)
class State:
    """One posture that a rest can be. ``arms`` names what the arms do, None where it does not matter."""

    name: str
    drill: Drill | None
    arms: str | None
    low: bool = False
    side: Side | None = None


STATES = (
    State("stand_hanging", Drill.STAND, "hanging"),
    State("stand_folded", Drill.STAND, "folded"),
    State("stand_behind", Drill.STAND, "behind"),
    State("bow_hanging", Drill.BOW, "hanging"),
    State("bow_folded", Drill.BOW, "folded"),
    State("bow_behind", Drill.BOW, "behind"),
    State("guide_left", Drill.GUIDE, "guide_left", side=Side.LEFT),
    State("guide_right", Drill.GUIDE, "guide_right", side=Side.RIGHT),
    State("hand_over", Drill.HAND_OVER, "giving"),
    State("other", None, "other"),
    State("sit", Drill.SIT, None, low=True),
    State("squat", Drill.SQUAT, None, low=True),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A number over a rest with its standard deviation."""

    value: float
    sigma: float


Readings = Mapping[str, Reading]

REMEMBERED = 0.6
"""Share of a number's deviation that is left once the person's own standing has shown the rest of it."""


def own_errors(standing: Sequence[tuple[Readings, str]]) -> dict[str, float]:
    """By how much the numbers of the arms are off for this person from this side, from rests that are standing.

    ``standing``: readings with the name of what the arms do. A deviation counts as
    an error by the share that uncertainty has in it: the rest is the person's way to stand.
    """
    sums: dict[str, list[float]] = {}
    for found, arms in standing:
        template = RESTING[arms]
        for stem, usual, spread in zip(ARM, template.usual, template.spread, strict=True):
            for side in Side:
                reading = found.get(f"{stem}_{side}")
                if reading is None:
                    continue
                sign = -1.0 if stem == "hand_lateral" and side is Side.RIGHT else 1.0
                off = reading.value - sign * usual
                share = reading.sigma**2 / (reading.sigma**2 + spread**2)
                sums.setdefault(f"{stem}_{side}", []).append(share * off)
    return {name: float(np.median(values)) for name, values in sums.items()}


def without_errors(found: Readings, errors: Mapping[str, float]) -> dict[str, Reading]:
    """Readings freed from what `own_errors` found."""
    return {
        name: Reading(reading.value - errors[name], REMEMBERED * reading.sigma) if name in errors else reading
        for name, reading in found.items()
    }


def readings(series: Series, rest: Rest) -> dict[str, Reading]:
    """The numbers of a rest: medians of the samples in it, or of the nearest ones."""
    times = series.times_s
    inside = np.flatnonzero((times >= rest.start_s - 0.03) & (times <= rest.end_s + 0.03))
    if len(inside) == 0:
        inside = np.argsort(np.abs(times - rest.middle_s))[:2]
    out = {}
    for name in NAMES:
        values = series.values.get(name)
        if values is None:
            continue
        seen = inside[np.isfinite(values[inside])]
        if len(seen) == 0:
            continue
        out[name] = Reading(float(np.median(values[seen])), _sigma(series, name, seen))
    return out


def _sigma(series: Series, name: str, rows: FloatArray) -> float:
    stem = name.removesuffix("_left").removesuffix("_right")
    usual = USUAL_SIGMA.get(stem, 0.03)
    stated = series.u.get(name)
    if stated is None or not np.isfinite(stated[rows]).any():
        return usual
    return max(float(np.nanmedian(stated[rows])) / 2.0, 0.3 * usual)


def standing_height_m(series: Series) -> float:
    """Hips above ankles when upright; NaN when the person never is."""
    height = series.values.get("hip_height")
    knees = [series.values[n] for n in ("knee_left", "knee_right") if n in series.values]
    if height is None or not knees:
        return float("nan")
    stacked = np.stack(knees)
    seen = np.isfinite(stacked).any(axis=0) & np.isfinite(height)
    if not seen.any():
        return float("nan")
    straight = seen.copy()
    straight[seen] = np.nanmin(stacked[:, seen], axis=0) > 150.0
    return float(np.percentile(height[straight], 60)) if straight.sum() >= 3 else float("nan")


def log_likelihoods(found: Readings, over_upright_deg: float, head_shift: float, lowered: float) -> FloatArray:
    """Of every state (S,), against the person's own upright.

    ``head_shift``: percent of the height. ``lowered``: by what share the hips came nearer to the ankles; NaN: unknown.
    """
    legs = {key: _legs(found, key, lowered) for key in ("upright", "sit", "squat")}
    arms = _arms(found)
    loose = _arms(found, extra=max(over_upright_deg, 0.0) * 0.6)
    doubt = BY_POSTURE * found["trunk_flexion"].sigma if "trunk_flexion" in found else 0.0
    trunk = {
        Drill.STAND: _level(over_upright_deg, head_shift, doubt),
        Drill.BOW: _bowed(over_upright_deg, head_shift),
        Drill.GUIDE: _normal(over_upright_deg, 2.0, 6.0),
        Drill.HAND_OVER: _normal(over_upright_deg, 5.0, 8.0),
        None: _normal(over_upright_deg, 0.0, 12.0),
    }
    out = []
    for state in STATES:
        if state.low:
            out.append(legs[state.name] + trunk[None] + arms("any"))
            continue
        assert state.arms is not None
        source = loose if state.drill is Drill.BOW else arms
        out.append(legs["upright"] + trunk[state.drill] + source(state.arms))
    return np.array(out)


def _level(over_deg: float, head_shift: float, doubt_deg: float) -> float:
    moved = min(0.5 * (head_shift / HEAD_SPREAD_PER_CENT) ** 2, HEAD_MOST) if over_deg > BOW_FROM_DEG / 2 else 0.0
    return _normal(max(over_deg, -3.0), 0.0, float(np.hypot(LEVEL_SPREAD_DEG, doubt_deg))) - moved


def _bowed(over_deg: float, head_shift: float) -> float:
    short = max(BOW_FROM_DEG - over_deg, 0.0)
    still = max(HEAD_LEAST_PER_CENT - head_shift, 0.0) / HEAD_LEAST_SPREAD
    return -float(np.log(BOW_RANGE_DEG)) - 0.5 * (short**2 + still**2)


def _normal(value: float, usual: float, spread: float) -> float:
    return -0.5 * ((value - usual) / spread) ** 2 - float(np.log(spread * 2.507))


def _legs(found: Readings, key: str, lowered: float) -> float:
    """Knees, thighs and the hips' height of upright, sitting and squatting."""
    knee, thigh, drop = {
        "upright": ((172.0, 9.0), (84.0, 8.0), (0.0, 0.05)),
        "sit": ((98.0, 18.0), (2.0, 14.0), (0.38, 0.09)),
        "squat": ((58.0, 20.0), (-22.0, 22.0), (0.68, 0.09)),
    }[key]
    total = 0.0
    knees = [found[n] for n in ("knee_left", "knee_right") if n in found]
    if knees:
        total += _fits(float(np.mean([k.value for k in knees])), float(np.mean([k.sigma for k in knees])), *knee)
    thighs = [found[n] for n in ("thigh_horizontal_left", "thigh_horizontal_right") if n in found]
    if thighs:
        total += _fits(min(t.value for t in thighs), float(np.mean([t.sigma for t in thighs])), *thigh)
    if np.isfinite(lowered):
        total += _fits(lowered, LOWERED_SIGMA, *drop)
    return total


def _fits(value: float, sigma: float, usual: float, spread: float) -> float:
    return max(_normal(value, usual, float(np.hypot(sigma, spread))), -25.0)


def _arms(found: Readings, extra: float = 0.0) -> Callable[[str], float]:
    """What both arms make of a name of `State.arms`; ``extra`` widens the spreads of a bowed trunk's arms."""
    each: dict[tuple[str, Side], float] = {}
    for side in Side:
        for name, template in (*RESTING.items(), ("giving", GIVING), ("other", OTHER)):
            each[name, side] = _arm(found, side, template, extra)
        each["guiding", side] = max(_arm(found, side, template, extra) for template in GUIDING) - 0.7

    def both(name: str) -> float:
        left, right = Side.LEFT, Side.RIGHT
        if name.startswith("guide_"):
            active, idle = (left, right) if name == "guide_left" else (right, left)
            return each["guiding", active] + max(each[rest, idle] for rest in RESTING) - 0.7
        if name == "any":
            return sum(max(each[rest, side] for rest in (*RESTING, "other")) for side in Side)
        if name == "other":
            options = [each[a, left] + each[b, right] for a in _ANY for b in _ANY if a != b or a == "other"]
            return max(options) - 3.0
        return each[name, left] + each[name, right]

    return both


_ANY = ("hanging", "folded", "behind", "giving", "guiding", "other")


def _arm(found: Readings, side: Side, template: Template, extra: float) -> float:
    total = 0.0
    for stem, usual, spread in zip(ARM, template.usual, template.spread, strict=True):
        reading = found.get(f"{stem}_{side}")
        if reading is None:
            continue
        value = reading.value
        if stem == "hand_lateral" and side is Side.RIGHT:
            value = -value
        width = float(np.hypot(reading.sigma, spread + extra))
        total += _normal(value, usual, width)
    return ALIKE * max(total, -60.0)
