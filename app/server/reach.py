"""Which files of the data folder a viewer may fetch. What no rule names is not there."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from app.library.records import store_of
from app.library.takes import find_take
from app.places import PEOPLE, Places
from app.store.recordings import of_media

OWN_AREAS = ("uploads", "practice", "exports")


def reachable(places: Places, relative: str) -> Path | None:
    """The file that ``relative`` names below the data folder, if the viewer may have it; None as if it were not there.

    Seeing another's take is written into the audit log (`app.library.takes.find_take`).
    """
    named = PurePosixPath(relative)
    hidden = any(part.startswith(".") or "\\" in part or "\0" in part for part in named.parts)
    if named.is_absolute() or hidden or len(named.parts) < 2:
        return None
    root = places.root.resolve()
    path = (root / named).resolve()
    inside = path.is_relative_to(root) and path.relative_to(root) == Path(*named.parts)  # no links to elsewhere
    return path if inside and path.is_file() and _allowed(places, named.parts) else None


def _allowed(places: Places, parts: tuple[str, ...]) -> bool:
    viewer = places.viewer
    match parts:
        case ("library", take, _, *_):
            return find_take(places, take) is not None
        case ("media", _, name):
            return any(find_take(places, take) is not None for take in of_media(store_of(places), name))
        case ("batches", _, _, *_):
            return viewer.trains
        case (area, _, _, *_) if area in OWN_AREAS:
            return viewer.local
        case (area, person, own, _, *_) if area == PEOPLE:
            return own in OWN_AREAS and (viewer.local or person == str(viewer.account))
        case _:
            return False
