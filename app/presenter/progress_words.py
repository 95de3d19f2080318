"""Names for progress: demands, periods, comparisons, in both languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import escape

from app.texts import pick, verdict_word
from app.trends.book import book
from app.trends.change import Outcome
from vision.palette import VERDICT_SYMBOL
from vision.report.wording import typeset
from vision.types import Verdict

LONGEST_HEAD = {"zh": 12, "en": 26}
PERIODS: dict[str, tuple[str, str, int | None]] = {  # name -> words, days
    "month": ("近 30 天", "30 days", 30),
    "quarter": ("近 90 天", "90 days", 90),
    "year": ("近一年", "a year", 365),
    "all": ("全部", "all time", None),
}
OUTCOME_WORDS = {
    Outcome.IMPROVED: ("进步", "improved"),
    Outcome.WORSE: ("退步", "worse"),
    Outcome.NO_DIFFERENCE: ("看不出差别", "no difference that one camera can show"),
    Outcome.BOTH_FINE: ("有变化，都符合", "changed, both as asked"),
    Outcome.DIFFERENT: ("有变化，都不符合", "changed, neither as asked"),
    Outcome.UNMEASURED: ("有一边未测得", "not measured on one side"),
}
OUTCOME_SYMBOL = {
    Outcome.IMPROVED: "↑",
    Outcome.WORSE: "↓",
    Outcome.NO_DIFFERENCE: "=",
    Outcome.BOTH_FINE: "✓",
    Outcome.DIFFERENT: "≠",
    Outcome.UNMEASURED: "–",
}


def since(period: str, now: datetime | None = None) -> datetime | None:
    """Where a period begins; None from the beginning."""
    days = PERIODS[period][2]
    return None if days is None else (now or datetime.now(UTC)) - timedelta(days=days)


def demand_text(demand: str, language: str) -> str:
    """What is asked, in full; of alternatives all of them."""
    clauses = book().of_demand(demand)
    if not clauses:
        return demand
    if len(clauses) == 1:
        return typeset(clauses[0].clause.zh) if language == "zh" else clauses[0].clause.en
    names = [pick(language, clause.name_zh, clause.name_en) or clause.id for clause in clauses]
    return pick(language, "任选其一：", "one of: ") + pick(language, "、", ", ").join(dict.fromkeys(names))


def demand_head(demand: str, language: str) -> str:
    """The beginning of it, for the head of a column."""
    clauses = book().of_demand(demand)
    if len(clauses) > 1:
        text = " / ".join(dict.fromkeys(pick(language, one.name_zh, one.name_en) or one.id for one in clauses))
    else:
        text = re.split(r"[，,；;：:（(]", demand_text(demand, language))[0].strip()
    most = LONGEST_HEAD[language]
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def day_text(time: datetime) -> str:
    """The local day."""
    return f"{time.astimezone():%Y-%m-%d}"


def moment_text(time: datetime) -> str:
    """The local day and minute."""
    return f"{time.astimezone():%Y-%m-%d %H:%M}"


def verdict_chip(verdict: Verdict, language: str, more: str = "") -> str:
    """Symbol and word of a verdict, as HTML; ``more`` (already escaped) follows."""
    return f'<span class="chip {verdict}">{VERDICT_SYMBOL[verdict]} {verdict_word(language, verdict)}{more}</span>'


def press(goal: str) -> str:
    """The attributes that make an element tell Python ``goal`` when it is pressed (`app.components.picks`)."""
    return f' role="button" tabindex="0" data-pick="{escape(goal, quote=True)}"'


def outcome_word(outcome: Outcome, language: str) -> str:
    """What a comparison comes to."""
    return pick(language, *OUTCOME_WORDS[outcome])
