"""What a phase adds to its moment."""

from __future__ import annotations

from vision.moment import Moment
from vision.options import OwnUpright
from vision.overtime.bow import bow_angle, bow_tempo, difference
from vision.overtime.take import Take
from vision.phases import Phase
from vision.types import Drill, Measurement


def over_time(
    phase: Phase, moment: Moment, neutral: Moment | None, upright: OwnUpright | None = None, take: Take | None = None
) -> dict[str, Measurement]:
    """Everything that the phase shows beyond its moment; without a take only what the moments tell."""
    found: list[Measurement] = []
    if phase.drill is Drill.BOW:
        found += [bow_angle(moment, neutral, upright), *bow_tempo(phase)]
        if neutral is not None:
            found.append(difference("neck_line_change", "neck_line", moment, neutral, "deg"))
    return {measurement.name: measurement for measurement in found}
