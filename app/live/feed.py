"""What a browser's camera sends, made steady: one size for a whole take, and times that only rise."""

from __future__ import annotations

import cv2
import numpy as np

from vision.types import ImageBgr

LEAST_STEP_S = 0.001


class Feed:
    """The pictures of one camera. Browsers send smaller ones when they are short of breath."""

    def __init__(self) -> None:
        self.size_wh: tuple[int, int] | None = None  # that every picture is brought to
        self._offset_s, self._now_s = 0.0, -1.0

    def sized(self, image_bgr: ImageBgr, *, may_grow: bool) -> ImageBgr:
        """The picture (h, w, 3) at the size of this feed; ``may_grow``: a larger one sets a new size."""
        size_wh = (int(image_bgr.shape[1]), int(image_bgr.shape[0]))
        if self.size_wh is None or (size_wh[0] > self.size_wh[0] and may_grow):
            self.size_wh = size_wh
        if size_wh == self.size_wh:
            return image_bgr
        return np.asarray(cv2.resize(image_bgr, self.size_wh, interpolation=cv2.INTER_LINEAR), np.uint8)

    def rising(self, time_s: float) -> float:
        """Time that never falls back, whatever a new connection begins with."""
        if time_s + self._offset_s <= self._now_s:
            self._offset_s = self._now_s + LEAST_STEP_S - time_s
        self._now_s = time_s + self._offset_s
        return self._now_s
