"""Which drill a recording shows, from when to when, and where its posture is held."""

from vision.phases.find import find_phases
from vision.phases.model import BowTiming, Found, Neutral, Passage, Phase
from vision.phases.motion import Motion, motion_of

__all__ = ["BowTiming", "Found", "Motion", "Neutral", "Passage", "Phase", "find_phases", "motion_of"]
