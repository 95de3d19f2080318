"""Which drills a recording should show, in which order, and what of it is missing, repeated or out of order."""

from vision.routine.compare import compare_routine
from vision.routine.files import load_routine, parse_routine
from vision.routine.model import Extra, Routine, RoutineResult, Step, StepResult

__all__ = [
    "Extra",
    "Routine",
    "RoutineResult",
    "Step",
    "StepResult",
    "compare_routine",
    "load_routine",
    "parse_routine",
]
