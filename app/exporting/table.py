"""Every check as a line of CSV: UTF-8 with the mark that spreadsheets look for, the same columns in every language."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from app.exporting.gather import Collection, Line
from app.exporting.text import cell
from vision.report.model import finite
from vision.report.wording import band

COLUMNS = (
    "take", "title", "created", "trainee", "standard", "standard_version", "drill", "segment", "rule", "document",
    "section", "asked_zh", "asked_en", "basis", "figure_zh", "figure_en", "measurement", "low", "high", "words",
    "value", "u", "unit", "time_s", "program_verdict", "trainer_verdict", "counts_as", "overridden_by",
    "overridden_at", "override_reason", "signed_off_by", "signed_off_at", "weight", "reason", "advice_zh", "advice_en",
)  # fmt: skip


def checks_csv(collection: Collection) -> bytes:
    """One line for each check, with the program's verdict, the trainer's, and the one that counts."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_row(line) for line in collection.lines())
    return out.getvalue().encode("utf-8-sig")


def _row(line: Line) -> Sequence[str | float | int]:
    item, check, entry, signed = line.item, line.check, line.override, line.item.layer.signed
    low, high = band(check)
    words = " ".join(one for one in check.accept if isinstance(one, str))
    number = None if isinstance(check.value, str) else finite(check.value)
    row: tuple[str | float | int | None, ...] = (
        item.id, item.title, item.created, item.trainee, item.report.standard.id, item.report.standard.version,
        line.segment.drill.value, line.number + 1, check.rule, check.clause.source,
        check.clause.section, check.clause.zh, check.clause.en, check.basis.value, check.figure_zh, check.figure_en,
        check.measurement, low, high, words,
        check.value if isinstance(check.value, str) else number, finite(check.u), check.unit, finite(check.frame_s),
        check.verdict.value, None if line.trainer is None else line.trainer.value, line.counts_as.value,
        *(("", "", "") if entry is None else (entry.who, entry.when, entry.text)),
        *(("", "") if signed is None else (signed.who, signed.when)),
        check.weight, None if check.reason is None else check.reason.value, check.message_zh, check.message_en,
    )  # fmt: skip
    return tuple(cell(one) if isinstance(one, str) else "" if one is None else one for one in row)
