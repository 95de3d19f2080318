"""Judging a kept report again, from the measurements that it holds: no picture is looked at, no network runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from app.files import remove
from app.library.layer import Entry, Kind, keep
from app.library.takes import REPORT_FILE
from app.settings import program_version
from vision.files import atomic_write
from vision.report import FORMATS
from vision.report.model import Rejudged, Report, StandardRef
from vision.report.write import json_text
from vision.standard import Pack, judge, manual_items, overall_score, score_checks
from vision.types import Check, Drill, Notice, Segment, Side

REJUDGED = "rejudged"
MADE_OF_CHECKS = ("html", "pdf", "xlsx", "vtt")  # formats that show verdicts


@dataclass(frozen=True, slots=True)
class Change:
    """A check before and after; None where only one of the standards asks for it."""

    segment: int  # counts `Report.segments` from 0
    before: Check | None
    after: Check | None

    @property
    def verdict_changed(self) -> bool:
        """Whether the outcome differs, not only the band or the words."""
        return self.before is None or self.after is None or self.before.verdict is not self.after.verdict


def rejudged(report: Report, pack: Pack) -> Report:
    """The report as ``pack`` judges its measurements."""
    segments = tuple(_again(segment, report, pack) for segment in report.segments)
    return replace(
        report,
        standard=StandardRef(pack.id, pack.version, pack.sha256),
        segments=segments,
        manual_items=manual_items(pack, tuple(segment.drill for segment in segments), report.subject),
        overall=overall_score([segment.checks for segment in segments]),
    )


def with_notice(report: Report, earlier: StandardRef) -> Report:
    """The report with where its verdicts come from, and a warning that its pictures still show the earlier ones."""
    now = report.standard
    notice = Notice(
        REJUDGED,
        f"已按 {now.id} {now.version} 重新评判（原为 {earlier.id} {earlier.version}）；标注视频上的判定仍是原来的",
        f"judged again by {now.id} {now.version} (before: {earlier.id} {earlier.version}); "
        "the annotated video still shows the earlier verdicts",
    )
    return replace(
        report,
        warnings=(*(one for one in report.warnings if one.code != REJUDGED), notice),
        rejudged=Rejudged(earlier, program_version(), datetime.now(UTC).isoformat(timespec="seconds")),
    )


def keep_rejudged(folder: Path, before: Report, after: Report, who: str) -> Report:
    """Make ``after`` the take's report, marked as judged again; the one before stays beside it, numbered.

    Files made of the earlier report are removed: they are made again when asked for.
    UsageError when the take is signed off, OutputError when the disk refuses.
    """
    entry = Entry(
        Kind.REJUDGED,
        who,
        text=f"{before.standard.id} {before.standard.version} -> {after.standard.id} {after.standard.version}",
    )
    keep(folder, entry)
    return replace_report(folder, before, after)


def replace_report(folder: Path, before: Report, after: Report) -> Report:
    """`keep_rejudged` where no trainer's notes lie; the report as it was written."""
    marked = with_notice(after, before.standard)
    count = len(list(folder.glob("report-*.json")))
    atomic_write(folder / f"report-{count + 1}.json", json_text(before))
    atomic_write(folder / REPORT_FILE, json_text(marked))
    for name in MADE_OF_CHECKS:
        remove(folder / FORMATS[name])
    return marked


def changes(before: Report, after: Report) -> tuple[Change, ...]:
    """What differs, segment by segment, in the order of the later report; what fell away comes last."""
    return tuple(
        change
        for number, (old, new) in enumerate(zip(before.segments, after.segments, strict=True))
        for change in _changes_of(number, old, new)
    )


def _changes_of(number: int, old: Segment, new: Segment) -> Iterator[Change]:
    earlier = {check.rule: check for check in old.checks}
    for check in new.checks:
        before = earlier.pop(check.rule, None)
        if before is None or (before.verdict, before.accept, before.weight) != (
            check.verdict,
            check.accept,
            check.weight,
        ):
            yield Change(number, before, check)
    yield from (Change(number, check, None) for check in earlier.values())


def _again(segment: Segment, report: Report, pack: Pack) -> Segment:
    measurements = {measurement.name: measurement for measurement in segment.measurements}
    side = segment.active_side or _side_of(segment)
    frame_s = segment.frame_s
    if frame_s is None and not segment.moments_s:
        frame_s = _frame_of(segment)
    checks = judge(pack, segment.drill, measurements, report.subject, frame_s, active_side=side)
    if segment.moments_s:
        checks = tuple(replace(check, frame_s=segment.moments_s.get(check.measurement)) for check in checks)
    return replace(segment, checks=checks, score=score_checks(checks), active_side=side, frame_s=frame_s)


def _frame_of(segment: Segment) -> float | None:
    """The measured moment of a report that does not name it apart from its checks."""
    return next((check.frame_s for check in segment.checks if check.frame_s is not None), None)


def _side_of(segment: Segment) -> Side | None:
    """The guiding side of a report that does not name it: a one-sided rule was judged on that side's measurement."""
    if segment.drill is not Drill.GUIDE:
        return None
    for check in segment.checks:
        for side in Side:
            if check.measurement.endswith(f"_{side}") and not check.rule.endswith(f".{side}"):
                return side
    return None
