"""What the batch page says: rows of the table, headlines, time left, failures, earlier batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path, PurePath
from typing import Any

from app.batch.kept import Asked, Kept
from app.batch.summary import SummaryRow
from app.jobs import JobState
from app.texts import pick
from vision.palette import VERDICT_SYMBOL
from vision.quantities import DRILL_TEXT, VERDICT_TEXT
from vision.types import Drill, Verdict

FAILED = "failed"  # beside the verdicts: a recording that could not be read
FAILED_SYMBOL = "!"
FAILED_TEXT = ("未能评测", "not scored")
FAILURES_SHOWN = 5
FORMAT_TEXT = {
    "html": ("网页报告", "Web page"),
    "csv": ("时间序列 CSV", "Series CSV"),
    "pdf": ("PDF", "PDF"),
    "xlsx": ("Excel", "Excel"),
    "vtt": ("字幕 VTT", "Subtitles VTT"),
    "trc": ("动作 TRC", "Motion TRC"),
}
Address = Callable[[Path], str]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many recordings came out how."""

    key: str  # a verdict, or `FAILED`
    symbol: str
    word: str
    count: int


def outcome_of(row: SummaryRow) -> str:
    """The verdict of a row, or `FAILED`."""
    return row.verdict or Verdict.NOT_MEASURED.value if row.status == "scored" else FAILED


def outcome_word(key: str, language: str) -> str:
    """The readable form of `outcome_of`."""
    word = pick(language, *(FAILED_TEXT if key == FAILED else VERDICT_TEXT[Verdict(key)]))
    return word[:1].upper() + word[1:]


def outcome_symbol(key: str) -> str:
    """The symbol that goes with the colour."""
    return FAILED_SYMBOL if key == FAILED else VERDICT_SYMBOL[Verdict(key)]


def tallies(rows: Sequence[SummaryRow], language: str) -> tuple[Tally, ...]:
    """Counts by outcome, without those that do not occur."""
    counts = Counter(outcome_of(row) for row in rows)
    keys = (*(verdict.value for verdict in Verdict), FAILED)
    return tuple(
        Tally(key, outcome_symbol(key), outcome_word(key, language), counts[key]) for key in keys if counts[key]
    )


def tally_html(counted: Sequence[Tally]) -> str:
    """The counts as a row of symbols with words."""
    parts = (
        f'<span class="tally {one.key}"><i aria-hidden="true">{one.symbol}</i><b>{one.count}</b> {one.word}</span>'
        for one in counted
    )
    return f'<div class="tallies">{"".join(parts)}</div>'


def table_row(row: SummaryRow, reports: Path, address: Address, language: str) -> dict[str, Any]:
    """A row for the table component: plain values only. ``key`` names the report folder for "open in Review"."""
    outcome = outcome_of(row)
    path = PurePath(row.path)
    parent = str(path.parent)
    return {
        "key": str(PurePath(row.report).parent) if row.report else "",
        "name": path.name,
        "place": "" if parent == "." else parent,
        "trainee": row.trainee or "",
        "drills": drill_words(row.drills, language),
        "outcome": outcome,
        "symbol": outcome_symbol(outcome),
        "word": outcome_word(outcome, language),
        "score": None if row.score is None else round(row.score),
        "counts": [row.passed or 0, row.failed or 0, row.uncertain or 0, row.not_measured or 0],
        "error": error_text(row, language),
        "report": address(reports / row.html) if row.html else "",
    }


def drill_words(drills: Sequence[str], language: str) -> str:
    """The drills found, each once, in the order of the recording."""
    words = [pick(language, *DRILL_TEXT[Drill(drill)]) for drill in dict.fromkeys(drills)]
    return pick(language, "、", ", ").join(words)


def error_text(row: SummaryRow, language: str) -> str:
    """Why a recording was not scored, without its path, which stands beside it."""
    text = pick(language, row.error_zh or "", row.error_en or "") or row.error or ""
    name = PurePath(row.path).name
    for colon in (": ", "："):
        _, found, rest = text.partition(f"{name}{colon}")
        text = rest if found else text
    return text[:1].upper() + text[1:]


def failures(rows: Sequence[SummaryRow], language: str) -> tuple[tuple[str, str], ...]:
    """Name and sentence of the recordings that could not be scored."""
    return tuple((PurePath(row.path).name, error_text(row, language)) for row in rows if row.status != "scored")


def time_left_text(seconds: float | None, language: str) -> str:
    """How long it will take: as coarse as it is uncertain; "" while nothing can be said."""
    if seconds is None:
        return ""
    if seconds < 50:
        tens = max(10, round(seconds / 10) * 10)
        return pick(language, f"约剩 {tens} 秒", f"about {tens} s left")
    minutes = max(1, round(seconds / 60))
    if minutes < 90:
        return pick(language, f"约剩 {minutes} 分钟", f"about {minutes} min left")
    return pick(language, f"约剩 {minutes / 60:.1f} 小时", f"about {minutes / 60:.1f} h left")


def progress_text(state: JobState, language: str) -> str:
    """One line on a job that runs or waits."""
    if state.waiting:
        return pick(language, "排队中，等前面的批次完成", "Waiting for another batch to finish")
    if state.cancelled:
        return pick(language, "正在停止……", "Stopping…")
    done = pick(language, f"已完成 {state.done} / {state.total}", f"{state.done} of {state.total} done")
    left = time_left_text(state.seconds_left, language)
    return f"{done} · {left}" if left else done


def progress_html(state: JobState, language: str) -> str:
    """The whole bar, and one for each recording that a worker holds."""
    label = pick(language, "批量进度", "progress of the batch")
    bars = [
        f'<div class="whole" role="progressbar" aria-label="{label}" aria-valuemin="0" aria-valuemax="100"'
        f' aria-valuenow="{100 * state.share:.0f}"><i style="width:{100 * state.share:.1f}%"></i></div>'
    ]
    for path, share in state.running:
        said = f"{100 * share:.0f} %" if share > 0 else pick(language, "准备中", "starting")
        bars.append(
            f'<div class="one"><span>{escape(PurePath(path).name)}</span><em>{said}</em>'
            f'<i style="width:{100 * share:.1f}%"></i></div>'
        )
    return f'<div class="batch-bars">{"".join(bars)}</div>'


def day_and_time(created: str) -> str:
    """``2026-03-01 09:30``; the text itself when it is no time."""
    try:
        return f"{datetime.fromisoformat(created):%Y-%m-%d %H:%M}"
    except ValueError:
        return created


def batch_title(asked: Asked, language: str) -> str:
    """What a batch is called: its own title, else its first recording and how many more."""
    names = [PurePath(task.path).name for task in asked.inputs.tasks]
    if asked.title or not names:
        return asked.title or day_and_time(asked.created)
    first, more = names[0], len(names) - 1
    return first if not more else pick(language, f"{first} 等 {more + 1} 个", f"{first} and {more} more")


@dataclass(frozen=True, slots=True)
class BatchCard:
    """An earlier batch in the list."""

    id: str
    title: str
    when: str
    line: str  # how many, how far
    tallies: tuple[Tally, ...]
    running: bool
    can_go_on: bool


def batch_card(kept: Kept, state: JobState | None, language: str) -> BatchCard:
    """The card of a batch; ``state`` is that of its job in this run of the server, if it has one."""
    running = state is not None and not state.finished
    outcome = kept.outcome
    done, total = len(outcome.rows), outcome.total
    if running and state is not None:
        line = progress_text(state, language)
    elif done < total:
        line = pick(language, f"停在 {done} / {total}", f"stopped at {done} of {total}")
    else:
        line = pick(language, f"{total} 个录像", f"{total} recording{'' if total == 1 else 's'}")
    return BatchCard(
        kept.id,
        batch_title(kept.asked, language),
        day_and_time(kept.asked.created),
        line,
        tallies(outcome.rows, language),
        running,
        not running and done < total,
    )
