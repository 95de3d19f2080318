"""Looking for recordings among many: by words, by drill, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from app.store.access import visible
from app.store.database import Store
from app.store.recordings import DELETING, Listed, listed
from app.store.schema import Assessment, Note, Recording
from app.store.viewers import Viewer
from vision.quantities import DRILL_TEXT
from vision.types import Drill

MODEL, NO_MODEL = "model", "no_model"  # of `app.library.layer.Kind`
MOST_WORDS = 8


def found(
    store: Store, viewer: Viewer, search: str = "", *, most: int, further: Sequence[ColumnElement[bool]] = ()
) -> tuple[tuple[Listed, ...], int]:
    """The newest recordings that fit every word, at most so many, and how many fit.

    A word fits a title, a trainee, a drill in either language, or a day (2026, 2026-06, 2026-06-19; local time).
    """
    where = (*(_fits(word) for word in search.casefold().split()[:MOST_WORDS]), *further)
    asked = (
        select(func.count())
        .select_from(Recording)
        .outerjoin(Assessment, Assessment.recording_id == Recording.id)
        .where(Recording.state != DELETING, visible(viewer), *where)
    )
    with store.reading() as session:
        count = session.scalar(asked) or 0
    return listed(store, viewer, where=where, most=most), count


def _fits(word: str) -> ColumnElement[bool]:
    texts = [func.lower(Recording.title), func.lower(func.coalesce(Assessment.trainee, ""))]
    parts = [text.contains(word, autoescape=True) for text in texts]
    parts += [shows(drill) for drill, words in DRILL_TEXT.items() if any(word in text.casefold() for text in words)]
    span = day_span(word)
    if span is not None:
        parts.append(and_(Recording.created >= span[0], Recording.created < span[1]))
    return or_(*parts)


def shows(drill: Drill) -> ColumnElement[bool]:
    """Whether a drill was found in a recording: one of the names in ``Assessment.drills``, which stand with commas."""
    return ("," + func.coalesce(Assessment.drills, "") + ",").contains(f",{drill.value},", autoescape=True)


def day_span(word: str) -> tuple[datetime, datetime] | None:
    """The local year, month or day that a word names, from its beginning to before its end; None for other words."""
    for form, parts in (("%Y-%m-%d", 3), ("%Y-%m", 2), ("%Y", 1)):
        if word.count("-") != parts - 1:
            continue
        try:
            first = datetime.strptime(word, form)
        except ValueError:
            return None
        if not 1970 < first.year < 9000:
            return None
        after = {3: first + timedelta(days=1), 2: (first + timedelta(days=31)).replace(day=1)}
        last = after.get(parts, first.replace(year=first.year + 1))
        return first.astimezone(UTC), last.astimezone(UTC)
    return None


def models(store: Store, viewer: Viewer) -> dict[str, frozenset[str]]:
    """The drills that recordings which the viewer may see are models of, by recording."""
    asked = (
        select(Note.recording_id, Note.drill, Note.kind)
        .join(Recording, Recording.id == Note.recording_id)
        .where(Note.kind.in_((MODEL, NO_MODEL)), Recording.state != DELETING, visible(viewer))
        .order_by(Note.recording_id, Note.number)
    )
    last: dict[tuple[str, str], str] = {}
    with store.reading() as session:
        for recording, drill, kind in session.execute(asked).tuples():
            last[recording, drill] = kind
    kept: dict[str, frozenset[str]] = {}
    for (recording, drill), kind in last.items():
        if kind == MODEL:
            kept[recording] = kept.get(recording, frozenset()) | {drill}
    return kept


def among(names: Sequence[str]) -> ColumnElement[bool]:
    """Whether a recording is one of these."""
    return Recording.id.in_(names)


def showing(drills: Sequence[Drill]) -> ColumnElement[bool]:
    """Whether one of the drills was found in a recording."""
    return or_(false(), *(shows(drill) for drill in drills))
