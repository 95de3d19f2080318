"""What follows when somebody withdraws: what was on its way goes at once, takes now or when their period is over."""

from __future__ import annotations

from app.files import remove
from app.library.intake import forget_orders
from app.library.records import store_of
from app.places import Places
from app.privacy.consents import withdraw
from app.privacy.people import person_of, recordings_of
from app.privacy.purge import remove_take_of
from app.store import audit


def leave(places: Places, *, delete_takes: bool) -> int:
    """Withdraw the viewer's consent, remove their practices, uploads and what waits to be scored; how many takes went.

    With ``delete_takes`` all their takes go, too; else after the period that the notice names.
    """
    store, viewer = store_of(places), places.viewer
    withdraw(store, viewer)
    forget_orders(places)
    for area in (places.practice, places.uploads):
        for path in sorted(area.iterdir()) if area.is_dir() else ():
            remove(path)
    if viewer.local or not delete_takes:
        return 0
    person = person_of(store, viewer)
    taken = recordings_of(store, person.owned, person.names)
    for name in taken:
        if remove_take_of(store, name):
            with store.writing() as session:
                audit.write(session, viewer, "remove", name, "consent withdrawn")
    return len(taken)
