"""Picture cards: the drills of a standard, one button each."""

from __future__ import annotations

from collections.abc import Sequence

from app.components import renderer
from app.presenter.practise import DrillCard
from app.server.address import asset_url
from vision.types import Drill


def drill_cards(key: str, cards: Sequence[DrillCard]) -> Drill | None:
    """Show the cards; the drill of the one that was just pressed."""
    result = renderer("drill_cards")(key=key, data={"cards": [_data(card) for card in cards]}, on_chosen_change=_heard)
    chosen = result.get("chosen")
    return Drill(chosen) if chosen in {str(card.drill) for card in cards} else None


def _heard() -> None:
    """The page reads the value itself."""


def _data(card: DrillCard) -> dict[str, str | bool]:
    return {
        "drill": str(card.drill),
        "picture": asset_url(card.picture),
        "name": card.name,
        "ask": card.ask,
        "source": card.source,
        "figure": card.figure,
        "documented": card.documented,
        "needs": card.needs,
    }
