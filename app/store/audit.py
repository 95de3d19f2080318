"""The audit log: who did what to something that belongs to another."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.database import Store
from app.store.schema import Audit
from app.store.viewers import Viewer

ONCE_IN_S = 60.0  # a page asks for the same file many times
_LAST: dict[tuple[str, int | None, str, str], float] = {}
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log. ``account`` is the name it had then; "" for the computer's own user."""

    time: datetime
    account: str
    action: str
    subject: str
    detail: str


def write(session: Session, viewer: Viewer, action: str, subject: str, detail: str = "") -> None:
    """Add a line, kept together with what the session does."""
    session.add(
        Audit(
            time=datetime.now(UTC),
            account_id=viewer.account,
            account=viewer.name,
            action=action,
            subject=subject,
            detail=detail,
        )
    )


def note(store: Store, viewer: Viewer, action: str, subject: str, detail: str = "") -> None:
    """Add a line, unless this process wrote the same one within the last minute."""
    key = (str(store.engine.url), viewer.account, action, subject)
    now_s = time.monotonic()
    with _LOCK:
        if now_s - _LAST.get(key, -ONCE_IN_S) < ONCE_IN_S:
            return
        for old in [one for one, at_s in _LAST.items() if now_s - at_s >= ONCE_IN_S]:
            del _LAST[old]
        _LAST[key] = now_s
    with store.writing() as session:
        write(session, viewer, action, subject, detail)


def entries(store: Store, last: int = 100, subject: str | None = None) -> tuple[Entry, ...]:
    """The newest lines first."""
    asked = select(Audit).order_by(Audit.id.desc()).limit(last)
    if subject is not None:
        asked = asked.where(Audit.subject == subject)
    with store.reading() as session:
        return tuple(
            Entry(row.time, row.account, row.action, row.subject, row.detail) for row in session.scalars(asked)
        )
