"""Who is responsible for the recordings and how to reach them: told in the notice (PIPL, Article 17).

A file of the data folder, as other settings of an installation; set by administrators.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from app.library.records import store_of
from app.places import Places
from app.store import audit
from app.store.viewers import require_admin
from vision.files import atomic_write

HANDLER_FILE = "handler.json"
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Handler:
    """The organisation's or department's name, and a telephone number, an address or a person; "" where not set."""

    name: str = ""
    contact: str = ""

    @property
    def whole(self) -> bool:
        """Whether both are there."""
        return bool(self.name and self.contact)


def handler_of(places: Places) -> Handler:
    """What is set; nothing where the file is missing or damaged."""
    try:
        document = json.loads((places.root / HANDLER_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Handler()
    if not isinstance(document, dict):
        return Handler()
    return cleaned(document.get("name"), document.get("contact"))


def cleaned(name: object, contact: object) -> Handler:
    """What can be kept of two texts."""
    return Handler(_clean(name), _clean(contact))


def set_handler(places: Places, handler: Handler) -> None:
    """Keep it. NotAllowedError for who is no administrator, OutputError when the disk refuses."""
    viewer = places.viewer
    require_admin(viewer)
    kept = cleaned(handler.name, handler.contact)
    if kept == handler_of(places):
        return
    atomic_write(places.root / HANDLER_FILE, json.dumps(asdict(kept), ensure_ascii=False, indent=1) + "\n")
    with store_of(places).writing() as session:
        audit.write(session, viewer, "handler set", kept.name, kept.contact)


def _clean(text: object) -> str:
    printed = "".join(c if c.isprintable() else " " for c in text) if isinstance(text, str) else ""
    return " ".join(printed.split())[:LONGEST]
