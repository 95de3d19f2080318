"""The library as cards, searched in the browser; Python hears which take was opened or shall be removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from app.components import renderer

LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked: ``open`` or ``remove`` a take, ``find`` the takes of a text, or show ``more`` of them."""

    kind: str
    take: str = ""
    text: str = ""


def takes(
    key: str,
    cards: Sequence[Mapping[str, Any]],
    words: Mapping[str, str],
    *,
    count: int,
    found: str = "",
    before: Callable[[Wish], None] | None = None,
) -> Wish | None:
    """Show the cards of `app.presenter.review_list`; what was just asked for, once, else None.

    Where they are all there is, the browser searches by itself; else they are the newest of ``count`` that fit the
    text ``found``, and Python is asked for others. ``before`` is told a wish before the page runs again, so that
    nothing is drawn in vain.
    """

    def told() -> None:
        wish = parse_wish(getattr(st.session_state.get(key), "ask", None))
        if before is not None and wish is not None:
            before(wish)

    data = {"cards": list(cards), "words": dict(words), "count": count, "found": found}
    result = renderer("takes")(key=key, data=data, on_ask_change=told)
    return parse_wish(result.get("ask"))


def parse_wish(asked: object) -> Wish | None:
    """What the browser says, if it is of the right form."""
    if not isinstance(asked, dict) or asked.get("kind") not in ("open", "remove", "find", "more"):
        return None
    return Wish(str(asked["kind"]), str(asked.get("take", "")), str(asked.get("text", ""))[:LONGEST_SEARCH])
