"""What a phase adds to its moment."""

from __future__ import annotations

from vision.measures.mouth import measure_smile
from vision.moment import Moment
from vision.options import OwnUpright
from vision.overtime.bow import bow_angle, bow_tempo, difference
from vision.overtime.gait import measure_gait
from vision.overtime.people import measure_distance, measure_escort
from vision.overtime.seating import measure_rising, measure_sitting_down
from vision.overtime.stillness import feet_shift, path_rates, sway, trunk_turn
from vision.overtime.sweep import measure_sweep
from vision.overtime.take import Take
from vision.overtime.walking import measure_walking
from vision.phases import Phase
from vision.types import Drill, Measurement, View

SMILING = (Drill.STAND, Drill.BOW)


def over_time(
    phase: Phase, moment: Moment, neutral: Moment | None, upright: OwnUpright | None = None, take: Take | None = None
) -> dict[str, Measurement]:
    """Everything that the phase shows beyond its moment; without a take only what the moments tell."""
    found: list[Measurement] = []
    if phase.drill is Drill.BOW:
        found += [bow_angle(moment, neutral, upright), *bow_tempo(phase, 0.0 if take is None else take.step_s)]
        if neutral is not None:
            found.append(difference("neck_line_change", "neck_line", moment, neutral, "deg"))
    if phase.drill in SMILING:
        found.append(measure_smile(moment.mouth, None if upright is None else upright.mouth))
    if take is not None:
        found += _of_take(phase, take, moment.view)
    return {measurement.name: measurement for measurement in found}


def _of_take(phase: Phase, take: Take, view: View) -> list[Measurement]:
    """What the drill's clauses ask of the movement."""
    if phase.drill is Drill.STAND:
        still = [sway(phase, take, view), *path_rates(phase, take, view, "wrist")]
        return [*still, measure_distance(phase, take, view)]
    if phase.drill is Drill.BOW:
        return [feet_shift(phase, take, view)]
    if phase.drill is Drill.GUIDE:
        return measure_sweep(phase, take, view)
    if phase.drill is Drill.SIT:
        still = [*path_rates(phase, take, view, "ankle"), trunk_turn(phase, take, view)]
        return [*still, *measure_sitting_down(phase, take, view), measure_rising(phase, take, view)]
    if phase.drill is Drill.WALK:
        return [*measure_walking(phase, take, view), measure_gait(phase, take), *measure_escort(phase, take, view)]
    return []
