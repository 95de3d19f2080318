"""A bow: its angle against the own upright, its tempo, changes of the neck."""

from __future__ import annotations

import math

from vision.measures.admissible import too_uncertain
from vision.moment import Moment
from vision.options import OwnUpright
from vision.phases import Phase
from vision.types import Measurement, Reason

# Errors of two moments of one person seen by one camera are alike; half of their variance is taken as shared.
SHARED_VARIANCE = 0.5
# Upright people's trunk flexion, deg: rendered ones stand at 1.5 with a standard deviation of 1.3; living ones are
# given twice that. From in front a reading of the upright is worse than this knowledge, from the side much better.
UPRIGHT_DEG, UPRIGHT_SIGMA_DEG = 1.5, 2.6
# 95 % of the boundaries of drills on rendered clips lie within 0.25 s of the truth; a duration has two of them.
DURATION_U_S = 0.35
SLOWEST_STEP_S = 0.125  # between frames; the rendered clips have 25 a second, and at 3 a second holds were missed


def unmeasured(name: str, unit: str, reason: Reason) -> Measurement:
    return Measurement(name, None, None, unit, reason)


def difference(name: str, of: str, moment: Moment, neutral: Moment, unit: str) -> Measurement:
    """``of`` at the moment less ``of`` at the neutral, with what both errors share left out of u.

    Taken from the corrected readings themselves: a reading too uncertain to be given alone can still
    be subtracted.
    """
    refused = _refused(of, moment, neutral)
    if refused is not None:
        return unmeasured(name, unit, refused)
    here, there = moment.reading(of), neutral.reading(of)
    if here is None or there is None:
        return unmeasured(name, unit, Reason.TOO_UNCERTAIN)
    variance = here[1] ** 2 + there[1] ** 2 - 2 * SHARED_VARIANCE * here[1] * there[1]
    u = math.sqrt(variance)
    reason = too_uncertain(of, u, moment.view)
    if reason is not None:
        return unmeasured(name, unit, reason)
    return Measurement(name, here[0] - there[0], u, unit)


def _refused(of: str, moment: Moment, neutral: Moment) -> Reason | None:
    """Why ``of`` cannot be compared between two moments; None when it can."""
    for part in (moment, neutral):
        reason = part.measurements[of].reason
        if part.raw is None:
            return reason or Reason.TOO_UNCERTAIN
        if reason in (Reason.OUT_OF_FRAME, Reason.OCCLUDED):
            return reason
    return None


def bow_angle(moment: Moment, neutral: Moment | None, upright: OwnUpright | None = None) -> Measurement:
    """Trunk flexion of the hold against the person's own upright, of this recording or else of a neutral file."""
    if neutral is None:
        return _against_file(moment, upright)
    refused = _refused("trunk_flexion", moment, neutral)
    here, there = moment.reading("trunk_flexion"), neutral.reading("trunk_flexion")
    if refused is not None or here is None or there is None:
        return unmeasured("bow_angle", "deg", refused or Reason.TOO_UNCERTAIN)
    own_deg, own_u, trust = own_upright(*there)
    u = math.sqrt(here[1] ** 2 + own_u**2 - 2 * trust * SHARED_VARIANCE * here[1] * there[1])
    reason = too_uncertain("trunk_flexion", u, moment.view)
    if reason is not None:
        return unmeasured("bow_angle", "deg", reason)
    return Measurement("bow_angle", here[0] - own_deg, u, "deg")


def own_upright(read_deg: float, read_u: float) -> tuple[float, float, float]:
    """A person's upright flexion, its u, and the weight of the reading in it.

    The mean, weighted by inverse variances, of what was read and of how people stand (`UPRIGHT_DEG`).
    """
    precision = 4 / read_u**2
    trust = precision / (precision + UPRIGHT_SIGMA_DEG**-2)
    value = trust * read_deg + (1 - trust) * UPRIGHT_DEG
    return value, 2 * math.sqrt(1 / (precision + UPRIGHT_SIGMA_DEG**-2)), trust


def _against_file(moment: Moment, upright: OwnUpright | None) -> Measurement:
    """Against another recording nothing is shared: its error counts at least as much as this one's."""
    flexion = moment.measurements["trunk_flexion"]
    if upright is None:
        return unmeasured("bow_angle", "deg", Reason.NO_NEUTRAL)
    if not isinstance(flexion.value, float) or flexion.u is None:
        return unmeasured("bow_angle", "deg", flexion.reason or Reason.TOO_UNCERTAIN)
    u = math.hypot(flexion.u, max(2 * upright.sigma_deg, flexion.u))
    reason = too_uncertain("trunk_flexion", u, moment.view)
    if reason is not None:
        return unmeasured("bow_angle", "deg", reason)
    return Measurement("bow_angle", flexion.value - upright.trunk_flexion_deg, u, "deg")


def bow_tempo(phase: Phase, step_s: float = 0.0) -> list[Measurement]:
    """How long down, held, up; ``step_s`` is the usual time between frames."""
    if step_s > SLOWEST_STEP_S:
        names = (("bow_down_s", "s"), ("bow_hold_s", "s"), ("bow_up_s", "s"), ("bow_up_ratio", "1"))
        return [unmeasured(name, unit, Reason.TOO_UNCERTAIN) for name, unit in names]
    timing = phase.timing
    down, held, up = (None, None, None) if timing is None else (timing.down_s, timing.hold_s, timing.up_s)
    result = []
    for name, value in (("bow_down_s", down), ("bow_hold_s", held), ("bow_up_s", up)):
        if value is None:
            result.append(unmeasured(name, "s", Reason.OUT_OF_FRAME))
        else:
            result.append(Measurement(name, float(value), DURATION_U_S, "s"))
    if down is None or up is None or down < 2 * DURATION_U_S:
        result.append(unmeasured("bow_up_ratio", "1", Reason.TOO_UNCERTAIN))
    else:
        ratio = up / down
        result.append(Measurement("bow_up_ratio", ratio, ratio * DURATION_U_S * math.hypot(1 / up, 1 / down), "1"))
    return result
