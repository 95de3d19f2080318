"""What people do to a take, each by their right: notes of the trainer's layer, judging again, sharing."""

from __future__ import annotations

from dataclasses import replace

from app.library.layer import Entry, Kind, Layer, keep
from app.library.records import enter_notes, store_of
from app.library.rejudge import keep_rejudged
from app.library.takes import Take
from app.places import Places
from app.store import recordings
from app.store.access import Action, may
from app.store.media import media_lock
from vision.report.model import Report

TRAINERS = None  # whom a take is shared with, when it is not an account


def allowed(places: Places, take: Take, action: Action) -> bool:
    """Whether the viewer may; for what is not offered to who may not."""
    found = recordings.listed(store_of(places), places.viewer, take.id)
    return bool(found) and may(places.viewer, action, found[0].facts)


def write_note(places: Places, take: Take, entry: Entry) -> Layer:
    """Add an entry to the take's layer; what holds then.

    An account writes under its own name. UsageError as `app.library.layer.keep` has it, and
    where the viewer may not.
    """
    store, viewer = store_of(places), places.viewer
    action = Action.COMMENT if entry.kind is Kind.COMMENT else Action.REVIEW
    with media_lock(places.root):
        recordings.require(store, viewer, action, take.id)
        layer = keep(take.folder, entry if viewer.local else replace(entry, who=viewer.name))
        enter_notes(store, take.folder, viewer.account)
    return layer


def judge_again(places: Places, take: Take, before: Report, after: Report, who: str) -> None:
    """Make ``after`` the take's report; see `app.library.rejudge.keep_rejudged`."""
    store, viewer = store_of(places), places.viewer
    with media_lock(places.root):
        recordings.require(store, viewer, Action.REVIEW, take.id)
        keep_rejudged(take.folder, before, after, who if viewer.local else viewer.name)
        enter_notes(store, take.folder, viewer.account)


def share(places: Places, take: Take, account: int | None = TRAINERS) -> None:
    """Show a take to an account, or to all trainers."""
    recordings.share(store_of(places), places.viewer, take.id, account)


def unshare(places: Places, take: Take, account: int | None = TRAINERS) -> None:
    """Show it no longer."""
    recordings.unshare(store_of(places), places.viewer, take.id, account)


def shared_with(places: Places, take: Take) -> frozenset[int | None]:
    """The accounts that a take is shared with; None among them: all trainers."""
    found = recordings.listed(store_of(places), places.viewer, take.id)
    return found[0].facts.shared if found else frozenset()
