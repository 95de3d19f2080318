"""What a run is told besides the recording."""

from __future__ import annotations

from dataclasses import dataclass, field

from calibration.camera import Camera
from vision.measures.mouth import NeutralMouth
from vision.routine.model import Routine
from vision.standard import Pack
from vision.types import Drill, Subject


@dataclass(frozen=True, slots=True)
class OwnUpright:
    """A person's upright trunk flexion with its standard deviation, and the mouth at rest, from a neutral file."""

    trunk_flexion_deg: float
    sigma_deg: float
    mouth: NeutralMouth | None = None


@dataclass(frozen=True, slots=True)
class ScoreOptions:
    """``camera`` None: nothing is known and a level camera is assumed. ``drill`` None: find out."""

    pack: Pack
    camera: Camera | None = None
    subject: Subject = field(default_factory=Subject)
    drill: Drill | None = None
    person: str = "largest"
    sample_fps: float | None = None
    role: str | None = None
    version: str = ""
    fast: bool = False  # look at fewer frames, see `vision.video.sparing`
    routine: Routine | None = None  # the order that the recording should show
    neutral: OwnUpright | None = None  # used where the recording shows no upright standing
