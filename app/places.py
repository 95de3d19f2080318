"""Where the program keeps what people make with it, below one folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.store.viewers import LOCAL, Viewer

PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Places:
    """The folder of one installation as somebody sees it; subfolders are made when first written to.

    Who is signed in has folders of their own for what nobody else may find: uploads, practices, preferences.
    """

    root: Path
    viewer: Viewer = LOCAL

    @property
    def own(self) -> Path:
        """What belongs to the viewer alone; the whole folder for the user of the computer itself."""
        return self.root if self.viewer.account is None else self.root / PEOPLE / str(self.viewer.account)

    @property
    def library(self) -> Path:
        """One folder per take: report, recording, the trainer's layer."""
        return self.root / "library"

    @property
    def uploads(self) -> Path:
        """Files on their way in; each below a folder named by its number."""
        return self.own / "uploads"

    @property
    def practice(self) -> Path:
        """Takes of the live view that nobody kept yet."""
        return self.own / "practice"

    @property
    def exports(self) -> Path:
        """Files made for the viewer to take away."""
        return self.own / "exports"

    @property
    def batches(self) -> Path:
        """One output folder per batch."""
        return self.root / "batches"

    @property
    def packs(self) -> Path:
        """House versions of the standard packs."""
        return self.root / "packs"

    @property
    def cameras(self) -> Path:
        """Camera files made in the page."""
        return self.root / "cameras"

    @property
    def neutrals(self) -> Path:
        """Neutral files of trainees made in the page."""
        return self.own / "neutrals"

    @property
    def preferences(self) -> Path:
        """The file of `app.preferences`."""
        return self.own / "preferences.json"
