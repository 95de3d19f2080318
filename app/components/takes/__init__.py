"""The library as cards, searched in the browser; Python hears which take was opened or shall be removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.components import renderer


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked of a take: ``open`` or ``remove``."""

    kind: str
    take: str


def takes(key: str, cards: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> Wish | None:
    """Show the cards of `app.presenter.review_list`; what was just asked for, once, else None."""
    result = renderer("takes")(key=key, data={"cards": list(cards), "words": dict(words)}, on_ask_change=lambda: None)
    return parse_wish(result.get("ask"))


def parse_wish(asked: object) -> Wish | None:
    """What the browser says, if it is of the right form."""
    if not isinstance(asked, dict) or asked.get("kind") not in ("open", "remove"):
        return None
    return Wish(str(asked["kind"]), str(asked.get("take", "")))
