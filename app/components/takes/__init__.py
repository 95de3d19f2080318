"""The library as cards, searched in the browser; Python hears which take was opened or shall be removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.components import renderer

LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked: ``open`` or ``remove`` a take, ``find`` the takes of a text, or show ``more`` of them."""

    kind: str
    take: str = ""
    text: str = ""


def takes(
    key: str, cards: Sequence[Mapping[str, Any]], words: Mapping[str, str], *, count: int, found: str = ""
) -> Wish | None:
    """Show the cards of `app.presenter.review_list`; what was just asked for, once, else None.

    Where they are all there is, the browser searches by itself; else they are the newest of ``count`` that fit the
    text ``found``, and Python is asked for others.
    """
    data = {"cards": list(cards), "words": dict(words), "count": count, "found": found}
    result = renderer("takes")(key=key, data=data, on_ask_change=lambda: None)
    return parse_wish(result.get("ask"))


def parse_wish(asked: object) -> Wish | None:
    """What the browser says, if it is of the right form."""
    if not isinstance(asked, dict) or asked.get("kind") not in ("open", "remove", "find", "more"):
        return None
    return Wish(str(asked["kind"]), str(asked.get("take", "")), str(asked.get("text", ""))[:LONGEST_SEARCH])
