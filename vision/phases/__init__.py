"""Which drill a recording shows, from when to when, and where its posture is held."""

from vision.phases.find import find_phases
from vision.phases.model import BowTiming, Found, Neutral, Phase

__all__ = ["BowTiming", "Found", "Neutral", "Phase", "find_phases"]
