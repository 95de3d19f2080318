"""The other person beside the one who is measured: landmarks over time, for clauses about two people.

Of several others the one is kept who is nearest to where the other was before; at first the one who stands largest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vision.types import FloatArray, PoseObservation

CLEARLY_SEEN = 0.5  # visibility of a landmark that is believed


class Companion:
    """Picks the same other person out of one frame after the other."""

    def __init__(self) -> None:
        self._last: FloatArray | None = None

    def landmarks_px(self, found: Sequence[PoseObservation], subject: int | None) -> FloatArray:
        """The other's landmarks (33, 2), NaN where unclear; all NaN with nobody else, or the subject not known."""
        others = [] if subject is None else [one for k, one in enumerate(found) if k != subject]
        if not others:
            return np.full((33, 2), np.nan)
        chosen = max(others, key=_height) if self._last is None else min(others, key=self._away)
        self._last = chosen.image_landmarks_px
        clear = np.nan_to_num(chosen.visibility)[:, None] >= CLEARLY_SEEN
        return np.where(clear, chosen.image_landmarks_px, np.nan)

    def _away(self, one: PoseObservation) -> float:
        assert self._last is not None
        return float(np.median(np.linalg.norm(one.image_landmarks_px - self._last, axis=1)))


def _height(one: PoseObservation) -> float:
    return float(np.ptp(one.image_landmarks_px[:, 1]))
