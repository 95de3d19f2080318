"""A report as rows: its provenance, its outcome, its checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.store.outcomes import settle_outcomes
from app.store.schema import Assessment, Calibration, CheckRow, PackVersion
from vision.report.model import CalibrationRef, Report, StandardRef, finite
from vision.types import Check


@dataclass(frozen=True, slots=True)
class Indexed:
    """A report with the stamp of its file: time of the last change (ns) and size, and the SHA-256 of its text."""

    report: Report
    stamp: tuple[int, int]
    sha256: str


def index_report(session: Session, recording: str, indexed: Indexed) -> None:
    """Put the report in place of what was known of the recording."""
    report = indexed.report
    row = session.scalar(select(Assessment).where(Assessment.recording_id == recording))
    if row is None:
        row = Assessment(recording_id=recording)
    else:
        session.execute(delete(CheckRow).where(CheckRow.assessment_id == row.id))
    row.created = _created(report.created)
    row.report_sha256 = indexed.sha256
    row.report_mtime_ns, row.report_bytes = indexed.stamp
    row.program_version, row.model = report.program.version[:60], report.program.model
    row.pack_version_id = _pack(session, report.standard)
    row.calibration_id = _calibration(session, report.calibration)
    row.source_sha256 = report.source.sha256[:64]
    row.duration_s = finite(report.source.duration_s)
    row.trainee = report.subject.trainee
    row.drills = ",".join(dict.fromkeys(str(segment.drill) for segment in report.segments))
    row.verdict = str(report.overall.verdict)
    row.score = finite(report.overall.value)
    row.unmeasured_share = finite(report.overall.unmeasured_share) or 0.0
    session.add(row)
    session.flush()
    session.add_all(_checks(row.id, report))
    session.flush()
    settle_outcomes(session, recording)


def _created(text: str) -> datetime:
    try:
        made = datetime.fromisoformat(text)
    except ValueError:
        return datetime.now(UTC)
    return made if made.tzinfo is not None else made.replace(tzinfo=UTC)


def _pack(session: Session, standard: StandardRef) -> int:
    key = (standard.id[:120], standard.version[:60], standard.hash[:64])
    found = session.scalar(
        select(PackVersion.id).where(
            PackVersion.pack == key[0], PackVersion.version == key[1], PackVersion.sha256 == key[2]
        )
    )
    if found is not None:
        return found
    row = PackVersion(pack=key[0], version=key[1], sha256=key[2], first_used=datetime.now(UTC))
    session.add(row)
    session.flush()
    return row.id


def _calibration(session: Session, known: CalibrationRef) -> int:
    key = (known.level[:16], (known.file_hash or "")[:64], known.method[:200])
    found = session.scalar(
        select(Calibration.id).where(
            Calibration.level == key[0], Calibration.file_hash == key[1], Calibration.method == key[2]
        )
    )
    if found is not None:
        return found
    row = Calibration(
        level=key[0], file_hash=key[1], method=key[2], sigma=dict(known.sigma), first_used=datetime.now(UTC)
    )
    session.add(row)
    session.flush()
    return row.id


def _checks(assessment: int, report: Report) -> list[CheckRow]:
    made = {
        (number, check.rule): _check(assessment, number, str(segment.drill), check)
        for number, segment in enumerate(report.segments)
        for check in segment.checks
    }
    return list(made.values())


def _check(assessment: int, segment: int, drill: str, check: Check) -> CheckRow:
    low, high = check.accept if _is_band(check.accept) else (None, None)
    word = check.value if isinstance(check.value, str) else None
    return CheckRow(
        assessment_id=assessment,
        segment=segment,
        rule=check.rule[:120],
        drill=drill,
        source=check.clause.source[:120],
        section=check.clause.section[:200],
        measurement=check.measurement[:80],
        verdict=str(check.verdict),
        value=None if isinstance(check.value, str) else finite(check.value),
        word=None if word is None else word[:80],
        u=finite(check.u),
        unit=check.unit[:16],
        low=finite(low) if isinstance(low, int | float) else None,
        high=finite(high) if isinstance(high, int | float) else None,
        weight=check.weight,
        alternative=None if check.alternative is None else check.alternative[:120],
        option=None if check.option is None else check.option[:120],
    )


def _is_band(accept: tuple[object, ...]) -> bool:
    return len(accept) == 2 and all(end is None or isinstance(end, int | float) for end in accept)
