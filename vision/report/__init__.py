"""The report of a recording: model, JSON, and every form a reader may ask for."""

from vision.report.jsonform import from_json, measurement_json, to_json
from vision.report.model import (
    SCHEMA,
    CalibrationRef,
    Motion,
    Program,
    Report,
    Source,
    StandardRef,
    StillEvidence,
)
from vision.report.write import DEFAULT_FORMATS, FORMATS, write_reports

__all__ = [
    "DEFAULT_FORMATS",
    "FORMATS",
    "SCHEMA",
    "CalibrationRef",
    "Motion",
    "Program",
    "Report",
    "Source",
    "StandardRef",
    "StillEvidence",
    "from_json",
    "measurement_json",
    "to_json",
    "write_reports",
]
