"""What an erasure set out to do, on disk until its receipt is sealed: an end without warning leaves enough to finish.

The file names the person, lies in the data folder for its owner alone, and goes with the receipt.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from app.files import remove
from app.privacy.people import OwnedBy, Someone
from app.privacy.redact import Removed
from app.privacy.search import ERASING
from app.store.viewers import Role, Viewer
from vision.files import atomic_write

LOCK_FILE = f"{ERASING}.lock"


@dataclass(frozen=True, slots=True)
class Begun:
    """An erasure under way. ``media`` are content names; ``receipt``: where it was asked to lie."""

    id: str
    person: Someone
    by: Viewer
    receipt: Path | None
    removed: tuple[Removed, ...] = ()
    takes: tuple[str, ...] = ()
    media: tuple[str, ...] = ()

    def also(self, removed: tuple[Removed, ...], takes: tuple[str, ...], media: tuple[str, ...]) -> Begun:
        """With what was found now; what was found before stays listed, though it is gone by now."""
        return replace(
            self,
            removed=tuple(dict.fromkeys((*self.removed, *removed))),
            takes=tuple(dict.fromkeys((*self.takes, *takes))),
            media=tuple(dict.fromkeys((*self.media, *media))),
        )


def write_down(root: Path, begun: Begun) -> None:
    """Before anything is removed. OutputError when the disk refuses."""
    document = {**asdict(begun), "receipt": None if begun.receipt is None else str(begun.receipt.absolute())}
    path = root / ERASING / f"{begun.id}.json"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    atomic_write(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    path.chmod(0o600)


def forget(root: Path, begun: Begun) -> None:
    """When its receipt is sealed."""
    remove(root / ERASING / f"{begun.id}.json")


def all_begun(root: Path) -> Iterator[Begun]:
    """Erasures that were begun and not finished, the oldest first."""
    for path in sorted((root / ERASING).glob("*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        owned, by = kept["person"]["owned"], kept["by"]
        yield Begun(
            kept["id"],
            Someone(
                kept["person"]["name"],
                OwnedBy(owned["trainee"], tuple(owned["accounts"])),
                tuple(kept["person"]["names"]),
            ),
            Viewer(by["account"], by["name"], Role(by["role"]), by["trainee"]),
            None if kept["receipt"] is None else Path(kept["receipt"]),
            tuple(Removed(**one) for one in kept["removed"]),
            tuple(kept["takes"]),
            tuple(kept["media"]),
        )
