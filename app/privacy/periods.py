"""How long each kind of data is kept. The defaults stand here; what an administrator changed stands in the records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import select

from app.store import audit
from app.store.database import Store
from app.store.schema import Retention
from app.store.viewers import Viewer, require_admin
from vision.errors import UsageError

LONGEST_DAYS = 36_500
SINCE = "since"  # a row of its own among the periods


class Kind(StrEnum):
    """What is kept for a time of its own."""

    PRACTICE = "practice"
    UPLOADS = "uploads"
    PRIVATE = "private"
    TAKES = "takes"
    WITHDRAWN = "withdrawn"
    BATCHES = "batches"
    AUDIT = "audit"
    CONSENTS = "consents"
    BACKUPS = "backups"


@dataclass(frozen=True, slots=True)
class Period:
    """The default number of days (None: without an end) of a kind, and what the kind is."""

    days: int | None
    zh: str
    en: str
    shortest: int = 1


PERIODS: Mapping[Kind, Period] = {
    Kind.PRACTICE: Period(1, "没有保存的练习", "practices that nobody kept", shortest=0),
    Kind.UPLOADS: Period(
        1,
        "没有用到的上传文件、取出的数据包",
        "uploads that nothing was made of, files made to be taken away",
        shortest=0,
    ),
    Kind.PRIVATE: Period(365, "学员保存的录像和报告", "takes that a trainee kept"),
    Kind.TAKES: Period(365, "教练添加的录像和报告", "takes that a trainer added"),
    Kind.WITHDRAWN: Period(7, "撤回同意后，本人的录像和报告", "takes of who withdrew consent, after that", shortest=0),
    Kind.BATCHES: Period(90, "批次及其报告", "batches with their reports"),
    Kind.AUDIT: Period(1095, "审计日志", "the audit log"),
    Kind.CONSENTS: Period(1095, "撤回后的同意记录", "consents, after they were withdrawn"),
    Kind.BACKUPS: Period(30, "升级前的数据库副本", "copies of the database from before upgrades"),
}


def periods(store: Store) -> dict[Kind, int | None]:
    """The days that hold now, for every kind; None: without an end."""
    now: dict[Kind, int | None] = {kind: period.days for kind, period in PERIODS.items()}
    with store.reading() as session:
        for row in session.scalars(select(Retention)):
            if row.kind in PERIODS:
                now[Kind(row.kind)] = row.days
    return now


def since(store: Store) -> datetime:
    """When periods began to run: what is older is kept for a whole period from then on."""
    with store.reading() as session:
        row = session.get(Retention, SINCE)
    return datetime.fromtimestamp(0, UTC) if row is None else row.changed


def set_period(store: Store, by: Viewer, kind: Kind, days: int | None) -> None:
    """Keep a kind for so many days from now on; NotAllowedError for who is no administrator, UsageError for a number
    that makes no sense."""
    require_admin(by)
    shortest = PERIODS[kind].shortest
    if days is not None and not shortest <= days <= LONGEST_DAYS:
        raise UsageError(
            f"{kind}: expected {shortest} to {LONGEST_DAYS} days, got {days}",
            f"{kind}：应为 {shortest} 到 {LONGEST_DAYS} 天，实为 {days}",
        )
    before = periods(store)[kind]
    if days == before:
        return
    with store.writing() as session:
        row = session.get(Retention, kind.value) or Retention(kind=kind.value)
        row.days, row.changed, row.by = days, datetime.now(UTC), by.name
        session.add(row)
        audit.write(session, by, "retention", kind.value, f"{days_text(before, 'en')} -> {days_text(days, 'en')}")


def days_text(days: int | None, language: str) -> str:
    """``30 days``; without an end, ``no end``."""
    if days is None:
        return "不限" if language == "zh" else "no end"
    return f"{days} 天" if language == "zh" else f"{days} day{'' if days == 1 else 's'}"
