"""Placeholder."""

from app.house_packs import PackChoice
from app.texts import pick


def pack_label(choice: PackChoice, language: str) -> str:
    """A standard in a list: its title, and for a house version whose it is."""
    title = pick(language, choice.title_zh, choice.title_en)
    return f"{title} · {choice.author}" if choice.is_house else f"{title}"
