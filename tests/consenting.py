"""Consent of the user of a computer, given before a test records."""

from __future__ import annotations

from pathlib import Path

from app.places import Places
from app.privacy.consents import agree
from app.store.database import forget_stores


def consented(home: Path) -> Path:
    """The data folder, in which the local user has agreed to being recorded."""
    agree(Places(home), "en")
    forget_stores()
    return home
